//! Looking at cases: how they stand, and the comments and e-mails on them. One call for a group of cases.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use casebridge_domain::{CallFailure, CaseSeen, CrmRecord, FailureClass, RecordRef, Role};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::Salesforce;
use super::ids::SalesforceId;
use super::read::{Ask, Page, id};
use super::record::{self, CASE, COMMENT, EMAIL};
use super::shape::{Shape, case_uuid};
use super::standing::since;
use crate::port::{CallLog, Look, LookAt};

/// Most cases of one look: their keys stand three times in a query, and addresses end near 16,000 bytes.
pub(crate) const MOST: usize = 25;
/// Most replies shown.
const MOST_REPLIES: usize = 100;

impl Salesforce {
    pub(crate) async fn look_at(&self, cases: &[LookAt], log: &CallLog) -> Result<Look, CallFailure> {
        let shape = self.shape(log).await?;
        let mut look = Look::default();
        for group in cases.chunks(MOST) {
            self.look_at_group(group, &shape, &mut look, log).await?;
        }
        look.records.sort_by_key(|record| (record.modified.parse::<Timestamp>().ok(), record.record.id));
        Ok(look)
    }

    async fn look_at_group(
        &self,
        group: &[LookAt],
        shape: &Shape,
        look: &mut Look,
        log: &CallLog,
    ) -> Result<(), CallFailure> {
        let ids: Vec<Uuid> = group.iter().map(|look| look.case).collect();
        let keys = shape.key_fields("");
        let soql = format!("SELECT {CASE}{keys} FROM Case WHERE {}", shape.condition("", &ids));
        let mut asks = vec![Ask::new("reading Case", soql).with_deleted()];
        asks.push(on_cases("reading CaseComment", "CaseComment", COMMENT, group, shape));
        if self.reads_mail() {
            asks.push(on_cases("reading EmailMessage", "EmailMessage", EMAIL, group, shape));
        }
        let many = self.many(&asks, log).await?;
        look.clock = look.clock.or(many.at);
        let mut pages = many.pages.into_iter();
        let mut next = || pages.next().unwrap_or_else(|| Ok(Page::default()));
        let (rows, comments, mails) = (next()?, next()?, self.mail_page(next())?);
        let comments = self.all_of("reading CaseComment", comments, log).await?;
        let mails = self.all_of("reading EmailMessage", mails, log).await?;
        let masters = self.masters(&rows.rows, shape, log).await?;
        let mut by_case: HashMap<Uuid, CaseSeen> = HashMap::new();
        for row in &rows.rows {
            let Some(own) = id(row, "Id") else { continue };
            let case = case_uuid(row, own);
            if row["IsDeleted"] != true && case != own.to_uuid() {
                look.native_ids.insert(case, own.to_uuid());
            }
            let master = id(row, "MasterRecordId").and_then(|master| masters.get(&master).copied());
            // A row in the recycle bin says nothing where another stands under the same key.
            if row["IsDeleted"] != true || !by_case.contains_key(&case) {
                by_case.insert(case, record::of_case(row, master));
            }
        }
        look.cases.extend(ids.iter().map(|case| (*case, by_case.get(case).cloned().unwrap_or(CaseSeen::Absent))));
        let comments = comments.iter().filter_map(record::of_comment);
        let mails = mails.iter().filter_map(record::of_email);
        let wanted: HashMap<Uuid, Option<Timestamp>> =
            group.iter().map(|look| (look.case, look.since.as_ref().and_then(|text| text.parse().ok()))).collect();
        // The parts of one of our messages are one record.
        let mut records: HashMap<RecordRef, CrmRecord> = HashMap::new();
        for record in comments.chain(mails) {
            let Some(since) = wanted.get(&record.case) else { continue };
            let changed = record.modified.parse::<Timestamp>().ok();
            if since.is_none() || changed.is_none() || changed >= *since {
                records.insert(record.record, record);
            }
        }
        look.records.extend(records.into_values());
        Ok(())
    }

    /// Under which ids the port knows the cases that took others over.
    async fn masters(
        &self,
        rows: &[Value],
        shape: &Shape,
        log: &CallLog,
    ) -> Result<HashMap<SalesforceId, Uuid>, CallFailure> {
        let ids: Vec<SalesforceId> = rows.iter().filter_map(|row| id(row, "MasterRecordId")).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let wanted: Vec<Uuid> = ids.iter().map(|id| id.to_uuid()).collect();
        let keys = shape.key_fields("");
        let soql = format!("SELECT Id{keys} FROM Case WHERE {}", shape.condition("", &wanted));
        let found = self.rows(&Ask::new("reading Case", soql), log).await?;
        let known: HashMap<SalesforceId, Uuid> =
            found.iter().filter_map(|row| id(row, "Id").map(|id| (id, case_uuid(row, id)))).collect();
        // One that is closed to us is named all the same.
        Ok(ids.into_iter().map(|id| (id, known.get(&id).copied().unwrap_or_else(|| id.to_uuid()))).collect())
    }

    pub(crate) async fn newest_replies(&self, limit: usize, log: &CallLog) -> Result<Vec<CrmRecord>, CallFailure> {
        let shape = self.shape(log).await?;
        let limit = limit.min(MOST_REPLIES);
        let keys = shape.key_fields("Parent.");
        let newest = |what, object, fields, condition| {
            let order = "ORDER BY CreatedDate DESC,Id DESC";
            // Ours are among the comments that are read, and left out afterwards: their text cannot be asked for.
            let soql = format!("SELECT {fields}{keys} FROM {object} WHERE {condition} {order} LIMIT 500");
            Ask::new(what, soql)
        };
        let mut asks = vec![newest("reading CaseComment", "CaseComment", COMMENT, "IsPublished = true")];
        if self.reads_mail() {
            let sent = "Incoming = false AND Status = '3' AND ParentId != null";
            asks.push(newest("reading EmailMessage", "EmailMessage", EMAIL, sent));
        }
        let mut pages = self.many(&asks, log).await?.pages.into_iter();
        let mut next = || pages.next().unwrap_or_else(|| Ok(Page::default()));
        let (comments, mails) = (next()?.rows, self.mail_page(next())?.rows);
        let all = comments.iter().filter_map(record::of_comment).chain(mails.iter().filter_map(record::of_email));
        let mut replies: Vec<CrmRecord> = all.filter(|record| matches!(record.role, Role::Reply { .. })).collect();
        replies.sort_by_key(|record| std::cmp::Reverse((record.at, record.record.id)));
        replies.truncate(limit);
        Ok(replies)
    }

    /// Whether the org has e-mails on cases.
    pub(crate) fn reads_mail(&self) -> bool {
        !self.no_mail.load(Ordering::Relaxed)
    }

    /// A page of e-mails. An org without Email-to-Case has no such object, which is no failure.
    pub(crate) fn mail_page(&self, page: Result<Page, CallFailure>) -> Result<Page, CallFailure> {
        match page {
            Err(failure) if failure.class == FailureClass::Rights && failure.message.contains("INVALID_TYPE") => {
                self.no_mail.store(true, Ordering::Relaxed);
                Ok(Page::default())
            }
            other => other,
        }
    }
}

/// What hangs on the cases of a group and changed since the earliest time asked for.
fn on_cases(what: &'static str, object: &str, fields: &str, group: &[LookAt], shape: &Shape) -> Ask {
    let ids: Vec<Uuid> = group.iter().map(|look| look.case).collect();
    let keys = shape.key_fields("Parent.");
    let on = shape.condition("Parent.", &ids);
    let times: Option<Vec<&String>> = group.iter().map(|look| look.since.as_ref()).collect();
    let earliest = times.and_then(|times| times.into_iter().min_by_key(|text| text.parse::<Timestamp>().ok()));
    let since = earliest.and_then(|text| since(text)).map_or_else(String::new, |since| format!(" AND {since}"));
    Ask::new(what, format!("SELECT {fields}{keys} FROM {object} WHERE {on}{since} ORDER BY SystemModstamp,Id"))
}
