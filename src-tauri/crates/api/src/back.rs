//! Commands about the way back: webhooks, replies, the doctor, exports.

use std::time::Duration;

use casebridge_domain::ReplyId;
use casebridge_engine::webhooks::{GRACE, WebhookAddress};
use casebridge_engine::{Engine, EngineError};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::commands::{RepliesPreview, RepliesSelection};
use crate::error::ApiError;

fn address(name: &str, address: &WebhookAddress) -> Value {
    let path = address.path.expose_secret();
    let url = address.public_url.as_ref().map(|public| format!("{}{path}", public.trim_end_matches('/')));
    json!({ "connection": name, "url": url, "path": path })
}

pub(crate) async fn webhook_url(engine: &Engine, name: &str, actor: &str) -> Result<Value, ApiError> {
    Ok(address(name, &engine.webhook_address(name, actor).await?))
}

pub(crate) async fn webhook_regenerate(
    engine: &Engine,
    name: &str,
    grace_minutes: Option<u64>,
    actor: &str,
) -> Result<Value, ApiError> {
    // A year is for ever; more does not fit into a calendar.
    let grace = grace_minutes.map_or(GRACE, |minutes| Duration::from_secs(minutes.min(525_600) * 60));
    let mut answer = address(name, &engine.regenerate_webhook(name, grace, actor).await?);
    answer["grace_minutes"] = json!(grace.as_secs() / 60);
    Ok(answer)
}

fn reply_id(text: &str) -> Result<ReplyId, ApiError> {
    text.parse().map_err(|_| ApiError::from(EngineError::NotFound { what: "reply", name: text.to_owned() }))
}

pub(crate) async fn replies_list(engine: &Engine, selection: RepliesSelection) -> Result<Value, ApiError> {
    let session = match &selection.session {
        Some(text) => Some(engine.find_session(text).await?),
        None => None,
    };
    let limit = if selection.limit > 0 { selection.limit } else { 100 };
    let mut replies = json!(engine.replies(session, selection.state, limit).await?);
    for reply in replies.as_array_mut().into_iter().flatten() {
        let why = serde_json::from_value::<casebridge_domain::absorb::HeldFor>(reply["held_for"].clone());
        if let Ok(why) = why {
            reply["reason"] = json!(why.reason());
        }
    }
    Ok(replies)
}

pub(crate) async fn replies_release(
    engine: &Engine,
    id: &str,
    session: Option<&str>,
    actor: &str,
) -> Result<Value, ApiError> {
    let session = match session {
        Some(text) => Some(engine.find_session(text).await?),
        None => None,
    };
    let session = engine.release_reply(reply_id(id)?, session, actor).await?;
    Ok(json!({ "reply": id, "session": session }))
}

pub(crate) async fn replies_discard(engine: &Engine, id: &str, actor: &str) -> Result<Value, ApiError> {
    engine.discard_reply(reply_id(id)?, actor).await?;
    Ok(json!({ "reply": id }))
}

pub(crate) async fn replies_preview(engine: &Engine, preview: RepliesPreview) -> Result<Value, ApiError> {
    let records = engine.preview_replies(&preview.connection, preview.replies, 20).await?;
    Ok(records
        .iter()
        .map(|record| {
            let author = record.author.as_ref().and_then(|author| author.name.clone());
            json!({
                "kind": record.record.kind, "record": record.record.id, "case": record.case, "at": record.at,
                "author": author, "text": record.text,
            })
        })
        .collect())
}

pub(crate) async fn restored(engine: &Engine, actor: &str) -> Result<Value, ApiError> {
    Ok(json!({ "cases": engine.mark_restored(actor).await? }))
}

pub(crate) async fn doctor(engine: &Engine) -> Result<Value, ApiError> {
    let findings = engine.doctor().await?;
    let good = !findings.iter().any(|finding| finding.grade == casebridge_engine::doctor::Grade::Bad);
    Ok(json!({ "good": good, "findings": findings }))
}

pub(crate) async fn export(engine: &Engine, sessions: &[String], redacted: bool) -> Result<Value, ApiError> {
    let mut exported = Vec::with_capacity(sessions.len());
    for session in sessions {
        let id = engine.find_session(session).await?;
        exported.push(engine.export(id, redacted).await?);
    }
    Ok(Value::Array(exported))
}
