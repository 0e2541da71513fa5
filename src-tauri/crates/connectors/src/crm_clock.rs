//! The CRM's clock, and what a moment of ours is on it.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// A `Date` header names a whole second, which the answer was made in.
const SECOND: Duration = Duration::from_secs(1);

/// The CRM's clock, as one answer told it. A time of it is known only within the call that brought it, and only by the
/// second: what is decided by it takes the bound whose error harms nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrmClock {
    said: Timestamp,
    asked: Instant,
    heard: Instant,
}

impl CrmClock {
    /// `said`: what an answer's `Date` header says; `asked`, `heard`: when we sent the call, and had its header.
    #[must_use]
    pub fn new(said: Timestamp, asked: Instant, heard: Instant) -> Self {
        Self { said, asked, heard }
    }

    /// What the answer said: not later than the CRM's time at that moment.
    #[must_use]
    pub fn said(&self) -> Timestamp {
        self.said
    }

    /// The earliest time that it can have been in the CRM at our `at`. `now` is our time, read just now: what has been
    /// done since the answer counts.
    #[must_use]
    pub fn earliest(&self, at: Timestamp, now: Timestamp) -> Timestamp {
        self.shifted(at, now, self.heard.elapsed())
    }

    /// The latest time that it can have been in the CRM at our `at`, with `now` as in [`Self::earliest`].
    #[must_use]
    pub fn latest(&self, at: Timestamp, now: Timestamp) -> Timestamp {
        self.shifted(at, now, self.asked.elapsed()) + SECOND
    }

    /// The time at `at`, had the CRM read its clock `since` ago.
    fn shifted(&self, at: Timestamp, now: Timestamp, since: Duration) -> Timestamp {
        let ago = now.duration_since(at);
        let since = jiff::SignedDuration::try_from(since).unwrap_or(jiff::SignedDuration::MAX);
        ago.checked_sub(since).and_then(|before| self.said.checked_sub(before).ok()).unwrap_or(self.said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_of_ours_is_known_on_the_crms_clock_within_the_call_and_its_second() {
        let second = Duration::from_secs;
        let (asked, heard) = (Instant::now() - second(12), Instant::now() - second(9));
        let clock = CrmClock::new("2026-03-01T10:00:00Z".parse().unwrap(), asked, heard);
        // Ours is an hour behind. At 09:00:02 the CRM was asked, at 09:00:05 it had answered; since then we worked.
        let now = "2026-03-01T09:00:14Z".parse().unwrap();
        let at = "2026-03-01T09:00:04Z".parse().unwrap();
        let shown = |since| clock.shifted(at, now, second(since)).to_string();
        assert_eq!(shown(9), "2026-03-01T09:59:59Z", "had it read its clock at the end of the call");
        assert_eq!(shown(12), "2026-03-01T10:00:02Z", "had it done so at its begin");
        let earliest = clock.earliest(at, now);
        assert!(clock.latest(at, now).duration_since(earliest).unsigned_abs() >= second(4), "the call, and a second");
    }
}
