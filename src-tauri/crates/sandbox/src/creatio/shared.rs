//! The state behind every handle and every connection of one stand-in.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::config::CreatioConfig;
use super::database::Database;
use super::fault::{FaultPlan, FaultState};
use super::identity::Identity;
use super::rights::Rights;
use super::signal::Signals;
use crate::requests::Requests;

/// What changes.
pub(crate) struct State {
    pub database: Database,
    pub rights: Rights,
    pub faults: FaultState,
    pub identity: Identity,
    pub requests: Requests,
    pub signals: Signals,
}

impl State {
    pub fn new(config: &Arc<CreatioConfig>) -> Self {
        Self {
            database: Database::new(Arc::clone(config)),
            rights: config.rights.clone(),
            faults: FaultState::new(FaultPlan::default()),
            identity: Identity::new(config),
            requests: Requests::default(),
            signals: Signals::default(),
        }
    }
}

/// What every part of a stand-in shares.
pub(crate) struct Shared {
    pub config: Arc<CreatioConfig>,
    state: Mutex<State>,
    /// Where the Identity Service answers, once it is bound.
    pub identity_url: OnceLock<String>,
}

impl Shared {
    pub fn new(config: CreatioConfig) -> Self {
        let config = Arc::new(config);
        let state = Mutex::new(State::new(&config));
        Self { config, state, identity_url: OnceLock::new() }
    }

    /// The state; never held across an await.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
