//! One OData request from arrival to answer: faults before, sign-on, work, faults after, ledger.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::actor::Actor;
use super::database::Saving;
use super::fault::{DataFault, Thrown, UnderUsAct};
use super::identity;
use super::ids;
use super::odata::{self, Answer, BatchRun, Call};
use super::refusal::Refusal;
use super::shared::{Shared, State};
use super::signal;
use super::value::{Spelling, Value};
use crate::chance::{Paced, RetryAfter, WhenWork};
use crate::clock::http_date;
use crate::requests::RequestKind;

/// How a request ends.
pub(crate) enum Ending {
    Answer(Answer),
    /// The connection is dropped before the first byte.
    Cut,
    /// The connection is dropped half way through the body.
    CutMidBody(Answer),
}

/// Handles a request under the service root; `rest` is what follows it.
pub(crate) async fn data_call(shared: Arc<Shared>, head: Parts, body: Bytes, rest: String) -> Ending {
    let started = Instant::now();
    if shared.config.null_sink {
        shared.lock().requests.count(RequestKind::Data);
        return Ending::Answer(sink(&head, &body, &rest));
    }
    let query = head.uri.query().unwrap_or_default().to_owned();
    let target = rest.trim_start_matches('/').split(['(', '/', '?']).next().unwrap_or_default().to_owned();
    let method = head.method.as_str().to_owned();
    let now = shared.config.clock.now();
    let (request, thrown, case) = {
        let mut state = shared.lock();
        let no = state.requests.arrived(now, RequestKind::Data, &method, head.uri.path(), &query);
        let case = state.faults.plan.under_us.as_ref().and_then(|_| named_case(&method, &rest, &body));
        (no, state.faults.data(&method, &target, case.is_some()), case)
    };
    let mut met: Vec<String> = Vec::new();
    if let Some(fault) = &thrown.fault {
        met.push(fault.name().to_owned());
    }
    if thrown.slow.is_some() {
        met.push("slow_answer".to_owned());
    }
    let slow = thrown.slow.clone();
    let wait =
        |work: WhenWork| slow.as_ref().filter(|slow| slow.work == work).map(|slow| Duration::from_millis(slow.ms));
    if let Some(wait) = wait(WhenWork::After) {
        tokio::time::sleep(wait).await;
    }
    let (ending, user) = run(&shared, &head, body, rest, query, request, thrown, case).await;
    if let Some(wait) = wait(WhenWork::First) {
        tokio::time::sleep(wait).await;
    }
    if let Some(entry) = shared.lock().requests.entry(request) {
        entry.user = user;
        entry.faults.extend(met);
        entry.status = match &ending {
            Ending::Answer(answer) => Some(answer.status),
            Ending::Cut | Ending::CutMidBody(_) => None,
        };
        entry.duration_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
    }
    ending
}

#[expect(clippy::too_many_arguments, reason = "the pieces of one request, taken apart once")]
async fn run(
    shared: &Arc<Shared>,
    head: &Parts,
    body: Bytes,
    rest: String,
    query: String,
    request: u64,
    thrown: Thrown,
    case: Option<Uuid>,
) -> (Ending, Option<String>) {
    let now = shared.config.clock.now();
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let bearer = header("authorization").strip_prefix("Bearer ").unwrap_or_default().trim().to_owned();
    if let Some(ending) = instead_of_work(shared, thrown.fault.as_ref(), &bearer, now) {
        return (ending, None);
    }
    let actor = shared.lock().identity.actor(&bearer, now);
    let Some(actor) = actor else { return (Ending::Answer(Refusal::unauthorized().into()), None) };
    if let (Some(act), Some(case)) = (thrown.under_us, case) {
        let calls = {
            let mut state = shared.lock();
            somebody_is_faster(&mut state, case, act, now);
            signal::due(&mut state)
        };
        signal::detach(shared, calls);
    }
    let user = Some(actor.name.clone());
    let accept = header("accept");
    let call = Call {
        method: head.method.as_str().to_owned(),
        path: rest,
        query,
        body,
        root: format!("http://{}{}", header("host"), shared.config.host.service_root()),
        spelling: Spelling {
            date_digits: shared.config.host.date_digits(),
            decimals_as_text: accept.contains("IEEE754Compatible=true"),
        },
        batch_as_json: accept.starts_with("application/json"),
        actor,
        request,
    };
    let is_batch = call.method == "POST" && call.path.trim_matches('/') == "$batch";
    let answer = if is_batch {
        let keep_going = header("prefer").to_lowercase().contains("continue-on-error");
        let BatchRun { answer, parts, cut } =
            odata::run_batch(shared, &call, header("content-type"), keep_going, thrown.batch).await;
        if let Some(entry) = shared.lock().requests.entry(request) {
            entry.parts = parts;
            entry.faults.extend(thrown.batch.names());
        }
        let ran = shared.lock().requests.entry(request).map_or(0, |entry| entry.parts.len());
        shared.lock().requests.counts.parts += ran as u64;
        if cut {
            return (Ending::Cut, user);
        }
        answer
    } else {
        let (answer, calls) = {
            let mut state = shared.lock();
            let answer = odata::handle(&mut state, &call);
            (answer, signal::due(&mut state))
        };
        signal::deliver_all(shared, calls).await;
        answer
    };
    let wrote = call.method != "GET" && answer.is_success();
    let ending = match thrown.fault {
        Some(DataFault::AnswerLost) => Ending::Cut,
        Some(DataFault::CutMidBody) => Ending::CutMidBody(answer),
        Some(DataFault::ErrorAfterWrite) if wrote => {
            Ending::Answer(Refusal::unhandled("Object reference not set to an instance of an object.").into())
        }
        _ => Ending::Answer(answer),
    };
    (ending, user)
}

/// Faults that answer, or do not, before anything is done.
fn instead_of_work(shared: &Shared, fault: Option<&DataFault>, bearer: &str, now: Timestamp) -> Option<Ending> {
    let answer: Answer = match fault? {
        DataFault::CutBefore => return Some(Ending::Cut),
        DataFault::Error500 => Refusal::save_failed("Timeout expired.", "").into(),
        DataFault::Gateway(status, paced) => {
            let title = match status {
                502 => "Bad Gateway",
                503 => "Service Temporarily Unavailable",
                _ => "Gateway Time-out",
            };
            let mut answer: Answer = Refusal::gateway_page(*status, title).into();
            answer.headers.extend(paced.as_ref().and_then(|paced| retry_after(paced, now)));
            answer
        }
        DataFault::Throttled(paced) => {
            // FICTIONAL: no public source shows this product answering 429.
            let mut answer = Answer::json(429, json!({ "error": { "code": "", "message": "Too many requests." } }));
            answer.headers.extend(retry_after(paced, now));
            answer
        }
        DataFault::HtmlLogin => identity::login_page(),
        DataFault::ErrorBody200 => {
            let mut answer: Answer = Refusal::save_failed("Timeout expired.", "").into();
            answer.status = 200;
            answer
        }
        DataFault::TokenExpired { revoke } => {
            if *revoke {
                shared.lock().identity.forget(bearer);
            }
            Refusal::unauthorized().into()
        }
        DataFault::AnswerLost | DataFault::CutMidBody | DataFault::ErrorAfterWrite => return None,
    };
    Some(Ending::Answer(answer))
}

fn retry_after(paced: &Paced, now: Timestamp) -> Option<(&'static str, String)> {
    let value = match paced.retry_after.as_ref()? {
        RetryAfter::Seconds(seconds) => seconds.to_string(),
        RetryAfter::DateIn(seconds) => http_date(now + SignedDuration::from_secs(*seconds)),
        RetryAfter::Words(words) => words.clone(),
    };
    Some(("retry-after", value))
}

/// The case that a write concerns: its own, or the one that a new row belongs to; of a batch the first.
fn named_case(method: &str, rest: &str, body: &Bytes) -> Option<Uuid> {
    let body = serde_json::from_slice::<Json>(body).unwrap_or_default();
    let of = |method: &str, url: &str, body: &Json| -> Option<Uuid> {
        let url = url.trim_start_matches('/');
        if let Some(key) = url.strip_prefix("Case(").or_else(|| url.strip_prefix("Case/")) {
            return Uuid::try_parse(key.split([')', '?', '/']).next()?).ok();
        }
        (method == "POST").then(|| Uuid::try_parse(body["CaseId"].as_str()?).ok()).flatten()
    };
    if rest.trim_matches('/') != "$batch" {
        return (method != "GET").then(|| of(method, rest, &body)).flatten();
    }
    body["requests"].as_array()?.iter().find_map(|part| {
        let method = part["method"].as_str()?;
        (method != "GET").then(|| of(method, part["url"].as_str()?, &part["body"])).flatten()
    })
}

fn somebody_is_faster(state: &mut State, case: Uuid, act: UnderUsAct, now: Timestamp) {
    let person = Actor::person();
    let saving = Saving { by: &person, request: None, now };
    let status = match act {
        UnderUsAct::Delete => None,
        UnderUsAct::Close => Some(ids::STATUS_CLOSED),
        UnderUsAct::Cancel => Some(ids::STATUS_CANCELED),
    };
    let at = state.database.entity("Case").and_then(|entity| entity.column("StatusId"));
    let done = match (status, at) {
        (Some(status), Some(at)) => {
            state.database.update("Case", case, vec![(at, Value::Guid(status))], saving).map(|_| ())
        }
        _ => state.database.delete("Case", case, saving),
    };
    if let Err(refusal) = done {
        tracing::debug!(%refusal, "there was no such case to be faster with");
    }
}

/// The null sink: plausible answers, nothing kept.
fn sink(head: &Parts, body: &Bytes, rest: &str) -> Answer {
    let made = |body: &Json| json!({ "Id": body.get("Id").cloned().unwrap_or_else(|| json!(Uuid::new_v4())) });
    let read = || serde_json::from_slice::<Json>(body).unwrap_or_default();
    match head.method.as_str() {
        "POST" if rest.trim_matches('/') == "$batch" => {
            let batch = read();
            let parts = batch["requests"].as_array().cloned().unwrap_or_default();
            let responses: Vec<Json> = parts
                .iter()
                .map(|part| match part["method"].as_str() {
                    Some("POST") => {
                        json!({ "id": part["id"], "status": 201, "headers": {}, "body": made(&part["body"]) })
                    }
                    Some("GET") => json!({ "id": part["id"], "status": 200, "headers": {}, "body": { "value": [] } }),
                    _ => json!({ "id": part["id"], "status": 204, "headers": {} }),
                })
                .collect();
            Answer::json(200, json!({ "responses": responses }))
        }
        "POST" => Answer::json(201, made(&read())),
        "GET" => Answer::json(200, json!({ "value": [] })),
        _ => Answer::no_content(),
    }
}
