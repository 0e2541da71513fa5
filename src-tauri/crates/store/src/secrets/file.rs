//! Secrets in one file, encrypted with a key that is kept outside (Argon2id, XChaCha20-Poly1305).

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use argon2::Argon2;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rand::RngCore as _;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{SecretError, SecretName};
use crate::folder::private_file;

const SALT: usize = 16;
const NONCE: usize = 24;

#[derive(Serialize, Deserialize)]
struct Sealed {
    version: u32,
    salt: String,
    nonce: String,
    content: String,
}

/// The secrets file. The derived key stays in memory, so that only opening pays for the derivation.
#[derive(Clone)]
pub struct SecretFile {
    path: PathBuf,
    cipher: Arc<XChaCha20Poly1305>,
    salt: [u8; SALT],
    gate: Arc<Mutex<()>>,
}

impl std::fmt::Debug for SecretFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecretFile").field("path", &self.path).finish_non_exhaustive()
    }
}

impl SecretFile {
    /// Opens the file, or prepares a new one; a wrong key is refused here and not at the first use.
    pub(super) async fn open(path: PathBuf, key: SecretString) -> Result<Self, SecretError> {
        tokio::task::spawn_blocking(move || {
            if key.expose_secret().chars().count() < 16 {
                return Err(SecretError::WeakKey);
            }
            let sealed = read(&path)?;
            let mut salt = [0; SALT];
            match &sealed {
                Some(sealed) => {
                    let kept = BASE64_STANDARD.decode(&sealed.salt).ok().and_then(|bytes| bytes.try_into().ok());
                    salt = kept.ok_or_else(|| SecretError::WrongKey(path.clone()))?;
                }
                None => rand::rng().fill_bytes(&mut salt),
            }
            let mut derived = [0; 32];
            Argon2::default()
                .hash_password_into(key.expose_secret().as_bytes(), &salt, &mut derived)
                .map_err(|_| SecretError::Crypto)?;
            let cipher = XChaCha20Poly1305::new(&derived.into());
            let file = Self { path, cipher: Arc::new(cipher), salt, gate: Arc::default() };
            if let Some(sealed) = sealed {
                file.unseal(&sealed)?;
            }
            Ok(file)
        })
        .await
        .map_err(|_| SecretError::Crypto)?
    }

    pub(super) async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretError> {
        let _alone = self.gate.lock().await;
        let mut all = self.read_all()?;
        Ok(all.remove(&name.0).map(SecretString::from))
    }

    pub(super) async fn put(&self, name: &SecretName, value: Option<SecretString>) -> Result<(), SecretError> {
        let _alone = self.gate.lock().await;
        // Another process may change another secret of the same file.
        let path = self.path.with_extension("lock");
        let lock = private_file(&path).and_then(|file| file.lock().map(|()| file));
        let _lock = lock.map_err(|source| SecretError::File { path, source })?;
        let mut all = self.read_all()?;
        match value {
            Some(value) => all.insert(name.0.clone(), value.expose_secret().to_owned()),
            None => all.remove(&name.0),
        };
        self.write_all(&all)
    }

    fn read_all(&self) -> Result<BTreeMap<String, String>, SecretError> {
        read(&self.path)?.map_or_else(|| Ok(BTreeMap::new()), |sealed| self.unseal(&sealed))
    }

    fn unseal(&self, sealed: &Sealed) -> Result<BTreeMap<String, String>, SecretError> {
        let wrong = || SecretError::WrongKey(self.path.clone());
        let nonce: [u8; NONCE] =
            BASE64_STANDARD.decode(&sealed.nonce).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(wrong)?;
        let content = BASE64_STANDARD.decode(&sealed.content).map_err(|_| wrong())?;
        let plain = self.cipher.decrypt(&XNonce::from(nonce), content.as_slice()).map_err(|_| wrong())?;
        serde_json::from_slice(&plain).map_err(|_| wrong())
    }

    /// Writes beside, syncs, renames: a crash leaves the old file or the new one.
    fn write_all(&self, all: &BTreeMap<String, String>) -> Result<(), SecretError> {
        let mut nonce = [0; NONCE];
        rand::rng().fill_bytes(&mut nonce);
        let plain = serde_json::to_vec(all).map_err(|_| SecretError::Crypto)?;
        let content = self.cipher.encrypt(&XNonce::from(nonce), plain.as_slice()).map_err(|_| SecretError::Crypto)?;
        let sealed = Sealed {
            version: 1,
            salt: BASE64_STANDARD.encode(self.salt),
            nonce: BASE64_STANDARD.encode(nonce),
            content: BASE64_STANDARD.encode(content),
        };
        let text = serde_json::to_vec_pretty(&sealed).map_err(|_| SecretError::Crypto)?;
        let broken = |source| SecretError::File { path: self.path.clone(), source };
        let beside = self.path.with_extension("new");
        let mut file = private_file(&beside).map_err(broken)?;
        file.set_len(0).and_then(|()| file.write_all(&text)).and_then(|()| file.sync_all()).map_err(broken)?;
        std::fs::rename(&beside, &self.path).map_err(broken)?;
        #[cfg(unix)]
        if let Some(folder) = self.path.parent() {
            std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(broken)?;
        }
        Ok(())
    }
}

fn read(path: &std::path::Path) -> Result<Option<Sealed>, SecretError> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| SecretError::WrongKey(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SecretError::File { path: path.to_owned(), source }),
    }
}
