//! What a plan knows of mapped columns, kept in memory: most engines plan far more often than anybody maps.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use casebridge_domain::mapping::{Column, MappingSet};
use casebridge_domain::plan::fields::{FieldSources, Refusal, Said};
use casebridge_domain::plan::rows::Rows;
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
    /// `rows`: what the CRM said about rows that are named by their label.
    pub(crate) fn sources<'a>(&'a self, session: &'a Session, said: &'a Said, rows: &'a Rows) -> FieldSources<'a> {
        let Self { set, columns, refused } = self;
        FieldSources { mappings: &set.mappings, columns, session, said, refused, rows }
    }

    /// Whether an analyst is asked for anything.
    pub(crate) fn asks(&self) -> bool {
        self.set.mappings.iter().any(casebridge_domain::mapping::Mapping::asks)
    }
}

/// What was read, and how often something of it was forgotten.
#[derive(Debug, Default)]
struct Kept {
    /// By connection; `None` where nothing is mapped.
    known: HashMap<ConnectionId, Option<Arc<Mapped>>>,
    forgotten: u64,
}

/// The mappings that were read, kept until something of them changes.
#[derive(Debug, Default)]
pub(crate) struct MappedCache(Mutex<Kept>);

impl MappedCache {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept, or how often something was forgotten before it is read.
    fn get(&self, connection: ConnectionId) -> Result<Option<Arc<Mapped>>, u64> {
        let kept = self.kept();
        kept.known.get(&connection).cloned().ok_or(kept.forgotten)
    }

    /// Keeps what was read, unless something was forgotten meanwhile: it may be older than that.
    fn keep(&self, connection: ConnectionId, known: Option<Arc<Mapped>>, forgotten: u64) {
        let mut kept = self.kept();
        if kept.forgotten == forgotten {
            kept.known.insert(connection, known);
        }
    }

    fn forget(&self, connection: ConnectionId) {
        let mut kept = self.kept();
        kept.forgotten += 1;
        kept.known.remove(&connection);
    }
}

impl Engine {
    /// What is mapped on a connection; `None`: nothing that is switched on.
    pub(crate) async fn mapped(&self, connection: ConnectionId) -> Result<Option<Arc<Mapped>>, StoreError> {
        let forgotten = match self.inner.mapped.get(connection) {
            Ok(known) => return Ok(known),
            Err(forgotten) => forgotten,
        };
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
        self.inner.mapped.keep(connection, known.clone(), forgotten);
        Ok(known)
    }

    /// Something of it changed: it is read again.
    pub(crate) fn forget_mapped(&self, connection: ConnectionId) {
        self.inner.mapped.forget(connection);
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let (cache, connection) = (MappedCache::default(), ConnectionId(Uuid::from_u128(1)));
        let before = cache.get(connection).expect_err("nothing is kept yet");
        cache.forget(connection);
        cache.keep(connection, None, before);
        let now = cache.get(connection).expect_err("it may be older than the change");
        cache.keep(connection, None, now);
        assert!(cache.get(connection).is_ok_and(|known| known.is_none()), "what was read since is kept");
    }
}
