//! What a plan knows of mapped columns, kept in memory: most engines plan far more often than anybody maps.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use casebridge_domain::mapping::{Column, MappingSet};
use casebridge_domain::plan::fields::{FieldSources, Refusal, Said};
use casebridge_domain::{ConnectionId, Session};
use casebridge_store::StoreError;

use crate::Engine;

/// A connection's mappings, with all that the store knows of their columns.
#[derive(Debug)]
pub(crate) struct Mapped {
    pub(crate) set: MappingSet,
    pub(crate) columns: Vec<Column>,
    pub(crate) refused: BTreeMap<String, Refusal>,
}

impl Mapped {
    pub(crate) fn sources<'a>(&'a self, session: &'a Session, said: &'a Said) -> FieldSources<'a> {
        FieldSources { mappings: &self.set.mappings, columns: &self.columns, session, said, refused: &self.refused }
    }

    /// Whether an analyst is asked for anything.
    pub(crate) fn asks(&self) -> bool {
        self.set.mappings.iter().any(casebridge_domain::mapping::Mapping::asks)
    }
}

/// By connection; `None` where nothing is mapped.
#[derive(Debug, Default)]
pub(crate) struct MappedCache(Mutex<HashMap<ConnectionId, Option<Arc<Mapped>>>>);

impl Engine {
    /// What is mapped on a connection; `None`: nothing that is switched on.
    pub(crate) async fn mapped(&self, connection: ConnectionId) -> Result<Option<Arc<Mapped>>, StoreError> {
        let cache = &self.inner.mapped;
        if let Some(known) = cache.0.lock().unwrap_or_else(PoisonError::into_inner).get(&connection) {
            return Ok(known.clone());
        }
        let set = self.store().mapping_set(connection, None).await?;
        let set = set.filter(|set| set.mappings.iter().any(|mapping| mapping.enabled));
        let known = match set {
            None => None,
            Some(set) => {
                let columns = self.store().columns(connection).await?.map(|(columns, _)| columns).unwrap_or_default();
                let refused = self.store().refused_columns(connection, set.version).await?;
                let refused = refused.into_iter().map(|one| (one.column, one.refusal)).collect();
                Some(Arc::new(Mapped { set, columns, refused }))
            }
        };
        cache.0.lock().unwrap_or_else(PoisonError::into_inner).insert(connection, known.clone());
        Ok(known)
    }

    /// Something of it changed: it is read again.
    pub(crate) fn forget_mapped(&self, connection: ConnectionId) {
        self.inner.mapped.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&connection);
    }
}
