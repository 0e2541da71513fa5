//! `casebridged connection sign-in` and `connection add salesforce`: a person signs in to the CRM in the browser. The
//! engine listens for the answer as long as the sign-in lives, or it is pasted.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use casebridge_api::commands::{ConnectionAdd, SignInBegin};
use casebridge_api::dto::sign_in::SignInWay;
use casebridge_api::error::Code;
use casebridge_api::{ApiError, Command, Secret};
use secrecy::SecretString;
use serde_json::json;

use crate::cli::Usage;
use crate::engine_access::Access;

/// How often the engine is asked whether somebody came back.
const LOOKS_EVERY: Duration = Duration::from_millis(300);

pub(crate) async fn run(data: PathBuf, name: &str, paste: bool) -> anyhow::Result<ExitCode> {
    let access = Access::open(data).await?;
    let signed_in = sign_in(&access, SignInBegin { way: way(paste), again: Some(name.to_owned()), add: None }).await;
    access.close().await;
    if signed_in?["state"] == "refused" {
        println!("signed in; the test found something that is missing: `connection test {name}` shows it");
    } else {
        println!("signed in: `{name}` goes on");
    }
    Ok(ExitCode::SUCCESS)
}

/// Signs in to a Salesforce org and adds it when the sign-in is good. Prints what the test found.
pub(crate) async fn add(data: PathBuf, wish: ConnectionAdd, paste: bool, json: bool) -> anyhow::Result<ExitCode> {
    let access = Access::open(data).await?;
    let added = add_signed_in(&access, wish, paste).await;
    access.close().await;
    let answer = added?;
    // Shown as `connection test` shows it.
    let printed = crate::output::print(&Command::ConnectionTest { name: String::new() }, &answer, json)?;
    if answer["added"].is_null() {
        return Ok(printed);
    }
    println!("added `{}`", answer["added"]["name"].as_str().unwrap_or_default());
    Ok(ExitCode::SUCCESS)
}

async fn add_signed_in(access: &Access, wish: ConnectionAdd, paste: bool) -> anyhow::Result<serde_json::Value> {
    let ended = sign_in(access, SignInBegin { way: way(paste), again: None, add: Some(wish) }).await?;
    Ok(json!({ "report": ended["report"], "added": ended["connection"].as_str().map(|name| json!({ "name": name })) }))
}

fn way(paste: bool) -> SignInWay {
    if paste { SignInWay::Paste } else { SignInWay::Loopback }
}

/// Sends the person to the sign-in and waits until it has ended: the engine listens for the browser, or the person
/// brings the final address.
async fn sign_in(access: &Access, wish: SignInBegin) -> anyhow::Result<serde_json::Value> {
    let paste = wish.way == SignInWay::Paste;
    let step = access.call(Command::SignInBegin(Box::new(wish))).await?;
    let id = step["flow"].as_str().and_then(|id| uuid::Uuid::try_parse(id).ok());
    let flow = id.context("the engine's answer names no sign-in")?;
    let url = step["url"].as_str().context("the engine's answer names no address")?;
    println!("Open this address in your browser and sign in:\n\n{url}\n");
    let ended = if paste { pasted(access, flow).await? } else { waited_for(access, flow).await? };
    let said = |member: &str| ended["failure"][member].as_str().unwrap_or_default().to_owned();
    match ended["state"].as_str() {
        Some("failed") => {
            let (code, retry_after) = (Code::Crm, None);
            Err(ApiError { code, message: said("message"), hint: said("hint"), retry_after }.into())
        }
        _ => Ok(ended),
    }
}

async fn pasted(access: &Access, flow: uuid::Uuid) -> anyhow::Result<serde_json::Value> {
    println!("Then paste the address that the browser ended on, and press Enter:");
    let line = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().next()).await?;
    let line = line.transpose()?.ok_or_else(|| Usage("paste the address on standard input".into()))?;
    access.call(Command::SignInPaste { flow, address: Secret(SecretString::from(line)) }).await
}

async fn waited_for(access: &Access, flow: uuid::Uuid) -> anyhow::Result<serde_json::Value> {
    loop {
        let now = access.call(Command::SignInState { flow }).await?;
        if !matches!(now["state"].as_str(), Some("waiting" | "working")) {
            return Ok(now);
        }
        tokio::time::sleep(LOOKS_EVERY).await;
    }
}
