//! Commands about the console itself: who may come in, and the first run.

use casebridge_domain::ConnectionKind;
use casebridge_engine::Engine;
use casebridge_engine::logging::{Area, LogLevel};
use casebridge_engine::visitors::{LINK_LIVES, Role};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::Host;
use crate::dto::logging::LogView;
use crate::error::ApiError;

pub(crate) async fn link(engine: &Engine, name: &str, role: Role, actor: &str) -> Result<Value, ApiError> {
    let link = engine.make_link(name, role, actor).await?;
    let path = format!("/console/enter?link={}", link.expose_secret());
    let host = engine.own_name().await?;
    Ok(json!({ "name": name, "role": role, "path": path, "host": host, "minutes": LINK_LIVES.as_secs() / 60 }))
}

pub(crate) async fn visitors(engine: &Engine) -> Result<Value, ApiError> {
    Ok(json!(engine.visitors().await?))
}

pub(crate) async fn dismiss(engine: &Engine, id: &str, actor: &str) -> Result<Value, ApiError> {
    engine.dismiss(id, actor).await?;
    Ok(json!({ "id": id }))
}

pub(crate) async fn sandbox(host: &Host, kind: ConnectionKind) -> Result<Value, ApiError> {
    let Some(start) = &host.sandbox else {
        return Err(ApiError::invalid("this engine has no stand-in CRM", "run `casebridged serve`"));
    };
    Ok(json!({ "page": start(kind).await? }))
}

pub(crate) async fn log(engine: &Engine) -> Result<Value, ApiError> {
    Ok(json!(LogView::from(engine.log_state().await?)))
}

pub(crate) async fn set_log(
    engine: &Engine,
    area: Area,
    level: Option<LogLevel>,
    keep: bool,
    actor: &str,
) -> Result<Value, ApiError> {
    Ok(json!(LogView::from(engine.set_log_level(area, level, keep, actor).await?)))
}
