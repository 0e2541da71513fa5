//! A stand-in Creatio, and the connection to it.

use anyhow::Context as _;
use casebridge_domain::Mode;
use casebridge_engine::Engine;
use casebridge_engine::connections::{NewCreatio, creatio_settings};
use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, CreatioSandbox, RunningCreatio, SignalSubscription, ids};
use secrecy::SecretString;
use serde_json::json;

use super::{ACTOR, hex, token};

/// Name of the connection.
pub(super) const NAME: &str = "sandbox";

/// Starts one and connects the engine to it; with the address of its page.
pub(super) async fn start(engine: &Engine) -> anyhow::Result<(RunningCreatio, String)> {
    let (client_id, secret, control) = (hex(16), hex(32), token());
    let config = CreatioConfig {
        clients: vec![ClientApp { client_id: client_id.clone(), client_secret: secret.clone(), ..ClientApp::demo() }],
        control_token: Some(control.clone()),
        ..CreatioConfig::default()
    };
    let creatio = CreatioSandbox::start(config).await.context("the sandbox could not start")?;
    let settings = creatio_settings(&json!({
        "url": creatio.instance_url,
        "identity_url": creatio.identity_url,
        "auth": { "kind": "client_credentials", "client_id": client_id },
        "session_column": "UsrSessionId",
        // Who tries it out should not have to wait.
        "back": { "poll_seconds": 5, "idle_poll_seconds": 5 },
    }))?;
    let secret = Some(SecretString::from(secret));
    engine.add_creatio(NewCreatio { name: NAME.into(), mode: Mode::Every, settings, secret }, ACTOR).await?;
    let page = format!("{}/sandbox/?token={control}", creatio.instance_url.trim_end_matches('/'));
    Ok((creatio, page))
}

/// Sets its processes up as our recipe says, to call this address.
pub(super) fn call(creatio: &RunningCreatio, url: &str) {
    creatio.sandbox.set_subscriptions(SignalSubscription::guided_recipe(url, Some(ids::CATEGORY_TO_DO)));
}
