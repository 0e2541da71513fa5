//! The state behind every handle and every connection of one stand-in.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use jiff::Timestamp;
use serde_json::Value as Json;

use super::callback::Callbacks;
use super::config::{ConnectedApp, SalesforceConfig};
use super::data::Database;
use super::deploy::Jobs;
use super::fault::{FaultPlan, FaultState};
use super::hold::Holds;
use super::oauth::OAuth;
use crate::requests::Requests;

/// Pages of a query that were not fetched yet.
pub(crate) struct Cursor {
    pub user: String,
    pub made: Timestamp,
    pub records: Vec<Json>,
    pub page: usize,
}

/// Calls of the last 24 hours, by hour.
#[derive(Default)]
pub(crate) struct Usage {
    hours: VecDeque<(i64, u64)>,
}

impl Usage {
    pub fn used(&mut self, now: Timestamp) -> u64 {
        let hour = now.as_second() / 3600;
        self.hours.retain(|(each, _)| *each > hour - 24);
        self.hours.iter().map(|(_, calls)| calls).sum()
    }

    pub fn count(&mut self, now: Timestamp) {
        let hour = now.as_second() / 3600;
        match self.hours.back_mut() {
            Some((last, calls)) if *last == hour => *calls += 1,
            _ => self.hours.push_back((hour, 1)),
        }
    }
}

/// What changes.
pub(crate) struct State {
    pub database: Database,
    pub apps: Vec<ConnectedApp>,
    pub oauth: OAuth,
    /// Who is signed in to the pages, by what their browser's cookie says.
    pub page_sessions: HashMap<String, String>,
    pub faults: FaultState,
    pub requests: Requests,
    pub callbacks: Callbacks,
    pub jobs: Jobs,
    pub cursors: HashMap<String, Cursor>,
    pub usage: Usage,
    pub used_by_others: u64,
}

impl State {
    pub fn new(config: &Arc<SalesforceConfig>) -> Self {
        Self {
            database: Database::new(Arc::clone(config)),
            apps: config.apps.clone(),
            oauth: OAuth::default(),
            page_sessions: HashMap::new(),
            faults: FaultState::new(FaultPlan::default()),
            requests: Requests::default(),
            callbacks: Callbacks::default(),
            jobs: Jobs::default(),
            cursors: HashMap::new(),
            usage: Usage::default(),
            used_by_others: config.used_by_others,
        }
    }
}

/// Where the hosts answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses {
    pub login: String,
    pub instance: String,
    pub tls_login: String,
    pub tls_instance: String,
}

/// What every part of a stand-in shares.
pub(crate) struct Shared {
    pub config: Arc<SalesforceConfig>,
    state: Mutex<State>,
    pub addresses: OnceLock<Addresses>,
    pub holds: Holds,
}

impl Shared {
    pub fn new(config: SalesforceConfig) -> Self {
        let config = Arc::new(config);
        let state = Mutex::new(State::new(&config));
        Self { config, state, addresses: OnceLock::new(), holds: Holds::default() }
    }

    /// The state; never held across an await.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
