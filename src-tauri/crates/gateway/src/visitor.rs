//! Who is at the console: a program that shows the local token, or a browser that came in with a link (R31).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casebridge_engine::visitors::{Person, Role};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::keys::LocalCaller;
use crate::problem::{Kind, Problem};
use crate::state::Shared;

/// The cookie that a link is exchanged for.
pub(crate) const COOKIE: &str = "casebridge_console";
/// The header that each change of a browser carries: another site cannot read it, nor a page set it unseen.
pub(crate) const TOKEN: &str = "x-casebridge-token";

/// Says that nobody touched the page for a while.
pub(crate) const AWAY: &str = "x-casebridge-away";

/// The name of whoever shows the local token.
const LOCAL: &str = "command line";

/// Somebody at the console.
pub(crate) struct AtConsole {
    /// Who.
    pub(crate) person: Person,
    /// What the browser's cookie holds.
    pub(crate) key: Option<String>,
}

impl AtConsole {
    /// What the browser puts into the header of its changes.
    pub(crate) fn token(&self) -> String {
        self.key.as_deref().map(token_of).unwrap_or_default()
    }
}

/// Derived from the cookie, which no script can read; it tells nothing about it.
fn token_of(key: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(format!("casebridge console token\u{1f}{key}").as_bytes()))
}

impl FromRequestParts<Shared> for AtConsole {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        let Some(key) = cookie(&parts.headers).filter(|_| !parts.headers.contains_key(header::AUTHORIZATION)) else {
            LocalCaller::from_request_parts(parts, state).await?;
            let person = Person { session: None, name: LOCAL.to_owned(), role: Role::Admin };
            return Ok(Self { person, key: None });
        };
        // The stream of changes opens itself anew, and a page left alone goes on asking.
        let at_rest = parts.headers.contains_key(AWAY) || parts.uri.path() == "/console/events";
        let found = match at_rest {
            true => state.engine.visitor_at_rest(&key).await?,
            false => state.engine.visitor(&key).await?,
        };
        let Some(person) = found else {
            return Err(Problem::new(Kind::Unauthorized, "this browser is not let in any more")
                .member("Cookie")
                .hint("make a new link with `casebridged console link`"));
        };
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            let shown = parts.headers.get(TOKEN).map(|value| value.as_bytes()).unwrap_or_default();
            if !bool::from(shown.ct_eq(token_of(&key).as_bytes())) {
                return Err(Problem::new(Kind::Token, "the header `X-Casebridge-Token` is missing or another's")
                    .member("X-Casebridge-Token")
                    .hint("GET /console/me gives it"));
            }
        }
        Ok(Self { person, key: Some(key) })
    }
}

/// The value of our cookie. Two of them are none: somebody else set one.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE);
    let mut ours = all
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(name, value)| *name == COOKIE && !value.is_empty())
        .map(|(_, value)| value.to_owned());
    let first = ours.next()?;
    ours.next().is_none().then_some(first)
}
