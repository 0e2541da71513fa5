//! Rows of Salesforce as the domain tells them: cases, comments and e-mails.

use casebridge_domain::{
    CaseFacts, CaseSeen, CrmRecord, Named, NotForCustomer, RecordKind, RecordRef, Role, StatusClass,
};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::comment::Marker;
use super::ids::{SalesforceId, value_id};
use super::read::{id, moment, string};
use super::shape::case_uuid;
use super::soql;
use crate::creatio::of_mail;

/// What is read of a comment.
pub(crate) const COMMENT: &str =
    "Id,ParentId,CommentBody,IsPublished,CreatedDate,CreatedById,CreatedBy.Name,SystemModstamp";
/// What is read of an e-mail.
pub(crate) const EMAIL: &str = "Id,ParentId,Incoming,Status,TextBody,HtmlBody,MessageDate,CreatedDate,CreatedById,\
                                CreatedBy.Name,FromName,SystemModstamp";
/// What is read of a case.
pub(crate) const CASE: &str = "Id,CaseNumber,Status,IsClosed,ClosedDate,OwnerId,Owner.Name,Priority,ContactId,\
                               MasterRecordId,IsDeleted,SystemModstamp";

/// The case that a row hangs on.
pub(crate) fn parent(row: &Value) -> Option<Uuid> {
    let parent = id(row, "ParentId").filter(|parent| parent.prefix() == "500")?;
    Some(case_uuid(&row["Parent"], parent))
}

/// When a row was changed last, in the one form that marks take.
pub(crate) fn modified(row: &Value) -> String {
    moment(row, "SystemModstamp").map(soql::moment).unwrap_or_default()
}

/// The id under which the port knows a comment: our event's where it carries one (R5).
pub(crate) fn comment_ref(row: &Value) -> Option<RecordRef> {
    let own = Marker::of(row["CommentBody"].as_str().unwrap_or_default()).map(|marker| marker.activity);
    let id = own.or_else(|| id(row, "Id").map(SalesforceId::to_uuid))?;
    Some(RecordRef { kind: RecordKind::Activity, id })
}

/// A comment. Only a published one of a person is for the customer; ours never are.
pub(crate) fn of_comment(row: &Value) -> Option<CrmRecord> {
    let body = row["CommentBody"].as_str().unwrap_or_default();
    let role = if Marker::of(body).is_some() || row["IsPublished"] != true {
        Role::No { why: NotForCustomer::Internal }
    } else if body.trim().is_empty() {
        Role::No { why: NotForCustomer::Empty }
    } else {
        Role::Reply { sent_by_crm: false }
    };
    Some(CrmRecord {
        record: comment_ref(row)?,
        case: parent(row)?,
        role,
        at: moment(row, "CreatedDate")?,
        modified: modified(row),
        author: author(row),
        text: body.trim().to_owned(),
    })
}

/// An e-mail. Salesforce itself sent what has the status Sent, and what has the status Draft was sent by nobody.
pub(crate) fn of_email(row: &Value) -> Option<CrmRecord> {
    let text = match row["TextBody"].as_str().filter(|text| !text.trim().is_empty()) {
        Some(text) => of_mail(text, false),
        None => of_mail(row["HtmlBody"].as_str().unwrap_or_default(), true),
    };
    let role = match (row["Incoming"] == true, row["Status"].as_str()) {
        (_, Some("5")) => Role::Draft,
        _ if text.trim().is_empty() => Role::No { why: NotForCustomer::Empty },
        (true, _) => Role::Incoming,
        (false, Some("3")) => Role::Reply { sent_by_crm: true },
        (false, _) => Role::No { why: NotForCustomer::KindNotChosen },
    };
    Some(CrmRecord {
        record: RecordRef { kind: RecordKind::Activity, id: id(row, "Id")?.to_uuid() },
        case: parent(row)?,
        role,
        at: moment(row, "MessageDate").or_else(|| moment(row, "CreatedDate"))?,
        modified: modified(row),
        author: author(row),
        text,
    })
}

fn author(row: &Value) -> Option<Named> {
    Some(Named { id: id(row, "CreatedById")?.to_uuid(), name: string(&row["CreatedBy"], "Name") })
}

/// How a case stands; `master` names the case that took its records over, where there is one.
pub(crate) fn of_case(row: &Value, master: Option<Uuid>) -> CaseSeen {
    if let Some(master) = master {
        return CaseSeen::MergedInto(master);
    }
    if row["IsDeleted"] == true {
        return CaseSeen::Absent;
    }
    let status = row["Status"].as_str().unwrap_or_default();
    let over = row["IsClosed"] == true;
    let since: Option<Timestamp> = moment(row, "ClosedDate").or_else(|| moment(row, "SystemModstamp"));
    let value = |field: &str| string(row, field).map(|value| Named { id: value_id(field, &value), name: Some(value) });
    CaseSeen::Stands(CaseFacts {
        number: string(row, "CaseNumber"),
        status: Named { id: value_id("Status", status), name: Some(status.to_owned()) },
        // Any closed case can be opened again: no status of Salesforce is final.
        class: if over { StatusClass::Resolved } else { StatusClass::Open },
        owner: id(row, "OwnerId").map(|id| Named { id: id.to_uuid(), name: string(&row["Owner"], "Name") }),
        priority: value("Priority"),
        contact: id(row, "ContactId").map(SalesforceId::to_uuid),
        modified: modified(row),
        over_since: since.filter(|_| over),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn comment(body: &str, published: bool) -> CrmRecord {
        of_comment(&json!({
            "Id": "00a000000000001", "ParentId": "500000000000001", "CommentBody": body, "IsPublished": published,
            "CreatedDate": "2026-03-01T10:00:00.000+0000", "SystemModstamp": "2026-03-01T10:00:00.000+0000",
        }))
        .unwrap()
    }

    #[test]
    fn only_published_comments_of_people_are_for_the_customer() {
        assert_eq!(comment("We are on it", true).role, Role::Reply { sent_by_crm: false });
        assert_eq!(comment("Call her back, she is lying", false).role, Role::No { why: NotForCustomer::Internal });
        let ours = format!("Incoming – Ada\nHi\n[casebridge:{}:1/1]", Uuid::from_u128(5).simple());
        let seen = comment(&ours, true);
        assert_eq!(seen.role, Role::No { why: NotForCustomer::Internal }, "somebody published our own transcript");
        assert_eq!(seen.record.id, Uuid::from_u128(5), "R5: known by our id");
    }

    #[test]
    fn e_mails_are_told_apart_by_direction_and_status() {
        let mail = |incoming: bool, status: &str| {
            of_email(&json!({
                "Id": "02s000000000001", "ParentId": "500000000000001", "Incoming": incoming, "Status": status,
                "TextBody": "Dear Ada", "CreatedDate": "2026-03-01T10:00:00.000+0000",
                "SystemModstamp": "2026-03-01T10:00:00.000+0000",
            }))
            .unwrap()
            .role
        };
        assert_eq!(mail(false, "3"), Role::Reply { sent_by_crm: true }, "relaying it again would double it");
        assert_eq!(mail(false, "5"), Role::Draft, "§3: drafts never leave");
        assert_eq!(mail(true, "0"), Role::Incoming, "R9");
        assert_eq!(mail(false, "0"), Role::No { why: NotForCustomer::KindNotChosen });
    }

    #[test]
    fn r12_deleted_and_merged_are_different() {
        let row = json!({ "IsDeleted": true, "Status": "New" });
        assert_eq!(of_case(&row, None), CaseSeen::Absent);
        assert_eq!(of_case(&row, Some(Uuid::from_u128(9))), CaseSeen::MergedInto(Uuid::from_u128(9)));
    }
}
