//! Looking at cases: how they stand, and the records on them.

use std::collections::HashMap;

use casebridge_domain::{CallFailure, CaseFacts, CaseSeen, CrmRecord, Named, RecordRef};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::super::Creatio;
use super::super::many::Ask;
use super::super::odata::{Filter, IDS_PER_FILTER, Query, id, id_of, moment, raw, string};
use super::super::probe::Statuses;
use super::super::record;
use super::super::settle::CaseRow;
use super::columns::{PORTAL, blame_settings};
use super::walk::Walk;
use super::{PAGE, SMALL_PAGE};
use crate::crm_clock::CrmClock;
use crate::port::{CallLog, Look, LookAt};
use crate::wire::TOO_LONG;

/// Rows that were read of one group of cases.
struct Read {
    clock: Option<CrmClock>,
    cases: Vec<Value>,
    activities: Vec<Value>,
    portal: Vec<Value>,
}

impl Creatio {
    pub(crate) async fn look_at(&self, cases: &[LookAt], log: &CallLog) -> Result<Look, CallFailure> {
        let mut look = Look::default();
        for group in cases.chunks(IDS_PER_FILTER) {
            let read = match self.read_group(group, PAGE, log).await {
                Err(failure) if failure.message == TOO_LONG => self.read_group(group, SMALL_PAGE, log).await?,
                other => other?,
            };
            // What was read first is the oldest: the clock must not be ahead of it.
            look.clock = look.clock.or(read.clock);
            self.add_cases(group, &read.cases, &mut look, log).await?;
            look.records.extend(self.records_of(group, &read));
        }
        look.records.sort_by_key(|record| (record.modified.parse::<Timestamp>().ok(), record.record.id));
        self.name_all(&mut look, log).await;
        Ok(look)
    }

    /// All rows of a group; a column that the CRM does not have is crossed out and everything read again.
    async fn read_group(&self, group: &[LookAt], top: usize, log: &CallLog) -> Result<Read, CallFailure> {
        loop {
            match self.try_group(group, top, log).await {
                Err(failure) if self.columns.cross_out(&failure) => {}
                other => return other.map_err(|failure| blame_settings(failure, &self.settings)),
            }
        }
    }

    async fn try_group(&self, group: &[LookAt], top: usize, log: &CallLog) -> Result<Read, CallFailure> {
        let on = |path: &str| Filter::any(group.iter().map(|look| Filter::guid(path, look.case)));
        let cases = self.columns.of_case();
        let activity = self.columns.of_activity(&self.settings);
        let query = Query { set: "Case", select: &cases, filter: on("Id"), top: group.len() };
        let mut activities = Some(Walk::since(smallest(group), top));
        let mut portal = self.asks_portal().then(|| Walk::since(smallest(group), top));
        let mut read = Read { clock: None, cases: Vec::new(), activities: Vec::new(), portal: Vec::new() };
        let mut first = Some(Ask::list("Case", &query));
        while first.is_some() || activities.is_some() || portal.is_some() {
            let mut asks: Vec<Ask> = Vec::new();
            asks.extend(first.clone());
            if let Some(walk) = &activities {
                asks.push(walk.ask("Activity", &activity, on("Case/Id"))?);
            }
            if let Some(walk) = &portal {
                asks.push(walk.ask("PortalMessage", PORTAL, on("EntityId"))?);
            }
            let many = self.read_many(&asks, log).await?;
            read.clock = read.clock.or(many.at);
            let mut lists = many.lists.into_iter();
            let mut next = || lists.next().unwrap_or_else(|| Ok(Vec::new()));
            if first.take().is_some() {
                read.cases = next()?;
            }
            if let Some(walk) = &mut activities {
                let (rows, more) = walk.take(next()?);
                read.activities.extend(rows);
                if !more {
                    activities = None;
                }
            }
            if let Some(walk) = &mut portal {
                let (rows, more) = walk.take(self.portal_rows(next())?);
                read.portal.extend(rows);
                if !more {
                    portal = None;
                }
            }
        }
        Ok(read)
    }

    /// Each row once, as it was read last, unless it is older than what its case was asked for.
    fn records_of(&self, group: &[LookAt], read: &Read) -> Vec<CrmRecord> {
        let since: HashMap<Uuid, Option<Timestamp>> =
            group.iter().map(|look| (look.case, look.since.as_ref().and_then(|text| text.parse().ok()))).collect();
        let activities = read.activities.iter().filter_map(|row| record::of_activity(row, &self.settings));
        let portal = read.portal.iter().filter_map(|row| record::of_portal_message(row, &self.settings));
        let mut records: HashMap<RecordRef, CrmRecord> = HashMap::new();
        for record in activities.chain(portal) {
            let Some(since) = since.get(&record.case) else { continue };
            let changed = record.modified.parse::<Timestamp>().ok();
            if since.is_none() || changed.is_none() || changed >= *since {
                records.insert(record.record, record);
            }
        }
        records.into_values().collect()
    }

    async fn add_cases(
        &self,
        group: &[LookAt],
        rows: &[Value],
        look: &mut Look,
        log: &CallLog,
    ) -> Result<(), CallFailure> {
        let mut by_id: HashMap<Uuid, Value> = rows.iter().filter_map(|row| Some((id_of(row)?, row.clone()))).collect();
        let mut seen: HashMap<Uuid, CaseSeen> = HashMap::new();
        for LookAt { case, .. } in group {
            if by_id.contains_key(case) {
                continue;
            }
            // A list leaves out what is gone and what is closed to us alike.
            match self.case_by_key(*case, &self.columns.of_case(), log).await? {
                CaseRow::Stands { row, .. } => drop(by_id.insert(*case, row)),
                CaseRow::Absent => drop(seen.insert(*case, CaseSeen::Absent)),
                CaseRow::Unreadable => drop(seen.insert(*case, CaseSeen::Unreadable)),
            }
        }
        if !by_id.is_empty() {
            let wanted: Vec<Uuid> = by_id.values().filter_map(|row| id(row, "StatusId")).collect();
            let statuses = self.statuses_with(&wanted, log).await?;
            seen.extend(by_id.iter().map(|(case, row)| (*case, stands(row, &statuses))));
        }
        look.cases.extend(group.iter().filter_map(|LookAt { case, .. }| Some((*case, seen.get(case)?.clone()))));
        Ok(())
    }

    async fn name_all(&self, look: &mut Look, log: &CallLog) {
        let facts = || {
            look.cases.iter().filter_map(|(_, seen)| match seen {
                CaseSeen::Stands(facts) => Some(facts),
                _ => None,
            })
        };
        let owners = facts().filter_map(|facts| facts.owner.as_ref());
        let authors = look.records.iter().filter_map(|record| record.author.as_ref());
        let priorities = facts().filter_map(|facts| facts.priority.as_ref()).map(|named| named.id);
        self.learn_names(owners.chain(authors).map(|named| named.id), priorities, log).await;
        for (_, seen) in &mut look.cases {
            if let CaseSeen::Stands(facts) = seen {
                facts.owner.iter_mut().chain(facts.priority.iter_mut()).for_each(|named| self.names.fill(named));
            }
        }
        look.records.iter_mut().filter_map(|record| record.author.as_mut()).for_each(|named| self.names.fill(named));
    }
}

/// The earliest time asked for; a filter with a time for each case would have too many nodes.
fn smallest(group: &[LookAt]) -> Option<String> {
    let times: Option<Vec<(Timestamp, &String)>> =
        group.iter().map(|look| look.since.as_ref().and_then(|text| Some((text.parse().ok()?, text)))).collect();
    times?.into_iter().min().map(|(_, text)| text.clone())
}

/// How a case stands. A parent case says nothing: child cases have one too. That a case was merged shows where its
/// records stand now, which only the ledger's keeper can tell.
fn stands(row: &Value, statuses: &Statuses) -> CaseSeen {
    let status = id(row, "StatusId").unwrap_or_default();
    let class = statuses.class(status);
    let named = |column| id(row, column).map(|id| Named { id, name: None });
    let over = ["ClosureDate", "SolutionProvidedOn", "ModifiedOn"].iter().find_map(|column| moment(row, column));
    CaseSeen::Stands(CaseFacts {
        number: string(row, "Number"),
        status: Named { id: status, name: statuses.name(status).map(str::to_owned) },
        class,
        owner: named("OwnerId"),
        priority: named("PriorityId"),
        contact: id(row, "ContactId"),
        modified: raw(row, "ModifiedOn").to_owned(),
        over_since: over.filter(|_| class.is_over()),
    })
}
