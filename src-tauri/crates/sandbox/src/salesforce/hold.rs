//! Points at which requests can be held, so that a test acts while one is under way, however long that takes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Where a request can be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldPoint {
    /// A token request that arrived, before anything is done.
    TokenBefore,
    /// A token request that is done: tokens are made and spent, and nobody was told.
    TokenAfter,
    /// A data call with a good session, before anything is done.
    Data,
}

/// What becomes of those who were held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    GoOn,
    Lost,
}

type Held = HashMap<HoldPoint, watch::Sender<Option<Verdict>>>;

/// The points of one stand-in.
#[derive(Default)]
pub(crate) struct Holds(Mutex<Held>);

impl Holds {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on requests are held there.
    pub fn close(&self, point: HoldPoint) {
        self.held().entry(point).or_insert_with(|| watch::Sender::new(None));
    }

    /// How many are held there.
    pub fn waiting(&self, point: HoldPoint) -> usize {
        self.held().get(&point).map_or(0, watch::Sender::receiver_count)
    }

    /// Ends the hold. Those who were held go on, or are lost: their connection is dropped there.
    pub fn open(&self, point: HoldPoint, lost: bool) {
        if let Some(held) = self.held().remove(&point) {
            held.send_replace(Some(if lost { Verdict::Lost } else { Verdict::GoOn }));
        }
    }

    /// Passes the point, or waits there; false for a request that is lost.
    pub async fn pass(&self, point: HoldPoint) -> bool {
        let Some(mut verdict) = self.held().get(&point).map(watch::Sender::subscribe) else { return true };
        let verdict = verdict.wait_for(Option::is_some).await;
        verdict.is_ok_and(|verdict| *verdict == Some(Verdict::GoOn))
    }
}
