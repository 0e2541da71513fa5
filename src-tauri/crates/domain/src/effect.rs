//! What a plan wants done in a CRM, in words no CRM uses.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::event::{Attachment, Speaker};
use crate::mapping::{ColumnKind, Overwrite};
use crate::plan::fields::FieldOutcome;
use crate::session::{Contact, SessionKey};

/// The kinds of CRM records that the ledger knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// A case.
    Case,
    /// An activity or comment that carries one event.
    Activity,
    /// A change of a case's status. Its id is the activity id that the event would have: updates have
    /// no id of their own in a CRM.
    Status,
    /// A message on the customers' portal.
    PortalMessage,
    /// Values of a case's mapped columns, by the event that made them known. Like a status, they have no id of their own.
    Fields,
}

impl RecordKind {
    /// Text form in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            RecordKind::Case => "case",
            RecordKind::Activity => "activity",
            RecordKind::Status => "status",
            RecordKind::PortalMessage => "portal_message",
            RecordKind::Fields => "fields",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Case, Self::Activity, Self::Status, Self::PortalMessage, Self::Fields]
            .into_iter()
            .find(|kind| kind.as_str() == text)
    }
}

/// Names one record of a CRM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordRef {
    /// Which kind.
    pub kind: RecordKind,
    /// Its id in the CRM.
    pub id: Uuid,
}

/// A case to be made. A pure function of the session and its log up to `opening_seq`.
#[derive(Clone, PartialEq)]
pub struct CaseDraft {
    /// The id that the case will have.
    pub id: Uuid,
    /// The event that opens it.
    pub opening_seq: i64,
    /// One line, not yet cut to the CRM's length.
    pub subject: String,
    /// Text of the message that the case starts with, if any.
    pub first_message: Option<String>,
    /// The AI's summary, when the handoff opens the case.
    pub summary: Option<String>,
    /// Language, when known at the handoff.
    pub language: Option<String>,
    /// Sentiment, when known at the handoff.
    pub sentiment: Option<String>,
    /// Why the AI handed off.
    pub reason: Option<String>,
    /// The channel, e.g. `web`.
    pub channel: String,
    /// The customer.
    pub contact: Contact,
    /// The session's name at its source.
    pub session: SessionKey,
    /// When the conversation began.
    pub registered_on: Timestamp,
}

/// What an activity carries.
#[derive(Clone, PartialEq)]
pub enum ActivityKind {
    /// A message.
    Message {
        /// Who said it.
        from: Speaker,
        /// Display name of the author.
        author: Option<String>,
        /// The whole text.
        text: String,
    },
    /// A file: where it is, not its bytes.
    File {
        /// Who sent it.
        from: Speaker,
        /// The file.
        attachment: Attachment,
    },
    /// The note of a handoff on a case that exists already.
    HandoffNote {
        /// Why the AI handed off.
        reason: Option<String>,
        /// The summary.
        summary: Option<String>,
        /// Language.
        language: Option<String>,
        /// Sentiment.
        sentiment: Option<String>,
    },
    /// The line that stands in place of an item that a person chose to leave out (R18).
    LeftOut,
}

/// An activity (Creatio) or comment (Salesforce) to be made.
#[derive(Clone, PartialEq)]
pub struct ActivityDraft {
    /// The id that the record will have.
    pub id: Uuid,
    /// The event it carries.
    pub seq: i64,
    /// Strictly increasing within the session.
    pub at: Timestamp,
    /// Whether this is the first activity of the case: it carries the link to the session.
    pub first: bool,
    /// Content.
    pub what: ActivityKind,
}

/// The status that the log wants a case to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusWish {
    /// The session was resolved.
    Resolved,
    /// The session goes on.
    Reopened,
}

/// A value for a mapped column. Personal data: `Debug` names the column only.
#[derive(Clone, PartialEq)]
pub struct FieldValue {
    /// Which mapping wants it.
    pub mapping: Uuid,
    /// The column's name in the CRM.
    pub column: String,
    /// What the column holds.
    pub kind: ColumnKind,
    /// The value, fitted to the column; never `Null`.
    pub value: Value,
    /// When it replaces what stands.
    pub overwrite: Overwrite,
}

impl std::fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldValue").field("column", &self.column).finish_non_exhaustive()
    }
}

/// Values for the mapped columns of a case. Separable (R36): whatever is refused of them holds nothing else back.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldsDraft {
    /// Ledger id.
    pub id: Uuid,
    /// The newest event that made values known.
    pub seq: i64,
    /// The mappings' version.
    pub version: i64,
    /// The values, each column once.
    pub values: Vec<FieldValue>,
    /// What becomes of every mapping, for the trace.
    pub outcomes: Vec<FieldOutcome>,
}

/// One thing to be done. Bodies are personal data: `Debug` names the kind and the event only.
#[derive(Clone, PartialEq)]
pub enum Effect {
    /// Make the case.
    OpenCase(Box<CaseDraft>),
    /// Add a record to the case.
    AddActivity(Box<ActivityDraft>),
    /// Change the case's status.
    SetStatus {
        /// Ledger id of this change.
        id: Uuid,
        /// The event that asks for it.
        seq: i64,
        /// What the case should be.
        to: StatusWish,
    },
    /// Fill mapped columns of the case.
    SetFields(Box<FieldsDraft>),
}

impl Effect {
    /// The ledger's name for the record that this effect leaves.
    #[must_use]
    pub fn record(&self) -> RecordRef {
        match self {
            Effect::OpenCase(draft) => RecordRef { kind: RecordKind::Case, id: draft.id },
            Effect::AddActivity(draft) => RecordRef { kind: RecordKind::Activity, id: draft.id },
            Effect::SetStatus { id, .. } => RecordRef { kind: RecordKind::Status, id: *id },
            Effect::SetFields(draft) => RecordRef { kind: RecordKind::Fields, id: draft.id },
        }
    }

    /// The event behind this effect.
    #[must_use]
    pub fn seq(&self) -> i64 {
        match self {
            Effect::OpenCase(draft) => draft.opening_seq,
            Effect::AddActivity(draft) => draft.seq,
            Effect::SetStatus { seq, .. } => *seq,
            Effect::SetFields(draft) => draft.seq,
        }
    }

    /// One word for traces.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Effect::OpenCase(_) => "open_case",
            Effect::AddActivity(draft) => match draft.what {
                ActivityKind::Message { .. } => "add_message",
                ActivityKind::File { .. } => "add_file",
                ActivityKind::HandoffNote { .. } => "add_handoff_note",
                ActivityKind::LeftOut => "note_left_out",
            },
            Effect::SetStatus { to: StatusWish::Resolved, .. } => "resolve_case",
            Effect::SetStatus { to: StatusWish::Reopened, .. } => "reopen_case",
            Effect::SetFields(_) => "set_fields",
        }
    }
}

impl std::fmt::Debug for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.name(), self.seq())
    }
}
