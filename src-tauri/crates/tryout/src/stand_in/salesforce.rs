//! A stand-in Salesforce org, the connection to it, and the set-up kit in it.

use anyhow::{Context as _, bail};
use casebridge_domain::{ConnectionKind, Mode, Route};
use casebridge_engine::kit::KitStage;
use casebridge_engine::{CrmSettings, Engine};
use casebridge_sandbox::salesforce::{ConnectedApp, Recipe, RunningSalesforce, SalesforceConfig, SalesforceSandbox};
use serde_json::json;

use super::{ACTOR, hex, number, token};

/// Name of the connection.
pub(super) const NAME: &str = "sandbox-salesforce";
/// The user that the connection signs in as.
const USER: &str = "integration@sandbox.example";

/// Starts one and signs the engine in to it; with the address of its page.
pub(super) async fn start(engine: &Engine) -> anyhow::Result<(RunningSalesforce, String)> {
    let (client_id, control) = (hex(32), token());
    let mut config = SalesforceConfig {
        // Cases hang on the org: another start is another org, as the one before is gone with its cases.
        org_id: format!("00D{:012}", number()),
        apps: vec![ConnectedApp { client_id: client_id.clone(), ..ConnectedApp::desktop() }],
        control_token: Some(control.clone()),
        tls: false,
        deploy_polls: 0,
        ..SalesforceConfig::default()
    };
    for user in config.users.iter_mut().filter(|user| user.username == USER) {
        (user.modify_metadata, user.view_setup) = (true, true);
    }
    let org = SalesforceSandbox::start(config).await.context("the sandbox could not start")?;
    let settings = json!({
        "login_url": org.instance_url,
        "client_id": client_id,
        // Who tries it out should not have to wait.
        "back": { "poll_seconds": 5, "idle_poll_seconds": 5 },
    });
    let settings = CrmSettings::read(ConnectionKind::Salesforce, &settings)?;
    let (sign_in, step) = engine.try_sign_in(settings, None, None).await?;
    let brought = org.sandbox.allow(step.url.as_str(), USER).context("the sandbox did not let the engine in")?;
    let new = (NAME.to_owned(), Mode::Every, Route::default());
    let (report, added) = engine.finish_trial(sign_in, &brought, new, ACTOR).await?;
    added.with_context(|| format!("the sandbox failed its test: {report:?}"))?;
    deploy_kit(engine).await?;
    let page = format!("{}/sandbox/?token={control}", org.instance_url);
    Ok((org, page))
}

/// As its admin does with one click: without the kit a lost answer may double a comment.
async fn deploy_kit(engine: &Engine) -> anyhow::Result<()> {
    let deploy = engine.kit_deploy(NAME, false, ACTOR).await?;
    loop {
        let progress = engine.kit_deploy_status(NAME, &deploy.id).await?;
        match progress.state {
            KitStage::Done => return Ok(()),
            KitStage::Waiting | KitStage::Running => tokio::task::yield_now().await,
            KitStage::Failed | KitStage::Canceled => bail!("the sandbox did not take the kit: {:?}", progress.errors),
        }
    }
}

/// Sets its triggers up as the kit does, to call this address.
pub(super) fn call(org: &RunningSalesforce, url: &str) {
    org.sandbox.set_recipes(vec![Recipe::kit(url)]);
}
