//! From an act to its saves.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::super::actor::Actor;
use super::super::database::{Database, Saving};
use super::super::ids;
use super::super::refusal::Refusal;
use super::act::Act;
use super::save::{actor, insert, update};
use super::{mail, merge};

/// What the first save of an act came to.
pub(super) struct Begun {
    /// The row that was made, or the case that was changed.
    pub id: Uuid,
    /// An e-mail is on its way; a second save follows when it is sent.
    sending: bool,
}

/// The first save of an act.
pub(super) fn begin(database: &mut Database, contact: Uuid, act: &Act) -> Result<Begun, Refusal> {
    let by = actor(database, contact);
    if let Some(case) = case_of(act)
        && database.row("Case", case).is_none()
    {
        return Err(Refusal::no_such_record());
    }
    let id = match act {
        Act::EmailReply { case, html } => {
            let id = mail::outgoing(database, &by, *case, html, ids::SEND_IN_PROGRESS)?;
            return Ok(Begun { id, sending: true });
        }
        Act::SendDraft { activity } => {
            mail::send(database, &by, *activity)?;
            return Ok(Begun { id: *activity, sending: true });
        }
        Act::EmailDraft { case, html } => mail::outgoing(database, &by, *case, html, ids::SEND_NOT_SENT)?,
        Act::IncomingEmail { case, from, html } => mail::incoming(database, &by, *case, *from, html)?,
        Act::PortalMessage { case, html, hidden, from_portal } => {
            portal(database, &by, *case, html, *hidden, *from_portal)?
        }
        Act::FeedPost { case, html } => insert(database, &by, "SocialMessage", &said(*case, html))?,
        Act::Task { case, type_id, category, title, detailed_result } => {
            let body = json!({
                "Title": title,
                "TypeId": type_id,
                "ActivityCategoryId": category,
                "CaseId": case,
                "ContactId": database.field("Case", *case, "ContactId").guid(),
                "DetailedResult": detailed_result,
            });
            insert(database, &by, "Activity", &body)?
        }
        Act::Resolve { case } => set(database, &by, *case, "StatusId", Some(ids::STATUS_RESOLVED))?,
        Act::Close { case } => set(database, &by, *case, "StatusId", Some(ids::STATUS_CLOSED))?,
        Act::Reopen { case } => set(database, &by, *case, "StatusId", Some(ids::STATUS_REOPENED))?,
        Act::SetStatus { case, status } => set(database, &by, *case, "StatusId", Some(*status))?,
        Act::Assign { case, owner } => set(database, &by, *case, "OwnerId", *owner)?,
        Act::SetPriority { case, priority } => set(database, &by, *case, "PriorityId", Some(*priority))?,
        Act::DeleteCase { case } => {
            let now = database.config.clock.now();
            database.delete("Case", *case, Saving { by: &by, request: None, now })?;
            *case
        }
        Act::MergeCases { survivor, loser, shape } => {
            let shape = shape.unwrap_or(database.config.merge_shape);
            merge::merge(database, &by, *survivor, *loser, shape)?;
            *survivor
        }
    };
    Ok(Begun { id, sending: false })
}

/// The second save of an act that has one.
pub(super) fn finish(database: &mut Database, contact: Uuid, begun: &Begun) -> Result<(), Refusal> {
    if !begun.sending {
        return Ok(());
    }
    let by = actor(database, contact);
    mail::sent(database, &by, begun.id)
}

/// The case on whose page the act is done.
fn case_of(act: &Act) -> Option<Uuid> {
    match act {
        Act::SendDraft { .. } => None,
        Act::MergeCases { survivor, .. } => Some(*survivor),
        Act::EmailReply { case, .. }
        | Act::EmailDraft { case, .. }
        | Act::IncomingEmail { case, .. }
        | Act::PortalMessage { case, .. }
        | Act::FeedPost { case, .. }
        | Act::Task { case, .. }
        | Act::Resolve { case }
        | Act::Close { case }
        | Act::Reopen { case }
        | Act::SetStatus { case, .. }
        | Act::Assign { case, .. }
        | Act::SetPriority { case, .. }
        | Act::DeleteCase { case } => Some(*case),
    }
}

fn set(database: &mut Database, by: &Actor, case: Uuid, column: &str, value: Option<Uuid>) -> Result<Uuid, Refusal> {
    update(database, by, "Case", case, &json!({ column: value }))?;
    Ok(case)
}

fn said(case: Uuid, html: &str) -> Json {
    json!({ "EntitySchemaUId": ids::CASE_SCHEMA, "EntityId": case, "Message": html })
}

/// From the portal the customer's own user saves; that its contact is then the creator is UNCONFIRMED.
fn portal(
    database: &mut Database,
    by: &Actor,
    case: Uuid,
    html: &str,
    hidden: bool,
    from_portal: bool,
) -> Result<Uuid, Refusal> {
    let mut body = said(case, html);
    body["HideOnPortal"] = json!(hidden);
    body["FromPortal"] = json!(from_portal);
    body["TypeId"] = json!(ids::PORTAL_COMMENT);
    let customer = database.field("Case", case, "ContactId").guid().filter(|_| from_portal);
    let by = customer.map_or_else(|| by.clone(), |customer| actor(database, customer));
    insert(database, &by, "PortalMessage", &body)
}
