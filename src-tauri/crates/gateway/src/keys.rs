//! Who calls: an extractor that a handler cannot be reached without.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use crate::problem::{Kind, Problem};
use crate::state::{GatewayState, Shared};

type Hash = [u8; 32];

/// How long a key that was found valid is not looked up again.
const MEMORY: Duration = Duration::from_secs(5);

/// The local token, and the keys found valid a moment ago. Only hashes are kept, and no key that was
/// found invalid: a key that was just made works at once.
pub(crate) struct Keys {
    local: Hash,
    memory: Duration,
    valid_until: RwLock<HashMap<Hash, Instant>>,
}

impl Keys {
    pub(crate) fn new(local: &SecretString) -> Self {
        Self { local: hash(local.expose_secret()), memory: MEMORY, valid_until: RwLock::default() }
    }

    pub(crate) fn with_memory(&self, memory: Duration) -> Self {
        Self { local: self.local, memory, valid_until: RwLock::default() }
    }

    fn remembers(&self, hash: &Hash, now: Instant) -> bool {
        let known = self.valid_until.read().unwrap_or_else(PoisonError::into_inner);
        known.get(hash).is_some_and(|until| now < *until)
    }

    fn remember(&self, hash: Hash, asked_at: Instant) {
        let mut known = self.valid_until.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, until| asked_at < *until);
        // From the question, not from the answer: a key revoked in between must not gain time.
        known.insert(hash, asked_at + self.memory);
    }
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

/// Somebody who showed the local token or a live key.
pub(crate) enum Caller {
    /// A program on this computer that may read the data folder.
    Local,
    /// The holder of a key.
    Key,
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        let bearer = bearer(parts)?;
        let hash = hash(bearer);
        // Both sides are hashes of the same length, so timing tells nothing about the token.
        if bool::from(hash.ct_eq(&state.keys.local)) {
            return Ok(Self::Local);
        }
        let now = Instant::now();
        if state.keys.remembers(&hash, now) {
            return Ok(Self::Key);
        }
        look_up(state, bearer, hash, now).await
    }
}

async fn look_up(state: &GatewayState, bearer: &str, hash: Hash, now: Instant) -> Result<Caller, Problem> {
    if state.engine.key(bearer).await?.is_none() {
        return Err(refused("the key is not valid", "Bearer error=\"invalid_token\""));
    }
    state.keys.remember(hash, now);
    Ok(Caller::Key)
}

/// Somebody who showed the local token.
pub(crate) struct LocalCaller;

impl FromRequestParts<Shared> for LocalCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        if bool::from(hash(bearer(parts)?).ct_eq(&state.keys.local)) {
            return Ok(Self);
        }
        Err(refused("only the token of this engine opens the console", "Bearer error=\"invalid_token\"")
            .hint("it changes with each start and stands in the data folder"))
    }
}

fn bearer(parts: &Parts) -> Result<&str, Problem> {
    parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| refused("`Authorization: Bearer <key>` is missing", "Bearer"))
}

fn refused(detail: &str, challenge: &'static str) -> Problem {
    Problem::new(Kind::Unauthorized, detail)
        .member("Authorization")
        .hint("make a key with `casebridged key create --name NAME`")
        .header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}
