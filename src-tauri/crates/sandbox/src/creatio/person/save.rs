//! Saving as a person: the columns are checked as OData checks them, and the server does what it always does.

use std::sync::Arc;

use serde_json::Value as Json;
use uuid::Uuid;

use super::super::actor::Actor;
use super::super::assign::{Body, insert_body, patch_body};
use super::super::database::{Database, Saving};
use super::super::refusal::Refusal;

/// The employee behind a contact.
pub(crate) fn actor(database: &Database, contact: Uuid) -> Actor {
    let person = Actor::person();
    let name = database.field("Contact", contact, "Name").text().map_or(person.name, str::to_owned);
    Actor { name, contact: Some(contact), ..Actor::person() }
}

/// Makes a row.
pub(crate) fn insert(database: &mut Database, by: &Actor, entity: &str, body: &Json) -> Result<Uuid, Refusal> {
    let config = Arc::clone(&database.config);
    let shape = database.entity(entity).ok_or_else(Refusal::not_found_page)?;
    let body = body.as_object().ok_or_else(|| Refusal::bad_body("item : The body is not a JSON object."))?;
    let set = insert_body(&shape, body, &config)?;
    database.insert(entity, set, Saving { by, request: None, now: config.clock.now() })
}

/// Changes a row.
pub(crate) fn update(database: &mut Database, by: &Actor, entity: &str, id: Uuid, body: &Json) -> Result<(), Refusal> {
    let config = Arc::clone(&database.config);
    let shape = database.entity(entity).ok_or_else(Refusal::not_found_page)?;
    let body = body.as_object().ok_or_else(|| Refusal::bad_body("item : The body is not a JSON object."))?;
    let saving = Saving { by, request: None, now: config.clock.now() };
    match patch_body(&shape, body, &config)? {
        Body::Assign(set) => database.update(entity, id, set, saving).map(|_| ()),
        // A person's page knows its columns; a misspelt one is the test's mistake.
        Body::Swallowed => Err(Refusal::bad_body("item : A column does not exist.")),
    }
}
