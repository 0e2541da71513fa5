//! One data call from arrival to answer: faults before, session, limit, work, faults after, ledger, triggers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};

use super::answer::Answer;
use super::callback;
use super::data::{Database, Saver};
use super::deploy;
use super::fault::{DataFault, Thrown, UnderUsAct};
use super::hold::HoldPoint;
use super::oauth;
use super::refusal::Refusal;
use super::rest::{self, Call};
use super::shared::{Shared, State};
use crate::chance::{Paced, RetryAfter, WhenWork};
use crate::clock::http_date;
use crate::requests::{PartEntry, RequestKind};

/// How a request ends.
pub(crate) enum Ending {
    Answer(Answer),
    /// The connection is dropped before the first byte.
    Cut,
    /// The connection is dropped half way through the body.
    CutMidBody(Answer),
}

/// What a chance names: the object, or the resource.
fn target(path: &str) -> String {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).skip(3);
    match segments.next().unwrap_or_default() {
        "sobjects" => segments.next().unwrap_or("sobjects").to_owned(),
        "composite" => segments.next().map_or_else(|| "composite".to_owned(), |second| format!("composite/{second}")),
        "queryAll" => "query".to_owned(),
        other => other.to_owned(),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Handles a request below `/services/data/`.
pub(crate) async fn data_call(shared: Arc<Shared>, head: Parts, body: Bytes) -> Ending {
    let started = Instant::now();
    let now = shared.config.clock.now();
    let (method, path) = (head.method.as_str().to_owned(), head.uri.path().to_owned());
    let parsed: Option<Json> = serde_json::from_slice(&body).ok();
    let (no, thrown, case) = {
        let mut state = shared.lock();
        let no = state.requests.arrived(now, RequestKind::Data, &method, &path, head.uri.query().unwrap_or_default());
        let case = state.faults.plan.under_us.as_ref().and_then(|_| named_case(&method, &path, parsed.as_ref()));
        let thrown = state.faults.data(&method, &target(&path), case.is_some());
        (no, thrown, case)
    };
    let slow = thrown.slow.clone();
    let wait =
        |work: WhenWork| slow.as_ref().filter(|slow| slow.work == work).map(|slow| Duration::from_millis(slow.ms));
    if let Some(wait) = wait(WhenWork::After) {
        tokio::time::sleep(wait).await;
    }
    let mut met: Vec<String> = thrown.fault.iter().map(|fault| fault.name().to_owned()).collect();
    met.extend(slow.is_some().then(|| "slow_answer".to_owned()));
    met.extend(thrown.part.is_some().then(|| "composite_part_fails".to_owned()));
    let (ending, user) = run(&shared, &head, body, parsed, no, thrown, case).await;
    if let Some(wait) = wait(WhenWork::First) {
        tokio::time::sleep(wait).await;
    }
    if let Some(entry) = shared.lock().requests.entry(no) {
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

async fn run(
    shared: &Arc<Shared>,
    head: &Parts,
    body: Bytes,
    parsed: Option<Json>,
    no: u64,
    thrown: Thrown,
    case: Option<String>,
) -> (Ending, Option<String>) {
    let now = shared.config.clock.now();
    let authorization = header(&head.headers, "authorization");
    let token =
        authorization.strip_prefix("Bearer ").or_else(|| authorization.strip_prefix("OAuth ")).unwrap_or_default();
    if let Some(ending) = instead_of_work(shared, thrown.fault.as_ref(), token, now) {
        return (ending, None);
    }
    let found = oauth::bearer(&mut shared.lock(), token, now);
    let Some((user, app)) = found else { return (Ending::Answer(Refusal::session().into()), None) };
    if !shared.holds.pass(HoldPoint::Data).await {
        return (Ending::Cut, Some(user));
    }
    let (base, version, rest) = match version(&shared.config, head.uri.path()) {
        Ok(found) => found,
        Err(refusal) => return (Ending::Answer(refusal.into()), Some(user)),
    };
    let usage = {
        let state = &mut *shared.lock();
        let used = state.usage.used(now) + state.used_by_others;
        if !state.database.user(&user).is_some_and(|user| user.api_enabled) {
            let refusal =
                Refusal::new(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.");
            return (Ending::Answer(refusal.into()), Some(user));
        }
        if used >= shared.config.daily_limit {
            return (Ending::Answer(Refusal::limit().into()), Some(user));
        }
        state.usage.count(now);
        let own = state.usage.used(now);
        let all = format!("api-usage={}/{}", used + 1, shared.config.daily_limit);
        match shared.config.per_app_usage {
            true => format!("{all}; per-app-api-usage={own}/{}(appName={app})", shared.config.daily_limit),
            false => all,
        }
    };
    if let (Some(act), Some(case)) = (thrown.under_us, case) {
        somebody_is_faster(shared, &case, act, now);
    }
    let mut call = Call {
        method: head.method.as_str().to_owned(),
        path: Vec::new(),
        query: Vec::new(),
        body: parsed.clone().unwrap_or_default(),
        base,
        version,
        user: user.clone(),
        request: no,
        now,
        auto_assign: !header(&head.headers, "sforce-auto-assign").eq_ignore_ascii_case("false"),
        batch_size: header(&head.headers, "sforce-query-options")
            .split("batchSize=")
            .nth(1)
            .and_then(|size| size.trim().parse().ok()),
        all_or_none: false,
        failing_part: thrown.part.clone(),
    };
    call.address(&format!("{rest}?{}", head.uri.query().unwrap_or_default()));
    let answer = if call.method == "POST" && call.path == ["metadata", "deployRequest"] {
        let done = deploy::start(
            |work| {
                let state = &mut *shared.lock();
                let done = work(&mut state.database, &mut state.jobs, &call.saver());
                state.database.commit();
                done
            },
            header(&head.headers, "content-type"),
            body,
        );
        done.await.map_or_else(Answer::from, |body| Answer::json(201, body))
    } else if parsed.is_none() && !body.is_empty() {
        Refusal::malformed_json("Unexpected character in the body: it is not JSON at [line:1, column:1]").into()
    } else {
        work(shared, &call, &thrown)
    };
    let answer = answer.with("sforce-limit-info", usage);
    let wrote = call.method != "GET" && answer.status < 300;
    let ending = match thrown.fault {
        Some(DataFault::AnswerLost) => Ending::Cut,
        Some(DataFault::CutMidBody) => Ending::CutMidBody(answer),
        Some(DataFault::ErrorAfterWrite) if wrote => Ending::Answer(unknown().into()),
        _ => Ending::Answer(answer),
    };
    (ending, Some(user))
}

/// Does it and commits; triggers' calls leave after that, in a job of their own.
fn work(shared: &Arc<Shared>, call: &Call, thrown: &Thrown) -> Answer {
    let mut state = shared.lock();
    let mut answer = rest::handle(&mut state, call);
    let happened = state.database.commit();
    let jobs = callback::due(&mut state, &happened, call.now);
    callback::leave(shared, jobs);
    if matches!(thrown.fault, Some(DataFault::Twice)) {
        answer = rest::handle(&mut state, call);
        let happened = state.database.commit();
        let jobs = callback::due(&mut state, &happened, call.now);
        callback::leave(shared, jobs);
    }
    note_parts(&mut state, call, &answer);
    if thrown.last_missing
        && let super::answer::Content::Json(body) = &mut answer.content
        && let Some(list) = body.get_mut("compositeResponse").and_then(Json::as_array_mut)
    {
        list.pop();
    }
    answer
}

fn note_parts(state: &mut State, call: &Call, answer: &Answer) {
    let body = answer.body();
    let Some(answers) = body.get("compositeResponse").and_then(Json::as_array) else { return };
    let asked = call.body["compositeRequest"].as_array().cloned().unwrap_or_default();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let parts: Vec<PartEntry> = asked
        .iter()
        .zip(answers)
        .map(|(part, answer)| PartEntry {
            method: text(&part["method"]),
            url: text(&part["url"]),
            status: answer["httpStatusCode"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or_default(),
        })
        .collect();
    state.requests.counts.parts += u64::try_from(parts.len()).unwrap_or_default();
    if let Some(entry) = state.requests.entry(call.request) {
        entry.parts = parts;
    }
}

fn unknown() -> Refusal {
    Refusal::new(
        500,
        "UNKNOWN_EXCEPTION",
        "An unexpected error occurred. Please include this ErrorId if you contact support: 1234567890-12345 (1234567890)",
    )
}

/// The version of an address, its base, and what follows it.
fn version(config: &super::SalesforceConfig, path: &str) -> Result<(String, u32, String), Refusal> {
    let rest = path.strip_prefix("/services/data/").unwrap_or_default();
    let (version, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let number = version
        .strip_prefix('v')
        .and_then(|version| version.strip_suffix(".0"))
        .and_then(|number| number.parse::<u32>().ok());
    let number = number.filter(|number| (31..=config.max_version).contains(number)).ok_or_else(Refusal::not_found)?;
    Ok((format!("/services/data/{version}"), number, rest.to_owned()))
}

/// Faults that answer, or do not, before anything is done.
fn instead_of_work(shared: &Shared, fault: Option<&DataFault>, token: &str, now: Timestamp) -> Option<Ending> {
    let answer: Answer = match fault? {
        DataFault::CutBefore => return Some(Ending::Cut),
        DataFault::Error500 => unknown().into(),
        DataFault::Page(status) => {
            let title = match status {
                200 => "Login",
                500 => "An internal server error has occurred",
                502 => "Bad Gateway",
                _ => "Gateway Time-out",
            };
            Answer::page(*status, title, "Salesforce is not available here.")
        }
        DataFault::Unavailable(paced) => {
            let mut answer: Answer =
                Refusal::new(503, "SERVER_UNAVAILABLE", "The server is too busy. Try again later.").into();
            answer.headers.extend(retry_after(paced, now));
            answer
        }
        DataFault::Limit => Refusal::limit().into(),
        DataFault::NotForRest => {
            Refusal::new(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API").into()
        }
        DataFault::Expired { revoke } => {
            if *revoke {
                shared.lock().oauth.access.remove(token);
            }
            Refusal::session().into()
        }
        DataFault::Refuse(_, refusal) => refusal.clone().into(),
        DataFault::AnswerLost | DataFault::CutMidBody | DataFault::ErrorAfterWrite | DataFault::Twice => return None,
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

/// The case that a write concerns: its own, or the one that a new row belongs to; of a bundle the first.
fn named_case(method: &str, path: &str, body: Option<&Json>) -> Option<String> {
    if method == "GET" {
        return None;
    }
    if let Some(rest) = path.split("/sobjects/Case/").nth(1) {
        return super::ids::key(rest.split('/').next()?).map(|key| super::ids::to_18(&key));
    }
    let body = body?;
    if let Some(parent) = body["ParentId"].as_str() {
        return Some(super::ids::to_18(parent));
    }
    let parts = body["compositeRequest"].as_array().or_else(|| body["records"].as_array())?;
    parts.iter().find_map(|part| {
        let url = part["url"].as_str().unwrap_or_default();
        let method = part["method"].as_str().unwrap_or("POST");
        named_case(method, url, Some(if part["body"].is_null() { part } else { &part["body"] }))
    })
}

fn somebody_is_faster(shared: &Arc<Shared>, case: &str, act: UnderUsAct, now: Timestamp) {
    let state = &mut *shared.lock();
    let user = state.database.users.first().map(|user| user.id.clone()).unwrap_or_default();
    let saver = Saver { user, request: None, now, auto_assign: false, person: true, system: false };
    let done = match act {
        UnderUsAct::Delete => state.database.delete(&saver, "Case", case),
        UnderUsAct::Close => close(&mut state.database, &saver, case),
    };
    if let Err(refusal) = done {
        tracing::debug!(%refusal, "there was no such case to be faster with");
    }
    let happened = state.database.commit();
    let jobs = callback::due(state, &happened, now);
    callback::leave(shared, jobs);
}

fn close(database: &mut Database, saver: &Saver, case: &str) -> Result<(), Refusal> {
    let closed = database.first_status(true);
    database.update(saver, "Case", case, &Map::from_iter([("Status".to_owned(), json!(closed))]))
}
