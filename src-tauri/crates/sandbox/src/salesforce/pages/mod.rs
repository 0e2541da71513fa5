//! A small web page on which a rep reads cases and works on them, as they would in the CRM.
//!
//! There is no Content-Security-Policy here on purpose: bodies of e-mails and feed posts are rich text and shown as such,
//! so this is where an unescaped customer message shows what it would do to a rep.

mod acts;
mod case;
mod layout;
mod list;
mod login;

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State as From};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};

use super::shared::Shared;
use layout::Links;
use login::Visitor;

pub(crate) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let guard = axum::middleware::from_fn_with_state(Arc::clone(shared), login::guard);
    Router::new()
        .route("/sandbox", get(cases))
        .route("/sandbox/", get(cases))
        .route("/sandbox/cases/{id}", get(case))
        .route("/sandbox/cases/{id}/act", post(acts::act))
        // The addresses that a case has in the product's own pages.
        .route("/lightning/r/Case/{id}/view", get(case))
        .route_layer(guard)
        .route("/login", get(login::show).post(login::enter))
}

async fn cases(
    From(shared): From<Arc<Shared>>,
    visitor: Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Html<String> {
    Html(list::page(&shared.lock(), &Links::of(query.as_deref(), &visitor)))
}

async fn case(
    From(shared): From<Arc<Shared>>,
    Path(id): Path<String>,
    visitor: Extension<Visitor>,
    RawQuery(query): RawQuery,
) -> Response {
    let links = Links::of(query.as_deref(), &visitor);
    match case::page(&shared.lock(), &id, &links, None) {
        Some(page) => Html(page).into_response(),
        None => (StatusCode::NOT_FOUND, Html(layout::gone(&links))).into_response(),
    }
}
