//! Connections: adding, changing, testing. The engine joins the store's row, the secret and the client.

use std::sync::Arc;

use async_trait::async_trait;
use casebridge_connectors::analyst::Analyst;
use casebridge_connectors::creatio::CreatioSettings;
use casebridge_connectors::{Alone, CLIENT_SECRET, CallLog, CaseSystem, Vault, VaultError};
pub use casebridge_connectors::{Choice, ChoiceKind, Meaning, TestReport};
use casebridge_domain::{
    CallFailure, Connection, ConnectionId, ConnectionKind, Consumer, Mode, ModeHistory, Pause, PauseKind, Route,
};
use casebridge_store::{SecretName, Secrets};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

use crate::Engine;
use crate::analysts::AnalystSettings;
use crate::changes::Change;
use crate::crm::CrmSettings;
use crate::error::EngineError;

/// Makes clients for connections. A port, so that tests can put other case systems behind the engine.
pub trait Connectors: Send + Sync {
    /// The client of a connection, or why there can be none.
    fn build(&self, connection: &Connection, vault: Arc<dyn Vault>) -> Result<Arc<dyn CaseSystem>, CallFailure>;
    /// Passes that a connection may run at the same time.
    fn concurrency(&self, connection: &Connection) -> usize;
    /// The client of a provider of language models, or why there can be none.
    fn analyst(&self, settings: &AnalystSettings, key: Option<SecretString>) -> Result<Arc<dyn Analyst>, CallFailure>;
}

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

    async fn alone(&self) -> Result<Alone, VaultError> {
        let lock = self.secrets()?.alone(&self.connection.to_string()).await;
        Ok(Box::new(lock.map_err(|error| VaultError(error.to_string()))?))
    }
}

/// A secret that is only tried: it is kept nowhere. What it does not have, the vault behind it may.
struct TrialVault(Option<SecretString>, Option<Arc<dyn Vault>>);

#[async_trait]
impl Vault for TrialVault {
    async fn get(&self, name: &str) -> Result<Option<SecretString>, VaultError> {
        match (&self.0, &self.1) {
            (Some(secret), _) if name == CLIENT_SECRET => Ok(Some(secret.clone())),
            (_, Some(behind)) => behind.get(name).await,
            _ => Ok(None),
        }
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        // A rotated refresh token replaces the one that was spent, or the connection could not sign in again.
        match &self.1 {
            Some(behind) if name != CLIENT_SECRET => behind.put(name, value).await,
            _ => Ok(()),
        }
    }

    async fn alone(&self) -> Result<Alone, VaultError> {
        match &self.1 {
            Some(behind) => behind.alone().await,
            None => Ok(Box::new(())),
        }
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

/// A connection to be added.
#[derive(Debug)]
pub struct NewConnection {
    /// Unique name.
    pub name: String,
    /// Which sessions become cases.
    pub mode: Mode,
    /// Which sessions come here.
    pub route: Route,
    /// The connector's settings.
    pub settings: CrmSettings,
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
    /// Another rule, for sessions about which none has decided yet.
    pub route: Option<Route>,
}

/// Reads the settings of a Creatio; says which member is wrong.
pub fn creatio_settings(settings: &serde_json::Value) -> Result<CreatioSettings, EngineError> {
    match CrmSettings::read(ConnectionKind::Creatio, settings)? {
        CrmSettings::Creatio(settings) => Ok(settings),
        CrmSettings::Salesforce(_) => {
            Err(EngineError::invalid("settings", "are those of a Salesforce", "correct them"))
        }
    }
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
        let NewCreatio { name, mode, settings, secret } = new;
        let settings = CrmSettings::Creatio(settings);
        self.add_connection(NewConnection { name, mode, route: Route::default(), settings, secret }, actor).await
    }

    /// Adds a connection and starts to follow sessions with it.
    pub async fn add_connection(&self, new: NewConnection, actor: &str) -> Result<Connection, EngineError> {
        new.settings.may_be_added()?;
        sane(&new.route)?;
        if new.name.trim().is_empty() || new.name.chars().count() > 64 || new.name.chars().any(char::is_control) {
            return Err(EngineError::invalid("name", "is not usable", "give 1 to 64 printable characters"));
        }
        let now = self.inner.clock.now();
        let connection = Connection {
            id: ConnectionId(Uuid::now_v7()),
            name: new.name.trim().to_owned(),
            kind: new.settings.kind(),
            instance: new.settings.instance(),
            settings: new.settings.to_json(),
            modes: ModeHistory::new(new.mode),
            route: new.route,
            pause: None,
            last_success_at: None,
            adoption: None,
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
        if let Some(route) = &change.route {
            sane(route)?;
            connection.route = route.clone();
        }
        let before = connection.settings.clone();
        let members: Vec<String> = change.settings.keys().cloned().collect();
        merge(&mut connection.settings, change.settings);
        stays_there(&connection, &before, change.secret.is_some())?;
        self.tasks_were_looked_at(&before, &connection).await?;
        if let Some(secret) = change.secret {
            self.vault(connection.id).put(CLIENT_SECRET, secret).await.map_err(|error| vault_failed(&error))?;
        }
        self.inner.store.update_connection(connection.clone()).await?;
        // New credentials or settings deserve a fresh look; a fault that is still there pauses again.
        if connection.pause.take_if(|pause| !pause.kind.is_for_a_person()).is_some() {
            self.inner.store.set_pause(connection.id, None).await?;
        }
        let detail = json!({ "mode": change.mode, "members": members, "route": change.route });
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
            if let Some(Ok(crm)) = runtime.as_ref().map(|runtime| runtime.crm.as_ref()) {
                crm.forget_refusals();
            }
            match runtime {
                Some(runtime) => runtime.succeeded(self.inner.store.as_ref(), self.inner.clock.now()).await,
                None if connection.pause.as_ref().is_some_and(|pause| pause.kind.is_for_a_person()) => {}
                None => self.inner.store.set_pause(connection.id, None).await?,
            }
            self.tell([Change::Connections]);
        }
        Ok(report)
    }

    /// Tests a connection as it would be after a change. Nothing is stored.
    pub async fn try_change(&self, name: &str, change: &ConnectionChange) -> Result<TestReport, EngineError> {
        let mut connection = self.connection(name).await?;
        let before = connection.settings.clone();
        merge(&mut connection.settings, change.settings.clone());
        stays_there(&connection, &before, change.secret.is_some())?;
        self.tasks_were_looked_at(&before, &connection).await?;
        let vault = Arc::new(TrialVault(change.secret.clone(), Some(self.vault(connection.id))));
        let crm = self.inner.connectors.build(&connection, vault).map_err(EngineError::Crm)?;
        Ok(crm.test(&CallLog::default()).await)
    }

    /// Pauses a connection until somebody resumes it: conversations are taken in and wait, in order.
    pub async fn pause_connection(&self, name: &str, actor: &str) -> Result<Connection, EngineError> {
        let pause =
            Pause { kind: PauseKind::ByHand, since: self.inner.clock.now(), until: None, failures: 0, failure: None };
        self.set_by_hand(name, Some(pause), "connection.pause", actor).await
    }

    /// Lets a connection go on, whatever paused it. A fault that is still there pauses it again.
    pub async fn resume_connection(&self, name: &str, actor: &str) -> Result<Connection, EngineError> {
        self.set_by_hand(name, None, "connection.resume", actor).await
    }

    async fn set_by_hand(
        &self,
        name: &str,
        pause: Option<Pause>,
        action: &str,
        actor: &str,
    ) -> Result<Connection, EngineError> {
        let mut connection = self.connection(name).await?;
        if connection.pause.as_ref().is_some_and(|pause| pause.kind == PauseKind::AnotherEngine) {
            return Err(EngineError::invalid(
                "connection",
                "is stopped because another engine writes to the same CRM",
                "take over here, or join the other engine; then pause and resume as you like",
            ));
        }
        let now = self.inner.clock.now();
        self.inner.store.set_pause(connection.id, pause.clone()).await?;
        let runtime = self.runtimes().get(&connection.id).cloned();
        if let Some(runtime) = runtime {
            runtime.set_by_hand(pause.clone());
        }
        connection.pause = pause;
        self.inner.store.audit(actor, action, &connection.id.to_string(), json!({}), now).await?;
        self.tell([Change::Connections, Change::Lanes]);
        Ok(connection)
    }

    /// Tests settings that are no connection yet. Nothing is stored.
    pub async fn try_settings(
        &self,
        settings: &CrmSettings,
        secret: Option<SecretString>,
    ) -> Result<TestReport, EngineError> {
        self.try_with(settings, Arc::new(TrialVault(secret, None))).await
    }

    /// Tests settings with what a sign-in that is not stored yet brought.
    pub(crate) async fn try_with(
        &self,
        settings: &CrmSettings,
        vault: Arc<dyn Vault>,
    ) -> Result<TestReport, EngineError> {
        let crm = self.inner.connectors.build(&trial(settings, self.inner.clock.now()), vault);
        Ok(crm.map_err(EngineError::Crm)?.test(&CallLog::default()).await)
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
}

fn sane(route: &Route) -> Result<(), EngineError> {
    route.problem().map_or(Ok(()), |(member, problem)| {
        Err(EngineError::invalid(member, problem, "give names of channels and tags as the source gives them"))
    })
}

/// A connection that is only tried.
fn trial(settings: &CrmSettings, now: jiff::Timestamp) -> Connection {
    Connection {
        id: ConnectionId(Uuid::now_v7()),
        name: "trial".into(),
        kind: settings.kind(),
        instance: settings.instance(),
        settings: settings.to_json(),
        modes: ModeHistory::new(Mode::Every),
        route: Default::default(),
        pause: None,
        last_success_at: None,
        adoption: None,
        created_at: now,
    }
}

fn merge(settings: &mut serde_json::Value, change: serde_json::Map<String, serde_json::Value>) {
    let Some(settings) = settings.as_object_mut() else { return };
    for (member, value) in change {
        if value.is_null() {
            settings.shift_remove(&member);
        } else {
            settings.insert(member, value);
        }
    }
}

/// Ids of records hang on the address: at another one they would be made a second time. And the secrets that are kept go
/// nowhere else: whoever may change settings may not read them.
fn stays_there(connection: &Connection, before: &serde_json::Value, with_secret: bool) -> Result<(), EngineError> {
    let settings = CrmSettings::read(connection.kind, &connection.settings)?;
    if settings.instance() == connection.instance {
        let (member, to) = settings.confides_in();
        let is_same = CrmSettings::read(connection.kind, before).is_ok_and(|before| before.confides_in().1 == to);
        // A refresh token cannot be given again: only a sign-in brings another.
        if is_same || (with_secret && !settings.is_by_person()) {
            return Ok(());
        }
        return Err(EngineError::invalid(
            member,
            "is another place, and the secrets that are kept were not given to it",
            "give the client secret again with the new address, or add the connection anew",
        ));
    }
    let (member, crm) = match settings {
        CrmSettings::Creatio(_) => ("settings.url", "Creatio"),
        CrmSettings::Salesforce(_) => ("settings.org", "org"),
    };
    Err(EngineError::invalid(
        member,
        format!("is another {crm} than {}: the cases of this connection are there", connection.instance),
        "add a connection for the other one, and remove this one when it is no longer needed",
    ))
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
