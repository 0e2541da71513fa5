//! Stand-in CRMs beside the engine, for people who want to try.

mod creatio;
mod salesforce;

use std::sync::{Arc, Mutex as Shared, MutexGuard, OnceLock, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casebridge_api::dto::people::SandboxPage;
use casebridge_api::error::Code;
use casebridge_api::{ApiError, StartSandbox};
use casebridge_domain::ConnectionKind;
use casebridge_engine::{Engine, EngineError};
use casebridge_sandbox::creatio::RunningCreatio;
use casebridge_sandbox::salesforce::RunningSalesforce;
use rand::RngCore as _;
use secrecy::ExposeSecret as _;
use tokio::sync::Mutex;

/// Who stands in the audit log.
const ACTOR: &str = "sandbox";
/// Conversations that are played when the console starts one.
const PLAYED: usize = 12;

enum Crm {
    Creatio(RunningCreatio),
    Salesforce(RunningSalesforce),
}

/// A running stand-in; it forgets everything when it is dropped.
struct Running {
    crm: Crm,
    /// Address of its page, with the token that opens it.
    page: String,
}

impl Running {
    /// Starts a stand-in and connects the engine to it. A connection to an earlier one is removed: that stand-in and
    /// its cases are gone.
    async fn start(engine: &Engine, kind: ConnectionKind) -> anyhow::Result<Self> {
        if engine.connection(name(kind)).await.is_ok() {
            engine.remove_connection(name(kind), ACTOR).await?;
        }
        let (crm, page) = match kind {
            ConnectionKind::Creatio => {
                let (creatio, page) = creatio::start(engine).await?;
                (Crm::Creatio(creatio), page)
            }
            ConnectionKind::Salesforce => {
                let (org, page) = salesforce::start(engine).await?;
                (Crm::Salesforce(org), page)
            }
        };
        Ok(Self { crm, page })
    }

    fn kind(&self) -> ConnectionKind {
        match self.crm {
            Crm::Creatio(_) => ConnectionKind::Creatio,
            Crm::Salesforce(_) => ConnectionKind::Salesforce,
        }
    }

    /// Lets it call this address when somebody works there, as the recipes set it up.
    async fn call(&self, engine: &Engine, public: &str) -> anyhow::Result<()> {
        let path = engine.webhook_address(name(self.kind()), ACTOR).await?.path;
        let url = format!("{public}{}", path.expose_secret());
        match &self.crm {
            Crm::Creatio(creatio) => creatio::call(creatio, &url),
            Crm::Salesforce(org) => salesforce::call(org, &url),
        }
        Ok(())
    }
}

/// Name of the connection to a stand-in.
fn name(kind: ConnectionKind) -> &'static str {
    match kind {
        ConnectionKind::Creatio => creatio::NAME,
        ConnectionKind::Salesforce => salesforce::NAME,
    }
}

/// The stand-ins of this engine, whether they run or may yet be started from the console.
#[derive(Clone)]
pub struct StandIns {
    engine: Engine,
    running: Arc<Mutex<Vec<Running>>>,
    pages: Arc<Shared<Vec<SandboxPage>>>,
    /// The public listener, where there is one: a stand-in calls it as a real CRM would.
    listener: Arc<OnceLock<String>>,
}

impl std::fmt::Debug for StandIns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StandIns")
    }
}

impl StandIns {
    /// Of this engine, none of them started.
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self { engine, running: Arc::default(), pages: Arc::default(), listener: Arc::default() }
    }

    /// Lets stand-ins call the public listener, now or when they are started.
    pub async fn reached_at(&self, listener: &str) -> anyhow::Result<()> {
        drop(self.listener.set(listener.to_owned()));
        for running in self.running.lock().await.iter() {
            running.call(&self.engine, listener).await?;
        }
        Ok(())
    }

    /// Addresses of the pages of those that run.
    #[must_use]
    pub fn pages(&self) -> Vec<SandboxPage> {
        self.known().clone()
    }

    /// Starts one; asked again, it answers the same page. Whether it was started now is the second answer.
    pub async fn start(&self, kind: ConnectionKind) -> anyhow::Result<(String, bool)> {
        let mut running = self.running.lock().await;
        if let Some(running) = running.iter().find(|running| running.kind() == kind) {
            return Ok((running.page.clone(), false));
        }
        let started = Running::start(&self.engine, kind).await?;
        if let Some(listener) = self.listener.get() {
            started.call(&self.engine, listener).await?;
        }
        let page = started.page.clone();
        running.push(started);
        self.known().push(SandboxPage { kind: kind.as_str(), page: page.clone() });
        Ok((page, true))
    }

    /// Lets a few example conversations come in for one that runs, so that a newcomer sees cases at once.
    pub async fn play(&self, kind: ConnectionKind) -> anyhow::Result<()> {
        play(&self.engine, name(kind)).await
    }

    /// What starts one when somebody asks, with a few conversations in it.
    #[must_use]
    pub fn starter(&self) -> StartSandbox {
        let this = self.clone();
        Arc::new(move |kind| {
            let this = this.clone();
            Box::pin(async move {
                let (page, fresh) = this.start(kind).await.map_err(failed)?;
                if fresh {
                    play(&this.engine, name(kind)).await.map_err(failed)?;
                }
                Ok(page)
            })
        })
    }

    fn known(&self) -> MutexGuard<'_, Vec<SandboxPage>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(error: anyhow::Error) -> ApiError {
    let hint = error.downcast_ref::<EngineError>().map(EngineError::hint).filter(|hint| !hint.is_empty());
    ApiError {
        code: Code::Unavailable,
        message: format!("{error:#}"),
        hint: hint.unwrap_or_else(|| "try again, and look into the log if it goes on".into()),
        retry_after: None,
    }
}

/// A few conversations, so that a newcomer sees cases at once. Each stand-in has conversations of its own: those that
/// were there before it are not its cases.
async fn play(engine: &Engine, source: &str) -> anyhow::Result<()> {
    let lines = include_str!("../../../../docs/examples/conversations.jsonl").lines();
    for (number, line) in lines.filter(|line| !line.trim().is_empty()).take(PLAYED).enumerate() {
        crate::conversation::play_into(engine, source, line, number % 3 == 0).await?;
    }
    Ok(())
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

fn number() -> u64 {
    u32::from_ne_bytes(bytes()).into()
}

fn hex(count: usize) -> String {
    bytes::<32>().iter().take(count).map(|byte| format!("{byte:02X}")).collect()
}

fn token() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes::<32>())
}
