//! Failures of calls to a CRM, classed by what can help.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What kind of failure it is, and so whether repeating can help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// No usable answer: network, time-out, 502-504, an HTML page. Repeating helps.
    Unreachable,
    /// The CRM asked for patience (429, 503 with `Retry-After`).
    Throttled {
        /// How long it asked for.
        after: Option<Duration>,
    },
    /// An error whose meaning the answer does not tell, e.g. Creatio's bare 500 (R12).
    Unknown,
    /// The CRM understood and said no: a foreign key, a missing owner, a value too long.
    Refused,
    /// The credentials were not accepted.
    Credentials,
    /// The user may not do this on the object named in the message.
    Rights,
    /// The set-up is wrong: not a Creatio, a wrong identity service, a lookup row that is gone.
    Setup,
}

/// How far the failure reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureScope {
    /// Only this lane's records.
    Lane,
    /// Every lane of the connection (R18).
    Connection,
}

/// A failed call. The message holds the CRM's own words, which never contain what we sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct CallFailure {
    /// What can help.
    pub class: FailureClass,
    /// How far it reaches.
    pub scope: FailureScope,
    /// HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// What failed, with the CRM's words.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// The record that was refused, where the CRM names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Uuid>,
}

impl CallFailure {
    /// Whether repeating the same call can help without anybody doing something.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.class, FailureClass::Unreachable | FailureClass::Throttled { .. } | FailureClass::Unknown)
    }

    /// Whether the failure says something about the CRM as a whole, so that other lanes would meet it too.
    #[must_use]
    pub fn concerns_connection(&self) -> bool {
        self.scope == FailureScope::Connection
            || matches!(self.class, FailureClass::Unreachable | FailureClass::Throttled { .. })
    }
}
