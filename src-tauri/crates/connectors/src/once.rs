//! A value found out once, by one at a time. Whoever waited for a try that failed shares its failure, so
//! that a CRM that is down is not asked by each lane in turn.

use casebridge_domain::CallFailure;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// See the module.
#[derive(Debug)]
pub(crate) struct Once<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    value: Option<T>,
    failed: Option<(Instant, CallFailure)>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Once(Mutex::new(State { value: None, failed: None }))
    }
}

impl<T: Clone> Once<T> {
    /// The value, found now if need be.
    pub(crate) async fn get(&self, find: impl AsyncFnOnce() -> Result<T, CallFailure>) -> Result<T, CallFailure> {
        self.get_unless(|_| false, find).await
    }

    /// The same, but a value that is `stale` is found again.
    pub(crate) async fn get_unless(
        &self,
        stale: impl FnOnce(&T) -> bool,
        find: impl AsyncFnOnce() -> Result<T, CallFailure>,
    ) -> Result<T, CallFailure> {
        let asked = Instant::now();
        let mut state = self.0.lock().await;
        if let Some(value) = &state.value
            && !stale(value)
        {
            return Ok(value.clone());
        }
        if let Some((at, failure)) = &state.failed
            && *at >= asked
        {
            return Err(failure.clone());
        }
        match find().await {
            Ok(value) => {
                *state = State { value: Some(value.clone()), failed: None };
                Ok(value)
            }
            Err(failure) => {
                state.failed = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    /// The value if it is known; waits for who is finding it out.
    pub(crate) async fn known(&self) -> Option<T> {
        self.0.lock().await.value.clone()
    }

    /// The value if it is known and nobody is finding it out.
    pub(crate) fn peek(&self) -> Option<T> {
        self.0.try_lock().ok().and_then(|state| state.value.clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn those_who_waited_share_the_outcome_and_later_ones_try_again() {
        let once = Once::default();
        let tries = AtomicUsize::new(0);
        let find = async || {
            tokio::task::yield_now().await;
            match tries.fetch_add(1, Ordering::SeqCst) {
                0 => Err(crate::wire::unreachable("down".into())),
                _ => Ok(7),
            }
        };
        let outcomes = futures::future::join_all((0..5).map(|_| once.get(&find))).await;
        assert!(outcomes.iter().all(Result::is_err), "five lanes meet one failure");
        assert_eq!(tries.load(Ordering::SeqCst), 1);
        assert_eq!(once.get(&find).await, Ok(7), "the next one tries again");
        assert_eq!(once.get_unless(|seven| *seven == 7, async || Ok(8)).await, Ok(8), "a stale value is found again");
        assert_eq!((once.peek(), once.known().await), (Some(8), Some(8)));
    }
}
