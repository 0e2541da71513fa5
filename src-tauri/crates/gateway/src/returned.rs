//! `GET /oauth/{creatio,salesforce}/callback` of the public listener: a browser that comes back from a sign-in. Which
//! sign-in it belongs to, its state tells the engine.

use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use crate::return_page::{not_awaited, page, read, taken, without_code};
use crate::state::Shared;

pub(crate) async fn back(State(state): State<Shared>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    let answer = match read(&uri, &headers) {
        Ok(answer) => answer,
        Err(refused) => return *refused,
    };
    if let Some(empty) = without_code(&answer) {
        return empty;
    }
    let given = answer.get("state").map(String::as_str).unwrap_or_default();
    if state.engine.returned(given, uri.to_string()) {
        return taken(&answer);
    }
    // Only answers to nothing are slowed down: the right one must pass.
    if state.wrong_calls.check().is_err() {
        let words = "Wait a moment, then begin the sign-in again in Casebridge.";
        return page(StatusCode::TOO_MANY_REQUESTS, "Too many answers", words);
    }
    not_awaited()
}
