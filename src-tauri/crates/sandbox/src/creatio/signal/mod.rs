//! Signals: a business process that starts inside a save and calls somebody's web service.
//!
//! A signal passes only the record's id. The call runs inside the save unless the process runs in the background,
//! waits 5 s, and is not repeated unless the web service says so; whatever is answered, the save goes on.

mod deliver;
mod due;
mod recipe;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use deliver::Pool;

pub(crate) use deliver::{deliver_all, detach};
pub(crate) use due::{Call, due};
pub use recipe::{Recipe, RecipeExt, RecipeKind};

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
    /// How often a call is made again, as with an at-least-once queue.
    #[serde(default)]
    pub duplication: f64,
    /// How many calls a call that is made again comes to; 2 by default.
    #[serde(default = "default_times")]
    pub times: u32,
    /// Background calls wait a moment for others and then leave in the order of dice with this seed.
    #[serde(default)]
    pub shuffled: Option<u64>,
}

fn json_content() -> String {
    "application/json".to_owned()
}

fn default_timeout() -> u64 {
    5000
}

fn default_times() -> u32 {
    2
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
    pool: Pool,
}
