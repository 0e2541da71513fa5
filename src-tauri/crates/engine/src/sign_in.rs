//! Signing in to a connection as a person: begun here, finished with what the browser brought back.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use casebridge_connectors::salesforce::SESSION;
use casebridge_connectors::{CLIENT_SECRET, REFRESH_TOKEN};
use casebridge_connectors::{TestReport, Vault, VaultError};
use casebridge_domain::{Connection, Mode, Route};
use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;
use uuid::Uuid;

use crate::Engine;
use crate::connections::{NewConnection, vault_failed};
use crate::crm::{CrmSettings, SignIn};
use crate::error::EngineError;

/// How long a sign-in that is not stored yet may take.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Most of them at the same time; the oldest gives way.
const MOST_TRIALS: usize = 16;

/// A sign-in for settings that are no connection yet.
pub(crate) struct Trial {
    settings: CrmSettings,
    sign_in: SignIn,
    vault: Arc<Memory>,
    began: Timestamp,
}

/// What a sign-in brought, until it is known to be good: kept nowhere.
#[derive(Default)]
struct Memory(Mutex<HashMap<String, SecretString>>);

impl Memory {
    fn held(&self) -> MutexGuard<'_, HashMap<String, SecretString>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Vault for Memory {
    async fn get(&self, name: &str) -> Result<Option<SecretString>, VaultError> {
        Ok(self.held().get(name).cloned())
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.held().insert(name.to_owned(), value);
        Ok(())
    }
}

/// Where the person goes, and where the browser will come back to.
#[derive(Debug, Clone)]
pub struct SignInStep {
    /// To be opened in the browser.
    pub url: Url,
    /// The redirect address that is registered with the application.
    pub redirect_uri: Url,
}

impl Engine {
    /// Begins a sign-in that comes back to this address, else to the first that is registered; an earlier one that was
    /// not finished is forgotten.
    pub async fn begin_sign_in(&self, name: &str, back: Option<Url>) -> Result<SignInStep, EngineError> {
        let connection = self.connection(name).await?;
        let settings = CrmSettings::read(connection.kind, &connection.settings)?;
        let (sign_in, step) = settings.begin_sign_in("name", back).await?;
        self.sign_ins().insert(connection.id, sign_in);
        Ok(step)
    }

    /// Finishes a sign-in with the final address, or the code alone; the connection goes on.
    pub async fn finish_sign_in(&self, name: &str, brought: &str, actor: &str) -> Result<(), EngineError> {
        let connection = self.connection(name).await?;
        let mut settings = CrmSettings::read(connection.kind, &connection.settings)?;
        let Some(sign_in) = self.sign_ins().get(&connection.id).cloned() else {
            return Err(EngineError::invalid("name", "has no sign-in under way", "begin again"));
        };
        let vault = self.vault(connection.id);
        settings.finish_sign_in(vault.as_ref(), &sign_in, brought).await?;
        self.sign_ins().remove(&connection.id);
        let now = self.clock().now();
        // An admin may have changed other settings while the CRM was asked.
        let mut signed_in = self.connection(name).await?;
        let mut now_set = CrmSettings::read(signed_in.kind, &signed_in.settings)?;
        now_set.told_by(settings);
        signed_in.settings = now_set.to_json();
        self.store().update_connection(signed_in).await?;
        self.store().audit(actor, "connection.sign_in", &connection.id.to_string(), serde_json::json!({}), now).await?;
        self.store().set_pause(connection.id, None).await?;
        let fresh = self.connection(name).await?;
        self.follow(fresh)
    }

    /// Begins a sign-in for settings that are no connection yet. Answers its id, and where the person goes.
    pub async fn try_sign_in(
        &self,
        settings: CrmSettings,
        secret: Option<SecretString>,
        back: Option<Url>,
    ) -> Result<(Uuid, SignInStep), EngineError> {
        let (sign_in, step) = settings.begin_sign_in("settings.auth", back).await?;
        let vault = Arc::new(Memory::default());
        if let Some(secret) = secret {
            vault.held().insert(CLIENT_SECRET.to_owned(), secret);
        }
        let (id, began) = (Uuid::new_v4(), self.clock().now());
        let mut trials = self.trials();
        trials.retain(|_, trial| began.duration_since(trial.began).unsigned_abs() < PATIENCE);
        if trials.len() >= MOST_TRIALS
            && let Some(oldest) = trials.iter().min_by_key(|(_, trial)| trial.began).map(|(id, _)| *id)
        {
            trials.remove(&oldest);
        }
        trials.insert(id, Trial { settings, sign_in, vault, began });
        Ok((id, step))
    }

    /// Finishes such a sign-in, tests with it, and adds the connection when the test is good. Otherwise nothing is kept
    /// but the sign-in itself, which can be begun again.
    pub async fn finish_trial(
        &self,
        id: Uuid,
        brought: &str,
        (name, mode, route): (String, Mode, Route),
        actor: &str,
    ) -> Result<(TestReport, Option<Connection>), EngineError> {
        let gone = || EngineError::invalid("sign_in", "is not under way any more", "begin the sign-in again");
        let (mut settings, sign_in, vault) = {
            let trials = self.trials();
            let trial = trials.get(&id).ok_or_else(gone)?;
            (trial.settings.clone(), trial.sign_in.clone(), Arc::clone(&trial.vault))
        };
        settings.finish_sign_in(vault.as_ref(), &sign_in, brought).await?;
        let report = self.try_with(&settings, Arc::clone(&vault) as Arc<dyn Vault>).await?;
        // The code is used up, whatever the test said.
        self.trials().remove(&id);
        if !report.is_good() {
            return Ok((report, None));
        }
        let secret = vault.held().get(CLIENT_SECRET).cloned();
        let held = |secret: &str| vault.held().get(secret).cloned();
        let (refresh, session) = (held(REFRESH_TOKEN), held(SESSION));
        let connection = self.add_connection(NewConnection { name, mode, route, settings, secret }, actor).await?;
        if let Some(refresh) = refresh {
            let kept = self.vault(connection.id);
            kept.put(REFRESH_TOKEN, refresh).await.map_err(|error| vault_failed(&error))?;
            if let Some(session) = session {
                kept.put(SESSION, session).await.map_err(|error| vault_failed(&error))?;
            }
            // Its client has not found the token yet.
            self.store().set_pause(connection.id, None).await?;
            self.follow(self.connection(&connection.name).await?)?;
        }
        Ok((report, Some(connection)))
    }

    fn trials(&self) -> MutexGuard<'_, HashMap<Uuid, Trial>> {
        self.inner.trial_sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign_ins(
        &self,
    ) -> std::sync::MutexGuard<'_, std::collections::HashMap<casebridge_domain::ConnectionId, SignIn>> {
        self.inner.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
