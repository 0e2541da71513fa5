//! Faults: what is answered, what is really written, and what the ledger says.

use casebridge_sandbox::salesforce::{
    Chance, FaultPlan, Paced, PartFails, Refuse, RetryAfter, SlowAnswer, TokenExpiry, UnderUs, UnderUsAct, WhenWork,
    Withdrawn,
};
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::{Org, part};

fn once() -> Option<Chance> {
    Some(Chance::next(1))
}

#[tokio::test]
async fn answers_are_lost_after_the_commit() {
    let org = Org::stock().await;
    let body = json!({ "Subject": "s" });
    org.faults(FaultPlan { answer_lost_after_commit: once(), ..FaultPlan::default() });
    let lost = org.try_send(Method::POST, "sobjects/Case", &[], Some(&body)).await;
    assert!(lost.is_err() && org.count("Case") == 1, "the row is there although nobody heard of it");
    org.faults(FaultPlan { cut_mid_body: once(), ..FaultPlan::default() });
    let half = org.try_send(Method::POST, "sobjects/Case", &[], Some(&body)).await;
    assert!(half.is_err() && org.count("Case") == 2);
    org.faults(FaultPlan { cut_before: once(), ..FaultPlan::default() });
    let before = org.try_send(Method::POST, "sobjects/Case", &[], Some(&body)).await;
    assert!(before.is_err() && org.count("Case") == 2, "cut before anything was done");
    let entries = org.sandbox().requests();
    let faults: Vec<String> = entries.iter().flat_map(|entry| entry.faults.clone()).collect();
    assert_eq!(faults, ["answer_lost_after_commit", "cut_mid_body", "cut_before"]);
    assert!(entries.iter().all(|entry| entry.status.is_none()));
    assert_eq!(org.sandbox().record_ledger().len(), 2, "the ledger of records knows what was written");
}

#[tokio::test]
async fn a_commit_may_come_later_than_the_callers_patience() {
    let org = Org::stock().await;
    let slow = SlowAnswer { when: Chance::next(1), ms: 400, work: WhenWork::After };
    org.faults(FaultPlan { slow_answer: Some(slow), ..FaultPlan::default() });
    let request = org.http.post(org.url("sobjects/Case")).bearer_auth(&org.token).json(&json!({ "Subject": "late" }));
    let given_up = request.timeout(std::time::Duration::from_millis(100)).send().await;
    assert!(given_up.is_err_and(|error| error.is_timeout()), "the caller gave up");
    assert_eq!(org.count("Case"), 0, "nothing is there yet");
    while org.count("Case") == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(org.value("Case", org.sandbox().record_ledger()[0].id.as_str(), "Subject"), json!("late"));
}

#[tokio::test]
async fn refusals_and_pages_before_anything_is_done() {
    let org = Org::stock().await;
    let refuse = Refuse {
        when: Chance::next(1),
        status: 400,
        code: "DUPLICATES_DETECTED".to_owned(),
        message: "Use one of these".to_owned(),
        fields: Vec::new(),
    };
    let paced = Paced { when: Chance::next(1), retry_after: Some(RetryAfter::Seconds(7)) };
    let cases: Vec<(FaultPlan, u16, &str)> = vec![
        (FaultPlan { error_500: once(), ..FaultPlan::default() }, 500, "UNKNOWN_EXCEPTION"),
        (FaultPlan { html_500: once(), ..FaultPlan::default() }, 500, "<!DOCTYPE"),
        (FaultPlan { bad_gateway_502: once(), ..FaultPlan::default() }, 502, "<!DOCTYPE"),
        (FaultPlan { gateway_timeout_504: once(), ..FaultPlan::default() }, 504, "<!DOCTYPE"),
        (FaultPlan { html_login_200: once(), ..FaultPlan::default() }, 200, "<!DOCTYPE"),
        (FaultPlan { unavailable_503: Some(paced), ..FaultPlan::default() }, 503, "SERVER_UNAVAILABLE"),
        (FaultPlan { limit_exceeded: once(), ..FaultPlan::default() }, 403, "REQUEST_LIMIT_EXCEEDED"),
        (
            FaultPlan { session_not_for_rest: once(), ..FaultPlan::default() },
            401,
            "not valid for use with the REST API",
        ),
        (FaultPlan { lock_row: once(), ..FaultPlan::default() }, 400, "unable to obtain exclusive access"),
        (FaultPlan { refuse: Some(refuse), ..FaultPlan::default() }, 400, "DUPLICATES_DETECTED"),
    ];
    for (plan, status, words) in cases {
        org.faults(plan.clone());
        let answer = org.post("sobjects/Case", json!({})).await;
        assert_eq!((answer.code(), answer.text.contains(words)), (status, true), "§2.5: {plan:?}: {}", answer.text);
        assert_eq!(answer.header("retry-after"), if status == 503 { "7" } else { "" });
    }
    assert_eq!(org.count("Case"), 0);
    org.faults(FaultPlan { error_after_write: once(), ..FaultPlan::default() });
    assert_eq!(
        (org.post("sobjects/Case", json!({})).await.code(), org.count("Case")),
        (500, 1),
        "written and answered 500"
    );
    org.faults(FaultPlan { committed_twice: once(), ..FaultPlan::default() });
    org.post("sobjects/Case", json!({})).await;
    assert_eq!(org.count("Case"), 3, "the CRM itself wrote twice");
}

#[tokio::test]
async fn a_session_that_is_gone_stays_gone() {
    let org = Org::stock().await;
    let expiry = |revoke| Some(TokenExpiry { when: Chance::next(1), revoke });
    org.faults(FaultPlan { session_expired: expiry(false), ..FaultPlan::default() });
    assert_eq!((org.get("sobjects").await.code(), org.get("sobjects").await.code()), (401, 200));
    org.faults(FaultPlan { session_expired: expiry(true), ..FaultPlan::default() });
    assert_eq!((org.get("sobjects").await.code(), org.get("sobjects").await.code()), (401, 401), "§1.4");
}

#[tokio::test]
async fn parts_of_a_composite_fail_or_are_missing() {
    let org = Org::stock().await;
    let bundle = || {
        json!({ "allOrNone": true, "compositeRequest": [
            part("POST", "sobjects/Case", "a", json!({})), part("POST", "sobjects/Case", "b", json!({})),
        ]})
    };
    let fails = PartFails {
        when: Chance::next(1).on("POST", "composite"),
        part: 2,
        code: "UNABLE_TO_LOCK_ROW".to_owned(),
        message: String::new(),
    };
    org.faults(FaultPlan { composite_part_fails: Some(fails), ..FaultPlan::default() });
    let answer = org.post("composite", bundle()).await.json();
    let codes: Vec<Json> = answer["compositeResponse"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["body"][0]["errorCode"].clone())
        .collect();
    assert_eq!((codes, org.count("Case")), (vec![json!("PROCESSING_HALTED"), json!("UNABLE_TO_LOCK_ROW")], 0));
    org.faults(FaultPlan { composite_part_missing: once(), ..FaultPlan::default() });
    let answer = org.post("composite", bundle()).await.json();
    assert_eq!(
        (answer["compositeResponse"].as_array().unwrap().len(), org.count("Case")),
        (1, 2),
        "both ran, one is not answered"
    );
}

#[tokio::test]
async fn somebody_is_faster_and_permissions_are_withdrawn() {
    let org = Org::stock().await;
    let case = org.case(json!({})).await;
    org.faults(FaultPlan {
        under_us: Some(UnderUs { when: Chance::next(1), act: UnderUsAct::Close }),
        ..FaultPlan::default()
    });
    org.post("sobjects/CaseComment", json!({ "ParentId": case, "CommentBody": "x" })).await;
    assert_eq!(org.value("Case", &case, "IsClosed"), json!(true));
    org.faults(FaultPlan {
        under_us: Some(UnderUs { when: Chance::next(1), act: UnderUsAct::Delete }),
        ..FaultPlan::default()
    });
    let late = org.patch(&format!("sobjects/Case/{case}"), json!({ "Subject": "x" })).await;
    assert_eq!(late.refusal().1, "ENTITY_IS_DELETED", "§2.5");
    let gone = |right: &str| Withdrawn { object: "Case".to_owned(), right: right.to_owned() };
    org.faults(FaultPlan { withdrawn: vec![gone("create"), gone("read")], ..FaultPlan::default() });
    assert_eq!(
        org.query("SELECT Id FROM Case").await.refusal().1,
        "INVALID_TYPE",
        "no permission looks like no object"
    );
    assert_eq!(org.get("sobjects/Case/describe").await.code(), 404, "§2.5: no sharing looks like not found");
    let refused =
        org.post("composite/sobjects", json!({ "records": [{ "attributes": { "type": "Case" } }] })).await.json();
    assert_eq!(refused[0]["errors"][0]["statusCode"], json!("INSUFFICIENT_ACCESS_OR_READONLY"), "§2.5");
}

#[tokio::test]
async fn the_same_seed_strikes_the_same_calls() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let org = Org::stock().await;
        org.faults(FaultPlan { seed: 11, error_500: Some(Chance::probability(0.4)), ..FaultPlan::default() });
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(org.get("sobjects").await.code());
        }
        assert!(statuses.contains(&200) && statuses.contains(&500));
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
}
