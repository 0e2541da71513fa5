//! The way back, as the store sees it: receipts, pulls, decisions, replies and what is offered to carriers.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use casebridge_domain::absorb::{Decision, HeldFor, KnownCase};
use casebridge_domain::{
    Case, CaseState, ConnectionId, CrmRecord, EventKind, Marks, NewEvent, ReceiptId, RecordRef, ReplyId, SessionId,
};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::error::StoreError;
use crate::port::{Attempt, Step};

/// A webhook call that names a case.
#[derive(Debug, Clone)]
pub struct NewReceipt {
    /// The connection whose token it had.
    pub connection: ConnectionId,
    /// What the CRM says happened.
    pub event_type: String,
    /// The case it names.
    pub case: Uuid,
    /// The record it names, if it does.
    pub record: Option<Uuid>,
    /// Whether it came with a token that is on its way out.
    pub old_token: bool,
}

/// What became of a webhook call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptOutcome {
    /// The case is looked at next.
    PullDue,
    /// No session has that case.
    UnknownCase,
}

impl ReceiptOutcome {
    /// Text form in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ReceiptOutcome::PullDue => "pull_due",
            ReceiptOutcome::UnknownCase => "unknown_case",
        }
    }
}

/// A receipt, for the trace.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    /// Its id.
    pub id: ReceiptId,
    /// The connection.
    pub connection: ConnectionId,
    /// When it came.
    pub at: Timestamp,
    /// What the CRM said happened.
    pub event_type: String,
    /// The case.
    pub case: String,
    /// The record, if it named one.
    pub record: Option<String>,
    /// What became of it.
    pub outcome: String,
    /// Whether it came with a token on its way out.
    pub old_token: bool,
}

/// A webhook token, by its hash.
#[derive(Debug, Clone)]
pub struct WebhookToken {
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// Whose.
    pub connection: ConnectionId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good; `None`: it is the current one.
    pub valid_until: Option<Timestamp>,
}

/// Calls with a token that is not good.
#[derive(Debug, Clone, Serialize)]
pub struct Refusals {
    /// `old_token` or `wrong_token`.
    pub what: String,
    /// The connection, where the token tells.
    pub connection: Option<ConnectionId>,
    /// How many.
    pub calls: i64,
    /// The last one.
    pub last_at: Timestamp,
}

/// A case that the poller found changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullWant {
    /// Which.
    pub case: Uuid,
    /// Where its records were found instead, if they were.
    pub moved_to: Option<Uuid>,
}

/// One round of the poller.
#[derive(Debug, Clone, Serialize)]
pub struct PollRound {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in microseconds.
    pub took_us: i64,
    /// Calls to the CRM.
    pub calls: i64,
    /// Rows that were read.
    pub seen: i64,
    /// Cases that are looked at because of it.
    pub matched: i64,
    /// Why it failed, if so.
    pub failure: Option<String>,
}

/// How far the poller has come.
#[derive(Debug, Clone)]
pub struct PollState {
    /// The marks.
    pub marks: Marks,
    /// When the newest round was.
    pub at: Timestamp,
    /// When the newest round with the whole overlap was.
    pub full_at: Timestamp,
}

/// What there is to poll for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PollNeed {
    /// Whether any case stands in the CRM.
    pub cases: bool,
    /// Whether a case of an open session that was handed to a person is open.
    pub handed_off: bool,
    /// From when replies on the oldest case are delivered, by the CRM's clock.
    pub from: Option<String>,
}

/// A case that a pull has claimed, with its lane's lease.
#[derive(Debug, Clone)]
pub struct ClaimedPull {
    /// The case.
    pub case: Case,
    /// The lane's new fence.
    pub fence: i64,
    /// Which asking is answered; a newer one stays due.
    pub asked: i64,
    /// Failures since the last success.
    pub failures: u32,
    /// Where its records were found instead, if they were.
    pub moved_to: Option<Uuid>,
    /// The hint behind it: `webhook`, `poll`, `by hand`.
    pub why: String,
}

/// What the ledger holds of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerOf {
    /// Whether we mean to write it or wrote it.
    pub ours: bool,
    /// Whether it stands (ours) or is decided for good (theirs).
    pub done: bool,
    /// Whether the case that was named is one of its session's cases.
    pub on_our_case: bool,
    /// Its session.
    pub session: SessionId,
}

/// A held reply, or one that was given.
#[derive(Debug, Clone)]
pub struct NewReply {
    /// Its id.
    pub id: ReplyId,
    /// The record, kept while the reply is held; dropped when it is decided.
    pub record: CrmRecord,
    /// The session it goes to, if that is clear.
    pub session: Option<SessionId>,
    /// Why it is held; `None`: it was given.
    pub held_for: Option<HeldFor>,
}

/// The result of looking at a case.
#[derive(Debug, Clone)]
pub struct PullResult {
    /// The connection.
    pub connection: ConnectionId,
    /// The case.
    pub case: Uuid,
    /// The session whose lane is leased.
    pub session: SessionId,
    /// The claim's fence.
    pub fence: i64,
    /// The asking that was answered.
    pub asked: i64,
    /// For the session logs.
    pub events: Vec<(SessionId, NewEvent)>,
    /// For the ledger.
    pub decisions: Vec<Decision>,
    /// Replies that were given or are held.
    pub replies: Vec<NewReply>,
    /// What is known of the case now.
    pub known: KnownCase,
    /// Where the case stands, if that changed.
    pub state: Option<CaseState>,
    /// The survivor of a merge.
    pub merged_into: Option<Uuid>,
    /// The CRM's own id of the case, where the CRM does not take ours.
    pub native_id: Option<Uuid>,
    /// From when replies are delivered, in the CRM's clock.
    pub deliver_after: String,
    /// Records changed before this were read.
    pub pulled_to: Option<String>,
    /// Calls made.
    pub attempts: Vec<Attempt>,
    /// Lines for the trace.
    pub steps: Vec<Step>,
    /// When.
    pub at: Timestamp,
}

/// A look that failed.
#[derive(Debug, Clone)]
pub struct PullFailed {
    /// The connection.
    pub connection: ConnectionId,
    /// The case.
    pub case: Uuid,
    /// The session whose lane is leased.
    pub session: SessionId,
    /// The claim's fence.
    pub fence: i64,
    /// When it is looked at again.
    pub due_at: Timestamp,
    /// Whether it counts as a failure.
    pub counts: bool,
    /// Calls made.
    pub attempts: Vec<Attempt>,
    /// Lines for the trace.
    pub steps: Vec<Step>,
}

/// Webhooks, pulls and the poller.
#[async_trait]
pub trait Inbound: Send + Sync {
    /// Takes a webhook call in and makes a pull due. Durable when it returns; shares its commit with its neighbours.
    async fn receive(&self, receipt: NewReceipt, now: Timestamp) -> Result<(ReceiptId, ReceiptOutcome), StoreError>;
    /// Makes pulls due, and moves the poller's marks on in the same transaction.
    async fn want_pulls(
        &self,
        connection: ConnectionId,
        wants: Vec<PullWant>,
        why: &'static str,
        state: Option<PollState>,
        now: Timestamp,
    ) -> Result<u64, StoreError>;
    /// Claims cases to be looked at whose lanes nobody holds.
    async fn claim_pulls(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<ClaimedPull>, StoreError>;
    /// When the next pull can be claimed.
    async fn next_pull(&self, connection: ConnectionId) -> Result<Option<Timestamp>, StoreError>;
    /// Records a pull, or refuses when the fence moved.
    async fn record_pull(&self, result: PullResult) -> Result<(), StoreError>;
    /// Gives a claimed pull back.
    async fn fail_pull(&self, failed: PullFailed) -> Result<(), StoreError>;
    /// What the ledger holds of records, each named with the case it was found on.
    async fn ledger_of(
        &self,
        connection: ConnectionId,
        records: Vec<(RecordRef, Uuid)>,
    ) -> Result<HashMap<RecordRef, LedgerOf>, StoreError>;
    /// Those of these cases that are ours.
    async fn known_cases(&self, connection: ConnectionId, ids: Vec<Uuid>) -> Result<Vec<Case>, StoreError>;
    /// The cases that this case's records may belong to: itself, and those merged into it.
    async fn cases_on(&self, connection: ConnectionId, case: Uuid) -> Result<Vec<Case>, StoreError>;
    /// How far the poller has come.
    async fn poll_state(&self, connection: ConnectionId) -> Result<Option<PollState>, StoreError>;
    /// What there is to poll for.
    async fn poll_need(&self, connection: ConnectionId) -> Result<PollNeed, StoreError>;
    /// Keeps a round.
    async fn add_round(&self, connection: ConnectionId, round: PollRound) -> Result<(), StoreError>;
    /// Rounds since, newest first, at most `limit`.
    async fn rounds(
        &self,
        connection: ConnectionId,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<PollRound>, StoreError>;
    /// Calls to the CRM since: `(by the poller, for sessions)`.
    async fn calls_since(&self, connection: ConnectionId, since: Timestamp) -> Result<(i64, i64), StoreError>;
    /// Receipts about a session's cases, oldest first.
    async fn receipts(&self, session: SessionId) -> Result<Vec<Receipt>, StoreError>;
    /// The newest receipt of a connection.
    async fn last_receipt(&self, connection: ConnectionId) -> Result<Option<Receipt>, StoreError>;
    /// Begins every case anew, as after a backup was restored: what was said before is not delivered (R2). Returns how
    /// many.
    async fn mark_restored(&self, now: Timestamp) -> Result<u64, StoreError>;
    /// Adds a token; those before it end with the grace.
    async fn add_token(&self, token: WebhookToken, grace_until: Timestamp) -> Result<(), StoreError>;
    /// All tokens, ended ones too.
    async fn tokens(&self) -> Result<Vec<WebhookToken>, StoreError>;
    /// Counts calls with tokens that are not good.
    async fn count_refusals(
        &self,
        what: &'static str,
        connection: Option<ConnectionId>,
        calls: i64,
        last: Timestamp,
    ) -> Result<(), StoreError>;
    /// The counts.
    async fn refusals(&self) -> Result<Vec<Refusals>, StoreError>;
}

/// A reply of a person, for lists.
#[derive(Debug, Clone, Serialize)]
pub struct Reply {
    /// Its id.
    pub id: ReplyId,
    /// The connection.
    pub connection: ConnectionId,
    /// `held`, `given`, `released` or `discarded`.
    pub state: String,
    /// Why it is held.
    pub held_for: Option<HeldFor>,
    /// The session it goes to, if that is clear.
    pub session: Option<SessionId>,
    /// The case it stands on.
    pub case: Uuid,
    /// When it was written, by the CRM's clock.
    pub said_at: Timestamp,
    /// When it was seen first.
    pub at: Timestamp,
    /// Who decided, if somebody did.
    pub decided_by: Option<String>,
    /// How often it was offered to the carrier.
    pub tries: i64,
    /// When the carrier took it.
    pub taken_at: Option<Timestamp>,
    /// When somebody was alerted that nobody takes it.
    pub alerted_at: Option<Timestamp>,
}

/// A held reply with its content.
#[derive(Debug, Clone)]
pub struct HeldReply {
    /// The reply.
    pub reply: Reply,
    /// What the person wrote, by whom, when, and in which record.
    pub record: CrmRecord,
}

/// How far the carrier is with a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// The reply.
    pub id: ReplyId,
    /// How often it was offered.
    pub tries: i64,
    /// When the carrier took it.
    pub taken_at: Option<Timestamp>,
}

/// What a carrier reads.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Place in the stream.
    pub no: i64,
    /// Its id; the same when it is offered again.
    pub id: ReplyId,
    /// The session.
    pub session: SessionId,
    /// Where the session comes from.
    pub source: String,
    /// The session's id there.
    pub external_id: String,
    /// The session's channel.
    pub channel: String,
    /// The event.
    pub seq: i64,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// How often it was offered.
    pub tries: i64,
}

/// What a round of offering did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Offered {
    /// Offered for the first time.
    pub new: u64,
    /// Offered again, because nobody took them.
    pub again: u64,
}

/// Replies to people, and carriers.
#[async_trait]
pub trait Replies: Send + Sync {
    /// Offers what carriers were not offered yet, and again what they did not take in time.
    async fn offer_due(&self, now: Timestamp) -> Result<Offered, StoreError>;
    /// What stands in the stream behind `after` and was not taken, for one source or all.
    async fn offers(&self, after: i64, source: Option<String>, limit: i64) -> Result<Vec<Offer>, StoreError>;
    /// How far the carrier is with the replies of a session that were written here and not in a CRM, newest first.
    async fn arrivals(&self, session: SessionId, limit: i64) -> Result<Vec<Arrival>, StoreError>;
    /// The newest place in the stream.
    async fn last_offer(&self) -> Result<i64, StoreError>;
    /// Marks an offer as taken. `None`: there is none; else whether it was taken only now.
    async fn take(&self, id: ReplyId, now: Timestamp) -> Result<Option<bool>, StoreError>;
    /// Replies, newest first: of a session, in a state.
    async fn replies(
        &self,
        session: Option<SessionId>,
        state: Option<String>,
        limit: i64,
    ) -> Result<Vec<Reply>, StoreError>;
    /// Held replies on these cases that were given to no session, newest first.
    async fn held_on(&self, cases: Vec<Uuid>, limit: i64) -> Result<Vec<Reply>, StoreError>;
    /// A held reply.
    async fn held_reply(&self, id: ReplyId) -> Result<Option<HeldReply>, StoreError>;
    /// Ends the holding of a reply: its event goes into the log, or it is discarded (`None`). Whether it was held.
    async fn decide_reply(
        &self,
        id: ReplyId,
        event: Option<(SessionId, NewEvent)>,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Agent messages of the CRM in a session since, with their texts: what an echo is compared with (R19).
    async fn recent_replies(&self, session: SessionId, since: Timestamp) -> Result<Vec<(ReplyId, String)>, StoreError>;
}
