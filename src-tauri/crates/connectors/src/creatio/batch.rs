//! JSON `$batch`: many requests in one call, in order. Never with continue-on-error: a transcript stops at
//! its first gap. Atomicity groups are not used, since it is unconfirmed whether they roll anything back.

use std::borrow::Cow;
use std::collections::HashMap;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::odata::{Answered, ErrorBody, Operation, Target, classify, failure_inside, id_of};
use super::settings::CreatioSettings;

/// Most requests that live hosts take in one batch.
pub(crate) const MOST_PARTS: usize = 100;

/// One request of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) method: &'static str,
    /// Below the service root, without a slash in front.
    pub(crate) url: String,
    pub(crate) body: Option<Map<String, Value>>,
    pub(crate) object: Cow<'static, str>,
    pub(crate) operation: Operation,
    /// The record of the ledger that it is about.
    pub(crate) item: Option<Uuid>,
}

/// The answer to one request.
#[derive(Debug, Clone)]
pub(crate) struct PartAnswer {
    status: u16,
    content_type: Option<String>,
    body: Value,
}

/// The outer body. The ids say the place only, so that nothing about letters can change them on the way.
pub(crate) fn write(parts: &[Part]) -> String {
    let requests: Vec<Value> = parts
        .iter()
        .enumerate()
        .map(|(place, part)| {
            let mut request = json!({ "method": part.method, "url": part.url, "id": part_id(place) });
            let mut headers = json!({ "Accept": "application/json" });
            if let Some(body) = &part.body {
                request["body"] = Value::Object(body.clone());
                headers["Content-Type"] = json!("application/json; charset=utf-8; IEEE754Compatible=true");
            }
            request["headers"] = headers;
            request
        })
        .collect();
    json!({ "requests": requests }).to_string()
}

fn part_id(place: usize) -> String {
    format!("{}", place + 1)
}

/// The answers by id. Anything that cannot be read counts as not answered.
pub(crate) fn read(answer: &Value) -> Option<HashMap<String, PartAnswer>> {
    let responses = answer.get("responses")?.as_array()?;
    let mut answers = HashMap::new();
    for response in responses {
        let id = match response.get("id") {
            Some(Value::String(id)) => id.clone(),
            Some(Value::Number(id)) => id.to_string(),
            _ => continue,
        };
        let Some(status) = response.get("status").and_then(Value::as_u64).and_then(|s| u16::try_from(s).ok()) else {
            continue;
        };
        let content_type = response.get("headers").and_then(Value::as_object).and_then(|headers| {
            let kind = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"))?.1;
            kind.as_str().map(str::to_owned)
        });
        let body = match response.get("body") {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
            Some(body) => body.clone(),
            None => Value::Null,
        };
        answers.insert(id, PartAnswer { status, content_type, body });
    }
    Some(answers)
}

/// The bodies of all parts, or the first part that is not wholly good. An answer that lacks parts, holds an
/// error under a good status, or confirms a record without naming it is not good.
pub(crate) fn judge(
    parts: &[Part],
    answers: &HashMap<String, PartAnswer>,
    settings: &CreatioSettings,
    fresh_token: bool,
) -> Result<Vec<Value>, CallFailure> {
    let mut bodies = Vec::with_capacity(parts.len());
    for (place, part) in parts.iter().enumerate() {
        bodies.push(judge_at(place, part, answers, settings, fresh_token)?);
    }
    Ok(bodies)
}

/// The body of the part at this place.
pub(crate) fn judge_at(
    place: usize,
    part: &Part,
    answers: &HashMap<String, PartAnswer>,
    settings: &CreatioSettings,
    fresh_token: bool,
) -> Result<Value, CallFailure> {
    let Some(answer) = answers.get(&part_id(place)) else {
        return Err(unclear(part, "the answer holds fewer parts than the batch"));
    };
    judge_part(part, answer, settings, fresh_token)?;
    Ok(answer.body.clone())
}

fn judge_part(
    part: &Part,
    answer: &PartAnswer,
    settings: &CreatioSettings,
    fresh_token: bool,
) -> Result<(), CallFailure> {
    let good = match part.operation {
        Operation::Insert => matches!(answer.status, 200 | 201),
        Operation::Update => matches!(answer.status, 200 | 204),
        _ => answer.status == 200,
    };
    if good && !failure_inside(&answer.body) && !answer.body.is_string() {
        let confirmed = part.operation != Operation::Insert
            || id_of(&answer.body).is_some_and(|id| part.item.is_none_or(|i| i == id));
        return if confirmed { Ok(()) } else { Err(unclear(part, "a record is confirmed without its id")) };
    }
    if answer.status == 401 && !ErrorBody::of(&answer.body).all().contains("permission") {
        return Err(unauthorized(part, answer, settings, fresh_token));
    }
    Err(refused(part, answer, settings))
}

fn refused(part: &Part, answer: &PartAnswer, settings: &CreatioSettings) -> CallFailure {
    let body = match &answer.body {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        body => body.to_string(),
    };
    let sent: Vec<&str> = part
        .body
        .iter()
        .flat_map(|body| body.iter())
        .filter(|(column, _)| !column.ends_with("Id") && !column.ends_with("Date"))
        .filter_map(|(_, value)| value.as_str())
        .collect();
    let answered = Answered {
        status: answer.status,
        content_type: answer.content_type.as_deref(),
        body: &body,
        retry_after: None,
        sent: &sent,
    };
    classify(&answered, &Target { object: &part.object, operation: part.operation, item: part.item, settings })
}

/// The call as a whole was let in, so either the token ran out on the way, or the host says 401 where
/// others say 403. A token fresh from the Identity Service cannot have run out.
fn unauthorized(part: &Part, answer: &PartAnswer, settings: &CreatioSettings, fresh_token: bool) -> CallFailure {
    let failure = refused(part, answer, settings);
    if fresh_token {
        return CallFailure {
            class: FailureClass::Rights,
            hint: "grant the connection's user the right on this object in Creatio, then test the connection".into(),
            ..failure
        };
    }
    CallFailure {
        class: FailureClass::Unreachable,
        scope: FailureScope::Lane,
        message: "the token ran out while the batch was at work".into(),
        hint: "nothing: it is repeated with a new token".into(),
        ..failure
    }
}

fn unclear(part: &Part, message: &str) -> CallFailure {
    CallFailure {
        class: FailureClass::Unreachable,
        scope: FailureScope::Lane,
        status: None,
        message: message.to_owned(),
        hint: "nothing: what stands is read back".into(),
        item: part.item,
    }
}

#[cfg(test)]
mod tests {
    use super::super::case::tests::settings;
    use super::*;

    fn insert(id: u128) -> Part {
        let id = Uuid::from_u128(id);
        let mut body = Map::new();
        body.insert("Id".into(), json!(id.to_string()));
        body.insert("Title".into(), json!("private words"));
        Part {
            method: "POST",
            url: "Activity".into(),
            body: Some(body),
            object: "Activity".into(),
            operation: Operation::Insert,
            item: Some(id),
        }
    }

    fn outcome(parts: &[Part], answer: &Value, fresh: bool) -> Result<Vec<Value>, CallFailure> {
        judge(parts, &read(answer).unwrap(), &settings(), fresh)
    }

    fn created(place: usize, id: u128) -> Value {
        json!({ "id": place.to_string(), "status": 201, "headers": {}, "body": { "Id": Uuid::from_u128(id).to_string().to_uppercase() } })
    }

    #[test]
    fn r24_the_outer_body_has_the_form_that_live_hosts_take() {
        let body: Value = serde_json::from_str(&write(&[insert(1)])).unwrap();
        let request = &body["requests"][0];
        assert_eq!(request["url"], json!("Activity"), "relative to the service root");
        assert_eq!(request["id"], json!("1"));
        assert!(request.get("atomicityGroup").is_none() && request.get("dependsOn").is_none(), "both unconfirmed");
    }

    #[test]
    fn r11_only_a_wholly_good_answer_is_good() {
        let parts = [insert(1), insert(2)];
        let good = json!({ "responses": [created(2, 2), created(1, 1)] });
        assert!(outcome(&parts, &good, false).is_ok(), "answers may come in any order and in capitals");
        let cut = json!({ "responses": [created(1, 1)] });
        assert_eq!(outcome(&parts, &cut, false).unwrap_err().item, Some(Uuid::from_u128(2)), "a part is missing");
        let other = json!({ "responses": [created(1, 1), created(2, 9)] });
        assert!(outcome(&parts, &other, false).is_err(), "another record than ours is confirmed");
        let bare = json!({ "responses": [created(1, 1), { "id": "2", "status": 201, "body": {} }] });
        assert!(outcome(&parts, &bare, false).is_err(), "201 without an Id confirms nothing");
        let disguised = json!({ "responses": [created(1, 1), { "id": "2", "status": 200, "body": { "error": { "message": "x" } } }] });
        assert!(outcome(&parts, &disguised, false).is_err(), "an error body with status 200");
        assert!(read(&json!({ "value": [] })).is_none(), "not a batch answer");
    }

    #[test]
    fn a_refusal_names_its_record_and_repeats_no_text() {
        let body = json!({ "error": { "message": "An error has occurred.", "innererror": { "message": "bad Title: private words" } } });
        let answer = json!({ "responses": [{ "id": "1", "status": 500, "body": body }] });
        let failure = outcome(&[insert(7)], &answer, false).unwrap_err();
        assert_eq!(failure.item, Some(Uuid::from_u128(7)));
        assert!(!failure.message.contains("private"), "the CRM repeats what we sent, we do not: {failure}");
    }

    #[test]
    fn a_401_inside_a_batch_is_a_spent_token_or_a_missing_right() {
        let answer = json!({ "responses": [{ "id": "1", "status": 401 }] });
        assert_eq!(outcome(&[insert(1)], &answer, false).unwrap_err().class, FailureClass::Unreachable);
        assert_eq!(
            outcome(&[insert(1)], &answer, true).unwrap_err().class,
            FailureClass::Rights,
            "a new token cannot be spent"
        );
    }
}
