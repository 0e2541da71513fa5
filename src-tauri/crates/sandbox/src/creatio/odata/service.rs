//! One OData request, from its path to its answer.

use std::sync::Arc;

use axum::body::Bytes;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::super::actor::{Actor, ActorKind};
use super::super::database::Database;
use super::super::refusal::Refusal;
use super::super::rights::Right;
use super::super::schema::{Entity, Kind};
use super::super::shared::State;
use super::super::switches::SystemTables;
use super::super::value::{Spelling, Value, to_json};
use super::answer::Answer;
use super::options::Options;
use super::read::{self, Query};
use super::resource::{self, Resource};
use super::{metadata, render, write};

/// A request as OData sees it.
#[derive(Clone)]
pub(crate) struct Call {
    pub method: String,
    /// What follows the service root.
    pub path: String,
    pub query: String,
    pub body: Bytes,
    /// The absolute service root, such as `http://host/0/odata`.
    pub root: String,
    pub spelling: Spelling,
    /// `Accept: application/json` on a multipart batch.
    pub batch_as_json: bool,
    pub actor: Actor,
    /// The number of the HTTP request, for the ledger.
    pub request: u64,
}

/// Answers everything but `$batch`.
pub(crate) fn handle(state: &mut State, call: &Call) -> Answer {
    let answered = resource::parse(&call.path).and_then(|resource| dispatch(state, call, resource));
    answered.unwrap_or_else(Answer::from)
}

fn dispatch(state: &mut State, call: &Call, resource: Resource) -> Result<Answer, Refusal> {
    let method = call.method.as_str();
    match resource {
        Resource::Sets if method == "GET" => Ok(Answer::json(200, sets(&state.database, call))),
        Resource::Metadata if method == "GET" => Ok(Answer::text("application/xml", metadata::csdl(&state.database))),
        Resource::Set(set) => {
            let entity = entity_set(state, call, &set)?;
            match method {
                "GET" => {
                    permit(state, call, &entity, Right::Read)?;
                    state.database.check_query(&entity, &call.query)?;
                    list(&state.database, &entity, call)
                }
                "POST" => {
                    // The body is read before rights are looked at, and rights before lookups are.
                    let body = write::object(call)?;
                    super::super::assign::insert_body(&entity, &body, &state.database.config)?;
                    permit(state, call, &entity, Right::Create)?;
                    write::create(&mut state.database, &entity, &body, call)
                }
                _ => Err(Refusal::bare(405)),
            }
        }
        Resource::Count(set) => {
            let entity = entity_set(state, call, &set)?;
            permit(state, call, &entity, Right::Read)?;
            count(&state.database, &entity, call)
        }
        Resource::Record(set, id) => {
            let entity = entity_set(state, call, &set)?;
            match method {
                "GET" => {
                    permit(state, call, &entity, Right::Read)?;
                    state.database.check_query(&entity, &call.query)?;
                    one(&state.database, &entity, id, call)
                }
                "PATCH" => {
                    let body = write::object(call)?;
                    permit(state, call, &entity, Right::Update)?;
                    write::change(&mut state.database, &entity, id, &body, call)
                }
                "DELETE" => {
                    permit(state, call, &entity, Right::Delete)?;
                    write::delete(&mut state.database, &entity, id, call)
                }
                // PUT of a whole record is not offered.
                _ => Err(Refusal::bare(405)),
            }
        }
        Resource::Property { set, id, property, raw } => {
            let entity = entity_set(state, call, &set)?;
            match method {
                "GET" => {
                    permit(state, call, &entity, Right::Read)?;
                    field(&state.database, &entity, id, &property, raw, call)
                }
                "PUT" => {
                    permit(state, call, &entity, Right::Update)?;
                    write::put_bytes(&mut state.database, &entity, id, &property, call)
                }
                _ => Err(Refusal::bare(405)),
            }
        }
        Resource::Sets | Resource::Metadata | Resource::Batch => Err(Refusal::bare(405)),
    }
}

fn entity_set(state: &State, call: &Call, set: &str) -> Result<Arc<Entity>, Refusal> {
    state
        .database
        .entity(set)
        .ok_or_else(|| Refusal::unknown_set(state.database.config.unknown_set, set, &format!("{}/{set}", call.root)))
}

/// A technical user has exactly the rights granted per object; people and jobs are not held up.
fn permit(state: &State, call: &Call, entity: &Entity, right: Right) -> Result<(), Refusal> {
    if call.actor.kind != ActorKind::Technical {
        return Ok(());
    }
    let config = &state.database.config;
    let closed = entity.name == "SysAdminUnit" && config.system_tables == SystemTables::Closed;
    let withdrawn = state.faults.is_withdrawn(&entity.name, right);
    if closed || withdrawn || !state.rights.allow(&entity.name, right) {
        return Err(Refusal::no_rights(config.rights_shape, &entity.name));
    }
    Ok(())
}

fn sets(database: &Database, call: &Call) -> Json {
    let sets: Vec<Json> = database
        .schema
        .entities
        .iter()
        .map(|entity| json!({ "name": entity.name, "kind": "EntitySet", "url": entity.name }))
        .collect();
    json!({ "@odata.context": format!("{}/$metadata", call.root), "value": sets })
}

fn list(database: &Database, entity: &Arc<Entity>, call: &Call) -> Result<Answer, Refusal> {
    let options = Options::from_query(&call.query)?;
    let query = Query::read(database, entity, &options, 0)?;
    let (rows, total) = read::list(database, entity, &query)?;
    let select = query.select.as_deref();
    let mut map = Map::new();
    let context = format!("{}/$metadata#{}{}", call.root, entity.name, render::selection(entity, select));
    map.insert("@odata.context".to_owned(), json!(context));
    if query.count {
        map.insert("@odata.count".to_owned(), json!(total));
    }
    let value: Vec<Json> = rows
        .into_iter()
        .map(|row| Json::Object(render::row(database, entity, row, select, &query.expand, call.spelling)))
        .collect();
    map.insert("value".to_owned(), Json::Array(value));
    Ok(Answer::json(200, Json::Object(map)))
}

/// `$count` answers a bare number, not JSON.
fn count(database: &Database, entity: &Arc<Entity>, call: &Call) -> Result<Answer, Refusal> {
    let options = Options::from_query(&call.query)?;
    let mut query = Query::read(database, entity, &options, 0)?;
    query.top = Some(0);
    let (_, total) = read::list(database, entity, &query)?;
    Ok(Answer::text("text/plain", total.to_string()))
}

fn one(database: &Database, entity: &Arc<Entity>, id: Uuid, call: &Call) -> Result<Answer, Refusal> {
    let options = Options::from_query(&call.query)?;
    let query = Query::read(database, entity, &options, 0)?;
    let row = database.row(&entity.name, id).ok_or_else(Refusal::no_such_record)?;
    let select = query.select.as_deref();
    let mut map = Map::new();
    let selection = render::selection(entity, select);
    map.insert(
        "@odata.context".to_owned(),
        json!(format!("{}/$metadata#{}{selection}/$entity", call.root, entity.name)),
    );
    map.extend(render::row(database, entity, row, select, &query.expand, call.spelling));
    Ok(Answer::json(200, Json::Object(map)))
}

fn field(
    database: &Database,
    entity: &Entity,
    id: Uuid,
    property: &str,
    raw: bool,
    call: &Call,
) -> Result<Answer, Refusal> {
    let at = entity.column(property).ok_or_else(Refusal::not_found_page)?;
    let row = database.row(&entity.name, id).ok_or_else(Refusal::no_such_record)?;
    let column = &entity.columns[at];
    if column.kind == Kind::Binary {
        let bytes = match &row.values[at] {
            Value::Bytes(bytes) => bytes.clone(),
            _ => Vec::new(),
        };
        return Ok(Answer { status: 200, headers: Vec::new(), body: super::AnswerBody::Bytes(bytes) });
    }
    let value = to_json(&row.values[at], &column.kind, call.spelling);
    if raw {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        return Ok(Answer::text("text/plain", text));
    }
    let context = format!("{}/$metadata#{}({id})/{property}", call.root, entity.name);
    Ok(Answer::json(200, json!({ "@odata.context": context, "value": value })))
}
