//! `/sandbox/act`, `/sandbox/columns`, `/sandbox/recipe` and `/sandbox/stamp`: a person and an admin from another process.

use std::sync::Arc;

use axum::Json as Body;
use axum::extract::State as From;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::altered::Altered;
use super::control::refused;
use super::ids;
use super::person::Act;
use super::sandbox::CreatioSandbox;
use super::shared::Shared;
use super::signal::Recipe;

type Inside = From<Arc<Shared>>;

fn misread(reason: &str) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, Body(json!({ "error": reason }))).into_response()
}

/// One act, with `by` beside it: the employee's contact, else the supervisor. Answered when the calls inside the
/// saves are done.
pub(super) async fn act(From(shared): Inside, Body(mut body): Body<Json>) -> Response {
    let by = match body.as_object_mut().and_then(|fields| fields.remove("by")) {
        None | Some(Json::Null) => ids::SUPERVISOR_CONTACT,
        Some(by) => match serde_json::from_value::<Uuid>(by) {
            Ok(by) => by,
            Err(error) => return misread(&format!("by: {error}")),
        },
    };
    let act = match serde_json::from_value::<Act>(body) {
        Ok(act) => act,
        Err(error) => return misread(&error.to_string()),
    };
    match (CreatioSandbox { shared }).person(by).act_to_the_end(act).await {
        Ok(id) => Body(json!({ "Id": id })).into_response(),
        Err(refusal) => refused(&refusal),
    }
}

/// Replaces all processes by those of a recipe; answers what they are.
pub(super) async fn set_recipe(From(shared): Inside, Body(recipe): Body<Recipe>) -> Response {
    let list = recipe.subscriptions();
    CreatioSandbox { shared }.set_subscriptions(list.clone());
    Body(list).into_response()
}

/// What an admin does to a column.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Alter {
    entity: String,
    column: String,
    altered: Altered,
}

pub(super) async fn alter(From(shared): Inside, Body(Alter { entity, column, altered }): Body<Alter>) -> StatusCode {
    (CreatioSandbox { shared }).alter_column(&entity, &column, altered);
    StatusCode::NO_CONTENT
}

/// Rows that get one `ModifiedOn`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stamp {
    entity: String,
    ids: Vec<Uuid>,
    at: Timestamp,
}

pub(super) async fn stamp(From(shared): Inside, Body(Stamp { entity, ids, at }): Body<Stamp>) -> Response {
    match (CreatioSandbox { shared }).stamp_all(&entity, &ids, at) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refused(&refusal),
    }
}
