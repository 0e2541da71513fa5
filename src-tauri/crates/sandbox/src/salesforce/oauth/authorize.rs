//! `/services/oauth2/authorize`: what is checked before the page, and where it leads.

use jiff::Timestamp;
use url::Url;

use super::super::answer::{Answer, Content};
use super::super::config::{AppState, ConnectedApp};
use super::super::shared::State;
use super::{Code, Form, page, random};

/// Codes are made of this and end in padding, which an address has to encode.
fn new_code() -> String {
    format!("aPrx{}==", random(45))
}

fn back(redirect: &str, state: Option<&str>, pairs: &[(&str, &str)]) -> Answer {
    let Ok(mut address) = Url::parse(redirect) else {
        return page::dead_end(400, "redirect_uri_mismatch", "redirect_uri must match configuration");
    };
    address.query_pairs_mut().extend_pairs(pairs);
    if let Some(state) = state {
        address.query_pairs_mut().append_pair("state", state);
    }
    Answer::new(302, Content::Nothing).with("location", String::from(address))
}

/// Shows the page, or takes its form (`posted`). `generic` is whether this is the login host of all orgs.
pub(crate) fn authorize(
    state: &mut State,
    query: &Form,
    posted: Option<&Form>,
    generic: bool,
    now: Timestamp,
) -> Answer {
    let Some(app) = state.apps.iter().find(|app| app.client_id == query.text("client_id")).cloned() else {
        return page::dead_end(400, "invalid_client_id", "client identifier invalid");
    };
    let redirect = query.text("redirect_uri").to_owned();
    if !app.redirect_uris.contains(&redirect) {
        return page::dead_end(400, "redirect_uri_mismatch", "redirect_uri must match configuration");
    }
    match app.state {
        AppState::Active => {}
        AppState::Unknown => return page::dead_end(400, "invalid_client_id", "client identifier invalid"),
        AppState::Uninstalled => {
            return page::dead_end(
                400,
                "OAUTH_APPROVAL_ERROR_GENERIC",
                "An unexpected error has occurred during authentication. Please try again.",
            );
        }
        AppState::ForeignOrg => return foreign_org(),
    }
    if generic && state.database.config.own_domain_only {
        return foreign_org();
    }
    let given = query.get("state");
    let refuse = |error: &str, words: &str| back(&redirect, given, &[("error", error), ("error_description", words)]);
    if let Some(refusal) = state.faults.authorize() {
        return refuse(&refusal.error, &refusal.description);
    }
    if query.text("response_type") != "code" {
        return refuse("unsupported_response_type", "response type not supported");
    }
    let challenge = query.get("code_challenge").map(str::to_owned);
    match &challenge {
        None if app.pkce_required => return refuse("invalid_request", "missing required code challenge"),
        // A missing method means S256: widely used clients never send one.
        Some(challenge)
            if challenge.len() != 43 || query.get("code_challenge_method").is_some_and(|method| method != "S256") =>
        {
            return refuse("invalid_request", "invalid code challenge");
        }
        _ => {}
    }
    let scopes: Vec<String> = match query.get("scope") {
        Some(asked) => asked.split_whitespace().map(str::to_owned).collect(),
        None => app.scopes.clone(),
    };
    if !scopes.iter().all(|scope| app.scopes.contains(scope)) {
        return refuse("invalid_scope", "the requested scope is not allowed");
    }
    let user = if state.database.config.auto_approve && posted.is_none() {
        state.database.users.first().map(|user| user.username.clone())
    } else {
        let users: Vec<&str> =
            state.database.users.iter().filter(|user| user.active).map(|user| user.username.as_str()).collect();
        let Some(form) = posted else { return page::sign_in(&app.name, &scopes, &users, None) };
        if form.text("decision") == "deny" {
            return refuse("access_denied", "end-user denied authorization");
        }
        let good = state.database.users.iter().any(|user| {
            user.active && user.username == form.text("username") && user.password == form.text("password")
        });
        if !good {
            let note = "Please check your username and password. If you still can't log in, contact your Salesforce administrator.";
            return page::sign_in(&app.name, &scopes, &users, Some(note));
        }
        form.get("username").map(str::to_owned)
    };
    let code = finish(state, &app, &user.unwrap_or_default(), redirect.clone(), challenge, scopes, now);
    back(&redirect, given, &[("code", &code)])
}

fn foreign_org() -> Answer {
    page::dead_end(
        400,
        "OAUTH_AUTHORIZATION_BLOCKED",
        "Cross-org OAuth flows are not supported for this external client app",
    )
}

fn finish(
    state: &mut State,
    app: &ConnectedApp,
    username: &str,
    redirect: String,
    challenge: Option<String>,
    scopes: Vec<String>,
    now: Timestamp,
) -> String {
    let user = state.database.users.iter().find(|user| user.username == username).map(|user| user.id.clone());
    let code = new_code();
    let client = app.client_id.clone();
    let entry = Code { client, user: user.unwrap_or_default(), redirect, challenge, scopes, made: now, used: false };
    state.oauth.codes.insert(code.clone(), entry);
    code
}
