//! Keeps the search index up with the logs, a moment behind the appends and never in their way.

use std::time::Duration;

use crate::Engine;

/// How long words may wait for the index: many appends become one step.
const GATHER: Duration = Duration::from_millis(150);
/// What a wake-up missed is found after this.
const LOOK: Duration = Duration::from_secs(5);

/// Follows the logs until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let inner = &engine.inner;
    while !inner.stop.is_cancelled() {
        match inner.store.index_search().await {
            Ok(0) => {
                tokio::select! {
                    () = inner.stop.cancelled() => return,
                    () = inner.words.notified() => tokio::time::sleep(GATHER).await,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
            // The writer has others to serve between two steps.
            Ok(_) => tokio::task::yield_now().await,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the search index could not be brought up");
                tokio::select! {
                    () = inner.stop.cancelled() => return,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
        }
    }
}
