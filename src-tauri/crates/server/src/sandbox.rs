//! The stand-in Creatio beside the engine, for people who want to try.

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casebridge_domain::Mode;
use casebridge_engine::Engine;
use casebridge_engine::connections::{NewCreatio, creatio_settings};
use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, CreatioSandbox, RunningCreatio, SignalSubscription, ids};
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

/// Name of the connection to the stand-in.
const NAME: &str = "sandbox";

/// A running stand-in; it forgets everything when it is dropped.
pub(crate) struct Running {
    creatio: RunningCreatio,
    /// Address of its page, with the token that opens it.
    pub(crate) page: String,
}

/// Starts a stand-in and connects the engine to it. A connection to an earlier one is removed: that
/// stand-in and its cases are gone.
pub(crate) async fn start(engine: &Engine) -> anyhow::Result<Running> {
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
    pub(crate) async fn call(&self, engine: &Engine, public: &str) -> anyhow::Result<()> {
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
