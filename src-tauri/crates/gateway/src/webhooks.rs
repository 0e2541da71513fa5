//! The door for the CRM's calls. Answered from the store alone: a CRM may wait inside its user's save.
//!
//! The answers are plain JSON with `error`, as the CRM's admins know them: 401 `Invalid token`, 400 `Bad Request`.

use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casebridge_engine::webhooks::WebhookCall;
use casebridge_engine::{Engine, EngineError, ReceiptOutcome};
use futures::StreamExt as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::json::Tree;
use crate::state::Shared;

/// Largest body: a call names a case and nothing else.
pub(crate) const MOST_BYTES: usize = 64 * 1024;
/// Longest time that a body may take.
const MOST_TIME: Duration = Duration::from_secs(10);
/// The events that a case can have.
const EVENTS: [&str; 3] = ["new_activity", "case_closed", "case_updated"];

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

/// `POST /webhooks/creatio/{token}` with `{"event_type", "caseId"}`, and `recordId` if the caller knows it.
pub(crate) async fn creatio(
    State(state): State<Shared>,
    token: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    // What is no text is no token, and counted like any other that is wrong.
    let token = token.map(|Path(token)| token).unwrap_or_default();
    match take_in(&state.engine, &state, &token, request).await {
        Ok(answer) => Json(answer).into_response(),
        Err(refused) => refused.into_response(),
    }
}

async fn take_in(engine: &Engine, state: &Shared, token: &str, request: Request) -> Result<Value, Refused> {
    if engine.is_probe(token) {
        return Ok(json!({ "outcome": "probe", "reason": "this engine called itself" }));
    }
    let Some(admitted) = engine.admit(token) else {
        // Only wrong calls are slowed down: a right one from the same address must pass.
        if state.wrong_calls.check().is_err() {
            return Err(Refused::new(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests", "too many wrong tokens"));
        }
        let detail = "this address is not, or no longer, one of this engine: copy it anew from the connection";
        return Err(Refused::new(StatusCode::UNAUTHORIZED, "Invalid token", detail));
    };
    is_json(request.headers())?;
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > MOST_BYTES as u64) {
        return Err(too_large());
    }
    let Ok(body) = tokio::time::timeout(MOST_TIME, collect(request.into_body())).await else {
        return Err(Refused::new(StatusCode::REQUEST_TIMEOUT, "Request Timeout", "the body was not complete in time"));
    };
    let body = body?;
    let call = read(&body)?;
    let event_type = call.event_type.clone();
    let (receipt, outcome) = engine.receive_webhook(admitted, call).await.map_err(|error| failed(&error))?;
    let (outcome, reason) = match outcome {
        ReceiptOutcome::PullDue => ("accepted", "the case is looked at next"),
        ReceiptOutcome::UnknownCase => ("unknown_case", "no conversation has this case: nothing is done"),
    };
    Ok(json!({ "receipt": receipt, "event_type": event_type, "outcome": outcome, "reason": reason }))
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

/// Reads the body of a webhook call; else status and reason of the refusal. Public for fuzzing.
pub fn read_call(body: &[u8]) -> Result<WebhookCall, (u16, String)> {
    read(body).map_err(|refused| (refused.status.as_u16(), refused.detail))
}

fn read(body: &[u8]) -> Result<WebhookCall, Refused> {
    let bad = |detail: &str| Refused::new(StatusCode::BAD_REQUEST, "Bad Request", detail);
    let text = std::str::from_utf8(body).map_err(|_| bad("the body is not UTF-8"))?;
    // .NET's writers put a byte order mark before UTF-8 unless told otherwise; Creatio is written in .NET.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // The text of the error names line and column, never what stands there.
    let tree: Tree = serde_json::from_str(text).map_err(|error| bad(&format!("the body is not JSON: {error}")))?;
    let Tree::Members(members) = tree else {
        return Err(bad("the body is not an object: send {\"event_type\", \"caseId\"}"));
    };
    let (mut event_type, mut case, mut record) = (None, None, None);
    for (name, value) in members {
        let place = match name.as_str() {
            "event_type" => &mut event_type,
            "caseId" => &mut case,
            "recordId" => &mut record,
            other => return Err(Refused::member(other, "is not known here: send `event_type`, `caseId`, `recordId`")),
        };
        if place.is_some() {
            return Err(Refused::member(&name, "is given twice"));
        }
        let text = match value {
            Tree::Text(text) => text,
            // The same as none; the place is taken, so that a second one is still seen.
            Tree::Null if name == "recordId" => String::new(),
            _ => return Err(Refused::member(&name, "is not a string")),
        };
        *place = Some(text);
    }
    let event_type = event_type.ok_or_else(|| Refused::member("event_type", "is missing"))?;
    let case = case.ok_or_else(|| Refused::member("caseId", "is missing"))?;
    if !EVENTS.contains(&event_type.as_str()) {
        return Err(Refused::member("event_type", &format!("is none of {}", EVENTS.join(", "))));
    }
    let id = |name: &str, text: &str| {
        Uuid::try_parse(text.trim()).map_err(|_| Refused::member(name, "is not an id: send the record's Id, a GUID"))
    };
    let record = record.filter(|text| !text.trim().is_empty()).map(|text| id("recordId", &text)).transpose()?;
    Ok(WebhookCall { case: id("caseId", &case)?, record: record.filter(|id| !id.is_nil()), event_type })
}
