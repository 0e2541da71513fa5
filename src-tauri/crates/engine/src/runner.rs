//! The loop of one connection: claim what is due, run passes side by side, wait for the next.

use std::sync::Arc;
use std::time::Instant;

use casebridge_domain::{Connection, ids};
use tokio::task::JoinSet;

use crate::error::EngineError;
use crate::runtime::Runtime;
use crate::{Engine, pass, poll, pulls};

impl Engine {
    /// Starts, or starts anew with changed settings, the loop of one connection.
    pub(crate) fn follow(&self, connection: Connection) -> Result<(), EngineError> {
        let id = connection.id;
        self.unfollow(id);
        if !self.inner.started.load(std::sync::atomic::Ordering::SeqCst) {
            return Ok(());
        }
        let namespace = ids::instance_namespace(&connection.instance);
        let crm = self.inner.connectors.build(&connection, self.vault(id));
        let concurrency = self.inner.connectors.concurrency(&connection);
        let runtime = Arc::new(Runtime::new(connection, namespace, crm, concurrency, self.inner.stop.child_token()));
        self.runtimes().insert(id, Arc::clone(&runtime));
        self.inner.tasks.spawn(run(self.clone(), Arc::clone(&runtime)));
        self.inner.tasks.spawn(renew(self.clone(), Arc::clone(&runtime)));
        self.inner.tasks.spawn(pulls::run(self.clone(), Arc::clone(&runtime)));
        self.inner.tasks.spawn(poll::run(self.clone(), runtime));
        Ok(())
    }

    /// Ends the loop of one connection; passes under way finish.
    pub(crate) fn unfollow(&self, id: casebridge_domain::ConnectionId) {
        if let Some(old) = self.runtimes().remove(&id) {
            old.stop.cancel();
        }
    }
}

async fn run(engine: Engine, runtime: Arc<Runtime>) {
    let mut passes = JoinSet::new();
    while !runtime.stop.is_cancelled() {
        let now = engine.clock().now();
        let pause = runtime.pause();
        let room = match &pause {
            None => runtime.concurrency.saturating_sub(passes.len()),
            // Broken or at fault: one probe, when its time has come (R18).
            Some(pause) if pause.until.is_some_and(|until| until <= now) && passes.is_empty() => 1,
            Some(_) => 0,
        };
        let mut claimed = 0;
        if room > 0 {
            match claim(&engine, &runtime, room).await {
                Ok(lanes) => {
                    claimed = lanes.len();
                    for lane in lanes {
                        passes.spawn(pass::run(engine.clone(), Arc::clone(&runtime), lane));
                    }
                }
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "lanes could not be claimed");
                }
            }
        }
        let until = pause.as_ref().and_then(|pause| pause.until).filter(|until| *until > now);
        tokio::select! {
            () = runtime.stop.cancelled() => break,
            Some(done) = passes.join_next(), if !passes.is_empty() => report(done),
            () = idle(&engine, &runtime, until, room > claimed) => {}
        }
        while let Some(done) = passes.try_join_next() {
            report(done);
        }
    }
    while let Some(done) = passes.join_next().await {
        report(done);
    }
}

fn report(done: Result<(), tokio::task::JoinError>) {
    if let Err(error) = done {
        tracing::error!(error = &error as &dyn std::error::Error, "a pass ended in a panic; its lease will run out");
    }
}

async fn claim(
    engine: &Engine,
    runtime: &Runtime,
    room: usize,
) -> Result<Vec<casebridge_domain::Lane>, casebridge_store::StoreError> {
    let since = Instant::now();
    let limit = i64::try_from(room).unwrap_or(i64::MAX);
    let lanes = engine.store().claim(runtime.consumer(), engine.clock().now(), limit, runtime.lease()).await?;
    for lane in &lanes {
        runtime.hold(lane.session_id, lane.fence, since);
    }
    Ok(lanes)
}

/// Waits until there may be something to claim: a wake-up, the end of a pause, or the next due lane.
async fn idle(engine: &Engine, runtime: &Runtime, paused_until: Option<jiff::Timestamp>, has_room: bool) {
    let clock = engine.clock();
    if let Some(until) = paused_until {
        return tokio::select! {
            () = runtime.woken() => {}
            () = clock.sleep_until(until) => {}
        };
    }
    if !has_room {
        // Only the end of a pass makes room, or somebody who ends a pause by hand.
        return runtime.woken().await;
    }
    // A store that fails is asked again soon, not in a tight loop.
    let fallback = clock.now() + std::time::Duration::from_secs(1);
    let next = engine.store().next_due(runtime.consumer()).await.unwrap_or(Some(fallback));
    tokio::select! {
        () = runtime.woken() => {}
        () = async {
            match next {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        } => {}
    }
}

/// Renews the leases of passes under way, well before they run out (R14).
async fn renew(engine: Engine, runtime: Arc<Runtime>) {
    let every = runtime.lease() / 3;
    loop {
        tokio::select! {
            () = runtime.stop.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
        let leases = runtime.leases();
        if leases.is_empty() {
            continue;
        }
        let since = Instant::now();
        let until = engine.clock().now() + runtime.lease();
        match engine.store().renew(leases.clone(), until).await {
            Ok(_) => runtime.renewed(&leases, since),
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "leases could not be renewed");
            }
        }
    }
}
