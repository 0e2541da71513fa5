//! What was said before is never delivered: a second store, a restored backup, a laptop that slept (R2, R3).

use std::time::Duration;

use casebridge_domain::{Contact, EventKind, Identifier, NewEvent, SessionKey, Speaker};
use casebridge_sandbox::creatio::{CreatioConfig, ids};
use casebridge_store::{Inbound as _, NewSession};
use casebridge_tests::days::Days;
use casebridge_tests::people::{Carrier, Shares, Work, case_ids};
use casebridge_tests::process::{Served, connect, ok, synced};
use casebridge_tests::world::{Side, eventually, eventually_told};
use casebridge_tests::{World, WorldOptions, seeded};
use jiff::Timestamp;
use serde_json::{Value, json};

fn polling() -> WorldOptions {
    WorldOptions {
        settings: json!({ "back": { "poll_seconds": 5, "idle_poll_seconds": 5 } }),
        ..WorldOptions::default()
    }
    .with_task_replies()
}

async fn quiet(side: &Side) {
    side.settled().await;
    let polled = side.store.poll_state(side.connection.id).await.unwrap().map(|state| state.at);
    eventually("the poller went round twice", async || {
        let state = side.store.poll_state(side.connection.id).await.unwrap()?;
        let rounds = side.store.rounds(side.connection.id, Timestamp::UNIX_EPOCH, 100).await.unwrap().len();
        (rounds >= 2 && Some(state.at) > polled).then_some(())
    })
    .await;
    eventually("no case is left to look at", async || {
        side.store.next_pull(side.connection.id).await.unwrap().is_none().then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_a_second_empty_store_delivers_no_old_reply_and_every_new_one() {
    let world = World::with(polling()).await;
    let conversations = seeded(40, 91);
    world.side.send_all(&conversations).await;
    world.side.settled().await;
    let shares = Shares { replies: 24, closures: 0, reopenings: 0, incoming: 4, internal: 4 };
    let mut work = Work::day(world.crm(), &Default::default(), shares);
    work.send_drafts(world.crm());
    let mut carrier = Carrier::default();
    eventually("the first engine has delivered them", async || {
        carrier.drain(world.engine()).await;
        work.arrived(&carrier).then_some(())
    })
    .await;
    work.expect(&carrier);
    world.engine().stop().await;

    let second = Side::open(&world.creatio, &polling()).await;
    second.engine.take_over("creatio", "test").await.unwrap();
    second.send_all(&conversations).await;
    quiet(&second).await;
    let mut other = Carrier::default();
    other.drain(&second.engine).await;
    assert_eq!(other.replies(), [], "a reinstalled engine must not read a year of replies to anybody");

    let (session, case) = case_ids(world.crm()).pop_first().unwrap();
    world.crm().supervisor().email_reply(case, "<p>Only now</p>").unwrap();
    eventually("the new reply arrives", async || {
        other.drain(&second.engine).await;
        (other.replies() == [(session.clone(), "Only now".to_owned())]).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_a_restored_backup_delivers_nothing_again() {
    let creatio = casebridge_sandbox::creatio::CreatioSandbox::start(CreatioConfig::default()).await.unwrap();
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    connect(&data, &creatio);
    ok(&data, &["connection", "set", "creatio", "--set", r#"back={"poll_seconds":5,"idle_poll_seconds":5}"#], "");
    let conversations = seeded(12, 5);
    let file = temp.path().join("conversations.jsonl");
    std::fs::write(&file, conversations.iter().map(casebridge_tests::conversations::to_json).collect::<String>())
        .unwrap();
    let mut engine = Served::start(&data, &[]);
    ok(&data, &["replay", "--source", "seed", file.to_str().unwrap()], "");
    synced(&data, Duration::from_secs(60)).await;
    assert!(engine.stop().success());
    let backup = temp.path().join("backup");
    copy(&data, &backup);

    let mut engine = Served::start(&data, &[]);
    let (session, case) = case_ids(&creatio.sandbox).pop_first().unwrap();
    creatio.sandbox.supervisor().email_reply(case, "<p>Said after the backup</p>").unwrap();
    let offered = |data: std::path::PathBuf| async move {
        serde_json::from_str::<Value>(&ok(&data, &["replies", "list", "--json"], "")).unwrap()
    };
    eventually("the reply is offered", async || {
        let replies = offered(data.clone()).await;
        (replies[0]["state"] == "given").then_some(())
    })
    .await;
    assert!(engine.stop().success());
    std::fs::remove_dir_all(&data).unwrap();
    copy(&backup, &data);

    let _engine = Served::start(&data, &[]);
    eventually("from now on replies on the case are delivered", async || {
        let exported: Value = serde_json::from_str(&ok(&data, &["export", &session], "")).unwrap();
        let after = exported["cases"][0]["deliver_after"].as_str()?.parse::<Timestamp>().unwrap();
        (after < Timestamp::now()).then_some(())
    })
    .await;
    creatio.sandbox.supervisor().email_reply(case, "<p>Said after the restore</p>").unwrap();
    eventually_told(
        "the old reply is held, the new one is given",
        async || {
            let replies = offered(data.clone()).await;
            let states: Vec<&str> = replies.as_array()?.iter().filter_map(|one| one["state"].as_str()).collect();
            (states.contains(&"held") && states.contains(&"given") && states.len() == 2).then_some(())
        },
        async || format!("{}", offered(data.clone()).await),
    )
    .await;
    let replies = offered(data.clone()).await;
    let held = replies.as_array().unwrap().iter().find(|one| one["state"] == "held").unwrap();
    assert_eq!(held["held_for"], "restored", "it may have been delivered: a person decides");
    let id = held["id"].as_str().unwrap();
    assert!(ok(&data, &["replies", "release", id], "").contains("released"));
    let trace = ok(&data, &["trace", &session], "");
    assert!(trace.contains("Said after the backup"), "what is released is in the conversation: {trace}");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_a_draft_that_is_sent_forty_minutes_later_is_delivered_then() {
    let days = Days::begin().await;
    let conversations = seeded(3, 1);
    days.world.side.send_all(&conversations).await;
    days.pass(2).await;
    let (session, case) = case_ids(days.world.crm()).pop_first().unwrap();
    let draft = days.world.crm().supervisor().email_draft(case, "<p>Let me think</p>").unwrap();
    days.pass(40).await;
    let mut carrier = Carrier::default();
    carrier.drain(days.world.engine()).await;
    assert_eq!(carrier.replies(), [], "a draft is nobody's to read");
    days.world.crm().supervisor().send_draft(draft).unwrap();
    days.pass(11).await;
    carrier.drain(days.world.engine()).await;
    assert_eq!(carrier.replies(), [(session, "Let me think".to_owned())], "once it is sent, within two periods");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_a_reply_that_becomes_visible_minutes_after_its_stamp_is_found_all_the_same() {
    let days = Days::begin().await;
    let conversations = seeded(3, 1);
    days.world.side.send_all(&conversations).await;
    days.pass(20).await;
    let (session, case) = case_ids_of_ours(&days);
    let foreign = days.world.crm().insert("Case", &json!({ "Subject": "not ours", "UsrSessionId": "x" })).unwrap();
    days.world.crm().supervisor().portal_message(foreign, "Read in the meantime", false, false).unwrap();
    let stamped = days.crm.now() - Duration::from_secs(3 * 60);
    days.pass(6).await;
    // A long transaction: others were changed and read after the time that this one is stamped with.
    let reply = days.world.crm().supervisor().portal_message(case, "Saved for a long while", false, false).unwrap();
    days.world.crm().stamp_all("PortalMessage", &[reply], stamped).unwrap();
    days.pass(11).await;
    let mut carrier = Carrier::default();
    carrier.drain(days.world.engine()).await;
    assert_eq!(carrier.replies(), [(session, "Saved for a long while".to_owned())], "the overlap is ten minutes");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r16_an_idle_day_costs_few_calls_and_five_thousand_rows_of_one_time_hide_nothing() {
    let days = Days::begin().await;
    // Nobody was handed to a person: there the period is shorter.
    let conversations: Vec<_> = seeded(6, 1).into_iter().filter(|one| !one.handed_off()).take(2).collect();
    days.world.side.send_all(&conversations).await;
    days.pass(5).await;
    let before = days.world.crm().data_calls();
    days.pass(24 * 60).await;
    let calls = days.world.crm().data_calls() - before;
    assert!(calls <= 1_500, "an idle day costs {calls} calls");
    assert!(calls >= 200, "and the poller was at work: {calls}");

    let handoff = EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None };
    let session = conversations[0].key.session_id();
    days.world.engine().append(session, vec![NewEvent::new("h", None, handoff)]).await.unwrap();
    days.pass(5).await;
    let before = days.world.crm().data_calls();
    days.pass(60).await;
    let calls = days.world.crm().data_calls() - before;
    assert!((100..=130).contains(&calls), "while somebody waits for a person, a round takes 30 s: {calls} an hour");

    // Somebody imports five thousand activities on other cases, all stamped alike, and one reply among them.
    let foreign = days.world.crm().insert("Case", &json!({ "Subject": "not ours" })).unwrap();
    let mut rows = Vec::new();
    for number in 0..5_000 {
        let row = json!({ "Title": format!("imported {number}"), "CaseId": foreign, "OwnerId": ids::AGENT_CONTACT });
        rows.push(days.world.crm().insert("Activity", &row).unwrap());
    }
    let (session, case) = case_ids_of_ours(&days);
    let reply = days.world.crm().supervisor().email_reply(case, "<p>Among thousands</p>").unwrap();
    rows.insert(2_500, reply);
    days.world.crm().stamp_all("Activity", &rows, days.crm.now()).unwrap();
    days.pass(11).await;
    let mut carrier = Carrier::default();
    eventually("the reply among them arrives", async || {
        carrier.drain(days.world.engine()).await;
        (carrier.replies() == [(session.clone(), "Among thousands".to_owned())]).then_some(())
    })
    .await;
}

fn case_ids_of_ours(days: &Days) -> (String, uuid::Uuid) {
    case_ids(days.world.crm()).into_iter().find(|(session, _)| session.starts_with("seed/")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r2_a_reply_seen_three_days_late_is_held_until_somebody_releases_it() {
    let days = Days::begin().await;
    let conversations = seeded(1, 1);
    days.world.side.send_all(&conversations).await;
    days.pass(2).await;
    let (session, case) = case_ids(days.world.crm()).pop_first().unwrap();
    days.world.crm().set_faults(casebridge_sandbox::creatio::FaultPlan { down: true, ..Default::default() });
    days.world.crm().supervisor().portal_message(case, "Sorry for the wait", false, false).unwrap();
    days.pass(73 * 60).await;
    days.world.crm().set_faults(Default::default());
    days.pass(120).await;
    let mut carrier = Carrier::default();
    carrier.drain(days.world.engine()).await;
    assert_eq!(carrier.replies(), [], "three days later it may be wrong to say");
    let held = days.world.engine().replies(None, Some("held".into()), 10).await.unwrap();
    assert_eq!(held.len(), 1, "it waits for a person");
    days.world.engine().release_reply(held[0].id, None, "test").await.unwrap();
    eventually("the released reply arrives", async || {
        carrier.drain(days.world.engine()).await;
        (carrier.replies() == [(session.clone(), "Sorry for the wait".to_owned())]).then_some(())
    })
    .await;
    assert!(days.world.engine().discard_reply(held[0].id, "test").await.is_err(), "it is decided once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r3_fifty_unverified_visitors_who_name_a_director_join_no_case_of_theirs() {
    let world = World::with(polling()).await;
    let contact =
        world.crm().insert("Contact", &json!({ "Name": "The Director", "Email": "director@example.com" })).unwrap();
    let theirs = world.crm().insert("Case", &json!({ "Subject": "confidential", "ContactId": contact })).unwrap();
    for number in 0..50 {
        let key = SessionKey { source: "chat".into(), external_id: format!("visitor-{number}") };
        let email = Some(Identifier { value: "director@example.com".into(), verified: false });
        let new = NewSession {
            key,
            channel: "web".into(),
            tags: Vec::new(),
            topic: None,
            contact: Contact { email, ..Contact::default() },
        };
        let session = world.engine().ensure_session(new).await.unwrap().0.id;
        let kind = EventKind::Message { from: Speaker::Customer, text: "it is me".into(), author: None };
        world.engine().append(session, vec![NewEvent::new("m", None, kind)]).await.unwrap();
    }
    world.side.settled().await;
    world.crm().supervisor().email_reply(theirs, "<p>For the director only</p>").unwrap();
    quiet(&world.side).await;
    assert_eq!(world.crm().count("Case"), 51, "each has a case of its own");
    for row in world.crm().records("Case") {
        let own = row["Id"].as_str().unwrap() == theirs.to_string();
        let named = row["ContactId"].as_str().unwrap() == contact.to_string();
        assert_eq!(own, named, "an address that nobody vouches for selects nobody");
    }
    let mut carrier = Carrier::default();
    carrier.drain(world.engine()).await;
    assert_eq!(carrier.took, [], "and nobody reads the director's mail");
}
