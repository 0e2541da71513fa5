//! `composite/sobjects`: up to 200 rows in one call, answered in order.

use serde_json::{Map, Value as Json, json};

use super::super::answer::Answer;
use super::super::callback;
use super::super::refusal::Refusal;
use super::super::shared::State;
use super::rows::{self, Upserted};
use super::{Call, known};

const MAX_RECORDS: usize = 200;
const MAX_CHUNKS: usize = 10;

pub(super) fn handle(state: &mut State, call: &Call, rest: &[&str]) -> Result<Answer, Refusal> {
    match (call.method.as_str(), rest) {
        ("POST", []) => each(state, call, |state, call, object, body| {
            let id = rows::make(state, call, object, body)?;
            Ok(json!({ "id": id, "success": true, "errors": [] }))
        }),
        ("PATCH", []) => each(state, call, |state, call, object, body| {
            let mut body = body.clone();
            let id = body.shift_remove("Id").or_else(|| body.shift_remove("id"));
            let id = id.as_ref().and_then(Json::as_str).unwrap_or_default().to_owned();
            if id.is_empty() {
                return Err(Refusal::new(400, "MISSING_ARGUMENT", "Id not specified in an update call").on(&["Id"]));
            }
            rows::change(state, call, object, &id, &body)?;
            Ok(json!({ "id": id, "success": true, "errors": [] }))
        }),
        ("PATCH", [object, field]) => {
            let object = known(state, call, object)?;
            each(state, call, |state, call, named, body| {
                if *named != *object {
                    return Err(
                        Refusal::new(400, "INVALID_TYPE", "All records of an upsert must be of one type").on(&[])
                    );
                }
                let mut body = body.clone();
                let name = body.keys().find(|name| name.eq_ignore_ascii_case(field)).cloned().unwrap_or_default();
                let value = body.shift_remove(&name).unwrap_or_default();
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                match rows::upsert(state, call, &object, field, &value, &body, false)? {
                    Upserted::Made(id) => Ok(json!({ "id": id, "success": true, "errors": [], "created": true })),
                    Upserted::Changed(id) => Ok(json!({ "id": id, "success": true, "errors": [], "created": false })),
                    Upserted::Several(_) => {
                        let message = format!("More than one record found for external id field: {value}");
                        Err(Refusal::new(400, "DUPLICATE_EXTERNAL_ID", message).on(&[field]))
                    }
                }
            })
        }
        ("DELETE", []) => {
            let ids: Vec<Json> =
                call.option("ids").unwrap_or_default().split(',').map(|id| json!({ "id": id.trim() })).collect();
            let flag = call.option("allOrNone") == Some("true");
            let call = Call { body: json!({ "allOrNone": flag, "records": ids }), ..call.clone() };
            each(state, &call, |state, call, _, body| {
                let id = body["id"].as_str().unwrap_or_default();
                let object = state.database.object_of(id).map(|object| object.name.clone());
                let object =
                    object.ok_or_else(|| Refusal::new(400, "MALFORMED_ID", format!("malformed id {id}")).on(&[]))?;
                rows::remove(state, call, &object, id)?;
                Ok(json!({ "id": super::super::ids::to_18(id), "success": true, "errors": [] }))
            })
        }
        ("GET" | "POST", [object]) => retrieve(state, call, object),
        (method, _) => Err(Refusal::no_method(method)),
    }
}

/// Rows by id; null stands for each that is missing.
fn retrieve(state: &State, call: &Call, object: &str) -> Result<Answer, Refusal> {
    let name = known(state, call, object)?;
    let list = |name: &str| -> Vec<String> {
        match (call.option(name), call.body[name].as_array()) {
            (Some(text), _) => text.split(',').map(|each| each.trim().to_owned()).collect(),
            (None, Some(list)) => list.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            _ => Vec::new(),
        }
    };
    let (ids, fields) = (list("ids"), list("fields"));
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let shape = state.database.object(&name).ok_or_else(Refusal::not_found)?;
    if let Some(unknown) = fields.iter().find(|field| shape.field(field).is_none()) {
        return Err(Refusal::no_column(unknown, &name));
    }
    let found = ids.iter().map(|id| match state.database.is_deleted(&name, id) {
        true => Json::Null,
        false => rows::show(state, call, shape, id, Some(&fields)).unwrap_or_default(),
    });
    Ok(Answer::json(200, Json::Array(found.collect())))
}

type Work<'a> = &'a dyn Fn(&mut State, &Call, &str, &Map<String, Json>) -> Result<Json, Refusal>;

fn each(
    state: &mut State,
    call: &Call,
    work: impl Fn(&mut State, &Call, &str, &Map<String, Json>) -> Result<Json, Refusal>,
) -> Result<Answer, Refusal> {
    run(state, call, &work)
}

fn run(state: &mut State, call: &Call, work: Work) -> Result<Answer, Refusal> {
    let missing = || Refusal::malformed_json("The body needs a list named records");
    let records = call.body["records"].as_array().ok_or_else(missing)?;
    if records.len() > MAX_RECORDS {
        let message = format!("Maximum number of records allowed is {MAX_RECORDS}, {} were sent", records.len());
        return Err(Refusal::new(400, "EXCEEDED_MAX_SIZE_REQUEST", message));
    }
    let types: Vec<&str> =
        records.iter().map(|record| record["attributes"]["type"].as_str().unwrap_or_default()).collect();
    let chunks = types.iter().zip(types.iter().skip(1)).filter(|(a, b)| a != b).count() + 1;
    if chunks > MAX_CHUNKS {
        let message = "The records have more than 10 chunks of one type; sort them by type";
        return Err(Refusal::new(400, "INVALID_FIELD", message));
    }
    // Around it an all-or-none bundle overrides what is said here.
    let all_or_none = call.all_or_none || call.body["allOrNone"] == json!(true);
    let mark = state.database.begin();
    let mut results = Vec::new();
    let mut refused = false;
    for (record, kind) in records.iter().zip(types) {
        let object = state.database.object(kind).map(|object| object.name.clone());
        let done = match (object, record.as_object()) {
            (None, _) if call.method != "DELETE" => {
                let message = format!("sObject type '{kind}' is not supported.");
                Err(Refusal::new(400, "INVALID_TYPE", message).on(&[]))
            }
            (object, Some(body)) => work(state, call, &object.unwrap_or_default(), body),
            (_, None) => Err(missing()),
        };
        refused |= done.is_err();
        results.push(done);
    }
    if let Some(refusal) = callback::too_many_jobs(state) {
        state.database.roll_back(&mark);
        results.iter_mut().for_each(|result| *result = Err(refusal.clone()));
        refused = true;
    }
    if refused && all_or_none {
        state.database.roll_back(&mark);
        for result in results.iter_mut().filter(|result| result.is_ok()) {
            *result = Err(Refusal::rolled_back());
        }
    }
    let shown: Vec<Json> = results
        .into_iter()
        .map(|result| result.unwrap_or_else(|refusal| json!({ "success": false, "errors": [refusal.item()] })))
        .collect();
    let mut answer = Answer::json(200, json!(shown));
    answer.refused_inside = refused;
    Ok(answer)
}
