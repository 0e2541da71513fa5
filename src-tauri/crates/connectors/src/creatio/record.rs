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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::super::case::tests::settings;
    use super::*;

    const CREATED: &str = "2026-03-01T10:00:00.1234567Z";
    const SENT: &str = "2026-03-01T10:40:00Z";
    const CHANGED: &str = "2026-03-01T11:00:00.7654321Z";
    const UNKNOWN_STATUS: Uuid = Uuid::from_u128(77);
    const SEND_ERROR: Uuid = uuid::uuid!("8077e9ce-6107-e011-a646-16d83cab0980");

    fn row(more: Value) -> Value {
        let mut row = json!({
            "Id": Uuid::from_u128(1), "CaseId": Uuid::from_u128(2), "TypeId": stock::TYPE_TASK,
            "CreatedOn": CREATED, "ModifiedOn": CHANGED, "SendDate": "0001-01-01T00:00:00Z",
            "AuthorId": Uuid::from_u128(3), "CreatedById": Uuid::from_u128(4), "DetailedResult": "", "Notes": "",
            "Title": "Call Anna", "Body": "",
        });
        for (name, value) in more.as_object().unwrap() {
            row[name] = value.clone();
        }
        row
    }

    fn mail(more: Value) -> Value {
        let mut row = row(json!({
            "TypeId": stock::TYPE_EMAIL, "Body": "<p>Done</p>", "IsHtmlBody": true, "SendDate": SENT,
            "MessageTypeId": "7f6d3f94-f36b-1410-068c-20cf30b39373", "EmailSendStatusId": stock::SEND_SENT,
        }));
        for (name, value) in more.as_object().unwrap() {
            row[name] = value.clone();
        }
        row
    }

    fn no(why: NotForCustomer) -> Role {
        Role::No { why }
    }

    #[test]
    fn r7_r9_r16_what_a_mail_is_to_the_customer() {
        let reply = Role::Reply { sent_by_crm: true };
        let zero = "00000000-0000-0000-0000-000000000000";
        for (more, role, at, why) in [
            (json!({}), reply, SENT, "sent"),
            (json!({ "EmailSendStatusId": stock::SEND_OPENED }), reply, SENT, "sent and opened"),
            (json!({ "SendDate": "0001-01-01T00:00:00Z" }), reply, CHANGED, "year 1 is no date"),
            (
                json!({ "EmailSendStatusId": "20C0C460-6107-E011-A646-16D83CAB0980", "SendDate": "" }),
                Role::Draft,
                CREATED,
                "not sent",
            ),
            (json!({ "EmailSendStatusId": SEND_ERROR }), Role::Draft, SENT, "could not be sent"),
            (json!({ "EmailSendStatusId": UNKNOWN_STATUS }), Role::Draft, SENT, "nobody knows what it means"),
            (json!({ "EmailSendStatusId": zero }), Role::Draft, SENT, "none at all"),
            (
                json!({ "EmailSendStatusId": SEND_ERROR, "Body": "" }),
                Role::Draft,
                SENT,
                "an empty draft may be written yet",
            ),
            (json!({ "Body": "<p>&nbsp;</p>" }), no(NotForCustomer::Empty), SENT, "it says nothing"),
            (json!({ "MessageTypeId": stock::EMAIL_INCOMING }), Role::Incoming, SENT, "the customer wrote"),
            (
                json!({ "MessageTypeId": stock::EMAIL_INCOMING, "EmailSendStatusId": SEND_ERROR }),
                Role::Incoming,
                SENT,
                "whatever its status",
            ),
            (
                json!({ "MessageTypeId": stock::EMAIL_INCOMING, "IsAutoSubmitted": true }),
                no(NotForCustomer::Internal),
                SENT,
                "a machine wrote",
            ),
            (json!({ "IsNotPublished": true }), reply, SENT, "the flag is not one of mails"),
        ] {
            let record = of_activity(&mail(more.clone()), &settings()).unwrap();
            assert_eq!((record.role, record.at), (role, at.parse().unwrap()), "{why}: {more}");
        }
        let mut settings = settings();
        settings.replies.emails = EmailReplies::Delivered;
        assert_eq!(of_activity(&mail(json!({})), &settings).unwrap().role, Role::Reply { sent_by_crm: false });
        settings.replies.emails = EmailReplies::Off;
        assert_eq!(of_activity(&mail(json!({})), &settings).unwrap().role, no(NotForCustomer::KindNotChosen));
    }

    #[test]
    fn r7_tasks_are_internal_until_a_rule_says_otherwise() {
        let (category, lookup) = (Uuid::from_u128(50), Uuid::from_u128(51));
        let reply = Role::Reply { sent_by_crm: false };
        let internal = no(NotForCustomer::KindNotChosen);
        let rule = |rule: Value| serde_json::from_value::<TaskRule>(rule).unwrap();
        let chosen = row(json!({
            "ActivityCategoryId": category.to_string().to_uppercase(), "DetailedResult": "It is <b>on</b> its way",
            "UsrForCustomer": true, "UsrKindId": lookup, "UsrCode": "R1",
        }));
        for (one, role, why) in [
            (json!({ "category": category }), reply, "letter case of ids does not matter"),
            (json!({ "category": category, "type_id": stock::TYPE_TASK }), reply, "type and category"),
            (json!({ "category": category, "type_id": Uuid::from_u128(9) }), internal, "all conditions must hold"),
            (json!({ "column": "UsrForCustomer", "value": "True" }), reply, "a flag"),
            (json!({ "column": "UsrForCustomer", "value": "false" }), internal, "the other flag"),
            (json!({ "column": "UsrKind", "value": lookup }), reply, "a lookup, by its id"),
            (json!({ "column": "UsrCode", "value": "R1" }), reply, "a text"),
            (json!({ "column": "UsrCode", "value": "r1" }), internal, "texts differ by letter case"),
            (json!({ "column": "UsrMissing", "value": "R1" }), internal, "a column that did not come"),
            (json!({ "type_id": stock::TYPE_TASK }), internal, "a type alone is never enough"),
        ] {
            let mut settings = settings();
            settings.replies.tasks = vec![rule(one.clone())];
            let record = of_activity(&chosen, &settings).unwrap();
            assert_eq!(record.role, role, "{why}: {one}");
            assert_eq!(record.at, CREATED.parse().unwrap(), "a task is said when it is made");
            assert_eq!(record.text, "It is <b>on</b> its way", "R25: a text column holds text");
        }
        let mut settings = settings();
        assert_eq!(of_activity(&chosen, &settings).unwrap().role, internal, "no rule");
        settings.replies.tasks = vec![rule(json!({ "category": category }))];
        let record = of_activity(&row(json!({ "ActivityCategoryId": category })), &settings).unwrap();
        assert_eq!(record.text, "Call Anna", "the title, where nothing else was written");
        let hidden = row(json!({ "ActivityCategoryId": category, "IsNotPublished": true }));
        assert_eq!(of_activity(&hidden, &settings).unwrap().role, no(NotForCustomer::Internal));
        assert_eq!(
            of_activity(&row(json!({})), &settings).unwrap().text,
            "",
            "an internal title is not shown as words"
        );
    }

    #[test]
    fn r7_r9_what_a_portal_message_is_to_the_customer() {
        let message = |more: Value| {
            let mut row = json!({
                "Id": Uuid::from_u128(1), "EntityId": Uuid::from_u128(2), "EntitySchemaUId": stock::CASE_SCHEMA,
                "Message": "<p>Hello</p>", "CreatedOn": CREATED, "ModifiedOn": CHANGED, "CreatedById": Uuid::from_u128(4),
            });
            for (name, value) in more.as_object().unwrap() {
                row[name] = value.clone();
            }
            row
        };
        for (more, role, why) in [
            (json!({}), Role::Reply { sent_by_crm: false }, "customers see it"),
            (json!({ "FromPortal": true }), Role::Incoming, "a customer wrote it"),
            (json!({ "HideOnPortal": true }), no(NotForCustomer::Internal), "customers do not see it"),
            (json!({ "Message": "<p></p>" }), no(NotForCustomer::Empty), "it says nothing"),
        ] {
            let record = of_portal_message(&message(more.clone()), &settings()).unwrap();
            assert_eq!((record.role, record.record.kind), (role, RecordKind::PortalMessage), "{why}: {more}");
            assert_eq!(record.at, CREATED.parse().unwrap());
        }
        let mut settings = settings();
        settings.replies.portal = false;
        let role = |more| of_portal_message(&message(more), &settings).unwrap().role;
        assert_eq!(role(json!({})), no(NotForCustomer::KindNotChosen));
        assert_eq!(role(json!({ "FromPortal": true })), Role::Incoming, "what customers say is always taken in");
        let elsewhere = message(json!({ "EntitySchemaUId": Uuid::from_u128(5) }));
        assert!(of_portal_message(&elsewhere, &settings).is_none(), "a message on another object");
    }

    #[test]
    fn r24_broken_rows_fail_nothing() {
        let record =
            of_activity(&row(json!({ "AuthorId": "00000000-0000-0000-0000-000000000000" })), &settings()).unwrap();
        assert_eq!(record.author.unwrap().id, Uuid::from_u128(4), "without an author its maker is meant");
        assert_eq!(record.modified, CHANGED, "in the CRM's own words");
        let odd = json!({ "Id": Uuid::from_u128(1), "CaseId": Uuid::from_u128(2), "TypeId": 7, "ModifiedOn": null, "Title": [] });
        let record = of_activity(&odd, &settings()).unwrap();
        assert_eq!((record.role, record.author), (no(NotForCustomer::KindNotChosen), None));
        assert_eq!(record.at, Timestamp::UNIX_EPOCH, "without a time it is history: R2");
        assert!(of_activity(&json!({ "CaseId": Uuid::from_u128(2) }), &settings()).is_none(), "no id");
        assert!(of_activity(&json!({ "Id": Uuid::from_u128(1) }), &settings()).is_none(), "on no case");
        assert!(of_activity(&json!([1]), &settings()).is_none());
    }
}
