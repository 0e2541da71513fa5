//! `$batch`.

use casebridge_sandbox::creatio::{CreatioConfig, Unexecuted, ids};
use reqwest::Method;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::support::{Crm, inner};

fn contact(id: &str, key: Uuid, name: &str) -> Json {
    json!({ "id": id, "method": "POST", "url": "Contact", "body": { "Id": key, "Name": name },
            "headers": { "Content-Type": "application/json;odata=verbose" } })
}

fn statuses(answer: &Json) -> Vec<(String, u64)> {
    let responses = answer["responses"].as_array().unwrap();
    responses.iter().map(|one| (one["id"].as_str().unwrap().to_owned(), one["status"].as_u64().unwrap())).collect()
}

#[tokio::test]
async fn parts_are_answered_with_their_ids_headers_and_bodies() {
    let crm = Crm::stock().await;
    let key = Uuid::new_v4();
    let parts = json!([
        contact("t1", key, "A"),
        { "id": "t2", "method": "PATCH", "url": format!("Contact/{key}"), "atomicityGroup": "g1", "body": { "Notes": "n" } },
        { "id": "t3", "method": "GET", "url": format!("Contact({key})?$select=Name,Notes") },
    ]);
    let answer = crm.batch(parts, false).await;
    assert_eq!(answer.code(), 200);
    let body = answer.json();
    assert_eq!(statuses(&body), [("t1".into(), 201), ("t2".into(), 204), ("t3".into(), 200)]);
    let made = &body["responses"][0];
    assert_eq!(made["headers"]["location"], json!(crm.url(&format!("Contact({key})"))));
    assert_eq!(made["headers"]["content-type"], "application/json; odata.metadata=minimal");
    assert_eq!(made["headers"]["odata-version"], "4.0");
    assert!(
        Uuid::parse_str(body["responses"][1]["atomicityGroup"].as_str().unwrap()).is_ok(),
        "the server names groups"
    );
    assert_eq!(body["responses"][2]["body"]["Notes"], "n", "a part sees what the parts before it wrote");
}

#[tokio::test]
async fn the_first_failure_stops_the_rest_which_is_left_out() {
    let crm = Crm::stock().await;
    let keys = [Uuid::new_v4(), Uuid::new_v4()];
    let parts = json!([
        contact("a", keys[0], "A"),
        { "id": "b", "method": "POST", "url": "Contact", "body": { "Name": "B", "Nope": 1 } },
        contact("c", keys[1], "C"),
    ]);
    let body = crm.batch(parts, false).await.json();
    assert_eq!(statuses(&body), [("a".into(), 201), ("b".into(), 400)]);
    assert!(crm.sandbox().record("Contact", keys[0]).is_some(), "what ran before the failure stands");
    assert!(crm.sandbox().record("Contact", keys[1]).is_none(), "what came after it never ran");
}

#[tokio::test]
async fn continue_on_error_in_the_outer_request_runs_the_rest() {
    let crm = Crm::stock().await;
    let parts = json!([
        { "id": "b", "method": "POST", "url": "Contact", "body": { "Name": "B", "Nope": 1 } },
        contact("c", Uuid::new_v4(), "C"),
    ]);
    assert_eq!(statuses(&crm.batch(parts, true).await.json()), [("b".into(), 400), ("c".into(), 201)]);
}

#[tokio::test]
async fn the_rest_can_be_listed_as_424() {
    let crm = Crm::start(CreatioConfig { unexecuted: Unexecuted::Listed424, ..CreatioConfig::default() }).await;
    let parts = json!([{ "id": "b", "method": "GET", "url": "Nope" }, contact("c", Uuid::new_v4(), "C")]);
    assert_eq!(statuses(&crm.batch(parts, false).await.json()), [("b".into(), 404), ("c".into(), 424)]);
}

#[tokio::test]
async fn a_group_rolls_back_only_where_groups_are_atomic() {
    for atomic_groups in [false, true] {
        let crm = Crm::start(CreatioConfig { atomic_groups, ..CreatioConfig::default() }).await;
        let key = Uuid::new_v4();
        let mut first = contact("a", key, "A");
        first["atomicityGroup"] = json!("g");
        let parts = json!([
            first,
            { "id": "b", "atomicityGroup": "g", "method": "POST", "url": "Contact", "body": { "Name": "" } },
        ]);
        crm.batch(parts, false).await;
        let stands = crm.sandbox().record("Contact", key).is_some();
        assert_eq!(stands, !atomic_groups, "atomic_groups = {atomic_groups}");
        let written = crm.sandbox().record_ledger().len();
        assert_eq!(written, usize::from(!atomic_groups), "the ledger tells what stands");
    }
}

#[tokio::test]
async fn more_than_a_hundred_parts_are_refused() {
    let crm = Crm::stock().await;
    let parts = |count: usize| -> Json {
        (0..count).map(|n| json!({ "id": n.to_string(), "method": "GET", "url": "CaseStatus?$select=Id" })).collect()
    };
    assert_eq!(crm.batch(parts(100), false).await.json()["responses"].as_array().unwrap().len(), 100);
    let refused = crm.batch(parts(101), false).await;
    assert_eq!(refused.code(), 400, "{}", inner(&refused));
}

#[tokio::test]
async fn multipart_change_sets_work_and_answer_in_kind() {
    let crm = Crm::stock().await;
    let key = Uuid::new_v4();
    let part = format!(
        "--batch_1\r\nContent-Type: multipart/mixed; boundary=changes_1\r\n\r\n--changes_1\r\nContent-Type: \
         application/http\r\nContent-ID: 1\r\n\r\nPOST Contact HTTP/1.1\r\nContent-Type: application/json\r\n\r\n\
         {{\"Id\":\"{key}\",\"Name\":\"M\"}}\r\n--changes_1--\r\n--batch_1--\r\n"
    );
    let headers = [("content-type", "multipart/mixed; boundary=batch_1")];
    let answer = crm.try_send(Method::POST, "$batch", &headers, Some(part.clone())).await.unwrap();
    assert!(answer.header("content-type").starts_with("multipart/mixed"), "{}", answer.text);
    assert!(answer.text.contains("HTTP/1.1 201 Created"), "{}", answer.text);
    assert!(crm.sandbox().record("Contact", key).is_some());
    let headers = [("content-type", "multipart/mixed; boundary=batch_1"), ("accept", "application/json")];
    let again = crm.try_send(Method::POST, "$batch", &headers, Some(part)).await.unwrap();
    assert_eq!(again.json()["responses"][0]["status"], 500, "with Accept JSON the same is answered as JSON");
}

#[tokio::test]
async fn a_whole_case_goes_in_one_call() {
    let crm = Crm::stock().await;
    let case = Uuid::new_v4();
    let mut parts =
        vec![json!({ "id": "case", "method": "POST", "url": "Case", "body": { "Id": case, "Subject": "s" } })];
    for n in 0..20 {
        parts.push(json!({ "id": n.to_string(), "method": "POST", "url": "Activity",
            "body": { "Title": format!("m{n}"), "CaseId": case, "OwnerId": ids::AGENT_CONTACT } }));
    }
    let before = crm.sandbox().data_calls();
    let answer = crm.batch(json!(parts), false).await.json();
    assert!(statuses(&answer).iter().all(|(_, status)| *status == 201), "{answer}");
    assert_eq!(crm.sandbox().data_calls() - before, 1, "one call");
    assert_eq!(crm.sandbox().requests().last().unwrap().parts.len(), 21, "of twenty-one parts");
}
