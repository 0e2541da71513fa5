//! Time as a port, so that days of faults can be lived through in a test.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::watch;

/// Where the engine gets its time and chance from.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
    /// Returns when `now()` has reached `at`.
    async fn sleep_until(&self, at: Timestamp);
    /// A number in `0..1` for jitter.
    fn random(&self) -> f64;
}

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, at: Timestamp) {
        // Short naps: a wall clock can be set, and a laptop can sleep.
        const NAP: std::time::Duration = std::time::Duration::from_secs(30);
        loop {
            let left = at.duration_since(Timestamp::now());
            if !left.is_positive() {
                return;
            }
            // A moment more, because the system's timer may fire a fraction early.
            tokio::time::sleep(left.unsigned_abs().min(NAP) + std::time::Duration::from_micros(500)).await;
        }
    }

    fn random(&self) -> f64 {
        rand::random()
    }
}

/// A clock that moves only when told to.
#[derive(Debug)]
pub struct VirtualClock {
    now: watch::Sender<Timestamp>,
    sleepers: Mutex<Vec<Timestamp>>,
}

impl VirtualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self { now: watch::Sender::new(now), sleepers: Mutex::default() }
    }

    /// The earliest time that somebody sleeps until.
    #[must_use]
    pub fn next_alarm(&self) -> Option<Timestamp> {
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner).iter().min().copied()
    }

    /// Moves on to `at`; never back.
    pub fn advance_to(&self, at: Timestamp) {
        self.now.send_modify(|now| *now = at.max(*now));
    }
}

struct Sleeper<'a> {
    clock: &'a VirtualClock,
    until: Timestamp,
}

impl Drop for Sleeper<'_> {
    fn drop(&mut self) {
        let mut sleepers = self.clock.sleepers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = sleepers.iter().position(|until| *until == self.until) {
            sleepers.swap_remove(place);
        }
    }
}

#[async_trait]
impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    async fn sleep_until(&self, at: Timestamp) {
        let mut now = self.now.subscribe();
        self.sleepers.lock().unwrap_or_else(PoisonError::into_inner).push(at);
        let _sleeper = Sleeper { clock: self, until: at };
        // The sender lives as long as the clock, so this ends only when the time has come.
        drop(now.wait_for(|now| *now >= at).await);
    }

    fn random(&self) -> f64 {
        0.5
    }
}
