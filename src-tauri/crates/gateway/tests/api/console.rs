//! The door of the console and the command line.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use casebridge_gateway::{ConsoleError, ConsoleHandler};
use futures::FutureExt as _;
use serde_json::{Value, json};

use crate::support::{Answer, Gateway, LOCAL};

fn handler() -> ConsoleHandler {
    Arc::new(|call: Value, _| {
        async move {
            match call["command"].as_str() {
                Some("echo") => Ok(json!({ "echo": call["what"] })),
                Some("panic") => panic!("the customer's words: {}", call["what"]),
                Some("odd") => Err(ConsoleError { status: 9, body: json!({"code": "odd"}) }),
                _ => Err(ConsoleError { status: 404, body: json!({"code": "not_found"}) }),
            }
        }
        .boxed()
    })
}

async fn call(gateway: &Gateway, token: &str, body: &Value) -> Answer {
    let request = Request::post("/console/call").header("content-type", "application/json");
    let request = request.header("authorization", format!("Bearer {token}"));
    gateway.send(request.body(Body::from(body.to_string())).expect("a request")).await
}

#[tokio::test]
async fn a_call_goes_to_the_handler_and_its_answer_comes_back() {
    let gateway = Gateway::start_with(|state| state.with_console(handler())).await;
    let answer = call(&gateway, LOCAL, &json!({"command": "echo", "what": [1, "ä"]})).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"echo": [1, "ä"]})));
    let refused = call(&gateway, LOCAL, &json!({"command": "other"})).await;
    assert_eq!((refused.status.as_u16(), refused.json()), (404, json!({"code": "not_found"})), "its errors too");
    let odd = call(&gateway, LOCAL, &json!({"command": "odd"})).await;
    assert_eq!(odd.status, 500, "a status that is none must not break the answer");
}

#[tokio::test]
async fn only_the_local_token_opens_it() {
    let gateway = Gateway::start_with(|state| state.with_console(handler())).await;
    let key = gateway.key.clone();
    for token in [key.as_str(), "x", ""] {
        let answer = call(&gateway, token, &json!({"command": "echo"})).await;
        answer.names(401, "Authorization", "a key of the sessions API must not make keys or read traces");
    }
}

#[tokio::test]
async fn a_panic_is_answered_without_what_it_says() {
    let gateway = Gateway::start_with(|state| state.with_console(handler())).await;
    let answer = call(&gateway, LOCAL, &json!({"command": "panic", "what": "my password is 1234"})).await;
    answer.problem(500, "a mistake of ours is a refusal like any other");
    assert!(!answer.text.contains("1234"), "what a panic says may hold what was sent: {}", answer.text);
    let after = call(&gateway, LOCAL, &json!({"command": "echo"})).await;
    assert_eq!(after.status, 200, "and the next call is served");
}

#[tokio::test]
async fn an_engine_without_a_console_says_so() {
    let gateway = Gateway::start().await;
    call(&gateway, LOCAL, &json!({"command": "echo"})).await.problem(404, "nothing was plugged in");
}
