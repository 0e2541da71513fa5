//! Bearer keys of the sessions API. The key is shown once; only its hash is kept.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casebridge_domain::KeyId;
use casebridge_store::ApiKey;
use rand::RngCore as _;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Engine;
use crate::error::EngineError;

fn hash(key: &str) -> Vec<u8> {
    // 256 random bits need no slow hash.
    Sha256::digest(key.as_bytes()).to_vec()
}

impl Engine {
    /// Makes a key; the text is not kept anywhere.
    pub async fn create_key(&self, name: &str, actor: &str) -> Result<(ApiKey, SecretString), EngineError> {
        if name.trim().is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            return Err(EngineError::invalid("name", "is not usable", "give 1 to 64 printable characters"));
        }
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        let text = format!("cbk_{}", BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let now = self.inner.clock.now();
        let key = ApiKey { id: KeyId(Uuid::now_v7()), name: name.trim().to_owned(), created_at: now, revoked_at: None };
        self.inner.store.add_key(key.clone(), hash(&text)).await?;
        let detail = serde_json::json!({ "name": key.name });
        self.inner.store.audit(actor, "key.create", &key.id.to_string(), detail, now).await?;
        Ok((key, SecretString::from(text)))
    }

    /// All keys, revoked ones too.
    pub async fn keys(&self) -> Result<Vec<ApiKey>, EngineError> {
        Ok(self.inner.store.keys().await?)
    }

    /// The live key behind a bearer text. Looked up by hash, so that timing tells nothing of the key.
    pub async fn key(&self, bearer: &str) -> Result<Option<ApiKey>, EngineError> {
        Ok(self.inner.store.key_by_hash(&hash(bearer)).await?)
    }

    /// Revokes a key, by id or unique name.
    pub async fn revoke_key(&self, name: &str, actor: &str) -> Result<ApiKey, EngineError> {
        let keys = self.inner.store.keys().await?;
        let mut live =
            keys.into_iter().filter(|key| key.revoked_at.is_none() && (key.name == name || key.id.to_string() == name));
        let key = live.next().ok_or_else(|| EngineError::NotFound { what: "live key", name: name.to_owned() })?;
        if live.next().is_some() {
            return Err(EngineError::invalid("name", "names several keys", "give the key's id instead"));
        }
        let now = self.inner.clock.now();
        self.inner.store.revoke_key(key.id, now).await?;
        let detail = serde_json::json!({ "name": key.name });
        self.inner.store.audit(actor, "key.revoke", &key.id.to_string(), detail, now).await?;
        Ok(key)
    }
}
