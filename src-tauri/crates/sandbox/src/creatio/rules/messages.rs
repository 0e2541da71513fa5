//! Portal and feed messages, and the history in which a case's notifiers gather what was said.

use uuid::Uuid;

use super::super::actor::Actor;
use super::super::database::{Database, Saving};
use super::super::ids;
use super::super::value::Value;
use super::Draft;

pub(super) fn portal_defaults(draft: &mut Draft<'_>) {
    draft.set("TypeId", Value::Guid(ids::PORTAL_COMMENT));
}

/// An e-mail on a case is gathered as soon as its row is made, even while it is a draft.
pub(super) fn publish_email(database: &mut Database, id: Uuid, saving: Saving<'_>) {
    let field = |column: &str| database.field("Activity", id, column);
    if field("TypeId").guid() != Some(ids::TYPE_EMAIL) {
        return;
    }
    if let Some(case) = field("CaseId").guid() {
        let message = field("Body");
        gather(database, case, ids::NOTIFIER_EMAIL, id, message, saving);
    }
}

/// A portal or feed message whose schema is Case and whose record is a case.
pub(super) fn publish_message(database: &mut Database, entity: &str, id: Uuid, saving: Saving<'_>) {
    let schema = database.field(entity, id, "EntitySchemaUId").guid();
    let Some(case) = database.field(entity, id, "EntityId").guid().filter(|_| schema == Some(ids::CASE_SCHEMA)) else {
        return;
    };
    if database.row("Case", case).is_none() {
        return;
    }
    let notifier = if entity == "PortalMessage" { ids::NOTIFIER_PORTAL } else { ids::NOTIFIER_SOCIAL };
    let message = database.field(entity, id, "Message");
    gather(database, case, notifier, id, message, saving);
}

fn gather(database: &mut Database, case: Uuid, notifier: Uuid, record: Uuid, message: Value, saving: Saving<'_>) {
    if !database.config.case_message_history {
        return;
    }
    let Some(entity) = database.entity("CaseMessageHistory") else { return };
    let columns = [
        ("CaseId", Value::Guid(case)),
        ("MessageNotifierId", Value::Guid(notifier)),
        ("RecordId", Value::Guid(record)),
        ("Message", message),
    ];
    let set = columns.into_iter().filter_map(|(name, value)| Some((entity.column(name)?, value))).collect();
    let server = Actor::server();
    if let Err(refusal) = database.insert("CaseMessageHistory", set, Saving { by: &server, ..saving }) {
        tracing::warn!(%refusal, "the message was not gathered");
    }
}
