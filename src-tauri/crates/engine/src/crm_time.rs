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
        let wanted = self.earliest(reserved);
        unsure.map_or(wanted, |unsure| wanted.max(self.latest(unsure)))
    }
}
