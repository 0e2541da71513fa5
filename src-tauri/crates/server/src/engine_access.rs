//! Reaching the engine: the one that runs on the data folder, else one of our own in this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use casebridge_api::{ApiError, Caller, Command};
use casebridge_engine::{CreatioConnectors, Engine, SystemClock};
use casebridge_store::secrets::KEY_VARIABLE;
use casebridge_store::{DataFolder, EngineAddress, FolderLock, Secrets, Sqlite, StoreError};
use secrecy::SecretString;
use serde_json::Value;

/// The actor of command-line changes in the audit log.
pub(crate) const ACTOR: &str = "command line";

/// Whoever answers commands.
pub(crate) enum Access {
    /// An engine in another process.
    Remote(reqwest::Client, EngineAddress),
    /// The data folder, opened here.
    Local(Box<Opened>),
}

/// A data folder opened by this process.
pub(crate) struct Opened {
    pub(crate) lock: FolderLock,
    pub(crate) store: Sqlite,
    pub(crate) engine: Engine,
}

/// Opens the data folder for this process: lock, database, secrets.
pub(crate) async fn open(data: &Path, need_secrets: bool) -> anyhow::Result<Opened> {
    let folder = DataFolder::open(data)?;
    let lock = folder.lock()?;
    let key = std::env::var(KEY_VARIABLE).ok().filter(|key| !key.is_empty()).map(SecretString::from);
    let name = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_owned());
    let secrets = Secrets::open(folder.secrets_file(), key, &name.display().to_string()).await;
    let secrets = match secrets {
        Ok(secrets) => Some(secrets),
        Err(error) if need_secrets => return Err(error.into()),
        Err(_) => None,
    };
    let store = Sqlite::open(&folder.database()?).await?;
    let engine = Engine::new(Arc::new(store.clone()), secrets, Arc::new(SystemClock), Arc::new(CreatioConnectors));
    Ok(Opened { lock, store, engine })
}

pub(crate) fn client() -> anyhow::Result<reqwest::Client> {
    casebridge_connectors::install_crypto();
    // The engine is on this computer: a proxy has no business in between.
    reqwest::Client::builder().no_proxy().build().context("the HTTP client could not be made")
}

impl Access {
    pub(crate) async fn open(data: PathBuf) -> anyhow::Result<Self> {
        match open(&data, false).await {
            Ok(opened) => Ok(Self::Local(Box::new(opened))),
            Err(error) => match error.downcast_ref::<StoreError>() {
                Some(StoreError::FolderInUse { engine: Some(address), .. }) => {
                    Ok(Self::Remote(client()?, address.clone()))
                }
                _ => Err(error),
            },
        }
    }

    pub(crate) async fn call(&self, command: Command) -> anyhow::Result<Value> {
        match self {
            Self::Local(opened) => Ok(casebridge_api::call(&opened.engine, command, &Caller::admin(ACTOR)).await?),
            Self::Remote(client, engine) => {
                let response = client
                    .post(format!("{}/console/call", engine.url))
                    .bearer_auth(&engine.token)
                    .json(&command)
                    .send()
                    .await
                    .with_context(|| format!("the engine at {} does not answer", engine.url))?;
                let status = response.status();
                let body = response.bytes().await.context("the engine's answer broke off")?;
                if status.is_success() {
                    return serde_json::from_slice(&body).context("the engine's answer is not JSON");
                }
                match serde_json::from_slice::<ApiError>(&body) {
                    Ok(error) => Err(error.into()),
                    Err(_) => anyhow::bail!("the engine at {} answered {status}", engine.url),
                }
            }
        }
    }

    /// Where the running engine's console is.
    pub(crate) fn url(&self) -> Option<String> {
        match self {
            Self::Local(_) => None,
            Self::Remote(_, engine) => Some(engine.url.clone()),
        }
    }

    pub(crate) async fn close(self) {
        if let Self::Local(opened) = self {
            opened.store.close().await;
        }
    }
}
