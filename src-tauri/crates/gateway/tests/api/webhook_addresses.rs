//! The webhook's address: whose token opens the door, for how long a former one does, and whether calls find it.

use std::time::Duration;

use casebridge_engine::Clock as _;
use casebridge_store::Inbound as _;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::webhook_door::{CASE, Door, known, refused, token};

#[tokio::test]
async fn a_wrong_token_opens_nothing_and_is_counted() {
    let door = Door::open().await;
    let right = token(&door.path).to_owned();
    let wrong = [
        "x".to_owned(),
        right[..right.len() - 1].to_owned(),
        format!("{right}x"),
        format!("{right}%00"),
        right.to_ascii_uppercase(),
        "%ff%fe".to_owned(),
        "a".repeat(20_000),
        "..%2f".to_owned(),
    ];
    for (place, token) in wrong.iter().enumerate() {
        let shown: String = token.chars().take(60).collect();
        let answer = door.call(&format!("/webhooks/creatio/{token}"), known()).await;
        refused(&answer, 401, "Invalid token", &shown);
        assert!(!answer.text.contains("aaaaaaaa"), "it is not repeated: {}", answer.text);
        let count = i64::try_from(place + 1).expect("a small number");
        let counted = door.refusals().await;
        assert_eq!(counted, [("wrong_token".to_owned(), None, count)], "{shown} is counted");
    }
    door.is_untouched("a wrong token").await;
}

#[tokio::test]
async fn a_flood_of_wrong_tokens_is_slowed_down_and_a_right_one_passes_at_once() {
    let door = Door::open().await;
    let mut sent = 0;
    let slowed = loop {
        let answer = door.call("/webhooks/creatio/guess", "{}").await;
        sent += 1;
        if answer.status == 429 {
            break answer;
        }
        refused(&answer, 401, "Invalid token", "it is told so at first");
        assert!(sent < 100_000, "guessing must be slowed down some time");
    };
    refused(&slowed, 429, "Too Many Requests", "then it is told to wait");
    assert!(slowed.headers.contains_key("retry-after"), "and for how long");
    assert_eq!(door.take(known()).await.status, 200, "the CRM does not pay for what others send");
    assert_eq!(door.refusals().await, [("wrong_token".to_owned(), None, sent)], "each of them is counted");
}

#[tokio::test]
async fn both_addresses_work_during_the_grace_and_only_the_new_one_afterwards() {
    let mut door = Door::open().await;
    let hour = Duration::from_secs(3600);
    let old = door.regenerate(hour).await;
    assert_ne!(old, door.path, "a new address is another one");
    for path in [&old, &door.path] {
        assert_eq!(door.call(path, known()).await.status, 200, "both are good for now");
    }
    let receipts = door.gateway.store.receipts(door.session).await.expect("the store");
    let mut by_old: Vec<bool> = receipts.iter().map(|receipt| receipt.old_token).collect();
    by_old.sort_unstable();
    assert_eq!(by_old, [false, true], "the receipt tells which one was used");
    assert!(door.refusals().await.is_empty(), "and nothing is counted as refused");

    door.clock.advance_to(door.clock.now() + hour);
    for _ in 0..3 {
        refused(&door.call(&old, known()).await, 401, "Invalid token", "its time is over to the second");
    }
    assert_eq!(door.call(&door.path, known()).await.status, 200, "the new one goes on");
    let counted = [("old_token".to_owned(), Some(door.connection), 3)];
    assert_eq!(door.refusals().await, counted, "an admin sees whose address is out of date");
    assert_eq!(door.refusals().await, counted, "and looking does not count again");

    let second = door.regenerate(Duration::ZERO).await;
    refused(&door.call(&second, known()).await, 401, "Invalid token", "no grace is none");
    let shown = door.gateway.engine.webhook_address("creatio", "test").await.expect("an address");
    assert_eq!(shown.path.expose_secret(), door.path, "the address that is shown is the one that works");
}

#[tokio::test]
async fn the_address_of_a_removed_connection_opens_nothing() {
    let door = Door::open().await;
    door.gateway.engine.remove_connection("creatio", "test").await.expect("it is removed");
    refused(&door.take(known()).await, 401, "Invalid token", "nobody reads what comes for it");
    door.is_untouched("a removed connection").await;
}

#[tokio::test]
async fn the_public_address_is_known_to_lead_here_because_the_call_arrives() {
    use casebridge_engine::public_address::SelfTest;
    let door = Door::open().await;
    let engine = &door.gateway.engine;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let ours = format!("http://{}", listener.local_addr().expect("its address"));
    let stop = tokio_util::sync::CancellationToken::new();
    let limits = casebridge_gateway::PublicLimits::default();
    let served = tokio::spawn(casebridge_gateway::serve_public(listener, door.router.clone(), stop.clone(), limits));

    engine.started_with(None, Some(&ours)).await.expect("the store");
    assert_eq!(engine.test_public_address().await.expect("a test"), SelfTest::Us);
    door.is_untouched("a self-test").await;
    assert_eq!(door.refusals().await, [], "a probe is nobody's wrong call");

    // The same kind of door, of another engine: its answer looks the same, and the call is not here.
    let other = Door::open().await;
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let theirs = format!("http://{}", elsewhere.local_addr().expect("its address"));
    let limits = casebridge_gateway::PublicLimits::default();
    let there = tokio::spawn(casebridge_gateway::serve_public(elsewhere, other.router.clone(), stop.clone(), limits));
    engine.set_public_address(&theirs, "test").await.expect("it is usable");
    assert_eq!(engine.test_public_address().await.expect("a test"), SelfTest::Other(401));

    stop.cancel();
    let (_, _) = (served.await, there.await);
    let found = engine.test_public_address().await.expect("a test");
    assert!(
        matches!(&found, SelfTest::Nobody(words) if !words.contains("/webhooks/")),
        "no secret in words: {found:?}"
    );
}

#[tokio::test]
async fn a_former_address_can_be_let_live_longer_or_ended_at_once() {
    let mut door = Door::open().await;
    let engine = door.gateway.engine.clone();
    let hour = Duration::from_secs(3_600);
    assert!(engine.set_webhook_grace("creatio", hour, "test").await.is_err(), "there is no former address yet");
    let old = door.regenerate(hour).await;
    let body = json!({ "event_type": "new_activity", "caseId": CASE }).to_string();
    assert_eq!(door.call(&old, body.clone()).await.status, 200, "in its grace");
    let shown = engine.webhook_glimpse("creatio").await.expect("a webhook");
    assert!(shown.calls.iter().all(|call| call.old_token), "who still calls the old one is seen: {shown:?}");
    engine.set_webhook_grace("creatio", Duration::ZERO, "test").await.expect("there is one");
    assert_eq!(door.call(&old, body.clone()).await.status, 401, "ended at once");
    assert_eq!(door.take(body).await.status, 200, "the new one is not touched");
    let shown = engine.webhook_glimpse("creatio").await.expect("a webhook");
    assert_eq!(shown.calls.iter().map(|call| call.old_token).collect::<Vec<_>>(), [false, true], "the newest of each");
    assert_eq!(shown.grace_until, None);
}
