//! Who gets in: keys, the local token, Host and Origin, the public listener.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use casebridge_gateway::{GatewayState, public_router};
use secrecy::SecretString;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::support::{Answer, Gateway, LOCAL, message, nap};

const LIST: &str = "/v1/sessions?source=livechat&external_id=c1";

async fn with_authorization(gateway: &Gateway, value: Option<&str>) -> Answer {
    let request = Request::builder().uri(LIST);
    let request = value.iter().fold(request, |request, value| request.header("authorization", *value));
    gateway.send(request.body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn nobody_gets_in_without_a_valid_key() {
    let gateway = Gateway::start().await;
    gateway.session("c1").await;
    let key = gateway.key.clone();
    let wrong = [
        None,
        Some(String::new()),
        Some("Bearer".into()),
        Some("Bearer ".into()),
        Some(key.clone()),
        Some(format!("Basic {key}")),
        Some(format!("Bearer {key}x")),
        Some(format!("Bearer {}", &key[..key.len() - 1])),
        Some(format!("Bearer {}", key.to_uppercase())),
        Some(format!("Bearer {LOCAL}x")),
    ];
    for value in wrong {
        let answer = with_authorization(&gateway, value.as_deref()).await;
        answer.names(401, "Authorization", &format!("{value:?} must not open anything"));
        let challenge = answer.headers.get("www-authenticate").and_then(|value| value.to_str().ok());
        assert!(challenge.is_some_and(|text| text.starts_with("Bearer")), "it says how to sign in: {challenge:?}");
        assert!(!answer.text.contains(&key), "a key that was sent is not repeated: {}", answer.text);
    }
    for right in [format!("Bearer {key}"), format!("bearer  {key}"), format!("Bearer {LOCAL}")] {
        assert_eq!(with_authorization(&gateway, Some(&right)).await.status, 200, "{right:?} is right");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_read_or_changed() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    for path in ["/v1/sessions".to_owned(), format!("{session}/events"), format!("{session}/handoff")] {
        let request = Request::post(&path).header("content-type", "application/json");
        let answer = gateway.send(request.body(Body::from(message("m1", "x").to_string())).unwrap()).await;
        answer.problem(401, &format!("{path} needs a key before anything of the body counts"));
    }
    assert_eq!(gateway.log(&session).await.len(), 0, "and nothing stands of it");
}

#[tokio::test]
async fn a_revoked_key_stops() {
    let gateway = Gateway::start_with(|state| state.with_key_memory(Duration::from_millis(300))).await;
    gateway.session("c1").await;
    assert_eq!(gateway.get(LIST).await.status, 200, "it works, and is remembered for a moment");
    gateway.engine.revoke_key("tests", "test").await.expect("it is revoked");
    nap(350).await;
    gateway.get(LIST).await.problem(401, "a revoked key works no longer than the memory of it");
}

#[tokio::test]
async fn using_a_key_does_not_prolong_the_memory_of_it() {
    let gateway = Gateway::start_with(|state| state.with_key_memory(Duration::from_millis(500))).await;
    gateway.session("c1").await;
    gateway.engine.revoke_key("tests", "test").await.expect("it is revoked");
    let mut stopped = false;
    for _ in 0..20 {
        nap(50).await;
        stopped = gateway.get(LIST).await.status == 401;
        if stopped {
            break;
        }
    }
    assert!(stopped, "a caller that never rests would keep a revoked key alive for good");
}

#[tokio::test]
async fn a_key_that_was_refused_is_looked_up_again() {
    let gateway = Gateway::start().await;
    gateway.session("c1").await;
    gateway.engine.revoke_key("tests", "test").await.expect("it is revoked");
    let (_, key) = gateway.engine.create_key("tests", "test").await.expect("another");
    let right = format!("Bearer {}", secrecy::ExposeSecret::expose_secret(&key));
    assert_eq!(with_authorization(&gateway, Some(&right)).await.status, 200, "a new key works at once");
}

#[tokio::test]
async fn only_our_own_names_are_answered_to() {
    let gateway = Gateway::start_with(|state| {
        state.with_hosts(["console.example.com".to_owned(), "casebridge-7f.localhost".to_owned()])
    })
    .await;
    gateway.session("c1").await;
    let ask = |host: &'static str| {
        let request = gateway.request(Method::GET, LIST).header("host", host);
        gateway.send(request.body(Body::empty()).unwrap())
    };
    for host in [
        "127.0.0.1",
        "127.0.0.1:4100",
        "localhost:9",
        "LOCALHOST",
        "[::1]:4100",
        "console.example.com",
        "casebridge-7f.localhost:4100",
    ] {
        assert_eq!(ask(host).await.status, 200, "{host} is ours");
    }
    for host in [
        "evil.example",
        "evil.example:4100",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "x@localhost",
        "casebridge-70.localhost",
        "x.casebridge-7f.localhost",
        "casebridge-7f.localhost.",
        "casebridge-7f.localhost.evil.example",
        "",
        "10.0.0.5",
    ] {
        let answer = ask(host).await;
        answer.names(421, "Host", &format!("{host:?} is a name that somebody else can point at this computer"));
    }
    let twice = gateway.request(Method::GET, LIST).header("host", "localhost").header("host", "evil.example");
    gateway.send(twice.body(Body::empty()).unwrap()).await.problem(421, "two names are none");
    let health = Request::get("/healthz").header("host", "evil.example").body(Body::empty()).unwrap();
    gateway.send(health).await.problem(421, "not even the version is told to another site");
}

#[tokio::test]
async fn another_web_site_is_refused_even_with_a_key() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let ask = |origin: &'static str| {
        let request = gateway.request(Method::POST, &format!("{session}/resolve")).header("host", "localhost:4100");
        gateway.send(request.header("origin", origin).body(Body::empty()).unwrap())
    };
    for origin in ["https://evil.example", "null", "http://localhost:4101", "http://localhost", "localhost:4100", ""] {
        let answer = ask(origin).await;
        answer.names(403, "Origin", &format!("{origin:?} is another site"));
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "and gets no leave to read");
    }
    assert_eq!(gateway.log(&session).await.len(), 0, "nothing was changed by them");
    assert_eq!(ask("http://localhost:4100").await.status, 201, "our own pages may");
    let preflight = Request::options(&session).header("origin", "http://127.0.0.1:4100");
    let answer = gateway.send(preflight.body(Body::empty()).unwrap()).await;
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("access-control")), "there is no CORS");
}

#[tokio::test]
async fn the_public_listener_has_nothing_of_the_console() {
    let gateway = Gateway::start().await;
    let router = public_router(GatewayState::new(gateway.engine.clone(), SecretString::from(LOCAL)));
    for (method, path, status) in [
        (Method::GET, "/healthz", 200),
        (Method::GET, "/v1/openapi.json", 404),
        (Method::POST, "/v1/sessions", 404),
        (Method::POST, "/console/call", 404),
        (Method::GET, "/console", 404),
        (Method::GET, "/v1/replies", 404),
        (Method::GET, "/v1/replies/stream", 404),
        (Method::POST, "/v1/replies/rep_00000000000000000000000000000000/taken", 404),
        (Method::POST, "/webhooks", 404),
        (Method::POST, "/webhooks/creatio", 404),
        (Method::POST, "/webhooks/creatio/", 404),
        (Method::POST, "/webhooks/creatio/a/b", 404),
        (Method::POST, "/webhooks/salesforce", 404),
        (Method::POST, "/webhooks/salesforce/a/b", 404),
        (Method::GET, "/webhooks/salesforce/a", 405),
        (Method::GET, "/webhooks/creatio/a", 405),
        (Method::GET, "/", 404),
        (Method::POST, "/healthz", 405),
    ] {
        let request = Request::builder().method(&method).uri(path).header("host", "tunnel.example.com");
        let request = request.header("authorization", format!("Bearer {LOCAL}")).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{method} {path} on the listener that the world can reach");
        let body: Value = serde_json::from_slice(&to_bytes(response.into_body(), 65_536).await.unwrap()).unwrap();
        assert_eq!(body["status"], if status == 200 { "ok".into() } else { Value::from(status) }, "{body}");
    }
}
