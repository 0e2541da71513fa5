//! What is logged of a request: method, route, status, duration. Never a body, a query value or a token.

use std::any::Any;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;
use tracing::Span;

use crate::problem::{Kind, Problem};

/// Puts a panic's answer and the log around a router.
pub(crate) fn observed(router: Router) -> Router {
    router
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_request(()).on_response(answered).on_failure(()))
}

fn span(request: &Request) -> Span {
    // The route's template, because the path itself may hold names; what has no route is only counted.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    tracing::info_span!("request", http.method = request.method().as_str(), http.route = route)
}

fn answered(response: &Response, took: Duration, _: &Span) {
    let status = response.status().as_u16();
    let duration_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    if response.status().is_server_error() {
        tracing::warn!(http.status = status, http.duration_us = duration_us, "request failed");
    } else {
        tracing::debug!(http.status = status, http.duration_us = duration_us, "request answered");
    }
}

/// A panic is our mistake and none of the caller's business; what it says may hold what was sent.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    tracing::error!("a request handler panicked");
    Problem::new(Kind::Internal, "the cause is in the log of the engine").into_response()
}
