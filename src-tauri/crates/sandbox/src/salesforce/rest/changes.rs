//! `updated` and `deleted`: ids of what changed in a span, by `SystemModstamp`.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::super::answer::Answer;
use super::super::data::{moment, parse_moment};
use super::super::refusal::Refusal;
use super::super::shared::State;
use super::Call;

fn span(call: &Call, days: i64) -> Result<(Timestamp, Timestamp), Refusal> {
    let read = |name: &str| {
        call.option(name).and_then(parse_moment).ok_or_else(|| {
            Refusal::new(400, "INVALID_REPLICATION_DATE", format!("{name} is missing or is not a date-time"))
        })
    };
    let (start, end) = (read("start")?, read("end")?);
    if start < call.now - SignedDuration::from_hours(24 * days) {
        let message = format!("startDate cannot be more than {days} days ago");
        return Err(Refusal::new(400, "INVALID_REPLICATION_DATE", message));
    }
    if end.duration_since(start) < SignedDuration::from_mins(1) {
        let message = "endDate must be at least one minute greater than startDate";
        return Err(Refusal::new(400, "INVALID_REPLICATION_DATE", message));
    }
    Ok((start, end))
}

fn found(state: &State, object: &str, from: Timestamp, to: Timestamp, deleted: bool) -> Vec<(String, Json)> {
    let Some(shape) = state.database.object(object) else { return Vec::new() };
    let at = |name: &str| shape.at(name).unwrap_or_default();
    let (stamp, gone) = (at("SystemModstamp"), at("IsDeleted"));
    let (from, to) = (moment(from), moment(to));
    let rows = state.database.table(object).rows.iter();
    rows.filter(|row| (*row.get(gone) == json!(true)) == deleted)
        .filter(|row| row.get(stamp).as_str().is_some_and(|at| *at >= *from && *at < *to))
        .map(|row| (row.id.clone(), row.get(stamp).clone()))
        .collect()
}

pub(super) fn updated(state: &State, call: &Call, object: &str) -> Result<Answer, Refusal> {
    let (start, end) = span(call, 30)?;
    let ids: Vec<String> = found(state, object, start, end, false).into_iter().map(|(id, _)| id).collect();
    Ok(Answer::json(200, json!({ "ids": ids, "latestDateCovered": moment(end.min(call.now)) })))
}

pub(super) fn deleted(state: &State, call: &Call, object: &str) -> Result<Answer, Refusal> {
    let (start, end) = span(call, 15)?;
    let list = found(state, object, start, end, true).into_iter();
    let list: Vec<Json> = list.map(|(id, at)| json!({ "id": id, "deletedDate": at })).collect();
    let earliest = moment(call.now - SignedDuration::from_hours(24 * 15));
    Ok(Answer::json(
        200,
        json!({ "deletedRecords": list, "earliestDateAvailable": earliest, "latestDateCovered": moment(end.min(call.now)) }),
    ))
}
