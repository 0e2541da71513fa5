//! Case: its number, its defaults, the dates that follow its status, and who is told.

use uuid::Uuid;

use super::super::actor::ActorKind;
use super::super::database::{Database, Saving};
use super::super::ids;
use super::super::notification::{Notification, NotificationKind};
use super::super::refusal::Refusal;
use super::super::schema::Entity;
use super::super::value::Value;
use super::{Draft, column};

/// The stock settings: status New, priority Medium, and origin **Call**.
pub(super) fn defaults(draft: &mut Draft<'_>) {
    draft.set("StatusId", Value::Guid(ids::STATUS_NEW));
    draft.set("PriorityId", Value::Guid(ids::PRIORITY_MEDIUM));
    draft.set("OriginId", Value::Guid(ids::ORIGIN_CALL));
}

pub(super) fn before_insert(database: &mut Database, draft: &mut Draft<'_>, saving: Saving<'_>) -> Result<(), Refusal> {
    if !draft.get("SatisfactionLevelId").is_empty() {
        may_change_satisfaction(database, saving)?;
    }
    if draft.get("Number").is_empty() && !draft.get("Subject").is_empty() {
        // A number is taken even if the save fails later, so numbers have gaps.
        database.case_number += 1;
        draft.set("Number", Value::Text(format!("SR{:08}", database.case_number)));
    }
    let subject = draft.get("Subject").clone();
    draft.set_if_empty("Symptoms", subject);
    let from_portal = draft.get("OriginId").guid() == Some(ids::ORIGIN_PORTAL);
    if from_portal
        && draft.get("ContactId").is_empty()
        && let Some(contact) = saving.by.contact
    {
        draft.set("ContactId", Value::Guid(contact));
        draft.set_if_empty("AccountId", database.field("Contact", contact, "AccountId"));
    }
    status_dates(database, draft, None, saving);
    Ok(())
}

pub(super) fn before_update(
    database: &mut Database,
    old: &[Value],
    draft: &mut Draft<'_>,
    saving: Saving<'_>,
) -> Result<(), Refusal> {
    if column(draft.entity, old, "SatisfactionLevelId") != draft.get("SatisfactionLevelId") {
        may_change_satisfaction(database, saving)?;
    }
    let before = column(draft.entity, old, "StatusId").guid();
    if before != draft.get("StatusId").guid() {
        draft.set_if_empty("RespondedOn", Value::Time(saving.now));
        status_dates(database, draft, before, saving);
    }
    Ok(())
}

/// Changing the satisfaction level needs the operation right `CanChangeCaseSatisfactionLevel`; else the save throws.
fn may_change_satisfaction(database: &Database, saving: Saving<'_>) -> Result<(), Refusal> {
    if saving.by.kind == ActorKind::Technical && !database.config.may_change_satisfaction {
        return Err(Refusal::save_failed(
            "Current user does not have permissions for the \"CanChangeCaseSatisfactionLevel\" operation",
            "System.Security.SecurityException",
        ));
    }
    Ok(())
}

fn flag(database: &Database, status: Option<Uuid>, name: &str) -> bool {
    status.is_some_and(|id| database.field("CaseStatus", id, name).is_true())
}

/// Resolved or final sets the solution dates where they are empty, final also the closure date; leaving Resolved
/// for a status that is not final clears the solution date.
fn status_dates(database: &Database, draft: &mut Draft<'_>, before: Option<Uuid>, saving: Saving<'_>) {
    let status = draft.get("StatusId").guid();
    let resolved = flag(database, status, "IsResolved");
    let is_final = flag(database, status, "IsFinal");
    if resolved || is_final {
        draft.set_if_empty("FirstSolutionProvidedOn", Value::Time(saving.now));
        draft.set_if_empty("SolutionProvidedOn", Value::Time(saving.now));
    } else if flag(database, before, "IsResolved") {
        draft.set("SolutionProvidedOn", Value::Null);
    }
    if is_final {
        draft.set_if_empty("ClosureDate", Value::Time(saving.now));
    }
}

pub(super) fn after_insert(database: &mut Database, id: Uuid, saving: Saving<'_>) {
    mail_customer(database, id, saving);
}

pub(super) fn after_update(database: &mut Database, entity: &Entity, id: Uuid, old: &[Value], saving: Saving<'_>) {
    if column(entity, old, "StatusId").guid() != database.field("Case", id, "StatusId").guid() {
        mail_customer(database, id, saving);
    }
    let (was, is) = (column(entity, old, "OwnerId").guid(), database.field("Case", id, "OwnerId").guid());
    if was != is {
        for owner in [was, is].into_iter().flatten() {
            notify(database, id, NotificationKind::OwnerReminder, owner, None, saving);
        }
    }
}

/// The stock rules mail the customer at once on New, In progress, Resolved, Closed and Canceled, for both
/// categories, if the contact has an address and a support mailbox is set up.
fn mail_customer(database: &mut Database, id: Uuid, saving: Saving<'_>) {
    const TELLING: [Uuid; 5] =
        [ids::STATUS_NEW, ids::STATUS_IN_PROGRESS, ids::STATUS_RESOLVED, ids::STATUS_CLOSED, ids::STATUS_CANCELED];
    let told = database.field("Case", id, "StatusId").guid().is_some_and(|status| TELLING.contains(&status));
    let categorised = !database.field("Case", id, "CategoryId").is_empty();
    if !told || !database.config.support_mailbox || !(categorised || database.config.notify_without_category) {
        return;
    }
    let Some(contact) = database.field("Case", id, "ContactId").guid() else { return };
    let email = database.field("Contact", contact, "Email").text().unwrap_or_default().to_owned();
    if !email.is_empty() {
        notify(database, id, NotificationKind::CustomerMail, contact, Some(email), saving);
    }
}

fn notify(
    database: &mut Database,
    case_id: Uuid,
    kind: NotificationKind,
    contact_id: Uuid,
    email: Option<String>,
    saving: Saving<'_>,
) {
    let status = database.field("Case", case_id, "StatusId").guid().unwrap_or_default();
    let text = |value: Value| value.text().unwrap_or_default().to_owned();
    let number = text(database.field("Case", case_id, "Number"));
    let status = text(database.field("CaseStatus", status, "Name"));
    database.notifications.push(Notification { at: saving.now, kind, case_id, number, status, contact_id, email });
}
