//! Commands about connections.

use casebridge_domain::Connection;
use casebridge_engine::Engine;
use casebridge_engine::connections::{ConnectionChange, NewCreatio, creatio_settings};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::commands::{ConnectionAdd, ConnectionSet, Secret};
use crate::error::ApiError;

fn view(connection: &Connection) -> Value {
    json!({
        "id": connection.id,
        "name": connection.name,
        "kind": connection.kind,
        "instance": connection.instance,
        "mode": connection.modes.current(),
        "settings": connection.settings,
        "paused": connection.pause,
        "last_success_at": connection.last_success_at,
        "created_at": connection.created_at,
    })
}

pub(crate) async fn add(engine: &Engine, add: ConnectionAdd, actor: &str) -> Result<Value, ApiError> {
    let settings = creatio_settings(&Value::Object(add.settings))?;
    let new = NewCreatio { name: add.name, mode: add.mode, settings, secret: add.secret.map(|secret| secret.0) };
    Ok(view(&engine.add_creatio(new, actor).await?))
}

pub(crate) async fn set(engine: &Engine, set: ConnectionSet, actor: &str) -> Result<Value, ApiError> {
    let change = ConnectionChange { mode: set.mode, settings: set.settings, secret: set.secret.map(|secret| secret.0) };
    Ok(view(&engine.change_connection(&set.name, change, actor).await?))
}

pub(crate) async fn list(engine: &Engine) -> Result<Value, ApiError> {
    Ok(engine.connections().await?.iter().map(view).collect())
}

pub(crate) async fn test(engine: &Engine, name: &str) -> Result<Value, ApiError> {
    let report = engine.test_connection(name).await?;
    Ok(json!({ "good": report.is_good(), "report": report }))
}

pub(crate) async fn remove(engine: &Engine, name: &str, actor: &str) -> Result<Value, ApiError> {
    Ok(view(&engine.remove_connection(name, actor).await?))
}

pub(crate) async fn begin_sign_in(engine: &Engine, name: &str) -> Result<Value, ApiError> {
    let step = engine.begin_sign_in(name).await?;
    Ok(json!({ "url": step.url.as_str(), "redirect_uri": step.redirect_uri.as_str() }))
}

pub(crate) async fn finish_sign_in(
    engine: &Engine,
    name: &str,
    brought: &Secret,
    actor: &str,
) -> Result<Value, ApiError> {
    engine.finish_sign_in(name, brought.0.expose_secret(), actor).await?;
    Ok(json!({ "name": name }))
}
