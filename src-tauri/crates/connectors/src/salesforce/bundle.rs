//! The writes of a batch: one call, all or none of it.

use casebridge_domain::CallFailure;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::http::VERSION;
use super::read::strange;
use super::refusal::Refusal;

/// Most parts of a composite; a graph, which answers alike, takes the larger ones.
const MOST_OF_COMPOSITE: usize = 25;
/// Most parts of a graph.
pub(crate) const MOST_PARTS: usize = 500;

/// One part.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) method: &'static str,
    /// Below the version.
    pub(crate) path: String,
    pub(crate) reference: String,
    pub(crate) body: Option<Map<String, Value>>,
    /// Whether the org's assignment rules may choose the owner.
    pub(crate) assign: bool,
    /// What was attempted, in words for messages.
    pub(crate) what: &'static str,
    /// The record that a refusal is about.
    pub(crate) item: Option<Uuid>,
    /// Whether its body was made by `CaseFields`, so that it can do without what is refused.
    pub(crate) can_lack: bool,
}

impl Part {
    pub(crate) fn insert(
        object: &'static str,
        what: &'static str,
        reference: String,
        body: Map<String, Value>,
    ) -> Self {
        let path = format!("/sobjects/{object}");
        Part { method: "POST", path, reference, body: Some(body), assign: false, what, item: None, can_lack: false }
    }

    pub(crate) fn update(path: String, what: &'static str, reference: &str, body: Map<String, Value>) -> Self {
        let reference = reference.to_owned();
        Part { method: "PATCH", path, reference, body: Some(body), assign: false, what, item: None, can_lack: false }
    }

    fn json(&self) -> Value {
        let mut part = json!({
            "method": self.method, "url": format!("{VERSION}{}", self.path), "referenceId": self.reference,
        });
        if let Some(body) = &self.body {
            part["body"] = Value::Object(body.clone());
        }
        if self.body.is_some() {
            // Whether parts inherit the call's own header is not documented, and its default is that rules assign.
            part["httpHeaders"] = json!({ "Sforce-Auto-Assign": if self.assign { "TRUE" } else { "FALSE" } });
        }
        part
    }
}

/// Path and body of the call that carries the parts.
pub(crate) fn write(parts: &[Part]) -> (String, Value) {
    let list: Vec<Value> = parts.iter().map(Part::json).collect();
    if parts.len() <= MOST_OF_COMPOSITE {
        return (format!("{VERSION}/composite"), json!({ "allOrNone": true, "compositeRequest": list }));
    }
    let graph = json!({ "graphs": [{ "graphId": "batch", "compositeRequest": list }] });
    (format!("{VERSION}/composite/graph"), graph)
}

/// Why nothing of a batch was done, or may not have been.
#[derive(Debug)]
pub(crate) struct NotDone {
    pub(crate) failure: CallFailure,
    /// The part that was refused, and with which words, when all is known to be taken back.
    pub(crate) refused: Option<(usize, Refusal)>,
}

impl From<CallFailure> for Box<NotDone> {
    fn from(failure: CallFailure) -> Self {
        Box::new(NotDone { failure, refused: None })
    }
}

/// The bodies of the parts when all were done; else what refused the first that was not taken back for another's sake.
pub(crate) fn judge(parts: &[Part], answer: &Value) -> Result<Vec<Value>, Box<NotDone>> {
    let list = answer["compositeResponse"]
        .as_array()
        .or_else(|| answer["graphs"][0]["graphResponse"]["compositeResponse"].as_array());
    let list = list.ok_or_else(|| strange("the batch"))?;
    let mut bodies = Vec::with_capacity(parts.len());
    let mut taken_back = None;
    for (at, (part, one)) in parts.iter().zip(list).enumerate() {
        let status = one["httpStatusCode"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
        if (200..300).contains(&status) {
            bodies.push(one["body"].clone());
            continue;
        }
        let refusal = Refusal::of(&one["body"]).unwrap_or_default();
        let for_others = refusal.is_taken_back();
        let failure = refusal.clone().into_failure(part.what, status, part.item);
        if !for_others {
            // All or none: an answer in which some part is refused says that nothing was done.
            let whole = list.len() == parts.len();
            return Err(Box::new(NotDone { failure, refused: whole.then_some((at, refusal)) }));
        }
        taken_back.get_or_insert(failure);
    }
    match taken_back {
        Some(failure) => Err(failure.into()),
        None if bodies.len() == parts.len() => Ok(bodies),
        None => Err(strange("the batch").into()),
    }
}

#[cfg(test)]
mod tests {
    use casebridge_domain::FailureClass;

    use super::*;

    fn parts(count: usize) -> Vec<Part> {
        let part = |at| Part::insert("CaseComment", "making a comment", format!("c{at}"), Map::new());
        (0..count).map(part).collect()
    }

    fn refused(code: &str) -> Value {
        json!({ "httpStatusCode": 400, "body": [{ "errorCode": code, "message": "m" }] })
    }

    #[test]
    fn the_refusal_that_counts_is_the_one_of_the_part_itself() {
        let answer = json!({ "compositeResponse": [refused("PROCESSING_HALTED"), refused("STRING_TOO_LONG")] });
        let not_done = judge(&parts(2), &answer).unwrap_err();
        assert_eq!(not_done.refused.map(|(at, _)| at), Some(1), "which part it was");
        let failure = not_done.failure;
        assert!(failure.message.contains("STRING_TOO_LONG"), "§2.4: siblings only say that they were taken back");
        assert_eq!(failure.class, FailureClass::Refused);
    }

    #[test]
    fn a_part_without_an_answer_is_not_taken_for_done() {
        let done = json!({ "httpStatusCode": 201, "body": { "id": "x" } });
        assert!(judge(&parts(2), &json!({ "compositeResponse": [done.clone()] })).is_err());
        assert_eq!(judge(&parts(1), &json!({ "compositeResponse": [done] })).unwrap().len(), 1);
    }

    #[test]
    fn large_batches_go_as_a_graph_and_are_judged_alike() {
        assert!(write(&parts(25)).0.ends_with("/composite"));
        let (path, body) = write(&parts(26));
        assert!(path.ends_with("/composite/graph"), "§2.4: a composite takes 25 parts");
        assert_eq!(body["graphs"][0]["compositeRequest"].as_array().map(Vec::len), Some(26));
        let answer = json!({ "graphs": [{ "graphResponse": { "compositeResponse": [refused("DUPLICATE_VALUE")] } }] });
        assert!(judge(&parts(1), &answer).unwrap_err().failure.message.contains("DUPLICATE_VALUE"));
    }
}
