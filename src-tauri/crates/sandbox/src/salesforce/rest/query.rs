//! `query`, `queryAll` and the pages behind the first.

use jiff::SignedDuration;
use serde_json::json;

use super::super::answer::Answer;
use super::super::ids;
use super::super::refusal::Refusal;
use super::super::shared::{Cursor, State};
use super::super::soql;
use super::Call;

/// Days after which a locator is gone.
const LOCATOR_DAYS: i64 = 2;

pub(super) fn query(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let which = call.path.first().map(String::as_str).unwrap_or_default();
    if let Some(locator) = call.path.get(1) {
        return next(state, call, which, locator);
    }
    let Some(text) = call.option("q") else {
        return Err(Refusal::new(400, "MALFORMED_QUERY", "SOQL statement is empty"));
    };
    if text.len() > 100_000 {
        return Err(Refusal::new(
            400,
            "QUERY_TOO_COMPLICATED",
            "SOQL statements cannot be longer than 100000 characters.",
        ));
    }
    for object in ["Case", "CaseComment", "EmailMessage", "Contact"] {
        let named = text.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case(object));
        if named && !super::may(state, call, object, "read") {
            return Err(Refusal::new(400, "INVALID_TYPE", format!("sObject type '{object}' is not supported.")));
        }
    }
    let found = soql::run(&state.database, &call.user, &call.base, text, call.now, which == "queryAll")?;
    let wanted = call.batch_size.map_or(state.database.config.page_size, |size| size.clamp(200, 2000));
    let page = wanted.min(state.database.config.page_size).max(1);
    let mut records = found.records;
    if records.len() <= page {
        return Ok(Answer::json(200, json!({ "totalSize": found.total, "done": true, "records": records })));
    }
    let rest = records.split_off(page);
    let locator = ids::made("0r8", u64::try_from(state.cursors.len()).unwrap_or_default() + 1);
    let url = format!("{}/{which}/{locator}-{page}", call.base);
    // The pages before are kept by number only, so that a page can be asked for again.
    let all: Vec<_> = records.iter().cloned().chain(rest).collect();
    state.cursors.insert(locator, Cursor { user: call.user.clone(), made: call.now, records: all, page });
    let body = json!({ "totalSize": found.total, "done": false, "nextRecordsUrl": url, "records": records });
    Ok(Answer::json(200, body))
}

fn next(state: &State, call: &Call, which: &str, locator: &str) -> Result<Answer, Refusal> {
    let bad = || Refusal::new(400, "INVALID_QUERY_LOCATOR", "invalid query locator");
    let (id, from) = locator.split_once('-').ok_or_else(bad)?;
    let from: usize = from.parse().map_err(|_| bad())?;
    let cursor = state.cursors.get(id).ok_or_else(bad)?;
    let old = call.now.duration_since(cursor.made) > SignedDuration::from_hours(24 * LOCATOR_DAYS);
    if old || cursor.user != call.user || from >= cursor.records.len() {
        return Err(bad());
    }
    let to = (from + cursor.page).min(cursor.records.len());
    let done = to == cursor.records.len();
    let mut body = json!({ "totalSize": cursor.records.len(), "done": done, "records": &cursor.records[from..to] });
    if !done {
        body["nextRecordsUrl"] = json!(format!("{}/{which}/{id}-{to}", call.base));
    }
    Ok(Answer::json(200, body))
}
