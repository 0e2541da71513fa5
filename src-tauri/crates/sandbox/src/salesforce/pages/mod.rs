//! A small web page on which a rep reads cases and works on them, as they would in the CRM.
//!
//! There is no Content-Security-Policy here on purpose: bodies of e-mails and feed posts are rich text and shown as such,
//! so this is where an unescaped customer message shows what it would do to a rep.

mod acts;
mod case;
mod layout;
mod list;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, RawQuery, State as From};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::{get, post};

use super::shared::Shared;
use layout::Links;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/sandbox", get(cases))
        .route("/sandbox/", get(cases))
        .route("/sandbox/cases/{id}", get(case))
        .route("/sandbox/cases/{id}/act", post(acts::act))
        // The addresses that a case has in the product's own pages.
        .route("/lightning/r/Case/{id}/view", get(case))
}

async fn cases(From(shared): From<Arc<Shared>>, RawQuery(query): RawQuery) -> Html<String> {
    Html(list::page(&shared.lock(), &Links::from_query(query.as_deref())))
}

async fn case(From(shared): From<Arc<Shared>>, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let links = Links::from_query(query.as_deref());
    match case::page(&shared.lock(), &id, &links, None) {
        Some(page) => Html(page).into_response(),
        None => (StatusCode::NOT_FOUND, Html(layout::gone(&links))).into_response(),
    }
}
