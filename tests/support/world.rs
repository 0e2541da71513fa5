//! A world: store, engine, stand-in CRM.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use casebridge_domain::analysis::AnalystKind;
use casebridge_domain::pace::Pace;
use casebridge_domain::{Connection, ConnectionKind, Consumer, Contact, Mode, Route, SessionId};
use casebridge_engine::analysts::AnalystSettings;
use casebridge_engine::connections::{ConnectionChange, NewCreatio, creatio_settings};
use casebridge_engine::{Clock, Connectors, CrmConnectors, CrmSettings, Engine, SystemClock};
use casebridge_gateway::{GatewayState, PublicLimits, public_router, serve_public};
use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, CreatioSandbox, RunningCreatio};
use casebridge_sandbox::salesforce::{DESKTOP_CLIENT_ID, RunningSalesforce};
use casebridge_store::{DataFolder, FolderLock, NewSession, Secrets, SessionLog as _, Sqlite};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use crate::Conversation;
use crate::analyst::{Scripted, WithAnalyst};

/// Key of the secrets file in tests.
pub const SECRETS_KEY: &str = "a key for tests, long enough";

/// How a world differs from the usual one.
pub struct WorldOptions {
    /// Which sessions become cases.
    pub mode: Mode,
    /// The stand-in.
    pub creatio: CreatioConfig,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
    /// Members laid over the connection's settings.
    pub settings: Value,
    /// Quiet time; short, because most journeys are not about it.
    pub pace: Pace,
    /// Who analyses; nobody set: the analyst that is built in.
    pub analyst: Option<Arc<Scripted>>,
    /// Which records are replies, where not the usual ones; looked at before it is switched on.
    pub replies: Option<Value>,
}

impl WorldOptions {
    /// A world in which tasks of a category are replies too.
    pub fn with_task_replies(mut self) -> Self {
        self.replies = Some(json!({ "tasks": [{ "category": crate::people::REPLY_CATEGORY }] }));
        self
    }
}

impl Default for WorldOptions {
    fn default() -> Self {
        Self {
            mode: Mode::Every,
            creatio: CreatioConfig::default(),
            clock: Arc::new(SystemClock),
            settings: json!({}),
            pace: Pace { quiet: Duration::from_millis(20), at_most: Duration::from_millis(60) },
            analyst: None,
            replies: None,
        }
    }
}

/// One engine on one data folder.
pub struct Side {
    folder: tempfile::TempDir,
    _lock: FolderLock,
    /// The store.
    pub store: Sqlite,
    /// The engine, started.
    pub engine: Engine,
    /// The connection to the stand-in.
    pub connection: Connection,
    door: Option<DropGuard>,
}

/// A stand-in and an engine that follows into it.
pub struct World {
    /// The stand-in.
    pub creatio: RunningCreatio,
    /// The engine's side.
    pub side: Side,
}

impl World {
    /// A world with the usual options and this mode.
    pub async fn new(mode: Mode) -> Self {
        Self::with(WorldOptions { mode, ..WorldOptions::default() }).await
    }

    /// A world with these options.
    pub async fn with(options: WorldOptions) -> Self {
        let creatio = CreatioSandbox::start(options.creatio.clone()).await.unwrap();
        let side = Side::open(&creatio, &options).await;
        Self { creatio, side }
    }

    /// The stand-in's insides.
    pub fn crm(&self) -> &CreatioSandbox {
        &self.creatio.sandbox
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.side.engine
    }
}

impl Side {
    /// An engine with an empty data folder of its own beside a stand-in that may hold things already.
    pub async fn open(creatio: &RunningCreatio, options: &WorldOptions) -> Self {
        let (temp, lock, store, engine) = unconnected(options).await;
        let client = ClientApp::demo();
        let mut settings = json!({
            "url": creatio.instance_url,
            "identity_url": creatio.identity_url,
            "auth": { "kind": "client_credentials", "client_id": client.client_id },
            "session_column": "UsrSessionId",
        });
        for (member, value) in options.settings.as_object().into_iter().flatten() {
            settings[member] = value.clone();
        }
        let new = NewCreatio {
            name: "creatio".into(),
            mode: options.mode,
            settings: creatio_settings(&settings).unwrap(),
            secret: Some(SecretString::from(client.client_secret)),
        };
        let connection = engine.add_creatio(new, "test").await.unwrap();
        let mut side = Self { folder: temp, _lock: lock, store, engine, connection, door: None };
        if let Some(replies) = options.replies.clone() {
            side.engine.preview_replies("creatio", Some(replies.clone()), 20).await.unwrap();
            let settings = [("replies".to_owned(), replies)].into_iter().collect();
            let change = ConnectionChange { settings, ..ConnectionChange::default() };
            side.connection = side.engine.change_connection("creatio", change, "test").await.unwrap();
        }
        side
    }

    /// The same beside a stand-in org, to which the integration user signs in.
    pub async fn in_salesforce(org: &RunningSalesforce, options: &WorldOptions) -> Self {
        let (folder, _lock, store, engine) = unconnected(options).await;
        let mut settings = json!({ "login_url": org.login_url, "client_id": DESKTOP_CLIENT_ID });
        for (member, value) in options.settings.as_object().into_iter().flatten() {
            settings[member] = value.clone();
        }
        let settings = CrmSettings::read(ConnectionKind::Salesforce, &settings).unwrap();
        let (id, step) = engine.try_sign_in(settings, None, None).await.unwrap();
        let brought = crate::salesforce::allowed(step.url.as_str()).await;
        let new = ("salesforce".to_owned(), options.mode, Route::default());
        let (report, added) = engine.finish_trial(id, &brought, new, "test").await.unwrap();
        let connection = added.unwrap_or_else(|| panic!("the sign-in is good: {report:#?}"));
        Self { folder, _lock, store, engine, connection, door: None }
    }

    /// Opens the public listener, and gives the address that the CRM is to call.
    pub async fn open_door(&mut self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = GatewayState::new(self.engine.clone(), SecretString::from("local"));
        let stop = CancellationToken::new();
        tokio::spawn(serve_public(listener, public_router(state), stop.clone(), PublicLimits::default()));
        self.door = Some(stop.drop_guard());
        let path = self.engine.webhook_address(&self.connection.name, "test").await.unwrap().path;
        format!("http://{address}{}", path.expose_secret())
    }

    /// The decision about each record that the ledger holds.
    pub async fn decisions(&self, sessions: impl IntoIterator<Item = SessionId>) -> BTreeMap<Uuid, String> {
        use casebridge_store::Traces as _;
        let mut decisions = BTreeMap::new();
        for session in sessions {
            for (_, row) in self.store.ledger(session).await.unwrap() {
                let decision = row.decision.or((!row.theirs).then(|| "ours".to_owned()));
                decisions.extend(decision.map(|decision| (row.record_id, decision)));
            }
        }
        decisions
    }

    /// The data folder.
    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Makes the session of a conversation.
    pub async fn session(&self, conversation: &Conversation) -> SessionId {
        let new = NewSession {
            key: conversation.key.clone(),
            channel: "web".into(),
            tags: Vec::new(),
            topic: conversation.topic.clone(),
            contact: Contact::default(),
        };
        self.engine.ensure_session(new).await.unwrap().0.id
    }

    /// Sends a whole conversation, event by event.
    pub async fn send(&self, conversation: &Conversation) -> SessionId {
        let id = self.session(conversation).await;
        for event in conversation.events() {
            self.engine.append(id, vec![event]).await.unwrap();
        }
        id
    }

    /// Sends many, side by side.
    pub async fn send_all(&self, conversations: &[Conversation]) {
        futures::future::join_all(conversations.iter().map(|conversation| self.send(conversation))).await;
    }

    /// Ends the engine and begins another on the same data.
    pub async fn restart(&mut self, options: &WorldOptions) {
        self.engine.stop().await;
        let folder = DataFolder::open(self.data()).unwrap();
        let key = SecretString::from(SECRETS_KEY);
        let secrets = Secrets::open(folder.secrets_file(), Some(key), "tests").await.unwrap();
        self.engine = begun(options, &self.store, secrets).await;
    }

    /// The lane consumer of the connection.
    pub fn consumer(&self) -> Consumer {
        Consumer::Crm(self.connection.id)
    }

    /// Waits until nothing is due or under way on the connection. Parked lanes count as settled.
    pub async fn settled(&self) {
        use casebridge_store::Lanes as _;
        eventually_told(
            "every lane is synced or parked",
            async || {
                let counts = self.store.lane_counts(self.consumer()).await.unwrap();
                (counts.due == 0 && counts.leased == 0).then_some(())
            },
            async || {
                format!(
                    "{:#?}",
                    self.engine
                        .lanes(casebridge_store::LaneFilter { unfinished: true, limit: 5, ..Default::default() })
                        .await
                )
            },
        )
        .await;
    }
}

/// An engine, started, with an empty data folder and no connection.
async fn unconnected(options: &WorldOptions) -> (tempfile::TempDir, FolderLock, Sqlite, Engine) {
    let temp = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(temp.path().join("data")).unwrap();
    let lock = folder.lock().unwrap();
    let key = SecretString::from(SECRETS_KEY);
    let secrets = Secrets::open(folder.secrets_file(), Some(key), "tests").await.unwrap();
    let store = Sqlite::open(&folder.database().unwrap()).await.unwrap();
    store.set_pace(options.pace);
    let engine = begun(options, &store, secrets).await;
    if options.analyst.is_some() {
        let settings = AnalystSettings {
            kind: AnalystKind::Provider,
            base_url: "http://127.0.0.1:9/v1".into(),
            model: "scripted".into(),
            ..AnalystSettings::default()
        };
        engine.set_analyst(settings, None, "test").await.unwrap();
    }
    (temp, lock, store, engine)
}

async fn begun(options: &WorldOptions, store: &Sqlite, secrets: Secrets) -> Engine {
    let connectors: Arc<dyn Connectors> = match &options.analyst {
        Some(analyst) => Arc::new(WithAnalyst(Arc::clone(analyst) as _)),
        None => Arc::new(CrmConnectors),
    };
    let engine = Engine::new(Arc::new(store.clone()), Some(secrets), Arc::clone(&options.clock), connectors);
    engine.start().await.unwrap();
    engine
}

/// Far beyond what anything takes in a journey; only a broken engine gets there.
const PATIENCE: Duration = Duration::from_secs(300);

/// Waits for a condition, and says which when it does not come true.
pub async fn eventually<T>(what: &str, condition: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, what, condition, async || String::new()).await
}

/// The same, with a description of what was there instead.
pub async fn eventually_told<T>(
    what: &str,
    condition: impl AsyncFnMut() -> Option<T>,
    instead: impl AsyncFn() -> String,
) -> T {
    within(PATIENCE, what, condition, instead).await
}

/// The same with a patience of one's own, for runs with days' worth of faults.
pub async fn within<T>(
    patience: Duration,
    what: &str,
    mut condition: impl AsyncFnMut() -> Option<T>,
    instead: impl AsyncFn() -> String,
) -> T {
    let give_up = tokio::time::Instant::now() + patience;
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        if tokio::time::Instant::now() >= give_up {
            panic!("did not come true: {what} {}", instead().await);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
