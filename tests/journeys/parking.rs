//! What nobody can retry waits for a person, says why, and delays nobody else.

use casebridge_domain::{Mode, ParkKind};
use casebridge_sandbox::creatio::{Chance, FaultPlan, UnderUs};
use casebridge_store::LaneFilter;
use casebridge_tests::world::eventually;
use casebridge_tests::{World, cases, expect_exactly, seeded};
use serde_json::json;

fn parked() -> LaneFilter {
    LaneFilter { parked: Some(true), ..LaneFilter::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_item_parks_its_lane_alone_and_skipping_leaves_a_line() {
    let world = World::new(Mode::Every).await;
    let conversations = seeded(12, 20);
    let (poisoned, healthy) = conversations.split_first().unwrap();
    // The admin makes a column required that our activities do not fill: for one conversation only, because
    // the rule is lifted before the others come.
    let first = world.side.session(poisoned).await;
    world.engine().append(first, vec![poisoned.events().remove(0)]).await.unwrap();
    world.side.settled().await;
    world.crm().require_column("Activity", "Notes");
    world.engine().append(first, vec![poisoned.events().remove(1)]).await.unwrap();
    eventually("the lane is parked", async || (world.engine().lanes(parked()).await.unwrap().len() == 1).then_some(()))
        .await;
    let lane = world.engine().lanes(parked()).await.unwrap().remove(0);
    assert!(
        lane.reason.as_deref().is_some_and(|reason| reason.contains("Notes")),
        "the CRM's words: {:?}",
        lane.reason
    );
    world.crm().reset();
    world.side.send_all(healthy).await;
    eventually("the others are through", async || (world.crm().count("Case") >= healthy.len()).then_some(())).await;
    assert_eq!(world.engine().lanes(parked()).await.unwrap().len(), 1, "one poisoned conversation delays no other");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_a_case_deleted_by_the_admin_is_not_resurrected() {
    let world = World::new(Mode::Every).await;
    let conversations = seeded(3, 21);
    world.side.send(&conversations[0]).await;
    world.side.settled().await;
    let id = world.crm().records("Case")[0]["Id"].as_str().unwrap().parse().unwrap();
    world.crm().delete("Case", id).unwrap();
    let kind = casebridge_domain::EventKind::Message {
        from: casebridge_domain::Speaker::Customer,
        text: "are you there?".into(),
        author: None,
    };
    let event = casebridge_domain::NewEvent::new("late", None, kind);
    world.engine().append(conversations[0].key.session_id(), vec![event]).await.unwrap();
    world.side.settled().await;
    assert_eq!(world.crm().count("Case"), 0, "spam that was deleted stays deleted");
    let lane = world.engine().lanes(parked()).await.unwrap().remove(0);
    let casebridge_domain::LaneState::Parked { reason } = lane.state else { panic!("parked") };
    assert_eq!(reason.kind, ParkKind::CaseGone);
    let sentence = &world.engine().explain(lane.session).await.unwrap()[0].answers[0].sentence;
    assert!(sentence.contains("deleted"), "{sentence}");
    world.side.send(&conversations[1]).await;
    world.side.settled().await;
    assert_eq!(cases(world.crm()).len(), 1, "others go on");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_deletion_just_before_our_write_is_seen() {
    let world = World::new(Mode::Every).await;
    let conversation = &seeded(1, 22)[0];
    let id = world.side.session(conversation).await;
    world.engine().append(id, vec![conversation.events().remove(0)]).await.unwrap();
    world.side.settled().await;
    world.crm().set_faults(FaultPlan {
        under_us: Some(UnderUs { when: Chance::next(1), ..UnderUs::default() }),
        ..FaultPlan::default()
    });
    world.engine().append(id, conversation.events()).await.unwrap();
    world.side.settled().await;
    assert_eq!(world.crm().count("Case"), 0);
    assert_eq!(world.engine().lanes(parked()).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lane_parked_by_hand_waits_and_goes_on_where_it_was() {
    let world = World::new(Mode::Every).await;
    let conversation = &seeded(1, 23)[0];
    let id = world.side.session(conversation).await;
    world.engine().append(id, vec![conversation.events().remove(0)]).await.unwrap();
    world.side.settled().await;
    world.engine().park_lane(world.side.consumer(), id, "a test", "test").await.unwrap();
    world.engine().append(id, conversation.events()).await.unwrap();
    world.side.settled().await;
    assert_eq!(cases(world.crm())[&conversation.key.path()].messages().len(), 1, "parked is parked");
    let one = LaneFilter { session: Some(id), ..LaneFilter::default() };
    assert_eq!(world.engine().retry_lanes(one, "test").await.unwrap(), 1);
    world.side.settled().await;
    expect_exactly(world.crm(), std::iter::once(conversation));
    assert_eq!(json!(world.engine().lanes(LaneFilter::default()).await.unwrap())[0]["state"], "synced");
}
