//! Appending to a session's log, and reading it.

use std::collections::HashMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use casebridge_domain::SessionId;
use casebridge_engine::{AppendRefused, EngineError};

use crate::body::JsonBody;
use crate::keys::Caller;
use crate::openapi::{ReadRefusals, WriteRefusals};
use crate::path::SessionPath;
use crate::problem::{Kind, Problem};
use crate::query::Params;
use crate::state::{GatewayState, Shared};
use crate::wire::events::{AppendAnswer, AppendInput, EventPage, EventResult, Given, read_events};

/// Appends one event, or up to 1,000 under `events`.
///
/// All or none, once per event id: sending the same again changes nothing and is answered with
/// `duplicate: true`. The same id with another body is refused with 409. An answer of 2xx means that the
/// events are on disk.
#[utoipa::path(post, path = "/v1/sessions/{id}/events", tag = "events", operation_id = "append_events",
    params(("id" = String, Path, description = "Session id")),
    request_body = AppendInput,
    responses(
        (status = 201, description = "At least one event is new", body = AppendAnswer),
        (status = 200, description = "All were in the log already", body = AppendAnswer),
        WriteRefusals))]
pub(crate) async fn append(
    _: Caller,
    State(state): State<Shared>,
    SessionPath(session): SessionPath,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, Json<AppendAnswer>), Problem> {
    append_given(&state, session, read_events(body)?).await
}

/// Appends what was read, whatever form it came in.
pub(crate) async fn append_given(
    state: &GatewayState,
    session: SessionId,
    given: Given,
) -> Result<(StatusCode, Json<AppendAnswer>), Problem> {
    contradictions(&given)?;
    let ids: Vec<String> = given.events.iter().map(|event| event.event_id.clone()).collect();
    let is_batch = given.is_batch;
    let appended = state.engine.append(session, given.events).await.map_err(|error| {
        let place = match &error {
            EngineError::Append(AppendRefused::Conflict { event_id, .. }) => ids.iter().position(|id| id == event_id),
            _ => None,
        };
        let problem = Problem::from(error);
        match place {
            Some(place) if is_batch => problem.member(format!("events[{place}].id")),
            Some(_) => problem.member("id"),
            None => problem,
        }
    })?;
    let is_new = appended.iter().any(|event| !event.duplicate);
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let results = ids
        .into_iter()
        .zip(appended)
        .map(|(id, event)| EventResult { id, seq: event.seq, duplicate: event.duplicate })
        .collect();
    Ok((status, Json(AppendAnswer { results })))
}

/// An id that stands for two things inside one call: the log holds neither, so it cannot say where.
fn contradictions(given: &Given) -> Result<(), Problem> {
    if given.events.len() < 2 {
        return Ok(());
    }
    let mut first_with = HashMap::with_capacity(given.events.len());
    for (index, event) in given.events.iter().enumerate() {
        let first = *first_with.entry(event.event_id.as_str()).or_insert(index);
        if given.events[first] != *event {
            let detail = format!("event `{}` is in this call twice, with two bodies", event.event_id);
            return Err(Problem::new(Kind::Conflict, detail)
                .member(given.member(index, "id"))
                .hint(format!("`{}` has the same id: give one of them another", given.member(first, "id")))
                .event(&event.event_id, None));
        }
    }
    Ok(())
}

/// A page of a session's log, oldest first.
#[utoipa::path(get, path = "/v1/sessions/{id}/events", tag = "events", operation_id = "read_events",
    params(
        ("id" = String, Path, description = "Session id"),
        ("after" = Option<i64>, Query, description = "Only events after this place in the log; 0 if left out", minimum = 0),
        ("limit" = Option<i64>, Query, description = "Most events of the answer; 100 if left out", minimum = 1, maximum = 500)),
    responses((status = 200, description = "The events", body = EventPage), ReadRefusals))]
pub(crate) async fn page(
    _: Caller,
    State(state): State<Shared>,
    SessionPath(id): SessionPath,
    mut params: Params,
) -> Result<Json<EventPage>, Problem> {
    let after = params.number("after", 0, i64::MAX, 0)?;
    let limit = params.number("limit", 1, 500, 100)?;
    params.end("`after` and `limit`")?;
    let events = state.engine.store().events(id, after, limit).await.map_err(EngineError::from)?;
    // The head after the page: what is appended in between makes one more page, never one page too few.
    // And the log of a session that does not exist must not look like an empty one.
    let session = state.engine.session(id).await?;
    let next_after = events.last().map(|event| event.seq).filter(|last| *last < session.last_seq);
    Ok(Json(EventPage { events: events.into_iter().map(Into::into).collect(), next_after }))
}
