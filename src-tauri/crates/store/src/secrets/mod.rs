//! Secrets behind one port: the system's keychain, or a file encrypted with a key from outside. Never plain.

mod file;
mod keychain;

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use secrecy::SecretString;

pub use file::SecretFile;
pub use keychain::Keychain;

/// The environment variable that holds the key of the secrets file.
pub const KEY_VARIABLE: &str = "CASEBRIDGE_SECRETS_KEY";

/// Names a secret, e.g. `con_…/client_secret`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName(pub String);

/// A secret could not be kept or read. No variant holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// There is neither a keychain nor a key for the file.
    #[error("there is no keychain here, and `{KEY_VARIABLE}` is not set ({0})")]
    NoStore(String),
    /// The keychain is there but did not answer, e.g. because it is locked.
    #[error("the keychain did not answer: {0}")]
    Keychain(String),
    /// The key does not open the file.
    #[error("`{KEY_VARIABLE}` does not open the secrets file `{0}`")]
    WrongKey(PathBuf),
    /// The key is too short to protect anything.
    #[error("`{KEY_VARIABLE}` must have at least 16 characters")]
    WeakKey,
    /// The file cannot be read or written.
    #[error("the secrets file `{path}` cannot be used: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Encryption failed, which no input should bring about.
    #[error("the secrets could not be encrypted")]
    Crypto,
}

impl SecretError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoStore(_) => "set CASEBRIDGE_SECRETS_KEY to a long random text, or run where a keychain is unlocked",
            Self::Keychain(_) => "unlock the keychain and try again",
            Self::WrongKey(_) => "set CASEBRIDGE_SECRETS_KEY to the value that was used when the file was made",
            Self::WeakKey => "use a random text, e.g. from `openssl rand -hex 32`",
            Self::File { .. } => "check the owner and rights of the file",
            Self::Crypto => "please report this",
        }
    }
}

/// The secret store of this installation.
#[derive(Debug, Clone)]
pub struct Secrets {
    place: Place,
    /// Where the locks of secrets that are renewed are, whatever holds the secrets themselves.
    folder: PathBuf,
}

#[derive(Debug, Clone)]
enum Place {
    /// The system's keychain.
    Keychain(Keychain),
    /// A file encrypted with a key from outside.
    File(SecretFile),
}

/// Keeps other threads and other processes from renewing the same secret, until it is dropped or its process ends.
#[derive(Debug)]
pub struct SecretLock(#[expect(dead_code, reason = "held for its lock")] File);

/// How long somebody else may hold a lock: a renewal asks a server, and is bounded by its time-outs.
const PATIENCE: Duration = Duration::from_secs(90);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

impl Secrets {
    /// Chooses: the file when a key is given, else the keychain, else refuses (never plain).
    ///
    /// `folder_name` tells installations of one user apart in the keychain.
    pub async fn open(file: PathBuf, key: Option<SecretString>, folder_name: &str) -> Result<Self, SecretError> {
        let folder = file.parent().map(Path::to_owned).unwrap_or_default();
        let place = match key {
            Some(key) => Place::File(SecretFile::open(file, key).await?),
            None => Place::Keychain(Keychain::open(folder_name).await?),
        };
        Ok(Self { place, folder })
    }

    /// Reads a secret.
    pub async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretError> {
        match &self.place {
            Place::Keychain(keychain) => keychain.get(name).await,
            Place::File(file) => file.get(name).await,
        }
    }

    /// Writes a secret; durable when it returns.
    pub async fn put(&self, name: &SecretName, value: SecretString) -> Result<(), SecretError> {
        match &self.place {
            Place::Keychain(keychain) => keychain.put(name, value).await,
            Place::File(file) => file.put(name, Some(value)).await,
        }
    }

    /// Deletes a secret; missing is fine.
    pub async fn delete(&self, name: &SecretName) -> Result<(), SecretError> {
        match &self.place {
            Place::Keychain(keychain) => keychain.delete(name).await,
            Place::File(file) => file.put(name, None).await,
        }
    }

    /// Waits until nobody else renews the secrets of `owner` (a connection's id), and keeps others out from then on.
    pub async fn alone(&self, owner: &str) -> Result<SecretLock, SecretError> {
        let path = self.folder.join(format!("renewal-{owner}.lock"));
        let failed = |source| SecretError::File { path: path.clone(), source };
        let file = crate::folder::private_file(&path).map_err(failed)?;
        let give_up = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(SecretLock(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => tokio::time::sleep(LOOK_AGAIN).await,
                Err(TryLockError::WouldBlock) => return Err(failed(io::ErrorKind::TimedOut.into())),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }

    /// Deletes the lock of an owner that is no more.
    pub fn forget(&self, owner: &str) {
        // Best effort: an empty file harms nobody.
        drop(std::fs::remove_file(self.folder.join(format!("renewal-{owner}.lock"))));
    }
}
