//! Access tokens: got, cached, renewed once for all who wait, never recorded.

mod discovery;
mod exchange;
mod sign_in;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use secrecy::SecretString;
use tokio::sync::Mutex;
use tokio::time::Instant;

use self::discovery::{Endpoints, discover};
use self::exchange::{Grant, Granted, exchange};
use super::settings::{CreatioAuth, CreatioSettings};
use crate::port::{Vault, VaultError};

pub(crate) use self::sign_in::code_of;
pub use self::sign_in::{SignIn, begin_sign_in, finish_sign_in};

/// Name of the application's secret in the vault.
pub const CLIENT_SECRET: &str = "client_secret";
/// Name of the refresh token in the vault.
pub const REFRESH_TOKEN: &str = "refresh_token";

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

#[derive(Default)]
struct State {
    endpoints: Option<Endpoints>,
    bearer: Option<Bearer>,
    /// The newest renewal that failed: those who waited for it share its outcome.
    failed: Option<(Instant, CallFailure)>,
    /// A rotated refresh token that the vault did not take yet. The old one is spent, so it must not be lost.
    unsaved: Option<SecretString>,
}

/// The token of one connection.
pub(crate) struct Tokens {
    settings: CreatioSettings,
    client: reqwest::Client,
    vault: Arc<dyn Vault>,
    state: Mutex<State>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("client_id", &self.settings.auth.client_id()).finish_non_exhaustive()
    }
}

impl Tokens {
    pub(crate) fn new(settings: CreatioSettings, client: reqwest::Client, vault: Arc<dyn Vault>) -> Self {
        Tokens { settings, client, vault, state: Mutex::default() }
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
        let secret = self.client_secret().await?;
        let granted = match auth {
            CreatioAuth::ClientCredentials { .. } => {
                exchange(&self.client, &endpoints, auth, secret, Grant::ClientCredentials).await?
            }
            CreatioAuth::AuthorizationCode { .. } => {
                let current = self.refresh_token(state).await?;
                let granted = exchange(&self.client, &endpoints, auth, secret, Grant::Refresh(&current)).await?;
                if let Some(next) = &granted.refresh {
                    // The old one is spent: without this the next start would have to sign in again.
                    state.unsaved = Some(next.clone());
                    self.save(state).await?;
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

    async fn client_secret(&self) -> Result<Option<SecretString>, CallFailure> {
        if matches!(self.settings.auth, CreatioAuth::AuthorizationCode { confidential: false, .. }) {
            return Ok(None);
        }
        let secret = self.vault.get(CLIENT_SECRET).await.map_err(|error| vault_failed(&error))?;
        secret
            .map(Some)
            .ok_or_else(|| missing("no client secret is stored for this connection", "enter the client secret"))
    }

    /// The refresh token, written back before it is used: a vault that cannot be written now would lose the
    /// one that comes in its place (R32).
    async fn refresh_token(&self, state: &mut State) -> Result<SecretString, CallFailure> {
        if state.unsaved.is_some() {
            self.save(state).await?;
        }
        let current = self.vault.get(REFRESH_TOKEN).await.map_err(|error| vault_failed(&error))?;
        let current =
            current.ok_or_else(|| missing("nobody has signed in to this connection yet", "sign in to Creatio"))?;
        self.vault.put(REFRESH_TOKEN, current.clone()).await.map_err(|error| vault_failed(&error))?;
        Ok(current)
    }

    async fn save(&self, state: &mut State) -> Result<(), CallFailure> {
        if let Some(token) = &state.unsaved {
            self.vault.put(REFRESH_TOKEN, token.clone()).await.map_err(|error| vault_failed(&error))?;
            state.unsaved = None;
        }
        Ok(())
    }
}

fn bearer(granted: Granted) -> Bearer {
    let got = Instant::now();
    let life = granted.life.unwrap_or(UNTOLD);
    let early = EARLY.min(life / 4);
    Bearer { token: Arc::new(granted.access), got, renew: got + (life - early) }
}

fn missing(message: &str, hint: &str) -> CallFailure {
    CallFailure {
        class: FailureClass::Credentials,
        scope: FailureScope::Connection,
        status: None,
        message: message.to_owned(),
        hint: hint.to_owned(),
        item: None,
    }
}

/// A locked keychain opens again when its owner comes back: it is waited for.
fn vault_failed(error: &VaultError) -> CallFailure {
    CallFailure {
        class: FailureClass::Unreachable,
        scope: FailureScope::Connection,
        status: None,
        message: error.to_string(),
        hint: "unlock the keychain, or give the key of the secrets file".into(),
        item: None,
    }
}
