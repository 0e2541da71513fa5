//! Which path leads where, on which listener.

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};

use std::sync::Arc;

use crate::body::MOST_BYTES;
use crate::guard::guard;
use crate::observe::observed;
use crate::problem::{Kind, Problem};
use crate::return_page::only_get;
use crate::state::{GatewayState, Shared};
use crate::{console, events, health, openapi, replies, returned, sessions, shortcuts, ui, webhooks};

/// The console, the command line and the sessions API: for the loopback listener, or that of a team server.
pub fn console_router(state: GatewayState) -> Router {
    let hosts = state.hosts.clone();
    let router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/v1/openapi.json", get(openapi::document))
        .route("/v1/sessions", get(sessions::find).post(sessions::create))
        .route("/v1/sessions/{id}", get(sessions::read))
        .route("/v1/sessions/{id}/events", get(events::page).post(events::append))
        .route("/v1/sessions/{id}/handoff", post(shortcuts::hand_off))
        .route("/v1/sessions/{id}/resolve", post(shortcuts::resolve))
        .route("/v1/sessions/{id}/reopen", post(shortcuts::reopen))
        .route("/v1/replies", get(replies::list))
        .route("/v1/replies/stream", get(replies::stream))
        .route("/v1/replies/{id}/taken", post(replies::taken))
        .route("/console/call", post(console::call))
        .route("/console/me", get(console::me))
        .route("/console/enter", get(console::enter))
        .route("/console/events", get(console::events))
        .fallback(page_or_unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .layer(from_fn_with_state(hosts, guard))
        .with_state(Arc::new(state));
    observed(router)
}

/// What a tunnel or proxy is pointed at. It answers to any host name, and has nothing of the console.
pub fn public_router(state: GatewayState) -> Router {
    let router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/webhooks/creatio/{token}", post(webhooks::creatio))
        .route("/oauth/creatio/callback", get(returned::back).head(only_get).options(only_get))
        .route("/oauth/salesforce/callback", get(returned::back).head(only_get).options(only_get))
        .route("/webhooks/salesforce/{token}", post(webhooks::salesforce))
        // A Named Credential's address may end with a slash, and the query follows on it.
        .route("/webhooks/salesforce/{token}/", post(webhooks::salesforce))
        .with_state(Arc::new(state))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MOST_BYTES));
    observed(router)
}

async fn page_or_unknown(State(state): State<Shared>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let page = match &state.ui {
        Some(ui) => ui::file(ui, &method, uri.path(), &headers).await,
        None => None,
    };
    match page {
        Some(page) => page,
        None => unknown().await.into_response(),
    }
}

async fn unknown() -> Problem {
    Problem::new(Kind::NotFound, "nothing is served under this path").hint("GET /v1/openapi.json lists what is")
}

async fn wrong_method() -> Problem {
    Problem::new(Kind::Method, "the path exists, but not with this method").hint("the header `Allow` lists the methods")
}
