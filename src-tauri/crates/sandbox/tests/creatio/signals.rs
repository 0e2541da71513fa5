//! Signals: somebody's web service is called from inside a save.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use casebridge_sandbox::creatio::{DeliveryOutcome, SignalEvent, SignalSubscription, ids};
use serde_json::json;
use uuid::Uuid;

use crate::hook::{Heard, listen, listener};
use crate::support::Crm;

fn subscription(url: &str) -> SignalSubscription {
    serde_json::from_value(json!({
        "name": "reply", "entity": "Activity", "events": ["added"], "url": url,
        "body": { "event_type": "agent_reply", "caseId": "[#CaseId#]", "record": "[#Id#]" },
    }))
    .unwrap()
}

#[tokio::test]
async fn the_call_is_made_inside_our_own_create() {
    let crm = Crm::stock().await;
    let case = crm.case("echo").await;
    let (heard, answered_before): (Heard, Arc<Mutex<Option<bool>>>) = Default::default();
    let (note, answered, sandbox) = (Arc::clone(&heard), Arc::clone(&answered_before), crm.sandbox().clone());
    let url = listen(move |body| {
        note.lock().unwrap().push(body);
        *answered.lock().unwrap() = Some(sandbox.requests().last().unwrap().status.is_some());
        Duration::ZERO
    })
    .await;
    crm.sandbox().subscribe(subscription(&url));
    let id = Uuid::new_v4();
    let body = json!({ "Id": id, "Title": "t", "CaseId": case, "OwnerId": ids::AGENT_CONTACT });
    assert_eq!(crm.post("Activity", body).await.code(), 201);
    let expected = json!({ "event_type": "agent_reply", "caseId": case, "record": id });
    assert_eq!(*heard.lock().unwrap(), [expected]);
    assert_eq!(*answered_before.lock().unwrap(), Some(false), "the call came before our create was answered");
    let signals = crm.sandbox().signals();
    assert_eq!(signals.last().unwrap().deliveries[0].outcome, DeliveryOutcome::Answered(200));
}

#[tokio::test]
async fn a_slow_receiver_is_given_up_and_the_save_goes_on() {
    let crm = Crm::stock().await;
    let (url, heard) = listener(Duration::from_secs(60)).await;
    crm.sandbox().subscribe(SignalSubscription { timeout_ms: 50, ..subscription(&url) });
    let made = crm.post("Activity", json!({ "Title": "t", "OwnerId": ids::AGENT_CONTACT })).await;
    assert_eq!(made.code(), 201);
    assert_eq!(crm.sandbox().signals()[0].deliveries[0].outcome, DeliveryOutcome::TimedOut);
    assert_eq!(heard.lock().unwrap().len(), 1, "there are no retries by default");
    assert_eq!(subscription(&url).timeout_ms, 5000, "five seconds out of the box");
}

#[tokio::test]
async fn a_signal_watches_an_event_columns_and_a_filter() {
    let crm = Crm::stock().await;
    let (url, heard) = listener(Duration::ZERO).await;
    crm.sandbox().subscribe(SignalSubscription {
        entity: "Case".into(),
        events: vec![SignalEvent::Modified],
        columns: vec!["StatusId".into()],
        filter: Some("Status/IsFinal eq true".into()),
        body: json!({ "caseId": "[#Id#]" }),
        ..subscription(&url)
    });
    let id = crm.case("watched").await;
    crm.patch(&format!("Case({id})"), json!({ "Notes": "another column" })).await;
    crm.patch(&format!("Case({id})"), json!({ "StatusId": ids::STATUS_RESOLVED })).await;
    assert!(heard.lock().unwrap().is_empty(), "neither another column nor a status that is not final");
    crm.patch(&format!("Case({id})"), json!({ "StatusId": ids::STATUS_CLOSED })).await;
    assert_eq!(*heard.lock().unwrap(), [json!({ "caseId": id })]);
}

#[tokio::test]
async fn calls_may_be_lost_or_doubled() {
    let crm = Crm::stock().await;
    let (url, heard) = listener(Duration::ZERO).await;
    crm.sandbox().subscribe(SignalSubscription { loss: 1.0, ..subscription(&url) });
    let body = json!({ "Title": "t", "OwnerId": ids::AGENT_CONTACT });
    crm.post("Activity", body.clone()).await;
    assert!(heard.lock().unwrap().is_empty(), "a restarted web node forgets its queue");
    crm.sandbox().set_subscriptions(vec![SignalSubscription { duplication: 1.0, ..subscription(&url) }]);
    crm.post("Activity", body).await;
    assert_eq!(heard.lock().unwrap().len(), 2, "a queue delivers at least once");
}

#[tokio::test]
async fn nobody_listening_does_not_fail_the_save() {
    let crm = Crm::stock().await;
    crm.sandbox().subscribe(subscription("http://127.0.0.1:9/hook"));
    let made = crm.post("Activity", json!({ "Title": "t", "OwnerId": ids::AGENT_CONTACT })).await;
    assert_eq!(made.code(), 201);
    assert!(matches!(crm.sandbox().signals()[0].deliveries[0].outcome, DeliveryOutcome::Failed(_)));
}
