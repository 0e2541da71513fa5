//! Faults: what is really written, and what the caller gets to see.

use casebridge_sandbox::creatio::{
    BatchPart, BatchPartFails, Chance, CutBatch, FaultPlan, Paced, RetryAfter, Right, SlowAnswer, TokenExpiry, UnderUs,
    UnderUsAct, WhenWork, Withdrawn, ids,
};
use reqwest::Method;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::support::{CLIENT_ID, Crm, SECRET};

async fn try_case(crm: &Crm, id: Uuid) -> reqwest::Result<crate::support::Answer> {
    let body = json!({ "Id": id, "Subject": "s" }).to_string();
    crm.try_send(Method::POST, "Case", &[], Some(body)).await
}

fn stands(crm: &Crm, id: Uuid) -> bool {
    crm.sandbox().record("Case", id).is_some()
}

#[tokio::test]
async fn an_answer_lost_after_commit_is_a_transport_error_and_the_row_stands() {
    let crm = Crm::stock().await;
    crm.faults(FaultPlan { answer_lost_after_commit: Some(Chance::next(1)), ..FaultPlan::default() });
    let id = Uuid::new_v4();
    let error = try_case(&crm, id).await.err().expect("no status may be seen");
    assert!(error.status().is_none() && !error.is_timeout(), "{error:?}");
    assert!(stands(&crm, id), "the work was committed");
    let entry = crm.sandbox().requests().pop().unwrap();
    assert_eq!((entry.status, entry.faults), (None, vec!["answer_lost_after_commit".to_owned()]));
    assert_eq!(try_case(&crm, Uuid::new_v4()).await.unwrap().code(), 201, "only the next one was hit");
}

#[tokio::test]
async fn a_cut_before_leaves_nothing() {
    let crm = Crm::stock().await;
    crm.faults(FaultPlan { cut_before: Some(Chance::next(1)), ..FaultPlan::default() });
    let id = Uuid::new_v4();
    assert!(try_case(&crm, id).await.is_err());
    assert!(!stands(&crm, id));
}

#[tokio::test]
async fn a_cut_in_the_middle_of_the_body_shows_the_status_but_no_whole_body() {
    let crm = Crm::stock().await;
    crm.faults(FaultPlan { cut_mid_body: Some(Chance::next(1)), ..FaultPlan::default() });
    let id = Uuid::new_v4();
    let request = crm.http.post(crm.url("Case")).bearer_auth(&crm.token).json(&json!({ "Id": id, "Subject": "s" }));
    let response = request.send().await.expect("the head arrives");
    assert_eq!(response.status(), 201);
    assert!(response.bytes().await.is_err(), "the body breaks off");
    assert!(stands(&crm, id));
}

#[tokio::test]
async fn an_error_after_the_write_answers_500_for_a_row_that_stands() {
    let crm = Crm::stock().await;
    crm.faults(FaultPlan { error_after_write: Some(Chance::always().on("POST", "Case")), ..FaultPlan::default() });
    for _ in 0..3 {
        let answer = crm.post("Case", json!({ "Subject": "blindly repeated" })).await;
        assert_eq!(answer.code(), 500);
        assert!(answer.json()["ExceptionType"].is_string(), "the shape of an unhandled exception: {}", answer.text);
    }
    assert_eq!(crm.sandbox().count("Case"), 3, "three failed creates made three rows");
}

#[tokio::test]
async fn a_late_answer_commits_even_if_the_caller_has_hung_up() {
    for work in [WhenWork::First, WhenWork::After] {
        let crm = Crm::stock().await;
        let slow = SlowAnswer { when: Chance::next(1), ms: 300, work };
        crm.faults(FaultPlan { slow_answer: Some(slow), ..FaultPlan::default() });
        let id = Uuid::new_v4();
        let request = crm.http.post(crm.url("Case")).bearer_auth(&crm.token);
        let request = request.timeout(std::time::Duration::from_millis(60)).json(&json!({ "Id": id, "Subject": "s" }));
        assert!(request.send().await.unwrap_err().is_timeout());
        assert_eq!(stands(&crm, id), work == WhenWork::First, "{work:?}");
        // Wait for the ledger to say that the request is over rather than for a time.
        let over = async {
            while crm.sandbox().requests().iter().any(|entry| entry.path.ends_with("/Case") && entry.status.is_none()) {
                tokio::task::yield_now().await;
            }
        };
        let limit = std::time::Duration::from_secs(10);
        tokio::time::timeout(limit, over).await.expect("work that has begun must end without its caller");
        assert!(stands(&crm, id), "a call that timed out commits all the same");
    }
}

#[tokio::test]
async fn proxies_answer_pages_and_may_say_when_to_come_back() {
    let crm = Crm::stock().await;
    let paced = Paced { when: Chance::next(1), retry_after: Some(RetryAfter::Seconds(7)) };
    crm.faults(FaultPlan { unavailable_503: Some(paced), ..FaultPlan::default() });
    let answer = crm.get("Case?$select=Id").await;
    assert_eq!((answer.code(), answer.header("retry-after").as_str()), (503, "7"));
    assert!(answer.text.contains("<html>"));
    for (plan, status) in [
        (FaultPlan { bad_gateway_502: Some(Chance::next(1)), ..FaultPlan::default() }, 502),
        (FaultPlan { gateway_timeout_504: Some(Chance::next(1)), ..FaultPlan::default() }, 504),
        (FaultPlan { error_500: Some(Chance::next(1)), ..FaultPlan::default() }, 500),
    ] {
        crm.faults(plan);
        assert_eq!(crm.get("Case?$select=Id").await.code(), status);
        assert_eq!(crm.get("Case?$select=Id").await.code(), 200);
    }
}

#[tokio::test]
async fn a_fictional_429_says_when_in_seconds_as_a_date_or_absurdly() {
    let crm = Crm::stock().await;
    for (retry_after, looks_like) in [
        (RetryAfter::Seconds(3), "3"),
        (RetryAfter::DateIn(60), "GMT"),
        (RetryAfter::Words("-1 fortnights".into()), "fortnights"),
    ] {
        let paced = Paced { when: Chance::next(1), retry_after: Some(retry_after) };
        crm.faults(FaultPlan { throttled_429: Some(paced), ..FaultPlan::default() });
        let answer = crm.get("Case?$select=Id").await;
        assert_eq!(answer.code(), 429);
        assert!(answer.header("retry-after").contains(looks_like), "{}", answer.header("retry-after"));
    }
}

#[tokio::test]
async fn a_lost_session_is_a_login_page_with_200_and_an_error_may_come_with_200_too() {
    let crm = Crm::stock().await;
    crm.faults(FaultPlan { html_login_200: Some(Chance::next(1)), ..FaultPlan::default() });
    let id = Uuid::new_v4();
    let answer = try_case(&crm, id).await.unwrap();
    assert_eq!(answer.code(), 200);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(!stands(&crm, id), "200, and nothing was written");
    crm.faults(FaultPlan { error_body_200: Some(Chance::next(1)), ..FaultPlan::default() });
    let answer = try_case(&crm, id).await.unwrap();
    assert_eq!((answer.code(), answer.json()["error"].is_object()), (200, true));
    assert!(!stands(&crm, id));
}

#[tokio::test]
async fn a_token_that_is_gone_midway_needs_a_new_one() {
    let mut crm = Crm::stock().await;
    let expiry = TokenExpiry { when: Chance::next(1), revoke: true };
    crm.faults(FaultPlan { token_expired_midway: Some(expiry), ..FaultPlan::default() });
    assert_eq!(crm.get("Case?$select=Id").await.code(), 401);
    assert_eq!(crm.get("Case?$select=Id").await.code(), 401, "the same token stays bad");
    crm.token = crm.sign_on().await["access_token"].as_str().unwrap().to_owned();
    assert_eq!(crm.get("Case?$select=Id").await.code(), 200);
    let always = TokenExpiry { when: Chance::always(), revoke: false };
    crm.faults(FaultPlan { token_expired_midway: Some(always), ..FaultPlan::default() });
    crm.token = crm.sign_on().await["access_token"].as_str().unwrap().to_owned();
    assert_eq!(crm.get("Case?$select=Id").await.code(), 401, "no new token cures this one");
}

#[tokio::test]
async fn the_token_endpoint_can_fail_by_itself() {
    let crm = Crm::stock().await;
    let form = [("grant_type", "client_credentials"), ("client_id", CLIENT_ID), ("client_secret", SECRET)];
    let ask = || crm.http.post(crm.running.token_url()).form(&form).send();
    crm.faults(FaultPlan { token_down: Some(Chance::next(1)), ..FaultPlan::default() });
    assert!(ask().await.is_err());
    crm.faults(FaultPlan { token_answer_lost: Some(Chance::next(1)), ..FaultPlan::default() });
    assert!(ask().await.is_err());
    crm.faults(FaultPlan { token_error_500: Some(Chance::next(1)), ..FaultPlan::default() });
    assert_eq!(ask().await.unwrap().status(), 500);
    crm.faults(FaultPlan { token_html_200: Some(Chance::next(1)), ..FaultPlan::default() });
    assert!(ask().await.unwrap().text().await.unwrap().contains("Log in"));
    assert_eq!(crm.get("Case?$select=Id").await.code(), 200, "data calls were left alone");
}

fn contacts(keys: &[Uuid]) -> Json {
    keys.iter()
        .enumerate()
        .map(|(n, key)| json!({ "id": n.to_string(), "method": "POST", "url": "Contact", "body": { "Id": key, "Name": "n" } }))
        .collect()
}

fn which_stand(crm: &Crm, keys: &[Uuid]) -> Vec<bool> {
    keys.iter().map(|key| crm.sandbox().record("Contact", *key).is_some()).collect()
}

fn answered(answer: &Json) -> Vec<(String, u64)> {
    let responses = answer["responses"].as_array().unwrap();
    responses.iter().map(|one| (one["id"].as_str().unwrap().to_owned(), one["status"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn a_batch_cut_after_two_parts_committed_two() {
    let crm = Crm::stock().await;
    let cut = CutBatch { when: Chance::next(1), parts: 2 };
    crm.faults(FaultPlan { batch_cut_after: Some(cut), ..FaultPlan::default() });
    let keys = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
    let body = json!({ "requests": contacts(&keys) }).to_string();
    assert!(crm.try_send(Method::POST, "$batch", &[], Some(body)).await.is_err(), "no answer");
    assert_eq!(which_stand(&crm, &keys), [true, true, false]);
}

#[tokio::test]
async fn a_part_may_be_written_and_answered_500() {
    let crm = Crm::stock().await;
    let part = BatchPart { when: Chance::next(1), part: 2 };
    crm.faults(FaultPlan { batch_part_500_after_write: Some(part), ..FaultPlan::default() });
    let keys = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
    let answer = crm.batch(contacts(&keys), false).await.json();
    assert_eq!(answered(&answer), [("0".into(), 201), ("1".into(), 500)]);
    assert_eq!(which_stand(&crm, &keys), [true, true, false], "the refused part stands, and the rest did not run");
}

#[tokio::test]
async fn a_part_may_be_missing_refused_or_out_of_order() {
    let crm = Crm::stock().await;
    let keys = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
    let part = BatchPart { when: Chance::next(1), part: 2 };
    let out_of_order = Some(Chance::next(1));
    crm.faults(FaultPlan {
        batch_part_answer_missing: Some(part),
        batch_out_of_order: out_of_order,
        ..FaultPlan::default()
    });
    let answer = crm.batch(contacts(&keys), false).await.json();
    assert_eq!(answered(&answer), [("2".into(), 201), ("0".into(), 201)]);
    assert_eq!(which_stand(&crm, &keys), [true, true, true], "the missing answer's row stands");

    let keys = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
    let fails = BatchPartFails { when: Chance::next(1), part: 3, status: 401 };
    crm.faults(FaultPlan { batch_part_fails: Some(fails), ..FaultPlan::default() });
    let answer = crm.batch(contacts(&keys), false).await.json();
    assert_eq!(answered(&answer)[2], ("2".into(), 401), "a token may run out in the middle of a batch");
    assert_eq!(which_stand(&crm, &keys), [true, true, false]);
}

#[tokio::test]
async fn down_drops_everything_on_both_hosts_without_a_word() {
    let crm = Crm::stock().await;
    crm.faults(FaultPlan { down: true, ..FaultPlan::default() });
    assert!(crm.try_send(Method::GET, "Case", &[], None).await.is_err());
    assert!(crm.http.post(crm.running.token_url()).send().await.is_err());
    crm.faults(FaultPlan::default());
    assert_eq!(crm.get("Case?$select=Id").await.code(), 200, "and comes back");
}

#[tokio::test]
async fn a_right_can_be_withdrawn_and_a_case_deleted_or_closed_under_us() {
    let crm = Crm::stock().await;
    let id = crm.case("under us").await;
    let gone = Withdrawn { object: "Case".into(), right: Right::Update };
    crm.faults(FaultPlan { withdrawn: vec![gone], ..FaultPlan::default() });
    assert_eq!(crm.patch(&format!("Case({id})"), json!({ "Notes": "n" })).await.code(), 403);

    let close = UnderUs { when: Chance::next(1), act: UnderUsAct::Close };
    crm.faults(FaultPlan { under_us: Some(close), ..FaultPlan::default() });
    assert_eq!(crm.patch(&format!("Case({id})"), json!({ "Notes": "n" })).await.code(), 204);
    assert_eq!(crm.field("Case", id, "StatusId"), json!(ids::STATUS_CLOSED), "somebody closed it just before");

    let delete = UnderUs { when: Chance::next(1), act: UnderUsAct::Delete };
    crm.faults(FaultPlan { under_us: Some(delete), ..FaultPlan::default() });
    let late = crm.post("Activity", json!({ "Title": "t", "CaseId": id, "OwnerId": ids::AGENT_CONTACT })).await;
    assert_eq!(late.code(), 500);
    assert!(!stands(&crm, id));
}

#[tokio::test]
async fn a_plan_is_plain_json_and_unknown_faults_are_refused() {
    let plan: FaultPlan = serde_json::from_value(json!({ "seed": 3, "error_500": { "probability": 0.5 } })).unwrap();
    assert_eq!(plan.error_500.unwrap().probability, 0.5);
    assert!(serde_json::from_value::<FaultPlan>(json!({ "eror_500": {} })).is_err(), "a misspelt fault must not pass");
}
