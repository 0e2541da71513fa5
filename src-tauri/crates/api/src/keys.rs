//! Commands about keys of the sessions API.

use casebridge_engine::Engine;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::error::ApiError;

pub(crate) async fn create(engine: &Engine, name: &str, actor: &str) -> Result<Value, ApiError> {
    let (key, text) = engine.create_key(name, actor).await?;
    Ok(json!({ "id": key.id, "name": key.name, "key": text.expose_secret() }))
}

pub(crate) async fn list(engine: &Engine) -> Result<Value, ApiError> {
    Ok(json!(engine.keys().await?))
}

pub(crate) async fn revoke(engine: &Engine, name: &str, actor: &str) -> Result<Value, ApiError> {
    let key = engine.revoke_key(name, actor).await?;
    Ok(json!({ "id": key.id, "name": key.name }))
}
