//! Bad input: each names its member, and nothing changes.

use axum::body::Body;
use axum::http::Method;
use serde_json::{Value, json};

use crate::support::{Gateway, message};

#[tokio::test]
async fn each_bad_event_names_its_member_and_changes_nothing() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let events = format!("{session}/events");
    let with = |member: &str, value: Value| {
        let mut event = message("m1", "x");
        event[member] = value;
        event
    };
    let without = |member: &str| {
        let mut event = message("m1", "x");
        event.as_object_mut().unwrap().shift_remove(member);
        event
    };
    let file = json!({"id": "f", "kind": "attachment_added", "from": "ai", "attachment": {"name": 1}});
    let bad = [
        (without("id"), "id"),
        (with("id", json!("")), "id"),
        (with("id", json!(7)), "id"),
        (with("id", json!(null)), "id"),
        (with("id", json!("x".repeat(257))), "id"),
        (with("id", json!("a\u{0}b")), "id"),
        (without("kind"), "kind"),
        (with("kind", json!("massage")), "kind"),
        (with("at", json!("2026-13-01T00:00:00Z")), "at"),
        (with("at", json!("2026-01-01 without zone")), "at"),
        (with("at", json!(1_700_000_000)), "at"),
        (without("text"), "text"),
        (with("text", json!(["x"])), "text"),
        (with("text", json!("x".repeat(1024 * 1024 + 1))), "text"),
        (with("from", json!("bot")), "from"),
        (with("colour", json!("red")), "colour"),
        (file, "attachment.name"),
    ];
    for (event, member) in bad {
        let mut shown = event.to_string();
        shown.truncate(120);
        gateway.post(&events, &event).await.names(422, member, &shown);
        let batch = json!({"events": [message("ok-1", "fine"), event, message("ok-2", "fine")]});
        let inside = format!("events[1].{member}");
        gateway.post(&events, &batch).await.names(422, &inside, &format!("in a batch: {shown}"));
    }
    assert_eq!(gateway.log(&session).await, Vec::<Value>::new(), "not one event of a refused call may stand");
    assert_eq!(gateway.get(&session).await.json()["last_seq"], 0, "nor may the head have moved");
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_refused() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let events = format!("{session}/events");
    let cases = [
        (json!({"events": {}}), "events"),
        (json!({"events": [message("m1", "x"), 5]}), "events[1]"),
        (json!({"events": [], "id": "m1"}), "id"),
    ];
    for (body, member) in cases {
        gateway.post(&events, &body).await.names(422, member, &body.to_string());
    }
    for body in [json!([message("m1", "x")]), json!("text"), json!(null), json!(5)] {
        let answer = gateway.post(&events, &body).await.problem(422, &body.to_string());
        assert!(answer.get("member").is_none(), "the body itself has no name: {answer}");
    }
    let twice = r#"{"id":"m1","id":"m2","kind":"message","from":"ai","text":"x"}"#;
    gateway.post_text(&events, twice).await.names(422, "id", "taking one of two in silence would lose the other");
    let twice = r#"{"events":[],"events":[{"id":"m1","kind":"reasoning","text":"x"}]}"#;
    gateway.post_text(&events, twice).await.names(422, "events", "the same for a whole list");
    assert_eq!(gateway.log(&session).await.len(), 0, "nothing of it may stand");
}

#[tokio::test]
async fn each_bad_session_names_its_member_and_makes_none() {
    let gateway = Gateway::start().await;
    let good = json!({"source": "s", "external_id": "1", "channel": "web"});
    let with = |member: &str, value: Value| {
        let mut body = good.clone();
        body[member] = value;
        body
    };
    let bad = [
        (json!({"external_id": "1", "channel": "web"}), "source"),
        (with("source", json!(" ")), "source"),
        (with("external_id", json!("x".repeat(257))), "external_id"),
        (with("external_id", json!(1)), "external_id"),
        (with("channel", json!("we\u{7}b")), "channel"),
        (with("id", json!("ses_1")), "id"),
        (with("topic", json!({})), "topic"),
        (with("contact", json!("ada@example.com")), "contact"),
        (with("contact", json!({"mail": "x"})), "contact.mail"),
        (with("contact", json!({"email": 5})), "contact.email"),
        (with("contact", json!({"email": {"verified": true}})), "contact.email.value"),
        (with("contact", json!({"email": {"value": "x", "verified": "yes"}})), "contact.email.verified"),
        (with("contact", json!({"phone": {"value": "x", "checked": true}})), "contact.phone.checked"),
    ];
    for (body, member) in bad {
        gateway.post("/v1/sessions", &body).await.names(422, member, &body.to_string());
    }
    gateway.get("/v1/sessions?source=s&external_id=1").await.problem(404, "no refused call may make the session");
}

#[tokio::test]
async fn a_hint_says_what_would_have_been_right() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let mut event = message("m1", "x");
    event["txt"] = json!("x");
    let refused = gateway.post(&format!("{session}/events"), &event).await.names(422, "txt", "a misspelt member");
    let hint = refused["hint"].as_str().unwrap();
    assert!(hint.contains("`text`") && hint.contains("`at`"), "all known members are listed: {hint}");
    assert!(!refused.to_string().contains("\"x\""), "what stood in the body is not repeated: {refused}");
}

#[tokio::test]
async fn what_is_not_json_is_not_guessed_at() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let events = format!("{session}/events");
    let deep = "[".repeat(100_000);
    let bad_utf8 = [br#"{"id":"m1","kind":"message","from":"ai","text":""#.as_slice(), b"\xff\"}"].concat();
    let bodies: [(&str, Vec<u8>); 7] = [
        ("nothing", Vec::new()),
        ("cut off", br#"{"id":"m1","#.to_vec()),
        ("two values", br#"{"events":[]} {}"#.to_vec()),
        ("not UTF-8", bad_utf8),
        ("half a surrogate pair", br#"{"id":"m1","kind":"reasoning","text":"\ud800"}"#.to_vec()),
        ("a raw control character", b"{\"id\":\"m\n1\"}".to_vec()),
        ("nested without end", deep.into_bytes()),
    ];
    for (name, body) in bodies {
        gateway.post_text(&events, body).await.problem(400, name);
    }
    for (declared, why) in [
        (None, "not declared"),
        (Some("text/plain"), "what a form of another site can send"),
        (Some("application/x-www-form-urlencoded"), "what curl sends by default"),
        (Some("application/json; charset=utf-16"), "another encoding"),
        (Some("application/jsonp"), "looks like it, is not"),
    ] {
        let request = gateway.request(Method::POST, &events);
        let request = declared.iter().fold(request, |request, declared| request.header("content-type", *declared));
        let request = request.body(Body::from(message("m1", "x").to_string())).unwrap();
        gateway.send(request).await.names(415, "Content-Type", why);
    }
    let packed = gateway.request(Method::POST, &events).header("content-type", "application/json");
    let packed = packed.header("content-encoding", "gzip").body(Body::from("x")).unwrap();
    gateway.send(packed).await.names(415, "Content-Encoding", "a packed body is said to be the trouble");
    assert_eq!(gateway.log(&session).await.len(), 0, "nothing of it may stand");

    for declared in ["application/json;charset=UTF-8", "APPLICATION/JSON", "application/vnd.chat+json"] {
        let request = gateway.request(Method::POST, &events).header("content-type", declared);
        let request = request.body(Body::from(message("m1", "x").to_string())).unwrap();
        assert!(gateway.send(request).await.status.is_success(), "{declared} is JSON");
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_declared_or_not() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let events = format!("{session}/events");
    let large = vec![b' '; 8 * 1024 * 1024 + 1];
    gateway.post_text(&events, large.clone()).await.problem(413, "one byte too many");
    let declared = gateway.request(Method::POST, &events).header("content-type", "application/json");
    let declared = declared.header("content-length", large.len()).body(Body::empty()).unwrap();
    gateway.send(declared).await.problem(413, "declared too large is refused before it is read");
    let mut text = message("m1", "x").to_string().into_bytes();
    text.resize(8 * 1024 * 1024, b' ');
    assert_eq!(gateway.post_text(&events, text).await.status, 201, "the limit itself is allowed");
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_told_apart() {
    let gateway = Gateway::start().await;
    for path in ["/", "/v1", "/v1/session", "/v1/sessions/", "/console", "/webhooks/creatio/x"] {
        gateway.get(path).await.problem(404, path);
    }
    let request = gateway.request(Method::DELETE, "/v1/sessions").body(Body::empty()).unwrap();
    let refused = gateway.send(request).await;
    refused.problem(405, "the path exists");
    let allowed = refused.headers.get("allow").expect("the allowed methods are listed").to_str().unwrap();
    assert!(allowed.contains("POST") && allowed.contains("GET"), "both are: {allowed}");
}

#[tokio::test]
async fn store_trouble_is_never_a_success() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    gateway.store.close().await;
    let body = json!({"source": "s", "external_id": "2", "channel": "web"});
    let answers = [
        gateway.post(&format!("{session}/events"), &message("m1", "x")).await,
        gateway.post(&format!("{session}/handoff"), &json!({})).await,
        gateway.post("/v1/sessions", &body).await,
        gateway.get(&session).await,
    ];
    for answer in answers {
        let body = answer.problem(503, "what is not on disk is not acknowledged");
        assert!(answer.headers.contains_key("retry-after"), "it says when to try again: {body}");
        assert!(!answer.text.contains("pool"), "the cause stays in the log: {body}");
    }
}
