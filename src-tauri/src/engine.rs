//! The engine inside the window's process: opened with the program, stopped with it.

use std::path::Path;
use std::sync::Arc;

use casebridge_api::error::Code;
use casebridge_api::{ApiError, Caller, Role};
use casebridge_engine::{CreatioConnectors, Engine, SystemClock};
use casebridge_store::secrets::KEY_VARIABLE;
use casebridge_store::{DataFolder, FolderLock, Secrets, Sqlite, StoreError};
use secrecy::SecretString;

/// An engine at work on its data folder.
pub(crate) struct Running {
    pub(crate) engine: Engine,
    pub(crate) caller: Caller,
    store: Sqlite,
    _lock: FolderLock,
}

impl Running {
    /// Lets what is under way finish, then closes the store.
    pub(crate) async fn stop(&self) {
        self.engine.stop().await;
        self.store.close().await;
    }
}

/// Opens the data folder and starts the engine. The user of this computer is the admin of its engine.
pub(crate) async fn open(data: &Path) -> Result<Running, ApiError> {
    let folder = DataFolder::open(data).map_err(|error| refused(&error))?;
    let lock = folder.lock().map_err(|error| refused(&error))?;
    let key = std::env::var(KEY_VARIABLE).ok().filter(|key| !key.is_empty()).map(SecretString::from);
    let name = folder.path().canonicalize().unwrap_or_else(|_| folder.path().to_owned());
    // Without a keychain everything works that needs no secret; what needs one says so.
    let secrets = Secrets::open(folder.secrets_file(), key, &name.display().to_string()).await.ok();
    let database = folder.database().map_err(|error| refused(&error))?;
    let store = Sqlite::open(&database).await.map_err(|error| refused(&error))?;
    let engine = Engine::new(Arc::new(store.clone()), secrets, Arc::new(SystemClock), Arc::new(CreatioConnectors));
    engine.start().await.map_err(ApiError::from)?;
    let name = std::env::var("USER").or_else(|_| std::env::var("USERNAME")).unwrap_or_else(|_| "me".into());
    Ok(Running { engine, caller: Caller { name, role: Role::Admin }, store, _lock: lock })
}

fn refused(error: &StoreError) -> ApiError {
    let hint = match error {
        StoreError::FolderInUse { .. } => "close the other Casebridge, or open its console in a browser",
        _ => "check the disk and the rights on the data folder, then start again",
    };
    ApiError { code: Code::Unavailable, message: error.to_string(), hint: hint.into(), retry_after: None }
}
