//! Mapped columns: filled with the case, refused one by one, and carried from one CRM to another (R25, R26).

use casebridge_domain::Mode;
use casebridge_domain::mapping::Source;
use casebridge_sandbox::creatio::ids;
use casebridge_tests::mapping::{creatio_case, hand_off, hand_off_with, map, told, value};
use casebridge_tests::{World, seeded};
use serde_json::json;

/// One of each type that the stand-in has, all of them good.
fn one_of_each() -> [(&'static str, Source); 7] {
    [
        ("UsrOrderNumber", value(json!("4711"))),
        ("UsrAiSummary", value(json!("O'Neil's printer <burns>"))),
        ("UsrSeats", value(json!(3))),
        ("UsrAmount", value(json!(12.5))),
        ("UsrUrgent", value(json!(true))),
        ("UsrDueOn", value(json!("2026-11-21T08:00:00Z"))),
        ("UsrTopicId", value(json!(ids::TOPIC_RETURN.to_string()))),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_column_of_each_type_is_filled_with_the_case_and_no_call_more() {
    let world = World::new(Mode::Handoff).await;
    map(&world.side, &one_of_each()).await;
    let conversations = seeded(2, 77);
    hand_off(&world.side, &conversations[0]).await;
    world.side.settled().await;
    let before = world.crm().data_calls();
    let session = hand_off(&world.side, &conversations[1]).await;
    world.side.settled().await;
    let row = creatio_case(&world, &conversations[1]);
    assert_eq!(row["UsrOrderNumber"], json!("4711"));
    assert_eq!(row["UsrAiSummary"], json!("O'Neil's printer &lt;burns&gt;"), "R25: what would be markup is escaped");
    assert_eq!((&row["UsrSeats"], &row["UsrAmount"], &row["UsrUrgent"]), (&json!(3), &json!(12.5), &json!(true)));
    assert!(row["UsrDueOn"].as_str().unwrap().starts_with("2026-11-21T08:00:00"), "{}", row["UsrDueOn"]);
    assert_eq!(row["UsrTopicId"], json!(ids::TOPIC_RETURN.to_string()));
    assert_eq!(world.crm().data_calls() - before, 1, "case, messages and fields are one call");
    let told = told(&world.side, session).await;
    assert!(told.contains("7 of 7 written"), "the trace tells it: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_values_that_do_not_fit_are_never_sent() {
    let world = World::new(Mode::Handoff).await;
    let given = |name: &str| Source::Session { attribute: name.into() };
    let sources = [
        ("UsrSeats", given("seats")),
        ("UsrDueOn", given("due")),
        ("UsrTopicId", given("topic_of_case")),
        ("UsrUrgent", given("urgent")),
        ("UsrOrderNumber", given("order")),
    ];
    map(&world.side, &sources).await;
    let conversation = &seeded(1, 79)[0];
    let values =
        json!({ "seats": "many", "due": "soon", "topic_of_case": "Furniture", "urgent": "perhaps", "order": "4711" });
    let id = hand_off_with(&world.side, conversation, values).await;
    world.side.settled().await;
    let row = creatio_case(&world, conversation);
    assert_eq!(row["UsrOrderNumber"], json!("4711"), "the good one is there");
    assert_eq!(row["UsrTopicId"], json!("00000000-0000-0000-0000-000000000000"), "a foreign value is never sent");
    let told = told(&world.side, id).await;
    for column in ["UsrSeats", "UsrDueOn", "UsrTopicId", "UsrUrgent"] {
        assert!(told.contains(&format!("{column} was refused")), "{column} is named: {told}");
    }
    assert!(!told.contains("Furniture"), "the words repeat no value: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mappings_travel_as_a_file_and_of_two_people_who_save_one_is_told() {
    let world = World::new(Mode::Handoff).await;
    map(&world.side, &one_of_each()).await;
    let text = world.engine().export_mappings("creatio").await.unwrap();
    let draft = world.engine().import_mappings("creatio", &text).await.unwrap();
    assert_eq!((draft.mappings.len(), draft.problems.len()), (7, 0), "what was exported is good here");
    let foreign = text.replace("UsrSeats", "UsrOther");
    let draft = world.engine().import_mappings("creatio", &foreign).await.unwrap();
    assert_eq!(draft.problems.len(), 1, "a column that is not here is told: {:?}", draft.problems);
    let late = world.engine().save_mappings("creatio", 0, draft.mappings, "Bob").await;
    assert!(late.is_err(), "somebody saved version 1 meanwhile");
    assert_eq!(world.engine().mappings_versions("creatio").await.unwrap().len(), 1);
}
