//! The CRM's columns: read on demand, kept with their age.

use std::time::Duration;

use casebridge_connectors::CallLog;
use casebridge_domain::mapping::{Allowed, Column};
use jiff::Timestamp;

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;

/// Columns read longer ago than this are called old.
const OLD: Duration = Duration::from_secs(24 * 60 * 60);

/// The columns of a connection's cases.
#[derive(Debug, Clone)]
pub struct ColumnList {
    /// Required ones first, then by title.
    pub columns: Vec<Column>,
    /// When they were read.
    pub read_at: Timestamp,
    /// Whether that is longer ago than a day.
    pub stale: bool,
}

impl Engine {
    /// The columns of a connection's cases, as they were read last; read now when they never were, or on demand. Reading
    /// them anew forgets what the CRM refused before.
    pub async fn columns(&self, name: &str, refresh: bool) -> Result<ColumnList, EngineError> {
        let connection = self.connection(name).await?;
        let now = self.clock().now();
        if !refresh && let Some((columns, read_at)) = self.store().columns(connection.id).await? {
            let age = Duration::try_from(now.duration_since(read_at)).unwrap_or_default();
            return Ok(ColumnList { columns, read_at, stale: age > OLD });
        }
        let crm = self.client(&connection)?;
        let mut columns = crm.columns(&CallLog::default()).await.map_err(EngineError::Crm)?;
        columns.sort_by_cached_key(|column| (!column.required, column.title.to_lowercase(), column.name.clone()));
        self.store().keep_columns(connection.id, columns.clone(), now).await?;
        self.forget_mapped(connection.id);
        // What was refused is tried anew: whoever shows refusals looks again.
        self.tell([Change::Connections]);
        Ok(ColumnList { columns, read_at: now, stale: false })
    }

    /// Values that a column allows, by a part of their label. Rows of large lookups are asked of the CRM.
    pub async fn lookup_values(
        &self,
        name: &str,
        column: &str,
        query: Option<&str>,
    ) -> Result<Vec<Allowed>, EngineError> {
        let columns = self.columns(name, false).await?.columns;
        let found = columns.iter().find(|one| one.name == column);
        let found = found.ok_or(EngineError::NotFound { what: "column", name: column.to_owned() })?;
        let Some(known) = found.kind.allowed() else {
            return Err(EngineError::invalid("column", "is no list of values", "name a picklist or a lookup"));
        };
        if !known.is_empty() {
            let part = query.unwrap_or_default().trim().to_lowercase();
            return Ok(known.iter().filter(|one| one.label.to_lowercase().contains(&part)).cloned().collect());
        }
        let connection = self.connection(name).await?;
        let crm = self.client(&connection)?;
        crm.lookup(column, query, &CallLog::default()).await.map_err(EngineError::Crm)
    }
}
