//! What is remembered of mapped columns: how far a refusal reaches, and which values are ours (R12, R26, R37).

use std::sync::Arc;

use casebridge_domain::{EventKind, Mode, NewEvent, PauseKind};
use casebridge_engine::connections::ConnectionChange;
use casebridge_sandbox::creatio::{Chance, ClientApp, FaultPlan};
use casebridge_sandbox::salesforce::FieldChange;
use casebridge_store::Registry as _;
use casebridge_tests::analyst::Scripted;
use casebridge_tests::mapping::{creatio_case, hand_off, map, told};
use casebridge_tests::world::eventually;
use casebridge_tests::{World, WorldOptions, seeded};
use serde_json::{Map, json};

use crate::fields_analysed::{FIVE, five};
use crate::salesforce_fields::Org;

/// The source says how many seats: nothing but that is written.
fn seats(id: &str, seats: u32) -> Vec<NewEvent> {
    let values = Map::from_iter([("UsrSeats".to_owned(), json!(seats))]);
    vec![NewEvent::new(id, None, EventKind::FieldValues { values })]
}

async fn world(analyst: &Arc<Scripted>) -> World {
    let options = WorldOptions { mode: Mode::Handoff, analyst: Some(Arc::clone(analyst)), ..WorldOptions::default() };
    let world = World::with(options).await;
    map(&world.side, &FIVE).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r37_values_wait_while_the_crm_refuses_us() {
    let analyst = Scripted::sure(five());
    let world = world(&analyst).await;
    let conversation = &seeded(1, 91)[0];
    let session = hand_off(&world.side, conversation).await;
    world.side.settled().await;
    world.crm().rotate_secret(&ClientApp::demo().client_id, "somebody changed it");
    world.crm().revoke_tokens(true);
    world.engine().append(session, seats("v1", 5)).await.unwrap();
    eventually("the connection is paused", async || {
        let pause = world.side.store.connections().await.unwrap().remove(0).pause?;
        (pause.kind == PauseKind::Fault).then_some(())
    })
    .await;
    let change = ConnectionChange { secret: Some("somebody changed it".to_owned().into()), ..Default::default() };
    world.engine().change_connection("creatio", change, "test").await.unwrap();
    assert!(world.engine().test_connection("creatio").await.unwrap().is_good(), "the right secret is there again");
    world.side.settled().await;
    assert_eq!(creatio_case(&world, conversation)["UsrSeats"], json!(5), "nobody read it meanwhile, so it was due");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r37_what_we_wrote_without_hearing_back_is_still_ours() {
    let analyst = Scripted::sure(five());
    let world = world(&analyst).await;
    let conversation = &seeded(1, 92)[0];
    let session = hand_off(&world.side, conversation).await;
    world.side.settled().await;
    let lost = Chance::next(1).on("POST", "$batch");
    let unsaid = FaultPlan { answer_lost_after_commit: Some(lost), ..FaultPlan::default() };
    world.crm().set_faults(unsaid);
    world.engine().append(session, seats("v1", 5)).await.unwrap();
    eventually("the value stands", async || (creatio_case(&world, conversation)["UsrSeats"] == json!(5)).then_some(()))
        .await;
    world.crm().set_faults(FaultPlan::default());
    world.engine().retry_lanes(casebridge_store::LaneFilter::default(), "test").await.unwrap();
    world.side.settled().await;
    world.engine().append(session, seats("v2", 7)).await.unwrap();
    world.side.settled().await;
    let told = told(&world.side, session).await;
    assert_eq!(creatio_case(&world, conversation)["UsrSeats"], json!(7), "no person wrote the 5: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_value_that_the_org_refuses_is_no_reason_to_leave_out_others() {
    let org = Org::with(&[("Topic__c", json!("Billing")), ("Seats__c", json!(1))]).await;
    org.hand_off(1, json!({})).await;
    let change = FieldChange::Restricted(vec!["Delivery".into()]);
    org.org.sandbox.change_field("Case", "Topic__c", &change);
    let session = org.hand_off(2, json!({})).await;
    assert!(org.case(2)["Topic__c"].is_null(), "the case is made without it");
    assert_eq!(org.case(2)["Seats__c"].as_f64(), Some(1.0), "and with what is good");
    assert!(told(&org.side, session).await.contains("Topic__c was refused"), "and the field is named");
    org.hand_off(3, json!({ "Topic__c": "Delivery" })).await;
    assert_eq!(org.case(3)["Topic__c"], json!("Delivery"), "the org takes this one, so it is sent");
    let before = org.calls();
    org.hand_off(4, json!({})).await;
    assert!(org.case(4)["Topic__c"].is_null());
    assert_eq!(org.calls() - before, 1, "what was refused before is not paid for again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r41_a_support_bundle_names_columns_and_no_value() {
    let analyst = Scripted::sure(five());
    let world = world(&analyst).await;
    let session = hand_off(&world.side, &seeded(1, 93)[0]).await;
    world.side.settled().await;
    let whole = world.engine().export(session, false).await.unwrap()["steps"].to_string();
    assert!(whole.contains("UsrOrderNumber") && whole.contains("4711"), "{whole}");
    let redacted = world.engine().export(session, true).await.unwrap()["steps"].to_string();
    assert!(redacted.contains("UsrOrderNumber") && redacted.contains("\"outcome\""), "what became of it stays");
    assert!(!redacted.contains("4711"), "what the customer said does not: {redacted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kept_secrets_follow_no_new_address() {
    let world = World::new(Mode::Every).await;
    let change = |address: &str, secret: Option<&str>| ConnectionChange {
        settings: Map::from_iter([("identity_url".to_owned(), json!(address))]),
        secret: secret.map(|secret| secret.to_owned().into()),
        ..Default::default()
    };
    let refused = world.engine().change_connection("creatio", change("https://elsewhere.example/", None), "test").await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("identity_url"), "whoever may change settings may not read the secret: {refused}");
    let given = change("https://elsewhere.example/", Some("a secret of its own"));
    world.engine().change_connection("creatio", given, "test").await.unwrap();
}
