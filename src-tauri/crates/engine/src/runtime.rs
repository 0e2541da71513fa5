//! The live side of one connection: its client, its breaker, the leases its passes hold.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use casebridge_connectors::CaseSystem;
use casebridge_domain::retry::connection_after_failure;
use casebridge_domain::{BackSettings, CallFailure, Connection, ConnectionKind, Consumer, Pause, PauseKind, SessionId};
use casebridge_store::Store;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// One connection at work.
pub struct Runtime {
    /// The connection as it was when the runtime was made; a change makes a new runtime.
    pub(crate) connection: Connection,
    /// Namespace of record ids.
    pub(crate) namespace: Uuid,
    /// The client, or why there is none.
    pub(crate) crm: Result<Arc<dyn CaseSystem>, CallFailure>,
    /// Passes at the same time.
    pub(crate) concurrency: usize,
    /// Ends this runtime only.
    pub(crate) stop: CancellationToken,
    health: Mutex<Health>,
    held: Mutex<HashMap<SessionId, Held>>,
    notify: Notify,
    pulls: Notify,
    poller: Notify,
    polling: AtomicBool,
    /// What the admin decided about the way back.
    pub(crate) back: BackSettings,
    /// Whether a returning customer's conversation goes on in the open case, if there is one.
    pub(crate) joins_open_cases: bool,
}

struct Health {
    pause: Option<Pause>,
    in_a_row: u32,
    last_success: Option<Timestamp>,
}

#[derive(Clone, Copy)]
struct Held {
    fence: i64,
    until: Instant,
}

impl Runtime {
    pub(crate) fn new(
        connection: Connection,
        namespace: Uuid,
        crm: Result<Arc<dyn CaseSystem>, CallFailure>,
        concurrency: usize,
        stop: CancellationToken,
    ) -> Self {
        let back = connection.settings.get("back").and_then(|back| serde_json::from_value(back.clone()).ok());
        let returning = connection.settings.get("returning").and_then(serde_json::Value::as_str);
        let joins_open_cases = connection.kind == ConnectionKind::Salesforce && returning != Some("own_case");
        let health = Health { pause: connection.pause.clone(), in_a_row: 0, last_success: connection.last_success_at };
        Self {
            connection,
            namespace,
            crm,
            concurrency,
            stop,
            health: Mutex::new(health),
            held: Mutex::default(),
            notify: Notify::new(),
            pulls: Notify::new(),
            poller: Notify::new(),
            polling: AtomicBool::new(false),
            back: back.unwrap_or_default(),
            joins_open_cases,
        }
    }

    pub(crate) fn consumer(&self) -> Consumer {
        Consumer::Crm(self.connection.id)
    }

    /// Says that there may be lanes to carry on or cases to look at.
    pub(crate) fn wake(&self) {
        self.wake_lanes();
        self.pulls.notify_one();
    }

    /// Says that there may be lanes to carry on.
    pub(crate) fn wake_lanes(&self) {
        self.notify.notify_one();
    }

    /// Returns when there may be a case to look at.
    pub(crate) async fn pull_wanted(&self) {
        self.pulls.notified().await;
    }

    /// Says that a case was made or changed, so that the poller's period may be another.
    pub(crate) fn poke_poller(&self) {
        self.poller.notify_one();
    }

    /// Returns when the poller's period may be another.
    pub(crate) async fn poller_poked(&self) {
        self.poller.notified().await;
    }

    pub(crate) async fn woken(&self) {
        self.notify.notified().await;
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.held().len() + usize::from(self.polling.load(Ordering::SeqCst))
    }

    /// Says whether the poller is at work.
    pub(crate) fn set_polling(&self, polling: bool) {
        self.polling.store(polling, Ordering::SeqCst);
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn held(&self) -> MutexGuard<'_, HashMap<SessionId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why nothing but a probe is sent, if so.
    #[must_use]
    pub fn pause(&self) -> Option<Pause> {
        self.health().pause.clone()
    }

    pub(crate) fn last_success(&self) -> Option<Timestamp> {
        self.health().last_success
    }

    /// Notes that the CRM answered as it should; ends a breaker or fault.
    pub(crate) async fn succeeded(&self, store: &dyn Store, now: Timestamp) {
        let was_paused = {
            let mut health = self.health();
            health.in_a_row = 0;
            health.last_success = Some(now);
            health.pause.take_if(|pause| !pause.kind.is_for_a_person()).is_some()
        };
        if was_paused {
            tracing::info!(connection.id = %self.connection.id, "the connection goes on");
            self.keep_pause(store, None).await;
            self.wake();
            self.poke_poller();
        }
    }

    /// Notes that the CRM answered a read, though no write stands yet: it is not down.
    pub(crate) async fn answered(&self, store: &dyn Store) {
        let was_broken = {
            let mut health = self.health();
            health.in_a_row = 0;
            health.pause.take_if(|pause| pause.kind == PauseKind::Breaker).is_some()
        };
        if was_broken {
            tracing::info!(connection.id = %self.connection.id, "the CRM answers again");
            self.keep_pause(store, None).await;
            self.wake();
        }
    }

    /// Notes a failure; may pause the connection.
    pub(crate) async fn failed(&self, store: &dyn Store, failure: &CallFailure, now: Timestamp, random: f64) {
        let changed = {
            let mut health = self.health();
            health.in_a_row = if failure.concerns_connection() { health.in_a_row + 1 } else { 0 };
            if health.pause.as_ref().is_some_and(|pause| pause.kind.is_for_a_person()) {
                return;
            }
            let pause = connection_after_failure(health.pause.as_ref(), failure, health.in_a_row, now, random);
            let changed = pause != health.pause;
            health.pause.clone_from(&pause);
            changed.then_some(pause)
        };
        if let Some(pause) = changed {
            if let Some(pause) = &pause {
                tracing::warn!(
                    connection.id = %self.connection.id, pause.kind = ?pause.kind, pause.failures = pause.failures,
                    "the connection is paused"
                );
            }
            self.keep_pause(store, pause).await;
        }
    }

    /// Pauses for a reason that only a person can end. Returns whether that is new.
    pub(crate) fn set_pause_of_a_person(&self, pause: Pause) -> bool {
        let mut health = self.health();
        if health.pause.as_ref().is_some_and(|before| before.kind == pause.kind) {
            return false;
        }
        health.pause = Some(pause);
        true
    }

    /// Stops or goes on because a person says so. The caller keeps it in the store.
    pub(crate) fn set_by_hand(&self, pause: Option<Pause>) {
        let goes_on = pause.is_none();
        {
            let mut health = self.health();
            health.in_a_row = 0;
            health.pause = pause;
        }
        if goes_on {
            self.wake();
            self.poke_poller();
        }
    }

    pub(crate) async fn keep_pause(&self, store: &dyn Store, pause: Option<Pause>) {
        // What cannot be kept is found out again after a restart, at the price of one probe.
        if let Err(error) = store.set_pause(self.connection.id, pause).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the pause could not be stored");
        }
    }

    /// The longest a pass may be without a renewal.
    pub(crate) fn lease(&self) -> Duration {
        self.write_timeout() * 2 + Duration::from_secs(10)
    }

    pub(crate) fn write_timeout(&self) -> Duration {
        self.crm.as_ref().map_or(Duration::from_secs(30), |crm| crm.write_timeout())
    }

    pub(crate) fn hold(&self, session: SessionId, fence: i64, since: Instant) {
        self.held().insert(session, Held { fence, until: since + self.lease() });
    }

    pub(crate) fn let_go(&self, session: SessionId) {
        self.held().remove(&session);
        // A look may have waited for this lane.
        self.pulls.notify_one();
    }

    /// Whether a request that starts now ends inside the lease, by the monotonic clock (R14).
    pub(crate) fn fits_lease(&self, session: SessionId) -> bool {
        const MARGIN: Duration = Duration::from_secs(2);
        let need = self.write_timeout() + MARGIN;
        self.held().get(&session).is_some_and(|held| held.until.saturating_duration_since(Instant::now()) >= need)
    }

    /// Leases to renew.
    pub(crate) fn leases(&self) -> Vec<(Consumer, SessionId, i64)> {
        let consumer = self.consumer();
        self.held().iter().map(|(session, held)| (consumer, *session, held.fence)).collect()
    }

    pub(crate) fn renewed(&self, leases: &[(Consumer, SessionId, i64)], since: Instant) {
        let until = since + self.lease();
        let mut held = self.held();
        for (_, session, fence) in leases {
            if let Some(one) = held.get_mut(session)
                && one.fence == *fence
            {
                one.until = until;
            }
        }
    }
}
