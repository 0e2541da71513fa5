//! Appending and reading events.

use serde_json::{Value, json};

use crate::support::{Gateway, message};

#[tokio::test]
async fn an_event_is_appended_once_however_often_it_is_sent() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let events = format!("{session}/events");
    let first = gateway.post(&events, &message("m1", "hello")).await;
    assert_eq!(first.status, 201, "a new event: {}", first.text);
    assert_eq!(first.json(), json!({"results": [{"id": "m1", "seq": 1, "duplicate": false}]}));
    let again = gateway.post(&events, &message("m1", "hello")).await;
    assert_eq!(again.status, 200, "a repetition is no error");
    assert_eq!(again.json(), json!({"results": [{"id": "m1", "seq": 1, "duplicate": true}]}));
    assert_eq!(gateway.log(&session).await.len(), 1, "and adds nothing");
}

#[tokio::test]
async fn a_batch_is_appended_in_order_and_tells_new_from_known() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let events = format!("{session}/events");
    gateway.post(&events, &message("m1", "one")).await;
    let batch = json!({"events": [message("m1", "one"), message("m2", "two"), message("m2", "two"),
        {"id": "r1", "kind": "reasoning", "text": "why"}]});
    let answer = gateway.post(&events, &batch).await;
    assert_eq!(answer.status, 201, "some of it is new: {}", answer.text);
    let results = json!([{"id": "m1", "seq": 1, "duplicate": true}, {"id": "m2", "seq": 2, "duplicate": false},
        {"id": "m2", "seq": 2, "duplicate": true}, {"id": "r1", "seq": 3, "duplicate": false}]);
    assert_eq!(answer.json()["results"], results, "one result for each, in the order sent");
    let again = gateway.post(&events, &batch).await;
    assert_eq!(again.status, 200, "nothing of it is new now");
    let log = gateway.log(&session).await;
    let kinds: Vec<&Value> = log.iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["message", "message", "reasoning"], "the log holds each once, in order");
}

#[tokio::test]
async fn another_body_under_a_known_id_changes_nothing_at_all() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let events = format!("{session}/events");
    gateway.post(&events, &json!({"events": [message("m1", "one"), message("m2", "two")]})).await;
    let single = gateway.post(&events, &message("m2", "other")).await;
    let body = single.names(409, "id", "the id stands for something else");
    assert_eq!((&body["event_id"], &body["seq"]), (&json!("m2"), &json!(2)), "it says which, and where: {body}");
    let batch = json!({"events": [message("m3", "three"), message("m1", "changed"), message("m4", "four")]});
    let refused = gateway.post(&events, &batch).await.names(409, "events[1].id", "the one that is in the way");
    assert_eq!((&refused["event_id"], &refused["seq"]), (&json!("m1"), &json!(1)));
    let later = json!({"id": "m1", "kind": "message", "from": "customer", "text": "one", "at": "2026-01-01T00:00:00Z"});
    gateway.post(&events, &later).await.names(409, "id", "another time is another body");
    let twice = json!({"events": [message("m5", "five"), message("m6", "six"), message("m5", "fünf")]});
    let refused = gateway.post(&events, &twice).await.names(409, "events[2].id", "one id for two events in one call");
    assert!(refused["hint"].as_str().unwrap().contains("events[0].id"), "both are named: {refused}");
    assert!(refused.get("seq").is_none(), "the log holds neither, so no place may be claimed: {refused}");
    assert_eq!(gateway.log(&session).await.len(), 2, "all or none: not one of the new ones may stand");
}

#[tokio::test]
async fn the_log_gives_back_what_was_sent_page_by_page() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let sent = json!({"id": "m1", "at": "2026-03-02T09:15:00+02:00", "kind": "message", "from": "agent",
        "text": "nul \u{0}, line\r\n, 😀, \u{202e}, <b>", "author": "Grace"});
    gateway.post(&format!("{session}/events"), &sent).await;
    let more: Vec<Value> = (2..=5).map(|n| message(&format!("m{n}"), &format!("text {n}"))).collect();
    gateway.post(&format!("{session}/events"), &json!({ "events": more })).await;

    let page = gateway.get(&format!("{session}/events?limit=2")).await.json();
    let event = &page["events"][0];
    assert_eq!((&event["seq"], &event["id"], &event["kind"]), (&json!(1), &sent["id"], &sent["kind"]));
    assert_eq!(event["text"], sent["text"], "legal JSON is kept as it is, control characters included");
    assert_eq!((&event["from"], &event["author"]), (&sent["from"], &sent["author"]));
    assert_eq!(event["occurred_at"], "2026-03-02T07:15:00Z", "the source's time, in UTC");
    assert!(event["recorded_at"].is_string(), "and when it was taken in: {event}");
    let mut after = page["next_after"].as_i64().expect("there is more");
    let mut seen = vec![1, 2];
    loop {
        let page = gateway.get(&format!("{session}/events?limit=2&after={after}")).await.json();
        assert_ne!(page["events"], json!([]), "`next_after` must not lead to a page with nothing on it");
        seen.extend(page["events"].as_array().unwrap().iter().map(|event| event["seq"].as_i64().unwrap()));
        match page["next_after"].as_i64() {
            Some(next) => after = next,
            None => break,
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5], "reading on by `next_after` gives each event once, then ends");
}

#[tokio::test]
async fn a_thousand_events_go_in_one_call_and_not_one_more() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let batch = |count: usize| {
        let events: Vec<Value> = (0..count).map(|n| message(&format!("m{n}"), "x")).collect();
        json!({ "events": events })
    };
    let events = format!("{session}/events");
    gateway.post(&events, &batch(1001)).await.names(422, "events", "1,001 are too many");
    gateway.post(&events, &batch(0)).await.names(422, "events", "none are no append");
    assert_eq!(gateway.log(&session).await.len(), 0, "a batch that is too long is not taken in part");
    assert_eq!(gateway.post(&events, &batch(1000)).await.status, 201, "1,000 are allowed");
}
