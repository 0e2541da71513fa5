//! One row: create, read, update, delete, and the same by external id.

use serde_json::{Map, Value as Json, json};

use super::super::answer::Answer;
use super::super::refusal::Refusal;
use super::super::schema::Object;
use super::super::shared::State;
use super::{Call, may};

pub(super) fn create(state: &mut State, call: &Call, object: &str) -> Result<Answer, Refusal> {
    let id = make(state, call, object, call.object()?)?;
    let location = format!("{}/sobjects/{object}/{id}", call.base);
    Ok(Answer::json(201, json!({ "id": id, "success": true, "errors": [] })).with("location", location))
}

pub(super) fn make(state: &mut State, call: &Call, object: &str, body: &Map<String, Json>) -> Result<String, Refusal> {
    if !may(state, call, object, "create") {
        return Err(Refusal::rights());
    }
    state.database.insert(&call.saver(), object, body)
}

pub(super) fn change(
    state: &mut State,
    call: &Call,
    object: &str,
    id: &str,
    body: &Map<String, Json>,
) -> Result<(), Refusal> {
    check_id(state, object, id)?;
    if !may(state, call, object, "edit") {
        return Err(Refusal::rights());
    }
    state.database.update(&call.saver(), object, id, body)
}

pub(super) fn remove(state: &mut State, call: &Call, object: &str, id: &str) -> Result<(), Refusal> {
    check_id(state, object, id)?;
    if !may(state, call, object, "delete") {
        return Err(Refusal::rights());
    }
    state.database.delete(&call.saver(), object, id)
}

/// An id of another object, or none at all, is not looked for.
fn check_id(state: &State, object: &str, id: &str) -> Result<(), Refusal> {
    let prefix = state.database.object(object).map(|object| object.prefix.as_str()).unwrap_or_default();
    match super::super::ids::key(id) {
        Some(key) if key.starts_with(prefix) => Ok(()),
        Some(_) => Err(Refusal::not_found()),
        None => Err(Refusal::new(400, "MALFORMED_ID", format!("malformed id {id}")).on(&["Id"])),
    }
}

pub(super) fn read(state: &State, call: &Call, object: &str, id: &str) -> Result<Answer, Refusal> {
    check_id(state, object, id)?;
    let row = state.database.row(object, id).ok_or_else(Refusal::not_found)?;
    if state.database.is_deleted(object, id) {
        return Err(Refusal::deleted());
    }
    let shape = state.database.object(object).ok_or_else(Refusal::not_found)?;
    let fields = call.option("fields").map(|list| list.split(',').map(str::trim).collect::<Vec<&str>>());
    Ok(Answer::json(200, show(state, call, shape, &row.id, fields.as_deref())?))
}

/// A row with these fields, or with all that the caller sees.
pub(super) fn show(
    state: &State,
    call: &Call,
    object: &Object,
    id: &str,
    fields: Option<&[&str]>,
) -> Result<Json, Refusal> {
    let row = state.database.row(&object.name, id).ok_or_else(Refusal::not_found)?;
    let url = format!("{}/sobjects/{}/{}", call.base, object.name, row.id);
    let mut map = Map::from_iter([("attributes".to_owned(), json!({ "type": object.name, "url": url }))]);
    let sees = |name: &str| object.field(name).filter(|field| state.database.sees(&call.user, field));
    match fields {
        Some(fields) => {
            for name in fields {
                let field = sees(name).ok_or_else(|| Refusal::no_column(name, &object.name))?;
                let at = object.at(&field.name).unwrap_or_default();
                map.insert(field.name.clone(), row.get(at).clone());
            }
            map.entry("Id").or_insert_with(|| json!(row.id));
        }
        None => {
            for (at, field) in object.live().filter(|(_, field)| sees(&field.name).is_some()) {
                map.insert(field.name.clone(), row.get(at).clone());
            }
        }
    }
    Ok(Json::Object(map))
}

pub(super) fn update(state: &mut State, call: &Call, object: &str, id: &str) -> Result<Answer, Refusal> {
    change(state, call, object, id, call.object()?)?;
    Ok(Answer::nothing())
}

pub(super) fn delete(state: &mut State, call: &Call, object: &str, id: &str) -> Result<Answer, Refusal> {
    remove(state, call, object, id)?;
    Ok(Answer::nothing())
}

/// What an upsert came to.
pub(super) enum Upserted {
    Made(String),
    Changed(String),
    Several(Vec<String>),
}

/// The place of an external id field.
fn external(state: &State, call: &Call, object: &str, field: &str) -> Result<(Object, usize), Refusal> {
    let shape = state.database.object(object).ok_or_else(Refusal::not_found)?;
    let found = shape.field(field).filter(|field| field.external && state.database.sees(&call.user, field));
    let at = found.and_then(|field| shape.at(&field.name)).ok_or_else(|| {
        let message = format!("Provided external ID field does not exist or is not accessible: {field}");
        Refusal::new(404, "NOT_FOUND", message)
    })?;
    Ok((shape.clone(), at))
}

pub(super) fn upsert(
    state: &mut State,
    call: &Call,
    object: &str,
    field: &str,
    value: &str,
    body: &Map<String, Json>,
    update_only: bool,
) -> Result<Upserted, Refusal> {
    let (shape, at) = external(state, call, object, field)?;
    let mut matches = state.database.by_external(&shape, at, value);
    match matches.len() {
        0 if update_only => Err(Refusal::not_found()),
        0 => {
            let mut body = body.clone();
            body.insert(shape.fields[at].name.clone(), json!(value));
            make(state, call, object, &body).map(Upserted::Made)
        }
        1 => {
            let id = matches.remove(0);
            change(state, call, object, &id, body)?;
            Ok(Upserted::Changed(id))
        }
        _ => Ok(Upserted::Several(matches)),
    }
}

pub(super) fn by_external_id(
    state: &mut State,
    call: &Call,
    object: &str,
    field: &str,
    value: &str,
) -> Result<Answer, Refusal> {
    if field.eq_ignore_ascii_case("Id") {
        return match call.method.as_str() {
            "GET" => read(state, call, object, value),
            "PATCH" => update(state, call, object, value),
            method => Err(Refusal::no_method(method)),
        };
    }
    let urls = |ids: &[String]| {
        let list: Vec<String> = ids.iter().map(|id| format!("{}/sobjects/{object}/{id}", call.base)).collect();
        Answer::json(300, json!(list))
    };
    match call.method.as_str() {
        "PATCH" => {
            let body = call.object()?;
            if body.keys().any(|name| name.eq_ignore_ascii_case(field)) {
                let message = format!("The {field} field should not be specified in the sobject data.");
                return Err(Refusal::new(400, "INVALID_FIELD", message));
            }
            let update_only = call.option("updateOnly") == Some("true");
            Ok(match upsert(state, call, object, field, value, body, update_only)? {
                Upserted::Made(id) => {
                    Answer::json(201, json!({ "id": id, "success": true, "errors": [], "created": true }))
                }
                // Where the shape changed is UNCONFIRMED.
                Upserted::Changed(_) if call.version < 46 => Answer::nothing(),
                Upserted::Changed(id) => {
                    Answer::json(200, json!({ "id": id, "success": true, "errors": [], "created": false }))
                }
                Upserted::Several(ids) => urls(&ids),
            })
        }
        "GET" | "DELETE" => {
            let (shape, at) = external(state, call, object, field)?;
            let matches = state.database.by_external(&shape, at, value);
            match (matches.as_slice(), call.method.as_str()) {
                ([], _) => Err(Refusal::not_found()),
                ([id], "GET") => read(state, call, object, id),
                ([id], _) => delete(state, call, object, id),
                (ids, _) => Ok(urls(ids)),
            }
        }
        method => Err(Refusal::no_method(method)),
    }
}
