//! Where the engine is: in this process, in another one on the same data folder (R17), or on a team's server.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casebridge_api::error::Code;
use casebridge_api::{ApiError, Command, Role, call_on};
use casebridge_remote::{Link, Remote, RemoteError};
use casebridge_store::{EngineAddress, StoreError};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

use crate::engine::{self, Running};
use crate::joined;

/// How long an engine that holds the folder may take to say where it is: it is starting.
const STARTING: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Where the engine is.
pub(crate) enum Place {
    /// In this process.
    Own(Running),
    /// In another process that holds our data folder: this window is its console.
    Beside { remote: Remote, pid: u32 },
    /// On a team's server.
    Joined { remote: Remote },
    /// Nowhere, and why.
    Nowhere(ApiError),
}

/// What the page is told of it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PlaceView {
    kind: &'static str,
    url: Option<String>,
    pid: Option<u32>,
    /// Whether the sign-in to a team's server outlives this run.
    kept: bool,
    /// The engine beside us stopped; this window could start its own.
    gone: bool,
    /// Why nothing can be asked there.
    problem: Option<ApiError>,
}

impl Place {
    /// Finds the engine: the joined server, else the one that holds the folder, else one of our own.
    ///
    /// Blocks until it is found or started; not for async workers.
    pub(crate) fn open(data: &Path, joined: bool) -> Self {
        tauri::async_runtime::block_on(Self::find(data, joined)).unwrap_or_else(Self::Nowhere)
    }

    async fn find(data: &Path, joined: bool) -> Result<Self, ApiError> {
        let folder = engine::folder(data)?;
        if joined {
            let remote = joined::read(engine::secrets(&folder).await).await?;
            return Ok(Self::Joined { remote });
        }
        let deadline = Instant::now() + STARTING;
        loop {
            match folder.lock() {
                Ok(lock) => return engine::start(&folder, lock).await.map(Self::Own),
                Err(StoreError::FolderInUse { engine: Some(address), .. }) => {
                    match beside(&address).await {
                        // It is stopping, or this is the address of one that was there before it.
                        Err(error) if error.is_passing() && Instant::now() < deadline => {}
                        found => return Ok(Self::Beside { remote: found?, pid: address.pid }),
                    }
                }
                Err(StoreError::FolderInUse { engine: None, .. }) if Instant::now() < deadline => {}
                Err(error) => return Err(engine::refused(&error)),
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Carries out a command of the console.
    pub(crate) async fn call(&self, command: Value) -> Result<Value, ApiError> {
        match self {
            Self::Own(running) => {
                let command: Command = serde_json::from_value(command).map_err(|error| ApiError {
                    code: Code::Invalid,
                    message: format!("the command is not usable: {error}"),
                    hint: "this is a mistake of the console: report it".into(),
                    retry_after: None,
                })?;
                call_on(&running.engine, &running.host, command, &running.caller).await
            }
            Self::Beside { remote, .. } | Self::Joined { remote } => Ok(remote.call(&command).await?),
            Self::Nowhere(error) => Err(error.clone()),
        }
    }

    /// Who sits in front of the window, and what the engine is.
    pub(crate) async fn me(&self, data: &Path) -> Result<Value, ApiError> {
        match self {
            Self::Own(running) => Ok(json!({
                "name": running.caller.name, "role": running.caller.role, "token": "",
                "version": env!("CARGO_PKG_VERSION"), "data_folder": data.display().to_string(),
                "public_url": null, "sandbox_pages": running.sandbox_pages(),
            })),
            Self::Beside { remote, .. } | Self::Joined { remote } => {
                let mut me = remote.me().await?;
                // The page has no use for it: calls go through this process.
                me["token"] = json!("");
                Ok(me)
            }
            Self::Nowhere(error) => Err(error.clone()),
        }
    }

    /// The engine in another process, if it is in one.
    pub(crate) fn remote(&self) -> Option<&Remote> {
        match self {
            Self::Beside { remote, .. } | Self::Joined { remote } => Some(remote),
            Self::Own(_) | Self::Nowhere(_) => None,
        }
    }

    /// Stops what is ours; other processes go on.
    pub(crate) async fn close(&self) {
        if let Self::Own(running) = self {
            running.stop().await;
        }
    }

    /// What the page is told.
    pub(crate) fn view(&self, kept: bool, trouble: Option<ApiError>, gone: bool) -> PlaceView {
        let (kind, pid) = match self {
            Self::Own(_) => ("own", None),
            Self::Beside { pid, .. } => ("beside", Some(*pid)),
            Self::Joined { .. } => ("joined", None),
            Self::Nowhere(_) => ("nowhere", None),
        };
        let problem = match self {
            Self::Nowhere(error) => Some(error.clone()),
            _ => trouble,
        };
        let url = self.remote().map(|remote| remote.base().as_str().trim_end_matches('/').to_owned());
        PlaceView { kind, url, pid, kept, gone, problem }
    }
}

/// Comes into the engine that holds our folder, under our own name: what we write must not be signed by the
/// command line.
async fn beside(address: &EngineAddress) -> Result<Remote, RemoteError> {
    let base = Url::parse(&address.url).map_err(|_| RemoteError::NotALink("the engine's address is not usable"))?;
    let local = Remote::local(base.clone(), SecretString::from(address.token.clone()))?;
    let made = local.call(&Command::ConsoleLink { name: engine::user_name(), role: Role::Admin }).await?;
    let path = made["path"].as_str().unwrap_or_default();
    let link = Link::parse(&format!("{}{path}", base.as_str().trim_end_matches('/')))?;
    Remote::enter(&link).await
}

/// Shared by commands and by those who follow; a switch replaces the whole.
pub(crate) type SharedPlace = Arc<Place>;
