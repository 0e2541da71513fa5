//! Lookups of so many rows that nobody lists them: an analyst names the row, and the CRM is asked which one that is.

use casebridge_domain::mapping::Source;
use casebridge_domain::{EventKind, Mode, NewEvent, Speaker};
use casebridge_sandbox::creatio::{CreatioConfig, Language, TextCompare, ids};
use casebridge_sandbox::salesforce::{SalesforceConfig, SalesforceSandbox, seed};
use casebridge_tests::analyst::Scripted;
use casebridge_tests::mapping::{creatio_case, hand_off, is_empty, map, told};
use casebridge_tests::salesforce::cases;
use casebridge_tests::world::Side;
use casebridge_tests::{World, WorldOptions, seeded};
use serde_json::{Map, json};

/// More rows than a lookup is offered whole with.
const MANY: usize = 205;

/// A Creatio in which topics and categories are too many to be listed.
async fn crowded(creatio: CreatioConfig, analyst: &std::sync::Arc<Scripted>) -> World {
    let options = WorldOptions {
        mode: Mode::Handoff,
        creatio,
        analyst: Some(std::sync::Arc::clone(analyst)),
        ..WorldOptions::default()
    };
    let world = World::with(options).await;
    for lookup in ["UsrTopic", "CaseCategory"] {
        for n in 0..MANY {
            world.crm().insert(lookup, &json!({ "Name": format!("{lookup} {n}") })).unwrap();
        }
    }
    map(&world.side, &[("UsrTopicId", Source::Ai), ("CategoryId", Source::Ai), ("UsrOrderNumber", Source::Ai)]).await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_of_a_large_lookup_is_found_by_its_label_in_any_language_with_one_question() {
    for (language, text_compare, label) in [
        (Language::English, TextCompare::IgnoreCase, "warranty"),
        (Language::English, TextCompare::Exact, "warranty"),
        (Language::German, TextCompare::Exact, "GEWÄHRLEISTUNG"),
    ] {
        let analyst = Scripted::sure([
            ("Topic", json!(label)),
            ("Category", json!("casecategory 77")),
            ("Order number", json!("1")),
        ]);
        let world = crowded(CreatioConfig { language, text_compare, ..CreatioConfig::default() }, &analyst).await;
        let conversations = seeded(2, 95);
        hand_off(&world.side, &conversations[0]).await;
        world.side.settled().await;
        let before = world.crm().data_calls();
        let session = hand_off(&world.side, &conversations[1]).await;
        world.side.settled().await;
        let row = creatio_case(&world, &conversations[1]);
        assert_eq!(row["UsrTopicId"], json!(ids::TOPIC_WARRANTY.to_string()), "{label} is that row, {text_compare:?}");
        assert_eq!(is_empty(&row, "CategoryId"), text_compare == TextCompare::Exact, "of two columns each has its own");
        assert_eq!(world.crm().data_calls() - before, 2, "one question for both names, and the case");
        let more = EventKind::Message { from: Speaker::Customer, text: "Any news?".into(), author: None };
        world.engine().append(session, vec![NewEvent::new("m2", None, more)]).await.unwrap();
        world.side.settled().await;
        assert_eq!(world.crm().data_calls() - before, 3, "what makes no value known asks nothing");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_no_row_or_two_rows_bear_is_left_out_with_a_reason_and_the_case_is_made() {
    let analyst = Scripted::sure([("Topic", json!("Sauna")), ("Order number", json!("4711"))]);
    let world = crowded(CreatioConfig::default(), &analyst).await;
    let conversations = seeded(4, 96);
    for (conversation, name, why) in
        [(&conversations[0], "Sauna", "no row of the CRM"), (&conversations[1], "Warranty", "several rows of the CRM")]
    {
        analyst.answer("Topic", json!(name), 95);
        world.crm().insert("UsrTopic", &json!({ "Name": "WARRANTY" })).unwrap();
        let session = hand_off(&world.side, conversation).await;
        world.side.settled().await;
        let row = creatio_case(&world, conversation);
        assert!(is_empty(&row, "UsrTopicId"), "{name}: nothing is guessed");
        assert_eq!(row["UsrOrderNumber"], json!("4711"), "{name}: the others are filled");
        let told = told(&world.side, session).await;
        assert!(told.contains("UsrTopicId was refused") && told.contains(why), "{name}: it says why: {told}");
        assert!(!told.contains(name), "and repeats nothing that was said: {told}");
    }
    assert!(world.engine().refused_fields().await.unwrap().is_empty(), "that is no fault of the column");
    analyst.answer("Topic", json!("Delivery"), 95);
    hand_off(&world.side, &conversations[2]).await;
    world.side.settled().await;
    let row = creatio_case(&world, &conversations[2]);
    assert_eq!(row["UsrTopicId"], json!(ids::TOPIC_DELIVERY.to_string()), "the next one is filled again");
    analyst.answer("Topic", json!("Delivery"), 40);
    let before = world.crm().data_calls();
    let session = hand_off(&world.side, &conversations[3]).await;
    world.side.settled().await;
    assert_eq!(world.crm().data_calls() - before, 1, "where nobody is sure nothing is asked");
    let open = world.engine().suggestions(session).await.unwrap();
    assert_eq!(open[0].shown, "Delivery", "people read the name");
    world.engine().decide_suggestion(session, "creatio", open[0].mapping, true, "Ada").await.unwrap();
    world.side.settled().await;
    let row = creatio_case(&world, &conversations[3]);
    assert_eq!(row["UsrTopicId"], json!(ids::TOPIC_DELIVERY.to_string()), "and take the row");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reference_of_salesforce_is_found_by_its_name_with_one_question() {
    let analyst = Scripted::sure([("Branch", json!("PORTO")), ("Order Number", json!("4711"))]);
    let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
    let org = SalesforceSandbox::start(config).await.unwrap();
    let options = WorldOptions { mode: Mode::Handoff, analyst: Some(analyst.clone()), ..WorldOptions::default() };
    let side = Side::in_salesforce(&org, &options).await;
    map(&side, &[("Branch__c", Source::Ai), ("Order_Number__c", Source::Ai)]).await;
    let two = Map::from_iter([("Name".to_owned(), json!("lisbon"))]);
    org.sandbox.insert("Branch__c", &two).unwrap();
    let porto = json!(seed::branch_id(1));
    for (at, (name, stands, why)) in [
        ("PORTO", &porto, ""),
        ("Atlantis", &json!(null), "no row of the CRM"),
        ("Lisbon", &json!(null), "several rows"),
    ]
    .into_iter()
    .enumerate()
    {
        analyst.answer("Branch", json!(name), 95);
        let conversation = &seeded(4, 97)[at + 1];
        let before = org.sandbox.request_counts().data;
        let session = hand_off(&side, conversation).await;
        side.settled().await;
        let id = cases(&org.sandbox)[&conversation.key.path()].clone();
        let case = org.sandbox.record("Case", &id).unwrap();
        assert_eq!((&case["Branch__c"], &case["Order_Number__c"]), (stands, &json!("4711")), "{name}");
        let told = told(&side, session).await;
        assert!(told.contains(why) && !told.contains(name), "{name}: {told}");
        if at > 0 {
            assert_eq!(org.sandbox.request_counts().data - before, 2, "one question for the name, and the case");
        }
    }
}
