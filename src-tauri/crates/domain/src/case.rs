//! A case, as the store knows it: reserved before it is made in the CRM.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::absorb::KnownCase;
use crate::ids::{ConnectionId, SessionId};

/// Where a case stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseState {
    /// Its id is fixed; the CRM may or may not hold it yet.
    Reserved,
    /// It stands in the CRM and takes messages.
    Open,
    /// It stands in the CRM and is finished.
    Closed,
    /// It was deleted in the CRM.
    Gone,
    /// It was merged into another.
    Merged,
    /// It stands but our user may not read it.
    Unreadable,
    /// A person took the conversation off it: it stands as it is, and nothing passes in either direction.
    Unlinked,
}

impl CaseState {
    /// Text form in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            CaseState::Reserved => "reserved",
            CaseState::Open => "open",
            CaseState::Closed => "closed",
            CaseState::Gone => "gone",
            CaseState::Merged => "merged",
            CaseState::Unreadable => "unreadable",
            CaseState::Unlinked => "unlinked",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Reserved, Self::Open, Self::Closed, Self::Gone, Self::Merged, Self::Unreadable, Self::Unlinked]
            .into_iter()
            .find(|state| state.as_str() == text)
    }
}

/// One case of one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The connection it belongs to.
    pub connection: ConnectionId,
    /// What it is keyed by: the session's path.
    pub case_key: String,
    /// The case that was closed before it.
    pub previous: Option<Uuid>,
    /// Its id in the CRM: ours to choose, so it is known before the CRM has it.
    pub crm_id: Uuid,
    /// The CRM's own id of it, where the CRM takes none of ours and once it is known.
    pub native_id: Option<Uuid>,
    /// The number people use, once the CRM gave one.
    pub number: Option<String>,
    /// Where it stands.
    pub state: CaseState,
    /// The session that opened it.
    pub session_id: SessionId,
    /// The event that opened it; the case's text is a function of the log up to here.
    pub opening_seq: i64,
    /// Records older than this, in the CRM's clock, are history and never delivered (R2).
    pub deliver_after: Option<String>,
    /// When it was reserved.
    pub reserved_at: Timestamp,
    /// When the CRM was seen to hold it.
    pub opened_at: Option<Timestamp>,
    /// As the CRM was seen to hold it last.
    pub known: KnownCase,
    /// The case that took its records over, when it was merged.
    pub merged_into: Option<Uuid>,
    /// Records changed before this were read, in the CRM's own words.
    pub pulled_to: Option<String>,
    /// When a backup that holds it was restored, until the case was looked at again.
    pub restored_at: Option<Timestamp>,
    /// When the CRM was asked last how it stands.
    pub looked_at: Option<Timestamp>,
    /// The newest event when a person chose this case for the conversation; `None`: the plan opened it.
    pub chosen_seq: Option<i64>,
    /// Whether what is written to it has ids of its own, because the same words may stand on another case.
    pub own_ids: bool,
}

impl Case {
    /// The name under which an event is written to this case, in the CRM instance's id space: `path` is the event's
    /// own, unique per source.
    #[must_use]
    pub fn record_path(&self, path: &str) -> String {
        if self.own_ids { format!("{path}@{}", self.crm_id) } else { path.to_owned() }
    }

    /// Whether an event happened before a person chose this case: what became of the conversation until then is told,
    /// not done to the case again.
    #[must_use]
    pub fn is_before_choice(&self, seq: i64) -> bool {
        self.chosen_seq.is_some_and(|chosen| seq <= chosen)
    }
}
