//! Access tokens: got with the refresh token, renewed once for all who wait, never recorded.
//!
//! Salesforce tells no lifetime, so a token is used until it is refused. It is kept in the vault beside the refresh token:
//! whoever else renews, in this process or another, is waited for, and what it got is taken instead of renewing again.

mod exchange;
mod kept;
mod revoke;
mod sign_in;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use casebridge_domain::CallFailure;
use secrecy::SecretString;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use self::exchange::{AT_WORK, Grant, Granted, exchange};
use self::kept::Kept;
pub use self::kept::SESSION;
pub use self::revoke::revoke;
use super::ids::SalesforceId;
use super::settings::SalesforceSettings;
use crate::credentials::{Credentials, missing};
use crate::port::Vault;

pub use self::sign_in::{SignIn, SignedIn, begin_sign_in, finish_sign_in, redirect_uris};

/// Waits between tries while Salesforce is still at work on another request with the same refresh token.
const BUSY: [Duration; 3] = [Duration::from_millis(300), Duration::from_millis(900), Duration::from_millis(2700)];

/// A token in use.
#[derive(Clone)]
pub(crate) struct Bearer {
    pub(crate) token: Arc<SecretString>,
    /// The org's own address.
    pub(crate) instance: Url,
    /// Who signed in.
    pub(crate) user: SalesforceId,
    /// Whether it was granted to this client, and not found in the vault.
    pub(crate) granted: bool,
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer(…)")
    }
}

struct State {
    credentials: Credentials,
    bearer: Option<Bearer>,
    /// The newest renewal that failed: those who waited for it share its outcome.
    failed: Option<(Instant, CallFailure)>,
    /// The newest token that was refused: what the vault holds is only of use when it is another.
    refused: Option<Arc<SecretString>>,
}

/// The token of one connection.
pub(crate) struct Tokens {
    settings: SalesforceSettings,
    client: reqwest::Client,
    state: Mutex<State>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}

impl Tokens {
    pub(crate) fn new(settings: SalesforceSettings, client: reqwest::Client, vault: Arc<dyn Vault>) -> Self {
        let credentials = Credentials::new(vault, "Salesforce");
        Tokens { settings, client, state: Mutex::new(State { credentials, bearer: None, failed: None, refused: None }) }
    }

    /// A token that was good when last used. One renewal runs at a time; whoever waits for it takes its result.
    pub(crate) async fn bearer(&self) -> Result<Bearer, CallFailure> {
        let asked = Instant::now();
        let mut state = self.state.lock().await;
        if let Some(bearer) = &state.bearer {
            return Ok(bearer.clone());
        }
        if let Some((at, failure)) = &state.failed
            && *at >= asked
        {
            return Err(failure.clone());
        }
        match self.another(&mut state).await {
            Ok(bearer) => {
                state.failed = None;
                state.bearer = Some(bearer.clone());
                Ok(bearer)
            }
            Err(failure) => {
                state.failed = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    /// Tells that Salesforce did not take this token: the next call gets another. A token that was renewed in the
    /// meantime stays.
    pub(crate) async fn spoilt(&self, bearer: &Bearer) {
        let mut state = self.state.lock().await;
        if state.bearer.as_ref().is_some_and(|now| Arc::ptr_eq(&now.token, &bearer.token)) {
            state.refused = state.bearer.take().map(|bearer| bearer.token);
        }
    }

    /// A token that somebody else got meanwhile, or a new one. Only one at a time is here, whatever the process.
    async fn another(&self, state: &mut State) -> Result<Bearer, CallFailure> {
        let _alone = state.credentials.alone().await?;
        if !state.credentials.is_unsaved()
            && let Some(kept) = self.kept(state).await?
        {
            return Ok(kept);
        }
        self.renew(state).await
    }

    async fn kept(&self, state: &State) -> Result<Option<Bearer>, CallFailure> {
        let text = state.credentials.get(SESSION).await?;
        let Some(kept) = text.as_ref().and_then(Kept::read) else { return Ok(None) };
        let refused = state.refused.as_ref().is_some_and(|refused| kept.is(refused));
        let elsewhere = self.settings.org.is_some_and(|org| org != kept.org);
        Ok((!refused && !elsewhere).then(|| kept.into_bearer()))
    }

    async fn renew(&self, state: &mut State) -> Result<Bearer, CallFailure> {
        let secret = state.credentials.client_secret(self.settings.confidential).await?;
        let current = state.credentials.refresh_token().await?;
        let granted = self.refreshed(&current, secret).await?;
        if let Some(next) = &granted.refresh {
            state.credentials.rotated(next.clone()).await?;
        }
        if self.settings.org.is_some_and(|org| org != granted.org) {
            return Err(missing("the sign-in belongs to another org", "sign in to the org of this connection again"));
        }
        tracing::debug!(crm.instance = %self.settings.instance(), "got an access token");
        // Whoever cannot find it there only renews once more.
        if let Err(failure) = state.credentials.put(SESSION, Kept::of(&granted).write()).await {
            tracing::debug!(failure = %failure, "the access token could not be kept");
        }
        Ok(Bearer { token: Arc::new(granted.access), instance: granted.instance, user: granted.user, granted: true })
    }

    /// Asks with the refresh token; while another request with it is under way, again.
    async fn refreshed(&self, current: &SecretString, secret: Option<SecretString>) -> Result<Granted, CallFailure> {
        let mut pauses = BUSY.into_iter();
        loop {
            let grant = Grant::Refresh(current);
            match exchange(&self.client, &self.settings, secret.clone(), grant).await {
                Err(failure) if failure.message == AT_WORK => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(failure),
                },
                other => return other,
            }
        }
    }
}
