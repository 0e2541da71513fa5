//! What is remembered of cases between calls: where they are, how often they were written to, and which may still be
//! written to by a call that nobody waits for any more. Losing it costs a read.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use uuid::Uuid;

use super::ids::SalesforceId;

/// Most cases remembered; then all are forgotten.
const MOST: usize = 20_000;

/// A case that was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) id: SalesforceId,
    /// How often it was written to; `None` without the kit.
    pub(crate) writes: Option<i64>,
}

#[derive(Debug, Default)]
struct State {
    cases: HashMap<Uuid, Known>,
    late: HashMap<Uuid, Instant>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<State>);

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self, case: Uuid) -> Option<Known> {
        self.state().cases.get(&case).copied()
    }

    pub(crate) fn put(&self, case: Uuid, known: Known) {
        let mut state = self.state();
        if state.cases.len() >= MOST {
            state.cases.clear();
        }
        state.cases.insert(case, known);
    }

    pub(crate) fn forget(&self, case: Uuid) {
        self.state().cases.remove(&case);
    }

    /// A write whose answer was lost may still commit until then.
    pub(crate) fn may_commit_until(&self, case: Uuid, until: Instant) {
        self.state().late.insert(case, until);
    }

    /// Whether a lost write may still commit.
    pub(crate) fn may_commit(&self, case: Uuid) -> bool {
        let mut state = self.state();
        let now = Instant::now();
        state.late.retain(|_, until| *until > now);
        state.late.contains_key(&case)
    }
}
