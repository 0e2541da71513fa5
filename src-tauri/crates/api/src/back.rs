//! Commands about the way back: replies, the doctor, exports.

use casebridge_domain::ReplyId;
use casebridge_engine::{Engine, EngineError, Reply};
use serde_json::{Value, json};

use crate::commands::{RepliesPreview, RepliesSelection};
use crate::dto::connections::{Doctor, Finding};
use crate::dto::conversation::ReplyView;
use crate::error::ApiError;

fn reply_id(text: &str) -> Result<ReplyId, ApiError> {
    text.parse().map_err(|_| ApiError::from(EngineError::NotFound { what: "reply", name: text.to_owned() }))
}

pub(crate) async fn replies_list(engine: &Engine, selection: RepliesSelection) -> Result<Value, ApiError> {
    let session = match &selection.session {
        Some(text) => Some(engine.find_session(text).await?),
        None => None,
    };
    let limit = if selection.limit > 0 { selection.limit } else { 100 };
    let found = engine.replies(session, selection.state, limit).await?;
    Ok(json!(replies(engine, found).await?))
}

/// Replies as they are shown: with the connection's name, and with the words of those that are held.
pub(crate) async fn replies(engine: &Engine, found: Vec<Reply>) -> Result<Vec<ReplyView>, ApiError> {
    let connections = engine.connections().await?;
    let mut views = Vec::with_capacity(found.len());
    for reply in found {
        let said = match reply.state.as_str() {
            "held" => engine.store().held_reply(reply.id).await.map_err(EngineError::from)?,
            _ => None,
        };
        let said = said.map(|held| (held.record.author.and_then(|author| author.name), held.record.text));
        let name = connections.iter().find(|one| one.id == reply.connection).map(|one| one.name.clone());
        views.push(ReplyView::new(reply, name.unwrap_or_else(|| "removed".into()), said));
    }
    Ok(views)
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
    let findings = findings.into_iter().map(|one| Finding {
        connection: one.connection,
        what: one.what.to_owned(),
        grade: json!(one.grade),
        detail: one.detail,
        action: one.action,
    });
    Ok(json!(Doctor { good, findings: findings.collect() }))
}

pub(crate) async fn export(engine: &Engine, sessions: &[String], redacted: bool) -> Result<Value, ApiError> {
    let mut exported = Vec::with_capacity(sessions.len());
    for session in sessions {
        let id = engine.find_session(session).await?;
        exported.push(engine.export(id, redacted).await?);
    }
    Ok(Value::Array(exported))
}
