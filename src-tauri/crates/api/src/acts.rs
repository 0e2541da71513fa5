//! Commands with which people act on conversations.

use casebridge_engine::Engine;
use casebridge_engine::acts::Act;
use serde_json::{Value, json};

use crate::commands::SessionReply;
use crate::error::ApiError;

pub(crate) async fn reply(engine: &Engine, reply: SessionReply, actor: &str) -> Result<Value, ApiError> {
    let session = engine.find_session(&reply.session).await?;
    Ok(json!({ "seq": engine.reply_from_console(session, reply.id, &reply.text, actor).await? }))
}

async fn act(engine: &Engine, session: &str, act: Act, actor: &str) -> Result<Value, ApiError> {
    let session = engine.find_session(session).await?;
    Ok(json!({ "seq": engine.act(session, act, actor).await? }))
}

pub(crate) async fn take_over(engine: &Engine, session: &str, actor: &str) -> Result<Value, ApiError> {
    act(engine, session, Act::TakeOver, actor).await
}

pub(crate) async fn give_back(engine: &Engine, session: &str, actor: &str) -> Result<Value, ApiError> {
    act(engine, session, Act::GiveBack, actor).await
}

pub(crate) async fn assign(engine: &Engine, session: &str, to: String, actor: &str) -> Result<Value, ApiError> {
    act(engine, session, Act::Assign { to: to.trim().to_owned() }, actor).await
}

pub(crate) async fn hand_off(
    engine: &Engine,
    session: &str,
    reason: Option<String>,
    actor: &str,
) -> Result<Value, ApiError> {
    let reason = reason.filter(|reason| !reason.trim().is_empty());
    act(engine, session, Act::HandOff { reason }, actor).await
}

pub(crate) async fn resolve(engine: &Engine, session: &str, actor: &str) -> Result<Value, ApiError> {
    act(engine, session, Act::Resolve, actor).await
}

pub(crate) async fn reopen(engine: &Engine, session: &str, actor: &str) -> Result<Value, ApiError> {
    act(engine, session, Act::Reopen, actor).await
}
