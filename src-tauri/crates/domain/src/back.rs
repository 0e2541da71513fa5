//! What an admin decides about the way back.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What becomes of a case whose customer writes after it was closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReopenPolicy {
    /// The same case goes on.
    #[default]
    ReopenCase,
    /// The closed case stays closed; a new one is opened as the connection's mode says.
    NewCase,
}

/// Settings of the way back, the same for every CRM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackSettings {
    /// A reply first seen later than this after the CRM's own time is held (R2). Hours.
    pub hold_after_hours: u32,
    /// What a customer's message does to a closed case.
    pub reopen: ReopenPolicy,
    /// Period of the poller while a case of a handed-off session is open. Seconds.
    pub poll_seconds: u32,
    /// Period of the poller otherwise. Seconds.
    pub idle_poll_seconds: u32,
}

impl Default for BackSettings {
    fn default() -> Self {
        Self { hold_after_hours: 72, reopen: ReopenPolicy::default(), poll_seconds: 30, idle_poll_seconds: 300 }
    }
}

impl BackSettings {
    /// Period of the poller now. Never under 5 s: plans count calls.
    #[must_use]
    pub fn period(&self, busy: bool) -> Duration {
        let seconds = if busy { self.poll_seconds.min(self.idle_poll_seconds) } else { self.idle_poll_seconds };
        Duration::from_secs(u64::from(seconds.clamp(5, 86_400)))
    }

    /// How late a reply may be seen and still be delivered unasked.
    #[must_use]
    pub fn hold_after(&self) -> Duration {
        Duration::from_secs(u64::from(self.hold_after_hours) * 3600)
    }
}
