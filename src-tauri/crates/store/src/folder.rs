//! The data folder: private to its user, and used by one engine at a time (R17, R30).

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::StoreError;

/// Where the running engine can be reached by the command line of the same user.
#[derive(Clone, Serialize, Deserialize)]
pub struct EngineAddress {
    /// Its process id.
    pub pid: u32,
    /// Address of its console and sessions API, e.g. `http://127.0.0.1:4100`.
    pub url: String,
    /// Token for the local command line; new at each start.
    pub token: String,
}

impl std::fmt::Debug for EngineAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EngineAddress").field("pid", &self.pid).field("url", &self.url).finish_non_exhaustive()
    }
}

/// A data folder.
#[derive(Debug, Clone)]
pub struct DataFolder {
    path: PathBuf,
}

/// Holds the folder for this process; released when dropped or when the process ends, however it ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
    address: PathBuf,
}

impl DataFolder {
    /// Opens a folder, making it when missing; only its owner may read it.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        let folder = |source| StoreError::Folder { path: path.clone(), source };
        fs::create_dir_all(&path).map_err(folder)?;
        only_owner(&path, 0o700).map_err(folder)?;
        Ok(Self { path })
    }

    /// The folder's path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database file; made, empty and private, when missing.
    pub fn database(&self) -> Result<PathBuf, StoreError> {
        let path = self.path.join("casebridge.db");
        private_file(&path).map_err(|source| StoreError::Folder { path: path.clone(), source })?;
        Ok(path)
    }

    /// The file of encrypted secrets, used without a keychain.
    #[must_use]
    pub fn secrets_file(&self) -> PathBuf {
        self.path.join("secrets.enc")
    }

    /// Takes the folder for this process, or says who has it.
    pub fn lock(&self) -> Result<FolderLock, StoreError> {
        let path = self.path.join("engine.lock");
        let folder = |source| StoreError::Folder { path: path.clone(), source };
        let file = private_file(&path).map_err(folder)?;
        match file.try_lock() {
            Ok(()) => {
                let address = self.path.join("engine.json");
                // What a killed engine left says nothing about this one.
                match fs::remove_file(&address) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(folder(error)),
                    _ => {}
                }
                Ok(FolderLock { _file: file, address })
            }
            Err(fs::TryLockError::WouldBlock) => {
                Err(StoreError::FolderInUse { path: self.path.clone(), engine: self.engine() })
            }
            Err(fs::TryLockError::Error(error)) => Err(folder(error)),
        }
    }

    /// The running engine, if one holds the folder and has said where it is.
    #[must_use]
    pub fn engine(&self) -> Option<EngineAddress> {
        let lock = File::open(self.path.join("engine.lock")).ok()?;
        if lock.try_lock_shared().is_ok() {
            return None;
        }
        serde_json::from_slice(&fs::read(self.path.join("engine.json")).ok()?).ok()
    }
}

impl FolderLock {
    /// Says where this engine can be reached.
    pub fn publish(&self, address: &EngineAddress) -> Result<(), StoreError> {
        let folder = |source| StoreError::Folder { path: self.address.clone(), source };
        let text = serde_json::to_vec(address).map_err(|error| folder(io::Error::other(error)))?;
        let fresh = self.address.with_extension("new");
        private_file(&fresh).map_err(folder)?;
        fs::write(&fresh, text).map_err(folder)?;
        fs::rename(&fresh, &self.address).map_err(folder)
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Best effort: a stale file is ignored by readers, because the lock is free.
        drop(fs::remove_file(&self.address));
    }
}

pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    only_owner(path, 0o600)?;
    Ok(file)
}

#[cfg(unix)]
fn only_owner(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn only_owner(_: &Path, _: u32) -> io::Result<()> {
    // The user's profile folder is private by default on the other systems.
    Ok(())
}
