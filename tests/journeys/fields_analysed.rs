//! Columns that an analyst fills: asked once and in time, kept where people wrote, and left to people when unsure (R27, R37).

use std::sync::Arc;
use std::time::Duration;

use casebridge_domain::mapping::Source;
use casebridge_domain::{EventKind, Mode, NewEvent, Speaker};
use casebridge_engine::{Clock, VirtualClock};
use casebridge_sandbox::creatio::{CreatioConfig, Language, ids};
use casebridge_tests::analyst::Scripted;
use casebridge_tests::mapping::{creatio_case, hand_off, handed_off, map, mappings, told};
use casebridge_tests::world::eventually;
use casebridge_tests::{World, WorldOptions, seeded};
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) fn five() -> [(&'static str, Value); 5] {
    [
        ("Order number", json!("4711")),
        ("Seats", json!(2)),
        ("Urgent", json!(true)),
        ("Amount", json!(99.9)),
        ("Topic", json!(ids::TOPIC_DELIVERY.to_string())),
    ]
}

/// A world in which an analyst fills five columns of every handoff, and time passes as a story wants.
async fn filled_by_an_analyst() -> (World, Arc<Scripted>, Arc<VirtualClock>) {
    let clock = Arc::new(VirtualClock::new("2026-03-01T00:00:00Z".parse().unwrap()));
    let analyst = Scripted::sure(five());
    let options = WorldOptions {
        mode: Mode::Handoff,
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        analyst: Some(Arc::clone(&analyst)),
        ..WorldOptions::default()
    };
    let world = World::with(options).await;
    map(&world.side, &FIVE).await;
    (world, analyst, clock)
}

pub(crate) const FIVE: [(&str, Source); 5] = [
    ("UsrOrderNumber", Source::Ai),
    ("UsrSeats", Source::Ai),
    ("UsrUrgent", Source::Ai),
    ("UsrAmount", Source::Ai),
    ("UsrTopicId", Source::Ai),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lookup_is_chosen_by_its_label_in_any_language() {
    for (language, label) in [(Language::English, "Warranty"), (Language::German, "Gewährleistung")] {
        let analyst = Scripted::sure([("Topic", json!(label))]);
        let creatio = CreatioConfig { language, ..CreatioConfig::default() };
        let options = WorldOptions { mode: Mode::Handoff, creatio, analyst: Some(analyst), ..WorldOptions::default() };
        let world = World::with(options).await;
        map(&world.side, &[("UsrTopicId", Source::Ai)]).await;
        let conversation = &seeded(1, 80)[0];
        hand_off(&world.side, conversation).await;
        world.side.settled().await;
        let row = creatio_case(&world, conversation);
        assert_eq!(row["UsrTopicId"], json!(ids::TOPIC_WARRANTY.to_string()), "{label} is that row");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_five_ai_fields_cost_one_question_and_a_restart_asks_no_second_time() {
    let analyst = Scripted::sure(five());
    let options =
        || WorldOptions { mode: Mode::Handoff, analyst: Some(Arc::clone(&analyst)), ..WorldOptions::default() };
    let mut world = World::with(options()).await;
    map(&world.side, &FIVE).await;
    let conversations = seeded(2, 81);
    hand_off(&world.side, &conversations[0]).await;
    world.side.settled().await;
    let before = (world.crm().data_calls(), analyst.asked());
    let session = hand_off(&world.side, &conversations[1]).await;
    world.side.settled().await;
    let row = creatio_case(&world, &conversations[1]);
    assert_eq!((&row["UsrOrderNumber"], &row["UsrSeats"]), (&json!("4711"), &json!(2)));
    assert!(
        row["Symptoms"].as_str().unwrap().contains("waits for a printer"),
        "the summary fills what the source left out"
    );
    assert_eq!(world.crm().data_calls() - before.0, 1, "no CRM call beyond the batch");
    assert_eq!(analyst.asked() - before.1, 1, "one question for five fields");
    world.side.restart(&options()).await;
    let more = EventKind::Message { from: Speaker::Customer, text: "Any news?".into(), author: None };
    world.engine().append(session, vec![NewEvent::new("m2", None, more)]).await.unwrap();
    world.side.settled().await;
    assert_eq!(analyst.asked() - before.1, 1, "what was found is in the log: nobody is asked again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_a_provider_that_hangs_delays_the_case_by_six_seconds_and_its_fields_follow() {
    let (world, analyst, clock) = filled_by_an_analyst().await;
    analyst.hang();
    let conversation = &seeded(1, 82)[0];
    let began = clock.now();
    hand_off(&world.side, conversation).await;
    eventually("the analyst is asked", async || (analyst.asked() == 1).then_some(())).await;
    let due = began + Duration::from_secs(6);
    eventually("the lane waits for six seconds, not longer", async || {
        let lanes = world.engine().lanes(casebridge_store::LaneFilter::default()).await.unwrap();
        lanes.first().and_then(|lane| lane.due_at).filter(|at| *at == due)
    })
    .await;
    assert_eq!(world.crm().count("Case"), 0, "it is worth waiting that long");
    clock.advance_to(due);
    eventually("the case is made without its fields", async || (world.crm().count("Case") == 1).then_some(())).await;
    world.side.settled().await;
    assert_eq!(creatio_case(&world, conversation)["UsrOrderNumber"], json!(""));
    let before = world.crm().data_calls();
    analyst.release();
    eventually("the fields follow", async || {
        (creatio_case(&world, conversation)["UsrOrderNumber"] == json!("4711")).then_some(())
    })
    .await;
    world.side.settled().await;
    assert_eq!(world.crm().data_calls() - before, 2, "one read and one update");
    assert_eq!(analyst.asked(), 1, "the one question was enough");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_an_analysis_that_the_engine_did_not_live_to_end_is_asked_again_and_a_recorded_one_never() {
    let clock = Arc::new(VirtualClock::new("2026-03-01T00:00:00Z".parse().unwrap()));
    let analyst = Scripted::sure(five());
    let options = || WorldOptions {
        mode: Mode::Handoff,
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        analyst: Some(Arc::clone(&analyst)),
        ..WorldOptions::default()
    };
    let mut world = World::with(options()).await;
    let conversations = seeded(3, 86);
    let before = hand_off(&world.side, &conversations[0]).await;
    world.side.settled().await;
    clock.advance_to(clock.now() + Duration::from_secs(60));
    map(&world.side, &FIVE).await;
    analyst.hang();
    hand_off(&world.side, &conversations[1]).await;
    eventually("the analyst is asked", async || (analyst.asked() == 1).then_some(())).await;
    eventually("the lane waits", async || {
        let lanes = world.engine().lanes(casebridge_store::LaneFilter::default()).await.unwrap();
        lanes.iter().any(|lane| lane.due_at.is_some()).then_some(())
    })
    .await;
    clock.advance_to(clock.now() + Duration::from_secs(6));
    eventually("the case is made without its fields", async || (world.crm().count("Case") == 2).then_some(())).await;
    world.side.settled().await;

    world.side.restart(&options()).await;
    eventually("the next engine asks again", async || (analyst.asked() == 2).then_some(())).await;
    analyst.release();
    eventually("the fields follow", async || {
        (creatio_case(&world, &conversations[1])["UsrOrderNumber"] == json!("4711")).then_some(())
    })
    .await;
    world.side.settled().await;

    world.side.restart(&options()).await;
    hand_off(&world.side, &conversations[2]).await;
    eventually("the new conversation is filled", async || {
        let made = world.crm().count("Case") == 3;
        (made && creatio_case(&world, &conversations[2])["UsrOrderNumber"] == json!("4711")).then_some(())
    })
    .await;
    eventually("nobody is asked about anything more", async || (world.engine().in_flight() == 0).then_some(())).await;
    assert_eq!(
        analyst.asked(),
        3,
        "what was recorded is never asked again, and what was there before the mappings never"
    );
    assert!(told(&world.side, before).await.is_empty(), "a case from before the mappings is left as it is");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_a_provider_that_was_away_for_a_while_fills_the_fields_when_it_is_back() {
    let (world, analyst, clock) = filled_by_an_analyst().await;
    analyst.go_away(true);
    let conversations = seeded(2, 87);
    let mut sessions = Vec::new();
    for conversation in &conversations {
        sessions.push(hand_off(&world.side, conversation).await);
    }
    eventually("the cases are made at once: nobody waits for who is away", async || {
        (world.crm().count("Case") == 2).then_some(())
    })
    .await;
    world.side.settled().await;
    eventually("nobody is asked any more", async || (world.engine().in_flight() == 0).then_some(())).await;
    assert_eq!(analyst.asked(), 2);
    // The source of the second one learns the number meanwhile.
    let values = json!({ "UsrOrderNumber": "4712" }).as_object().unwrap().clone();
    let more = EventKind::FieldValues { values };
    world.engine().append(sessions[1], vec![NewEvent::new("given", None, more)]).await.unwrap();
    clock.advance_to(clock.now() + Duration::from_secs(60));
    eventually("it is asked again after a minute", async || (analyst.asked() == 4).then_some(())).await;
    analyst.go_away(false);
    clock.advance_to(clock.now() + Duration::from_secs(299));
    world.side.settled().await;
    assert_eq!(analyst.asked(), 4, "and then after five: a provider in trouble is left alone");
    eventually("the fields follow", async || {
        clock.advance_to(clock.now() + Duration::from_secs(1));
        let filled = |at: usize| creatio_case(&world, &conversations[at])["UsrSeats"] == json!(2);
        (filled(0) && filled(1)).then_some(())
    })
    .await;
    world.side.settled().await;
    assert_eq!(creatio_case(&world, &conversations[0])["UsrOrderNumber"], json!("4711"));
    assert_eq!(creatio_case(&world, &conversations[1])["UsrOrderNumber"], json!("4712"), "what the source said stands");
    assert_eq!(analyst.asked(), 6);
    clock.advance_to(clock.now() + Duration::from_secs(7200));
    world.side.settled().await;
    assert_eq!(analyst.asked(), 6, "what was found is asked no more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_a_provider_that_was_away_is_asked_again_by_the_next_engine_too() {
    let (mut world, analyst, clock) = filled_by_an_analyst().await;
    analyst.go_away(true);
    let conversation = &seeded(1, 88)[0];
    hand_off(&world.side, conversation).await;
    eventually("the case is made", async || (world.crm().count("Case") == 1).then_some(())).await;
    world.side.settled().await;
    let options = WorldOptions {
        mode: Mode::Handoff,
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        analyst: Some(Arc::clone(&analyst)),
        ..WorldOptions::default()
    };
    analyst.go_away(false);
    world.side.restart(&options).await;
    eventually("the fields follow", async || {
        (creatio_case(&world, conversation)["UsrOrderNumber"] == json!("4711")).then_some(())
    })
    .await;
    world.side.settled().await;
    world.side.restart(&options).await;
    world.side.settled().await;
    eventually("nobody is asked about anything more", async || (world.engine().in_flight() == 0).then_some(())).await;
    assert_eq!(analyst.asked(), 2, "and once it has answered by nobody any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_many_handoffs_at_once_are_no_more_calls_at_once_than_a_few() {
    let (world, analyst, clock) = filled_by_an_analyst().await;
    analyst.hang();
    let conversations = seeded(20, 84);
    for conversation in &conversations {
        hand_off(&world.side, conversation).await;
    }
    let due = clock.now() + Duration::from_secs(6);
    eventually("every lane waits for its analysis", async || {
        let lanes = world.engine().lanes(casebridge_store::LaneFilter::default()).await.unwrap();
        (lanes.iter().filter(|lane| lane.due_at == Some(due)).count() == conversations.len()).then_some(())
    })
    .await;
    eventually("the first ones are asked about", async || (analyst.asked() >= 8).then_some(())).await;
    assert_eq!(analyst.asked(), 8, "the others wait their turn: a provider is not asked twenty things at once");
    analyst.release();
    eventually("each has its turn", async || (analyst.asked() == conversations.len()).then_some(())).await;
    world.side.settled().await;
    assert_eq!(world.crm().count("Case"), conversations.len(), "and its case");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r37_what_a_person_edited_is_kept_and_what_we_wrote_is_brought_up_to_date() {
    let analyst = Scripted::sure(five());
    let options = WorldOptions { mode: Mode::Handoff, analyst: Some(Arc::clone(&analyst)), ..WorldOptions::default() };
    let world = World::with(options).await;
    map(&world.side, &FIVE).await;
    let conversation = &seeded(1, 83)[0];
    let session = hand_off(&world.side, conversation).await;
    world.side.settled().await;
    let case: Uuid = creatio_case(&world, conversation)["Id"].as_str().unwrap().parse().unwrap();
    world.crm().update("Case", case, &json!({ "UsrOrderNumber": "A person's" })).unwrap();
    analyst.answer("Order number", json!("4712"), 95);
    analyst.answer("Seats", json!(5), 95);
    let before = world.crm().data_calls();
    world.engine().append(session, vec![NewEvent::new("h2", None, handed_off())]).await.unwrap();
    world.side.settled().await;
    let row = creatio_case(&world, conversation);
    assert_eq!(row["UsrOrderNumber"], json!("A person's"), "a person wrote this");
    assert_eq!(row["UsrSeats"], json!(5), "we wrote this, and know better now");
    assert_eq!(world.crm().data_calls() - before, 2, "one read and one update, for a case that stood already");
    let told = told(&world.side, session).await;
    assert!(told.lines().last().unwrap().contains("1 of 5 written"), "only what is new is written: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_what_is_not_sure_waits_for_a_person() {
    let analyst = Scripted::sure([("Seats", json!(2))]);
    analyst.answer("Order number", json!("4711"), 40);
    analyst.answer("Amount", json!(7), 40);
    let options = WorldOptions { mode: Mode::Handoff, analyst: Some(analyst), ..WorldOptions::default() };
    let world = World::with(options).await;
    map(&world.side, &FIVE).await;
    let conversation = &seeded(1, 84)[0];
    let session = hand_off(&world.side, conversation).await;
    world.side.settled().await;
    assert_eq!(creatio_case(&world, conversation)["UsrOrderNumber"], json!(""), "nobody is sure");
    let open = world.engine().suggestions(session).await.unwrap();
    let shown: Vec<(&str, &str)> = open.iter().map(|one| (one.title.as_str(), one.shown.as_str())).collect();
    assert_eq!(shown, [("Order number", "4711"), ("Amount", "7")]);
    let (order, amount) = (open[0].mapping, open[1].mapping);
    world.engine().decide_suggestion(session, "creatio", order, true, "Ada").await.unwrap();
    world.engine().decide_suggestion(session, "creatio", amount, false, "Ada").await.unwrap();
    eventually("what was taken is written", async || {
        (creatio_case(&world, conversation)["UsrOrderNumber"] == json!("4711")).then_some(())
    })
    .await;
    world.side.settled().await;
    assert_eq!(creatio_case(&world, conversation)["UsrAmount"], json!(0), "what was dismissed is not");
    assert!(world.engine().suggestions(session).await.unwrap().is_empty(), "both are decided");
    let twice = world.engine().decide_suggestion(session, "creatio", order, false, "Bob").await;
    assert!(twice.is_err(), "the second of two people is told that it was decided");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_tells_everything_and_writes_nothing() {
    let analyst = Scripted::sure(five());
    let options = WorldOptions { mode: Mode::Handoff, analyst: Some(analyst), ..WorldOptions::default() };
    let world = World::with(options).await;
    let mappings = mappings(&world.side, &FIVE).await;
    let conversation = &seeded(1, 85)[0];
    let session = hand_off(&world.side, conversation).await;
    world.side.settled().await;
    let written = world.crm().record_ledger().len();
    let runs = world.engine().dry_run("creatio", &[session.to_string()], Some(mappings.clone())).await.unwrap();
    let shown: Vec<&str> = runs[0].values.iter().map(|one| one.shown.as_str()).collect();
    assert_eq!(shown, ["4711", "2", "yes", "99.9", "Delivery"], "values as people read them");
    assert_eq!(runs[0].lines[0].text, "My order 4711 is late", "with the lines that they were taken from");
    assert_eq!(runs[0].cost.calls, 1);
    assert_eq!(world.crm().record_ledger().len(), written, "nothing is written there");
    assert_eq!(world.engine().mappings("creatio").await.unwrap().set.version, 0, "and nothing here");
    assert!(told(&world.side, session).await.is_empty());
}
