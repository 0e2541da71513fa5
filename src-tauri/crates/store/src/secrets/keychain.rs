//! The system's keychain. Its calls block, so they run on the blocking pool.

use keyring::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};

use super::{SecretError, SecretName};

/// The keychain's service name.
const SERVICE: &str = "dev.casebridge.console";

/// The system's keychain.
#[derive(Debug, Clone)]
pub struct Keychain {
    prefix: String,
}

impl Keychain {
    /// Makes sure that a keychain answers.
    pub(super) async fn open(folder_name: &str) -> Result<Self, SecretError> {
        let keychain = Self { prefix: folder_name.to_owned() };
        keychain.get(&SecretName("probe".into())).await.map_err(|error| SecretError::NoStore(error.to_string()))?;
        Ok(keychain)
    }

    async fn with<T, F>(&self, name: &SecretName, work: F) -> Result<T, SecretError>
    where
        T: Send + 'static,
        F: FnOnce(Entry) -> Result<T, Error> + Send + 'static,
    {
        let user = format!("{}:{}", self.prefix, name.0);
        let done = tokio::task::spawn_blocking(move || work(Entry::new(SERVICE, &user)?)).await;
        match done {
            Ok(Ok(value)) => Ok(value),
            // The keychain's own text may quote what it holds; its kind is enough.
            Ok(Err(error)) => Err(SecretError::Keychain(label(&error).to_owned())),
            Err(_) => Err(SecretError::Keychain("the call was cut off".into())),
        }
    }

    pub(super) async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretError> {
        self.with(name, |entry| match entry.get_password() {
            Ok(value) => Ok(Some(SecretString::from(value))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    pub(super) async fn put(&self, name: &SecretName, value: SecretString) -> Result<(), SecretError> {
        self.with(name, move |entry| entry.set_password(value.expose_secret())).await
    }

    pub(super) async fn delete(&self, name: &SecretName) -> Result<(), SecretError> {
        self.with(name, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
        .await
    }
}

fn label(error: &Error) -> &'static str {
    match error {
        Error::NoEntry => "no such entry",
        Error::NoStorageAccess(_) => "it is locked or refuses access",
        Error::PlatformFailure(_) => "the platform's service failed",
        _ => "no usable keychain service",
    }
}
