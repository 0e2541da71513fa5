//! Revoke, introspect, userinfo and the identity address.

use jiff::Timestamp;
use serde_json::json;

use super::super::answer::{Answer, Content};
use super::super::ids;
use super::super::shared::State;
use super::token::client;
use super::{Form, bearer};

/// Ends a token; that a refresh token takes its access tokens along is UNCONFIRMED.
pub(crate) fn revoke(state: &mut State, form: &Form) -> Answer {
    let token = form.text("token");
    let refresh = state.oauth.refresh.iter().find(|each| each.token == token && each.alive).map(|each| each.family);
    if let Some(family) = refresh {
        state.oauth.end_family(family);
    } else if state.oauth.access.remove(token).is_none() {
        let text = "error=unsupported_token_type&error_description=this+token+type+is+not+supported";
        return Answer::new(400, Content::Form(text.to_owned()));
    }
    Answer::new(200, Content::Nothing)
}

/// What a token is worth; needs the secret.
pub(crate) fn introspect(state: &State, form: &Form, now: Timestamp) -> Answer {
    let app = match client(state, form) {
        Ok(app) if app.client_secret.is_some() => app,
        Ok(_) => return super::error(401, "invalid_client", "client credentials are needed"),
        Err(answer) => return Answer { status: 401, ..answer },
    };
    let token = form.text("token");
    let live = state.oauth.access.get(token).filter(|access| access.client == app.client_id);
    let (user, scopes, made, kind, minutes) =
        match (live, state.oauth.refresh.iter().find(|each| each.token == token && each.alive)) {
            (Some(access), _) => {
                (&access.user, &access.scopes, access.made, "access_token", state.database.config.session_minutes)
            }
            (None, Some(refresh)) if refresh.client == app.client_id => {
                (&refresh.user, &refresh.scopes, refresh.used, "refresh_token", 60 * 24 * 30)
            }
            _ => return Answer::json(200, json!({ "active": false })),
        };
    let exp = made.as_second() + minutes * 60;
    let username = state.database.user(user).map(|user| user.username.clone());
    Answer::json(
        200,
        json!({
            "active": exp > now.as_second(), "scope": scopes.join(" "), "client_id": app.client_id,
            "username": username, "sub": user, "token_type": kind, "exp": exp, "iat": made.as_second(),
            "nbf": made.as_second(),
        }),
    )
}

fn about(state: &State, user: &str, login: &str, instance: &str) -> Option<serde_json::Value> {
    let org = ids::to_18(&state.database.config.org_id);
    let user = state.database.user(user)?;
    let url = |path: &str| format!("{instance}{path}");
    Some(json!({
        "id": format!("{login}/id/{org}/{}", user.id), "asserted_user": true, "sub": format!("{login}/id/{org}/{}", user.id),
        "user_id": user.id, "organization_id": org, "preferred_username": user.username, "username": user.username,
        "nickname": user.username, "name": user.name, "display_name": user.name, "email": user.email,
        "email_verified": true, "active": user.active, "user_type": "STANDARD", "language": "en_US", "locale": "en_GB",
        "is_app_installed": true,
        "urls": {
            "rest": url("/services/data/v{version}/"), "sobjects": url("/services/data/v{version}/sobjects/"),
            "query": url("/services/data/v{version}/query/"), "metadata": url("/services/Soap/m/{version}/"),
            "profile": url(&format!("/{}", user.id)), "custom_domain": instance,
        },
    }))
}

/// Who the caller is. A bad token is 403 with words, not 401 with JSON.
pub(crate) fn userinfo(state: &mut State, token: &str, login: &str, instance: &str, now: Timestamp) -> Answer {
    let user = bearer(state, token, now).and_then(|(user, _)| about(state, &user, login, instance));
    user.map_or_else(|| Answer::new(403, Content::Text("Bad_OAuth_Token".to_owned())), |about| Answer::json(200, about))
}

/// The address that a token answer calls `id`; only the user's own.
pub(crate) fn identity(
    state: &mut State,
    token: &str,
    path: &str,
    login: &str,
    instance: &str,
    now: Timestamp,
) -> Answer {
    let own = bearer(state, token, now).filter(|(user, _)| path.ends_with(user.as_str()));
    let found = own.and_then(|(user, _)| about(state, &user, login, instance));
    found
        .map_or_else(|| Answer::new(403, Content::Text("Bad_OAuth_Token".to_owned())), |about| Answer::json(200, about))
}
