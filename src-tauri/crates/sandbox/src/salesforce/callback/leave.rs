//! Making the calls.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use super::super::shared::Shared;
use super::Due;
use crate::callout;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CalloutOutcome {
    /// It was lost on the way, by the recipe's dice.
    Lost,
    /// The service answered this status.
    Answered(u16),
    /// Nobody answered in time.
    TimedOut,
    /// The connection failed.
    Failed(String),
}

/// One call that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Callout {
    /// Where it went, query included.
    pub url: String,
    /// Its body.
    pub body: String,
    /// What became of it.
    pub outcome: CalloutOutcome,
}

/// Lets a transaction's job make its calls, one after the other; nobody waits for it.
pub(crate) fn leave(shared: &Arc<Shared>, calls: Vec<Due>) {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
    if calls.is_empty() {
        return;
    }
    let shared = Arc::clone(shared);
    runtime.spawn(async move {
        for call in calls {
            if call.times == 0 {
                note(&shared, &call, CalloutOutcome::Lost);
            }
            for _ in 0..call.times {
                let limit = Duration::from_millis(call.recipe.timeout_ms);
                let posted = callout::post(&call.url, "application/json", &[], &call.body);
                let outcome = match tokio::time::timeout(limit, posted).await {
                    Ok(Ok(status)) => CalloutOutcome::Answered(status),
                    Ok(Err(error)) => CalloutOutcome::Failed(error.to_string()),
                    Err(_) => CalloutOutcome::TimedOut,
                };
                note(&shared, &call, outcome);
            }
        }
    });
}

fn note(shared: &Shared, call: &Due, outcome: CalloutOutcome) {
    let made = Callout { url: call.url.clone(), body: call.body.clone(), outcome };
    shared.lock().callbacks.calls.push(made);
}
