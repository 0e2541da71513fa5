//! Mapped fields of a Salesforce case: filled in the same call, and left out one by one (R26).

use std::collections::BTreeMap;

use casebridge_domain::mapping::{Mapping, Overwrite, Source, Unsure};
use casebridge_domain::{EventKind, Mode, NewEvent, SessionId, Speaker};
use casebridge_engine::mappings::Saved;
use casebridge_sandbox::salesforce::{FieldChange, RunningSalesforce, SalesforceConfig, SalesforceSandbox};
use casebridge_tests::salesforce::cases;
use casebridge_tests::seeded;
use casebridge_tests::world::{Side, WorldOptions};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(crate) struct Org {
    pub(crate) org: RunningSalesforce,
    side: Side,
}

impl Org {
    /// An org with its kit, and these values mapped to each conversation's case.
    pub(crate) async fn with(values: &[(&str, Value)]) -> Self {
        let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
        let org = SalesforceSandbox::start(config).await.unwrap();
        let options = WorldOptions { mode: Mode::Handoff, ..WorldOptions::default() };
        let side = Side::in_salesforce(&org, &options).await;
        let columns = side.engine.columns("salesforce", false).await.unwrap().columns;
        let mapping = |(at, (name, value)): (usize, &(&str, Value))| {
            let column = columns.iter().find(|column| column.name == *name);
            let column = column.unwrap_or_else(|| panic!("{name} is described"));
            Mapping {
                id: Uuid::from_u128(at as u128 + 1),
                column: column.name.clone(),
                title: column.title.clone(),
                kind: column.kind.clone(),
                instruction: String::new(),
                enabled: true,
                unlocked: false,
                source: Source::Session { attribute: format!("given {name}") },
                fallback: Some(value.clone()),
                threshold: 70,
                unsure: Unsure::LeaveOut,
                overwrite: Overwrite::KeepEdited,
                synonyms: BTreeMap::new(),
            }
        };
        let mappings = values.iter().enumerate().map(mapping).collect();
        let saved = side.engine.save_mappings("salesforce", 0, mappings, "test").await.unwrap();
        assert!(matches!(saved, Saved::Set(_)), "the mappings are good: {saved:?}");
        Self { org, side }
    }

    /// Hands a conversation off; `given` are values that its source knows.
    pub(crate) async fn hand_off(&self, seed: u64, given: Value) -> SessionId {
        let conversation = &seeded(1, seed)[0];
        let id = self.side.session(conversation).await;
        let Value::Object(values) = given else { panic!("an object of values") };
        let message = EventKind::Message { from: Speaker::Customer, text: "My order is late".into(), author: None };
        let handoff = EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None };
        let kinds = [message, EventKind::FieldValues { values }, handoff];
        let events = kinds.into_iter().enumerate().map(|(at, kind)| NewEvent::new(format!("e{at}"), None, kind));
        self.side.engine.append(id, events.collect()).await.unwrap();
        self.side.settled().await;
        id
    }

    pub(crate) fn case(&self, seed: u64) -> Map<String, Value> {
        let name = seeded(1, seed)[0].key.path();
        let case = cases(&self.org.sandbox)[&name].clone();
        self.org.sandbox.record("Case", &case).unwrap()
    }

    pub(crate) async fn told(&self, session: SessionId) -> String {
        let trace = self.side.engine.trace(session).await.unwrap();
        let steps = trace.timeline.into_iter().filter(|entry| entry.what == "fields");
        steps.map(|entry| entry.summary).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn calls(&self) -> u64 {
        self.org.sandbox.request_counts().data
    }
}

fn one_of_each() -> [(&'static str, Value); 8] {
    [
        ("Order_Number__c", json!("4711")),
        ("Seats__c", json!(3)),
        ("Amount__c", json!(12.5)),
        ("Urgent__c", json!(true)),
        ("Travel_Date__c", json!("2026-11-21")),
        ("Due_On__c", json!("2026-11-21T08:00:00Z")),
        ("Topic__c", json!("Return")),
        ("Reply_To__c", json!("ann@acme.example")),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_field_of_each_type_is_filled_in_the_call_that_makes_the_case() {
    let org = Org::with(&one_of_each()).await;
    org.hand_off(1, json!({})).await;
    let before = org.calls();
    let session = org.hand_off(2, json!({})).await;
    let case = org.case(2);
    assert_eq!((&case["Order_Number__c"], &case["Topic__c"]), (&json!("4711"), &json!("Return")));
    assert_eq!((case["Seats__c"].as_f64(), case["Amount__c"].as_f64()), (Some(3.0), Some(12.5)));
    assert_eq!((&case["Urgent__c"], &case["Travel_Date__c"]), (&json!(true), &json!("2026-11-21")));
    assert!(case["Due_On__c"].as_str().unwrap().starts_with("2026-11-21T08:00:00"));
    assert_eq!(org.calls() - before, 1, "case, messages and fields are one call");
    assert!(org.told(session).await.contains("8 of 8 written"), "{}", org.told(session).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_bad_field_costs_neither_the_case_nor_the_next_conversation_anything() {
    for (change, field, why) in [
        (FieldChange::Gone, "Seats__c", "a field that is gone"),
        (FieldChange::ReadOnly, "Amount__c", "no right to write it"),
        (FieldChange::Length(2), "Order_Number__c", "a text that is too long"),
        (FieldChange::Restricted(vec!["Delivery".into()]), "Topic__c", "a value that is not allowed any more"),
    ] {
        let org = Org::with(&one_of_each()).await;
        org.hand_off(1, json!({})).await;
        org.org.sandbox.change_field("Case", field, &change);
        let session = org.hand_off(2, json!({})).await;
        let case = org.case(2);
        for (name, _) in one_of_each().into_iter().filter(|(name, _)| *name != field) {
            assert!(!case[name].is_null() && case[name] != json!(false), "{why}: {name} is filled all the same");
        }
        let told = org.told(session).await;
        if matches!(change, FieldChange::Length(_)) {
            assert_eq!(case[field], json!("4…"), "{why}: what fits is written, with a mark");
        } else {
            assert!(told.contains(&format!("{field} was refused")), "{why}: the bad one is named: {told}");
        }
        let before = org.calls();
        org.hand_off(3, json!({})).await;
        assert_eq!(org.case(3)["Urgent__c"], json!(true), "{why}");
        assert_eq!(org.calls() - before, 1, "{why}: the next conversation does not pay for it again");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_restricted_picklist_never_receives_a_foreign_value() {
    let org = Org::with(&[("Topic__c", json!("Billing")), ("Seats__c", json!(1))]).await;
    let session = org.hand_off(1, json!({ "Topic__c": "Furniture", "Seats__c": "many" })).await;
    assert!(org.case(1)["Topic__c"].is_null(), "what the source gave is no value of the list");
    let told = org.told(session).await;
    assert!(told.contains("Topic__c was refused") && told.contains("Seats__c was refused"), "both are named: {told}");
    assert!(!told.contains("Furniture"), "the words repeat no value: {told}");
    let sent = org.org.sandbox.requests().iter().any(|request| format!("{request:?}").contains("Furniture"));
    assert!(!sent, "it was never sent");
}
