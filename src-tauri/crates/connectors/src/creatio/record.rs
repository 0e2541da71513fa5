//! What a row on a case is to the customer. Pure; a row that cannot be understood is nothing for the customer.

use casebridge_domain::{CrmRecord, Named, NotForCustomer, RecordKind, RecordRef, Role};
use jiff::Timestamp;
use serde_json::Value;

use super::odata::{flag, id, id_of, moment, raw};
use super::reply_text;
use super::settings::{CreatioSettings, EmailReplies, TaskRule};
use super::stock;

/// An activity, unless it has no id or is on no case.
pub(crate) fn of_activity(row: &Value, settings: &CreatioSettings) -> Option<CrmRecord> {
    let record = RecordRef { kind: RecordKind::Activity, id: id_of(row)? };
    let case = id(row, "CaseId")?;
    let mail = id(row, "TypeId") == Some(stock::TYPE_EMAIL);
    let (role, text) = if mail {
        (mail_role(row, settings), reply_text::of_mail(raw(row, "Body"), flag(row, "IsHtmlBody")))
    } else {
        let rule = settings.replies.tasks.iter().any(|rule| rule.matches(row));
        (task_role(row, rule), task_text(row, rule, settings))
    };
    let sent = moment(row, "SendDate").filter(|_| mail);
    let at = match (role, mail) {
        (Role::Reply { .. }, true) => sent.or_else(|| moment(row, "ModifiedOn")),
        (_, true) => sent.or_else(|| moment(row, "CreatedOn")),
        (_, false) => moment(row, "CreatedOn"),
    };
    Some(CrmRecord {
        record,
        case,
        role: unless_empty(role, &text),
        at: at.or_else(|| moment(row, "ModifiedOn")).unwrap_or(Timestamp::UNIX_EPOCH),
        modified: raw(row, "ModifiedOn").to_owned(),
        author: author(row),
        text,
    })
}

/// A portal message, unless it has no id or is on something other than a case.
pub(crate) fn of_portal_message(row: &Value, settings: &CreatioSettings) -> Option<CrmRecord> {
    let record = RecordRef { kind: RecordKind::PortalMessage, id: id_of(row)? };
    if id(row, "EntitySchemaUId").is_some_and(|schema| schema != stock::CASE_SCHEMA) {
        return None;
    }
    let case = id(row, "EntityId")?;
    let text = reply_text::of_note(raw(row, "Message"), true);
    let role = if flag(row, "FromPortal") {
        Role::Incoming
    } else if flag(row, "HideOnPortal") {
        Role::No { why: NotForCustomer::Internal }
    } else if !settings.replies.portal {
        Role::No { why: NotForCustomer::KindNotChosen }
    } else {
        Role::Reply { sent_by_crm: false }
    };
    Some(CrmRecord {
        record,
        case,
        role: unless_empty(role, &text),
        at: moment(row, "CreatedOn").or_else(|| moment(row, "ModifiedOn")).unwrap_or(Timestamp::UNIX_EPOCH),
        modified: raw(row, "ModifiedOn").to_owned(),
        author: author(row),
        text,
    })
}

/// A mail counts once it was sent: before that it is a draft, and one that could not be sent is one still.
fn mail_role(row: &Value, settings: &CreatioSettings) -> Role {
    if id(row, "MessageTypeId") == Some(stock::EMAIL_INCOMING) {
        return match flag(row, "IsAutoSubmitted") {
            true => Role::No { why: NotForCustomer::Internal },
            false => Role::Incoming,
        };
    }
    let sent_by_crm = match settings.replies.emails {
        EmailReplies::Off => return Role::No { why: NotForCustomer::KindNotChosen },
        EmailReplies::Recorded => true,
        EmailReplies::Delivered => false,
    };
    match id(row, "EmailSendStatusId") {
        Some(stock::SEND_SENT | stock::SEND_OPENED) => Role::Reply { sent_by_crm },
        _ => Role::Draft,
    }
}

/// Whether `IsNotPublished` hides a record from customers is unconfirmed, so it is taken to do so.
fn task_role(row: &Value, rule: bool) -> Role {
    match (rule, flag(row, "IsNotPublished")) {
        (false, _) => Role::No { why: NotForCustomer::KindNotChosen },
        (true, true) => Role::No { why: NotForCustomer::Internal },
        (true, false) => Role::Reply { sent_by_crm: false },
    }
}

fn task_text(row: &Value, rule: bool, settings: &CreatioSettings) -> String {
    let of = |column: &str| {
        let html = settings.is_html(&format!("Activity.{column}"));
        Some(reply_text::of_note(raw(row, column), html)).filter(|text| !text.is_empty())
    };
    of("DetailedResult").or_else(|| of("Notes")).or_else(|| of("Title").filter(|_| rule)).unwrap_or_default()
}

fn unless_empty(role: Role, text: &str) -> Role {
    match role {
        Role::Reply { .. } | Role::Incoming if text.is_empty() => Role::No { why: NotForCustomer::Empty },
        role => role,
    }
}

fn author(row: &Value) -> Option<Named> {
    id(row, "AuthorId").or_else(|| id(row, "CreatedById")).map(|id| Named { id, name: None })
}

impl TaskRule {
    /// Whether a row is one that an admin chose. Mails never are: they have their own rules.
    fn matches(&self, row: &Value) -> bool {
        let named = self.category.is_some() || self.column.is_some();
        let kind = self.type_id.is_none_or(|kind| id(row, "TypeId") == Some(kind));
        let category = self.category.is_none_or(|category| id(row, "ActivityCategoryId") == Some(category));
        let column = match (self.asked_column(), &self.value) {
            (Some(column), Some(value)) => holds(row.get(&column), value.trim()),
            (Some(_), None) => false,
            (None, _) => true,
        };
        named && kind && category && column
    }
}

fn holds(found: Option<&Value>, wanted: &str) -> bool {
    match found {
        Some(Value::Bool(found)) => wanted.eq_ignore_ascii_case(if *found { "true" } else { "false" }),
        Some(Value::String(found)) => match (uuid::Uuid::try_parse(found), uuid::Uuid::try_parse(wanted)) {
            (Ok(found), Ok(wanted)) => found == wanted,
            _ => found.trim() == wanted,
        },
        Some(Value::Number(found)) => found.to_string() == wanted,
        _ => false,
    }
}
