//! What the server does by itself inside a save, object by object.

mod activity;
mod case;
mod closing;
mod messages;

use uuid::Uuid;

use super::database::{Database, Saving};
use super::refusal::Refusal;
use super::schema::Entity;
use super::value::Value;

pub(crate) use closing::close_resolved_cases;

/// A row on its way into a save.
pub(crate) struct Draft<'a> {
    pub entity: &'a Entity,
    pub values: &'a mut Vec<Value>,
}

static NOTHING: Value = Value::Null;

impl Draft<'_> {
    /// A column of the row; an unknown one is empty.
    pub fn get(&self, column: &str) -> &Value {
        self.entity.column(column).map_or(&NOTHING, |at| &self.values[at])
    }

    pub fn set(&mut self, column: &str, value: Value) {
        if let Some(at) = self.entity.column(column) {
            self.values[at] = value;
        }
    }

    pub fn set_if_empty(&mut self, column: &str, value: Value) {
        if self.get(column).is_empty() {
            self.set(column, value);
        }
    }
}

/// Reads a column out of a row's values.
pub(crate) fn column<'a>(entity: &Entity, values: &'a [Value], name: &str) -> &'a Value {
    entity.column(name).map_or(&NOTHING, |at| &values[at])
}

/// Values that a row starts with before the body is applied to it.
pub(crate) fn defaults(_database: &Database, draft: &mut Draft<'_>, saving: Saving<'_>) {
    match draft.entity.name.as_str() {
        "Case" => case::defaults(draft),
        "Activity" => activity::defaults(draft, saving),
        "PortalMessage" => messages::portal_defaults(draft),
        _ => {}
    }
}

/// Runs after the body was applied and before anything is checked.
pub(crate) fn before_insert(database: &mut Database, draft: &mut Draft<'_>, saving: Saving<'_>) -> Result<(), Refusal> {
    match draft.entity.name.as_str() {
        "Case" => case::before_insert(database, draft, saving),
        "Activity" => activity::before_save(database, draft),
        _ => Ok(()),
    }
}

/// Runs when the row stands.
pub(crate) fn after_insert(database: &mut Database, entity: &Entity, id: Uuid, saving: Saving<'_>) {
    match entity.name.as_str() {
        "Case" => case::after_insert(database, id, saving),
        "Activity" => {
            messages::publish_email(database, id, saving);
            activity::reopen_case(database, id, saving);
        }
        "PortalMessage" | "SocialMessage" => messages::publish_message(database, &entity.name, id, saving),
        _ => {}
    }
}

/// Runs before a changed row is checked.
pub(crate) fn before_update(
    database: &mut Database,
    old: &[Value],
    draft: &mut Draft<'_>,
    saving: Saving<'_>,
) -> Result<(), Refusal> {
    match draft.entity.name.as_str() {
        "Case" => case::before_update(database, old, draft, saving),
        "Activity" => activity::before_save(database, draft),
        _ => Ok(()),
    }
}

/// Runs when the change stands.
pub(crate) fn after_update(database: &mut Database, entity: &Entity, id: Uuid, old: &[Value], saving: Saving<'_>) {
    if entity.name == "Case" {
        case::after_update(database, entity, id, old, saving);
    }
}
