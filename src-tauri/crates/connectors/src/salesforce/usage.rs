//! How many calls of the day are used, as every answer tells (`Sforce-Limit-Info`), and the reserve that is left to
//! the org's other integrations: when the calls are gone, all of them stop.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Use is counted over a rolling day: after this long one call asks how it stands.
const ASK_AGAIN: Duration = Duration::from_secs(15 * 60);

/// An answer that tells of fewer calls than another this soon before it was overtaken on its way.
const OVERTAKEN: Duration = Duration::from_secs(60);

/// Calls of the last 24 hours of the whole org, as told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) used: u64,
    pub(crate) allowed: u64,
}

impl Told {
    /// Reads `api-usage=18/5000` or `api-usage=25/5000; per-app-api-usage=17/250(appName=X)`.
    pub(crate) fn read(header: &str) -> Option<Self> {
        let part = header.split([';', ',']).map(str::trim).find_map(|part| part.strip_prefix("api-usage="))?;
        let (used, allowed) = part.split_once('/')?;
        Some(Told { used: used.trim().parse().ok()?, allowed: allowed.trim().parse().ok()? })
    }
}

#[derive(Debug, Default)]
struct State {
    told: Option<(Told, Instant)>,
    under_way: u64,
}

/// The count of one connection.
#[derive(Debug)]
pub(crate) struct Usage {
    /// In per cent of what is allowed.
    reserve: u64,
    state: Mutex<State>,
}

/// A call that may be made; it counts as under way until it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket<'a>(&'a Usage);

impl Usage {
    pub(crate) fn new(reserve: u64) -> Self {
        Usage { reserve, state: Mutex::default() }
    }

    /// Leave for one call, unless it would eat into the reserve: then how long to wait.
    pub(crate) fn ask(&self) -> Result<Ticket<'_>, Duration> {
        self.ask_at(Instant::now())
    }

    fn ask_at(&self, now: Instant) -> Result<Ticket<'_>, Duration> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((told, at)) = state.told {
            let ours = told.allowed - told.allowed * self.reserve / 100;
            if told.used + state.under_way + 1 > ours {
                let left = ASK_AGAIN.saturating_sub(now.saturating_duration_since(at));
                if !left.is_zero() {
                    return Err(left);
                }
                // One asks; the others wait for what it is told.
                state.told = Some((told, now));
            }
        }
        state.under_way += 1;
        drop(state);
        Ok(Ticket(self))
    }

    /// What an answer told.
    pub(crate) fn heard(&self, told: Told) {
        self.heard_at(told, Instant::now());
    }

    fn heard_at(&self, told: Told, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // Answers overtake each other: of two that came close together the higher count is the newer one.
        let is_late = state.told.is_some_and(|(before, at)| {
            told.allowed == before.allowed && told.used < before.used && now.saturating_duration_since(at) < OVERTAKEN
        });
        if !is_late {
            state.told = Some((told, now));
        }
    }

    /// The newest count.
    pub(crate) fn told(&self) -> Option<Told> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).told.map(|(told, _)| told)
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.under_way = state.under_way.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_the_header_is_read_in_both_forms() {
        assert_eq!(Told::read("api-usage=18/5000"), Some(Told { used: 18, allowed: 5000 }));
        let both = "api-usage=25/5000; per-app-api-usage=17/250(appName=X)";
        assert_eq!(Told::read(both), Some(Told { used: 25, allowed: 5000 }), "the org's count, not the app's");
        assert_eq!(Told::read("per-app-api-usage=17/250(appName=X)"), None);
    }

    #[test]
    fn an_answer_that_was_overtaken_gives_no_leave_for_more() {
        let usage = Usage::new(20);
        let now = Instant::now();
        usage.heard_at(Told { used: 80, allowed: 100 }, now);
        usage.heard_at(Told { used: 79, allowed: 100 }, now + Duration::from_secs(1));
        assert!(usage.ask_at(now + Duration::from_secs(1)).is_err(), "80 calls are used, whichever answer came last");
        usage.heard_at(Told { used: 3, allowed: 100 }, now + OVERTAKEN);
        assert!(usage.ask_at(now + OVERTAKEN).is_ok(), "a day is over");
    }

    #[test]
    fn calls_under_way_count_and_the_reserve_is_never_eaten() {
        let usage = Usage::new(20);
        drop(usage.ask().expect("nothing is known yet"));
        usage.heard(Told { used: 78, allowed: 100 });
        let first = usage.ask().expect("79 of 80");
        let second = usage.ask().expect("80 of 80");
        let wait = usage.ask().expect_err("the third at the same time would be the reserve's");
        drop((first, second));
        assert!(usage.ask().is_ok(), "calls that ended without a word are not counted twice");
        usage.heard(Told { used: 80, allowed: 100 });
        assert!(usage.ask().is_err());
        let later = Instant::now() + wait + ASK_AGAIN;
        let asks = usage.ask_at(later).expect("after a while one call asks how it stands");
        assert!(usage.ask_at(later).is_err(), "and only one");
        drop(asks);
    }
}
