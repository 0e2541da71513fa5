//! `$batch`: at most 100 parts, run in order; the first 4xx or 5xx stops the rest unless told otherwise.

use std::sync::Arc;

use axum::body::Bytes;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::super::refusal::Refusal;
use super::super::shared::{Shared, State};
use super::super::signal;
use super::super::switches::Unexecuted;
use super::answer::{Answer, AnswerBody};
use super::service::{Call, handle};
use crate::requests::PartEntry;

const MAX_PARTS: usize = 100;

/// Faults on parts, counted from 1.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BatchFaults {
    pub cut_after: Option<usize>,
    pub error_after_write: Option<usize>,
    pub answer_missing: Option<usize>,
    pub fails: Option<(usize, u16)>,
    pub out_of_order: bool,
}

impl BatchFaults {
    /// The names that the request ledger shows.
    pub fn names(self) -> Vec<String> {
        let thrown = [
            (self.cut_after.is_some(), "batch_cut_after"),
            (self.error_after_write.is_some(), "batch_part_500_after_write"),
            (self.answer_missing.is_some(), "batch_part_answer_missing"),
            (self.fails.is_some(), "batch_part_fails"),
            (self.out_of_order, "batch_out_of_order"),
        ];
        thrown.into_iter().filter(|(is, _)| *is).map(|(_, name)| name.to_owned()).collect()
    }
}

/// What a batch came to.
pub(crate) struct BatchRun {
    pub answer: Answer,
    pub parts: Vec<PartEntry>,
    /// The connection is to be dropped: the parts so far are committed, no answer is given.
    pub cut: bool,
}

/// One part as asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub id: Option<Json>,
    pub group: Option<String>,
    pub method: String,
    pub url: String,
    pub body: Bytes,
}

struct Answered {
    place: usize,
    part: Part,
    answer: Answer,
}

fn read_parts(call: &Call) -> Result<Vec<Part>, Refusal> {
    let body: Json =
        serde_json::from_slice(&call.body).map_err(|_| Refusal::bad_body("item : The batch is not JSON."))?;
    let requests = body["requests"].as_array().ok_or_else(|| Refusal::bad_body("item : 'requests' is missing."))?;
    let text = |request: &Json, name: &str| request[name].as_str().map(str::to_owned);
    let parts = requests.iter().map(|request| Part {
        id: request.get("id").cloned(),
        group: text(request, "atomicityGroup"),
        method: text(request, "method").unwrap_or_default().to_uppercase(),
        url: text(request, "url").unwrap_or_default(),
        body: request.get("body").map(|body| Bytes::from(body.to_string())).unwrap_or_default(),
    });
    Ok(parts.collect())
}

/// Runs a batch part by part, calling signals between parts as each save does.
pub(crate) async fn run_batch(
    shared: &Arc<Shared>,
    call: &Call,
    content_type: &str,
    keep_going: bool,
    faults: BatchFaults,
) -> BatchRun {
    let multipart = content_type.starts_with("multipart/");
    let parts = if multipart { super::multipart::read(content_type, &call.body) } else { read_parts(call) };
    let parts = match parts {
        Ok(parts) if parts.len() > MAX_PARTS => {
            Err(Refusal::bad_body("item : The maximum number of operations in a batch, '100', was exceeded."))
        }
        other => other,
    };
    let parts = match parts {
        Ok(parts) => parts,
        Err(refusal) => return BatchRun { answer: refusal.into(), parts: Vec::new(), cut: false },
    };
    let mut answered: Vec<Answered> = Vec::new();
    let mut entries = Vec::new();
    let mut left = Vec::new();
    let mut stopped = false;
    for unit in units(parts, shared.config.atomic_groups) {
        if stopped {
            left.extend(unit);
            continue;
        }
        if faults.cut_after.is_some_and(|parts| entries.len() >= parts) {
            return BatchRun { answer: Answer::no_content(), parts: entries, cut: true };
        }
        let (results, calls) = {
            let mut state = shared.lock();
            let results = run_unit(&mut state, call, unit, entries.len() + 1, faults);
            (results, signal::due(&mut state))
        };
        signal::deliver_all(shared, calls).await;
        for result in results {
            entries.push(PartEntry {
                method: result.part.method.clone(),
                url: result.part.url.clone(),
                status: result.answer.status,
            });
            stopped |= !result.answer.is_success() && !keep_going;
            answered.push(result);
        }
    }
    if faults.cut_after.is_some_and(|parts| entries.len() >= parts) {
        return BatchRun { answer: Answer::no_content(), parts: entries, cut: true };
    }
    answered.retain(|one| faults.answer_missing != Some(one.place));
    let place = entries.len();
    if shared.config.unexecuted == Unexecuted::Listed424 {
        answered.extend(left.into_iter().map(|part| Answered { place, part, answer: Refusal::bare(424).into() }));
    }
    if faults.out_of_order {
        answered.reverse();
    }
    let answer = if multipart && !call.batch_as_json {
        super::multipart::write(answered.into_iter().map(|one| one.answer).collect())
    } else {
        to_json(answered)
    };
    BatchRun { answer, parts: entries, cut: false }
}

/// Single parts, or whole groups where a group is atomic.
fn units(parts: Vec<Part>, atomic: bool) -> Vec<Vec<Part>> {
    let mut units: Vec<Vec<Part>> = Vec::new();
    for part in parts {
        let together = atomic
            && part.group.is_some()
            && units.last().and_then(|unit| unit.first()).is_some_and(|first| first.group == part.group);
        match units.last_mut() {
            Some(unit) if together => unit.push(part),
            _ => units.push(vec![part]),
        }
    }
    units
}

/// Runs a part, or a group that stands or falls as one.
fn run_unit(state: &mut State, call: &Call, unit: Vec<Part>, first: usize, faults: BatchFaults) -> Vec<Answered> {
    let group = unit.len() > 1;
    if group {
        state.database.begin();
    }
    let mut results: Vec<Answered> = Vec::new();
    for (offset, part) in unit.into_iter().enumerate() {
        let place = first + offset;
        let answer = run_part(state, call, &part, place, faults);
        let failed = !answer.is_success();
        if failed && group {
            state.database.roll_back();
            // Only the part that failed is answered for; the group left nothing behind.
            return vec![Answered { place, part, answer }];
        }
        results.push(Answered { place, part, answer });
    }
    state.database.commit();
    results
}

fn run_part(state: &mut State, call: &Call, part: &Part, place: usize, faults: BatchFaults) -> Answer {
    if let Some((_, status)) = faults.fails.filter(|(failing, _)| *failing == place) {
        return match status {
            500 => Refusal::save_failed("The part failed.", "").into(),
            other => Refusal::bare(other).into(),
        };
    }
    let (path, query) = part.url.split_once('?').unwrap_or((&part.url, ""));
    let path = path.strip_prefix(&call.root).unwrap_or(path);
    let path = path.trim_start_matches('/');
    let path = path.strip_prefix("0/odata/").or_else(|| path.strip_prefix("odata/")).unwrap_or(path);
    let inner = Call {
        method: part.method.clone(),
        path: path.to_owned(),
        query: query.to_owned(),
        body: part.body.clone(),
        ..call.clone()
    };
    let answer = handle(state, &inner);
    if faults.error_after_write == Some(place) && answer.is_success() {
        return Refusal::unhandled("Object reference not set to an instance of an object.").into();
    }
    answer
}

fn to_json(answered: Vec<Answered>) -> Answer {
    let mut groups: Vec<(String, Uuid)> = Vec::new();
    let mut responses = Vec::new();
    for Answered { part, answer, .. } in answered {
        let mut response = Map::new();
        response.insert("id".to_owned(), part.id.unwrap_or(Json::Null));
        if let Some(group) = part.group {
            // The answer names groups by ids of the server's own.
            let known = groups.iter().find(|(name, _)| *name == group).map(|(_, id)| *id);
            let id = known.unwrap_or_else(|| {
                let id = Uuid::new_v4();
                groups.push((group, id));
                id
            });
            response.insert("atomicityGroup".to_owned(), json!(id));
        }
        response.insert("status".to_owned(), json!(answer.status));
        let mut headers = Map::new();
        for (name, value) in &answer.headers {
            headers.insert((*name).to_owned(), json!(value));
        }
        if let Some(content_type) = answer.content_type() {
            headers.insert("content-type".to_owned(), json!(content_type));
        }
        response.insert("headers".to_owned(), Json::Object(headers));
        match answer.body {
            AnswerBody::Empty => {}
            AnswerBody::Json(body) => {
                response.insert("body".to_owned(), body);
            }
            AnswerBody::Text { text, .. } => {
                response.insert("body".to_owned(), Json::String(text));
            }
            AnswerBody::Bytes(_) => {}
        }
        responses.push(Json::Object(response));
    }
    Answer::json(200, json!({ "responses": responses }))
}
