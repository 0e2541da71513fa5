//! Our moments on the CRM's clock, at one time of ours.

use casebridge_connectors::CrmClock;
use jiff::Timestamp;

/// What an answer told about the CRM's clock, beside ours. Without a clock both are taken to be the same.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CrmTime {
    clock: Option<CrmClock>,
    now: Timestamp,
}

impl CrmTime {
    /// `now`: our time, read just now.
    pub(crate) fn new(clock: Option<CrmClock>, now: Timestamp) -> Self {
        Self { clock, now }
    }

    /// The CRM's time now; at least.
    pub(crate) fn now(&self) -> Timestamp {
        self.earliest(self.now)
    }

    /// The earliest time that it can have been in the CRM at our `at`.
    pub(crate) fn earliest(&self, at: Timestamp) -> Timestamp {
        self.clock.map_or(at, |clock| clock.earliest(at, self.now))
    }

    /// The latest time that it can have been in the CRM at our `at`.
    pub(crate) fn latest(&self, at: Timestamp) -> Timestamp {
        self.clock.map_or(at, |clock| clock.latest(at, self.now))
    }

    /// From when on what people say on a case is for the customer (R2). Nothing is lost that was said since this store
    /// came to want the case at `reserved`; and what was said before `unsure` may have been delivered already, by
    /// another engine or by this one before a backup.
    pub(crate) fn deliver_after(&self, reserved: Timestamp, unsure: Option<Timestamp>) -> Timestamp {
        // A CRM may keep when something was said by the second alone. Before the case there was nothing on it.
        let wanted = self.earliest(reserved);
        let wanted = Timestamp::from_second(wanted.as_second()).unwrap_or(wanted);
        unsure.map_or(wanted, |unsure| wanted.max(self.latest(unsure)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn told(said: &str, now: &str) -> CrmTime {
        CrmTime::new(Some(CrmClock::new(at(said), Instant::now(), Instant::now())), at(now))
    }

    #[test]
    fn r2_what_is_said_in_the_second_of_the_wish_for_a_case_is_no_history() {
        // The case was wanted at :05.3 and made at once; what answers it in that second is stamped :05.
        let time = told("2026-03-01T10:00:06Z", "2026-03-01T10:00:06.1Z");
        assert_eq!(time.deliver_after(at("2026-03-01T10:00:05.3Z"), None), at("2026-03-01T10:00:05Z"));
        let blind = CrmTime::new(None, at("2026-03-01T10:00:06.1Z"));
        assert_eq!(blind.deliver_after(at("2026-03-01T10:00:05.3Z"), None), at("2026-03-01T10:00:05Z"));
    }

    #[test]
    fn r2_what_was_said_in_the_second_of_a_take_over_may_have_been_delivered() {
        // The CRM's clock is anywhere in its second.
        let time = told("2026-03-01T10:00:06Z", "2026-03-01T10:00:06.1Z");
        let from = time.deliver_after(at("2026-03-01T09:00:00Z"), Some(at("2026-03-01T10:00:06Z")));
        assert!(from >= at("2026-03-01T10:00:06.9Z"), "at 10:00:06 of ours it may have been this late there: {from}");
    }
}
