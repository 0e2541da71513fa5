//! What changed anywhere in the org: one call a round, small rows, matched to our cases elsewhere (R16).
//!
//! Stamps have whole seconds and repeat: a round reads everything at or after its mark in the order of (stamp, id),
//! and leaves the mark at the last stamp it saw. Rows of that stamp are read once more by the next round, and known
//! again by the ledger.

use casebridge_domain::{CallFailure, Mark, Marks, RecordKind, RecordRef};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Salesforce;
use super::ids::value_id;
use super::read::{Ask, Page, id, string};
use super::record::{comment_ref, modified, parent};
use super::shape::case_uuid;
use super::soql;
use super::standing::since;
use crate::port::{CallLog, ChangedCase, ChangedRecord, Changes};

/// One object of a round.
struct Round {
    what: &'static str,
    object: &'static str,
    fields: String,
    mark: Mark,
}

impl Round {
    fn ask(&self) -> Ask {
        let Round { what, object, fields, mark } = self;
        let soql = match mark.at.as_deref().and_then(since) {
            Some(since) => format!("SELECT {fields} FROM {object} WHERE {since} ORDER BY SystemModstamp,Id"),
            // Only the newest change is looked for.
            None => format!("SELECT {fields} FROM {object} ORDER BY SystemModstamp DESC LIMIT 1"),
        };
        Ask::new(what, soql)
    }
}

impl Salesforce {
    pub(crate) async fn changes_since(&self, marks: &Marks, log: &CallLog) -> Result<Changes, CallFailure> {
        let shape = self.shape(log).await?;
        let (keys, parents) = (shape.key_fields(""), shape.key_fields("Parent."));
        let round = |what, object, fields: String, mark: &Mark| Round { what, object, fields, mark: mark.clone() };
        let case = format!("Id,Status,OwnerId,Priority,SystemModstamp{keys}");
        let comment = format!("Id,ParentId,CommentBody,SystemModstamp{parents}");
        let mail = format!("Id,ParentId,SystemModstamp{parents}");
        let mut rounds = vec![
            round("reading Case", "Case", case, &marks.cases),
            round("reading CaseComment", "CaseComment", comment, &marks.activities),
        ];
        if self.reads_mail() {
            rounds.push(round("reading EmailMessage", "EmailMessage", mail, &marks.portal));
        }
        let asks: Vec<Ask> = rounds.iter().map(Round::ask).collect();
        let many = self.many(&asks, log).await?;
        let mut changes =
            Changes { now: many.at.map(|clock| clock.said()), marks: marks.clone(), ..Changes::default() };
        // Marks move only after everything was read: a failed round keeps them.
        for (round, page) in rounds.iter().zip(many.pages) {
            let page = if round.object == "EmailMessage" { self.mail_page(page)? } else { page? };
            let (rows, mark, more) = self.through(round, page, changes.now, log).await?;
            changes.more |= more;
            match round.object {
                "Case" => {
                    changes.cases.extend(rows.iter().filter_map(changed_case));
                    changes.marks.cases = mark;
                }
                "CaseComment" => {
                    changes.records.extend(rows.iter().filter_map(|row| changed(row, comment_ref(row)?)));
                    changes.marks.activities = mark;
                }
                _ => {
                    changes.records.extend(rows.iter().filter_map(|row| changed(row, mail_ref(row)?)));
                    changes.marks.portal = mark;
                }
            }
        }
        Ok(changes)
    }

    /// The rows of a round, where the next one begins, and whether there is more. Pages are followed until the stamp
    /// moves on: thousands of rows may share one.
    async fn through(
        &self,
        round: &Round,
        page: Page,
        now: Option<Timestamp>,
        log: &CallLog,
    ) -> Result<(Vec<Value>, Mark, bool), CallFailure> {
        let Some(from) = &round.mark.at else {
            // An empty object begins a moment ago: a clock that counts whole seconds must not pass over a change.
            let earlier = || now.map(|now| soql::moment(now - SignedDuration::from_secs(1)));
            let at = page.rows.first().map(modified).filter(|at| !at.is_empty()).or_else(earlier);
            return Ok((Vec::new(), Mark { at, skip: 0 }, false));
        };
        let from: Option<Timestamp> = from.parse().ok();
        let Page { mut rows, mut next } = page;
        let stamp = |rows: &[Value]| rows.last().map(modified).filter(|at| !at.is_empty());
        while let Some(path) = next.take_if(|_| stamp(&rows).and_then(|at| at.parse().ok()) <= from) {
            let page = self.page(round.what, path, log).await?;
            rows.extend(page.rows);
            next = page.next;
        }
        let at = stamp(&rows).or_else(|| round.mark.at.clone());
        Ok((rows, Mark { at, skip: 0 }, next.is_some()))
    }
}

fn mail_ref(row: &Value) -> Option<RecordRef> {
    Some(RecordRef { kind: RecordKind::Activity, id: id(row, "Id")?.to_uuid() })
}

fn changed(row: &Value, record: RecordRef) -> Option<ChangedRecord> {
    Some(ChangedRecord { record, case: parent(row)?, modified: modified(row) })
}

fn changed_case(row: &Value) -> Option<ChangedCase> {
    let own = id(row, "Id")?;
    let value = |field: &str| string(row, field).map(|value| value_id(field, &value));
    Some(ChangedCase {
        id: case_uuid(row, own),
        status: value("Status"),
        owner: id(row, "OwnerId").map(|owner| owner.to_uuid()),
        priority: value("Priority"),
        modified: modified(row),
    })
}
