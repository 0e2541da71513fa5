//! Who reads conversations: the settings, and asking in time (R27).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use casebridge_connectors::analyst::{Analyst, Ask, BuiltIn};
use casebridge_domain::analysis::{Analysis, AnalystKind, Question, TranscriptLine};
use casebridge_domain::plan::fields::grounded;
use casebridge_domain::plan::said::{analysis_event_id, questions, transcript};
use casebridge_domain::{
    CallFailure, Connection, ConnectionId, Event, EventKind, FailureClass, FailureScope, NewEvent, SessionId,
};
use casebridge_store::{Append, SecretName};
use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;
use crate::mappings::Mapped;

/// How long a case waits for its analysis.
pub const PATIENCE: Duration = Duration::from_secs(6);
/// How long an analyst may take all in all.
const DEADLINE: Duration = Duration::from_secs(60);
const SETTING: &str = "analyst";
const KEY: &str = "analyst/key";

/// What a provider speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderApi {
    /// Chat completions, as many servers offer them.
    #[default]
    Openai,
    /// Anthropic's messages.
    Anthropic,
}

/// Who analyses. The key is in the secret store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalystSettings {
    /// Ours, or a provider.
    pub kind: AnalystKind,
    /// The provider's address.
    #[serde(default)]
    pub base_url: String,
    /// The model.
    #[serde(default)]
    pub model: String,
    /// What the provider speaks.
    #[serde(default)]
    pub api: ProviderApi,
}

impl Default for AnalystSettings {
    fn default() -> Self {
        Self { kind: AnalystKind::BuiltIn, base_url: String::new(), model: String::new(), api: ProviderApi::default() }
    }
}

/// Who analyses, and whether there is a key.
#[derive(Debug, Clone)]
pub struct AnalystState {
    /// The settings.
    pub settings: AnalystSettings,
    /// Whether a key is kept.
    pub has_key: bool,
}

/// Most analyses that run at once. The rest wait their turn: a thousand handoffs are no thousand calls in one second.
const AT_ONCE: usize = 8;

/// Conversations, of those that changed last, that a start looks through for analyses that were cut off. All that changed
/// while the former engine ended are among them.
const LOOKED_BACK: i64 = 5_000;

type Name = (SessionId, ConnectionId, i64, i64);

/// Analyses that run or wait their turn: by conversation, connection, handoff and version.
#[derive(Debug)]
pub(crate) struct UnderWay {
    names: Mutex<HashSet<Name>>,
    turns: Semaphore,
}

impl Default for UnderWay {
    fn default() -> Self {
        Self { names: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

impl UnderWay {
    fn names(&self) -> MutexGuard<'_, HashSet<Name>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn to ask, kept until it is dropped. There is always one to come: the turns are never closed.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.names().len()
    }
}

impl Engine {
    /// Who analyses.
    pub async fn analyst_state(&self) -> Result<AnalystState, EngineError> {
        let settings = self.analyst_settings().await?;
        let has_key = match &self.inner.secrets {
            Some(secrets) if settings.kind == AnalystKind::Provider => {
                secrets.get(&SecretName(KEY.into())).await?.is_some()
            }
            _ => false,
        };
        Ok(AnalystState { settings, has_key })
    }

    /// Decides who analyses from now on. A key is kept until another one, or an empty one, is given, or another provider is
    /// named.
    pub async fn set_analyst(
        &self,
        settings: AnalystSettings,
        key: Option<SecretString>,
        actor: &str,
    ) -> Result<AnalystState, EngineError> {
        use secrecy::ExposeSecret as _;
        if settings.kind == AnalystKind::Provider {
            let address = url::Url::parse(&settings.base_url).ok();
            if !address.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
                let hint = "give the address of the provider's API, such as https://host/v1";
                return Err(EngineError::invalid("base_url", "is no address", hint));
            }
            if settings.model.trim().is_empty() {
                return Err(EngineError::invalid("model", "is empty", "name the model to be asked"));
            }
        }
        let before = self.analyst_settings().await?;
        let elsewhere = before.api != settings.api || host_of(&before.base_url) != host_of(&settings.base_url);
        // The key belongs to who it was given for: another address never gets it.
        let key = key.or_else(|| elsewhere.then(SecretString::default));
        if let Some(key) = key.filter(|key| self.inner.secrets.is_some() || !key.expose_secret().is_empty()) {
            let secrets = self.inner.secrets.as_ref().ok_or_else(|| {
                EngineError::invalid(
                    "key",
                    "cannot be kept: there is no secret store",
                    "unlock the keychain, or set CASEBRIDGE_SECRETS_KEY",
                )
            })?;
            let name = SecretName(KEY.into());
            if key.expose_secret().is_empty() { secrets.delete(&name).await? } else { secrets.put(&name, key).await? }
        }
        let text = serde_json::to_string(&settings)
            .map_err(|_| EngineError::invalid("settings", "cannot be kept", "report this"))?;
        self.store().set_setting(SETTING, &text).await?;
        let detail = json!({ "kind": settings.kind, "base_url": settings.base_url, "model": settings.model });
        self.store().audit(actor, "analyst.set", SETTING, detail, self.clock().now()).await?;
        self.tell([Change::Connections]);
        self.analyst_state().await
    }

    /// Asks whoever analyses about two made-up lines; answers what it cost.
    pub async fn test_analyst(&self) -> Result<Analysis, EngineError> {
        let now = self.clock().now();
        let line = |seq, from, text: &str| TranscriptLine { seq, from, at: now, text: text.to_owned() };
        let lines = [
            line(1, casebridge_domain::Speaker::Customer, "Hello, my order number is 4711."),
            line(2, casebridge_domain::Speaker::Ai, "Thank you. A colleague will look at order 4711."),
        ];
        let question = Question {
            id: Uuid::nil(),
            title: "Order number".into(),
            instruction: String::new(),
            kind: casebridge_domain::mapping::ColumnKind::Integer,
            synonyms: std::collections::BTreeMap::new(),
        };
        self.ask(&TimeZone::system(), &lines, &[question], DEADLINE).await.map_err(EngineError::Crm)
    }

    /// Asks whoever analyses.
    pub(crate) async fn ask_analyst(
        &self,
        connection: &Connection,
        lines: &[TranscriptLine],
        asked: &[Question],
        deadline: Option<Duration>,
    ) -> Result<Analysis, CallFailure> {
        let zone = connection.settings.get("time_zone").and_then(serde_json::Value::as_str);
        let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or_else(TimeZone::system);
        self.ask(&zone, lines, asked, deadline.unwrap_or(DEADLINE)).await
    }

    async fn ask(
        &self,
        time_zone: &TimeZone,
        lines: &[TranscriptLine],
        questions: &[Question],
        deadline: Duration,
    ) -> Result<Analysis, CallFailure> {
        let analyst = self.analyst().await?;
        let ask = Ask { lines, questions, time_zone, now: self.clock().now(), deadline };
        analyst.analyse(&ask).await
    }

    async fn analyst(&self) -> Result<Arc<dyn Analyst>, CallFailure> {
        let settings = self.analyst_settings().await.map_err(|error| unusable(&error))?;
        if settings.kind == AnalystKind::BuiltIn {
            return Ok(Arc::new(BuiltIn));
        }
        let key = match &self.inner.secrets {
            Some(secrets) => secrets.get(&SecretName(KEY.into())).await.map_err(|error| unusable(&error.into()))?,
            None => None,
        };
        self.inner.connectors.analyst(&settings, key)
    }

    async fn analyst_settings(&self) -> Result<AnalystSettings, EngineError> {
        let kept = self.store().setting(SETTING).await?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Begins to read a conversation up to a handoff, unless that is under way. What comes of it is appended to the log
    /// once, which makes the lanes due.
    pub(crate) fn begin_analysis(&self, connection: &Connection, handoff: &Event, mapped: &Arc<Mapped>) {
        let name = (handoff.session_id, connection.id, handoff.seq, mapped.set.version);
        if !self.inner.analyses.names().insert(name) {
            return;
        }
        let (engine, connection, handoff, mapped) =
            (self.clone(), connection.clone(), handoff.clone(), Arc::clone(mapped));
        self.inner.tasks.spawn(async move {
            tokio::select! {
                () = engine.inner.stop.cancelled() => {}
                read = engine.read_up_to(&connection, &handoff, &mapped) => {
                    if let Err(error) = read {
                        tracing::error!(
                            session.id = %handoff.session_id, error = &error as &dyn std::error::Error,
                            "what an analyst found could not be kept; it is asked again after the next start"
                        );
                    }
                }
            }
            engine.inner.analyses.names().remove(&name);
        });
    }

    /// Begins again the analyses that an engine before this one did not live to end, and whose cases were made without
    /// them. A conversation that still waits for its analysis is asked about by its lane.
    pub(crate) async fn resume_analyses(&self) -> Result<(), EngineError> {
        for connection in self.store().connections().await? {
            let Some(mapped) = self.mapped(connection.id).await?.filter(|mapped| mapped.asks()) else { continue };
            let (version, since) = (mapped.set.version, mapped.set.at);
            for handoff in self.store().unread_handoffs(connection.id, version, since, LOOKED_BACK).await? {
                self.begin_analysis(&connection, &handoff, &mapped);
            }
        }
        Ok(())
    }

    async fn read_up_to(&self, connection: &Connection, handoff: &Event, mapped: &Mapped) -> Result<(), EngineError> {
        let _turn = self.inner.analyses.turn().await;
        let session = handoff.session_id;
        let events = self.store().events(session, 0, handoff.seq).await?;
        let lines = transcript(&events, handoff.seq);
        let asked = questions(&mapped.set.mappings, &mapped.columns);
        let answer = self.ask_analyst(connection, &lines, &asked, None).await;
        let (analysis, failure) = match answer {
            Ok(analysis) => (Some(Box::new(grounded(analysis, &lines))), None),
            Err(failure) => (None, Some(failure.message)),
        };
        let kind = EventKind::Analysed {
            connection: connection.id,
            handoff: handoff.seq,
            version: mapped.set.version,
            analysis,
            failure,
        };
        let event = NewEvent::new(analysis_event_id(handoff, connection.id, mapped.set.version), None, kind);
        // Refused means that it stands already: the first answer counts.
        let append = Append { session_id: session, events: [event].into() };
        if self.store().append(append, self.clock().now()).await?.is_ok() {
            self.tell_of(session);
            self.wake_lanes();
        }
        Ok(())
    }
}

/// Scheme, host and port, which decide who is asked.
fn host_of(address: &str) -> Option<url::Origin> {
    url::Url::parse(address).ok().map(|url| url.origin())
}

fn unusable(error: &EngineError) -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Lane,
        status: None,
        message: format!("whoever analyses cannot be asked: {error}"),
        hint: error.hint(),
        item: None,
    }
}
