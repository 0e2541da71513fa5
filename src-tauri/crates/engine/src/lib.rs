//! The engine: joins the store and the connectors.
//!
//! [`ingest`] takes conversations in; [`runner`] follows every session with one lane per connection, and
//! [`pass`] carries a lane one step on; [`trace`] and [`explain`] tell what happened and why.

pub mod access;
pub mod acts;
pub mod analysts;
mod another;
pub mod carriers;
pub mod changes;
pub mod clock;
pub mod connections;
mod crm;
mod crm_time;
pub mod doctor;
pub mod error;
pub mod explain;
pub mod export;
pub mod health;
pub mod inbox;
pub mod ingest;
pub mod keys;
pub mod kit;
pub mod lanes;
pub mod links;
pub mod logging;
pub mod mappings;
pub mod measures;
mod own_name;
pub mod pass;
pub mod people;
mod poll;
pub mod public_address;
mod pulls;
mod reading;
pub mod removal;
pub mod replies;
pub mod runner;
pub mod runtime;
mod search;
pub mod sign_in;
pub mod sign_in_flow;
pub mod trace;
pub mod visitors;
pub mod webhooks;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use casebridge_domain::ConnectionId;
use casebridge_store::{Secrets, Store};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use clock::{Clock, SystemClock, VirtualClock};
pub use connections::Connectors;
pub use crm::{CrmConnectors, CrmSettings, crm_id};
pub use error::EngineError;
pub use runtime::Runtime;

pub use casebridge_store::{
    ApiKey, AppendRefused, Appended, Arrival, LaneFilter, NewSession, Offer, ReceiptOutcome, Reply,
};
pub use casebridge_store::{CaseWish, Holder, ListWish, SessionHead, View, ViewCounts, Visitor};
pub use casebridge_store::{Footprint, Receipt, Refusals, SessionFlow};

/// The engine; cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn Store>,
    secrets: Option<Secrets>,
    clock: Arc<dyn Clock>,
    connectors: Arc<dyn Connectors>,
    runtimes: Mutex<HashMap<ConnectionId, Arc<Runtime>>>,
    sign_ins: Mutex<HashMap<ConnectionId, crm::SignIn>>,
    trial_sign_ins: Mutex<HashMap<uuid::Uuid, sign_in::Trial>>,
    flows: sign_in_flow::Flows,
    stop: CancellationToken,
    tasks: TaskTracker,
    doorkeeper: webhooks::Doorkeeper,
    carriers: carriers::Carriers,
    listeners: changes::Listeners,
    mapped: mappings::MappedCache,
    analyses: reading::UnderWay,
    words: tokio::sync::Notify,
    started: std::sync::atomic::AtomicBool,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// An engine that answers questions and takes conversations in, but delivers nothing before
    /// [`Engine::start`]. Without `secrets` it can do everything that needs none.
    #[must_use]
    pub fn new(
        store: Arc<dyn Store>,
        secrets: Option<Secrets>,
        clock: Arc<dyn Clock>,
        connectors: Arc<dyn Connectors>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                store,
                secrets,
                clock,
                connectors,
                runtimes: Mutex::default(),
                sign_ins: Mutex::default(),
                trial_sign_ins: Mutex::default(),
                flows: sign_in_flow::Flows::default(),
                stop: CancellationToken::new(),
                tasks: TaskTracker::new(),
                doorkeeper: webhooks::Doorkeeper::default(),
                carriers: carriers::Carriers::default(),
                listeners: changes::Listeners::default(),
                mapped: mappings::MappedCache::default(),
                analyses: reading::UnderWay::default(),
                words: tokio::sync::Notify::new(),
                started: std::sync::atomic::AtomicBool::new(false),
            }),
        }
    }

    /// Repairs what a former engine left, then follows every session on every connection.
    pub async fn start(&self) -> Result<(), EngineError> {
        let inner = &self.inner;
        self.restore_log_levels().await?;
        // Whoever held these leases is dead: the data folder has one engine at a time (R17).
        let released = inner.store.release_all(inner.clock.now()).await?;
        if released > 0 {
            tracing::info!(lanes.released = released, "took over the lanes of an engine that did not stop in order");
        }
        inner.started.store(true, std::sync::atomic::Ordering::SeqCst);
        for connection in inner.store.connections().await? {
            self.follow(connection)?;
        }
        self.load_tokens().await?;
        let engine = self.clone();
        inner.tasks.spawn(async move { engine.keep_house().await });
        let engine = self.clone();
        inner.tasks.spawn(async move {
            if let Err(error) = engine.resume_analyses().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "analyses that were cut off could not be begun again; they are with the next start"
                );
            }
        });
        inner.tasks.spawn(carriers::run(self.clone()));
        inner.tasks.spawn(search::run(self.clone()));
        inner.tasks.spawn(webhooks::keep_counts(self.clone()));
        Ok(())
    }

    /// Claims nothing more, lets passes that are under way finish, and returns when they have.
    pub async fn stop(&self) {
        self.inner.stop.cancel();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// The store behind this engine.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.inner.store
    }

    /// The clock behind this engine.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Tells every connection that there may be work.
    pub fn wake(&self) {
        self.inner.carriers.wake();
        self.inner.words.notify_one();
        for runtime in self.inner.runtimes.lock().unwrap_or_else(PoisonError::into_inner).values() {
            runtime.wake();
        }
    }

    /// The same after an event of a source: it is for lanes and the search index. Neither a carrier nor a look at a case
    /// waits for it, and asking the store for them at every message would cost more than the message.
    pub(crate) fn wake_lanes(&self) {
        self.inner.words.notify_one();
        for runtime in self.inner.runtimes.lock().unwrap_or_else(PoisonError::into_inner).values() {
            runtime.wake_lanes();
        }
    }

    /// How many passes, looks, rounds of pollers and analyses are under way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        let runtimes = self.inner.runtimes.lock().unwrap_or_else(PoisonError::into_inner);
        runtimes.values().map(|runtime| runtime.in_flight()).sum::<usize>() + self.inner.analyses.count()
    }

    /// Bodies of attempts are dropped after 30 days (R30).
    async fn keep_house(&self) {
        const KEEP: std::time::Duration = std::time::Duration::from_secs(30 * 24 * 60 * 60);
        const EVERY: std::time::Duration = std::time::Duration::from_secs(6 * 60 * 60);
        loop {
            let now = self.inner.clock.now();
            if let Err(error) = self.inner.store.drop_bodies(now - KEEP).await {
                tracing::warn!(error = &error as &dyn std::error::Error, "old bodies of attempts could not be dropped");
            }
            tokio::select! {
                () = self.inner.stop.cancelled() => return,
                () = self.inner.clock.sleep_until(now + EVERY) => {}
            }
        }
    }
}
