//! Quiet time (R34): bursts become one call.

use std::time::Duration;

use jiff::Timestamp;

use crate::event::EventKind;

/// How long a lane waits for more before it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Quiet that must pass after the newest event.
    pub quiet: Duration,
    /// The longest wait since the first unwritten event.
    pub at_most: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { quiet: Duration::from_millis(700), at_most: Duration::from_secs(2) }
    }
}

impl Pace {
    /// When a lane is due that became dirty at `dirty_since` and got `kind` at `now`.
    ///
    /// `first_message` is whether somebody other than the AI speaks for the first time: the case should be
    /// there at once.
    #[must_use]
    pub fn due(&self, kind: &EventKind, first_message: bool, dirty_since: Timestamp, now: Timestamp) -> Timestamp {
        let urgent = match kind {
            EventKind::HandedOff { .. }
            | EventKind::Resolved { .. }
            | EventKind::Reopened { .. }
            | EventKind::Analysed { .. }
            | EventKind::SuggestionDecided { .. }
            | EventKind::AgentReply { .. } => true,
            _ => first_message,
        };
        if urgent {
            return now;
        }
        let quiet = now + self.quiet;
        quiet.min(dirty_since + self.at_most).max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Speaker;

    fn message() -> EventKind {
        EventKind::Message { from: Speaker::Customer, text: "x".into(), author: None }
    }

    #[test]
    fn r34_bursts_wait_for_quiet_but_never_longer_than_two_seconds() {
        let pace = Pace::default();
        let t0 = Timestamp::UNIX_EPOCH;
        let at = |ms: u64| t0 + Duration::from_millis(ms);
        assert_eq!(pace.due(&message(), true, t0, t0), t0, "the first message opens the case at once");
        assert_eq!(pace.due(&message(), false, t0, at(100)), at(800), "quiet counts from the newest message");
        assert_eq!(pace.due(&message(), false, t0, at(1900)), at(2000), "a chatter must not postpone for ever");
        assert_eq!(pace.due(&message(), false, t0, at(9000)), at(9000), "never in the past");
        let handoff = EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None };
        assert_eq!(pace.due(&handoff, false, t0, at(100)), at(100), "a person is waiting for the handoff");
    }
}
