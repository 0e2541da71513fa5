//! Handing off, resolving and reopening: one event each, for callers that build no events.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use casebridge_domain::{EventKind, NewEvent, SessionId};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::body::MaybeJsonBody;
use crate::events::append_given;
use crate::json::decode;
use crate::keys::Caller;
use crate::openapi::WriteRefusals;
use crate::path::SessionPath;
use crate::problem::Problem;
use crate::state::{GatewayState, Shared};
use crate::wire::events::{AppendAnswer, Given, usable_id};

type Answer = Result<(StatusCode, Json<AppendAnswer>), Problem>;

/// A handoff. Every member may be left out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HandoffInput {
    /// The event's id. Without it the header `Idempotency-Key` is taken; without both one is made, and
    /// sending the same again hands off again.
    id: Option<String>,
    /// When it happened, RFC 3339; the time of arrival if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// Why.
    reason: Option<String>,
    /// What it is about, for whoever takes over.
    summary: Option<String>,
    /// Language of the conversation, e.g. `en`.
    language: Option<String>,
    /// How the customer feels, e.g. `negative`.
    sentiment: Option<String>,
}

/// A change of status. Every member may be left out.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusInput {
    /// The event's id. Without it the header `Idempotency-Key` is taken; without both one is made, and
    /// sending the same again appends another event.
    id: Option<String>,
    /// When it happened, RFC 3339; the time of arrival if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// Who did it.
    by: Option<String>,
}

/// Hands the conversation to people.
#[utoipa::path(post, path = "/v1/sessions/{id}/handoff", tag = "events", operation_id = "hand_off",
    params(("id" = String, Path, description = "Session id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The event's id, when the body has none")),
    request_body(content = HandoffInput, example = json!({"id": "handoff-1", "reason": "asked for a person",
        "summary": "Order 4711 came without the charger", "language": "en", "sentiment": "negative"})),
    responses((status = 201, description = "Handed off", body = AppendAnswer),
        (status = 200, description = "That handoff was in the log already", body = AppendAnswer), WriteRefusals))]
pub(crate) async fn hand_off(
    _: Caller,
    State(state): State<Shared>,
    SessionPath(session): SessionPath,
    headers: HeaderMap,
    MaybeJsonBody(body): MaybeJsonBody,
) -> Answer {
    let HandoffInput { id, at, reason, summary, language, sentiment } = decode(body)?;
    append(&state, session, &headers, id, at, EventKind::HandedOff { reason, summary, language, sentiment }).await
}

/// Marks the conversation as resolved.
#[utoipa::path(post, path = "/v1/sessions/{id}/resolve", tag = "events", operation_id = "resolve",
    params(("id" = String, Path, description = "Session id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The event's id, when the body has none")),
    request_body(content = StatusInput, example = json!({"id": "resolved-1", "by": "ai"})),
    responses((status = 201, description = "Resolved", body = AppendAnswer),
        (status = 200, description = "That event was in the log already", body = AppendAnswer), WriteRefusals))]
pub(crate) async fn resolve(
    _: Caller,
    State(state): State<Shared>,
    SessionPath(session): SessionPath,
    headers: HeaderMap,
    MaybeJsonBody(body): MaybeJsonBody,
) -> Answer {
    let StatusInput { id, at, by } = decode(body)?;
    append(&state, session, &headers, id, at, EventKind::Resolved { via: None, by }).await
}

/// Lets a resolved conversation go on.
#[utoipa::path(post, path = "/v1/sessions/{id}/reopen", tag = "events", operation_id = "reopen",
    params(("id" = String, Path, description = "Session id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The event's id, when the body has none")),
    request_body(content = StatusInput, example = json!({"id": "reopened-1", "by": "customer"})),
    responses((status = 201, description = "Reopened", body = AppendAnswer),
        (status = 200, description = "That event was in the log already", body = AppendAnswer), WriteRefusals))]
pub(crate) async fn reopen(
    _: Caller,
    State(state): State<Shared>,
    SessionPath(session): SessionPath,
    headers: HeaderMap,
    MaybeJsonBody(body): MaybeJsonBody,
) -> Answer {
    let StatusInput { id, at, by } = decode(body)?;
    append(&state, session, &headers, id, at, EventKind::Reopened { via: None, by }).await
}

async fn append(
    state: &GatewayState,
    session: SessionId,
    headers: &HeaderMap,
    id: Option<String>,
    occurred_at: Option<Timestamp>,
    kind: EventKind,
) -> Answer {
    let event_id = event_id(id, headers)?;
    let events = vec![NewEvent::new(event_id, occurred_at, kind)];
    append_given(state, session, Given { events, is_batch: false }).await
}

fn event_id(given: Option<String>, headers: &HeaderMap) -> Result<String, Problem> {
    const HEADER: &str = "Idempotency-Key";
    if let Some(id) = given {
        usable_id(&id).map_err(|fault| fault.inside("id"))?;
        return Ok(id);
    }
    let Some(value) = headers.get(HEADER) else { return Ok(Uuid::now_v7().to_string()) };
    // The draft of the standard writes the key in quotes, most callers write it without.
    let key = value.to_str().unwrap_or_default().trim().trim_matches('"');
    usable_id(key).map_err(|fault| fault.inside(HEADER))?;
    Ok(key.to_owned())
}
