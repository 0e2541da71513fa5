//! Names of people and priorities. Expanded navigations are known to come without names, so names are looked up
//! by id, once each.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use casebridge_domain::{CallFailure, FailureClass, Named};
use uuid::Uuid;

use super::super::Creatio;
use super::super::many::Ask;
use super::super::odata::{Filter, Query, id_of, string};
use crate::port::CallLog;

/// Most names kept.
const MOST: usize = 4096;
/// Most filters of one look-up: who is left is asked for the next time.
const FILTERS: usize = 8;

/// The names that were looked up, and the ids that have none for us.
#[derive(Debug, Default)]
pub(crate) struct Names(Mutex<HashMap<Uuid, Option<String>>>);

impl Names {
    fn unknown(&self, ids: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut unknown: Vec<Uuid> = ids.filter(|id| !known.contains_key(id)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        unknown
    }

    fn keep(&self, names: impl Iterator<Item = (Uuid, Option<String>)>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        for (id, name) in names {
            let place = known.entry(id).or_default();
            *place = name.or_else(|| place.take());
        }
    }

    /// Puts the name beside an id, if it is known.
    pub(super) fn fill(&self, named: &mut Named) {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if named.name.is_none() {
            named.name = known.get(&named.id).cloned().flatten();
        }
    }
}

impl Creatio {
    /// Looks up the names that are not known yet, in one call. A name is never worth a failure.
    pub(super) async fn learn_names(
        &self,
        people: impl Iterator<Item = Uuid>,
        priorities: impl Iterator<Item = Uuid>,
        log: &CallLog,
    ) {
        let people = self.names.unknown(people);
        let priorities = self.names.unknown(priorities);
        let lists = [("Contact", &people), ("CasePriority", &priorities)];
        let mut asked: Vec<Uuid> = Vec::new();
        let mut asks: Vec<Ask> = Vec::new();
        for (set, ids) in lists {
            for group in ids.chunks(super::super::odata::IDS_PER_FILTER).take(FILTERS) {
                let filter = Filter::any(group.iter().map(|id| Filter::guid("Id", *id)));
                asks.push(Ask::from(&Query { set, select: "Id,Name", filter, top: group.len() }));
                asked.extend(group);
            }
        }
        if asks.is_empty() {
            return;
        }
        let rows = match self.read_many(&asks, log).await {
            Ok(many) => many.lists,
            Err(failure) => vec![Err(failure)],
        };
        // After the first failure the others were not even tried.
        let lasting = rows.iter().find_map(|list| list.as_ref().err()).is_none_or(is_lasting);
        for rows in rows.into_iter().flatten() {
            self.names.keep(rows.iter().filter_map(|row| Some((id_of(row)?, string(row, "Name")))));
        }
        if lasting {
            self.names.keep(asked.into_iter().map(|id| (id, None)));
        }
    }
}

/// Whether asking again soon would bring the same.
fn is_lasting(failure: &CallFailure) -> bool {
    matches!(failure.class, FailureClass::Rights | FailureClass::Refused | FailureClass::Setup)
}
