//! `/sandbox/...`: the stand-in from another process. Exists only with a control token.

use std::sync::Arc;

use axum::Json as Body;
use axum::Router;
use axum::extract::{Path, Query, Request, State as From};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::callback::Recipe;
use super::fault::FaultPlan;
use super::person::Act;
use super::refusal::Refusal;
use super::sandbox::SalesforceSandbox;
use super::shared::Shared;

type Inside = From<Arc<Shared>>;

fn handle(shared: Arc<Shared>) -> SalesforceSandbox {
    SalesforceSandbox { shared }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sandbox/state", get(state))
        .route("/sandbox/records/{object}", get(records))
        .route("/sandbox/ledger", get(|From(shared): Inside| async move { Body(handle(shared).record_ledger()) }))
        .route("/sandbox/requests", get(requests).delete(clear_requests))
        .route(
            "/sandbox/requests/summary",
            get(|From(shared): Inside| async move { Body(handle(shared).request_counts()) }),
        )
        .route(
            "/sandbox/faults",
            get(|From(shared): Inside| async move { Body(handle(shared).faults()) }).put(set_faults),
        )
        .route("/sandbox/callouts", get(|From(shared): Inside| async move { Body(handle(shared).callouts()) }))
        .route("/sandbox/recipes", put(set_recipes))
        .route("/sandbox/act", post(act))
        .route("/sandbox/stamp", post(stamp))
        .route("/sandbox/session", post(session))
        .route("/sandbox/used-by-others", put(used))
        .route("/sandbox/revoke-tokens", post(revoke))
        .route("/sandbox/reset", post(reset))
}

/// Lets in who knows the token, in the header or in the address; without a token there is nothing here.
pub(crate) async fn guard(From(shared): Inside, request: Request, next: Next) -> Response {
    match knows_token(&shared, &request) {
        true => next.run(request).await,
        false => refused_entry(&shared),
    }
}

/// Whether a request brings the token.
pub(crate) fn knows_token(shared: &Shared, request: &Request) -> bool {
    let header = request.headers().get("x-sandbox-token").and_then(|value| value.to_str().ok());
    let query = request.uri().query().unwrap_or_default();
    let in_query = query.split('&').find_map(|pair| pair.strip_prefix("token="));
    shared.config.control_token.is_some() && header.or(in_query) == shared.config.control_token.as_deref()
}

/// What is answered to who does not: without a token there is nothing here.
pub(crate) fn refused_entry(shared: &Shared) -> Response {
    let words = "The sandbox token is missing or wrong";
    match shared.config.control_token.is_some() {
        true => (StatusCode::UNAUTHORIZED, Body(json!({ "error": words }))).into_response(),
        false => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn state(From(shared): Inside) -> Body<Json> {
    let now = shared.config.clock.now();
    let state = &mut *shared.lock();
    let counts: serde_json::Map<String, Json> = state
        .database
        .objects
        .iter()
        .map(|object| (object.name.clone(), json!(state.database.table(&object.name).rows.len())))
        .collect();
    Body(json!({
        "now": now,
        "records": counts,
        "writes": state.database.ledger.len(),
        "requests": state.requests.counts,
        "callouts": state.callbacks.calls.len(),
        "api_usage": state.usage.used(now) + state.used_by_others,
        "api_limit": shared.config.daily_limit,
        "deployed": state.database.metadata.keys().map(|(kind, name)| format!("{kind}:{name}")).collect::<Vec<String>>(),
        "rules": state.database.rules.iter().map(|rule| format!("{}.{}", rule.object, rule.name)).collect::<Vec<String>>(),
    }))
}

async fn records(From(shared): Inside, Path(object): Path<String>) -> Response {
    let known = shared.lock().database.object(&object).is_some();
    if !known {
        return StatusCode::NOT_FOUND.into_response();
    }
    Body(handle(shared).records(&object)).into_response()
}

fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Body(json!([refusal.top()]))).into_response()
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: u64,
}

async fn requests(From(shared): Inside, Query(Since { since }): Query<Since>) -> Response {
    Body(handle(shared).requests_since(since)).into_response()
}

async fn clear_requests(From(shared): Inside) -> StatusCode {
    handle(shared).clear_requests();
    StatusCode::NO_CONTENT
}

async fn set_faults(From(shared): Inside, Body(plan): Body<FaultPlan>) -> StatusCode {
    handle(shared).set_faults(plan);
    StatusCode::NO_CONTENT
}

async fn set_recipes(From(shared): Inside, Body(recipes): Body<Vec<Recipe>>) -> StatusCode {
    handle(shared).set_recipes(recipes);
    StatusCode::NO_CONTENT
}

/// One act, with `by` beside it: a user's id, else the administrator.
async fn act(From(shared): Inside, Body(mut body): Body<Json>) -> Response {
    let by = body.as_object_mut().and_then(|fields| fields.shift_remove("by"));
    let by = by.as_ref().and_then(Json::as_str);
    let act = match serde_json::from_value::<Act>(body) {
        Ok(act) => act,
        Err(error) => {
            return (StatusCode::UNPROCESSABLE_ENTITY, Body(json!({ "error": error.to_string() }))).into_response();
        }
    };
    match handle(shared).act(by, &act) {
        Ok(id) => Body(json!({ "Id": id })).into_response(),
        Err(refusal) => refused(&refusal),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stamp {
    entity: String,
    ids: Vec<String>,
    at: Timestamp,
}

async fn stamp(From(shared): Inside, Body(Stamp { entity, ids, at }): Body<Stamp>) -> Response {
    match handle(shared).stamp_all(&entity, &ids, at) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refused(&refusal),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    username: String,
}

async fn session(From(shared): Inside, Body(Session { username }): Body<Session>) -> Response {
    match handle(shared).session(&username) {
        Some(token) => Body(json!({ "access_token": token })).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn used(From(shared): Inside, Body(calls): Body<u64>) -> StatusCode {
    handle(shared).set_used_by_others(calls);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Revoke {
    #[serde(default)]
    refresh: bool,
}

async fn revoke(From(shared): Inside, Query(Revoke { refresh }): Query<Revoke>) -> StatusCode {
    handle(shared).revoke_tokens(refresh);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Keep {
    /// `faults` keeps the plan.
    #[serde(default)]
    keep: String,
}

async fn reset(From(shared): Inside, Query(Keep { keep }): Query<Keep>) -> StatusCode {
    let sandbox = handle(shared);
    let plan = sandbox.faults();
    sandbox.reset();
    if keep == "faults" {
        sandbox.set_faults(plan);
    }
    StatusCode::NO_CONTENT
}
