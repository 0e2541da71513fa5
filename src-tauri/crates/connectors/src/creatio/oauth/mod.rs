//! Access tokens: got, cached, renewed once for all who wait, never recorded.

mod discovery;
mod exchange;
mod sign_in;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use casebridge_domain::{CallFailure, FailureClass};
use secrecy::SecretString;
use tokio::sync::Mutex;
use tokio::time::Instant;

use self::discovery::{Endpoints, discover};
use self::exchange::{Grant, Granted, exchange};
use super::settings::{CreatioAuth, CreatioSettings};
use crate::credentials::Credentials;
use crate::port::Vault;

pub(crate) use self::sign_in::code_of;
pub use self::sign_in::{SignIn, begin_sign_in, finish_sign_in};

/// A token is renewed this long before it expires, or at three quarters of a short life.
const EARLY: Duration = Duration::from_secs(60);
/// Life of a token whose answer does not tell: short tokens were seen with the authorization code grant.
const UNTOLD: Duration = Duration::from_secs(180);
/// A token this young was not refused for its age.
const FRESH: Duration = Duration::from_secs(30);

/// A token in use.
#[derive(Clone)]
pub(crate) struct Bearer {
    pub(crate) token: Arc<SecretString>,
    got: Instant,
    renew: Instant,
}

impl Bearer {
    /// Whether it came from the Identity Service just now.
    pub(crate) fn is_fresh(&self) -> bool {
        self.got.elapsed() < FRESH
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(…)")
    }
}

struct State {
    credentials: Credentials,
    endpoints: Option<Endpoints>,
    bearer: Option<Bearer>,
    /// The newest renewal that failed: those who waited for it share its outcome.
    failed: Option<(Instant, CallFailure)>,
}

/// The token of one connection.
pub(crate) struct Tokens {
    settings: CreatioSettings,
    client: reqwest::Client,
    state: Mutex<State>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("client_id", &self.settings.auth.client_id()).finish_non_exhaustive()
    }
}

impl Tokens {
    pub(crate) fn new(settings: CreatioSettings, client: reqwest::Client, vault: Arc<dyn Vault>) -> Self {
        let credentials = Credentials::new(vault, "Creatio");
        Tokens {
            settings,
            client,
            state: Mutex::new(State { credentials, endpoints: None, bearer: None, failed: None }),
        }
    }

    /// How long the token in hand is still used. A renewal that is under way counts as none in hand.
    pub(crate) fn left(&self) -> Option<Duration> {
        let state = self.state.try_lock().ok()?;
        let left = state.bearer.as_ref()?.renew.checked_duration_since(Instant::now())?;
        (!left.is_zero()).then_some(left)
    }

    /// A token that is good now. One renewal runs at a time; whoever waits for it takes its result.
    pub(crate) async fn bearer(&self) -> Result<Bearer, CallFailure> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(bearer) = &state.bearer
            && Instant::now() < bearer.renew
        {
            return Ok(bearer.clone());
        }
        if let Some((at, failure)) = &state.failed
            && *at >= asked
        {
            return Err(failure.clone());
        }
        match self.renew(&mut state).await {
            Ok(bearer) => {
                state.failed = None;
                state.bearer = Some(bearer.clone());
                Ok(bearer)
            }
            Err(failure) => {
                if failure.class == FailureClass::Setup {
                    state.endpoints = None;
                }
                state.bearer = None;
                state.failed = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    /// Tells that the CRM did not take this token: the next call gets another. A token that was renewed in
    /// the meantime stays.
    pub(crate) async fn spoilt(&self, bearer: &Bearer) {
        let mut state = self.state.lock().await;
        if state.bearer.as_ref().is_some_and(|now| Arc::ptr_eq(&now.token, &bearer.token)) {
            state.bearer = None;
        }
    }

    /// Forgets the token, so that the next call gets another.
    pub(crate) async fn forget(&self) {
        self.state.lock().await.bearer = None;
    }

    /// Where tokens come from.
    pub(crate) async fn endpoint(&self) -> Result<String, CallFailure> {
        let mut state = self.state.lock().await;
        Ok(self.endpoints(&mut state).await?.token.to_string())
    }

    async fn endpoints(&self, state: &mut State) -> Result<Endpoints, CallFailure> {
        if let Some(endpoints) = &state.endpoints {
            return Ok(endpoints.clone());
        }
        let found = discover(&self.settings, &self.client).await?;
        state.endpoints = Some(found.clone());
        Ok(found)
    }

    async fn renew(&self, state: &mut State) -> Result<Bearer, CallFailure> {
        let endpoints = self.endpoints(state).await?;
        let auth = &self.settings.auth;
        let confidential = !matches!(auth, CreatioAuth::AuthorizationCode { confidential: false, .. });
        let secret = state.credentials.client_secret(confidential).await?;
        let granted = match auth {
            CreatioAuth::ClientCredentials { .. } => {
                exchange(&self.client, &endpoints, auth, secret, Grant::ClientCredentials).await?
            }
            CreatioAuth::AuthorizationCode { .. } => {
                // Whoever else renews, in this process or another, would spend the same token.
                let _alone = state.credentials.alone().await?;
                let current = state.credentials.refresh_token().await?;
                let granted = exchange(&self.client, &endpoints, auth, secret, Grant::Refresh(&current)).await?;
                if let Some(next) = &granted.refresh {
                    state.credentials.rotated(next.clone()).await?;
                }
                granted
            }
        };
        let bearer = bearer(granted);
        tracing::debug!(
            crm.instance = %self.settings.instance(), renew_in_s = (bearer.renew - bearer.got).as_secs(),
            "got an access token"
        );
        Ok(bearer)
    }
}

fn bearer(granted: Granted) -> Bearer {
    let got = Instant::now();
    let life = granted.life.unwrap_or(UNTOLD);
    let early = EARLY.min(life / 4);
    Bearer { token: Arc::new(granted.access), got, renew: got + (life - early) }
}
