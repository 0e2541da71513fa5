//! Mapped columns: filled with the case, refused one by one, and left alone where people wrote (R26, R27, R37).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use casebridge_domain::mapping::{Mapping, Overwrite, Source, Unsure};
use casebridge_domain::{EventKind, Mode, NewEvent, SessionId, Speaker};
use casebridge_engine::mappings::Saved;
use casebridge_engine::{Clock, VirtualClock};
use casebridge_sandbox::creatio::{Altered, CreatioConfig, Language, ids};
use casebridge_tests::analyst::Scripted;
use casebridge_tests::world::eventually;
use casebridge_tests::{Conversation, World, WorldOptions, seeded};
use serde_json::{Map, Value, json};
use uuid::Uuid;

pub(crate) async fn mappings_of(world: &World, sources: &[(&str, Source)]) -> Vec<Mapping> {
    let columns = world.engine().columns("creatio", false).await.unwrap().columns;
    let mapping = |(at, (name, source)): (usize, &(&str, Source))| {
        let column = columns.iter().find(|column| column.name == *name);
        let column = column.unwrap_or_else(|| panic!("{name} is a column of the stand-in"));
        Mapping {
            id: Uuid::from_u128(at as u128 + 1),
            column: column.name.clone(),
            title: column.title.clone(),
            kind: column.kind.clone(),
            instruction: String::new(),
            enabled: true,
            unlocked: false,
            source: source.clone(),
            fallback: None,
            threshold: 70,
            unsure: Unsure::Suggest,
            overwrite: Overwrite::KeepEdited,
            synonyms: BTreeMap::new(),
        }
    };
    sources.iter().enumerate().map(mapping).collect()
}

pub(crate) async fn map(world: &World, mappings: Vec<Mapping>) {
    let based_on = world.engine().mappings("creatio").await.unwrap().set.version;
    match world.engine().save_mappings("creatio", based_on, mappings, "test").await.unwrap() {
        Saved::Set(_) => {}
        Saved::Problems(problems) => panic!("the mappings are good: {problems:?}"),
    }
}

fn value(value: Value) -> Source {
    Source::Static { value }
}

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

pub(crate) fn row_of(world: &World, session: SessionId, conversation: &Conversation) -> Map<String, Value> {
    let name = conversation.key.path();
    let name = if name.len() <= 50 { name } else { session.to_string() };
    let rows = world.crm().records("Case").into_iter().filter(|row| row["UsrSessionId"] == json!(name));
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows.len(), 1, "the case is made, once, whatever becomes of its fields");
    rows.into_iter().next().unwrap()
}

/// The conversation's words, without what ends it, and then the handoff.
pub(crate) async fn hand_off(world: &World, conversation: &Conversation) -> SessionId {
    let id = world.side.session(conversation).await;
    let message = EventKind::Message { from: Speaker::Customer, text: "My order 4711 is late".into(), author: None };
    let handoff = EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None };
    let events = vec![NewEvent::new("m1", None, message), NewEvent::new("h1", None, handoff)];
    world.engine().append(id, events).await.unwrap();
    id
}

/// What the trace says of the fields, newest pass last.
pub(crate) async fn fields_told(world: &World, session: SessionId) -> String {
    let trace = world.engine().trace(session).await.unwrap();
    let steps = trace.timeline.into_iter().filter(|entry| entry.what == "fields");
    steps.map(|entry| entry.summary).collect::<Vec<_>>().join("\n")
}

async fn mode(mode: Mode) -> World {
    World::new(mode).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_column_of_each_type_is_filled_with_the_case_and_no_call_more() {
    let world = mode(Mode::Handoff).await;
    map(&world, mappings_of(&world, &one_of_each()).await).await;
    let conversations = seeded(2, 77);
    hand_off(&world, &conversations[0]).await;
    world.side.settled().await;
    let before = world.crm().data_calls();
    let session = hand_off(&world, &conversations[1]).await;
    world.side.settled().await;
    let row = row_of(&world, session, &conversations[1]);
    assert_eq!(row["UsrOrderNumber"], json!("4711"));
    assert_eq!(row["UsrAiSummary"], json!("O'Neil's printer &lt;burns&gt;"), "R25: what would be markup is escaped");
    assert_eq!((&row["UsrSeats"], &row["UsrAmount"], &row["UsrUrgent"]), (&json!(3), &json!(12.5), &json!(true)));
    assert!(row["UsrDueOn"].as_str().unwrap().starts_with("2026-11-21T08:00:00"), "{}", row["UsrDueOn"]);
    assert_eq!(row["UsrTopicId"], json!(ids::TOPIC_RETURN.to_string()));
    assert_eq!(world.crm().data_calls() - before, 1, "case, messages and fields are one call");
    let told = fields_told(&world, session).await;
    assert!(told.contains("7 of 7 written"), "the trace tells it: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_bad_column_costs_neither_the_case_nor_the_next_conversation_anything() {
    for (altered, column, why) in [
        (Altered::Removed, "UsrSeats", "a column that is gone"),
        (Altered::Closed, "UsrAmount", "no right to write it"),
        (Altered::Closed, "UsrTopicId", "no right to write a lookup"),
        (Altered::Shorter(2), "UsrOrderNumber", "a text that is too long"),
    ] {
        let world = mode(Mode::Handoff).await;
        map(&world, mappings_of(&world, &one_of_each()).await).await;
        world.crm().alter_column("Case", column, altered);
        let conversations = seeded(2, 78);
        let session = hand_off(&world, &conversations[0]).await;
        world.side.settled().await;
        let row = row_of(&world, session, &conversations[0]);
        let good = one_of_each().into_iter().filter(|(name, _)| *name != column);
        for (name, _) in good {
            let empty =
                [json!(""), json!(0), json!(false), json!(Uuid::nil().to_string()), json!("0001-01-01T00:00:00Z")];
            assert!(!empty.contains(&row[name]), "{why}: {name} is filled all the same, {}", row[name]);
        }
        if altered == Altered::Shorter(2) {
            assert_eq!(row[column], json!("4…"), "{why}: what fits is written, with a mark");
        }
        let told = fields_told(&world, session).await;
        assert!(told.contains("fields: "), "{why}: {told}");
        if !matches!(altered, Altered::Shorter(_)) {
            assert!(told.contains(&format!("{column} was refused")), "{why}: the bad one is named: {told}");
            let alarms = world.engine().mappings("creatio").await.unwrap().alarms;
            assert_eq!(alarms.len(), 1, "{why}: the mapping carries an alarm: {alarms:?}");
        }
        let before = world.crm().data_calls();
        let session = hand_off(&world, &conversations[1]).await;
        world.side.settled().await;
        assert_eq!(world.crm().data_calls() - before, 1, "{why}: the next conversation does not pay for it again");
        assert_eq!(row_of(&world, session, &conversations[1])["UsrUrgent"], json!(true), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_values_that_do_not_fit_are_never_sent() {
    let world = mode(Mode::Handoff).await;
    let given = |name: &str| Source::Session { attribute: name.into() };
    let sources = [
        ("UsrSeats", given("seats")),
        ("UsrDueOn", given("due")),
        ("UsrTopicId", given("topic_of_case")),
        ("UsrUrgent", given("urgent")),
        ("UsrOrderNumber", given("order")),
    ];
    map(&world, mappings_of(&world, &sources).await).await;
    let conversation = &seeded(1, 79)[0];
    let id = world.side.session(conversation).await;
    let values =
        json!({ "seats": "many", "due": "soon", "topic_of_case": "Furniture", "urgent": "perhaps", "order": "4711" });
    let Value::Object(values) = values else { panic!("an object") };
    world.engine().append(id, vec![NewEvent::new("v1", None, EventKind::FieldValues { values })]).await.unwrap();
    hand_off(&world, conversation).await;
    world.side.settled().await;
    let row = row_of(&world, id, conversation);
    assert_eq!(row["UsrOrderNumber"], json!("4711"), "the good one is there");
    assert_eq!(row["UsrTopicId"], json!(Uuid::nil().to_string()), "a foreign value is never sent");
    let told = fields_told(&world, id).await;
    for column in ["UsrSeats", "UsrDueOn", "UsrTopicId", "UsrUrgent"] {
        assert!(told.contains(&format!("{column} was refused")), "{column} is named: {told}");
    }
    assert!(!told.contains("Furniture"), "the words repeat no value: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lookup_is_chosen_by_its_label_in_any_language() {
    for (language, label) in [(Language::English, "Warranty"), (Language::German, "Gewährleistung")] {
        let analyst = Scripted::sure([("Topic", json!(label))]);
        let creatio = CreatioConfig { language, ..CreatioConfig::default() };
        let options = WorldOptions { mode: Mode::Handoff, creatio, analyst: Some(analyst), ..WorldOptions::default() };
        let world = World::with(options).await;
        map(&world, mappings_of(&world, &[("UsrTopicId", Source::Ai)]).await).await;
        let conversation = &seeded(1, 80)[0];
        let session = hand_off(&world, conversation).await;
        world.side.settled().await;
        let row = row_of(&world, session, conversation);
        assert_eq!(row["UsrTopicId"], json!(ids::TOPIC_WARRANTY.to_string()), "{label} is that row");
    }
}

pub(crate) fn five() -> [(&'static str, Value); 5] {
    [
        ("Order number", json!("4711")),
        ("Seats", json!(2)),
        ("Urgent", json!(true)),
        ("Amount", json!(99.9)),
        ("Topic", json!(ids::TOPIC_DELIVERY.to_string())),
    ]
}

pub(crate) const FIVE: [(&str, Source); 5] = [
    ("UsrOrderNumber", Source::Ai),
    ("UsrSeats", Source::Ai),
    ("UsrUrgent", Source::Ai),
    ("UsrAmount", Source::Ai),
    ("UsrTopicId", Source::Ai),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_five_ai_fields_cost_one_question_and_a_restart_asks_no_second_time() {
    let analyst = Scripted::sure(five());
    let options =
        || WorldOptions { mode: Mode::Handoff, analyst: Some(Arc::clone(&analyst)), ..WorldOptions::default() };
    let mut world = World::with(options()).await;
    map(&world, mappings_of(&world, &FIVE).await).await;
    let conversations = seeded(2, 81);
    hand_off(&world, &conversations[0]).await;
    world.side.settled().await;
    let before = (world.crm().data_calls(), analyst.asked());
    let session = hand_off(&world, &conversations[1]).await;
    world.side.settled().await;
    let row = row_of(&world, session, &conversations[1]);
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
    let clock = Arc::new(VirtualClock::new("2026-03-01T00:00:00Z".parse().unwrap()));
    let analyst = Scripted::sure(five());
    let options = WorldOptions {
        mode: Mode::Handoff,
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        analyst: Some(Arc::clone(&analyst)),
        ..WorldOptions::default()
    };
    let world = World::with(options).await;
    map(&world, mappings_of(&world, &FIVE).await).await;
    analyst.hang();
    let conversation = &seeded(1, 82)[0];
    let began = clock.now();
    let session = hand_off(&world, conversation).await;
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
    assert_eq!(row_of(&world, session, conversation)["UsrOrderNumber"], json!(""));
    let before = world.crm().data_calls();
    analyst.release();
    eventually("the fields follow", async || {
        (row_of(&world, session, conversation)["UsrOrderNumber"] == json!("4711")).then_some(())
    })
    .await;
    world.side.settled().await;
    assert_eq!(world.crm().data_calls() - before, 2, "one read and one update");
    assert_eq!(analyst.asked(), 1, "the one question was enough");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_many_handoffs_at_once_are_no_more_calls_at_once_than_a_few() {
    let clock = Arc::new(VirtualClock::new("2026-03-01T00:00:00Z".parse().unwrap()));
    let analyst = Scripted::sure(five());
    let options = WorldOptions {
        mode: Mode::Handoff,
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
        analyst: Some(Arc::clone(&analyst)),
        ..WorldOptions::default()
    };
    let world = World::with(options).await;
    map(&world, mappings_of(&world, &FIVE).await).await;
    analyst.hang();
    let conversations = seeded(20, 84);
    for conversation in &conversations {
        hand_off(&world, conversation).await;
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
    map(&world, mappings_of(&world, &FIVE).await).await;
    let conversation = &seeded(1, 83)[0];
    let session = hand_off(&world, conversation).await;
    world.side.settled().await;
    let case: Uuid = row_of(&world, session, conversation)["Id"].as_str().unwrap().parse().unwrap();
    world.crm().update("Case", case, &json!({ "UsrOrderNumber": "A person's" })).unwrap();
    analyst.answer("Order number", json!("4712"), 95);
    analyst.answer("Seats", json!(5), 95);
    let before = world.crm().data_calls();
    let again = EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None };
    world.engine().append(session, vec![NewEvent::new("h2", None, again)]).await.unwrap();
    world.side.settled().await;
    let row = row_of(&world, session, conversation);
    assert_eq!(row["UsrOrderNumber"], json!("A person's"), "a person wrote this");
    assert_eq!(row["UsrSeats"], json!(5), "we wrote this, and know better now");
    assert_eq!(world.crm().data_calls() - before, 2, "one read and one update, for a case that stood already");
    let told = fields_told(&world, session).await;
    assert!(told.lines().last().unwrap().contains("1 of 5 written"), "only what is new is written: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r27_what_is_not_sure_waits_for_a_person() {
    let analyst = Scripted::sure([("Seats", json!(2))]);
    analyst.answer("Order number", json!("4711"), 40);
    analyst.answer("Amount", json!(7), 40);
    let options = WorldOptions { mode: Mode::Handoff, analyst: Some(analyst), ..WorldOptions::default() };
    let world = World::with(options).await;
    map(&world, mappings_of(&world, &FIVE).await).await;
    let conversation = &seeded(1, 84)[0];
    let session = hand_off(&world, conversation).await;
    world.side.settled().await;
    assert_eq!(row_of(&world, session, conversation)["UsrOrderNumber"], json!(""), "nobody is sure");
    let open = world.engine().suggestions(session).await.unwrap();
    let shown: Vec<(&str, &str)> = open.iter().map(|one| (one.title.as_str(), one.shown.as_str())).collect();
    assert_eq!(shown, [("Order number", "4711"), ("Amount", "7")]);
    let (order, amount) = (open[0].mapping, open[1].mapping);
    world.engine().decide_suggestion(session, "creatio", order, true, "Ada").await.unwrap();
    world.engine().decide_suggestion(session, "creatio", amount, false, "Ada").await.unwrap();
    eventually("what was taken is written", async || {
        (row_of(&world, session, conversation)["UsrOrderNumber"] == json!("4711")).then_some(())
    })
    .await;
    world.side.settled().await;
    assert_eq!(row_of(&world, session, conversation)["UsrAmount"], json!(0), "what was dismissed is not");
    assert!(world.engine().suggestions(session).await.unwrap().is_empty(), "both are decided");
    let twice = world.engine().decide_suggestion(session, "creatio", order, false, "Bob").await;
    assert!(twice.is_err(), "the second of two people is told that it was decided");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_tells_everything_and_writes_nothing() {
    let analyst = Scripted::sure(five());
    let options = WorldOptions { mode: Mode::Handoff, analyst: Some(analyst), ..WorldOptions::default() };
    let world = World::with(options).await;
    let mappings = mappings_of(&world, &FIVE).await;
    let conversation = &seeded(1, 85)[0];
    let session = hand_off(&world, conversation).await;
    world.side.settled().await;
    let written = world.crm().record_ledger().len();
    let runs = world.engine().dry_run("creatio", &[session.to_string()], Some(mappings.clone())).await.unwrap();
    let shown: Vec<&str> = runs[0].values.iter().map(|one| one.shown.as_str()).collect();
    assert_eq!(shown, ["4711", "2", "yes", "99.9", "Delivery"], "values as people read them");
    assert_eq!(runs[0].lines[0].text, "My order 4711 is late", "with the lines that they were taken from");
    assert_eq!(runs[0].cost.calls, 1);
    assert_eq!(world.crm().record_ledger().len(), written, "nothing is written there");
    assert_eq!(world.engine().mappings("creatio").await.unwrap().set.version, 0, "and nothing here");
    assert!(fields_told(&world, session).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mappings_travel_as_a_file_and_of_two_people_who_save_one_is_told() {
    let world = mode(Mode::Handoff).await;
    map(&world, mappings_of(&world, &one_of_each()).await).await;
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
