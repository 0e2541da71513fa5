//! `casebridged serve`: the engine, its two listeners, and on request stand-in CRMs.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casebridge_api::dto::people::SandboxPage;
use casebridge_api::error::Code;
use casebridge_api::{ApiError, Caller, Command, Host, Role};
use casebridge_engine::Engine;
use casebridge_engine::visitors::Person;
use casebridge_gateway::{ConsoleError, ConsoleFacts, GatewayState, Ui};
use casebridge_store::EngineAddress;
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::ServeArgs;
use crate::engine_access::{ACTOR, Opened, open};
use crate::entrance::Entrance;
use casebridge_tryout::StandIns;

pub(crate) async fn run(data: PathBuf, args: ServeArgs) -> anyhow::Result<()> {
    casebridge_engine::logging::log_to_stderr("info");
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

    let stand_ins = StandIns::new(engine.clone());
    for kind in &args.sandbox {
        stand_ins.start((*kind).into()).await?;
    }
    engine.start().await?;

    let token = random_token();
    let handler_engine = engine.clone();
    let host = Host { sandbox: Some(stand_ins.starter()), listen: Some(casebridge_gateway::redirect::listen()) };
    let pages = stand_ins.clone();
    let facts = ConsoleFacts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        data_folder: data.canonicalize().unwrap_or_else(|_| data.clone()).display().to_string(),
        sandbox_pages: Some(Arc::new(move || pages.pages())),
    };
    let own_name = engine.own_name().await?;
    let state = GatewayState::new(engine.clone(), SecretString::from(token.clone()))
        .with_facts(facts)
        .with_ui(Ui::Embedded)
        .with_hosts(args.console_host.into_iter().chain([own_name.clone()]))
        .with_console(Arc::new(move |command, person| {
            let (engine, host) = (handler_engine.clone(), host.clone());
            Box::pin(async move { console_call(&engine, &host, command, person).await })
        }));
    let link = engine.make_link(&user_name(), Role::Admin, ACTOR).await?;
    let link = Entrance::new(&url, &own_name, &format!("/console/enter?link={}", link.expose_secret()));
    let mut servers = tokio::task::JoinSet::new();
    servers.spawn(casebridge_gateway::serve(console, casebridge_gateway::console_router(state.clone()), stop.clone()));
    let mut public_url = None;
    if public.is_none() {
        engine.started_with(args.public_url.as_ref(), None).await?;
    }
    if let Some(listener) = public {
        let own = format!("http://{}", listener.local_addr()?);
        stand_ins.reached_at(&own).await?;
        engine.started_with(args.public_url.as_ref(), Some(&own)).await?;
        public_url = engine.public_url().await?;
        let router = casebridge_gateway::public_router(state);
        let limits = casebridge_gateway::PublicLimits::default();
        servers.spawn(casebridge_gateway::serve_public(listener, router, stop.clone(), limits));
    }
    lock.publish(&EngineAddress { pid: std::process::id(), url: url.clone(), token })?;
    welcome(&data, &url, &link, public_url.as_deref(), &stand_ins.pages(), args.play);
    for kind in args.sandbox.iter().filter(|_| args.play) {
        stand_ins.play((*kind).into()).await?;
    }

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

async fn console_call(engine: &Engine, host: &Host, command: Value, person: Person) -> Result<Value, ConsoleError> {
    let failed = |error: ApiError| {
        let status = match error.code {
            Code::Invalid => 422,
            Code::NotFound => 404,
            Code::Conflict => 409,
            Code::Forbidden => 403,
            Code::Crm => 502,
            Code::Unavailable => 503,
        };
        ConsoleError { status, body: json!(error) }
    };
    let caller = Caller { name: person.name, role: person.role };
    let command: Command = serde_json::from_value(command).map_err(|error| {
        failed(ApiError {
            code: Code::Invalid,
            message: format!("the command is not usable: {error}"),
            hint: "use the command line of the same version as the engine".into(),
            retry_after: None,
        })
    })?;
    casebridge_api::call_on(engine, host, command, &caller).await.map_err(failed)
}

/// Whoever started the engine, as their computer calls them.
fn user_name() -> String {
    let name = ["USER", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.trim().is_empty() && name.chars().count() <= 64).unwrap_or_else(|| "admin".into())
}

fn random_token() -> String {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
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

fn welcome(
    data: &std::path::Path,
    url: &str,
    link: &Entrance,
    public_url: Option<&str>,
    sandboxes: &[SandboxPage],
    played: bool,
) {
    let data = data.display();
    let program = std::env::current_exe().unwrap_or_else(|_| "casebridged".into());
    let here = std::env::current_dir().unwrap_or_default();
    let program = program.strip_prefix(&here).unwrap_or(&program).display();
    println!("Casebridge {} is running", env!("CARGO_PKG_VERSION"));
    println!("  console           {}", link.first);
    if let Some(plain) = &link.plain {
        println!("  or, if not found  {plain}");
    }
    println!("                    (opens once, within 10 minutes; another: `console link`)");
    println!("  sessions API      {url}/v1            (OpenAPI: {url}/v1/openapi.json)");
    println!("  data folder       {data}");
    match public_url {
        Some(public_url) => println!("  public address    {public_url}   (webhooks: `webhook url CONNECTION`)"),
        None => println!("  public address    none: replies come by polling"),
    }
    for SandboxPage { kind, page } in sandboxes {
        let name = if *kind == "salesforce" { "Salesforce" } else { "Creatio" };
        println!("  {:<17} {page}", format!("sandbox {name}"));
    }
    if !sandboxes.is_empty() {
        println!("\nTry it, in another terminal:");
        if !played {
            println!("  {program} --data {data} replay docs/examples/conversations.jsonl --handoff-share 0.3");
        }
        println!("  {program} --data {data} lanes list");
        println!("  {program} --data {data} trace late-parcel");
        println!("then open the sandbox's page above, and answer on a case: `replies list` shows it.");
    }
    println!("\nStop with Ctrl-C.");
}
