//! `/sandbox/...`: the stand-in from another process. Exists only with a control token.

use std::sync::Arc;

use axum::Json as Body;
use axum::Router;
use axum::extract::{Path, Query, Request, State as From};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, patch, post, put};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::control_acts;
use super::fault::FaultPlan;
use super::refusal::Refusal;
use super::rights::Rights;
use super::sandbox::CreatioSandbox;
use super::shared::Shared;
use super::signal::SignalSubscription;

type Inside = From<Arc<Shared>>;

fn handle(shared: Arc<Shared>) -> CreatioSandbox {
    CreatioSandbox { shared }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sandbox/state", get(state))
        .route("/sandbox/clients", get(clients))
        .route("/sandbox/records/{entity}", get(records).post(insert))
        .route("/sandbox/records/{entity}/{id}", patch(update).delete(delete))
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
        .route(
            "/sandbox/rights",
            get(|From(shared): Inside| async move { Body(handle(shared).rights()) }).put(set_rights),
        )
        .route(
            "/sandbox/notifications",
            get(|From(shared): Inside| async move { Body(handle(shared).notifications()) }),
        )
        .route("/sandbox/signals", get(|From(shared): Inside| async move { Body(handle(shared).signals()) }))
        .route("/sandbox/subscriptions", put(set_subscriptions))
        .route("/sandbox/act", post(control_acts::act))
        .route("/sandbox/columns", put(control_acts::alter))
        .route("/sandbox/recipe", put(control_acts::set_recipe))
        .route("/sandbox/stamp", post(control_acts::stamp))
        .route("/sandbox/reset", post(reset))
        .route("/sandbox/revoke-tokens", post(revoke))
        .route("/sandbox/close-resolved-cases", post(close))
}

/// Lets in who knows the token, in the header or in the address; without a token there is nothing here.
pub(crate) async fn guard(From(shared): Inside, request: Request, next: Next) -> Response {
    let Some(wanted) = &shared.config.control_token else { return StatusCode::NOT_FOUND.into_response() };
    let header = request.headers().get("x-sandbox-token").and_then(|value| value.to_str().ok());
    let query = request.uri().query().unwrap_or_default();
    let in_query = query.split('&').find_map(|pair| pair.strip_prefix("token="));
    if header.or(in_query) != Some(wanted) {
        return (StatusCode::UNAUTHORIZED, Body(json!({ "error": "The sandbox token is missing or wrong" })))
            .into_response();
    }
    next.run(request).await
}

/// What System Designer shows whoever makes an OAuth application: id and secret.
async fn clients(From(shared): Inside) -> Body<Json> {
    let state = shared.config.clients.iter();
    Body(state.map(|client| json!({ "client_id": client.client_id, "client_secret": client.client_secret })).collect())
}

async fn state(From(shared): Inside) -> Body<Json> {
    let state = shared.lock();
    let counts: serde_json::Map<String, Json> = state
        .database
        .schema
        .entities
        .iter()
        .map(|entity| {
            (entity.name.clone(), json!(state.database.table(&entity.name).map_or(0, super::table::Table::len)))
        })
        .collect();
    Body(json!({
        "host": shared.config.host,
        "now": shared.config.clock.now(),
        "records": counts,
        "writes": state.database.records.len(),
        "requests": state.requests.counts,
        "notifications": state.database.notifications.len(),
        "signals": state.signals.fired.len(),
    }))
}

async fn records(From(shared): Inside, Path(entity): Path<String>) -> Response {
    let known = shared.lock().database.entity(&entity).is_some();
    if !known {
        return StatusCode::NOT_FOUND.into_response();
    }
    Body(handle(shared).records(&entity)).into_response()
}

pub(super) fn refused(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, refusal.text()).into_response()
}

/// A row made by "the person", every server rule included.
async fn insert(From(shared): Inside, Path(entity): Path<String>, Body(body): Body<Json>) -> Response {
    match handle(shared).insert(&entity, &body) {
        Ok(id) => (StatusCode::CREATED, Body(json!({ "Id": id }))).into_response(),
        Err(refusal) => refused(&refusal),
    }
}

async fn update(From(shared): Inside, Path((entity, id)): Path<(String, Uuid)>, Body(body): Body<Json>) -> Response {
    match handle(shared).update(&entity, id, &body) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refused(&refusal),
    }
}

async fn delete(From(shared): Inside, Path((entity, id)): Path<(String, Uuid)>) -> Response {
    match handle(shared).delete(&entity, id) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refused(&refusal),
    }
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

async fn set_rights(From(shared): Inside, Body(rights): Body<Rights>) -> StatusCode {
    handle(shared).set_rights(rights);
    StatusCode::NO_CONTENT
}

async fn set_subscriptions(From(shared): Inside, Body(list): Body<Vec<SignalSubscription>>) -> StatusCode {
    handle(shared).set_subscriptions(list);
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

#[derive(Deserialize)]
struct Revoke {
    #[serde(default)]
    refresh: bool,
}

async fn revoke(From(shared): Inside, Query(Revoke { refresh }): Query<Revoke>) -> StatusCode {
    handle(shared).revoke_tokens(refresh);
    StatusCode::NO_CONTENT
}

async fn close(From(shared): Inside) -> Response {
    Body(json!({ "closed": handle(shared).close_resolved_cases() })).into_response()
}
