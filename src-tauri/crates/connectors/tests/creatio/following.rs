//! Following what changes anywhere in the CRM, at the edges of time (R16).

use std::collections::HashSet;

use casebridge_connectors::creatio::Creatio;
use casebridge_connectors::{CaseSystem, Changes};
use casebridge_domain::{FailureClass, Mark, Marks, RecordKind};
use casebridge_sandbox::creatio::{
    Chance, CreatioConfig, FaultPlan, ObjectRights, Rights, SandboxClock, VirtualClock, ids as stock,
};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use crate::back::{mail, portal};
use crate::support::{World, began, judged};

async fn at_a_clock() -> (World, VirtualClock) {
    let clock = VirtualClock::starting_at(began());
    let config = CreatioConfig { clock: SandboxClock::Virtual(clock.clone()), ..CreatioConfig::default() };
    let world = World::start(config).await;
    // Something of each kind stands already: an empty table begins at the clock of the web server.
    let case = world.sandbox().insert("Case", &json!({ "Subject": "old" })).unwrap();
    world.sandbox().insert("Activity", &mail(case, &json!({}))).unwrap();
    world.sandbox().insert("PortalMessage", &portal(case, &json!({}))).unwrap();
    clock.advance(SignedDuration::from_secs(1));
    (world, clock)
}

async fn page(client: &Creatio, world: &World, marks: &Marks) -> Changes {
    client.changes(marks, &world.log).await.expect("changes can be read")
}

/// Marks at what is newest now.
async fn begin(client: &Creatio, world: &World) -> Marks {
    let first = page(client, world, &Marks::default()).await;
    assert!(first.records.is_empty() && first.cases.is_empty() && !first.more, "the past is not told");
    first.marks
}

/// All that changed since the marks, and the marks behind it.
async fn round(client: &Creatio, world: &World, mut marks: Marks) -> (Vec<(RecordKind, Uuid, String)>, Marks) {
    let mut seen = Vec::new();
    for _ in 0..200 {
        let changes = page(client, world, &marks).await;
        seen.extend(changes.records.into_iter().map(|one| (one.record.kind, one.record.id, one.modified)));
        seen.extend(changes.cases.into_iter().map(|one| (RecordKind::Case, one.id, one.modified)));
        marks = changes.marks;
        if !changes.more {
            return (seen, marks);
        }
    }
    panic!("the round does not end");
}

fn distinct(seen: &[(RecordKind, Uuid, String)]) -> usize {
    seen.iter().collect::<HashSet<_>>().len()
}

#[tokio::test]
async fn r16_one_call_tells_what_changed_anywhere() {
    let (world, clock) = at_a_clock().await;
    let client = world.client();
    let case = world.sandbox().insert("Case", &json!({ "Subject": "x" })).unwrap();
    let old = world.sandbox().insert("Activity", &mail(case, &json!({}))).unwrap();
    let marks = begin(&client, &world).await;
    let written = world.sandbox().record("Activity", old).unwrap()["ModifiedOn"].clone();
    assert_eq!(json!(marks.activities.at), written, "the CRM's own text, never our clock");
    clock.advance(SignedDuration::from_secs(1));
    let reply = world.sandbox().insert("Activity", &mail(case, &json!({}))).unwrap();
    world.sandbox().insert("Activity", &json!({ "Title": "on no case" })).unwrap();
    let message = world.sandbox().insert("PortalMessage", &portal(case, &json!({}))).unwrap();
    let elsewhere = json!({ "EntitySchemaUId": stock::ACTIVITY_SCHEMA, "EntityId": old, "Message": "x" });
    world.sandbox().insert("PortalMessage", &elsewhere).unwrap();
    world.sandbox().update("Case", case, &json!({ "OwnerId": stock::AGENT_CONTACT })).unwrap();
    world.sandbox().clear_requests();
    let changes = page(&client, &world, &marks).await;
    assert_eq!(world.sandbox().data_calls(), 1, "never case by case");
    assert!(changes.now.is_some() && !changes.more);
    let of_case: Vec<Uuid> = changes.records.iter().filter(|one| one.case == case).map(|one| one.record.id).collect();
    assert_eq!(of_case, [old, reply, message], "at or after the mark");
    assert_eq!(changes.records.len(), 4, "one message is older than all that; what is on no case is left out");
    assert_eq!((changes.cases[0].id, changes.cases[0].owner), (case, Some(stock::AGENT_CONTACT)));
    assert_eq!(changes.cases[0].status, Some(stock::STATUS_NEW));
    let again = page(&client, &world, &changes.marks).await;
    assert_eq!(again.marks, changes.marks, "nothing new leaves the marks");
}

#[tokio::test]
async fn r16_five_thousand_rows_of_one_time_are_all_seen_and_the_round_ends() {
    let (world, clock) = at_a_clock().await;
    let client = world.client();
    let marks = begin(&client, &world).await;
    clock.advance(SignedDuration::from_secs(60));
    let case = world.sandbox().insert("Case", &json!({ "Subject": "imported" })).unwrap();
    for _ in 0..5_000 {
        world.sandbox().insert("Activity", &json!({ "Title": "imported", "CaseId": case })).unwrap();
    }
    for _ in 0..700 {
        world.sandbox().insert("Case", &json!({ "Subject": "imported" })).unwrap();
    }
    let (seen, marks) = round(&client, &world, marks).await;
    assert_eq!(distinct(&seen), 5_000 + 701 + 3, "every one, and those that the marks stood at");
    assert!(seen.len() < 5_704 + 1_100, "a time is begun again once, for each kind: {}", seen.len());
    clock.advance(SignedDuration::from_secs(1));
    let late = world.sandbox().insert("Activity", &mail(case, &json!({}))).unwrap();
    world.sandbox().clear_requests();
    let (seen, _) = round(&client, &world, marks.clone()).await;
    assert!(seen.iter().any(|one| one.1 == late), "what comes after them is seen");
    assert_eq!(world.sandbox().data_calls(), 1, "without walking through all of them again");
    let (seen, _) = round(&world.client(), &world, marks).await;
    assert!(distinct(&seen) > 5_000, "after a restart nothing is taken on trust");
}

#[tokio::test]
async fn r16_rows_that_change_between_two_pages_are_not_lost() {
    let (world, clock) = at_a_clock().await;
    let client = world.client();
    let marks = begin(&client, &world).await;
    clock.advance(SignedDuration::from_secs(60));
    let case = world.sandbox().insert("Case", &json!({ "Subject": "x" })).unwrap();
    let ids: Vec<Uuid> = (0..1_200)
        .map(|_| world.sandbox().insert("Activity", &json!({ "Title": "imported", "CaseId": case })).unwrap())
        .collect();
    let first = page(&client, &world, &marks).await;
    assert!(first.more);
    clock.advance(SignedDuration::from_secs(1));
    // Two that were read go to the end: what stood behind them moves up, into what is skipped.
    let second = page(&client, &world, &first.marks).await;
    let read = second.records.iter().map(|one| one.record).filter(|record| record.kind == RecordKind::Activity);
    let touched: Vec<Uuid> = read.map(|record| record.id).step_by(300).take(2).collect();
    for id in &touched {
        world.sandbox().update("Activity", *id, &json!({ "Title": "changed" })).unwrap();
    }
    let (rest, _) = round(&client, &world, second.marks).await;
    let early = first.records.iter().chain(&second.records).map(|one| one.record.id);
    let all: HashSet<Uuid> = early.chain(rest.iter().map(|one| one.1)).collect();
    assert!(ids.iter().all(|id| all.contains(id)), "none is lost");
    let later = |id: &Uuid| rest.iter().any(|one| one.1 == *id && one.2.starts_with("2026-03-01T10:01:02"));
    assert!(touched.iter().all(later), "the change itself is seen");
}

#[tokio::test]
async fn r16_an_empty_table_begins_a_moment_ago() {
    let world = World::plain().await;
    let client = world.client();
    let marks = begin(&client, &world).await;
    let at: jiff::Timestamp = marks.activities.at.as_deref().unwrap().parse().unwrap();
    assert!(at < jiff::Timestamp::now(), "the CRM's clock counts seconds; nothing may fall between");
    let case = world.sandbox().insert("Case", &json!({ "Subject": "x" })).unwrap();
    let first = world.sandbox().insert("Activity", &mail(case, &json!({}))).unwrap();
    let (seen, _) = round(&client, &world, marks).await;
    assert!(seen.iter().any(|one| one.1 == first));
}

#[tokio::test]
async fn r16_a_failed_round_keeps_its_marks_and_a_broken_mark_is_said() {
    let (world, _clock) = at_a_clock().await;
    let client = world.client();
    let marks = begin(&client, &world).await;
    world.fail(FaultPlan { html_login_200: Some(Chance::next(1).on("POST", "$batch")), ..FaultPlan::default() });
    let failure = client.changes(&marks, &world.log).await.unwrap_err();
    assert!(failure.is_transient(), "a page is no answer: {failure}");
    let broken = Marks { cases: Mark { at: Some("yesterday or true".into()), skip: 0 }, ..marks };
    let failure = client.changes(&broken, &world.log).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Setup, "R25: what is no moment is not sent");
}

#[tokio::test]
async fn r7_an_instance_without_a_portal_is_followed_once_portal_replies_are_off() {
    let mut world = World::plain().await;
    world.sandbox().set_rights(Rights::all().with("PortalMessage", ObjectRights::NONE));
    let failure = world.client().changes(&Marks::default(), &world.log).await.unwrap_err();
    assert_eq!(judged(&failure).0, FailureClass::Rights, "replies that were chosen must be readable");
    world.settings.replies.portal = false;
    let client = world.client();
    let marks = begin(&client, &world).await;
    let case = world.sandbox().insert("Case", &json!({ "Subject": "x" })).unwrap();
    let (seen, _) = round(&client, &world, marks).await;
    assert!(seen.iter().any(|one| one.1 == case), "the rest is read");
}
