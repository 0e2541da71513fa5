//! A browser comes back from a sign-in to this computer, and so does everything else that finds the port.
#![allow(clippy::unwrap_used, reason = "tests stop at the first thing that is not as expected")]

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::Duration;

use casebridge_gateway::redirect::{listen, receive};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use url::Url;

const PATH: &str = "/oauth/salesforce/callback";
const STATE: &str = "the-state-of-this-sign-in";

async fn listening() -> (SocketAddr, JoinHandle<std::io::Result<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (address, tokio::spawn(receive(listener, PATH, STATE)))
}

/// Sends bytes as they are, and reads what comes until the end.
async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A listener that cuts the caller off has answered as well.
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8_lossy(&answer).into_owned()
}

fn request(method: &str, target: &str, headers: &[&str]) -> String {
    let mut lines = vec![format!("{method} {target} HTTP/1.1"), "Connection: close".into()];
    if !headers.iter().any(|header| header.to_ascii_lowercase().starts_with("host:")) {
        lines.push("Host: localhost:1717".into());
    }
    lines.extend(headers.iter().map(|header| (*header).to_owned()));
    format!("{}\r\n\r\n", lines.join("\r\n"))
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
}

#[tokio::test]
async fn hostile_callbacks_are_refused_with_a_page_and_the_right_one_still_arrives() {
    let (address, waiting) = listening().await;
    let good = format!("{PATH}?code=C&state={STATE}");
    let with = |query: &str| format!("{PATH}?{query}");
    let long = "a".repeat(9_000);
    let get = |target: &str| request("GET", target, &[]);
    let hostile: Vec<(&str, String, u16)> = vec![
        ("no query", get(PATH), 400),
        ("no state", get(&with("code=C")), 400),
        ("an empty state", get(&with("code=C&state=")), 400),
        ("a wrong state", get(&with("code=C&state=wrong")), 400),
        ("the state of another flow", get(&with("code=C&state=the-state-of-another-sign-in")), 400),
        ("the beginning of the state", get(&with("code=C&state=the-state")), 400),
        ("the state with more behind it", get(&with(&format!("code=C&state={STATE}x"))), 400),
        ("the state in other letters", get(&with(&format!("code=C&state={}", STATE.to_uppercase()))), 400),
        ("no code", get(&with(&format!("state={STATE}"))), 400),
        ("an empty code", get(&with(&format!("code=&state={STATE}"))), 400),
        ("two states, the right one last", get(&with(&format!("code=C&state=x&state={STATE}"))), 400),
        ("two states, the right one first", get(&with(&format!("code=C&state={STATE}&state=x"))), 400),
        ("two codes", get(&with(&format!("code=C&code=D&state={STATE}"))), 400),
        ("two errors", get(&with(&format!("error=a&error=b&state={STATE}"))), 400),
        ("two issuers", get(&with(&format!("code=C&iss=a&iss=b&state={STATE}"))), 400),
        ("an error without state", get(&with("error=access_denied")), 400),
        ("an error of another flow", get(&with("error=access_denied&state=wrong")), 400),
        ("a cut escape", get(&with(&format!("code=%4&state={STATE}"))), 400),
        ("an escape of no number", get(&with(&format!("code=%zz&state={STATE}"))), 400),
        ("an escape at the end", get(&with(&format!("state={STATE}&code=C%"))), 400),
        ("no UTF-8", get(&with(&format!("code=%ff%fe&state={STATE}"))), 400),
        ("too long", get(&with(&format!("code={long}&state={STATE}"))), 414),
        ("far too long", get(&with(&format!("code={}&state={STATE}", long.repeat(8)))), 431),
        ("a foreign host", request("GET", &good, &["Host: evil.example"]), 403),
        ("a host that only looks like this one", request("GET", &good, &["Host: localhost.evil.example:1717"]), 403),
        ("two hosts", request("GET", &good, &["Host: localhost:1717", "Host: evil.example"]), 403),
        ("an address of this network", request("GET", &good, &["Host: 192.168.1.7:1717"]), 403),
        ("POST", request("POST", &good, &["Content-Length: 0"]), 405),
        ("PUT", request("PUT", &good, &["Content-Length: 0"]), 405),
        ("HEAD, as previews of links do", request("HEAD", &good, &[]), 405),
        (
            "a pre-flight",
            request(
                "OPTIONS",
                &good,
                &["Origin: https://evil.example", "Access-Control-Request-Private-Network: true"],
            ),
            405,
        ),
        ("a page loaded ahead", request("GET", &good, &["Sec-Purpose: prefetch;prerender"]), 503),
        ("favicon", get("/favicon.ico"), 404),
        ("the root", get("/"), 404),
        ("a path below", get(&format!("{PATH}/x?code=C&state={STATE}")), 404),
        ("a path with a slash behind it", get(&format!("{PATH}/?code=C&state={STATE}")), 404),
        ("a path in other letters", get(&format!("/OAuth/salesforce/callback?code=C&state={STATE}")), 404),
        ("a way round", get(&format!("/x/..{PATH}?code=C&state={STATE}")), 404),
        ("the other CRM's path", get(&format!("/oauth/creatio/callback?code=C&state={STATE}")), 404),
        ("no HTTP", "hello\r\n\r\n".into(), 400),
    ];
    assert!(hostile.len() >= 30, "{} ways", hostile.len());
    // Somebody who begins and never goes on, all the while.
    let mut slow = TcpStream::connect(address).await.unwrap();
    slow.write_all(format!("GET {good} HTTP/1.1\r\nHost: loc").as_bytes()).await.unwrap();
    for (what, request, expected) in hostile {
        let answer = raw(address, &request).await;
        assert_eq!(status(&answer), expected, "{what}: {answer}");
        assert!(!answer.to_lowercase().contains("access-control-allow"), "{what}: no leave for other sites: {answer}");
        if !matches!(what, "no HTTP" | "far too long") && !what.starts_with("HEAD") {
            assert!(answer.contains("<h1>"), "{what}: a page says what is wrong: {answer}");
            assert!(answer.contains("default-src 'none'") && answer.contains("no-store"), "{what}: {answer}");
        }
        assert!(!waiting.is_finished(), "{what}: the listener goes on to wait");
    }
    let answer = raw(address, &request("GET", &good, &[])).await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.contains("You can close this page") && !answer.contains(STATE), "no word of the answer: {answer}");
    let brought =
        tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("it does not wait for the slow one");
    assert_eq!(brought.unwrap().unwrap(), good, "what the right browser brought, as it was");
    assert!(TcpStream::connect(address).await.is_err() || raw_is_refused(address).await, "the listener is closed");
}

/// A closed listener may still take a connection that was under way, but answers nothing.
async fn raw_is_refused(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address).await else { return true };
    let mut answer = String::new();
    stream.write_all(request("GET", PATH, &[]).as_bytes()).await.is_err()
        || stream.read_to_string(&mut answer).await.is_err()
        || answer.is_empty()
}

#[tokio::test]
async fn a_sign_in_that_was_denied_ends_the_waiting_with_a_clear_page() {
    let (address, waiting) = listening().await;
    let denied = format!("{PATH}?error=access_denied&error_description=%3Cscript%3E&state={STATE}");
    let answer = raw(address, &request("GET", &denied, &[])).await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.contains("The sign-in was not granted") && !answer.contains("script"), "our words only: {answer}");
    assert_eq!(waiting.await.unwrap().unwrap(), denied, "whoever waits is told what was said");
}

#[tokio::test]
async fn sign_ins_that_begin_at_once_each_have_a_port_from_the_start_and_give_it_back() {
    // Below the ports that systems give out by themselves, so that no other test is given one meanwhile.
    let first = 19_000 + u16::try_from(std::process::id() % 250).unwrap() * 4;
    let registered: Vec<Url> =
        (first..first + 4).map(|port| format!("http://localhost:{port}{PATH}").parse().unwrap()).collect();
    let mut beginning = JoinSet::new();
    for _ in &registered {
        beginning.spawn(listen()(registered.clone()));
    }
    let mut listening = Vec::new();
    while let Some(began) = beginning.join_next().await {
        listening.push(began.unwrap().expect("there is a port for each"));
    }
    let ports: HashSet<&Url> = listening.iter().map(|one| &one.address).collect();
    assert_eq!(ports.len(), registered.len(), "no two were promised the same: {ports:?}");
    let refused = listen()(registered.clone()).await.expect_err("nothing is left");
    assert!(refused.message.contains("cannot be listened on") && refused.hint.contains("paste"), "{refused:?}");
    // Given up before anybody came back.
    let given_up = listening.swap_remove(0).address;
    let next = listen()(registered).await.expect("the port is free again");
    assert_eq!(next.address, given_up);
}
