//! The door for a Salesforce org's calls: what old recipes send, what the set-up kit sends, and what is no call at all.
#![allow(clippy::unwrap_used, reason = "tests stop at the first thing that is not as expected")]

use axum::body::Body;
use axum::http::Request;
use casebridge_domain::{CaseState, ConnectionKind, Consumer};
use casebridge_engine::Clock as _;
use casebridge_engine::webhooks::salesforce_id;
use casebridge_gateway::read_salesforce_call;
use casebridge_store::{CaseUpdate, Inbound as _, LaneEnd, Lanes as _, PassResult};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::webhook_door::{CASE, Door, refused};

const SHORT: &str = "500fake00000001";
const LONG: &str = "500fake00000001AAA";
const STRANGER: &str = "500fake00000002";

async fn door() -> Door {
    Door::of(ConnectionKind::Salesforce).await
}

/// What a pass notes when the org has answered with the id of the case.
async fn the_org_told_its_id(door: &Door) {
    let (consumer, now) = (Consumer::Crm(door.connection), door.clock.now());
    let later = now + std::time::Duration::from_secs(60);
    let lane =
        door.gateway.store.claim(consumer, later, 1, std::time::Duration::from_secs(60)).await.unwrap().remove(0);
    let case = CaseUpdate {
        crm_id: CASE,
        state: CaseState::Open,
        number: Some("00001001".into()),
        native_id: salesforce_id(SHORT).ok(),
        deliver_after: None,
        wrote: None,
    };
    let result = PassResult {
        routed: None,
        consumer,
        session_id: door.session,
        fence: lane.fence,
        written_seq: Some(1),
        stands: Vec::new(),
        case: Some(case),
        fields: None,
        attempts: Vec::new(),
        steps: Vec::new(),
        end: LaneEnd::Written,
        at: now,
    };
    door.gateway.store.record(result).await.unwrap();
}

async fn empty(door: &Door, query: &str) -> crate::support::Answer {
    // As Apex sends it: no type, no body.
    let request = Request::post(format!("{}{query}", door.path)).header("content-length", "0");
    door.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn what_customers_pasted_long_ago_goes_on_to_work() {
    let door = door().await;
    the_org_told_its_id(&door).await;
    for query in [
        format!("?caseId={SHORT}"),
        format!("?caseId={LONG}"),
        format!("/?caseId={LONG}"),
        format!("?caseId=%35{}", &SHORT[1..]),
    ] {
        let answer = empty(&door, &query).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.text);
        let body = answer.json();
        assert_eq!((&body["outcome"], &body["event_type"]), (&json!("accepted"), &json!("case_updated")), "{body}");
    }
    let receipts = door.gateway.store.receipts(door.session).await.unwrap();
    assert_eq!(receipts.len(), 4, "both lengths of an id name one case, and each call is in the books under it");
    let due = door.gateway.store.next_pull(door.connection).await.unwrap();
    assert!(due.is_some_and(|due| due <= door.clock.now()), "the case is looked at next");
}

#[tokio::test]
async fn the_kit_names_event_and_record_one_or_several_in_a_call() {
    let door = door().await;
    the_org_told_its_id(&door).await;
    let one = json!({ "event": "new_comment", "caseId": LONG, "recordId": "00afake00000001", "commitTime": "2026-11-21T10:00:00Z" });
    let body = door.take(one.to_string()).await.json();
    assert_eq!((&body["outcome"], &body["event_type"]), (&json!("accepted"), &json!("new_comment")), "{body}");
    let several = json!({ "events": [
        { "event": "case_closed", "caseId": SHORT, "recordId": null },
        { "event": "case_created", "caseId": STRANGER, "recordId": STRANGER },
    ] });
    let body = door.take(several.to_string()).await.json();
    let outcomes: Vec<&Value> = body["receipts"].as_array().unwrap().iter().map(|one| &one["outcome"]).collect();
    assert_eq!(outcomes, ["accepted", "unknown_case"], "each event is answered by itself: {body}");
    let newest = door.gateway.store.receipts(door.session).await.unwrap();
    let record = salesforce_id("00afake00000001").unwrap().to_string();
    assert!(newest.iter().any(|receipt| receipt.record.as_ref() == Some(&record)), "the record is kept: {newest:?}");
}

#[tokio::test]
async fn a_case_of_somebody_else_is_acknowledged_and_nothing_is_pulled() {
    let door = door().await;
    the_org_told_its_id(&door).await;
    let body = empty(&door, &format!("?caseId={STRANGER}")).await.json();
    assert_eq!(body["outcome"], "unknown_case", "the old recipe calls for every case of the org: {body}");
    assert_eq!(door.gateway.store.next_pull(door.connection).await.unwrap(), None, "nothing to look at");
}

#[tokio::test]
async fn a_call_from_inside_our_own_post_is_heard_when_the_id_is_known() {
    let door = door().await;
    let body = empty(&door, &format!("?caseId={LONG}")).await.json();
    assert_eq!(body["outcome"], "unknown_case", "the org has not answered us yet: {body}");
    assert_eq!(door.gateway.store.next_pull(door.connection).await.unwrap(), None);
    the_org_told_its_id(&door).await;
    let due = door.gateway.store.next_pull(door.connection).await.unwrap();
    assert!(due.is_some_and(|due| due <= door.clock.now()), "R1: the call is not lost, the case is looked at: {due:?}");
    let receipts = door.gateway.store.receipts(door.session).await.unwrap();
    assert_eq!(receipts[0].outcome, "pull_due", "and the trace shows it under the case");
}

#[tokio::test]
async fn what_is_no_call_is_named_and_leaves_nothing() {
    let door = door().await;
    let case = LONG;
    for (query, body, member) in [
        ("", String::new(), "caseId"),
        ("?caseid=500fake00000001", String::new(), "caseId"),
        ("?caseId=", String::new(), "caseId"),
        ("?caseId=500", String::new(), "caseId"),
        ("?caseId=500fake0000000%00", String::new(), "caseId"),
        ("?caseId=500FAKE00000001AAA", String::new(), "caseId"),
        ("?caseId=1f0a2b3c-4d5e-4f60-8a7b-1c2d3e4f5a6b", String::new(), "caseId"),
        ("?caseId=500fake00000001&caseId=500fake00000001", String::new(), "caseId"),
        ("?caseId=500fake00000002", json!({ "event": "case_closed", "caseId": case }).to_string(), "caseId"),
        ("", json!({ "caseId": case }).to_string(), "event"),
        ("", json!({ "event": "case_closed" }).to_string(), "caseId"),
        ("", json!({ "event": "new_activity", "caseId": case }).to_string(), "event"),
        ("", json!({ "event": "case_closed", "caseId": case, "recordId": "x" }).to_string(), "recordId"),
        ("", json!({ "event": "case_closed", "caseId": [case] }).to_string(), "caseId"),
        ("", json!({ "event": "case_closed", "caseId": case, "token": "x" }).to_string(), "token"),
        ("", json!({ "events": [] }).to_string(), "events"),
        ("", json!({ "events": {} }).to_string(), "events"),
        ("", json!({ "events": vec![json!({ "event": "case_closed", "caseId": case }); 201] }).to_string(), "events"),
    ] {
        let path = format!("{}{query}", door.path);
        let answer = refused(&door.call(&path, body.clone()).await, 400, "Bad Request", &format!("{query} {body}"));
        assert_eq!(answer["member"], member, "{query} {body}");
    }
    for body in ["{", "[]", "null", "\"x\"", "{\"events\":[1]}"] {
        refused(&door.take(body).await, 400, "Bad Request", body);
    }
    let typed = Request::post(&door.path).header("content-type", "text/plain").body(Body::from("{}")).unwrap();
    refused(&door.send(typed).await, 415, "Unsupported Media Type", "a body has a type");
    door.is_untouched("a refused call").await;
}

#[tokio::test]
async fn an_address_of_the_other_crm_opens_nothing_here() {
    let door = door().await;
    let elsewhere = door.path.replace("/salesforce/", "/creatio/");
    let body = json!({ "event_type": "case_closed", "caseId": CASE }).to_string();
    refused(&door.call(&elsewhere, body).await, 401, "Invalid token", "a token belongs to one door");
    door.is_untouched("a call at the wrong door").await;
}

proptest! {
    #[test]
    fn no_bytes_break_the_reader(query in ".{0,80}", body in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Err((status, detail)) = read_salesforce_call(&query, &body) {
            prop_assert_eq!(status, 400);
            prop_assert!(detail.chars().count() < 300, "a refusal must not repeat what was sent");
        }
    }
}
