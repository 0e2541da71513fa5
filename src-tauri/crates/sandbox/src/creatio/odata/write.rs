//! Creating, changing and deleting over OData.

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::super::assign::{Body, insert_body, patch_body};
use super::super::database::{Database, Saving};
use super::super::refusal::Refusal;
use super::super::schema::{Entity, Kind};
use super::super::switches::PatchUnknown;
use super::super::value::Value;
use super::answer::Answer;
use super::render;
use super::service::Call;

/// The body of a write as an object.
pub(super) fn object(call: &Call) -> Result<Map<String, Json>, Refusal> {
    match serde_json::from_slice(&call.body) {
        Ok(Json::Object(map)) => Ok(map),
        Ok(_) | Err(_) => Err(Refusal::bad_body("item : The body is not a JSON object.")),
    }
}

/// 201 with `Location`, `odata-version` and the whole row. A caller may choose the `Id`.
pub(super) fn create(
    database: &mut Database,
    entity: &Entity,
    body: &Map<String, Json>,
    call: &Call,
) -> Result<Answer, Refusal> {
    let config = std::sync::Arc::clone(&database.config);
    database.check_altered(entity, body)?;
    let set = insert_body(entity, body, &config)?;
    let id = database.insert(&entity.name, set, saving(call, database))?;
    let Some(row) = database.row(&entity.name, id) else { return Err(Refusal::no_such_record()) };
    let mut map = Map::new();
    map.insert("@odata.context".to_owned(), json!(format!("{}/$metadata#{}/$entity", call.root, entity.name)));
    map.extend(render::row(database, entity, row, None, &[], call.spelling));
    let mut answer = Answer::json(201, Json::Object(map));
    answer.headers.push(("location", format!("{}/{}({id})", call.root, entity.name)));
    Ok(answer)
}

/// 204 and no body, also when an old build did not understand the PATCH and wrote nothing.
pub(super) fn change(
    database: &mut Database,
    entity: &Entity,
    id: Uuid,
    body: &Map<String, Json>,
    call: &Call,
) -> Result<Answer, Refusal> {
    if database.row(&entity.name, id).is_none() {
        return Err(Refusal::no_such_record());
    }
    let unknown = body.keys().any(|column| database.is_removed(&entity.name, column));
    if unknown && database.config.patch_unknown == PatchUnknown::SilentDrop {
        return Ok(Answer::no_content());
    }
    database.check_altered(entity, body)?;
    let config = std::sync::Arc::clone(&database.config);
    if let Body::Assign(set) = patch_body(entity, body, &config)? {
        database.update(&entity.name, id, set, saving(call, database))?;
    }
    Ok(Answer::no_content())
}

pub(super) fn delete(database: &mut Database, entity: &Entity, id: Uuid, call: &Call) -> Result<Answer, Refusal> {
    database.delete(&entity.name, id, saving(call, database))?;
    Ok(Answer::no_content())
}

/// `PUT /CaseFile(id)/Data`: the bytes of a binary column.
pub(super) fn put_bytes(
    database: &mut Database,
    entity: &Entity,
    id: Uuid,
    property: &str,
    call: &Call,
) -> Result<Answer, Refusal> {
    let Some(at) = entity.column(property).filter(|at| entity.columns[*at].kind == Kind::Binary) else {
        return Err(Refusal::bare(405));
    };
    let set = vec![(at, Value::Bytes(call.body.to_vec()))];
    database.update(&entity.name, id, set, saving(call, database))?;
    Ok(Answer::no_content())
}

fn saving<'a>(call: &'a Call, database: &Database) -> Saving<'a> {
    Saving { by: &call.actor, request: Some(call.request), now: database.config.clock.now() }
}
