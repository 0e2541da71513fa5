//! Calls of a Salesforce org: what customers pasted into theirs long ago sends nothing but `?caseId=` and an empty body;
//! the set-up kit's triggers send `{"event", "caseId", "recordId"}`, one or several in a call.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use casebridge_domain::ConnectionKind;
use casebridge_engine::webhooks::{WebhookCall, salesforce_id};
use uuid::Uuid;

use super::members::{Members, known_event, tree};
use super::{Letter, Refused, answer, is_json};
use crate::json::Tree;
use crate::state::Shared;

/// The events that a case can have.
const EVENTS: [&str; 5] = ["case_created", "case_updated", "case_closed", "new_comment", "new_email"];
/// What a call without a body says: something happened to the case.
const UNSAID: &str = "case_updated";
/// Most events of one call: a transaction of Salesforce saves 200 rows at a time.
const MOST_EVENTS: usize = 200;
const EXAMPLE: &str = "{\"event\", \"caseId\", \"recordId\"}";

/// `POST /webhooks/salesforce/{token}`, with `?caseId=` and an empty body, or with a body of the set-up kit.
pub(crate) async fn salesforce(
    State(state): State<Shared>,
    token: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    answer(&state, ConnectionKind::Salesforce, token, request, read).await
}

/// Reads a call's query and body; else status and reason of the refusal. Public for fuzzing.
pub fn read_call(query: &str, body: &[u8]) -> Result<Vec<WebhookCall>, (u16, String)> {
    said(query, body).map_err(|refused| (refused.status.as_u16(), refused.detail))
}

fn read(letter: &Letter) -> Result<Vec<WebhookCall>, Refused> {
    // Apex names no type for a body that is empty.
    if !is_empty(&letter.body) {
        is_json(&letter.headers)?;
    }
    said(&letter.query, &letter.body)
}

fn is_empty(body: &[u8]) -> bool {
    body.trim_ascii().is_empty()
}

fn said(query: &str, body: &[u8]) -> Result<Vec<WebhookCall>, Refused> {
    let asked = case_of_query(query)?;
    if is_empty(body) {
        let case = asked.ok_or_else(|| Refused::member("caseId", "is missing: call with `?caseId=` or with a body"))?;
        return Ok(vec![WebhookCall { event_type: UNSAID.into(), case, record: None }]);
    }
    let calls = match tree(body)? {
        Tree::Members(members) if matches!(members.as_slice(), [(name, _)] if name == "events") => {
            let Some((_, Tree::List(events))) = members.into_iter().next() else {
                return Err(Refused::member("events", "is not a list"));
            };
            if events.is_empty() || events.len() > MOST_EVENTS {
                return Err(Refused::member("events", &format!("has not 1 to {MOST_EVENTS} entries")));
            }
            events.into_iter().map(event).collect::<Result<Vec<_>, _>>()?
        }
        one => vec![event(one)?],
    };
    if asked.is_some_and(|asked| calls.iter().any(|call| call.case != asked)) {
        return Err(Refused::member("caseId", "is another one in the address than in the body"));
    }
    Ok(calls)
}

fn event(tree: Tree) -> Result<WebhookCall, Refused> {
    const NAMES: [&str; 4] = ["event", "caseId", "recordId", "commitTime"];
    let members = Members::of(tree, NAMES, &["recordId", "commitTime"], EXAMPLE)?;
    let event_type = members.need("event")?;
    let case = members.need("caseId")?;
    known_event("event", event_type, &EVENTS)?;
    let record = members.get("recordId").filter(|text| !text.trim().is_empty());
    Ok(WebhookCall {
        event_type: event_type.to_owned(),
        case: id("caseId", case)?,
        record: record.map(|text| id("recordId", text)).transpose()?,
    })
}

/// The case that the address names. Put together by hand in Apex, it may hold nothing else that is of use.
fn case_of_query(query: &str) -> Result<Option<Uuid>, Refused> {
    let mut cases = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == "caseId");
    let case = cases.next();
    if cases.next().is_some() {
        return Err(Refused::member("caseId", "is given twice"));
    }
    case.map(|(_, text)| id("caseId", &text)).transpose()
}

fn id(name: &str, text: &str) -> Result<Uuid, Refused> {
    salesforce_id(text.trim()).map_err(|why| Refused::member(name, &format!("is not an id: {why}")))
}
