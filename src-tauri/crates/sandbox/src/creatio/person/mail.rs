//! E-mails on a case: written, kept as drafts, sent, and brought in from the mailbox.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::super::actor::Actor;
use super::super::database::Database;
use super::super::ids;
use super::super::refusal::Refusal;
use super::save::{insert, update};

fn text(database: &Database, entity: &str, id: Option<Uuid>, column: &str) -> String {
    let value = id.map(|id| database.field(entity, id, column));
    value.as_ref().and_then(|value| value.text()).unwrap_or_default().to_owned()
}

/// The columns that every e-mail has; a reply's subject carries the case's number.
fn email(database: &Database, case: Uuid, html: &str) -> Json {
    let number = text(database, "Case", Some(case), "Number");
    json!({
        "Title": format!("RE: Case #{number}"),
        "TypeId": ids::TYPE_EMAIL,
        "ActivityCategoryId": ids::CATEGORY_EMAIL,
        "CaseId": case,
        "Body": html,
        "IsHtmlBody": true,
    })
}

/// An employee's e-mail to the customer, in a sending status.
pub(super) fn outgoing(
    database: &mut Database,
    by: &Actor,
    case: Uuid,
    html: &str,
    status: Uuid,
) -> Result<Uuid, Refusal> {
    let to = database.field("Case", case, "ContactId").guid();
    let mut body = email(database, case, html);
    body["MessageTypeId"] = json!(ids::EMAIL_OUTGOING);
    body["EmailSendStatusId"] = json!(status);
    body["Sender"] = json!(text(database, "Contact", by.contact, "Email"));
    body["Recepient"] = json!(text(database, "Contact", to, "Email"));
    body["ContactId"] = json!(to);
    insert(database, by, "Activity", &body)
}

/// Gives a draft to the mail server.
pub(super) fn send(database: &mut Database, by: &Actor, activity: Uuid) -> Result<(), Refusal> {
    let field = |column: &str| database.field("Activity", activity, column).guid();
    if database.row("Activity", activity).is_none() {
        return Err(Refusal::no_such_record());
    }
    // The page offers no such button on anything else.
    if field("TypeId") != Some(ids::TYPE_EMAIL) || field("EmailSendStatusId") != Some(ids::SEND_NOT_SENT) {
        return Err(Refusal::bad_body("item : The activity is not an e-mail that waits to be sent."));
    }
    let body = json!({ "EmailSendStatusId": ids::SEND_IN_PROGRESS, "MessageTypeId": ids::EMAIL_OUTGOING });
    update(database, by, "Activity", activity, &body)
}

/// The mail server took it.
pub(super) fn sent(database: &mut Database, by: &Actor, activity: Uuid) -> Result<(), Refusal> {
    let now = database.config.clock.now().to_string();
    let body = json!({ "EmailSendStatusId": ids::SEND_SENT, "SendDate": now });
    update(database, by, "Activity", activity, &body)
}

/// The mailbox brings in a customer's e-mail. That the server's job is its creator and author, the mailbox's owner its
/// owner and Sended its sending status is UNCONFIRMED; the sender is the contact either way.
pub(super) fn incoming(
    database: &mut Database,
    by: &Actor,
    case: Uuid,
    from: Option<Uuid>,
    html: &str,
) -> Result<Uuid, Refusal> {
    let from = from.or_else(|| database.field("Case", case, "ContactId").guid());
    let mut body = email(database, case, html);
    body["MessageTypeId"] = json!(ids::EMAIL_INCOMING);
    body["EmailSendStatusId"] = json!(ids::SEND_SENT);
    body["SendDate"] = json!(database.config.clock.now().to_string());
    body["Sender"] = json!(text(database, "Contact", from, "Email"));
    body["SenderContactId"] = json!(from);
    body["ContactId"] = json!(from);
    body["OwnerId"] = json!(by.contact);
    insert(database, &Actor::server(), "Activity", &body)
}
