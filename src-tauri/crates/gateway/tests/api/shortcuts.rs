//! Handing off, resolving, reopening.

use axum::body::Body;
use axum::http::Method;
use serde_json::json;

use crate::support::Gateway;

#[tokio::test]
async fn a_session_is_handed_off_resolved_and_reopened() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let handoff = json!({"id": "h1", "reason": "asked", "summary": "s", "language": "en", "sentiment": "negative",
        "at": "2026-03-02T09:15:00Z"});
    let answer = gateway.post(&format!("{session}/handoff"), &handoff).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["results"][0]["seq"]), (201, &json!(1)), "{}", answer.text);
    let view = gateway.get(&session).await.json();
    assert_eq!((&view["handed_off"], &view["handed_off_seq"]), (&json!(true), &json!(1)), "the head follows: {view}");

    assert_eq!(gateway.post(&format!("{session}/resolve"), &json!({"id": "e1", "by": "ai"})).await.status, 201);
    assert_eq!(gateway.get(&session).await.json()["status"], "resolved", "resolving shows at once");
    assert_eq!(gateway.post(&format!("{session}/reopen"), &json!({"id": "e2"})).await.status, 201);
    assert_eq!(gateway.get(&session).await.json()["status"], "open", "and so does reopening");

    let log = gateway.log(&session).await;
    assert_eq!(log[0]["summary"], "s", "the handoff keeps its content: {}", log[0]);
    assert_eq!(log[0]["occurred_at"], "2026-03-02T09:15:00Z", "and its time");
    let as_event = json!({"id": "e1", "kind": "resolved", "by": "ai"});
    let again = gateway.post(&format!("{session}/events"), &as_event).await;
    assert_eq!(again.status, 200, "it is the same event as one appended by hand: {}", again.text);
}

#[tokio::test]
async fn an_id_comes_from_the_body_or_the_header_or_is_made() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let path = format!("{session}/resolve");
    let with_key = |key: &'static str| {
        let request = gateway.request(Method::POST, &path).header("idempotency-key", key);
        request.body(Body::empty()).unwrap()
    };
    let first = gateway.send(with_key("try-1")).await;
    assert_eq!(first.status, 201, "no body at all is fine: {}", first.text);
    assert_eq!(first.json()["results"][0]["id"], "try-1", "the header is the event's id");
    assert_eq!(
        gateway.send(with_key("\"try-1\"")).await.status,
        200,
        "quoted as in the standard's draft, it is the same"
    );
    gateway.send(with_key(" ")).await.names(422, "Idempotency-Key", "an empty key names nothing");

    let request = gateway.request(Method::POST, &path).header("idempotency-key", "try-2");
    let request = request.header("content-type", "application/json").body(Body::from(r#"{"id":"mine"}"#)).unwrap();
    assert_eq!(gateway.send(request).await.json()["results"][0]["id"], "mine", "the body goes before the header");

    let made = gateway.post(&path, &json!({})).await.json();
    let other = gateway.post(&path, &json!({})).await.json();
    assert_ne!(made["results"][0]["id"], other["results"][0]["id"], "without an id each call is another event");
    assert_eq!(gateway.log(&session).await.len(), 4, "one for each id");
}

#[tokio::test]
async fn bad_members_are_named_and_change_nothing() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let cases = [
        ("handoff", json!({"id": ""}), "id"),
        ("handoff", json!({"reason": 5}), "reason"),
        ("handoff", json!({"by": "x"}), "by"),
        ("handoff", json!({"at": "yesterday"}), "at"),
        ("resolve", json!({"id": "a\nb"}), "id"),
        ("resolve", json!({"reason": "x"}), "reason"),
        ("reopen", json!({"by": ["x"]}), "by"),
    ];
    for (what, body, member) in cases {
        let answer = gateway.post(&format!("{session}/{what}"), &body).await;
        answer.names(422, member, &format!("{what} {body}"));
    }
    let view = gateway.get(&session).await.json();
    assert_eq!((&view["last_seq"], &view["handed_off"], &view["status"]), (&json!(0), &json!(false), &json!("open")));
}
