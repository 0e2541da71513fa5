//! `GET /oauth/salesforce/callback` of the public listener: a browser that comes back from a sign-in.
//!
//! Nothing of what the browser brings is shown on a page or logged: whoever sends somebody here with an address of
//! their own making puts no words of theirs into it.

use std::collections::BTreeMap;

use axum::extract::rejection::QueryRejection;
use axum::extract::{OriginalUri, Query, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use crate::state::Shared;

/// Longest address that is looked at: a code and a state are far shorter.
const LONGEST: usize = 8 * 1024;

pub(crate) async fn salesforce(
    State(state): State<Shared>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    answered: Result<Query<BTreeMap<String, String>>, QueryRejection>,
) -> Response {
    // Programs that look at links before people do must not use the answer up.
    let looks_ahead = headers.get("sec-purpose").is_some_and(|value| value.as_bytes().starts_with(b"prefetch"));
    if method == Method::HEAD || looks_ahead {
        return StatusCode::NO_CONTENT.into_response();
    }
    let address = uri.to_string();
    let given = answered.ok().filter(|_| address.len() <= LONGEST).and_then(|Query(mut given)| given.remove("state"));
    if given.is_some_and(|given| state.engine.returned(&given, address)) {
        return page(
            StatusCode::OK,
            "Casebridge has the answer",
            "You can close this page. Casebridge goes on by itself and says how the sign-in went.",
        );
    }
    if state.wrong_calls.check().is_err() {
        return page(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many answers",
            "Wait a moment, then begin the sign-in again in Casebridge.",
        );
    }
    page(
        StatusCode::BAD_REQUEST,
        "No sign-in waits for this answer",
        "It was used already, took longer than ten minutes, or belongs to another sign-in. Nothing has changed. \
         Begin the sign-in again in Casebridge.",
    )
}

/// A page of our own words, which leads nowhere and keeps nothing.
fn page(status: StatusCode, title: &str, words: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title}</title><h1>{title}</h1><p>{words}</p></html>"
    );
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(html)).into_response()
}
