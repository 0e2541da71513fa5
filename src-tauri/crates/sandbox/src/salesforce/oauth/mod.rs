//! Signing in: authorize page, tokens that rotate, revoke, introspect, userinfo.

mod authorize;
mod endpoints;
mod form;
mod page;
mod token;

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rand::RngCore as _;
use serde_json::{Value as Json, json};

use super::answer::Answer;
use super::shared::State;

pub(crate) use authorize::authorize;
pub(crate) use endpoints::{identity, introspect, revoke, userinfo};
pub(crate) use form::Form;
pub(crate) use token::token;

/// Approvals that one user may have given to one app; one more revokes the oldest.
pub(crate) const APPROVALS: usize = 5;

pub(crate) struct Code {
    pub client: String,
    pub user: String,
    pub redirect: String,
    pub challenge: Option<String>,
    pub scopes: Vec<String>,
    pub made: Timestamp,
    pub used: bool,
}

#[derive(Clone)]
pub(crate) struct Refresh {
    pub token: String,
    pub client: String,
    pub user: String,
    pub scopes: Vec<String>,
    pub used: Timestamp,
    /// All tokens that came from one approval.
    pub family: u64,
    pub alive: bool,
    pub in_flight: bool,
}

pub(crate) struct Access {
    pub client: String,
    pub user: String,
    pub scopes: Vec<String>,
    pub family: u64,
    pub made: Timestamp,
    pub used: Timestamp,
}

/// Codes and tokens.
#[derive(Default)]
pub(crate) struct OAuth {
    pub codes: HashMap<String, Code>,
    /// In the order in which they were made.
    pub refresh: Vec<Refresh>,
    pub access: HashMap<String, Access>,
    next_family: u64,
}

fn random(bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    rand::rng().fill_bytes(&mut buffer);
    URL_SAFE_NO_PAD.encode(buffer)
}

impl OAuth {
    fn family(&mut self) -> u64 {
        self.next_family += 1;
        self.next_family
    }

    /// Ends everything that came from one approval.
    pub fn end_family(&mut self, family: u64) {
        self.refresh.iter_mut().filter(|token| token.family == family).for_each(|token| token.alive = false);
        self.access.retain(|_, token| token.family != family);
    }

    /// Ends all sessions; with `refresh_too` the refresh tokens as well.
    pub fn end_all(&mut self, refresh_too: bool) {
        self.access.clear();
        if refresh_too {
            self.refresh.iter_mut().for_each(|token| token.alive = false);
        }
    }
}

/// Whom a token speaks for, by user id; its use keeps it alive.
pub(crate) fn bearer(state: &mut State, token: &str, now: Timestamp) -> Option<(String, String)> {
    let idle = SignedDuration::from_mins(state.database.config.session_minutes);
    let access = state.oauth.access.get_mut(token)?;
    if now.duration_since(access.used) > idle {
        state.oauth.access.remove(token);
        return None;
    }
    access.used = now;
    let user = state.database.users.iter().find(|user| user.id == access.user && user.active)?;
    let app = state.apps.iter().find(|app| app.client_id == access.client);
    Some((user.id.clone(), app.map(|app| app.name.clone()).unwrap_or_default()))
}

/// `{"error","error_description"}` as the token endpoint answers.
pub(crate) fn error(status: u16, error: &str, description: &str) -> Answer {
    Answer::json(status, json!({ "error": error, "error_description": description }))
}

/// An access token for a user, with what the answer says beside it.
fn give(
    state: &mut State,
    client: &str,
    user: &str,
    scopes: &[String],
    family: u64,
    hosts: (&str, &str),
    now: Timestamp,
) -> Json {
    let org = super::ids::to_18(&state.database.config.org_id);
    let token = format!("{}!{}", &org[..15], random(72));
    let id = format!("{}/id/{org}/{user}", hosts.0);
    let issued_at = now.as_millisecond().to_string();
    let access = Access {
        client: client.to_owned(),
        user: user.to_owned(),
        scopes: scopes.to_vec(),
        family,
        made: now,
        used: now,
    };
    state.oauth.access.insert(token.clone(), access);
    let secret = state.apps.iter().find(|app| app.client_id == client).and_then(|app| app.client_secret.clone());
    json!({
        "access_token": token,
        "signature": token::signature(secret.as_deref().unwrap_or_default(), &id, &issued_at),
        "scope": scopes.join(" "),
        "instance_url": hosts.1,
        "id": id,
        "token_type": "Bearer",
        "issued_at": issued_at,
    })
}

/// A session without a sign-in.
pub(crate) fn session(state: &mut State, client: &str, user: &str, now: Timestamp) -> String {
    let family = state.oauth.family();
    let given = give(state, client, user, &["api".to_owned()], family, ("", ""), now);
    given["access_token"].as_str().unwrap_or_default().to_owned()
}
