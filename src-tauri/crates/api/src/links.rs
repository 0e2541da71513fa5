//! Commands about the case that a conversation has.

use casebridge_engine::links::{LinkEffect, LinkTo};
use casebridge_engine::{Engine, EngineError};
use serde_json::{Value, json};

use crate::commands::{CaseDecision, CaseTarget};
use crate::dto::links::CaseEffect;
use crate::error::{ApiError, Code};

async fn connection(engine: &Engine, named: Option<String>) -> Result<String, ApiError> {
    if let Some(name) = named {
        return Ok(name);
    }
    match engine.connections().await?.as_slice() {
        [one] => Ok(one.name.clone()),
        several => Err(ApiError {
            code: Code::Invalid,
            message: format!("there are {} connections", several.len()),
            hint: "name one".into(),
            retry_after: None,
        }),
    }
}

fn target(to: CaseTarget) -> LinkTo {
    match to {
        CaseTarget::New => LinkTo::New,
        CaseTarget::Case { named } => LinkTo::Case(named),
        CaseTarget::Survivor => LinkTo::Survivor,
        CaseTarget::Nothing => LinkTo::Nothing,
    }
}

fn shown(effect: LinkEffect) -> Value {
    json!(CaseEffect::from(effect))
}

pub(crate) async fn preview(engine: &Engine, decision: CaseDecision) -> Result<Value, ApiError> {
    let session = engine.find_session(&decision.session).await?;
    let connection = connection(engine, decision.connection).await?;
    Ok(shown(engine.link_preview(session, &connection, &target(decision.to)).await?))
}

pub(crate) async fn decide(engine: &Engine, decision: CaseDecision, actor: &str) -> Result<Value, ApiError> {
    let session = engine.find_session(&decision.session).await?;
    let connection = connection(engine, decision.connection).await?;
    Ok(shown(engine.link(session, &connection, &target(decision.to), actor).await?))
}

pub(crate) async fn look(engine: &Engine, session: &str, named: Option<String>) -> Result<Value, ApiError> {
    let session = engine.find_session(session).await?;
    let connection = connection(engine, named).await?;
    engine.look_at_case(session, &connection).await.map_err(|error: EngineError| ApiError::from(error))?;
    Ok(json!({ "session": session }))
}
