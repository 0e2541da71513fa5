//! Commands about whoever calls: profile and saved filters.

use casebridge_engine::connections::ChoiceKind;
use casebridge_engine::people::{CrmUser, Profile};
use casebridge_engine::{Engine, EngineError};
use serde_json::{Value, json};

use crate::commands::{FilterSave, ProfileSet};
use crate::dto::connections::Choice;
use crate::dto::people::{ProfileView, SavedFilterView};
use crate::error::ApiError;

async fn shown(engine: &Engine, profile: Profile) -> Result<Value, ApiError> {
    let connections = engine.connections().await?;
    let connection = profile.crm_user.as_ref().and_then(|crm| connections.iter().find(|one| one.id == crm.connection));
    Ok(json!(ProfileView {
        login: profile.login,
        name: profile.name,
        connection: connection.map(|one| one.name.clone()),
        crm_user: profile.crm_user.as_ref().map(|crm| crm.id.to_string()),
        crm_name: profile.crm_user.map(|crm| crm.name),
    }))
}

pub(crate) async fn profile(engine: &Engine, login: &str) -> Result<Value, ApiError> {
    let profile = engine.profile(login).await?;
    shown(engine, profile).await
}

pub(crate) async fn set_profile(engine: &Engine, set: ProfileSet, login: &str) -> Result<Value, ApiError> {
    let crm_user = match (set.connection, set.crm_user) {
        (Some(connection), Some(id)) => {
            let connection = engine.connection(&connection).await?;
            // Picked from the CRM, not made up: the CRM's own list says who there is.
            let there = engine.choices(&connection.name, ChoiceKind::Owner, None).await?;
            let found = there.into_iter().find(|one| one.id == id);
            let found = found.ok_or(EngineError::NotFound { what: "person in the CRM", name: id.to_string() })?;
            Some(CrmUser { connection: connection.id, id, name: found.name })
        }
        _ => None,
    };
    let profile = engine.set_profile(Profile { login: login.to_owned(), name: set.name, crm_user }).await?;
    shown(engine, profile).await
}

pub(crate) async fn crm_people(engine: &Engine, connection: &str, query: Option<&str>) -> Result<Value, ApiError> {
    let found = engine.choices(connection, ChoiceKind::Owner, query).await?;
    Ok(json!(found.into_iter().map(Choice::from).collect::<Vec<_>>()))
}

pub(crate) async fn known(engine: &Engine) -> Result<Value, ApiError> {
    Ok(json!(engine.known_people().await?))
}

pub(crate) async fn filters(engine: &Engine, login: &str) -> Result<Value, ApiError> {
    let filters = engine.filters(login).await?;
    Ok(json!(filters.into_iter().map(SavedFilterView::from).collect::<Vec<_>>()))
}

pub(crate) async fn save_filter(engine: &Engine, save: FilterSave, login: &str) -> Result<Value, ApiError> {
    let filter = engine.save_filter(login, save.id, &save.name, save.view, &save.query).await?;
    Ok(json!(SavedFilterView::from(filter)))
}

pub(crate) async fn drop_filter(engine: &Engine, id: uuid::Uuid, login: &str) -> Result<Value, ApiError> {
    engine.drop_filter(login, id).await?;
    Ok(json!({ "id": id }))
}
