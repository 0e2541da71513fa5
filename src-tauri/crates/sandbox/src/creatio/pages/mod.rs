//! A small web page on which a person reads cases and works on them, as they would in the CRM.
//!
//! There is no Content-Security-Policy here on purpose: the real record pages render their HTML columns without one
//! that helps, so this is where an unescaped customer message shows what it would do to an agent.

mod acts;
mod cases;
mod forms;
mod layout;
mod record;
mod timeline;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State as From};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use uuid::Uuid;

use super::shared::Shared;
use layout::Links;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sandbox", get(cases))
        .route("/sandbox/", get(cases))
        .route("/sandbox/cases/{id}", get(case))
        .route("/sandbox/cases/{id}/act", post(acts::act))
}

async fn cases(From(shared): From<Arc<Shared>>, RawQuery(query): RawQuery) -> Html<String> {
    let links = Links::from_query(query.as_deref());
    Html(cases::page(&shared.lock(), &links))
}

async fn case(From(shared): From<Arc<Shared>>, Path(id): Path<Uuid>, RawQuery(query): RawQuery) -> Response {
    let links = Links::from_query(query.as_deref());
    match record::page(&shared.lock(), id, &links, None) {
        Some(page) => Html(page).into_response(),
        None => (StatusCode::NOT_FOUND, Html(layout::gone(&links))).into_response(),
    }
}
