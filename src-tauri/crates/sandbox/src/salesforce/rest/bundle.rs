//! `composite/batch`: parts that know nothing of each other.

use serde_json::{Value as Json, json};

use super::super::answer::Answer;
use super::super::refusal::Refusal;
use super::super::shared::State;
use super::{Call, handle};

const MAX_PARTS: usize = 25;

pub(super) fn batch(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let missing = || Refusal::malformed_json("batchRequests is missing");
    let parts = call.body["batchRequests"].as_array().ok_or_else(missing)?;
    if parts.len() > MAX_PARTS {
        let message = format!("The number of subrequests must not exceed {MAX_PARTS}");
        return Err(Refusal::new(400, "LIMIT_EXCEEDED", message));
    }
    let halt = call.body["haltOnError"] == json!(true);
    let mut results: Vec<Json> = Vec::new();
    let mut failed = false;
    for part in parts {
        if halt && failed {
            let halted = Refusal::new(412, "BATCH_PROCESSING_HALTED", "The batch was halted by an earlier error");
            results.push(json!({ "statusCode": 412, "result": [halted.top()] }));
            continue;
        }
        let url = part["url"].as_str().unwrap_or_default().trim_start_matches("/services/data").trim_start_matches('/');
        let (_, rest) = url.split_once('/').unwrap_or(("", url));
        let mut inner = Call {
            method: part["method"].as_str().unwrap_or("GET").to_uppercase(),
            body: part["richInput"].clone(),
            failing_part: None,
            ..call.clone()
        };
        inner.address(rest);
        let answer = handle(state, &inner);
        failed |= answer.status >= 400;
        results.push(json!({ "statusCode": answer.status, "result": answer.body() }));
    }
    let mut answer = Answer::json(200, json!({ "hasErrors": failed, "results": results }));
    answer.refused_inside = failed;
    Ok(answer)
}
