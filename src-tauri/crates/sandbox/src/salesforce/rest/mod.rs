//! The data API below one version: which address does what.

mod bundle;
mod changes;
mod collections;
mod composite;
mod query;
mod rows;
mod tooling;

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::answer::Answer;
use super::data::Saver;
use super::deploy;
use super::refusal::Refusal;
use super::schema;
use super::shared::State;

/// One call, or one part of a bundle.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub method: String,
    /// Decoded segments behind the version.
    pub path: Vec<String>,
    /// Decoded pairs.
    pub query: Vec<(String, String)>,
    pub body: Json,
    /// `/services/data/v66.0`.
    pub base: String,
    pub version: u32,
    pub user: String,
    pub request: u64,
    pub now: Timestamp,
    pub auto_assign: bool,
    /// `Sforce-Query-Options: batchSize=`.
    pub batch_size: Option<usize>,
    /// The bundle around it is all or none.
    pub all_or_none: bool,
    /// A part that is refused without being run, counted from 1.
    pub failing_part: Option<(usize, Refusal)>,
}

impl Call {
    pub fn option(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(each, _)| each == name).map(|(_, value)| value.as_str())
    }

    pub fn saver(&self) -> Saver {
        Saver {
            user: self.user.clone(),
            request: Some(self.request),
            now: self.now,
            auto_assign: self.auto_assign,
            person: false,
            system: false,
        }
    }

    fn object(&self) -> Result<&Map<String, Json>, Refusal> {
        let words = "Unexpected character at the beginning of the body: an object is expected at [line:1, column:1]";
        self.body.as_object().ok_or_else(|| Refusal::malformed_json(words))
    }

    /// Splits an address into segments and options.
    pub fn address(&mut self, rest: &str) {
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        self.path = path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect();
        self.query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    }
}

/// Answers a call below the version's root.
pub(crate) fn handle(state: &mut State, call: &Call) -> Answer {
    try_handle(state, call).unwrap_or_else(Answer::from)
}

fn try_handle(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    let method = call.method.as_str();
    Ok(match (method, path.as_slice()) {
        ("GET", []) => {
            let names = ["sobjects", "query", "queryAll", "composite", "limits", "metadata"];
            let map = names.map(|name| (name.to_owned(), json!(format!("{}/{name}", call.base))));
            Answer::json(200, Json::Object(Map::from_iter(map)))
        }
        ("GET", ["limits"]) => limits(state, call)?,
        ("GET", ["query" | "queryAll", ..]) => query::query(state, call)?,
        ("GET", ["sobjects"]) => Answer::json(200, schema::global(&state.database.objects, &call.base)),
        (_, ["sobjects", object, rest @ ..]) => {
            let name = known(state, call, object)?;
            match (method, rest) {
                ("GET", []) => {
                    let shape = state.database.object(&name).ok_or_else(Refusal::not_found)?;
                    Answer::json(
                        200,
                        json!({ "objectDescribe": schema::overview(shape, &call.base), "recentItems": [] }),
                    )
                }
                ("GET", ["describe"]) => {
                    let shape = state.database.object(&name).ok_or_else(Refusal::not_found)?;
                    let sees = |field: &schema::Field| state.database.sees(&call.user, field);
                    Answer::json(200, schema::describe(shape, &call.base, sees))
                }
                ("GET", ["updated"]) => changes::updated(state, call, &name)?,
                ("GET", ["deleted"]) => changes::deleted(state, call, &name)?,
                ("POST", []) => rows::create(state, call, &name)?,
                ("GET", [id]) => rows::read(state, call, &name, id)?,
                ("PATCH", [id]) => rows::update(state, call, &name, id)?,
                ("DELETE", [id]) => rows::delete(state, call, &name, id)?,
                (_, [field, value]) => rows::by_external_id(state, call, &name, field, value)?,
                _ => return Err(Refusal::no_method(method)),
            }
        }
        ("POST", ["composite"]) => composite::composite(state, call)?,
        ("POST", ["composite", "graph"]) => composite::graph(state, call)?,
        ("POST", ["composite", "batch"]) => bundle::batch(state, call)?,
        (_, ["composite", "sobjects", rest @ ..]) => collections::handle(state, call, rest)?,
        ("GET", ["tooling", "query"]) => tooling::query(state, call)?,
        ("GET", ["metadata", "deployRequest", id]) => {
            let details = call.option("includeDetails") == Some("true");
            Answer::json(200, deploy::status(&mut state.jobs, id, details)?)
        }
        ("PATCH", ["metadata", "deployRequest", id]) => Answer::json(202, deploy::cancel(&mut state.jobs, id)?),
        (_, ["limits" | "query" | "composite" | "metadata" | "tooling", ..]) => return Err(Refusal::no_method(method)),
        _ => return Err(Refusal::not_found()),
    })
}

/// The canonical name of an object that the caller may know of.
fn known(state: &State, call: &Call, object: &str) -> Result<String, Refusal> {
    let name = state.database.object(object).map(|object| object.name.clone()).ok_or_else(Refusal::not_found)?;
    if !may(state, call, &name, "read") {
        return Err(Refusal::not_found());
    }
    Ok(name)
}

/// Whether a permission on an object is still there; administrators keep theirs.
fn may(state: &State, call: &Call, object: &str, right: &str) -> bool {
    state.database.user(&call.user).is_some_and(|user| user.modify_all) || !state.faults.is_withdrawn(object, right)
}

fn limits(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    if !state.database.user(&call.user).is_some_and(|user| user.view_setup || user.modify_all) {
        return Err(Refusal::new(403, "FUNCTIONALITY_NOT_ENABLED", "View Setup and Configuration is needed"));
    }
    let max = state.database.config.daily_limit;
    let left = max.saturating_sub(state.usage.used(call.now) + state.used_by_others);
    Ok(Answer::json(
        200,
        json!({
            "DailyApiRequests": { "Max": max, "Remaining": left },
            "DailyAsyncApexExecutions": { "Max": 250_000, "Remaining": 250_000 },
            "DataStorageMB": { "Max": 10_240, "Remaining": 10_000 },
            "FileStorageMB": { "Max": 10_240, "Remaining": 10_240 },
        }),
    ))
}
