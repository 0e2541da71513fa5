//! Making the calls: inside the save, in the background, or shuffled.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::super::shared::Shared;
use super::{Call, Delivery, DeliveryOutcome};
use crate::callout;

/// How long shuffled calls wait for others to be shuffled with.
const GATHERING: Duration = Duration::from_millis(20);

/// Shuffled calls that have not left yet.
#[derive(Default)]
pub(super) struct Pool {
    waiting: Vec<Call>,
    dice: Option<(u64, StdRng)>,
    leaving: bool,
}

impl Pool {
    /// Takes a call by the dice of its seed; `None` ends the leaving.
    fn draw(&mut self) -> Option<Call> {
        let Some(seed) = self.waiting.last().map(|call| call.subscription.shuffled.unwrap_or_default()) else {
            self.leaving = false;
            return None;
        };
        if self.dice.as_ref().is_none_or(|(of, _)| *of != seed) {
            self.dice = Some((seed, StdRng::seed_from_u64(seed)));
        }
        let all = self.waiting.len();
        let at = self.dice.as_mut().map_or(0, |(_, dice)| dice.random_range(0..all));
        Some(self.waiting.swap_remove(at))
    }
}

/// Makes the calls; returns when all that run inside the save are done.
pub(crate) async fn deliver_all(shared: &Arc<Shared>, calls: Vec<Call>) {
    for call in calls {
        if !call.subscription.background {
            deliver(shared, call).await;
        } else if call.subscription.shuffled.is_some() && call.times > 0 {
            shuffle(shared, call);
        } else {
            let shared = Arc::clone(shared);
            tokio::spawn(async move { deliver(&shared, call).await });
        }
    }
}

/// The same for saves that nobody waits for; without a runtime nobody is called.
pub(crate) fn detach(shared: &Arc<Shared>, calls: Vec<Call>) {
    if calls.is_empty() {
        return;
    }
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    let shared = Arc::clone(shared);
    runtime.spawn(async move { deliver_all(&shared, calls).await });
}

/// Puts each of a call's repetitions among the waiting ones, and lets them leave if nobody does so yet.
fn shuffle(shared: &Arc<Shared>, call: Call) {
    let leaves = {
        let pool = &mut shared.lock().signals.pool;
        for _ in 0..call.times {
            let (subscription, body) = (call.subscription.clone(), call.body.clone());
            pool.waiting.push(Call { signal: call.signal, subscription, body, times: 1 });
        }
        !std::mem::replace(&mut pool.leaving, true)
    };
    if !leaves {
        return;
    }
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        tokio::time::sleep(GATHERING).await;
        loop {
            let drawn = shared.lock().signals.pool.draw();
            let Some(call) = drawn else { return };
            deliver(&shared, call).await;
        }
    });
}

async fn deliver(shared: &Shared, call: Call) {
    if call.times == 0 {
        note(shared, &call, DeliveryOutcome::Lost, 0);
    }
    for _ in 0..call.times {
        let mut wait = Duration::from_secs(1);
        for attempt in 0..=call.subscription.retries {
            let started = tokio::time::Instant::now();
            let limit = Duration::from_millis(call.subscription.timeout_ms);
            let outcome = match tokio::time::timeout(
                limit,
                callout::post(
                    &call.subscription.url,
                    &call.subscription.content_type,
                    &call.subscription.headers,
                    &call.body,
                ),
            )
            .await
            {
                Ok(Ok(status)) => DeliveryOutcome::Answered(status),
                Ok(Err(error)) => DeliveryOutcome::Failed(error.to_string()),
                Err(_) => DeliveryOutcome::TimedOut,
            };
            let good = matches!(outcome, DeliveryOutcome::Answered(status) if status < 400);
            let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            note(shared, &call, outcome, took);
            if good || attempt == call.subscription.retries {
                break;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(Duration::from_secs(64));
        }
    }
}

fn note(shared: &Shared, call: &Call, outcome: DeliveryOutcome, duration_ms: u64) {
    let subscription = call.subscription.name.clone();
    if let Some(signal) = shared.lock().signals.fired.get_mut(call.signal) {
        signal.deliveries.push(Delivery { subscription, outcome, duration_ms });
    }
}
