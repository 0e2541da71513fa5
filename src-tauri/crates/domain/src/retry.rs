//! What follows a failure: when to try again, when to park, when to pause the whole connection.

use std::time::Duration;

use jiff::Timestamp;

use crate::connection::{Pause, PauseKind};
use crate::failure::{CallFailure, FailureClass, FailureScope};
use crate::lane::{FailureMemory, ParkKind, ParkReason};

/// Delays between tries of one lane (R33); the last repeats up to [`HORIZON`].
const DELAYS: [Duration; 8] = [
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(15),
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
];
const LAST_DELAY: Duration = Duration::from_secs(6 * 60 * 60);

/// How long a transient failure is retried before the lane is parked.
pub const HORIZON: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The same unknown answer this often...
const SAME_UNKNOWN: u32 = 3;
/// ...over at least this long, while others succeed, is no passing fault (R12).
const SAME_UNKNOWN_SPAN: Duration = Duration::from_secs(5 * 60);

/// Unreachable answers in a row, over all lanes, that open the breaker.
const BREAKER_AFTER: u32 = 5;

/// The step of [`DELAYS`] that probes of a paused connection go up to: half an hour, so that nobody waits longer
/// than that for a CRM that is back.
const SLOWEST_PROBE: u32 = 7;

/// The delay before try number `failures + 1`, with full jitter from `random` in `0..1`.
///
/// `after` is the CRM's `Retry-After`, honoured up to twice the delay due.
#[must_use]
pub fn delay(failures: u32, random: f64, after: Option<Duration>) -> Duration {
    let index = failures.saturating_sub(1) as usize;
    let due = DELAYS.get(index).copied().unwrap_or(LAST_DELAY);
    let jittered = due.mul_f64(random.clamp(0.0, 1.0));
    match after {
        Some(after) => jittered.max(after.min(due * 2)),
        None => jittered,
    }
}

/// How long an offer waits to be taken before it is offered again (R19); the first time somebody is alerted too.
#[must_use]
pub fn offer_again_after(tries: i64) -> Duration {
    let minutes = match tries {
        ..=1 => 2,
        2 => 10,
        3 => 60,
        _ => 360,
    };
    Duration::from_secs(minutes * 60)
}

/// What becomes of a lane after a failure.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Try again at this time.
    Retry {
        /// When.
        at: Timestamp,
        /// What to remember until then.
        memory: FailureMemory,
    },
    /// Nobody can retry this: wait for a person.
    Park(ParkReason),
    /// The cause is the connection's: the lane waits, its own count is untouched (R18).
    Wait,
}

/// Judges a lane's failure.
///
/// `last_success` is the last time any lane of the connection succeeded; `random` is in `0..1`.
#[must_use]
pub fn after_failure(
    before: Option<&FailureMemory>,
    failure: &CallFailure,
    last_success: Option<Timestamp>,
    now: Timestamp,
    random: f64,
) -> Verdict {
    if failure.scope == FailureScope::Connection {
        return Verdict::Wait;
    }
    let memory = FailureMemory::next(before, failure, now);
    let park = |kind| Verdict::Park(ParkReason { kind, failure: failure.clone(), since: now, tries: memory.count });
    match &failure.class {
        FailureClass::Refused | FailureClass::Rights => return park(ParkKind::Refused),
        FailureClass::Setup | FailureClass::Credentials => return park(ParkKind::Setup),
        FailureClass::Unknown => {
            let since = memory.same_since;
            let others_succeed = last_success.is_some_and(|at| at > since);
            if memory.same_count >= SAME_UNKNOWN && lasted(since, now, SAME_UNKNOWN_SPAN) && others_succeed {
                return park(ParkKind::SameErrorAgain);
            }
        }
        FailureClass::Unreachable | FailureClass::Throttled { .. } => {}
    }
    if lasted(memory.first_at, now, HORIZON) {
        return park(ParkKind::Expired);
    }
    let after = match failure.class {
        FailureClass::Throttled { after } => after,
        _ => None,
    };
    Verdict::Retry { at: now + delay(memory.count, random, after), memory }
}

fn lasted(since: Timestamp, now: Timestamp, span: Duration) -> bool {
    now.duration_since(since).unsigned_abs() >= span
}

/// The connection's state after a call that failed; `None`: it goes on as before.
///
/// `in_a_row` counts this failure too. A fault of the set-up pauses at once, an unreachable CRM after
/// a few failures in a row, and each failed probe doubles the patience along [`delay`].
#[must_use]
pub fn connection_after_failure(
    before: Option<&Pause>,
    failure: &CallFailure,
    in_a_row: u32,
    now: Timestamp,
    random: f64,
) -> Option<Pause> {
    if before.is_some_and(|pause| pause.kind.is_for_a_person()) {
        return before.cloned();
    }
    let fault = failure.scope == FailureScope::Connection && !failure.is_transient();
    if !fault && (!failure.concerns_connection() || (before.is_none() && in_a_row < BREAKER_AFTER)) {
        return before.cloned();
    }
    let failures = before.map_or(0, |pause| pause.failures) + 1;
    let after = match failure.class {
        FailureClass::Throttled { after } => after,
        _ => None,
    };
    // A wrong secret is asked again too, rarely: an admin may have mended it in the CRM.
    let steps = if fault { failures + 4 } else { failures };
    Some(Pause {
        kind: if fault { PauseKind::Fault } else { PauseKind::Breaker },
        since: before.map_or(now, |pause| pause.since),
        until: Some(now + delay(steps.min(SLOWEST_PROBE), random.mul_add(0.5, 0.5), after)),
        failures,
        failure: Some(failure.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(class: FailureClass, scope: FailureScope) -> CallFailure {
        CallFailure { class, scope, status: None, message: "boom".into(), hint: String::new(), item: None }
    }

    #[test]
    fn r33_delays_grow_to_six_hours_and_jitter_only_shortens() {
        let seconds: Vec<f64> = (1..=9).map(|n| delay(n, 1.0, None).as_secs_f64()).collect();
        assert_eq!(seconds, [0.5, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0, 21600.0], "the published schedule");
        assert_eq!(delay(3, 0.0, None), Duration::ZERO, "full jitter reaches down to nothing");
        let day = Duration::from_secs(86_400);
        assert_eq!(delay(2, 0.0, Some(day)), Duration::from_secs(4), "Retry-After counts up to twice the delay due");
    }

    #[test]
    fn r33_transient_failures_are_retried_for_fourteen_days_then_parked() {
        let lost = failure(FailureClass::Unreachable, FailureScope::Lane);
        let mut now = Timestamp::UNIX_EPOCH;
        let mut memory: Option<FailureMemory> = None;
        let mut tries = 0;
        let reason = loop {
            tries += 1;
            match after_failure(memory.as_ref(), &lost, None, now, 1.0) {
                Verdict::Retry { at, memory: next } => {
                    (now, memory) = (at, Some(next));
                }
                Verdict::Park(reason) => break reason,
                Verdict::Wait => unreachable!("the failure is the lane's"),
            }
        };
        let days = now.duration_since(Timestamp::UNIX_EPOCH).as_hours() / 24;
        assert_eq!((reason.kind, days), (ParkKind::Expired, 14), "after {tries} tries");
    }

    #[test]
    fn r12_the_same_unknown_answer_parks_only_while_others_succeed() {
        let unknown = failure(FailureClass::Unknown, FailureScope::Lane);
        let t = |s: i64| Timestamp::UNIX_EPOCH + Duration::from_secs(s as u64);
        let Verdict::Retry { memory, .. } = after_failure(None, &unknown, None, t(0), 0.5) else { panic!("first") };
        let Verdict::Retry { memory, .. } = after_failure(Some(&memory), &unknown, None, t(200), 0.5) else {
            panic!("a second 500 is not yet a verdict")
        };
        let down = after_failure(Some(&memory), &unknown, None, t(301), 0.5);
        assert!(matches!(down, Verdict::Retry { .. }), "when nobody succeeds the CRM is ill, not the record");
        let up = after_failure(Some(&memory), &unknown, Some(t(250)), t(301), 0.5);
        assert!(
            matches!(up, Verdict::Park(ParkReason { kind: ParkKind::SameErrorAgain, .. })),
            "three times over five minutes while others succeed is the record's own fault"
        );
    }

    #[test]
    fn r18_a_wrong_secret_pauses_the_connection_and_parks_no_lane() {
        let wrong = failure(FailureClass::Credentials, FailureScope::Connection);
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(after_failure(None, &wrong, None, now, 0.5), Verdict::Wait, "the lane did nothing wrong");
        let pause = connection_after_failure(None, &wrong, 1, now, 0.5).expect("the connection pauses at once");
        assert_eq!(pause.kind, PauseKind::Fault, "an admin must act");
    }

    #[test]
    fn a_crm_that_is_down_opens_the_breaker_after_a_few_failures_in_a_row() {
        let lost = failure(FailureClass::Unreachable, FailureScope::Lane);
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(connection_after_failure(None, &lost, 1, now, 1.0), None, "one lost answer is no outage");
        let open = connection_after_failure(None, &lost, BREAKER_AFTER, now, 1.0).expect("the breaker opens");
        let longer = connection_after_failure(Some(&open), &lost, 6, now, 1.0).expect("it stays open");
        assert!(longer.until > open.until, "each failed probe makes it more patient");
        let mut pause = longer;
        for failures in 7..40 {
            pause = connection_after_failure(Some(&pause), &lost, failures, now, 1.0).expect("it stays open");
        }
        assert_eq!(
            pause.until,
            Some(now + Duration::from_secs(30 * 60)),
            "a CRM that is back is found within half an hour"
        );
        let refused = failure(FailureClass::Refused, FailureScope::Lane);
        assert_eq!(connection_after_failure(None, &refused, 99, now, 1.0), None, "a refusal proves the CRM is up");
    }
}
