//! Mappings as a file: from a sandbox to production.

use casebridge_domain::mapping::{self, Column, ColumnKind, Mapping, Problem, Source};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Engine;
use crate::error::EngineError;

/// The file's own name and version.
const FORMAT: u32 = 1;

/// What a file holds.
#[derive(Serialize, Deserialize)]
struct File {
    casebridge_mappings: u32,
    #[serde(default)]
    connection: String,
    #[serde(default)]
    version: i64,
    mappings: Vec<Mapping>,
}

/// Mappings that are not saved yet, and what keeps them from being.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The mappings, as they would be saved.
    pub mappings: Vec<Mapping>,
    /// What is wrong with them here.
    pub problems: Vec<Problem>,
}

impl Engine {
    /// The newest mappings as JSON text.
    pub async fn export_mappings(&self, name: &str) -> Result<String, EngineError> {
        let connection = self.connection(name).await?;
        let set = self.mapping_set(&connection, None).await?;
        let file = File {
            casebridge_mappings: FORMAT,
            connection: connection.name,
            version: set.version,
            mappings: set.mappings,
        };
        serde_json::to_string_pretty(&file)
            .map_err(|_| EngineError::invalid("mappings", "cannot be written as JSON", "report this"))
    }

    /// Reads a file, and checks it against this connection's columns. Nothing is saved.
    pub async fn import_mappings(&self, name: &str, text: &str) -> Result<Draft, EngineError> {
        let file: File = serde_json::from_str(text).map_err(|error| {
            EngineError::invalid(
                "text",
                format!("is no file of mappings: {error}"),
                "choose a file that was exported here",
            )
        })?;
        if file.casebridge_mappings != FORMAT {
            let problem = format!("has the format {}, which this version does not know", file.casebridge_mappings);
            return Err(EngineError::invalid("text", problem, "update, or export it again"));
        }
        let columns = self.columns(name, false).await?.columns;
        let mappings: Vec<Mapping> = file.mappings.into_iter().map(|one| adapted(one, &columns)).collect();
        let problems = super::problems::of(&mappings, &columns);
        Ok(Draft { mappings, problems })
    }
}

/// A mapping with this CRM's own values: rows have other ids in another installation, and the same labels.
fn adapted(mut mapping: Mapping, columns: &[Column]) -> Mapping {
    let Some(column) = columns.iter().find(|column| column.name == mapping.column) else { return mapping };
    let before = std::mem::replace(&mut mapping.kind, column.kind.clone());
    mapping.title.clone_from(&column.title);
    if let Source::Static { value } = &mut mapping.source {
        *value = translated(value, &before, &column.kind);
    }
    mapping.fallback = mapping.fallback.map(|value| translated(&value, &before, &column.kind));
    let words = std::mem::take(&mut mapping.synonyms);
    let renamed = |value: String| match translated(&Value::String(value.clone()), &before, &column.kind) {
        Value::String(here) => here,
        _ => value,
    };
    mapping.synonyms = words.into_iter().map(|(value, words)| (renamed(value), words)).collect();
    mapping
}

fn translated(value: &Value, from: &ColumnKind, to: &ColumnKind) -> Value {
    let (Some(from), Some(to)) = (from.allowed(), to.allowed()) else { return value.clone() };
    match value {
        Value::String(text) => {
            let stays = to.iter().any(|one| one.value.eq_ignore_ascii_case(text));
            let label =
                from.iter().find(|one| one.value.eq_ignore_ascii_case(text)).map(|one| one.label.to_lowercase());
            let here = label.and_then(|label| to.iter().find(|one| one.label.to_lowercase() == label));
            match here.filter(|_| !stays) {
                Some(here) => Value::String(here.value.clone()),
                None => value.clone(),
            }
        }
        Value::Array(values) => {
            let kind =
                |allowed: &[mapping::Allowed]| ColumnKind::Picklist { values: allowed.to_vec(), restricted: true };
            let (from, to) = (kind(from), kind(to));
            Value::Array(values.iter().map(|one| translated(one, &from, &to)).collect())
        }
        other => other.clone(),
    }
}
