//! Creating, finding and reading sessions.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode, header};
use casebridge_domain::SessionKey;

use crate::body::JsonBody;
use crate::json::decode;
use crate::keys::Caller;
use crate::openapi::{ReadRefusals, WriteRefusals};
use crate::path::SessionPath;
use crate::problem::{Kind, Problem};
use crate::query::Params;
use crate::state::Shared;
use crate::wire::sessions::{SessionInput, SessionView};

/// Makes a session, or finds it by `source` and `external_id`.
///
/// A session that exists already is answered as it is: channel, topic, tags and contact of the call are not taken.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", operation_id = "create_session",
    request_body = SessionInput,
    responses(
        (status = 201, description = "The session was made", body = SessionView,
            headers(("Location" = String, description = "Path of the session"))),
        (status = 200, description = "The session was there already", body = SessionView),
        WriteRefusals))]
pub(crate) async fn create(
    _: Caller,
    State(state): State<Shared>,
    JsonBody(body): JsonBody,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<SessionView>), Problem> {
    let given: SessionInput = decode(body)?;
    let (session, is_new) = state.engine.ensure_session(given.into()).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/v1/sessions/{}", session.id);
    Ok((status, [(header::LOCATION, location)], Json(session.into())))
}

/// Finds a session by what it is called at its source.
#[utoipa::path(get, path = "/v1/sessions", tag = "sessions", operation_id = "find_session",
    params(
        ("source" = String, Query, description = "The system that the conversation comes from"),
        ("external_id" = String, Query, description = "The conversation's id in that system")),
    responses((status = 200, description = "The session", body = SessionView), ReadRefusals))]
pub(crate) async fn find(
    _: Caller,
    State(state): State<Shared>,
    mut params: Params,
) -> Result<Json<SessionView>, Problem> {
    let mut take = |name: &str| {
        params.text(name)?.ok_or_else(|| Problem::invalid(name, "is missing", "give `source` and `external_id`"))
    };
    let (source, external_id) = (take("source")?, take("external_id")?);
    params.end("`source` and `external_id`")?;
    let id = SessionKey { source, external_id }.session_id();
    match state.engine.session(id).await {
        Ok(session) => Ok(Json(session.into())),
        Err(casebridge_engine::EngineError::NoSession(_)) => {
            Err(Problem::new(Kind::NotFound, "there is no session with this source and external id")
                .hint("create it: POST /v1/sessions"))
        }
        Err(error) => Err(error.into()),
    }
}

/// The head of a session.
#[utoipa::path(get, path = "/v1/sessions/{id}", tag = "sessions", operation_id = "read_session",
    params(("id" = String, Path, description = "Session id", example = "ses_5f0c2e9b6d4a5c0e8a7b1c2d3e4f5a6b")),
    responses((status = 200, description = "The session", body = SessionView), ReadRefusals))]
pub(crate) async fn read(
    _: Caller,
    State(state): State<Shared>,
    SessionPath(id): SessionPath,
    params: Params,
) -> Result<Json<SessionView>, Problem> {
    params.end("no parameters here")?;
    Ok(Json(state.engine.session(id).await?.into()))
}
