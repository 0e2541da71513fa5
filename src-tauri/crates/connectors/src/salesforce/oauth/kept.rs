//! An access token in the vault, for whoever else works with the same sign-in.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::Bearer;
use super::exchange::Granted;
use crate::creatio::is_safe;
use crate::salesforce::ids::SalesforceId;

/// Name of the access token in the vault.
pub const SESSION: &str = "session";

/// A token with what it is good for. Without `Debug`: it is a secret.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    access: String,
    instance: Url,
    pub(super) org: SalesforceId,
    user: SalesforceId,
}

impl Kept {
    pub(super) fn of(granted: &Granted) -> Self {
        Kept {
            access: granted.access.expose_secret().to_owned(),
            instance: granted.instance.clone(),
            org: granted.org,
            user: granted.user,
        }
    }

    /// What another version of the program left, or nobody, is none.
    pub(super) fn read(text: &SecretString) -> Option<Self> {
        let kept: Self = serde_json::from_str(text.expose_secret()).ok()?;
        is_safe(&kept.instance).then_some(kept)
    }

    pub(super) fn write(&self) -> SecretString {
        SecretString::from(serde_json::to_string(self).unwrap_or_default())
    }

    /// Whether it is this token.
    pub(super) fn is(&self, token: &SecretString) -> bool {
        self.access == token.expose_secret()
    }

    pub(super) fn into_bearer(self) -> Bearer {
        Bearer {
            token: Arc::new(SecretString::from(self.access)),
            instance: self.instance,
            user: self.user,
            granted: false,
        }
    }
}
