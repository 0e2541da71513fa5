//! Signals: a business process that starts inside a save and calls somebody's web service.
//!
//! A signal passes only the record's id. The call runs inside the save unless the process runs in the background,
//! waits 5 s, and is not repeated unless the web service says so; whatever is answered, the save goes on.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rand::Rng as _;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use uuid::Uuid;

use super::odata;
use super::shared::{Shared, State};
use super::value::{Spelling, to_json};

/// What happened to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignalEvent {
    /// Record added.
    Added,
    /// Record modified.
    Modified,
    /// Record deleted.
    Deleted,
}

/// A save that signals may answer to.
#[derive(Clone, Debug)]
pub(crate) struct Saved {
    pub at: Timestamp,
    pub entity: String,
    pub id: Uuid,
    pub event: SignalEvent,
    pub changed: Vec<String>,
}

/// A process with a signal start and a call of a web service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignalSubscription {
    /// A name for the ledger.
    #[serde(default)]
    pub name: String,
    /// The object watched.
    pub entity: String,
    /// The events watched.
    pub events: Vec<SignalEvent>,
    /// For modified records: only if one of these changed; empty means any.
    #[serde(default)]
    pub columns: Vec<String>,
    /// A `$filter` that the record must meet.
    #[serde(default)]
    pub filter: Option<String>,
    /// Where the call goes; `http://` only.
    pub url: String,
    /// Headers of the call.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The body; in its texts `[#Column#]` is replaced by the record's value.
    pub body: Json,
    /// The content type; what the vendor really sends beside JSON is UNCONFIRMED.
    #[serde(default = "json_content")]
    pub content_type: String,
    /// How long an attempt may take; 5000 by default.
    #[serde(default = "default_timeout")]
    pub timeout_ms: u64,
    /// Further attempts after a failure; 0 by default, else after 1, 2, 4 ... up to 64 seconds.
    #[serde(default)]
    pub retries: u32,
    /// "Run in background": the save does not wait.
    #[serde(default)]
    pub background: bool,
    /// How often a call is lost, as when a web node restarts.
    #[serde(default)]
    pub loss: f64,
    /// How often a call is made twice, as with an at-least-once queue.
    #[serde(default)]
    pub duplication: f64,
}

fn json_content() -> String {
    "application/json".to_owned()
}

fn default_timeout() -> u64 {
    5000
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryOutcome {
    /// This status was answered.
    Answered(u16),
    /// Nothing came in time.
    TimedOut,
    /// The connection failed.
    Failed(String),
    /// It never left.
    Lost,
}

/// One call of a web service.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// The subscription's name.
    pub subscription: String,
    /// What came of it.
    pub outcome: DeliveryOutcome,
    /// How long it took.
    pub duration_ms: u64,
}

/// A signal with the calls that it led to.
#[derive(Clone, Debug, Serialize)]
pub struct Signal {
    /// Counts from 1.
    pub no: u64,
    /// When the record was saved.
    pub at: Timestamp,
    /// The object.
    pub entity: String,
    /// The record.
    pub id: Uuid,
    /// What happened.
    pub event: SignalEvent,
    /// The columns that changed.
    pub changed: Vec<String>,
    /// The calls made.
    pub deliveries: Vec<Delivery>,
}

/// Signals and who listens.
#[derive(Default)]
pub(crate) struct Signals {
    pub subscriptions: Vec<SignalSubscription>,
    pub fired: Vec<Signal>,
}

struct Call {
    signal: usize,
    subscription: SignalSubscription,
    body: String,
    times: usize,
}

/// Notes the saves, and calls those who listen; returns when all calls that run inside the save are done.
pub(crate) async fn fire(shared: &Arc<Shared>) {
    let calls = due_calls(&mut shared.lock());
    for call in calls {
        if call.subscription.background {
            tokio::spawn(deliver(Arc::clone(shared), call));
        } else {
            deliver(Arc::clone(shared), call).await;
        }
    }
}

/// The same for a save that nobody waits for: a person at the keyboard.
pub(crate) fn fire_detached(shared: &Arc<Shared>) {
    let calls = due_calls(&mut shared.lock());
    if calls.is_empty() {
        return;
    }
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let shared = Arc::clone(shared);
    runtime.spawn(async move {
        for call in calls {
            deliver(Arc::clone(&shared), call).await;
        }
    });
}

fn due_calls(state: &mut State) -> Vec<Call> {
    let mut calls = Vec::new();
    for saved in state.database.take_saved() {
        let at = state.signals.fired.len();
        for subscription in state.signals.subscriptions.clone() {
            if !listens(state, &subscription, &saved) {
                continue;
            }
            let body = filled(state, &subscription.body, &saved).to_string();
            let times = if state.faults.rng.random::<f64>() < subscription.loss {
                0
            } else if state.faults.rng.random::<f64>() < subscription.duplication {
                2
            } else {
                1
            };
            calls.push(Call { signal: at, subscription, body, times });
        }
        let Saved { at: when, entity, id, event, changed } = saved;
        state.signals.fired.push(Signal {
            no: at as u64 + 1,
            at: when,
            entity,
            id,
            event,
            changed,
            deliveries: Vec::new(),
        });
    }
    calls
}

fn listens(state: &State, subscription: &SignalSubscription, saved: &Saved) -> bool {
    if subscription.entity != saved.entity || !subscription.events.contains(&saved.event) {
        return false;
    }
    let watched = &subscription.columns;
    if saved.event == SignalEvent::Modified
        && !watched.is_empty()
        && !saved.changed.iter().any(|column| watched.contains(column))
    {
        return false;
    }
    let Some(filter) = &subscription.filter else { return true };
    let (Some(entity), Some(row)) = (state.database.entity(&saved.entity), state.database.row(&saved.entity, saved.id))
    else {
        return false;
    };
    match odata::parse_filter(&state.database, &entity, filter) {
        Ok(expr) => odata::holds(&state.database, &expr, row),
        Err(refusal) => {
            tracing::warn!(%refusal, filter, "a signal's filter was refused");
            false
        }
    }
}

/// "Read data" by the id that the signal passed, then the body with its parameters.
fn filled(state: &State, body: &Json, saved: &Saved) -> Json {
    match body {
        Json::String(text) if text.contains("[#") => {
            let mut text = text.replace("[#Id#]", &saved.id.to_string());
            if let Some(row) = state.database.row(&saved.entity, saved.id)
                && let Some(entity) = state.database.entity(&saved.entity)
            {
                let spelling = Spelling { date_digits: 6, decimals_as_text: true };
                for (column, value) in entity.columns.iter().zip(&row.values) {
                    let mark = format!("[#{}#]", column.name);
                    if text.contains(&mark) {
                        let shown = to_json(value, &column.kind, spelling);
                        let shown = shown.as_str().map_or_else(|| shown.to_string(), str::to_owned);
                        text = text.replace(&mark, &shown);
                    }
                }
            }
            Json::String(text)
        }
        Json::Array(items) => items.iter().map(|item| filled(state, item, saved)).collect(),
        Json::Object(map) => map.iter().map(|(name, value)| (name.clone(), filled(state, value, saved))).collect(),
        other => other.clone(),
    }
}

async fn deliver(shared: Arc<Shared>, call: Call) {
    if call.times == 0 {
        note(&shared, &call, DeliveryOutcome::Lost, 0);
    }
    for _ in 0..call.times {
        let mut wait = Duration::from_secs(1);
        for attempt in 0..=call.subscription.retries {
            let started = tokio::time::Instant::now();
            let limit = Duration::from_millis(call.subscription.timeout_ms);
            let outcome = match tokio::time::timeout(limit, post(&call.subscription, &call.body)).await {
                Ok(Ok(status)) => DeliveryOutcome::Answered(status),
                Ok(Err(error)) => DeliveryOutcome::Failed(error.to_string()),
                Err(_) => DeliveryOutcome::TimedOut,
            };
            let good = matches!(outcome, DeliveryOutcome::Answered(status) if status < 400);
            let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            note(&shared, &call, outcome, took);
            if good || attempt == call.subscription.retries {
                break;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(Duration::from_secs(64));
        }
    }
}

fn note(shared: &Shared, call: &Call, outcome: DeliveryOutcome, duration_ms: u64) {
    let subscription = call.subscription.name.clone();
    if let Some(signal) = shared.lock().signals.fired.get_mut(call.signal) {
        signal.deliveries.push(Delivery { subscription, outcome, duration_ms });
    }
}

/// The least HTTP that a POST takes.
async fn post(subscription: &SignalSubscription, body: &str) -> std::io::Result<u16> {
    let bad = |text: &str| std::io::Error::new(std::io::ErrorKind::InvalidInput, text.to_owned());
    let rest = subscription.url.strip_prefix("http://").ok_or_else(|| bad("only http:// is called"))?;
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let mut stream = TcpStream::connect(address).await?;
    let mut head = format!(
        "POST /{path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n",
        subscription.content_type,
        body.len()
    );
    for (name, value) in &subscription.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    let mut answer = Vec::new();
    let mut buffer = [0_u8; 1024];
    while !answer.windows(2).any(|pair| pair == b"\r\n") {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            break;
        }
        answer.extend_from_slice(&buffer[..read]);
    }
    let line = String::from_utf8_lossy(&answer);
    line.split_whitespace().nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| bad("no status was answered"))
}
