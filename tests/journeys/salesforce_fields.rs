//! Mapped fields of a Salesforce case: filled in the same call, and never with a foreign value (R26).

use casebridge_domain::Mode;
use casebridge_domain::SessionId;
use casebridge_domain::mapping::Source;
use casebridge_sandbox::salesforce::{RunningSalesforce, SalesforceConfig, SalesforceSandbox, seed};
use casebridge_tests::mapping::{hand_off_with, mappings, save, told};
use casebridge_tests::salesforce::cases;
use casebridge_tests::seeded;
use casebridge_tests::world::{Side, WorldOptions};
use serde_json::{Map, Value, json};

pub(crate) struct Org {
    pub(crate) org: RunningSalesforce,
    pub(crate) side: Side,
}

impl Org {
    /// An org with its kit, and these values mapped to each conversation's case unless its source knows better.
    pub(crate) async fn with(values: &[(&str, Value)]) -> Self {
        let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
        let org = SalesforceSandbox::start(config).await.unwrap();
        let options = WorldOptions { mode: Mode::Handoff, ..WorldOptions::default() };
        let side = Side::in_salesforce(&org, &options).await;
        let given = |name: &str| Source::Session { attribute: format!("given {name}") };
        let sources: Vec<(&str, Source)> = values.iter().map(|(name, _)| (*name, given(name))).collect();
        let mut all = mappings(&side, &sources).await;
        for (mapping, (_, value)) in all.iter_mut().zip(values) {
            mapping.fallback = Some(value.clone());
        }
        save(&side, all).await;
        Self { org, side }
    }

    /// Hands a conversation off; `given` are values that its source knows.
    pub(crate) async fn hand_off(&self, seed: u64, given: Value) -> SessionId {
        let id = hand_off_with(&self.side, &seeded(1, seed)[0], given).await;
        self.side.settled().await;
        id
    }

    pub(crate) fn case(&self, seed: u64) -> Map<String, Value> {
        let name = seeded(1, seed)[0].key.path();
        let case = cases(&self.org.sandbox)[&name].clone();
        self.org.sandbox.record("Case", &case).unwrap()
    }

    /// What the trace says of the fields.
    async fn told(&self, session: SessionId) -> String {
        told(&self.side, session).await
    }

    pub(crate) fn calls(&self) -> u64 {
        self.org.sandbox.request_counts().data
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_field_of_each_type_is_filled_in_the_call_that_makes_the_case() {
    let values = [
        ("Order_Number__c", json!("4711")),
        ("Seats__c", json!(3)),
        ("Amount__c", json!(12.5)),
        ("Fee__c", json!(99.9)),
        ("Share__c", json!(7.5)),
        ("Urgent__c", json!(true)),
        ("Travel_Date__c", json!("2026-11-21")),
        ("Due_On__c", json!("2026-11-21T08:00:00Z")),
        ("Pickup_At__c", json!("14:30:00")),
        ("Topic__c", json!("Return")),
        ("Services__c", json!(["Luggage", "Seat"])),
        ("Reply_To__c", json!("ann@acme.example")),
        ("Call_Back__c", json!("+44 20 7946 0000")),
        ("Page__c", json!("https://acme.example/printer")),
        ("Note__c", json!("The printer <b>burns</b>")),
        ("Story__c", json!("It <b>burns</b>\nand smokes")),
        ("Branch__c", json!(seed::branch_id(0))),
    ];
    let org = Org::with(&values).await;
    org.hand_off(1, json!({})).await;
    let before = org.calls();
    let session = org.hand_off(2, json!({})).await;
    let case = org.case(2);
    for (name, value) in values {
        let stands = match name {
            "Seats__c" => json!(3.0),
            "Due_On__c" => json!("2026-11-21T08:00:00.000+0000"),
            "Pickup_At__c" => json!("14:30:00.000Z"),
            "Services__c" => json!("Seat;Luggage"),
            "Story__c" => json!("It &lt;b&gt;burns&lt;/b&gt;<br>and smokes"),
            _ => value,
        };
        assert_eq!(case[name], stands, "{name}, as the org writes it");
    }
    assert_eq!(org.calls() - before, 1, "case, messages and fields are one call");
    let told = org.told(session).await;
    assert!(told.contains("17 of 17 written"), "{told}");
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
