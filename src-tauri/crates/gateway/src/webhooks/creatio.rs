//! Calls of a Creatio: `{"event_type", "caseId"}` from a web service element.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use casebridge_domain::ConnectionKind;
use casebridge_engine::webhooks::WebhookCall;
use uuid::Uuid;

use super::members::{Members, known_event, tree};
use super::{Refused, answer};
use crate::state::Shared;

/// The events that a case can have.
const EVENTS: [&str; 3] = ["new_activity", "case_closed", "case_updated"];
const EXAMPLE: &str = "{\"event_type\", \"caseId\"}";

/// `POST /webhooks/creatio/{token}` with `{"event_type", "caseId"}`, and `recordId` if the caller knows it.
pub(crate) async fn creatio(
    State(state): State<Shared>,
    token: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let read = |letter: &super::Letter| read(&letter.body).map(|call| vec![call]);
    answer(&state, ConnectionKind::Creatio, token, request, read).await
}

/// Reads the body of a webhook call; else status and reason of the refusal. Public for fuzzing.
pub fn read_call(body: &[u8]) -> Result<WebhookCall, (u16, String)> {
    read(body).map_err(|refused| (refused.status.as_u16(), refused.detail))
}

fn read(body: &[u8]) -> Result<WebhookCall, Refused> {
    let members = Members::of(tree(body)?, ["event_type", "caseId", "recordId"], &["recordId"], EXAMPLE)?;
    let event_type = members.need("event_type")?;
    let case = members.need("caseId")?;
    known_event("event_type", event_type, &EVENTS)?;
    let id = |name: &str, text: &str| {
        Uuid::try_parse(text.trim()).map_err(|_| Refused::member(name, "is not an id: send the record's Id, a GUID"))
    };
    let record = members.get("recordId").filter(|text| !text.trim().is_empty());
    let record = record.map(|text| id("recordId", text)).transpose()?;
    let event_type = event_type.to_owned();
    Ok(WebhookCall { case: id("caseId", case)?, record: record.filter(|id| !id.is_nil()), event_type })
}
