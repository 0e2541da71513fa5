//! `casebridged connection sign-in`: a person signs in to Creatio in the browser. The answer comes back to a
//! listener on loopback that lives as long as the sign-in, or is pasted.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
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

async fn sign_in(access: &Access, name: &str, paste: bool) -> anyhow::Result<()> {
    let step = access.call(Command::ConnectionSignInBegin { name: name.to_owned() }).await?;
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
                .context("nobody came back from the sign-in within ten minutes")?
                .context("the listener on loopback failed")?
        }
        None => {
            println!("Then paste the address that the browser ended on, and press Enter:");
            let line = tokio::task::spawn_blocking(|| std::io::stdin().lock().lines().next()).await?;
            line.transpose()?.ok_or_else(|| Usage("paste the address on standard input".into()))?
        }
    };
    let brought = Secret(SecretString::from(brought));
    access.call(Command::ConnectionSignInFinish { name: name.to_owned(), brought }).await?;
    Ok(())
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
