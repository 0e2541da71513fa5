//! A lane: one follower of one session. It holds no jobs; it knows what stands on the other side and
//! that there is more (level-triggered).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::connection::Pause;
use crate::failure::{CallFailure, FailureClass, FailureScope};
use crate::ids::{Consumer, SessionId};

/// One follower of one session.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// Who follows.
    pub consumer: Consumer,
    /// What is followed.
    pub session_id: SessionId,
    /// Everything up to here stands on the other side.
    pub written_seq: i64,
    /// Up to here there was nothing to do yet.
    pub considered_seq: i64,
    /// The newest event.
    pub dirty_seq: i64,
    /// When it became dirty, while it is.
    pub dirty_since: Option<Timestamp>,
    /// When the next pass is due; `None` while clean, parked or skipped to the end.
    pub due_at: Option<Timestamp>,
    /// The failures since the last success.
    pub failure: Option<FailureMemory>,
    /// Until when a pass holds the lane.
    pub lease_until: Option<Timestamp>,
    /// Grows with each claim; a result with an older fence is refused.
    pub fence: i64,
    /// Why nobody can retry, if so.
    pub parked: Option<ParkReason>,
    /// Events left out by a person's decision (R18).
    pub skipped: Vec<i64>,
    /// What the connection's rule decided about the session when it was first asked; `None`: not yet.
    pub routed: Option<bool>,
}

/// What a lane remembers of its failures since the last success.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailureMemory {
    /// Failures in a row.
    pub count: u32,
    /// When the first of them happened.
    pub first_at: Timestamp,
    /// Digest of the newest one's words.
    pub digest: String,
    /// How often the newest words came in a row.
    pub same_count: u32,
    /// Since when they are the same.
    pub same_since: Timestamp,
    /// The newest one.
    pub failure: CallFailure,
}

impl FailureMemory {
    /// The memory after one more failure.
    #[must_use]
    pub fn next(before: Option<&Self>, failure: &CallFailure, now: Timestamp) -> Self {
        let bytes = Sha256::digest(format!("{:?} {}", failure.status, failure.message).as_bytes());
        let digest: String = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let same = before.filter(|memory| memory.digest == digest);
        Self {
            count: before.map_or(0, |memory| memory.count) + 1,
            first_at: before.map_or(now, |memory| memory.first_at),
            same_count: same.map_or(0, |memory| memory.same_count) + 1,
            same_since: same.map_or(now, |memory| memory.same_since),
            digest,
            failure: failure.clone(),
        }
    }
}

/// Why a lane is parked; each kind has its own action that clears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParkKind {
    /// The CRM refused a record.
    Refused,
    /// A lookup row or setting of the connection is wrong for this record.
    Setup,
    /// The same unknown answer again and again while others succeed.
    SameErrorAgain,
    /// Fourteen days without success.
    Expired,
    /// The case was deleted in the CRM.
    CaseGone,
    /// The case was merged into another.
    CaseMerged,
    /// Our user may not read the case any more.
    CaseUnreadable,
    /// A person parked it.
    ByHand,
}

impl ParkKind {
    /// What clears it, for people.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            ParkKind::Refused => "mend the record's cause in the CRM, then retry, or skip the refused item",
            ParkKind::Setup => "correct the connection's settings, then retry",
            ParkKind::SameErrorAgain => "look up the error in the CRM's log, then retry, or skip the item",
            ParkKind::Expired => "check that the CRM answers, then retry",
            ParkKind::CaseGone => "the case was deleted in the CRM: link another case or leave it",
            ParkKind::CaseMerged => "the case was merged in the CRM: follow the surviving case or leave it",
            ParkKind::CaseUnreadable => "give the integration user read access to the case, then retry",
            ParkKind::ByHand => "retry when you are ready",
        }
    }

    /// The failure of a lane that is parked for this by us, without an answer of the CRM's that says so.
    #[must_use]
    pub fn failure(self, message: impl Into<String>) -> CallFailure {
        CallFailure {
            class: FailureClass::Refused,
            scope: FailureScope::Lane,
            status: None,
            message: message.into(),
            hint: self.remedy().to_owned(),
            item: None,
        }
    }
}

/// A typed reason with the CRM's own words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParkReason {
    /// Which.
    pub kind: ParkKind,
    /// The failure behind it.
    pub failure: CallFailure,
    /// Since when.
    pub since: Timestamp,
    /// Tries before it was parked.
    pub tries: u32,
}

/// A lane's state for people (R39). The states partition: each lane is in exactly one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LaneState {
    /// Everything there is to write stands.
    Synced,
    /// The same, but a person left items out.
    SkippedItems {
        /// How many.
        count: usize,
    },
    /// A pass holds the lane now.
    Syncing,
    /// Not due yet.
    Waiting {
        /// What for.
        reason: &'static str,
        /// Until when.
        until: Option<Timestamp>,
    },
    /// Failed, and due again.
    Retrying {
        /// Tries so far.
        tries: u32,
        /// The next one.
        at: Option<Timestamp>,
    },
    /// The connection waits, and so does the lane.
    Paused {
        /// The connection's reason.
        reason: String,
        /// The next probe.
        until: Option<Timestamp>,
    },
    /// Waits for a person.
    Parked {
        /// Why.
        reason: ParkReason,
    },
}

impl LaneState {
    /// The state's name, as filters use it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            LaneState::Synced => "synced",
            LaneState::SkippedItems { .. } => "skipped_items",
            LaneState::Syncing => "syncing",
            LaneState::Waiting { .. } => "waiting",
            LaneState::Retrying { .. } => "retrying",
            LaneState::Paused { .. } => "paused",
            LaneState::Parked { .. } => "parked",
        }
    }
}

impl Lane {
    /// Whether there are events that no pass has looked at.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.considered_seq.max(self.written_seq) < self.dirty_seq
    }

    /// The one function that names a lane's state (R39).
    #[must_use]
    pub fn state(&self, pause: Option<&Pause>, now: Timestamp) -> LaneState {
        if let Some(reason) = &self.parked {
            return LaneState::Parked { reason: reason.clone() };
        }
        if self.lease_until.is_some_and(|until| until > now) {
            return LaneState::Syncing;
        }
        if self.due_at.is_none() && !self.is_dirty() {
            return match self.skipped.len() {
                0 => LaneState::Synced,
                count => LaneState::SkippedItems { count },
            };
        }
        if let Some(pause) = pause {
            let reason = pause.failure.as_ref().map_or_else(|| "paused by hand".to_owned(), |f| f.message.clone());
            return LaneState::Paused { reason, until: pause.until };
        }
        match &self.failure {
            Some(memory) => LaneState::Retrying { tries: memory.count, at: self.due_at },
            None if self.due_at.is_some_and(|at| at > now) => {
                LaneState::Waiting { reason: "quiet time", until: self.due_at }
            }
            None => LaneState::Waiting { reason: "its turn", until: self.due_at },
        }
    }
}
