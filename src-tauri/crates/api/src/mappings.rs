//! Commands about mapped columns, dry runs, suggestions and whoever analyses.

use casebridge_domain::mapping::Mapping;
use casebridge_engine::mappings::Saved;
use casebridge_engine::{Engine, EngineError};
use serde_json::{Value, json};

use crate::commands::{AnalystSet, MappingsSave, SuggestionName};
use crate::dto::mappings::{
    AnalystAnswer, AnalystView, ColumnList, DryRun, MappingDraft, MappingVersionLine, MappingsSaved, MappingsView,
};
use crate::dto::time;
use crate::error::ApiError;

pub(crate) async fn show(engine: &Engine, connection: &str) -> Result<Value, ApiError> {
    let state = engine.mappings(connection).await?;
    Ok(json!(MappingsView { set: state.set, alarms: state.alarms, columns_read_at: state.columns_read_at.map(time) }))
}

pub(crate) async fn columns(engine: &Engine, connection: &str, refresh: bool) -> Result<Value, ApiError> {
    let list = engine.columns(connection, refresh).await?;
    Ok(json!(ColumnList { columns: list.columns, read_at: time(list.read_at), stale: list.stale }))
}

pub(crate) async fn lookup_values(
    engine: &Engine,
    connection: &str,
    column: &str,
    query: Option<&str>,
) -> Result<Value, ApiError> {
    Ok(json!(engine.lookup_values(connection, column, query).await?))
}

pub(crate) async fn save(engine: &Engine, save: MappingsSave, actor: &str) -> Result<Value, ApiError> {
    let saved = engine.save_mappings(&save.connection, save.based_on, save.mappings, actor).await?;
    Ok(json!(match saved {
        Saved::Set(set) => MappingsSaved { set: Some(set), problems: Vec::new() },
        Saved::Problems(problems) => MappingsSaved { set: None, problems: problems },
    }))
}

pub(crate) async fn check(engine: &Engine, connection: &str, mappings: &[Mapping]) -> Result<Value, ApiError> {
    Ok(json!(engine.check_mappings(connection, mappings).await?))
}

pub(crate) async fn versions(engine: &Engine, connection: &str) -> Result<Value, ApiError> {
    let versions = engine.mappings_versions(connection).await?;
    let line = |one: casebridge_engine::mappings::MappingVersion| MappingVersionLine {
        version: one.version,
        author: one.author,
        at: time(one.at),
        count: one.count,
    };
    Ok(json!(versions.into_iter().map(line).collect::<Vec<_>>()))
}

pub(crate) async fn version(engine: &Engine, connection: &str, version: i64) -> Result<Value, ApiError> {
    Ok(json!(engine.mappings_version(connection, version).await?))
}

pub(crate) async fn export(engine: &Engine, connection: &str) -> Result<Value, ApiError> {
    Ok(json!({ "text": engine.export_mappings(connection).await? }))
}

pub(crate) async fn import(engine: &Engine, connection: &str, text: &str) -> Result<Value, ApiError> {
    let draft = engine.import_mappings(connection, text).await?;
    Ok(json!(MappingDraft { mappings: draft.mappings, problems: draft.problems }))
}

pub(crate) async fn dry_run(
    engine: &Engine,
    connection: &str,
    sessions: &[String],
    mappings: Option<Vec<Mapping>>,
) -> Result<Value, ApiError> {
    let runs = engine.dry_run(connection, sessions, mappings).await?;
    Ok(json!(runs.into_iter().map(DryRun::from).collect::<Vec<_>>()))
}

pub(crate) async fn decide_suggestion(
    engine: &Engine,
    name: SuggestionName,
    take: bool,
    actor: &str,
) -> Result<Value, ApiError> {
    let session = engine.find_session(&name.session).await?;
    let seq = engine.decide_suggestion(session, &name.connection, name.mapping, take, actor).await?;
    Ok(json!({ "seq": seq }))
}

pub(crate) async fn analyst(engine: &Engine) -> Result<Value, ApiError> {
    Ok(json!(AnalystView::from(engine.analyst_state().await?)))
}

pub(crate) async fn set_analyst(engine: &Engine, set: AnalystSet, actor: &str) -> Result<Value, ApiError> {
    let state = engine.set_analyst(set.settings, set.key.map(|key| key.0), actor).await?;
    Ok(json!(AnalystView::from(state)))
}

/// A provider that fails is an answer: the settings are not wrong by themselves.
pub(crate) async fn test_analyst(engine: &Engine) -> Result<Value, ApiError> {
    Ok(json!(match engine.test_analyst().await {
        Ok(analysis) => AnalystAnswer {
            good: true,
            by: Some(analysis.by),
            model: analysis.model,
            cost: Some(analysis.cost),
            failure: None,
            hint: None,
        },
        Err(EngineError::Crm(failure)) => AnalystAnswer {
            good: false,
            by: None,
            model: None,
            cost: None,
            failure: Some(failure.message),
            hint: Some(failure.hint),
        },
        Err(other) => return Err(other.into()),
    }))
}
