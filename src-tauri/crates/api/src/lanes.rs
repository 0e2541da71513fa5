//! Commands about lanes.

use casebridge_domain::{Consumer, SessionId};
use casebridge_engine::{Engine, LaneFilter};
use serde_json::{Value, json};

use crate::commands::{LaneName, LaneSelection};
use crate::error::{ApiError, Code};

async fn filter(engine: &Engine, selection: LaneSelection) -> Result<LaneFilter, ApiError> {
    let session = match &selection.session {
        Some(text) => Some(engine.find_session(text).await?),
        None => None,
    };
    let consumer = match &selection.connection {
        Some(name) => Some(Consumer::Crm(engine.connection(name).await?.id)),
        None => None,
    };
    Ok(LaneFilter {
        session,
        consumer,
        parked: selection.parked.then_some(true),
        unfinished: selection.unfinished,
        limit: selection.limit,
    })
}

async fn lane(engine: &Engine, name: LaneName) -> Result<(Consumer, SessionId), ApiError> {
    let session = engine.find_session(&name.session).await?;
    if let Some(connection) = &name.connection {
        return Ok((Consumer::Crm(engine.connection(connection).await?.id), session));
    }
    match engine.connections().await?.as_slice() {
        [one] => Ok((Consumer::Crm(one.id), session)),
        several => Err(ApiError {
            code: Code::Invalid,
            message: format!("there are {} connections", several.len()),
            hint: "name one with --connection".into(),
            retry_after: None,
        }),
    }
}

pub(crate) async fn list(engine: &Engine, selection: LaneSelection) -> Result<Value, ApiError> {
    let filter = filter(engine, selection).await?;
    Ok(json!(engine.lanes(filter).await?))
}

pub(crate) async fn retry(engine: &Engine, selection: LaneSelection, actor: &str) -> Result<Value, ApiError> {
    let filter = filter(engine, selection).await?;
    Ok(json!({ "count": engine.retry_lanes(filter, actor).await? }))
}

pub(crate) async fn skip(engine: &Engine, name: LaneName, seq: i64, actor: &str) -> Result<Value, ApiError> {
    let (consumer, session) = lane(engine, name).await?;
    engine.skip_event(consumer, session, seq, actor).await?;
    Ok(json!({ "session": session, "consumer": consumer, "skipped": seq }))
}

pub(crate) async fn park(engine: &Engine, name: LaneName, why: &str, actor: &str) -> Result<Value, ApiError> {
    let (consumer, session) = lane(engine, name).await?;
    engine.park_lane(consumer, session, why, actor).await?;
    Ok(json!({ "session": session, "consumer": consumer }))
}

pub(crate) async fn count(engine: &Engine) -> Result<Value, ApiError> {
    let mut counts = Vec::new();
    for connection in engine.connections().await? {
        let lanes = engine
            .store()
            .lane_counts(Consumer::Crm(connection.id))
            .await
            .map_err(casebridge_engine::EngineError::from)?;
        counts.push(json!({ "connection": connection.name, "lanes": lanes }));
    }
    Ok(Value::Array(counts))
}
