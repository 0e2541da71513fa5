//! Reaching the engine: the one that runs on the data folder, else one of our own in this process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use casebridge_api::{Caller, Command, Host};
use casebridge_engine::{CrmConnectors, Engine, SystemClock};
use casebridge_remote::{Remote, RemoteError};
use casebridge_store::secrets::KEY_VARIABLE;
use casebridge_store::{DataFolder, FolderLock, Secrets, Sqlite, StoreError};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

/// The actor of command-line changes in the audit log.
pub(crate) const ACTOR: &str = "command line";

/// Whoever answers commands.
pub(crate) enum Access {
    /// An engine in another process.
    Remote(Box<Remote>),
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
    let engine = Engine::new(Arc::new(store.clone()), secrets, Arc::new(SystemClock), Arc::new(CrmConnectors));
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
                    casebridge_connectors::install_crypto();
                    let base = Url::parse(&address.url).context("the engine's address is not usable")?;
                    Ok(Self::Remote(Box::new(Remote::local(base, SecretString::from(address.token.clone()))?)))
                }
                _ => Err(error),
            },
        }
    }

    pub(crate) async fn call(&self, command: Command) -> anyhow::Result<Value> {
        match self {
            Self::Local(opened) => {
                let host = Host { listen: Some(casebridge_gateway::redirect::listen()), ..Host::default() };
                Ok(casebridge_api::call_on(&opened.engine, &host, command, &Caller::admin(ACTOR)).await?)
            }
            Self::Remote(engine) => engine.call(&command).await.map_err(|error| match error {
                RemoteError::Refused(refused) => refused.into(),
                other => other.into(),
            }),
        }
    }

    /// Where the running engine's console is.
    pub(crate) fn url(&self) -> Option<String> {
        match self {
            Self::Local(_) => None,
            Self::Remote(engine) => Some(engine.base().as_str().trim_end_matches('/').to_owned()),
        }
    }

    pub(crate) async fn close(self) {
        if let Self::Local(opened) = self {
            opened.store.close().await;
        }
    }
}
