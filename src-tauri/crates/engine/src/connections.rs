//! Connections: adding, changing, testing. The engine joins the store's row, the secret and the client.

use std::sync::Arc;

use async_trait::async_trait;
use casebridge_connectors::creatio::{Creatio, CreatioSettings};
use casebridge_connectors::{CallLog, CaseSystem, Vault, VaultError};
pub use casebridge_connectors::{Choice, ChoiceKind, TestReport};
use casebridge_domain::{CallFailure, Connection, ConnectionId, ConnectionKind, Consumer, Mode, ModeHistory, ids};
use casebridge_store::{SecretName, Secrets};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;

/// Makes clients for connections. A port, so that tests can put other case systems behind the engine.
pub trait Connectors: Send + Sync {
    /// The client of a connection, or why there can be none.
    fn build(&self, connection: &Connection, vault: Arc<dyn Vault>) -> Result<Arc<dyn CaseSystem>, CallFailure>;
    /// Passes that a connection may run at the same time.
    fn concurrency(&self, connection: &Connection) -> usize;
}

/// Clients of the real CRMs.
#[derive(Debug, Clone, Copy, Default)]
pub struct CreatioConnectors;

impl Connectors for CreatioConnectors {
    fn build(&self, connection: &Connection, vault: Arc<dyn Vault>) -> Result<Arc<dyn CaseSystem>, CallFailure> {
        let settings = CreatioSettings::from_json(&connection.settings)?;
        let namespace = ids::instance_namespace(&connection.instance);
        Ok(Arc::new(Creatio::new(settings, namespace, vault)?))
    }

    fn concurrency(&self, connection: &Connection) -> usize {
        connection
            .settings
            .get("concurrency")
            .and_then(serde_json::Value::as_u64)
            .map_or(8, |n| n.clamp(1, 64) as usize)
    }
}

/// Name of the client secret in a connection's part of the secret store.
pub const CLIENT_SECRET: &str = "client_secret";

struct ConnectionVault {
    secrets: Option<Secrets>,
    connection: ConnectionId,
}

impl ConnectionVault {
    fn name(&self, name: &str) -> SecretName {
        SecretName(format!("{}/{name}", self.connection))
    }

    fn secrets(&self) -> Result<&Secrets, VaultError> {
        self.secrets.as_ref().ok_or_else(|| VaultError("there is no secret store".into()))
    }
}

#[async_trait]
impl Vault for ConnectionVault {
    async fn get(&self, name: &str) -> Result<Option<SecretString>, VaultError> {
        self.secrets()?.get(&self.name(name)).await.map_err(|error| VaultError(error.to_string()))
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.secrets()?.put(&self.name(name), value).await.map_err(|error| VaultError(error.to_string()))
    }
}

/// A secret that is only tried: it is kept nowhere.
struct TrialVault(Option<SecretString>);

#[async_trait]
impl Vault for TrialVault {
    async fn get(&self, name: &str) -> Result<Option<SecretString>, VaultError> {
        Ok(self.0.clone().filter(|_| name == CLIENT_SECRET))
    }

    async fn put(&self, _: &str, _: SecretString) -> Result<(), VaultError> {
        Ok(())
    }
}

/// A Creatio connection to be added.
#[derive(Debug)]
pub struct NewCreatio {
    /// Unique name.
    pub name: String,
    /// Which sessions become cases.
    pub mode: Mode,
    /// The connector's settings.
    pub settings: CreatioSettings,
    /// The client's secret, for the grants that need one.
    pub secret: Option<SecretString>,
}

/// Changes of a connection; `None` leaves as it is.
#[derive(Debug, Default)]
pub struct ConnectionChange {
    /// Another mode, from now on.
    pub mode: Option<Mode>,
    /// Members of the connector's settings; `null` clears one.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Another secret.
    pub secret: Option<SecretString>,
}

/// Reads a connector's settings; says which member is wrong.
pub fn creatio_settings(settings: &serde_json::Value) -> Result<CreatioSettings, EngineError> {
    CreatioSettings::from_json(settings).map_err(|failure| EngineError::Invalid {
        member: "settings".into(),
        problem: format!("cannot be used: {}", failure.message),
        hint: failure.hint,
    })
}

impl Engine {
    /// All connections, with the live state of those that are at work.
    pub async fn connections(&self) -> Result<Vec<Connection>, EngineError> {
        Ok(self.inner.store.connections().await?)
    }

    /// Where the connector of a connection keeps its secrets.
    pub(crate) fn vault(&self, connection: ConnectionId) -> Arc<dyn Vault> {
        Arc::new(ConnectionVault { secrets: self.inner.secrets.clone(), connection })
    }

    pub(crate) fn runtimes(
        &self,
    ) -> std::sync::MutexGuard<'_, std::collections::HashMap<ConnectionId, Arc<crate::Runtime>>> {
        self.inner.runtimes.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Adds a Creatio connection and starts to follow sessions with it.
    pub async fn add_creatio(&self, new: NewCreatio, actor: &str) -> Result<Connection, EngineError> {
        if new.name.trim().is_empty() || new.name.chars().count() > 64 || new.name.chars().any(char::is_control) {
            return Err(EngineError::invalid("name", "is not usable", "give 1 to 64 printable characters"));
        }
        let now = self.inner.clock.now();
        let connection = Connection {
            id: ConnectionId(Uuid::now_v7()),
            name: new.name.trim().to_owned(),
            kind: ConnectionKind::Creatio,
            instance: new.settings.instance(),
            settings: new.settings.to_json(),
            modes: ModeHistory::new(new.mode),
            pause: None,
            last_success_at: None,
            created_at: now,
        };
        self.tasks_were_looked_at(&json!({}), &connection).await?;
        // The secret first: a connection without its secret would only fail.
        if let Some(secret) = new.secret {
            self.vault(connection.id).put(CLIENT_SECRET, secret).await.map_err(|error| vault_failed(&error))?;
        }
        self.inner.store.add_connection(connection.clone()).await?;
        let detail = json!({ "name": connection.name, "instance": connection.instance });
        self.inner.store.audit(actor, "connection.add", &connection.id.to_string(), detail, now).await?;
        self.tell([Change::Connections, Change::Lanes]);
        self.follow(connection.clone())?;
        Ok(connection)
    }

    /// Finds a connection by name or id.
    pub async fn connection(&self, name: &str) -> Result<Connection, EngineError> {
        let all = self.inner.store.connections().await?;
        all.into_iter()
            .find(|connection| connection.name == name || connection.id.to_string() == name)
            .ok_or_else(|| EngineError::NotFound { what: "connection", name: name.to_owned() })
    }

    /// Changes a connection. A switch of the mode applies to events from now on (R10).
    pub async fn change_connection(
        &self,
        name: &str,
        change: ConnectionChange,
        actor: &str,
    ) -> Result<Connection, EngineError> {
        let mut connection = self.connection(name).await?;
        let now = self.inner.clock.now();
        if let Some(mode) = change.mode {
            connection.modes.switch(now, mode);
        }
        let before = connection.settings.clone();
        let members: Vec<String> = change.settings.keys().cloned().collect();
        if let Some(settings) = connection.settings.as_object_mut() {
            for (member, value) in change.settings {
                if value.is_null() {
                    settings.shift_remove(&member);
                } else {
                    settings.insert(member, value);
                }
            }
        }
        creatio_settings(&connection.settings)?;
        self.tasks_were_looked_at(&before, &connection).await?;
        if let Some(secret) = change.secret {
            self.vault(connection.id).put(CLIENT_SECRET, secret).await.map_err(|error| vault_failed(&error))?;
        }
        self.inner.store.update_connection(connection.clone()).await?;
        // New credentials or settings deserve a fresh look; a fault that is still there pauses again.
        self.inner.store.set_pause(connection.id, None).await?;
        connection.pause = None;
        let detail = json!({ "mode": change.mode, "members": members });
        self.inner.store.audit(actor, "connection.set", &connection.id.to_string(), detail, now).await?;
        self.tell([Change::Connections, Change::Lanes]);
        self.inner.store.redo(Consumer::Crm(connection.id), now).await?;
        self.follow(connection.clone())?;
        Ok(connection)
    }

    /// Tests a connection; a good test ends a pause (R18).
    pub async fn test_connection(&self, name: &str) -> Result<TestReport, EngineError> {
        let connection = self.connection(name).await?;
        let crm = self.inner.connectors.build(&connection, self.vault(connection.id)).map_err(EngineError::Crm)?;
        let report = crm.test(&CallLog::default()).await;
        if report.is_good() {
            let runtime = self.runtimes().get(&connection.id).cloned();
            match runtime {
                Some(runtime) => runtime.succeeded(self.inner.store.as_ref(), self.inner.clock.now()).await,
                None => self.inner.store.set_pause(connection.id, None).await?,
            }
        }
        Ok(report)
    }

    /// Tests settings that are no connection yet. Nothing is stored.
    pub async fn try_creatio(
        &self,
        settings: &CreatioSettings,
        secret: Option<SecretString>,
    ) -> Result<TestReport, EngineError> {
        let connection = Connection {
            id: ConnectionId(Uuid::now_v7()),
            name: "trial".into(),
            kind: ConnectionKind::Creatio,
            instance: settings.instance(),
            settings: settings.to_json(),
            modes: ModeHistory::new(Mode::Every),
            pause: None,
            last_success_at: None,
            created_at: self.inner.clock.now(),
        };
        let vault = Arc::new(TrialVault(secret));
        let crm = self.inner.connectors.build(&connection, vault).map_err(EngineError::Crm)?;
        Ok(crm.test(&CallLog::default()).await)
    }

    /// A client of a connection, for what people ask: the one at work where there is one.
    pub(crate) fn client(
        &self,
        connection: &Connection,
    ) -> Result<Arc<dyn casebridge_connectors::CaseSystem>, EngineError> {
        let at_work = self.runtimes().get(&connection.id).map(|runtime| runtime.crm.clone());
        let crm = at_work.unwrap_or_else(|| self.inner.connectors.build(connection, self.vault(connection.id)));
        crm.map_err(EngineError::Crm)
    }

    /// Rows of the CRM that a setting can name.
    pub async fn choices(&self, name: &str, what: ChoiceKind, query: Option<&str>) -> Result<Vec<Choice>, EngineError> {
        let connection = self.connection(name).await?;
        let crm = self.client(&connection)?;
        crm.choices(what, query, &CallLog::default()).await.map_err(EngineError::Crm)
    }

    /// Removes a connection: its lanes stop, its history stays, its secrets are wiped.
    pub async fn remove_connection(&self, name: &str, actor: &str) -> Result<Connection, EngineError> {
        let connection = self.connection(name).await?;
        let now = self.inner.clock.now();
        self.unfollow(connection.id);
        self.inner.store.remove_connection(connection.id, now).await?;
        self.load_tokens().await?;
        if let Some(secrets) = &self.inner.secrets {
            for secret in [CLIENT_SECRET, "refresh_token", crate::webhooks::WEBHOOK_TOKEN] {
                secrets.delete(&SecretName(format!("{}/{secret}", connection.id))).await?;
            }
        }
        let detail = json!({ "name": connection.name });
        self.inner.store.audit(actor, "connection.remove", &connection.id.to_string(), detail, now).await?;
        self.tell([Change::Connections, Change::Lanes]);
        Ok(connection)
    }
}

pub(crate) fn vault_failed(error: &VaultError) -> EngineError {
    EngineError::Crm(CallFailure {
        class: casebridge_domain::FailureClass::Setup,
        scope: casebridge_domain::FailureScope::Connection,
        status: None,
        message: error.to_string(),
        hint: "set CASEBRIDGE_SECRETS_KEY, or unlock the keychain".into(),
        item: None,
    })
}
