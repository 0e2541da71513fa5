//! Commands about connections.

use casebridge_domain::Connection;
use casebridge_engine::connections::{ConnectionChange, NewConnection};
use casebridge_engine::removal::{GivenBack, Removed};
use casebridge_engine::{CrmSettings, Engine};
use serde_json::{Value, json};

use crate::commands::{ConnectionAdd, ConnectionSet, ConnectionTry, CrmChoices};
use crate::dto::connections::{
    AddReport, Choice, ConnectionHealth, ConnectionView, Footprint, Right, SetReport, TestCheck, TestFailure,
    TestReport, TestResult, Week,
};
use crate::dto::time;
use crate::error::ApiError;

async fn view(engine: &Engine, connection: &Connection) -> Result<ConnectionView, ApiError> {
    let health = engine.health(connection).await?;
    Ok(ConnectionView {
        health: ConnectionHealth::new(connection, health),
        settings: connection.settings.clone(),
        route: Some(connection.route.clone()),
        created_at: time(connection.created_at),
    })
}

pub(crate) async fn add(engine: &Engine, add: ConnectionAdd, actor: &str) -> Result<Value, ApiError> {
    let settings = CrmSettings::read(add.kind, &Value::Object(add.settings))?;
    let ConnectionAdd { name, mode, route, secret, .. } = add;
    let new = NewConnection { name, mode, route, settings, secret: secret.map(|secret| secret.0) };
    let connection = engine.add_connection(new, actor).await?;
    Ok(json!(view(engine, &connection).await?))
}

pub(crate) async fn try_out(engine: &Engine, trial: ConnectionTry) -> Result<Value, ApiError> {
    let settings = CrmSettings::read(trial.kind, &Value::Object(trial.settings))?;
    Ok(json!(report(engine.try_settings(&settings, trial.secret.map(|secret| secret.0)).await?)))
}

pub(crate) async fn try_and_add(engine: &Engine, wish: ConnectionAdd, actor: &str) -> Result<Value, ApiError> {
    let settings = CrmSettings::read(wish.kind, &Value::Object(wish.settings.clone()))?;
    let secret = wish.secret.as_ref().map(|secret| secret.0.clone());
    let report = report(engine.try_settings(&settings, secret.clone()).await?);
    let added = match report.good {
        true => {
            let new = NewConnection { name: wish.name, mode: wish.mode, route: wish.route, settings, secret };
            Some(view(engine, &engine.add_connection(new, actor).await?).await?)
        }
        false => None,
    };
    Ok(json!(AddReport { report, added }))
}

pub(crate) fn report(found: casebridge_engine::connections::TestReport) -> TestReport {
    let good = found.is_good();
    let checks = found.checks.into_iter().map(|check| TestCheck {
        right: check.right().map(|(verb, object)| Right { verb: verb.into(), object: object.into() }),
        what: check.what,
        proof: json!(check.proof),
        detail: check.detail,
        hint: Some(check.hint).filter(|hint| !hint.is_empty()),
    });
    let checks = checks.collect();
    let failure = found.failure.map(|failure| TestFailure {
        class: format!("{:?}", failure.class).split([' ', '{']).next().unwrap_or_default().to_lowercase(),
        message: failure.message,
        hint: failure.hint,
        status: failure.status,
    });
    TestReport { good, report: TestResult { identity: found.identity, checks, failure } }
}

pub(crate) async fn choices(engine: &Engine, wish: CrmChoices) -> Result<Value, ApiError> {
    let found = engine.choices(&wish.connection, wish.what, wish.query.as_deref()).await?;
    // Settings hold ids as the CRM writes them, whatever they travel in.
    let kind = engine.connection(&wish.connection).await?.kind;
    let choice = |one: casebridge_engine::connections::Choice| Choice {
        id: casebridge_engine::crm_id(kind, one.id),
        ..Choice::from(one)
    };
    Ok(found.into_iter().map(|one| json!(choice(one))).collect())
}

pub(crate) async fn try_and_set(engine: &Engine, set: ConnectionSet, actor: &str) -> Result<Value, ApiError> {
    let secret = set.secret.map(|secret| secret.0);
    let change = ConnectionChange { mode: set.mode, settings: set.settings, secret, route: set.route };
    let report = report(engine.try_change(&set.name, &change).await?);
    let saved = match report.good {
        true => Some(view(engine, &engine.change_connection(&set.name, change, actor).await?).await?),
        false => None,
    };
    Ok(json!(SetReport { report, saved }))
}

pub(crate) async fn pause(engine: &Engine, name: &str, actor: &str) -> Result<Value, ApiError> {
    Ok(json!(view(engine, &engine.pause_connection(name, actor).await?).await?))
}

pub(crate) async fn resume(engine: &Engine, name: &str, actor: &str) -> Result<Value, ApiError> {
    Ok(json!(view(engine, &engine.resume_connection(name, actor).await?).await?))
}

pub(crate) async fn footprint(engine: &Engine, name: &str) -> Result<Value, ApiError> {
    let (found, lanes) = engine.footprint(name).await?;
    Ok(json!(Footprint {
        conversations: lanes.all,
        waiting: lanes.due + lanes.parked,
        cases: found.cases,
        open_cases: found.open_cases,
        held_replies: found.held_replies,
    }))
}

pub(crate) async fn week(engine: &Engine) -> Result<Value, ApiError> {
    let found = engine.week().await?;
    Ok(json!(Week {
        began: found.began,
        looked_at: found.looked_at,
        spoke: found.spoke,
        handed_off: found.handed_off,
        oldest: found.oldest.map(time),
    }))
}

pub(crate) async fn set(engine: &Engine, set: ConnectionSet, actor: &str) -> Result<Value, ApiError> {
    let secret = set.secret.map(|secret| secret.0);
    let change = ConnectionChange { mode: set.mode, settings: set.settings, secret, route: set.route };
    let connection = engine.change_connection(&set.name, change, actor).await?;
    Ok(json!(view(engine, &connection).await?))
}

pub(crate) async fn list(engine: &Engine) -> Result<Value, ApiError> {
    let mut views = Vec::new();
    for connection in engine.connections().await? {
        views.push(view(engine, &connection).await?);
    }
    Ok(json!(views))
}

pub(crate) async fn test(engine: &Engine, name: &str) -> Result<Value, ApiError> {
    Ok(json!(report(engine.test_connection(name).await?)))
}

pub(crate) async fn take_over(engine: &Engine, name: &str, actor: &str) -> Result<Value, ApiError> {
    let cases = engine.take_over(name, actor).await?;
    Ok(json!({ "taken_over": name, "cases": cases }))
}

pub(crate) async fn remove(engine: &Engine, name: &str, actor: &str) -> Result<Value, ApiError> {
    let Removed { connection, sign_in, left_there } = engine.remove_connection(name, actor).await?;
    let (sign_in, failure) = match sign_in {
        GivenBack::Nothing => ("none", None),
        GivenBack::Revoked => ("revoked", None),
        GivenBack::Failed(failure) => ("failed", Some(json!({ "message": failure.message, "hint": failure.hint }))),
    };
    Ok(json!({
        "id": connection.id, "name": connection.name,
        "sign_in": sign_in, "failure": failure, "left_there": left_there,
    }))
}
