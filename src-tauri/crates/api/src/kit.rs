//! Commands about the set-up kit.

use casebridge_engine::Engine;
use casebridge_engine::kit::{files, named_credential_steps};
use serde_json::{Value, json};

use crate::dto::kit::{KitDeployView, KitFilesView, KitProgressView, KitView};
use crate::error::ApiError;

pub(crate) async fn state(engine: &Engine, name: &str) -> Result<Value, ApiError> {
    Ok(json!(KitView::from(engine.kit_state(name).await?)))
}

pub(crate) async fn deploy(engine: &Engine, name: &str, check_only: bool, actor: &str) -> Result<Value, ApiError> {
    Ok(json!(KitDeployView::from(engine.kit_deploy(name, check_only, actor).await?)))
}

pub(crate) async fn progress(engine: &Engine, name: &str, id: &str) -> Result<Value, ApiError> {
    Ok(json!(KitProgressView::from(engine.kit_deploy_status(name, id).await?)))
}

pub(crate) fn all_files() -> Value {
    json!(KitFilesView::new(files(), named_credential_steps(None)))
}
