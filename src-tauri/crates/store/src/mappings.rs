//! Mapped columns, as the store sees them.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casebridge_domain::mapping::{Column, MappingSet};
use casebridge_domain::plan::fields::Refusal;
use casebridge_domain::{ConnectionId, Event, SessionId};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::error::StoreError;

/// A version of the mappings, without them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingVersion {
    /// 1 is the first.
    pub version: i64,
    /// Who made it.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// How many mappings it has.
    pub count: i64,
}

/// A column that the CRM refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedColumn {
    /// Its name.
    pub column: String,
    /// What the CRM said.
    pub refusal: Refusal,
    /// The conversation in which it said so last.
    pub session: SessionId,
    /// When it said so first.
    pub since: Timestamp,
}

/// A column that conversations went without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WentWithout {
    /// Its name.
    pub column: String,
    /// How many conversations.
    pub conversations: i64,
    /// The one in which that happened last.
    pub last: SessionId,
    /// When that was.
    pub last_at: Timestamp,
}

/// What a pass did to the mapped columns of its case. Values are personal data: `Debug` names columns only.
#[derive(Clone, Default)]
pub struct FieldsResult {
    /// The case.
    pub case: Uuid,
    /// The mappings' version.
    pub version: i64,
    /// What stands now because of us, by column.
    pub wrote: BTreeMap<String, Value>,
    /// What the CRM refused, by column.
    pub refused: BTreeMap<String, Refusal>,
}

impl std::fmt::Debug for FieldsResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FieldsResult")
            .field("wrote", &self.wrote.keys())
            .field("refused", &self.refused.keys())
            .finish_non_exhaustive()
    }
}

/// Mappings, columns, and what became of them.
#[async_trait]
pub trait Mappings: Send + Sync {
    /// A version of a connection's mappings; the newest unless one is named.
    async fn mapping_set(
        &self,
        connection: ConnectionId,
        version: Option<i64>,
    ) -> Result<Option<MappingSet>, StoreError>;
    /// Keeps a version. `false`: there is one of that number or a newer one already, and nothing changed.
    async fn save_mapping_set(&self, set: MappingSet) -> Result<bool, StoreError>;
    /// All versions, the newest first.
    async fn mapping_versions(&self, connection: ConnectionId) -> Result<Vec<MappingVersion>, StoreError>;
    /// The CRM's columns as they were read last, and when.
    async fn columns(&self, connection: ConnectionId) -> Result<Option<(Vec<Column>, Timestamp)>, StoreError>;
    /// Keeps columns that were just read; what the CRM refused before is forgotten and tried again.
    async fn keep_columns(
        &self,
        connection: ConnectionId,
        columns: Vec<Column>,
        at: Timestamp,
    ) -> Result<(), StoreError>;
    /// The values that we wrote last to a case, by column.
    async fn fields_written(&self, connection: ConnectionId, case: Uuid)
    -> Result<BTreeMap<String, Value>, StoreError>;
    /// What the CRM refused under a version, by column.
    async fn refused_columns(&self, connection: ConnectionId, version: i64) -> Result<Vec<RefusedColumn>, StoreError>;
    /// The columns that conversations went without under a version, among the newest `steps` steps of all lanes. `false`:
    /// there are more steps than that since `since`, so there may be more conversations.
    async fn went_without(
        &self,
        connection: ConnectionId,
        version: i64,
        since: Timestamp,
        steps: i64,
    ) -> Result<(Vec<WentWithout>, bool), StoreError>;
    /// Of the `limit` conversations that changed last and were handed off: the newest handoffs that are written to a case of
    /// the connection, were taken in at or after `since`, and that no analyst read under the version. One that failed before
    /// `failed_since` counts as read.
    async fn unread_handoffs(
        &self,
        connection: ConnectionId,
        version: i64,
        since: Timestamp,
        failed_since: Timestamp,
        limit: i64,
    ) -> Result<Vec<Event>, StoreError>;
    /// The events of a session that tell values: handoffs, given values, analyses, decisions about suggestions. In order.
    async fn field_events(&self, session: SessionId) -> Result<Vec<Event>, StoreError>;
}
