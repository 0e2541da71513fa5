//! How many records a batch should carry: a call must end well inside its time-out and the lane's lease.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const FEWEST: usize = 5;
const MOST: usize = 95;
const START: usize = 60;
/// Smaller batches measure the network more than the CRM.
const TELLING: usize = 5;

/// Measured time per record.
#[derive(Debug)]
pub(crate) struct Pace {
    /// A third of the write time-out: a call that takes three times as long as usual still ends.
    budget: Duration,
    millis_per_record: Mutex<Option<f64>>,
}

impl Pace {
    pub(crate) fn new(write_timeout: Duration) -> Self {
        Pace { budget: write_timeout / 3, millis_per_record: Mutex::new(None) }
    }

    /// A batch of so many records was answered.
    pub(crate) fn took(&self, records: usize, took: Duration) {
        if records < TELLING && took < self.budget {
            return;
        }
        self.learn(took.as_secs_f64() * 1000.0 / records.max(1) as f64);
    }

    /// A batch of so many records was not answered in time.
    pub(crate) fn timed_out(&self, records: usize) {
        // As slow as it must have been to take thrice the budget.
        self.learn(self.budget.as_secs_f64() * 3000.0 / records.max(1) as f64);
    }

    fn learn(&self, millis: f64) {
        let mut known = self.millis_per_record.lock().unwrap_or_else(PoisonError::into_inner);
        // Slower counts at once, faster is believed by and by.
        *known = Some(match *known {
            Some(before) if millis < before => before * 0.7 + millis * 0.3,
            _ => millis,
        });
    }

    pub(crate) fn limit(&self) -> usize {
        let known = *self.millis_per_record.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(millis) = known else { return START };
        let fits = self.budget.as_secs_f64() * 1000.0 / millis.max(0.01);
        (fits as usize).clamp(FEWEST, MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r11_the_batch_follows_the_measured_time_per_record() {
        let pace = Pace::new(Duration::from_secs(30));
        assert_eq!(pace.limit(), 60, "unmeasured");
        pace.took(60, Duration::from_secs(30));
        assert_eq!(pace.limit(), 20, "500 ms a record: ten seconds carry twenty");
        pace.timed_out(20);
        assert_eq!(pace.limit(), 6, "at least 1.5 s a record");
        pace.took(5, Duration::from_secs(300));
        assert_eq!(pace.limit(), 5, "never less than five");
        for _ in 0..40 {
            pace.took(50, Duration::from_millis(100));
        }
        assert_eq!(pace.limit(), 95, "never more than a batch may hold beside a contact");
        pace.took(1, Duration::from_millis(400));
        assert_eq!(pace.limit(), 95, "a single record says nothing about the CRM's speed");
    }
}
