//! What a connection signs in with, in the vault: the app's secret and the refresh token.

use std::sync::Arc;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use secrecy::SecretString;

use crate::port::{Alone, Vault, VaultError};

/// Name of the app's secret in the vault.
pub const CLIENT_SECRET: &str = "client_secret";
/// Name of the refresh token in the vault.
pub const REFRESH_TOKEN: &str = "refresh_token";

/// The secrets of one connection.
pub(crate) struct Credentials {
    vault: Arc<dyn Vault>,
    /// What people call the CRM.
    crm: &'static str,
    /// A rotated refresh token that the vault did not take yet. The old one is spent, so it must not be lost.
    unsaved: Option<SecretString>,
}

impl Credentials {
    pub(crate) fn new(vault: Arc<dyn Vault>, crm: &'static str) -> Self {
        Credentials { vault, crm, unsaved: None }
    }

    /// Waits until nobody else renews the connection's token, whatever the process.
    pub(crate) async fn alone(&self) -> Result<Alone, CallFailure> {
        self.vault.alone().await.map_err(|error| vault_failed(&error))
    }

    /// A value by its name; nothing when there is none.
    pub(crate) async fn get(&self, name: &str) -> Result<Option<SecretString>, CallFailure> {
        self.vault.get(name).await.map_err(|error| vault_failed(&error))
    }

    /// Keeps a value.
    pub(crate) async fn put(&self, name: &str, value: SecretString) -> Result<(), CallFailure> {
        self.vault.put(name, value).await.map_err(|error| vault_failed(&error))
    }

    /// The app's secret, which an app that is not `confidential` does not have.
    pub(crate) async fn client_secret(&self, confidential: bool) -> Result<Option<SecretString>, CallFailure> {
        if !confidential {
            return Ok(None);
        }
        let secret = self.get(CLIENT_SECRET).await?;
        secret
            .map(Some)
            .ok_or_else(|| missing("no client secret is stored for this connection", "enter the client secret"))
    }

    /// The refresh token, written back before it is used: a vault that cannot be written now would lose the
    /// one that comes in its place (R32).
    pub(crate) async fn refresh_token(&mut self) -> Result<SecretString, CallFailure> {
        self.save().await?;
        let current = self.get(REFRESH_TOKEN).await?.ok_or_else(|| {
            missing("nobody has signed in to this connection yet", &format!("sign in to {}", self.crm))
        })?;
        self.put(REFRESH_TOKEN, current.clone()).await?;
        Ok(current)
    }

    /// Keeps the token that came in the place of the last, which is spent: without it the next start would have to sign
    /// in again. What the vault does not take now is kept here until it does.
    pub(crate) async fn rotated(&mut self, next: SecretString) -> Result<(), CallFailure> {
        self.unsaved = Some(next);
        self.save().await
    }

    /// Whether the vault lacks the newest refresh token.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.unsaved.is_some()
    }

    async fn save(&mut self) -> Result<(), CallFailure> {
        if let Some(token) = &self.unsaved {
            self.put(REFRESH_TOKEN, token.clone()).await?;
            self.unsaved = None;
        }
        Ok(())
    }
}

/// Something that only a sign-in, or an admin, can bring.
pub(crate) fn missing(message: &str, hint: &str) -> CallFailure {
    CallFailure {
        class: FailureClass::Credentials,
        scope: FailureScope::Connection,
        status: None,
        message: message.to_owned(),
        hint: hint.to_owned(),
        item: None,
    }
}

/// A locked keychain opens again when its owner comes back: it is waited for.
pub(crate) fn vault_failed(error: &VaultError) -> CallFailure {
    CallFailure {
        class: FailureClass::Unreachable,
        scope: FailureScope::Connection,
        status: None,
        message: error.to_string(),
        hint: "unlock the keychain, or give the key of the secrets file".into(),
        item: None,
    }
}
