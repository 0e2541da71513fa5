//! What a store does, aggregate by aggregate. Each method that writes is one transaction, durable when it
//! returns.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casebridge_domain::pace::Pace;
use casebridge_domain::{
    Adoption, Case, CaseState, Connection, ConnectionId, Consumer, Contact, Event, FailureMemory, KeyId, Lane,
    NewEvent, ParkReason, Pause, RecordKind, RecordRef, Session, SessionId, SessionKey, StatusClass,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::back::{Inbound, Replies};
use crate::console::Console;
use crate::error::StoreError;
use crate::links::Links;
use crate::mappings::{FieldsResult, Mappings};
use crate::measures::Measures;
use crate::people::People;

/// A session to be made, or found.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its name at the source.
    pub key: SessionKey,
    /// Channel.
    pub channel: String,
    /// What it is about.
    pub topic: Option<String>,
    /// The customer.
    pub contact: Contact,
}

/// Events for one session, all or none.
#[derive(Debug, Clone)]
pub struct Append {
    /// Whose log.
    pub session_id: SessionId,
    /// What happened, in order.
    pub events: Arc<[NewEvent]>,
}

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Appended {
    /// Its place in the log.
    pub seq: i64,
    /// Whether it stood there already.
    pub duplicate: bool,
}

/// Why an append changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendRefused {
    /// There is no such session.
    #[error("there is no session `{0}`")]
    NoSession(SessionId),
    /// The log holds that event id with another body.
    #[error("event `{event_id}` is in the log already, at {seq}, with another body")]
    Conflict {
        /// Which.
        event_id: String,
        /// Where.
        seq: i64,
    },
}

/// The session log.
#[async_trait]
pub trait SessionLog: Send + Sync {
    /// Makes a session or finds it; the second is whether it was made. An existing one is left as it is.
    async fn ensure_session(&self, new: NewSession, now: Timestamp) -> Result<(Session, bool), StoreError>;
    /// Appends and marks the lanes of every connection dirty.
    async fn append(&self, append: Append, now: Timestamp) -> Result<Result<Vec<Appended>, AppendRefused>, StoreError>;
    /// Head of a session.
    async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError>;
    /// Events after `after`, in order, at most `limit`.
    async fn events(&self, id: SessionId, after: i64, limit: i64) -> Result<Vec<Event>, StoreError>;
    /// Session ids that have this external id, in any source.
    async fn find_sessions(&self, external_id: &str) -> Result<Vec<SessionId>, StoreError>;
    /// Sets the quiet time of appends from now on.
    fn set_pace(&self, pace: Pace);
}

/// A record that a plan is about to make.
#[derive(Debug, Clone, Copy)]
pub struct Intent {
    /// Which.
    pub record: RecordRef,
    /// The event behind it.
    pub seq: i64,
}

/// A case that a plan is about to make.
#[derive(Debug, Clone)]
pub struct Reservation {
    /// Its id in the CRM.
    pub crm_id: Uuid,
    /// What it is keyed by.
    pub case_key: String,
    /// The case closed before it.
    pub previous: Option<Uuid>,
    /// The event that opens it.
    pub opening_seq: i64,
}

/// One line about a lane for the trace.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// What, in one word: `plan`, `settle`, `written`, `retry`, `park`...
    pub what: String,
    /// Details.
    pub detail: serde_json::Value,
}

/// A ledger row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerRow {
    /// Kind of record.
    pub kind: RecordKind,
    /// Its id in the CRM.
    pub record_id: Uuid,
    /// The event it carries.
    pub seq: i64,
    /// Whether it stands, as far as we know.
    pub stands: bool,
    /// Whether people made it.
    pub theirs: bool,
    /// What was decided about it.
    pub decision: Option<String>,
}

/// One HTTP call, as the trace keeps it.
#[derive(Debug, Clone, Serialize)]
pub struct Attempt {
    /// The lane's fence at the time.
    pub fence: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took, in microseconds.
    pub took_us: i64,
    /// HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// HTTP status, if an answer came.
    pub status: Option<u16>,
    /// Records it carried.
    pub parts: i64,
    /// Why it failed.
    pub failure: Option<String>,
    /// Request body, capped.
    pub request: Option<String>,
    /// Answer body, capped.
    pub answer: Option<String>,
}

/// What a pass learned about its case.
#[derive(Debug, Clone)]
pub struct CaseUpdate {
    /// Which.
    pub crm_id: Uuid,
    /// Where it stands now.
    pub state: CaseState,
    /// Its number, if the CRM gave one.
    pub number: Option<String>,
    /// From when replies are delivered, by the CRM's clock (R2); the first value stays.
    pub deliver_after: Option<String>,
    /// What a confirmed status change of ours made of it.
    pub wrote: Option<StatusClass>,
}

/// Where a pass leaves its lane.
#[derive(Debug, Clone)]
pub enum LaneEnd {
    /// Everything up to the new `written_seq` stands.
    Written,
    /// There was nothing to do up to here.
    Considered {
        /// Place in the log.
        seq: i64,
        /// Why.
        why: &'static str,
    },
    /// Failed: again at this time.
    Retry {
        /// When.
        at: Timestamp,
        /// What to remember.
        memory: FailureMemory,
    },
    /// The connection waits; due at once when it goes on.
    Wait,
    /// Something is awaited that is worth waiting for, but not longer than this.
    Until {
        /// When.
        at: Timestamp,
        /// Why.
        why: &'static str,
    },
    /// A person must act.
    Park(ParkReason),
}

/// The result of one pass.
#[derive(Debug, Clone)]
pub struct PassResult {
    /// Whose.
    pub consumer: Consumer,
    /// Which session.
    pub session_id: SessionId,
    /// The claim's fence.
    pub fence: i64,
    /// New `written_seq`, if it moved.
    pub written_seq: Option<i64>,
    /// Records now known to stand.
    pub stands: Vec<RecordRef>,
    /// What was learned about the case.
    pub case: Option<CaseUpdate>,
    /// What became of mapped columns.
    pub fields: Option<FieldsResult>,
    /// Calls made.
    pub attempts: Vec<Attempt>,
    /// Lines for the trace.
    pub steps: Vec<Step>,
    /// Where the lane goes.
    pub end: LaneEnd,
    /// When the pass ended.
    pub at: Timestamp,
}

/// Which lanes are meant.
#[derive(Debug, Clone, Default)]
pub struct LaneFilter {
    /// Only this session.
    pub session: Option<SessionId>,
    /// Only this consumer.
    pub consumer: Option<Consumer>,
    /// Only those parked (true) or not (false).
    pub parked: Option<bool>,
    /// Only those that are not synced.
    pub unfinished: bool,
    /// At most this many; 0 means no limit.
    pub limit: i64,
}

/// Counts of lanes for one connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LaneCounts {
    /// All.
    pub all: i64,
    /// With a due time, not leased.
    pub due: i64,
    /// Held by a pass.
    pub leased: i64,
    /// With failures since the last success.
    pub failing: i64,
    /// Waiting for a person.
    pub parked: i64,
}

/// Lanes and what passes leave.
#[async_trait]
pub trait Lanes: Send + Sync {
    /// Claims up to `limit` due lanes: each gets a lease and a new fence.
    async fn claim(
        &self,
        consumer: Consumer,
        now: Timestamp,
        limit: i64,
        lease: Duration,
    ) -> Result<Vec<Lane>, StoreError>;
    /// Prolongs leases that are still ours; returns how many were.
    async fn renew(&self, held: Vec<(Consumer, SessionId, i64)>, until: Timestamp) -> Result<u64, StoreError>;
    /// Writes intents and reservation before the call; gives back what the ledger held of them before.
    async fn commit_plan(
        &self,
        lane: (Consumer, SessionId, i64),
        reserve: Option<Reservation>,
        intents: Vec<Intent>,
        step: Step,
    ) -> Result<Vec<LedgerRow>, StoreError>;
    /// Records a pass, or refuses when the fence moved.
    async fn record(&self, result: PassResult) -> Result<(), StoreError>;
    /// When the next lane of a consumer is due (leases running out count).
    async fn next_due(&self, consumer: Consumer) -> Result<Option<Timestamp>, StoreError>;
    /// Gives back every lease: the engine that held them is dead (start-up repair). Returns how many.
    async fn release_all(&self, now: Timestamp) -> Result<u64, StoreError>;
    /// Lanes, newest trouble first.
    async fn lanes(&self, filter: LaneFilter) -> Result<Vec<(Lane, Option<String>)>, StoreError>;
    /// Counts for one consumer.
    async fn lane_counts(&self, consumer: Consumer) -> Result<LaneCounts, StoreError>;
    /// Makes lanes due now: parked ones too, and failures forgotten. Returns how many.
    async fn retry(&self, filter: LaneFilter, now: Timestamp) -> Result<u64, StoreError>;
    /// Parks one lane.
    async fn park(&self, consumer: Consumer, session: SessionId, reason: ParkReason) -> Result<bool, StoreError>;
    /// Leaves one event out of the lane and makes it due.
    async fn skip(&self, consumer: Consumer, session: SessionId, seq: i64, now: Timestamp) -> Result<bool, StoreError>;
    /// Marks all lanes with an open case dirty after a change of settings (R10).
    async fn redo(&self, consumer: Consumer, now: Timestamp) -> Result<u64, StoreError>;
}

/// Cases, the ledger and attempts, for passes and traces.
#[async_trait]
pub trait Traces: Send + Sync {
    /// The current case of a session on a connection: the newest.
    async fn case(&self, connection: ConnectionId, session: SessionId) -> Result<Option<Case>, StoreError>;
    /// All cases of a session.
    async fn cases(&self, session: SessionId) -> Result<Vec<Case>, StoreError>;
    /// Cases by number or CRM id.
    async fn find_cases(&self, text: &str) -> Result<Vec<Case>, StoreError>;
    /// The ledger of a session.
    async fn ledger(&self, session: SessionId) -> Result<Vec<(ConnectionId, LedgerRow)>, StoreError>;
    /// The calls made for a session, oldest first.
    async fn attempts(&self, session: SessionId) -> Result<Vec<(ConnectionId, Attempt)>, StoreError>;
    /// The steps of a session's lanes, oldest first.
    async fn steps(&self, session: SessionId) -> Result<Vec<(Consumer, Step)>, StoreError>;
    /// Drops bodies of attempts older than this, and receipts and poller's rounds (R30). Returns how many bodies.
    async fn drop_bodies(&self, before: Timestamp) -> Result<u64, StoreError>;
}

/// An API key, without the key.
#[derive(Debug, Clone, Serialize)]
pub struct ApiKey {
    /// Its id.
    pub id: KeyId,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

/// Connections, keys, settings and the audit log.
#[async_trait]
pub trait Registry: Send + Sync {
    /// Adds a connection; the name must be free.
    async fn add_connection(&self, connection: Connection) -> Result<(), StoreError>;
    /// Those that were not removed.
    async fn connections(&self) -> Result<Vec<Connection>, StoreError>;
    /// Changes settings and modes.
    async fn update_connection(&self, connection: Connection) -> Result<(), StoreError>;
    /// Sets or clears the pause.
    async fn set_pause(&self, id: ConnectionId, pause: Option<Pause>) -> Result<(), StoreError>;
    /// Makes this store the one that goes on with what another engine wrote: ends the pause, and begins every case anew,
    /// as after a restored backup. Returns how many cases that concerns.
    async fn take_over(&self, id: ConnectionId, adoption: Adoption) -> Result<u64, StoreError>;
    /// Whether this store meant to write one of these records on another connection, a removed one too: whoever adds a
    /// connection anew finds what it wrote before.
    async fn meant_elsewhere(&self, id: ConnectionId, records: Vec<RecordRef>) -> Result<bool, StoreError>;
    /// Removes a connection; history stays, its lanes stop.
    async fn remove_connection(&self, id: ConnectionId, now: Timestamp) -> Result<(), StoreError>;
    /// Adds a key by its hash.
    async fn add_key(&self, key: ApiKey, hash: Vec<u8>) -> Result<(), StoreError>;
    /// All keys.
    async fn keys(&self) -> Result<Vec<ApiKey>, StoreError>;
    /// The live key with this hash.
    async fn key_by_hash(&self, hash: &[u8]) -> Result<Option<ApiKey>, StoreError>;
    /// Revokes a key; whether there was a live one.
    async fn revoke_key(&self, id: KeyId, now: Timestamp) -> Result<bool, StoreError>;
    /// A setting.
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError>;
    /// Sets a setting.
    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError>;
    /// Writes a line into the audit log: who did what to what. Never a secret.
    async fn audit(
        &self,
        actor: &str,
        action: &str,
        subject: &str,
        detail: serde_json::Value,
        now: Timestamp,
    ) -> Result<(), StoreError>;
}

/// A whole store.
pub trait Store:
    SessionLog + Lanes + Traces + Registry + Inbound + Replies + Console + Links + Measures + People + Mappings
{
}
impl<T> Store for T where
    T: SessionLog + Lanes + Traces + Registry + Inbound + Replies + Console + Links + Measures + People + Mappings
{
}
