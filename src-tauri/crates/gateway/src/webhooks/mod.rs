//! The door for the CRM's calls. Answered from the store alone: a CRM may wait inside its user's save.
//!
//! The answers are plain JSON with `error`, as the CRM's admins know them: 401 `Invalid token`, 400 `Bad Request`.
//! What the CRMs' calls look like is in the modules; who gets in, and what a call may weigh, is the same for all.

mod creatio;
mod members;
mod salesforce;

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casebridge_domain::{ConnectionKind, ReceiptId};
use casebridge_engine::webhooks::WebhookCall;
use casebridge_engine::{EngineError, ReceiptOutcome};
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::state::Shared;

pub(crate) use creatio::creatio;
pub use creatio::read_call;
pub use salesforce::read_call as read_salesforce_call;
pub(crate) use salesforce::salesforce;

/// Largest body: a call names a case and nothing else.
pub(crate) const MOST_BYTES: usize = 64 * 1024;
/// Longest time that a body may take.
const MOST_TIME: Duration = Duration::from_secs(10);

struct Refused {
    status: StatusCode,
    error: &'static str,
    member: Option<String>,
    detail: String,
}

impl Refused {
    fn new(status: StatusCode, error: &'static str, detail: impl Into<String>) -> Self {
        Self { status, error, member: None, detail: detail.into() }
    }

    fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Bad Request", detail)
    }

    /// 400, naming the member.
    fn member(member: &str, problem: &str) -> Self {
        let shown: String = member.chars().take(64).collect();
        let detail = format!("`{shown}` {problem}");
        Self { member: Some(shown), ..Self::new(StatusCode::BAD_REQUEST, "Bad Request", detail) }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.error, "detail": self.detail });
        if let Some(member) = self.member {
            body["member"] = Value::String(member);
        }
        let mut response = (self.status, Json(body)).into_response();
        if self.status == StatusCode::TOO_MANY_REQUESTS || self.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        // What was not read to its end cannot be followed by another call: the caller is told, not surprised.
        if self.status == StatusCode::PAYLOAD_TOO_LARGE || self.status == StatusCode::REQUEST_TIMEOUT {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// A call that was let in and read: its query, and its body as far as it may weigh.
struct Letter {
    query: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

/// The way of a call through the door: token, weight, what it says, disk.
async fn answer(
    state: &Shared,
    kind: ConnectionKind,
    token: Result<Path<String>, PathRejection>,
    request: Request,
    read: fn(&Letter) -> Result<Vec<WebhookCall>, Refused>,
) -> Response {
    // What is no text is no token, and counted like any other that is wrong.
    let token = token.map(|Path(token)| token).unwrap_or_default();
    match take_in(state, kind, &token, request, read).await {
        Ok(answer) => Json(answer).into_response(),
        Err(refused) => refused.into_response(),
    }
}

async fn take_in(
    state: &Shared,
    kind: ConnectionKind,
    token: &str,
    request: Request,
    read: fn(&Letter) -> Result<Vec<WebhookCall>, Refused>,
) -> Result<Value, Refused> {
    let engine = &state.engine;
    if engine.is_probe(token) {
        return Ok(json!({ "outcome": "probe", "reason": "this engine called itself" }));
    }
    let Some(admitted) = engine.admit(token, kind) else {
        // Only wrong calls are slowed down: a right one from the same address must pass.
        if state.wrong_calls.check().is_err() {
            return Err(Refused::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", "too many wrong tokens"));
        }
        let detail = "this address is not, or no longer, one of this engine: copy it anew from the connection";
        return Err(Refused::new(StatusCode::UNAUTHORIZED, "Invalid token", detail));
    };
    let (head, body) = request.into_parts();
    let letter =
        Letter { query: head.uri.query().unwrap_or_default().to_owned(), headers: head.headers, body: Vec::new() };
    if kind == ConnectionKind::Creatio {
        is_json(&letter.headers)?;
    }
    let declared = letter.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > MOST_BYTES as u64) {
        return Err(too_large());
    }
    let Ok(body) = tokio::time::timeout(MOST_TIME, collect(body)).await else {
        return Err(Refused::new(StatusCode::REQUEST_TIMEOUT, "Request Timeout", "the body was not complete in time"));
    };
    let calls = read(&Letter { body: body?, ..letter })?;
    // Side by side, so that one commit takes all of them in.
    let took = calls.into_iter().map(|call| async {
        let event_type = call.event_type.clone();
        let (receipt, outcome) = engine.receive_webhook(admitted, call).await?;
        Ok(told(receipt, &event_type, outcome))
    });
    let mut told = futures::future::try_join_all(took).await.map_err(|error: EngineError| failed(&error))?;
    Ok(match told.len() {
        1 => told.remove(0),
        _ => json!({ "receipts": told }),
    })
}

fn told(receipt: ReceiptId, event_type: &str, outcome: ReceiptOutcome) -> Value {
    let (outcome, reason) = match outcome {
        ReceiptOutcome::PullDue => ("accepted", "the case is looked at next"),
        ReceiptOutcome::UnknownCase => ("unknown_case", "no conversation has this case: nothing is done"),
    };
    json!({ "receipt": receipt, "event_type": event_type, "outcome": outcome, "reason": reason })
}

async fn collect(body: Body) -> Result<Vec<u8>, Refused> {
    let mut pieces = body.into_data_stream();
    let mut whole = Vec::new();
    while let Some(piece) = pieces.next().await {
        let broken = |_| Refused::new(StatusCode::BAD_REQUEST, "Bad Request", "the body ended before its end");
        let piece = piece.map_err(broken)?;
        if whole.len() + piece.len() > MOST_BYTES {
            return Err(too_large());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

fn too_large() -> Refused {
    Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "Payload Too Large", "a body may have 64 KiB at most")
}

fn failed(error: &EngineError) -> Refused {
    tracing::error!(error = error as &dyn std::error::Error, "a webhook call could not be taken in");
    let detail = "the call is not on disk: send it again";
    Refused::new(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", detail)
}

/// What a CRM's process sends beside `application/json` is unconfirmed: parameters and `+json` are let through.
fn is_json(headers: &HeaderMap) -> Result<(), Refused> {
    let refused =
        |detail: &str| Err(Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported Media Type", detail));
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return refused("compressed bodies are not taken");
    }
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = matches!(essence.as_str(), "application/json" | "text/json")
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    if !is_json {
        return refused("send `Content-Type: application/json`");
    }
    Ok(())
}
