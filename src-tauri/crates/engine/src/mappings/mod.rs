//! Mapped columns: versions, checks, export and import; what is known for a plan; dry runs, suggestions and refusals.

mod columns;
mod dry_run;
mod known;
mod problems;
mod refused;
mod rows;
mod suggestions;
mod transfer;

use std::collections::BTreeMap;

use casebridge_domain::Connection;
use casebridge_domain::mapping::{self, Alarm, Mapping, MappingSet, Problem};
pub use casebridge_store::{MappingVersion, RefusedColumn};
use jiff::Timestamp;
use serde_json::json;

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;

pub use columns::ColumnList;
pub use dry_run::DryRun;
pub(crate) use known::{Mapped, MappedCache};
pub use refused::RefusedField;
pub(crate) use rows::rows_named;
pub use suggestions::Suggestion;
pub use transfer::Draft;

/// A connection's mappings and how they stand.
#[derive(Debug, Clone)]
pub struct MappingsState {
    /// The newest version; version 0 when nothing was ever mapped.
    pub set: MappingSet,
    /// What became wrong since.
    pub alarms: Vec<Alarm>,
    /// When the CRM's columns were read last.
    pub columns_read_at: Option<Timestamp>,
}

/// What a save brought.
#[derive(Debug, Clone)]
pub enum Saved {
    /// The new version.
    Set(MappingSet),
    /// Nothing was saved.
    Problems(Vec<Problem>),
}

impl Engine {
    /// The mappings of a connection, with what became wrong since they were saved.
    pub async fn mappings(&self, name: &str) -> Result<MappingsState, EngineError> {
        let connection = self.connection(name).await?;
        let set = self.mapping_set(&connection, None).await?;
        let cached = self.store().columns(connection.id).await?;
        let refused: BTreeMap<String, String> = self
            .store()
            .refused_columns(connection.id, set.version)
            .await?
            .into_iter()
            .filter(|one| {
                let mapping = set.mappings.iter().find(|mapping| mapping.column == one.column);
                mapping.is_none_or(|mapping| !one.refusal.only_cuts(&mapping.kind))
            })
            .map(|one| (one.column, one.refusal.words))
            .collect();
        // Without metadata nobody can tell what became of a column.
        let alarms = match &cached {
            Some((columns, _)) => mapping::alarms(&set.mappings, columns, &refused),
            None => Vec::new(),
        };
        Ok(MappingsState { set, alarms, columns_read_at: cached.map(|(_, at)| at) })
    }

    /// A version of a connection's mappings.
    pub async fn mappings_version(&self, name: &str, version: i64) -> Result<MappingSet, EngineError> {
        let connection = self.connection(name).await?;
        let found = self.store().mapping_set(connection.id, Some(version)).await?;
        found.ok_or(EngineError::NotFound { what: "version of the mappings", name: version.to_string() })
    }

    /// All versions of a connection's mappings, the newest first.
    pub async fn mappings_versions(&self, name: &str) -> Result<Vec<MappingVersion>, EngineError> {
        let connection = self.connection(name).await?;
        Ok(self.store().mapping_versions(connection.id).await?)
    }

    /// What is wrong with mappings, against the CRM's columns.
    pub async fn check_mappings(&self, name: &str, mappings: &[Mapping]) -> Result<Vec<Problem>, EngineError> {
        let columns = self.columns(name, false).await?.columns;
        Ok(problems::of(mappings, &columns))
    }

    /// Saves mappings as the version after `based_on`. Conversations from now on get them; what is written stays.
    pub async fn save_mappings(
        &self,
        name: &str,
        based_on: i64,
        mut mappings: Vec<Mapping>,
        actor: &str,
    ) -> Result<Saved, EngineError> {
        let connection = self.connection(name).await?;
        let newest = self.mapping_set(&connection, None).await?;
        let conflict = || EngineError::Changed { what: format!("the mappings of {}", connection.name) };
        if newest.version != based_on {
            return Err(conflict());
        }
        let columns = self.columns(name, false).await?.columns;
        let problems = problems::of(&mappings, &columns);
        if !problems.is_empty() {
            return Ok(Saved::Problems(problems));
        }
        for mapping in &mut mappings {
            // What later metadata are compared with is the column as it is now.
            if let Some(column) = columns.iter().find(|column| column.name == mapping.column) {
                mapping.kind = column.kind.clone();
                mapping.title.clone_from(&column.title);
            }
        }
        let set = MappingSet {
            connection: connection.id,
            version: based_on + 1,
            author: actor.to_owned(),
            at: self.clock().now(),
            mappings,
        };
        if !self.store().save_mapping_set(set.clone()).await? {
            return Err(conflict());
        }
        self.forget_mapped(connection.id);
        let detail = json!({ "version": set.version, "mappings": set.mappings.len() });
        self.store().audit(actor, "mappings.save", &connection.id.to_string(), detail, set.at).await?;
        self.tell([Change::Connections]);
        Ok(Saved::Set(set))
    }

    async fn mapping_set(&self, connection: &Connection, version: Option<i64>) -> Result<MappingSet, EngineError> {
        let found = self.store().mapping_set(connection.id, version).await?;
        Ok(found.unwrap_or_else(|| MappingSet {
            connection: connection.id,
            version: 0,
            author: String::new(),
            at: connection.created_at,
            mappings: Vec::new(),
        }))
    }
}
