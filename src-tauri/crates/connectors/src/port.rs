//! The port of a case system: few calls, each of which says exactly what is known afterwards.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use casebridge_domain::mapping::{Allowed, Column};
use casebridge_domain::plan::fields::Refusal;
use casebridge_domain::plan::rows::{NamedRow, RowName};
use casebridge_domain::{CallFailure, CaseSeen, CrmRecord, Effect, FieldValue, Marks, RecordRef, SessionKey};
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::crm_clock::CrmClock;
use crate::set_up::SetUpKit;

/// Effects for one case, in the order in which they must stand.
#[derive(Debug, Clone, Copy)]
pub struct Batch<'a> {
    /// The case, which the first effect may open.
    pub case_id: Uuid,
    /// The session's name at its source, for the link that the records carry.
    pub session: &'a SessionKey,
    /// What to do.
    pub effects: &'a [Effect],
}

/// What a write brought.
#[derive(Debug)]
pub enum Applied {
    /// The CRM confirmed every effect.
    All {
        /// The case as the CRM answered it, when the batch opened it.
        case: Option<CaseStands>,
        /// What became of the mapped columns; everything else of the batch stands whatever it is (R26).
        fields: MappedPart,
    },
    /// Something was sent and not everything was confirmed: only reading back tells what stands.
    Unsettled(CallFailure),
    /// Nothing that writes was sent: no token, a failed look-up before the write, a refusal of our own.
    NotSent(CallFailure),
}

/// What became of the mapped columns of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum MappedPart {
    /// They stand, or there were none.
    #[default]
    Stands,
    /// The CRM refused all of them, because of one or more: see [`CaseSystem::isolate`].
    Refused(CallFailure),
    /// The CRM took all but these, by column.
    LeftOut(BTreeMap<String, Refusal>),
}

/// What became of mapped columns that were written apart.
#[derive(Clone, Default)]
pub struct Isolated {
    /// What stands now, by column.
    pub wrote: BTreeMap<String, Value>,
    /// What the CRM refused, by column. A column that only was too short for its value is in both.
    pub refused: BTreeMap<String, Refusal>,
}

/// Values are personal data: `Debug` names columns only.
impl fmt::Debug for Isolated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Isolated").field("wrote", &self.wrote.keys()).field("refused", &self.refused.keys()).finish()
    }
}

/// A case that the CRM holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseStands {
    /// The number people use, if it has one.
    pub number: Option<String>,
    /// The CRM's own id of it, where the CRM does not take the one that we chose.
    pub native_id: Option<Uuid>,
    /// When the CRM made it, in the CRM's own words.
    pub created_on: Option<String>,
    /// Status, as the CRM's id.
    pub status: Option<String>,
    /// Whether that status means the case is finished.
    pub closed: bool,
    /// The CRM's clock when it answered, if it tells.
    #[serde(skip)]
    pub seen_at: Option<CrmClock>,
    /// Columns in which it differs from the draft of the batch although no person touched it since it
    /// was made; empty when the batch opens no case.
    pub differs: Vec<String>,
}

/// What reading a case brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum CaseReading {
    /// It is there.
    Stands(CaseStands),
    /// The CRM holds no such case.
    Absent,
    /// The CRM holds it, but not for our user.
    Unreadable,
}

/// What stands of a batch after an unclear answer.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The batch's case.
    pub case: CaseReading,
    /// Those of the batch's records that stand (the case among them, a status when the case has it).
    pub records: Vec<RecordRef>,
}

/// A case to be looked at.
#[derive(Debug, Clone)]
pub struct LookAt {
    /// Which.
    pub case: Uuid,
    /// Only records changed at or after this, in the CRM's own words; `None`: all of them.
    pub since: Option<String>,
}

/// What looking at cases brought.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// The CRM's clock when it answered, if it tells.
    pub clock: Option<CrmClock>,
    /// The cases that were asked for, in that order.
    pub cases: Vec<(Uuid, CaseSeen)>,
    /// The CRM's own ids of those that it does not know by the id that we chose.
    pub native_ids: HashMap<Uuid, Uuid>,
    /// Records on them, oldest change first.
    pub records: Vec<CrmRecord>,
}

/// A record that changed, as little of it as the poller needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRecord {
    /// Kind and id.
    pub record: RecordRef,
    /// The case it is on.
    pub case: Uuid,
    /// When it was changed, in the CRM's own words.
    pub modified: String,
}

/// A case that changed, as little of it as the poller needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedCase {
    /// Which.
    pub id: Uuid,
    /// Status, as the CRM's id.
    pub status: Option<Uuid>,
    /// Owner, as the CRM's id.
    pub owner: Option<Uuid>,
    /// Priority, as the CRM's id.
    pub priority: Option<Uuid>,
    /// When it was changed, in the CRM's own words.
    pub modified: String,
}

/// One page of what changed in the whole CRM since some marks.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The CRM's clock when it answered (its `Date` header), if it tells.
    pub now: Option<Timestamp>,
    /// Changed records that are on a case, whoever made them.
    pub records: Vec<ChangedRecord>,
    /// Changed cases.
    pub cases: Vec<ChangedCase>,
    /// Where to go on.
    pub marks: Marks,
    /// Whether there is more to read at once.
    pub more: bool,
}

/// What a picker picks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChoiceKind {
    /// An employee who can own cases.
    Owner,
    /// A role that cases are given to.
    Group,
    /// A category of cases.
    Category,
    /// A status of cases.
    Status,
    /// A category of activities.
    ActivityCategory,
    /// A contact.
    Contact,
    /// A company.
    Account,
    /// A type of activities, but for e-mails: ours are never e-mails.
    ActivityType,
    /// Where cases come from.
    Origin,
}

/// What choosing a row means, where it means something. Decided by the CRM's flags, never by names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// Cases with this status are worked.
    Open,
    /// They wait for the customer.
    Paused,
    /// They are resolved and may be reopened.
    Resolved,
    /// They are over.
    Closed,
}

/// A row that a setting can name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// Its id in the CRM.
    pub id: Uuid,
    /// Its name there, in the language of our user.
    pub name: String,
    /// What it means; told of statuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub means: Option<Meaning>,
}

/// How sure a check is (R23, R41).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Proven to work.
    Yes,
    /// Proven to be missing.
    Missing,
    /// Cannot be proven without leaving something in the CRM.
    NotProven,
}

/// One line of a connection test.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What was checked, e.g. `read Case`.
    pub what: String,
    /// How it stands.
    pub proof: Proof,
    /// The evidence, with the CRM's words.
    pub detail: String,
    /// What to do when it is missing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

impl Check {
    /// The right that it is about, if it is about one: what may be done (`read`, `create`, `change`) to which object.
    #[must_use]
    pub fn right(&self) -> Option<(&str, &str)> {
        let (verb, object) = self.what.split_once(' ')?;
        let is_right = matches!(verb, "read" | "create" | "change") && !object.contains(' ');
        is_right.then_some((verb, object))
    }
}

/// What a connection test found. It is good when nothing is [`Proof::Missing`].
#[derive(Debug, Clone, Serialize)]
pub struct TestReport {
    /// Who we are in the CRM, if it says so.
    pub identity: Option<String>,
    /// The checks, in order.
    pub checks: Vec<Check>,
    /// The failure that ended the test early, if one did.
    pub failure: Option<CallFailure>,
}

impl TestReport {
    /// Whether the connection can be used.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failure.is_none() && self.checks.iter().all(|check| check.proof != Proof::Missing)
    }
}

/// One HTTP call, for the trace. Bodies are masked and capped by the caller that stores them.
#[derive(Clone)]
pub struct CallRecord {
    /// When it began.
    pub started_at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// HTTP method.
    pub method: &'static str,
    /// Path and query, without host.
    pub path: String,
    /// HTTP status, if an answer came.
    pub status: Option<u16>,
    /// How many records it carried.
    pub parts: usize,
    /// Request body.
    pub request: Option<String>,
    /// Answer body.
    pub answer: Option<String>,
    /// Why it failed, if so.
    pub failure: Option<String>,
}

impl fmt::Debug for CallRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallRecord")
            .field("method", &self.method)
            .field("path", &self.path)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Collects the calls made on behalf of one pass. Token requests are never among them (R30).
#[derive(Debug, Default)]
pub struct CallLog {
    calls: Mutex<Vec<CallRecord>>,
    left_out: Mutex<Vec<LeftOut>>,
}

/// A column that a record was written without, because the CRM does not take it (R26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Its API name.
    pub column: String,
    /// Why, in the CRM's words where it used any.
    pub why: String,
}

impl CallLog {
    /// Adds one call.
    pub fn push(&self, call: CallRecord) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    /// Notes that a record was written without a column.
    pub fn leave_out(&self, left_out: LeftOut) {
        let mut all = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        if !all.contains(&left_out) {
            all.push(left_out);
        }
    }

    /// Takes what was left out so far.
    #[must_use]
    pub fn take_left_out(&self) -> Vec<LeftOut> {
        std::mem::take(&mut *self.left_out.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether the CRM itself answered any of the calls well: it is not down, whatever else went wrong. A page
    /// is no answer of the CRM.
    #[must_use]
    pub fn has_good_answer(&self) -> bool {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.iter().any(|call| {
            let body = call.answer.as_deref().unwrap_or_default().trim_start();
            call.status.is_some_and(|status| (200..300).contains(&status)) && (body.is_empty() || body.starts_with('{'))
        })
    }

    /// Takes all calls collected so far.
    #[must_use]
    pub fn take(&self) -> Vec<CallRecord> {
        std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where a connector keeps a secret that the CRM changes under it (a rotated refresh token).
#[async_trait]
pub trait Vault: Send + Sync {
    /// Reads a secret of this connection.
    async fn get(&self, name: &str) -> Result<Option<SecretString>, VaultError>;
    /// Writes a secret of this connection; durable when it returns.
    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError>;
    /// Waits until nobody else, in this process or another, renews the secrets of this connection, and keeps others out
    /// until the answer is dropped. A vault that nobody shares has nobody to keep out.
    async fn alone(&self) -> Result<Alone, VaultError> {
        Ok(Box::new(()))
    }
}

/// Whoever holds it renews alone.
pub type Alone = Box<dyn Send>;

/// The secret store did not answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the secret store did not answer: {0}")]
pub struct VaultError(pub String);

/// A CRM in which cases are worked.
#[async_trait]
pub trait CaseSystem: Send + Sync {
    /// Writes a batch with as few calls as the CRM allows. Never repeats a write by itself.
    async fn apply(&self, batch: &Batch<'_>, log: &CallLog) -> Applied;

    /// Reads back, by id, what stands of a batch. Writes nothing.
    async fn standing(&self, batch: &Batch<'_>, log: &CallLog) -> Result<Standing, CallFailure>;

    /// Writes again the columns of the batch's case that [`CaseStands::differs`] named.
    async fn amend(&self, batch: &Batch<'_>, columns: &[String], log: &CallLog) -> Result<(), CallFailure>;

    /// Looks at cases: how they stand, and the records on them (R1, R9, R12). With as few calls as the CRM allows;
    /// all or nothing.
    async fn look(&self, cases: &[LookAt], log: &CallLog) -> Result<Look, CallFailure>;

    /// One page of what changed anywhere in the CRM at or after the marks (R16). A mark without a time brings no
    /// rows and comes back set to the newest change that stands.
    async fn changes(&self, marks: &Marks, log: &CallLog) -> Result<Changes, CallFailure>;

    /// The newest records, anywhere in the CRM, that this client's settings take for replies: what an admin looks at
    /// before a kind of record is switched on (R7). Newest first.
    async fn recent_replies(&self, limit: usize, log: &CallLog) -> Result<Vec<CrmRecord>, CallFailure>;

    /// Rows that a setting can name, for pickers; at most a hundred, by name. `query` is a part of the name.
    async fn choices(&self, what: ChoiceKind, query: Option<&str>, log: &CallLog) -> Result<Vec<Choice>, CallFailure>;

    /// Ids of the cases that have this number; more than one only where the CRM lets numbers repeat.
    async fn numbered(&self, number: &str, log: &CallLog) -> Result<Vec<Uuid>, CallFailure>;

    /// The columns of a case by the CRM's own metadata, with the rows of those lookups that have few.
    async fn columns(&self, log: &CallLog) -> Result<Vec<Column>, CallFailure>;

    /// Rows that a lookup column of a case can name, at most fifty, by label. `query` is a part of the label.
    async fn lookup(&self, column: &str, query: Option<&str>, log: &CallLog) -> Result<Vec<Allowed>, CallFailure>;

    /// The rows of lookups that bear these names, in the names' order: the whole label, letter case aside. One call where
    /// the CRM allows it. A failure of one object is no failure of all; no message repeats a name.
    async fn named_rows(&self, names: &[RowName], log: &CallLog) -> Result<Vec<NamedRow>, CallFailure>;

    /// What stands in these columns of a case, by name; empty ones are left out. One call.
    async fn fields(
        &self,
        case: Uuid,
        wanted: &[FieldValue],
        log: &CallLog,
    ) -> Result<BTreeMap<String, Value>, CallFailure>;

    /// Writes mapped columns that were `refused` together, and finds out which of them the CRM refuses: by the names
    /// that it gives, else by halving, with a bounded number of calls (R26). An error means that nothing is known of
    /// those that are in neither list.
    async fn isolate(
        &self,
        case: Uuid,
        values: &[FieldValue],
        refused: &CallFailure,
        log: &CallLog,
    ) -> Result<Isolated, CallFailure>;

    /// Most cases that one [`CaseSystem::look`] should be asked for.
    fn look_limit(&self) -> usize;

    /// Tests address, credentials and rights; leaves nothing behind.
    async fn test(&self, log: &CallLog) -> TestReport;

    /// Somebody looks anew at what this CRM takes: forgets what it refused.
    fn forget_refusals(&self) {}

    /// What can be deployed into this CRM to set it up, if anything can.
    fn kit(&self) -> Option<&dyn SetUpKit> {
        None
    }

    /// How long the access token in hand is still used; `None`: there is none in hand.
    fn token_left(&self) -> Option<Duration> {
        None
    }

    /// Most records that one batch should carry now; follows the measured time per record (R11).
    fn batch_limit(&self) -> usize;

    /// The longest time one write may take; a lease must outlast it (R14).
    fn write_timeout(&self) -> Duration;
}
