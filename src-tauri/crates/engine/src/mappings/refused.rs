//! The mapped columns that the CRMs refuse, for whoever looks at what is not delivered.

use casebridge_domain::plan::fields::{Refusal, kind_of};
use casebridge_domain::{Connection, SessionId};
use casebridge_store::RefusedColumn;
use jiff::Timestamp;
use uuid::Uuid;

use crate::Engine;
use crate::error::EngineError;

/// Newest steps of all lanes that are looked through for conversations that went without a column.
const STEPS: i64 = 10_000;

/// A mapped column that the CRM refused under the newest version of its mappings, or some of its values. They are not sent
/// until the mappings are saved anew, or the columns are read anew.
#[derive(Debug, Clone)]
pub struct RefusedField {
    /// The connection's name.
    pub connection: String,
    /// Its mapping.
    pub mapping: Uuid,
    /// The column.
    pub column: String,
    /// Its title.
    pub title: String,
    /// What the CRM said, and what to do.
    pub refusal: Refusal,
    /// When it said so first.
    pub since: Timestamp,
    /// How many conversations went without it.
    pub conversations: i64,
    /// Whether older ones were not looked at: there may be more.
    pub bounded: bool,
    /// The conversation that went without it last.
    pub last: SessionId,
    /// When that was.
    pub last_at: Timestamp,
}

impl Engine {
    /// The mapped columns that the CRMs refuse, the newest first.
    pub async fn refused_fields(&self) -> Result<Vec<RefusedField>, EngineError> {
        let mut all = Vec::new();
        for connection in self.store().connections().await? {
            all.extend(self.refused_on(&connection).await?);
        }
        all.sort_by_key(|one: &RefusedField| std::cmp::Reverse(one.last_at));
        Ok(all)
    }

    async fn refused_on(&self, connection: &Connection) -> Result<Vec<RefusedField>, EngineError> {
        let Some(mapped) = self.mapped(connection.id).await? else { return Ok(Vec::new()) };
        if mapped.refused.is_empty() {
            return Ok(Vec::new());
        }
        let version = mapped.set.version;
        let refused = self.store().refused_columns(connection.id, version).await?;
        let Some(since) = refused.iter().map(|one| one.since).min() else { return Ok(Vec::new()) };
        let (without, all) = self.store().went_without(connection.id, version, since, STEPS).await?;
        let field = |one: RefusedColumn| {
            let mapping = mapped.set.mappings.iter().find(|mapping| mapping.enabled && mapping.column == one.column)?;
            // A column that is only shorter than it was said to be is written.
            if one.refusal.only_cuts(kind_of(mapping, &mapped.columns)) {
                return None;
            }
            let counted = without.iter().find(|counted| counted.column == one.column);
            Some(RefusedField {
                connection: connection.name.clone(),
                mapping: mapping.id,
                title: mapping.title.clone(),
                since: one.since,
                // The one in which the CRM said so may be further back than was looked.
                conversations: counted.map_or(1, |counted| counted.conversations),
                bounded: !all,
                last: counted.map_or(one.session, |counted| counted.last),
                last_at: counted.map_or(one.since, |counted| counted.last_at),
                column: one.column,
                refusal: one.refusal,
            })
        };
        Ok(refused.into_iter().filter_map(field).collect())
    }
}
