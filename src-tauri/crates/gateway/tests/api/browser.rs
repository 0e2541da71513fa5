//! A browser at the console: links, cookies, tokens, events, files.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, header};
use casebridge_engine::visitors::{Person, Role};
use casebridge_engine::{Clock as _, VirtualClock};
use casebridge_gateway::{ConsoleFacts, ConsoleHandler, Ui};
use futures::{FutureExt as _, StreamExt as _};
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::support::{Answer, Gateway, LOCAL, message};

fn handler() -> ConsoleHandler {
    Arc::new(|_: Value, person: Person| async move { Ok(json!({ "name": person.name, "role": person.role })) }.boxed())
}

async fn gateway() -> Gateway {
    let facts = ConsoleFacts { version: "1.2.3".into(), data_folder: "/data".into(), sandbox_pages: None };
    Gateway::start_with(|state| state.with_console(handler()).with_facts(facts)).await
}

async fn get(gateway: &Gateway, path: &str, cookie: &str) -> Answer {
    let request = Request::get(path).header(header::COOKIE, cookie).body(Body::empty()).expect("a request");
    gateway.send(request).await
}

async fn link(gateway: &Gateway, role: Role) -> String {
    let link = gateway.engine.make_link("Mary", role, "test").await.expect("a link");
    format!("/console/enter?link={}", link.expose_secret())
}

/// A browser that came in: its cookie and its token.
async fn come_in(gateway: &Gateway, role: Role) -> (String, String) {
    let entered = get(gateway, &link(gateway, role).await, "").await;
    assert_eq!(entered.status, 303, "a link leads to the console: {}", entered.text);
    let set = entered.headers["set-cookie"].to_str().expect("text").to_owned();
    for part in ["casebridge_console=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(set.contains(part), "`{part}` keeps the cookie from others: {set}");
    }
    let cookie = set.split(';').next().expect("a pair").to_owned();
    let me = get(gateway, "/console/me", &cookie).await;
    (cookie, me.json()["token"].as_str().expect("a token").to_owned())
}

async fn call(gateway: &Gateway, cookie: &str, token: Option<&str>) -> Answer {
    let mut request = Request::post("/console/call").header("content-type", "application/json");
    request = request.header(header::COOKIE, cookie);
    if let Some(token) = token {
        request = request.header("X-Casebridge-Token", token);
    }
    gateway.send(request.body(Body::from(r#"{"command":"x"}"#)).expect("a request")).await
}

#[tokio::test]
async fn r31_a_link_lets_one_browser_in_as_who_it_was_made_for() {
    let gateway = gateway().await;
    let (cookie, token) = come_in(&gateway, Role::Agent).await;
    let me = get(&gateway, "/console/me", &cookie).await.json();
    assert_eq!((&me["name"], &me["role"], &me["version"]), (&json!("Mary"), &json!("agent"), &json!("1.2.3")));
    assert_eq!(me["public_url"], Value::Null);
    let answer = call(&gateway, &cookie, Some(&token)).await;
    assert_eq!(answer.json(), json!({ "name": "Mary", "role": "agent" }), "what they do is done as them");
    let none = get(&gateway, "/console/me", "").await;
    none.problem(401, "without a cookie nobody is anybody");
}

#[tokio::test]
async fn r31_a_link_is_used_once_and_not_by_those_who_look_ahead() {
    let gateway = gateway().await;
    let path = link(&gateway, Role::Admin).await;
    let ahead = Request::get(&path).header("sec-purpose", "prefetch").body(Body::empty()).expect("a request");
    assert_eq!(gateway.send(ahead).await.status, 204, "a browser that guesses where people go uses nothing up");
    let head = Request::head(&path).body(Body::empty()).expect("a request");
    assert_eq!(gateway.send(head).await.status, 204, "nor does a program that looks for a preview");
    assert_eq!(get(&gateway, &path, "").await.status, 303);
    let again = get(&gateway, &path, "").await;
    assert_eq!(again.status, 401, "a link that somebody reads over a shoulder opens nothing");
    assert!(again.text.contains("casebridged console link") && again.headers.get("set-cookie").is_none());
    assert_eq!(get(&gateway, "/console/enter", "").await.status, 401);
}

#[tokio::test]
async fn r31_each_change_carries_the_token_of_its_own_browser() {
    let gateway = gateway().await;
    let (cookie, token) = come_in(&gateway, Role::Admin).await;
    let (other_cookie, other_token) = come_in(&gateway, Role::Viewer).await;
    assert_ne!(token, other_token);
    for wrong in [None, Some(""), Some(other_token.as_str()), Some(LOCAL)] {
        let answer = call(&gateway, &cookie, wrong).await;
        answer.names(403, "X-Casebridge-Token", "a page that makes the browser post does not know the token");
    }
    assert_eq!(call(&gateway, &other_cookie, Some(&other_token)).await.status, 200);
    let twice = format!("{cookie}; {other_cookie}");
    call(&gateway, &twice, Some(&token)).await.problem(401, "two cookies: one was set by somebody else");
    let foreign = Request::post("/console/call")
        .header(header::COOKIE, &cookie)
        .header("X-Casebridge-Token", &token)
        .header("content-type", "application/json")
        .header(header::ORIGIN, "http://evil.example")
        .body(Body::from("{}"));
    gateway.send(foreign.expect("a request")).await.problem(403, "another site has no business here");
}

#[tokio::test]
async fn r31_an_idle_browser_and_one_that_was_shut_out_are_strangers() {
    let clock = Arc::new(VirtualClock::new(Timestamp::UNIX_EPOCH + Duration::from_secs(1_000_000)));
    let later = |hours: u64| clock.advance_to(clock.now() + Duration::from_secs(hours * 60 * 60));
    let gateway = Gateway::open(clock.clone(), false, |state| state.with_console(handler())).await;
    let late = link(&gateway, Role::Admin).await;
    let (cookie, _) = come_in(&gateway, Role::Admin).await;
    later(11);
    assert_eq!(get(&gateway, &late, "").await.status, 401, "a link that lies around is too old");
    assert_eq!(get(&gateway, "/console/me", &cookie).await.status, 200, "eleven hours are not twelve");
    later(11);
    assert_eq!(get(&gateway, "/console/me", &cookie).await.status, 200, "who calls is not idle");
    later(13);
    get(&gateway, "/console/me", &cookie).await.problem(401, "who does not call for half a day is");
    let (cookie, _) = come_in(&gateway, Role::Admin).await;
    let visitors = gateway.engine.visitors().await.expect("a list");
    assert_eq!(visitors.len(), 1, "the idle one is not listed any more");
    gateway.engine.dismiss(&visitors[0].id, "test").await.expect("it is shut out");
    get(&gateway, "/console/me", &cookie).await.problem(401, "an admin's word counts at once");
}

#[tokio::test]
async fn what_changes_is_told_together_and_soon() {
    let gateway = gateway().await;
    let (cookie, _) = come_in(&gateway, Role::Viewer).await;
    let session = gateway.session("a").await;
    let request = Request::get("/console/events").header("host", "127.0.0.1").header(header::COOKIE, &cookie);
    let response =
        gateway.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("it is served");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.into_body().into_data_stream();
    let mut next = async || {
        let bytes = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.expect("soon").expect("more");
        String::from_utf8(bytes.expect("bytes").to_vec()).expect("text")
    };
    let first = next().await;
    assert!(first.contains("event: changed") && first.contains("connections"), "who comes looks at all: {first}");
    for n in 0..20 {
        gateway.post(&format!("{session}/events"), &message(&format!("m{n}"), "hi")).await;
    }
    let (mut told, mut events) = (String::new(), 0);
    let id = session.rsplit('/').next().expect("an id");
    while !told.contains(&format!("session:{id}")) || events == 0 {
        told.push_str(&next().await);
        events += 1;
    }
    assert!(told.contains("\"sessions\"") && told.contains("\"lanes\""), "the list and the lanes too: {told}");
    assert!(!told.contains("hi"), "tags only: what was said is asked for by who may read it");
    assert!(events < 10, "twenty messages are not twenty events");
}

async fn page(gateway: &Gateway, method: Method, path: &str, accept: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).header(header::ACCEPT, accept);
    gateway.send(request.body(Body::empty()).expect("a request")).await
}

#[tokio::test]
async fn the_consoles_files_come_with_what_keeps_them_safe() {
    let folder = tempfile::tempdir().expect("a folder");
    let inside = folder.path().join("dist");
    std::fs::create_dir_all(inside.join("assets")).expect("a folder");
    for (name, text) in [("index.html", "<title>App</title>"), ("assets/app-Bx3k9_Qz.js", "1"), ("icon.svg", "<svg/>")]
    {
        std::fs::write(inside.join(name), text).expect("a file");
    }
    std::fs::write(folder.path().join("secret.txt"), "canary").expect("a file");
    let gateway = Gateway::start_with(|state| state.with_ui(Ui::Folder(inside))).await;
    for path in ["/", "/sessions/ses_1", "/index.html"] {
        let answer = page(&gateway, Method::GET, path, "text/html,*/*").await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, "<title>App</title>"), "{path} is the app");
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}: a new build is seen at once");
        let policy = answer.headers["content-security-policy"].to_str().expect("text");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    }
    let script = page(&gateway, Method::GET, "/assets/app-Bx3k9_Qz.js", "*/*").await;
    assert_eq!(script.headers["content-type"], "text/javascript; charset=utf-8");
    assert!(script.headers["cache-control"].to_str().expect("text").contains("immutable"));
    assert_eq!(page(&gateway, Method::GET, "/icon.svg", "*/*").await.headers["cache-control"], "no-cache");
    for path in ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"] {
        let answer = page(&gateway, Method::GET, path, "*/*").await;
        assert!(!answer.text.contains("canary"), "{path} leads out of the folder");
    }
    for (method, path) in [(Method::GET, "/assets/gone.js"), (Method::GET, "/v1/nothing"), (Method::POST, "/sessions")]
    {
        page(&gateway, method, path, "text/html").await.problem(404, "what is not there is no page of the app");
    }
    page(&gateway, Method::GET, "/nothing", "application/json").await.problem(404, "a program gets no page");
}

#[tokio::test]
async fn a_program_without_the_pages_says_so() {
    let empty = tempfile::tempdir().expect("a folder");
    let gateway = Gateway::start_with(|state| state.with_ui(Ui::Folder(empty.path().to_owned()))).await;
    let answer = page(&gateway, Method::GET, "/", "text/html").await;
    assert_eq!(answer.status, 503);
    assert!(answer.text.contains("without the console's pages"), "plainly: {}", answer.text);
}
