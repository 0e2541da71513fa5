//! The door of the console and the command line: one call in, one answer out. What a call may be, the
//! crate `api` says; the server plugs it in.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use futures::future::BoxFuture;
use serde_json::Value;

use crate::body::JsonBytes;
use crate::keys::LocalCaller;
use crate::problem::{Kind, Problem};
use crate::state::Shared;

/// Carries out one call of the console.
pub type ConsoleHandler = Arc<dyn Fn(Value) -> BoxFuture<'static, Result<Value, ConsoleError>> + Send + Sync>;

/// A call that was refused.
#[derive(Debug, Clone)]
pub struct ConsoleError {
    /// HTTP status.
    pub status: u16,
    /// The error as the console reads it.
    pub body: Value,
}

/// `POST /console/call`
pub(crate) async fn call(_: LocalCaller, State(state): State<Shared>, body: JsonBytes) -> Result<Response, Problem> {
    let Some(handler) = &state.console else {
        return Err(Problem::new(Kind::NotFound, "this engine has no console"));
    };
    Ok(match handler(body.parse()?).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, Json(error.body)).into_response()
        }
    })
}
