//! `casebridged serve`: the engine, its two listeners, and on request a stand-in CRM.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casebridge_api::error::Code;
use casebridge_api::{ApiError, Command};
use casebridge_engine::Engine;
use casebridge_gateway::{ConsoleError, GatewayState};
use casebridge_store::EngineAddress;
use rand::RngCore as _;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::ServeArgs;
use crate::engine_access::{ACTOR, Opened, open};
use crate::sandbox;

pub(crate) async fn run(data: PathBuf, args: ServeArgs) -> anyhow::Result<()> {
    log_to_stderr();
    let Opened { lock, store, engine } = open(&data, true).await?;
    let stop = CancellationToken::new();
    let console = TcpListener::bind(args.listen)
        .await
        .with_context(|| format!("{} cannot be listened on; choose another with --listen", args.listen))?;
    let url = format!("http://{}", console.local_addr()?);
    let public = match args.public_listen {
        Some(address) => Some(
            TcpListener::bind(address)
                .await
                .with_context(|| format!("{address} cannot be listened on; choose another with --public-listen"))?,
        ),
        None => None,
    };

    let sandbox = if args.sandbox { Some(sandbox::start(&engine).await?) } else { None };
    engine.start().await?;

    let token = random_token();
    let handler_engine = engine.clone();
    let state =
        GatewayState::new(engine.clone(), SecretString::from(token.clone())).with_console(Arc::new(move |command| {
            let engine = handler_engine.clone();
            Box::pin(async move { console_call(&engine, command).await })
        }));
    let mut servers = tokio::task::JoinSet::new();
    servers.spawn(casebridge_gateway::serve(console, casebridge_gateway::console_router(state.clone()), stop.clone()));
    let mut public_url = None;
    if let Some(listener) = public {
        let own = format!("http://{}", listener.local_addr()?);
        if let Some(sandbox) = &sandbox {
            sandbox.call(&engine, &own).await?;
        }
        let url = args.public_url.map_or(own, |url| url.to_string().trim_end_matches('/').to_owned());
        engine.set_public_url(&url).await?;
        public_url = Some(url);
        let router = casebridge_gateway::public_router(state);
        let limits = casebridge_gateway::PublicLimits::default();
        servers.spawn(casebridge_gateway::serve_public(listener, router, stop.clone(), limits));
    }
    lock.publish(&EngineAddress { pid: std::process::id(), url: url.clone(), token })?;
    welcome(&data, &url, public_url.as_deref(), sandbox.as_ref());

    let broken = tokio::select! {
        signal = stop_signal() => { signal?; None }
        Some(ended) = servers.join_next() => Some(ended),
    };
    eprintln!("stopping: passes under way are finished first");
    stop.cancel();
    while servers.join_next().await.is_some() {}
    engine.stop().await;
    store.close().await;
    drop(lock);
    match broken {
        None => Ok(()),
        Some(ended) => Ok(ended.context("a listener ended in a panic")?.context("a listener failed")?),
    }
}

async fn console_call(engine: &Engine, command: Value) -> Result<Value, ConsoleError> {
    let failed = |error: ApiError| {
        let status = match error.code {
            Code::Invalid => 422,
            Code::NotFound => 404,
            Code::Conflict => 409,
            Code::Crm => 502,
            Code::Unavailable => 503,
        };
        ConsoleError { status, body: json!(error) }
    };
    let command: Command = serde_json::from_value(command).map_err(|error| {
        failed(ApiError {
            code: Code::Invalid,
            message: format!("the command is not usable: {error}"),
            hint: "use the command line of the same version as the engine".into(),
            retry_after: None,
        })
    })?;
    casebridge_api::call(engine, command, ACTOR).await.map_err(failed)
}

fn random_token() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("CASEBRIDGE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // A second subscriber in one process is a test's; the first one goes on.
    drop(tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init());
}

async fn stop_signal() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupt = tokio::signal::ctrl_c() => interrupt?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}

fn welcome(data: &std::path::Path, url: &str, public_url: Option<&str>, sandbox: Option<&sandbox::Running>) {
    let data = data.display();
    let program = std::env::current_exe().unwrap_or_else(|_| "casebridged".into());
    let here = std::env::current_dir().unwrap_or_default();
    let program = program.strip_prefix(&here).unwrap_or(&program).display();
    println!("Casebridge {} is running", env!("CARGO_PKG_VERSION"));
    println!("  sessions API      {url}/v1            (OpenAPI: {url}/v1/openapi.json)");
    println!("  data folder       {data}");
    match public_url {
        Some(public_url) => println!("  public address    {public_url}   (webhooks: `webhook url CONNECTION`)"),
        None => println!("  public address    none: replies come by polling"),
    }
    if let Some(sandbox) = sandbox {
        println!("  sandbox Creatio   {}", sandbox.page);
        println!("\nTry it, in another terminal:");
        println!("  {program} --data {data} replay docs/examples/conversations.jsonl --handoff-share 0.3");
        println!("  {program} --data {data} lanes list");
        println!("  {program} --data {data} trace late-parcel");
        println!("then open the sandbox's page above, and answer on a case: `replies list` shows it.");
    }
    println!("\nStop with Ctrl-C.");
}
