//! Commands about sessions.

use casebridge_engine::Engine;
use serde_json::{Value, json};

use crate::error::ApiError;

pub(crate) async fn trace(engine: &Engine, session: &str) -> Result<Value, ApiError> {
    let id = engine.find_session(session).await?;
    Ok(json!(engine.trace(id).await?))
}

pub(crate) async fn explain(engine: &Engine, session: &str) -> Result<Value, ApiError> {
    let id = engine.find_session(session).await?;
    Ok(json!(engine.explain(id).await?))
}
