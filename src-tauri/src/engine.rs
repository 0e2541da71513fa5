//! The engine inside the window's process: opened with the program, stopped with it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use casebridge_api::dto::people::SandboxPage;
use casebridge_api::error::Code;
use casebridge_api::{ApiError, Caller, Host, Role};
use casebridge_engine::{CrmConnectors, Engine, SystemClock};
use casebridge_store::secrets::KEY_VARIABLE;
use casebridge_store::{DataFolder, FolderLock, Secrets, Sqlite, StoreError};
use casebridge_tryout::StandIns;
use secrecy::SecretString;

/// An engine at work on its data folder, with stand-in CRMs that may yet be started.
pub(crate) struct Running {
    pub(crate) engine: Engine,
    pub(crate) caller: Caller,
    pub(crate) host: Host,
    stand_ins: StandIns,
    store: Sqlite,
    /// Given back by [`Running::stop`], also while a call that came too late still holds the rest.
    lock: Mutex<Option<FolderLock>>,
}

impl Running {
    /// The pages of the stand-in CRMs that run.
    pub(crate) fn sandbox_pages(&self) -> Vec<SandboxPage> {
        self.stand_ins.pages()
    }

    /// Lets what is under way finish, closes the store, and gives the folder back.
    pub(crate) async fn stop(&self) {
        self.engine.stop().await;
        self.store.close().await;
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

/// The secret store of a data folder. Without one everything works that needs no secret; what needs one says so.
pub(crate) async fn secrets(folder: &DataFolder) -> Option<Secrets> {
    let key = std::env::var(KEY_VARIABLE).ok().filter(|key| !key.is_empty()).map(SecretString::from);
    let name = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_owned());
    Secrets::open(folder.secrets_file(), key, &name.display().to_string()).await.ok()
}

/// Starts the engine on a folder that is ours. The user of this computer is the admin of its engine.
pub(crate) async fn start(folder: &DataFolder, lock: FolderLock) -> Result<Running, ApiError> {
    let secrets = secrets(folder).await;
    let database = folder.database().map_err(|error| refused(&error))?;
    let store = Sqlite::open(&database).await.map_err(|error| refused(&error))?;
    let engine = Engine::new(Arc::new(store.clone()), secrets, Arc::new(SystemClock), Arc::new(CrmConnectors));
    engine.start().await.map_err(ApiError::from)?;
    let stand_ins = StandIns::new(engine.clone());
    let host = Host { sandbox: Some(stand_ins.starter()), listen: Some(casebridge_gateway::redirect::listen()) };
    let caller = Caller { name: user_name(), role: Role::Admin };
    Ok(Running { engine, caller, host, stand_ins, store, lock: Mutex::new(Some(lock)) })
}

/// Whoever sits here, as the computer calls them.
pub(crate) fn user_name() -> String {
    let name = ["USER", "USERNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    name.filter(|name| !name.trim().is_empty() && name.chars().count() <= 64).unwrap_or_else(|| "me".into())
}

/// Opens a folder, making it when it is missing.
pub(crate) fn folder(data: &Path) -> Result<DataFolder, ApiError> {
    DataFolder::open(data).map_err(|error| refused(&error))
}

/// What the page is told when the folder cannot be used.
pub(crate) fn refused(error: &StoreError) -> ApiError {
    let hint = match error {
        StoreError::FolderInUse { .. } => "close the other Casebridge, then start again",
        _ => "check the disk and the rights on the data folder, then start again",
    };
    ApiError { code: Code::Unavailable, message: error.to_string(), hint: hint.into(), retry_after: None }
}
