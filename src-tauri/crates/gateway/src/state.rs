//! What the handlers share.

use std::sync::Arc;
use std::time::Duration;

use casebridge_engine::Engine;
use secrecy::SecretString;

use crate::console::{ConsoleFacts, ConsoleHandler};
use crate::keys::Keys;
use crate::ui::Ui;

/// Wrong webhook tokens a second that are told so; more are told to wait.
const WRONG_A_SECOND: std::num::NonZeroU32 = std::num::NonZeroU32::MIN.saturating_add(19);

/// The state as handlers get it.
pub(crate) type Shared = Arc<GatewayState>;

/// What a gateway serves, and to whom.
#[derive(Clone)]
pub struct GatewayState {
    pub(crate) engine: Engine,
    pub(crate) keys: Arc<Keys>,
    pub(crate) hosts: Arc<[String]>,
    pub(crate) console: Option<ConsoleHandler>,
    pub(crate) facts: ConsoleFacts,
    pub(crate) ui: Option<Ui>,
    /// Calls with a wrong webhook token that are answered in full.
    pub(crate) wrong_calls: Arc<governor::DefaultDirectRateLimiter>,
}

impl GatewayState {
    /// A gateway to this engine. `local_token` is what the command line on the same computer shows.
    #[must_use]
    pub fn new(engine: Engine, local_token: SecretString) -> Self {
        let quota = governor::Quota::per_second(WRONG_A_SECOND);
        Self {
            engine,
            keys: Arc::new(Keys::new(&local_token)),
            hosts: Arc::new([]),
            console: None,
            facts: ConsoleFacts::default(),
            ui: None,
            wrong_calls: Arc::new(governor::RateLimiter::direct(quota)),
        }
    }

    /// Carries out what is posted to `/console/call`; without it that route answers 404.
    #[must_use]
    pub fn with_console(mut self, handler: ConsoleHandler) -> Self {
        self.console = Some(handler);
        self
    }

    /// What a browser is told about the engine.
    #[must_use]
    pub fn with_facts(mut self, facts: ConsoleFacts) -> Self {
        self.facts = facts;
        self
    }

    /// Serves the console's files; without it there are none.
    #[must_use]
    pub fn with_ui(mut self, ui: Ui) -> Self {
        self.ui = Some(ui);
        self
    }

    /// Host names, without port, that the console listener answers to beside the loopback ones.
    #[must_use]
    pub fn with_hosts(mut self, hosts: impl IntoIterator<Item = String>) -> Self {
        self.hosts = hosts.into_iter().collect();
        self
    }

    /// How long a key that was found valid is not looked up again: a revoked key works this long at most.
    /// 5 seconds unless set.
    #[must_use]
    pub fn with_key_memory(mut self, memory: Duration) -> Self {
        self.keys = Arc::new(self.keys.with_memory(memory));
        self
    }
}

impl std::fmt::Debug for GatewayState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GatewayState").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}
