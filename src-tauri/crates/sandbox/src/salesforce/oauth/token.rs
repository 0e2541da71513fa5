//! `/services/oauth2/token`: codes and refresh tokens for access tokens.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::super::answer::Answer;
use super::super::config::{AppState, ConnectedApp};
use super::super::fault::TokenFault;
use super::super::hold::HoldPoint;
use super::super::shared::{Shared, State};
use super::{APPROVALS, Form, Refresh, error, give, random};
use crate::chance::WhenWork;

/// How long a code can be redeemed; which of the published figures is current is UNCONFIRMED.
const CODE_MINUTES: i64 = 15;

/// UNCONFIRMED: base64 of HMAC-SHA256 over id and issued_at, keyed with the consumer secret.
pub(super) fn signature(secret: &str, id: &str, issued_at: &str) -> String {
    // Any length is a key.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(id.as_bytes());
    mac.update(issued_at.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Login and instance host of the scheme that the caller came by.
pub(crate) type Hosts<'a> = (&'a str, &'a str);

/// Answers a token request; `None` drops the connection.
pub(crate) async fn token(
    shared: &Arc<Shared>,
    form: &Form,
    hosts: Hosts<'_>,
) -> (Option<Answer>, Option<&'static str>) {
    let (fault, slow) = shared.lock().faults.token();
    let name = fault.as_ref().map(|fault| match fault {
        TokenFault::Down => "token_down",
        TokenFault::AnswerLost => "token_answer_lost",
        TokenFault::Error500 => "token_error_500",
        TokenFault::Html200 => "token_html_200",
        TokenFault::Refused(_) => "token_refused",
    });
    match &fault {
        Some(TokenFault::Down) => return (None, name),
        Some(TokenFault::Error500) => return (Some(error(500, "unknown_error", "retry your request")), name),
        Some(TokenFault::Html200) => {
            return (Some(Answer::page(200, "Login", "Salesforce is down for maintenance.")), name);
        }
        Some(TokenFault::Refused(refusal)) => return (Some(error(400, &refusal.error, &refusal.description)), name),
        _ => {}
    }
    let now = shared.config.clock.now();
    let held = form.get("refresh_token").filter(|_| form.text("grant_type") == "refresh_token").map(str::to_owned);
    if held.as_ref().is_some_and(|held| !take(&mut shared.lock(), held)) {
        return (Some(error(400, "invalid_grant", "token request is already being processed")), name);
    }
    let wait =
        |work: WhenWork| slow.as_ref().filter(|slow| slow.work == work).map(|slow| Duration::from_millis(slow.ms));
    if let Some(wait) = wait(WhenWork::After) {
        tokio::time::sleep(wait).await;
    }
    let answer = match shared.holds.pass(HoldPoint::TokenBefore).await {
        true => Some(work(&mut shared.lock(), form, hosts, now)),
        false => None,
    };
    if let Some(wait) = wait(WhenWork::First) {
        tokio::time::sleep(wait).await;
    }
    let told = shared.holds.pass(HoldPoint::TokenAfter).await;
    if let Some(held) = &held {
        let state = &mut shared.lock();
        state.oauth.refresh.iter_mut().filter(|token| token.token == *held).for_each(|token| token.in_flight = false);
    }
    let Some(answer) = answer.filter(|_| told) else { return (None, name.or(Some("lost"))) };
    if matches!(fault, Some(TokenFault::AnswerLost)) {
        return (None, name);
    }
    (Some(answer), name)
}

/// Marks a refresh token as being used; false when it is already.
fn take(state: &mut State, token: &str) -> bool {
    match state.oauth.refresh.iter_mut().find(|each| each.token == token) {
        Some(each) if each.in_flight => false,
        Some(each) => {
            each.in_flight = true;
            true
        }
        None => true,
    }
}

fn work(state: &mut State, form: &Form, hosts: Hosts<'_>, now: Timestamp) -> Answer {
    let grant = form.text("grant_type");
    if !["authorization_code", "refresh_token"].contains(&grant) {
        return error(400, "unsupported_grant_type", "grant type not supported");
    }
    let app = match client(state, form) {
        Ok(app) => app,
        Err(answer) => return answer,
    };
    if grant == "refresh_token" {
        refresh(state, form, &app, hosts, now)
    } else {
        redeem(state, form, &app, hosts, now)
    }
}

/// The app, and whether it may ask at all.
pub(super) fn client(state: &State, form: &Form) -> Result<ConnectedApp, Answer> {
    let found = state.apps.iter().find(|app| app.client_id == form.text("client_id"));
    let Some(app) = found.filter(|app| app.state != AppState::Unknown) else {
        return Err(error(400, "invalid_client_id", "client identifier invalid"));
    };
    if app.state == AppState::Uninstalled {
        return Err(error(400, "invalid_client", "app must be installed into org"));
    }
    // An app without a secret must not send one.
    if app.client_secret.as_deref() != form.get("client_secret") {
        return Err(error(400, "invalid_client", "invalid client credentials"));
    }
    Ok(app.clone())
}

/// Why a user gets no token.
fn user_refusal(state: &State, app: &ConnectedApp, id: &str) -> Option<Answer> {
    let user = state.database.user(id)?;
    let approved = app.self_authorize || app.pre_authorized.contains(&user.username);
    let refuse = |words: &str| Some(error(400, "invalid_grant", words));
    match user {
        user if !user.active => Some(error(400, "inactive_user", "user is inactive")),
        user if !user.api_enabled => refuse("authentication failure"),
        user if user.ip_restricted => refuse("ip restricted"),
        _ if !approved => refuse("user hasn't approved this consumer"),
        _ => None,
    }
}

fn redeem(state: &mut State, form: &Form, app: &ConnectedApp, hosts: Hosts<'_>, now: Timestamp) -> Answer {
    let refuse = |words: &str| error(400, "invalid_grant", words);
    let Some(code) =
        state.oauth.codes.get_mut(form.text("code")).filter(|code| !code.used && code.client == app.client_id)
    else {
        return refuse("invalid authorization code");
    };
    code.used = true;
    if now.duration_since(code.made) > SignedDuration::from_mins(CODE_MINUTES) {
        return refuse("expired authorization code");
    }
    if code.redirect != form.text("redirect_uri") {
        return error(400, "redirect_uri_mismatch", "redirect_uri must match configuration");
    }
    if let Some(challenge) = &code.challenge {
        let Some(verifier) = form.get("code_verifier") else { return refuse("missing code verifier") };
        if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) != *challenge {
            return error(400, "invalid_request", "invalid code verifier");
        }
    }
    let (user, scopes) = (code.user.clone(), code.scopes.clone());
    if let Some(answer) = user_refusal(state, app, &user) {
        return answer;
    }
    let family = state.oauth.family();
    let mut body = give(state, &app.client_id, &user, &scopes, family, hosts, now);
    if scopes.iter().any(|scope| ["refresh_token", "offline_access", "full"].contains(&scope.as_str())) {
        let token = format!("5Aep{}", random(60));
        body["refresh_token"] = json!(token);
        let client = app.client_id.clone();
        state.oauth.refresh.push(Refresh {
            token,
            client,
            user: user.clone(),
            scopes,
            used: now,
            family,
            alive: true,
            in_flight: false,
        });
        // One approval too many revokes the oldest.
        let mine: Vec<u64> = state
            .oauth
            .refresh
            .iter()
            .filter(|token| token.alive && token.user == user && token.client == app.client_id)
            .map(|token| token.family)
            .collect();
        for family in mine.iter().take(mine.len().saturating_sub(APPROVALS)) {
            state
                .oauth
                .refresh
                .iter_mut()
                .filter(|token| token.family == *family)
                .for_each(|token| token.alive = false);
        }
    }
    Answer::json(200, body)
}

fn refresh(state: &mut State, form: &Form, app: &ConnectedApp, hosts: Hosts<'_>, now: Timestamp) -> Answer {
    let dead = || error(400, "invalid_grant", "expired access/refresh token");
    let found = state
        .oauth
        .refresh
        .iter()
        .position(|token| token.token == form.text("refresh_token") && token.client == app.client_id);
    let Some(at) = found else { return dead() };
    let token = state.oauth.refresh[at].clone();
    if !token.alive {
        // Whoever shows a token that was rotated away may have stolen it: what replaced it is voided too.
        state.oauth.end_family(token.family);
        return dead();
    }
    if app.idle_days > 0 && now.duration_since(token.used) > SignedDuration::from_hours(24 * i64::from(app.idle_days)) {
        state.oauth.refresh[at].alive = false;
        return dead();
    }
    if let Some(answer) = user_refusal(state, app, &token.user) {
        return answer;
    }
    let mut body = give(state, &app.client_id, &token.user, &token.scopes, token.family, hosts, now);
    state.oauth.refresh[at].used = now;
    if app.rotate_refresh_tokens {
        state.oauth.refresh[at].alive = false;
        let fresh = format!("5Aep{}", random(60));
        body["refresh_token"] = json!(fresh);
        state.oauth.refresh.push(Refresh { token: fresh, used: now, alive: true, in_flight: false, ..token });
    }
    Answer::json(200, body)
}
