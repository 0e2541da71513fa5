//! A connection to a CRM, and why it may be paused.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::failure::CallFailure;
use crate::ids::ConnectionId;
use crate::mode::ModeHistory;
use crate::route::Route;

/// Which CRM.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionKind {
    /// Creatio; what callers mean who know of no other.
    #[default]
    Creatio,
    /// Salesforce.
    Salesforce,
}

impl ConnectionKind {
    /// Text form in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ConnectionKind::Creatio => "creatio",
            ConnectionKind::Salesforce => "salesforce",
        }
    }

    /// Reads what [`Self::as_str`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Creatio, Self::Salesforce].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A connection as the store keeps it. Secrets are elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Our id.
    pub id: ConnectionId,
    /// Unique name, chosen by the admin.
    pub name: String,
    /// Which CRM.
    pub kind: ConnectionKind,
    /// Normalised address of the CRM; the namespace of record ids hangs on it.
    pub instance: String,
    /// The connector's own settings, as it reads and writes them.
    pub settings: serde_json::Value,
    /// Which sessions become cases, now and before.
    pub modes: ModeHistory,
    /// Which sessions are for this connection at all.
    pub route: Route,
    /// Why nothing is sent, if so.
    pub pause: Option<Pause>,
    /// Last time the CRM took a write of ours.
    pub last_success_at: Option<Timestamp>,
    /// What another engine, or this one before a backup was restored, left to go on with.
    pub adoption: Option<Adoption>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Work that this engine goes on with although its store holds no intents of it. Times are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Adoption {
    /// Records of ours made in the CRM before this are this engine's, whoever wrote them.
    pub before: Timestamp,
    /// What people said since then and before [`Self::before`] may have been delivered, or not.
    pub unsure_since: Timestamp,
}

/// What stopped a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseKind {
    /// The CRM does not answer: one probe at a time (a breaker).
    Breaker,
    /// A cause that an admin must remove: credentials, rights, set-up. A good test goes on.
    Fault,
    /// An admin said so.
    ByHand,
    /// Another engine writes to the same CRM. Only one may deliver, and a person says which.
    AnotherEngine,
}

impl PauseKind {
    /// Whether only a person ends it; a good answer of the CRM says nothing about its cause.
    #[must_use]
    pub fn is_for_a_person(self) -> bool {
        matches!(self, PauseKind::ByHand | PauseKind::AnotherEngine)
    }
}

/// A connection's pause (R18, R39): lanes wait, none is parked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// What stopped it.
    pub kind: PauseKind,
    /// Since when.
    pub since: Timestamp,
    /// When the next probe is due; `None`: not before somebody acts.
    pub until: Option<Timestamp>,
    /// Failures in a row.
    pub failures: u32,
    /// The newest failure.
    pub failure: Option<CallFailure>,
}
