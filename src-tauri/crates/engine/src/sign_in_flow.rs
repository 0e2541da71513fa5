//! A person's sign-in that runs by itself (R32): begun in the console or on the command line, ended by whatever brings
//! the browser's final address back: a listener on this computer, the public address, or the person.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use casebridge_connectors::TestReport;
use casebridge_connectors::{creatio, salesforce};
use casebridge_domain::{ConnectionKind, Mode, Route};
use jiff::Timestamp;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use crate::Engine;
use crate::changes::Change;
use crate::crm::CrmSettings;
use crate::error::EngineError;
use crate::webhooks::{Hash, hash};

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// Most sign-ins that are known at the same time; the oldest gives way.
const MOST: usize = 16;

/// How the browser's final address comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// To a listener on the computer of the engine, which is the person's as well; it listens there already.
    Loopback(Url),
    /// To the public address of this installation.
    Public,
    /// By the person, who copies it.
    Paste,
}

/// What is signed in to.
#[derive(Debug)]
pub enum Wish {
    /// A connection that is there.
    Again {
        /// Name or id.
        name: String,
    },
    /// A connection that is added when the sign-in is good.
    New {
        /// Unique name.
        name: String,
        /// Which sessions become cases.
        mode: Mode,
        /// Which sessions come here.
        route: Route,
        /// The connector's settings.
        settings: Box<CrmSettings>,
        /// The client's secret, where it has one.
        secret: Option<SecretString>,
    },
}

/// A sign-in that began.
#[derive(Debug, Clone)]
pub struct FlowStart {
    /// Which.
    pub flow: Uuid,
    /// To be opened in the browser.
    pub url: Url,
    /// Where the browser comes back to.
    pub redirect_uri: Url,
    /// Until when somebody may come back.
    pub expires_at: Timestamp,
}

impl FlowStart {
    /// What comes back with the answer and proves that it belongs to this sign-in.
    #[must_use]
    pub fn state(&self) -> Option<String> {
        self.url.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned())
    }
}

/// How a sign-in stands.
#[derive(Debug, Clone)]
pub enum Progress {
    /// Nobody came back yet.
    Waiting,
    /// Somebody came back: the code is redeemed, and what it opens is tested.
    Working,
    /// The connection can be used.
    Done {
        /// Its name.
        connection: String,
        /// What the test found.
        report: TestReport,
    },
    /// The sign-in was good and the test was not: nothing is kept of a connection that was to be added.
    Refused {
        /// What the test found.
        report: TestReport,
    },
    /// It ended without a sign-in.
    Failed {
        /// What failed.
        message: String,
        /// What to do.
        hint: String,
    },
}

enum Kind {
    Again(String),
    New { trial: Uuid, name: String, mode: Mode, route: Route },
}

pub(crate) struct Flow {
    kind: Arc<Kind>,
    /// Whether it comes back to the public address.
    public: bool,
    /// Of what the answer must bring along.
    state: Hash,
    page: Url,
    expires_at: Timestamp,
    progress: Progress,
    /// Ends the listener.
    over: CancellationToken,
    actor: String,
}

impl Engine {
    /// Where a browser may come back to from this sign-in with what is registered, best first.
    pub async fn return_addresses(&self, wish: &Wish) -> Result<Vec<Url>, EngineError> {
        match wish {
            Wish::Again { name } => {
                let connection = self.connection(name).await?;
                CrmSettings::read(connection.kind, &connection.settings)?.return_addresses("name")
            }
            Wish::New { settings, .. } => settings.return_addresses("settings.auth"),
        }
    }

    /// Ends this person's sign-ins that nobody came back from. A page that was closed or loaded again says no goodbye,
    /// and would keep one of few ports for ten minutes.
    pub fn give_up_waiting(&self, actor: &str) {
        self.flows().retain(|_, flow| {
            let given_up = flow.actor == actor && matches!(flow.progress, Progress::Waiting);
            if given_up {
                flow.over.cancel();
            }
            !given_up
        });
    }

    /// Begins a sign-in that comes back by this way. The same person's earlier one that nobody came back from is given
    /// up.
    pub async fn begin_flow(&self, wish: Wish, way: Way, actor: &str) -> Result<FlowStart, EngineError> {
        self.give_up_waiting(actor);
        let public = way == Way::Public;
        let back = match way {
            Way::Loopback(listener) => Some(listener),
            Way::Public => {
                let kind = match &wish {
                    Wish::Again { name } => self.connection(name).await?.kind,
                    Wish::New { settings, .. } => settings.kind(),
                };
                let none = || {
                    EngineError::invalid(
                        "way",
                        "needs a public address, and none is set",
                        "set one, or paste the address",
                    )
                };
                Some(self.public_callback(kind).await?.ok_or_else(none)?)
            }
            // Nobody listens at the registered address: the person copies what the browser ends on.
            Way::Paste => None,
        };
        let (kind, step) = match wish {
            Wish::Again { name } => {
                let step = self.begin_sign_in(&name, back).await?;
                (Kind::Again(name), step)
            }
            Wish::New { name, mode, route, settings, secret } => {
                self.name_is_free(&name).await?;
                let (trial, step) = self.try_sign_in(*settings, secret, back).await?;
                (Kind::New { trial, name, mode, route }, step)
            }
        };
        let expires_at = self.clock().now() + PATIENCE;
        let start = FlowStart { flow: Uuid::new_v4(), url: step.url, redirect_uri: step.redirect_uri, expires_at };
        let flow = Flow {
            kind: Arc::new(kind),
            public,
            state: hash(&start.state().unwrap_or_default()),
            page: start.url.clone(),
            expires_at,
            progress: Progress::Waiting,
            over: CancellationToken::new(),
            actor: actor.to_owned(),
        };
        let mut flows = self.flows();
        if flows.len() >= MOST
            && let Some(oldest) = flows.iter().min_by_key(|(_, flow)| flow.expires_at).map(|(id, _)| *id)
            && let Some(oldest) = flows.remove(&oldest)
        {
            oldest.over.cancel();
        }
        flows.insert(start.flow, flow);
        Ok(start)
    }

    /// Ends the sign-in with what a listener is told, and the listener with the sign-in.
    pub fn await_return<F>(&self, flow: Uuid, returned: F)
    where
        F: Future<Output = io::Result<String>> + Send + 'static,
    {
        let Some(over) = self.flows().get(&flow).map(|flow| flow.over.clone()) else { return };
        let engine = self.clone();
        self.inner.tasks.spawn(async move {
            let brought = tokio::select! {
                () = over.cancelled() => return,
                () = engine.inner.stop.cancelled() => return,
                waited = tokio::time::timeout(PATIENCE, returned) => waited,
            };
            match brought {
                Ok(Ok(address)) => {
                    // Refused when the person was faster by hand.
                    if engine.take(flow).is_ok() {
                        drop(engine.finish_flow(flow, &address, false).await);
                    }
                }
                Ok(Err(error)) => engine.note(flow, failed_listener(&error)),
                Err(_) => engine.note(flow, too_late()),
            }
        });
    }

    /// The browser came to the public address with an answer. Whether it belongs to a sign-in that waits for it; each
    /// answer counts once.
    #[must_use]
    pub fn returned(&self, state: &str, address: String) -> bool {
        let wanted = hash(state);
        let now = self.clock().now();
        let found = self.flows().iter_mut().find_map(|(id, flow)| {
            let waits = flow.public && matches!(flow.progress, Progress::Waiting) && flow.expires_at > now;
            // Taken under the same lock, so that the same answer sent twice at once is one.
            (waits && flow.state == wanted).then(|| {
                flow.progress = Progress::Working;
                *id
            })
        });
        let Some(flow) = found else { return false };
        self.tell([Change::Connections]);
        let engine = self.clone();
        self.inner.tasks.spawn(async move { engine.finish_flow(flow, &address, false).await.ok() });
        true
    }

    /// The final address, or the code alone, by hand, however it was to come. One that is of another sign-in, or none,
    /// is refused and the sign-in waits on.
    pub async fn bring(&self, flow: Uuid, brought: &str) -> Result<Progress, EngineError> {
        self.take(flow)?;
        self.finish_flow(flow, brought, true).await
    }

    /// Lets one answer in.
    fn take(&self, flow: Uuid) -> Result<(), EngineError> {
        let now = self.clock().now();
        let mut flows = self.flows();
        let found = flows.get_mut(&flow).filter(|flow| flow.expires_at > now);
        let found = found.filter(|flow| matches!(flow.progress, Progress::Waiting)).ok_or_else(gone)?;
        found.progress = Progress::Working;
        Ok(())
    }

    /// How a sign-in stands.
    pub fn flow_state(&self, flow: Uuid) -> Result<Progress, EngineError> {
        let now = self.clock().now();
        let mut flows = self.flows();
        let found = flows.get_mut(&flow).ok_or_else(gone)?;
        if matches!(found.progress, Progress::Waiting) && found.expires_at <= now {
            found.progress = too_late();
            found.over.cancel();
        }
        Ok(found.progress.clone())
    }

    /// Ends a sign-in; its listener closes. One that is not there any more is no failure.
    pub fn cancel_flow(&self, flow: Uuid) {
        if let Some(flow) = self.flows().remove(&flow) {
            flow.over.cancel();
        }
    }

    /// The pages that sign-ins under way lead to: what a window may open beside those of its connections.
    #[must_use]
    pub fn sign_in_pages(&self) -> Vec<Url> {
        let now = self.clock().now();
        let under_way = |flow: &&Flow| matches!(flow.progress, Progress::Waiting) && flow.expires_at > now;
        self.flows().values().filter(under_way).map(|flow| flow.page.clone()).collect()
    }

    /// Where a browser comes back to at the public address; none without one.
    pub async fn public_callback(&self, kind: ConnectionKind) -> Result<Option<Url>, EngineError> {
        let public = self.public_url().await?;
        let path = callback_path(kind);
        Ok(public.and_then(|public| Url::parse(&format!("{}{path}", public.trim_end_matches('/'))).ok()))
    }

    async fn finish_flow(&self, id: Uuid, brought: &str, by_hand: bool) -> Result<Progress, EngineError> {
        let Some((kind, actor)) = self.flows().get(&id).map(|flow| (Arc::clone(&flow.kind), flow.actor.clone())) else {
            return Err(gone());
        };
        let ended = match kind.as_ref() {
            Kind::Again(name) => self.signed_in_again(name, brought, &actor).await,
            Kind::New { trial, name, mode, route } => {
                let new = (name.clone(), *mode, route.clone());
                let found = self.finish_trial(*trial, brought, new, &actor).await;
                found.map(|(report, added)| match added {
                    Some(connection) => Progress::Done { connection: connection.name, report },
                    None => Progress::Refused { report },
                })
            }
        };
        match ended {
            Ok(progress) => {
                self.note(id, progress.clone());
                Ok(progress)
            }
            Err(error) => {
                // Who pastes may have pasted the wrong thing: the sign-in itself has not ended by that.
                let after = match by_hand {
                    true => Progress::Waiting,
                    false => Progress::Failed { message: error.to_string(), hint: error.hint() },
                };
                self.note(id, after);
                Err(error)
            }
        }
    }

    async fn signed_in_again(&self, name: &str, brought: &str, actor: &str) -> Result<Progress, EngineError> {
        self.finish_sign_in(name, brought, actor).await?;
        let report = self.test_connection(name).await?;
        Ok(match report.is_good() {
            true => Progress::Done { connection: self.connection(name).await?.name, report },
            false => Progress::Refused { report },
        })
    }

    fn note(&self, id: Uuid, progress: Progress) {
        if let Some(flow) = self.flows().get_mut(&id) {
            if !matches!(progress, Progress::Waiting | Progress::Working) {
                flow.over.cancel();
            }
            flow.progress = progress;
        }
        self.tell([Change::Connections]);
    }

    /// Refused before the person signs in for nothing.
    async fn name_is_free(&self, name: &str) -> Result<(), EngineError> {
        match self.connections().await?.iter().any(|connection| connection.name == name.trim()) {
            true => Err(EngineError::invalid("name", "is taken by another connection", "give another name")),
            false => Ok(()),
        }
    }

    fn flows(&self) -> MutexGuard<'_, HashMap<Uuid, Flow>> {
        self.inner.flows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where browsers come back to on this computer. Salesforce compares the whole address, so an app there knows each of
/// several ports; an application in Creatio knows one.
#[must_use]
pub fn loopback_addresses(kind: ConnectionKind) -> Vec<String> {
    let ports: &[u16] = match kind {
        ConnectionKind::Creatio => &[creatio::LOOPBACK_PORT],
        ConnectionKind::Salesforce => &salesforce::LOOPBACK_PORTS,
    };
    ports.iter().map(|port| format!("http://localhost:{port}{}", callback_path(kind))).collect()
}

fn callback_path(kind: ConnectionKind) -> &'static str {
    match kind {
        ConnectionKind::Creatio => creatio::CALLBACK_PATH,
        ConnectionKind::Salesforce => salesforce::CALLBACK_PATH,
    }
}

/// The table of sign-ins under way.
pub(crate) type Flows = Mutex<HashMap<Uuid, Flow>>;

fn gone() -> EngineError {
    EngineError::invalid("flow", "is no sign-in that waits for an answer", "begin the sign-in again")
}

fn too_late() -> Progress {
    Progress::Failed {
        message: "nobody came back from the sign-in within ten minutes".into(),
        hint: "begin again; if the CRM's page showed an error, it stands on that page only".into(),
    }
}

fn failed_listener(error: &io::Error) -> Progress {
    Progress::Failed {
        message: format!("the listener for the browser's return failed: {error}"),
        hint: "begin again, or paste the final address".into(),
    }
}
