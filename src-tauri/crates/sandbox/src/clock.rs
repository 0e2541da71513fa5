//! The clock that every date of the stand-in comes from.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Where the stand-in takes its time from.
#[derive(Clone, Debug, Default)]
pub enum SandboxClock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that only moves when somebody moves it.
    Virtual(VirtualClock),
}

impl SandboxClock {
    /// The present, in microseconds as PostgreSQL keeps it.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => {
                let now = Timestamp::now();
                Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
            }
            Self::Virtual(clock) => clock.now(),
        }
    }
}

/// A moment as HTTP headers spell it.
pub(crate) fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// A shared clock for replaying days in a moment. Cheap to clone; every clone shows the same time.
#[derive(Clone, Debug)]
pub struct VirtualClock(Arc<AtomicI64>);

impl VirtualClock {
    /// A clock that stands at `at`.
    pub fn starting_at(at: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// The time shown.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Moves the clock forward, or back with a negative duration.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.0.fetch_add(micros, Ordering::SeqCst);
    }

    /// Sets the clock.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.as_microsecond(), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_virtual_clock_show_the_same_time() {
        let clock = VirtualClock::starting_at(Timestamp::UNIX_EPOCH);
        let other = SandboxClock::Virtual(clock.clone());
        clock.advance(SignedDuration::from_hours(26));
        assert_eq!(other.now().as_second(), 26 * 3600, "a clone must follow the clock that was moved");
    }
}
