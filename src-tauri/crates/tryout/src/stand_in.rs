//! The stand-in Creatio beside the engine, for people who want to try.

use std::sync::{Arc, OnceLock};

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casebridge_api::error::Code;
use casebridge_api::{ApiError, StartSandbox};
use casebridge_domain::Mode;
use casebridge_engine::connections::{NewCreatio, creatio_settings};
use casebridge_engine::{Engine, EngineError};
use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, CreatioSandbox, RunningCreatio, SignalSubscription, ids};
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::sync::Mutex;

/// Name of the connection to the stand-in.
const NAME: &str = "sandbox";

/// Conversations that are played when the console starts it.
const PLAYED: usize = 12;

/// A running stand-in; it forgets everything when it is dropped.
pub struct Running {
    creatio: RunningCreatio,
    /// Address of its page, with the token that opens it.
    pub page: String,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Running")
    }
}

/// Starts a stand-in and connects the engine to it. A connection to an earlier one is removed: that
/// stand-in and its cases are gone.
pub async fn start(engine: &Engine) -> anyhow::Result<Running> {
    let (client_id, secret, control) = (hex(16), hex(32), token());
    let config = CreatioConfig {
        clients: vec![ClientApp { client_id: client_id.clone(), client_secret: secret.clone(), ..ClientApp::demo() }],
        control_token: Some(control.clone()),
        ..CreatioConfig::default()
    };
    let creatio = CreatioSandbox::start(config).await.context("the sandbox could not start")?;
    if engine.connection(NAME).await.is_ok() {
        engine.remove_connection(NAME, "sandbox").await?;
    }
    let settings = creatio_settings(&json!({
        "url": creatio.instance_url,
        "identity_url": creatio.identity_url,
        "auth": { "kind": "client_credentials", "client_id": client_id },
        "session_column": "UsrSessionId",
        // Who tries it out should not have to wait.
        "back": { "poll_seconds": 5, "idle_poll_seconds": 5 },
    }))?;
    let secret = Some(SecretString::from(secret));
    engine.add_creatio(NewCreatio { name: NAME.into(), mode: Mode::Every, settings, secret }, "sandbox").await?;
    let page = format!("{}/sandbox/?token={control}", creatio.instance_url.trim_end_matches('/'));
    Ok(Running { creatio, page })
}

impl Running {
    /// Sets the stand-in's processes up as our recipe says, to call this address.
    pub async fn call(&self, engine: &Engine, public: &str) -> anyhow::Result<()> {
        let path = engine.webhook_address(NAME, "sandbox").await?.path;
        let url = format!("{public}{}", path.expose_secret());
        self.creatio.sandbox.set_subscriptions(SignalSubscription::guided_recipe(&url, Some(ids::CATEGORY_TO_DO)));
        Ok(())
    }
}

fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

fn hex(count: usize) -> String {
    bytes::<32>().iter().take(count).map(|byte| format!("{byte:02X}")).collect()
}

fn token() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes::<32>())
}

/// The stand-in of this engine, whether it runs or may yet be started from the console.
#[derive(Clone)]
pub struct StandIn {
    engine: Engine,
    running: Arc<Mutex<Option<Running>>>,
    page: Arc<OnceLock<String>>,
    /// The public listener, where there is one: the stand-in calls it as a real CRM would.
    listener: Arc<OnceLock<String>>,
}

impl std::fmt::Debug for StandIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StandIn")
    }
}

impl StandIn {
    /// A stand-in for this engine, running or not.
    #[must_use]
    pub fn new(engine: Engine, running: Option<Running>) -> Self {
        let page = OnceLock::new();
        if let Some(running) = &running {
            drop(page.set(running.page.clone()));
        }
        Self { engine, running: Arc::new(Mutex::new(running)), page: Arc::new(page), listener: Arc::default() }
    }

    /// Lets the stand-in call the public listener, now or when it is started.
    pub async fn reached_at(&self, listener: &str) -> anyhow::Result<()> {
        drop(self.listener.set(listener.to_owned()));
        match self.running.lock().await.as_ref() {
            Some(running) => running.call(&self.engine, listener).await,
            None => Ok(()),
        }
    }

    /// Address of its page, while it runs.
    #[must_use]
    pub fn page(&self) -> Option<String> {
        self.page.get().cloned()
    }

    /// What starts it when somebody asks; asked again, it answers the same page.
    #[must_use]
    pub fn starter(&self) -> StartSandbox {
        let this = self.clone();
        Arc::new(move || {
            let this = this.clone();
            Box::pin(async move {
                let mut running = this.running.lock().await;
                if let Some(running) = running.as_ref() {
                    return Ok(running.page.clone());
                }
                let failed = |error: anyhow::Error| ApiError {
                    code: Code::Unavailable,
                    message: format!("{error:#}"),
                    hint: error
                        .downcast_ref::<EngineError>()
                        .map(EngineError::hint)
                        .filter(|hint| !hint.is_empty())
                        .unwrap_or_else(|| "try again, and look into the log if it goes on".into()),
                    retry_after: None,
                };
                let started = start(&this.engine).await.map_err(failed)?;
                let page = started.page.clone();
                if let Some(listener) = this.listener.get() {
                    started.call(&this.engine, listener).await.map_err(failed)?;
                }
                *running = Some(started);
                drop(this.page.set(page.clone()));
                play(&this.engine).await.map_err(failed)?;
                Ok(page)
            })
        })
    }
}

/// A few conversations, so that a newcomer sees cases at once.
async fn play(engine: &Engine) -> anyhow::Result<()> {
    let lines = include_str!("../../../../docs/examples/conversations.jsonl").lines();
    for (number, line) in lines.filter(|line| !line.trim().is_empty()).take(PLAYED).enumerate() {
        crate::conversation::play_into(engine, line, number % 3 == 0).await?;
    }
    Ok(())
}
