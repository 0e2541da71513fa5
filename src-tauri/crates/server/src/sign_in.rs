//! `casebridged connection sign-in` and `connection add salesforce`: a person signs in to the CRM in the browser. The
//! answer comes back to a listener on loopback that lives as long as the sign-in, or is pasted.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use casebridge_api::commands::{ConnectionAdd, ConnectionTry, SignInTryFinish};
use casebridge_api::{Command, Secret};
use secrecy::SecretString;
use tokio::net::TcpListener;
use url::Url;

use crate::cli::Usage;
use crate::engine_access::Access;

/// How long a person may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

pub(crate) async fn run(data: PathBuf, name: &str, paste: bool) -> anyhow::Result<ExitCode> {
    let access = Access::open(data).await?;
    let signed_in = sign_in(&access, name, paste).await;
    access.close().await;
    signed_in?;
    println!("signed in: `{name}` goes on");
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
    let ConnectionAdd { kind, name, mode, settings, secret } = wish;
    let step = access.call(Command::SignInTry(Box::new(ConnectionTry { kind, settings, secret }))).await?;
    let id = step["sign_in"].as_str().and_then(|id| uuid::Uuid::try_parse(id).ok());
    let sign_in = id.context("the engine's answer names no sign-in")?;
    let brought = bring_back(&step, paste).await?;
    access.call(Command::SignInTryFinish(Box::new(SignInTryFinish { sign_in, brought, name, mode }))).await
}

async fn sign_in(access: &Access, name: &str, paste: bool) -> anyhow::Result<()> {
    let step = access.call(Command::ConnectionSignInBegin { name: name.to_owned() }).await?;
    let brought = bring_back(&step, paste).await?;
    access.call(Command::ConnectionSignInFinish { name: name.to_owned(), brought }).await?;
    Ok(())
}

/// Sends the person to the sign-in and waits for what the browser brings back.
async fn bring_back(step: &serde_json::Value, paste: bool) -> anyhow::Result<Secret> {
    let member = |member: &str| step[member].as_str().context("the engine's answer names no address");
    let (url, redirect_uri) = (member("url")?.to_owned(), Url::parse(member("redirect_uri")?)?);
    // Listening begins before the person can be back.
    let listener = if paste { None } else { Some(listen(&redirect_uri).await?) };
    println!("Open this address in your browser and sign in:\n\n{url}\n");
    let brought = match listener {
        Some(listener) => {
            let state =
                Url::parse(&url)?.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
            let state = state.context("the sign-in address has no state")?;
            let waited = casebridge_gateway::redirect::receive(listener, redirect_uri.path(), &state);
            tokio::time::timeout(PATIENCE, waited)
                .await
                .context(
                    "nobody came back from the sign-in within ten minutes; if the CRM's page showed an error, it \
                     stands there only: read it on the page",
                )?
                .context("the listener on loopback failed")?
        }
        None => {
            println!("Then paste the address that the browser ended on, and press Enter:");
            let line = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().next()).await?;
            line.transpose()?.ok_or_else(|| Usage("paste the address on standard input".into()))?
        }
    };
    Ok(Secret(SecretString::from(brought)))
}

async fn listen(redirect_uri: &Url) -> anyhow::Result<TcpListener> {
    let host = redirect_uri.host_str().unwrap_or_default();
    if redirect_uri.scheme() != "http" || !matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
        let hint = format!("the browser returns to {redirect_uri}, which is not this computer: use --paste");
        return Err(Usage(hint).into());
    }
    let port = redirect_uri.port_or_known_default().unwrap_or(80);
    TcpListener::bind((host.trim_matches(['[', ']']), port))
        .await
        .with_context(|| format!("port {port} is taken: end what uses it, or use --paste"))
}
