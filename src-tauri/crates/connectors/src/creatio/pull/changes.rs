//! What changed anywhere in the CRM: one call a round, small rows, matched to our cases elsewhere (R16).

use std::sync::atomic::Ordering;

use casebridge_domain::{CallFailure, FailureClass, Mark, Marks, RecordKind, RecordRef};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use super::super::Creatio;
use super::super::many::Ask;
use super::super::odata::{Page, Query, id, id_of, instant, string};
use super::super::stock;
use super::walk::Walk;
use crate::port::{CallLog, ChangedCase, ChangedRecord, Changes};

const ACTIVITY: (&str, &str) = ("Activity", "Id,CaseId,ModifiedOn");
const CASE: (&str, &str) = ("Case", "Id,StatusId,OwnerId,PriorityId,ModifiedOn");
const PORTAL: (&str, &str) = ("PortalMessage", "Id,EntitySchemaUId,EntityId,ModifiedOn");

/// One set of a round.
struct Round {
    set: &'static str,
    walk: Walk,
    /// The mark has no time yet: only the newest change is looked for.
    begins: bool,
}

impl Round {
    fn ask(&self, select: &'static str) -> Result<Ask, CallFailure> {
        let set = self.set;
        if self.begins {
            let query = Query { set, select, filter: None, top: 1 };
            return Ok(Ask::page(set, &Page { query, order: "ModifiedOn desc", skip: 0 }));
        }
        self.walk.ask(set, select, None)
    }

    /// The rows to tell of, and whether there is more.
    fn take(&mut self, rows: Vec<Value>, now: Option<Timestamp>) -> (Vec<Value>, bool) {
        if !self.begins {
            return self.walk.take(rows);
        }
        // An empty set begins a moment ago: a clock that counts whole seconds must not pass over a change.
        let earlier = || now.map(|now| instant(now - SignedDuration::from_secs(1)));
        self.walk.mark.at = rows.first().and_then(|row| string(row, "ModifiedOn")).or_else(earlier);
        (Vec::new(), false)
    }
}

impl Creatio {
    pub(crate) async fn changes_since(&self, marks: &Marks, log: &CallLog) -> Result<Changes, CallFailure> {
        let round = |(set, select): (&'static str, &'static str), mark: &Mark| {
            (Round { set, walk: self.walked.resume(set, mark), begins: mark.at.is_none() }, select)
        };
        // Portal messages come last: what is wrong with them must not keep the others from being read.
        let mut rounds = vec![round(ACTIVITY, &marks.activities), round(CASE, &marks.cases)];
        if self.asks_portal() {
            rounds.push(round(PORTAL, &marks.portal));
        }
        let asks = rounds.iter().map(|(round, select)| round.ask(select)).collect::<Result<Vec<_>, _>>()?;
        let many = self.read_many(&asks, log).await?;
        let mut changes =
            Changes { now: many.at.map(|clock| clock.said()), marks: marks.clone(), ..Changes::default() };
        let mut taken = Vec::with_capacity(rounds.len());
        for ((round, _), list) in rounds.iter_mut().zip(many.lists) {
            let list = if round.set == PORTAL.0 { self.portal_rows(list) } else { list };
            taken.push(round.take(list?, changes.now));
        }
        // Only after everything was read: a failed round keeps its marks.
        for ((round, _), (rows, more)) in rounds.into_iter().zip(taken) {
            self.walked.keep(round.set, &round.walk);
            changes.more |= more;
            let mark = round.walk.mark;
            match round.set {
                "Case" => {
                    changes.cases.extend(rows.iter().filter_map(changed_case));
                    changes.marks.cases = mark;
                }
                "Activity" => {
                    changes.records.extend(rows.iter().filter_map(changed_activity));
                    changes.marks.activities = mark;
                }
                _ => {
                    changes.records.extend(rows.iter().filter_map(changed_message));
                    changes.marks.portal = mark;
                }
            }
        }
        Ok(changes)
    }

    /// Whether portal messages are asked for.
    pub(super) fn asks_portal(&self) -> bool {
        self.settings.replies.portal || !self.no_portal.load(Ordering::Relaxed)
    }

    /// Rows of portal messages. Where they are no replies, an instance without a portal, or one that closes it to
    /// us, is no failure.
    pub(super) fn portal_rows(&self, list: Result<Vec<Value>, CallFailure>) -> Result<Vec<Value>, CallFailure> {
        match list {
            Err(failure) if !self.settings.replies.portal && is_closed(&failure) => {
                self.no_portal.store(true, Ordering::Relaxed);
                Ok(Vec::new())
            }
            other => other,
        }
    }
}

fn is_closed(failure: &CallFailure) -> bool {
    failure.class == FailureClass::Rights || matches!(failure.status, Some(400 | 401 | 403 | 404))
}

fn changed_activity(row: &Value) -> Option<ChangedRecord> {
    changed(row, RecordKind::Activity, id(row, "CaseId")?)
}

fn changed_message(row: &Value) -> Option<ChangedRecord> {
    let on_case = id(row, "EntitySchemaUId").is_none_or(|schema| schema == stock::CASE_SCHEMA);
    changed(row, RecordKind::PortalMessage, id(row, "EntityId").filter(|_| on_case)?)
}

fn changed(row: &Value, kind: RecordKind, case: Uuid) -> Option<ChangedRecord> {
    let record = RecordRef { kind, id: id_of(row)? };
    Some(ChangedRecord { record, case, modified: string(row, "ModifiedOn").unwrap_or_default() })
}

fn changed_case(row: &Value) -> Option<ChangedCase> {
    Some(ChangedCase {
        id: id_of(row)?,
        status: id(row, "StatusId"),
        owner: id(row, "OwnerId"),
        priority: id(row, "PriorityId"),
        modified: string(row, "ModifiedOn").unwrap_or_default(),
    })
}
