//! Who a customer is in an org: what is only claimed opens nothing, what the source vouches for goes on where it was.

use std::time::Duration;

use casebridge_domain::{Contact, EventKind, Identifier, NewEvent, SessionId, SessionKey, SessionStatus, Speaker};
use casebridge_engine::NewSession;
use casebridge_sandbox::salesforce::{Act, FaultPlan, RunningSalesforce, SalesforceConfig, SalesforceSandbox};
use casebridge_store::LaneFilter;
use casebridge_tests::people::Carrier;
use casebridge_tests::world::{Side, WorldOptions, eventually};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// A contact that the org has from the beginning.
fn known_address(org: &RunningSalesforce) -> (String, String) {
    let contact = org.sandbox.records("Contact").into_iter().find(|row| row["Email"].is_string()).expect("a contact");
    (contact["Email"].as_str().unwrap().to_owned(), contact["Id"].as_str().unwrap().to_owned())
}

async fn place() -> (RunningSalesforce, Side) {
    let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
    let org = SalesforceSandbox::start(config).await.unwrap();
    let polls = json!({ "back": { "poll_seconds": 5, "idle_poll_seconds": 5 } });
    let side = Side::in_salesforce(&org, &WorldOptions { settings: polls, ..WorldOptions::default() }).await;
    (org, side)
}

async fn begin(side: &Side, name: &str, address: &str, verified: bool) -> SessionId {
    let email = Some(Identifier { value: address.into(), verified });
    let new = NewSession {
        key: SessionKey { source: "livechat".into(), external_id: name.into() },
        channel: "web".into(),
        tags: Vec::new(),
        topic: Some(format!("topic of {name}")),
        contact: Contact { name: Some("Whoever".into()), email, ..Contact::default() },
    };
    let id = side.engine.ensure_session(new).await.unwrap().0.id;
    says(side, id, &format!("{name} 1")).await;
    id
}

async fn append(side: &Side, session: SessionId, id: &str, kind: EventKind) {
    side.engine.append(session, vec![NewEvent::new(id, None, kind)]).await.unwrap();
}

async fn says(side: &Side, session: SessionId, text: &str) {
    append(side, session, text, EventKind::Message { from: Speaker::Customer, text: text.into(), author: None }).await;
}

async fn resolve(side: &Side, session: SessionId) {
    append(side, session, "resolved", EventKind::Resolved { by: None, via: None }).await;
}

fn said_on(org: &RunningSalesforce, case: &Value) -> Vec<String> {
    casebridge_tests::salesforce::comments(&org.sandbox, case.as_str().unwrap())
}

fn cases(org: &RunningSalesforce) -> Vec<Map<String, Value>> {
    org.sandbox.records("Case")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_fifty_who_claim_an_address_join_no_case_and_reach_no_contact() {
    let (org, side) = place().await;
    let (address, contact) = known_address(&org);
    let theirs = begin(&side, "the-customer", &address, true).await;
    side.settled().await;
    let names: Vec<String> = (0..50).map(|number| format!("visitor-{number}")).collect();
    futures::future::join_all(names.iter().map(|name| begin(&side, name, &address, false))).await;
    says(&side, theirs, "my secret").await;
    side.settled().await;
    let rows = cases(&org);
    assert_eq!(rows.len(), 51, "one case for each: none of them joined");
    let (of_contact, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row["ContactId"] == json!(contact));
    assert_eq!(of_contact.len(), 1, "the contact's own");
    assert_eq!(said_on(&org, &of_contact[0]["Id"]), ["the-customer 1", "my secret"], "and nothing of the visitors");
    for row in &others {
        assert!(row["ContactId"].is_null(), "R3: a claim selects nobody: {row:?}");
        assert_eq!(row["SuppliedEmail"], json!(address), "the claim is kept where agents see that it is one");
        assert_eq!(row["SuppliedName"], "Whoever");
        assert!(row["Description"].as_str().unwrap().contains("(unverified)"), "and called so");
        assert_eq!(said_on(&org, &row["Id"]).len(), 1, "nobody reads what was meant for somebody else");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_a_returning_customer_goes_on_in_the_open_case_and_gets_a_new_one_after_it_closed() {
    let (org, side) = place().await;
    let (address, _) = known_address(&org);
    // At once, and in other letters: one customer, one open case.
    let names = ["first", "second", "third"];
    let upper = address.to_uppercase();
    let addresses = [&address, &upper, &address];
    let begun = names.iter().zip(addresses).map(|(name, address)| begin(&side, name, address, true));
    let sessions = futures::future::join_all(begun).await;
    side.settled().await;
    let rows = cases(&org);
    assert_eq!(rows.len(), 1, "one case for each verified contact and open period: {rows:?}");
    let case = rows[0]["Id"].clone();
    let mut said = said_on(&org, &case);
    said.sort();
    assert_eq!(said, ["first 1", "second 1", "third 1"], "what all of them said stands there once");
    // The reply goes to the handed-off one whose customer wrote last, and to nobody else.
    for (session, summary) in [(sessions[0], "first"), (sessions[1], "second")] {
        let summary = Some(summary.to_owned());
        let kind = EventKind::HandedOff { reason: None, summary, language: None, sentiment: None };
        append(&side, session, "handoff", kind).await;
    }
    says(&side, sessions[1], "second 2").await;
    side.settled().await;
    let comment: Act =
        serde_json::from_value(json!({ "act": "comment", "case": case, "body": "On its way", "published": true }))
            .unwrap();
    org.sandbox.act(None, &comment).unwrap();
    let mut carrier = Carrier::default();
    eventually("the reply arrives", async || {
        carrier.drain(&side.engine).await;
        (!carrier.replies().is_empty()).then_some(())
    })
    .await;
    assert_eq!(carrier.replies(), [("livechat/second".to_owned(), "On its way".to_owned())], "R4: exactly one session");
    // Only the last of them closes the case.
    resolve(&side, sessions[0]).await;
    resolve(&side, sessions[1]).await;
    side.settled().await;
    assert_eq!(cases(&org)[0]["IsClosed"], json!(false), "the third still waits for an answer");
    resolve(&side, sessions[2]).await;
    side.settled().await;
    assert_eq!(cases(&org)[0]["IsClosed"], json!(true), "the last one closes it");
    let later = begin(&side, "later", &address, true).await;
    side.settled().await;
    let rows = cases(&org);
    assert_eq!(rows.len(), 2, "a new period is a new case");
    let fresh = rows.iter().find(|row| row["Id"] != case).unwrap();
    assert_eq!(said_on(&org, &fresh["Id"]), ["later 1"]);
    // And a person who closes it there resolves all who wait for it.
    let another = begin(&side, "another", &address, true).await;
    side.settled().await;
    assert_eq!(cases(&org).len(), 2, "it joined the open one");
    // The org's clock is known by the second: a closure within that of the customer's words may be older than they are.
    let edge = Timestamp::now() + Duration::from_secs(2);
    eventually("the customer's words are older", async || (Timestamp::now() > edge).then_some(())).await;
    let close: Act = serde_json::from_value(json!({ "act": "close", "case": fresh["Id"] })).unwrap();
    org.sandbox.act(None, &close).unwrap();
    eventually("both sessions are resolved", async || {
        let mut resolved = true;
        for session in [later, another] {
            resolved &= side.engine.session(session).await.unwrap().status == SessionStatus::Resolved;
        }
        resolved.then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_who_returns_while_the_case_is_being_closed_gets_a_new_one() {
    let (org, side) = place().await;
    let (address, _) = known_address(&org);
    let first = begin(&side, "first", &address, true).await;
    side.settled().await;
    // The closure cannot be written yet, so the case still stands open here.
    org.sandbox.set_faults(FaultPlan { down: true, ..FaultPlan::default() });
    resolve(&side, first).await;
    begin(&side, "second", &address, true).await;
    org.sandbox.set_faults(FaultPlan::default());
    side.engine.retry_lanes(LaneFilter::default(), "test").await.unwrap();
    side.settled().await;
    let rows = cases(&org);
    assert_eq!(rows.len(), 2, "nobody's words go to a case that is closed behind them: {rows:?}");
    let closed: Vec<_> = rows.iter().filter(|row| row["IsClosed"] == json!(true)).collect();
    assert_eq!(closed.len(), 1, "the first one's");
    assert_eq!(said_on(&org, &closed[0]["Id"])[0], "first 1");
}
