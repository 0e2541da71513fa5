//! The control API, the ledgers, and the null sink.

use casebridge_sandbox::creatio::{CreatioConfig, RecordOp, RequestKind, ids};
use reqwest::Method;
use serde_json::{Value as Json, json};

use crate::support::{Crm, http};

async fn controlled() -> Crm {
    Crm::start(CreatioConfig { control_token: Some("t0k".into()), ..CreatioConfig::default() }).await
}

async fn control(crm: &Crm, method: Method, path: &str, body: Option<Json>) -> (u16, Json) {
    let request = http().request(method, format!("{}/sandbox/{path}", crm.running.instance_url));
    let request = request.header("x-sandbox-token", "t0k");
    let request = if let Some(body) = body { request.json(&body) } else { request };
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn without_its_token_there_is_no_control_api() {
    let crm = controlled().await;
    let open = |query: &str| http().get(format!("{}/sandbox/state{query}", crm.running.instance_url)).send();
    assert_eq!(open("").await.unwrap().status(), 401);
    assert_eq!(open("?token=wrong").await.unwrap().status(), 401);
    assert_eq!(open("?token=t0k").await.unwrap().status(), 200);
    let crm = Crm::stock().await;
    let answer = http().get(format!("{}/sandbox/state?token=t0k", crm.running.instance_url)).send().await.unwrap();
    assert_eq!(answer.status(), 404, "switched off when no token is configured");
}

#[tokio::test]
async fn another_process_can_judge_and_steer_through_it() {
    let crm = controlled().await;
    let id = crm.case("seen from outside").await;
    let (_, rows) = control(&crm, Method::GET, "records/Case", None).await;
    assert_eq!(rows[0]["Id"], json!(id));
    assert!(rows[0]["@seq"].as_u64().is_some(), "rows carry their place in the order of creation");
    let (status, _) = control(&crm, Method::PUT, "faults", Some(json!({ "error_500": { "next": 1 } }))).await;
    assert_eq!(status, 204);
    assert_eq!(crm.get("Case?$select=Id").await.code(), 500);
    assert_eq!(control(&crm, Method::PUT, "faults", Some(json!({ "typo": 1 }))).await.0, 422);
    let (status, made) =
        control(&crm, Method::POST, "records/Activity", Some(json!({ "Title": "by a person", "CaseId": id }))).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("records/Case/{id}");
    assert_eq!(control(&crm, Method::PATCH, &path, Some(json!({ "StatusId": ids::STATUS_CLOSED }))).await.0, 204);
    let (_, state) = control(&crm, Method::GET, "state", None).await;
    assert_eq!(state["records"]["Activity"], 1);
    assert_eq!(control(&crm, Method::POST, "revoke-tokens", None).await.0, 204);
    assert_eq!(crm.get("Case?$select=Id").await.code(), 401);
    assert_eq!(control(&crm, Method::POST, "reset", None).await.0, 204);
    assert_eq!(crm.sandbox().count("Case"), 0);
}

#[tokio::test]
async fn control_calls_are_not_in_the_ledger_of_requests() {
    let crm = controlled().await;
    crm.case("one").await;
    control(&crm, Method::GET, "state", None).await;
    let (_, summary) = control(&crm, Method::GET, "requests/summary", None).await;
    assert_eq!(summary, json!({ "all": 2, "token": 1, "data": 1, "parts": 0, "ping": 0 }));
    let kinds: Vec<RequestKind> = crm.sandbox().requests().iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [RequestKind::Token, RequestKind::Data]);
}

#[tokio::test]
async fn the_record_ledger_tells_who_wrote_what_with_which_request() {
    let crm = Crm::stock().await;
    let id = crm.case("ledger").await;
    crm.sandbox().update("Case", id, &json!({ "Notes": "edited by a person" })).unwrap();
    let ledger = crm.sandbox().record_ledger();
    let request = crm.sandbox().requests().iter().find(|entry| entry.kind == RequestKind::Data).unwrap().no;
    assert_eq!((ledger[0].op, ledger[0].request), (RecordOp::Insert, Some(request)));
    assert_eq!(ledger[0].by, "Integration user");
    assert_eq!((ledger[1].op, ledger[1].request, ledger[1].by.as_str()), (RecordOp::Update, None, "Supervisor"));
    assert_eq!(ledger[1].changed, ["Notes"]);
}

#[tokio::test]
async fn the_null_sink_answers_and_keeps_nothing() {
    let crm = Crm::start(CreatioConfig { null_sink: true, ..CreatioConfig::default() }).await;
    let id = uuid::Uuid::new_v4();
    let made = crm.post("Case", json!({ "Id": id, "Subject": "s" })).await;
    assert_eq!((made.code(), &made.json()["Id"]), (201, &json!(id)));
    let parts = json!([{ "id": "a", "method": "POST", "url": "Activity", "body": { "Id": id } }]);
    assert_eq!(crm.batch(parts, false).await.json()["responses"][0]["status"], 201);
    assert_eq!(crm.sandbox().count("Case"), 0);
    assert_eq!(crm.sandbox().data_calls(), 2, "calls are counted all the same");
}

#[tokio::test]
async fn a_stopped_sandbox_refuses_connections() {
    let crm = Crm::stock().await;
    let url = crm.url("Case");
    crm.running.stop().await;
    assert!(http().get(url).send().await.unwrap_err().is_connect());
}
