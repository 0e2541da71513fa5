//! What it costs: calls to the CRM are counted by the CRM.

use std::time::Duration;

use casebridge_domain::pace::Pace;
use casebridge_domain::{Contact, EventKind, Identifier, Mode, NewEvent, Speaker};
use casebridge_sandbox::creatio::{FaultPlan, SlowAnswer};
use casebridge_store::NewSession;
use casebridge_tests::{World, WorldOptions, cases, seeded};

fn said(id: usize) -> NewEvent {
    let kind = EventKind::Message { from: Speaker::Customer, text: format!("message {id}"), author: None };
    NewEvent::new(format!("m{id}"), None, kind)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handoff_of_twenty_messages_costs_at_most_three_calls() {
    let world = World::new(Mode::Handoff).await;
    // One conversation before, so that what a connection looks up once is not counted for the second.
    world.side.send(&seeded(9, 3).into_iter().find(|one| one.handed_off()).unwrap()).await;
    world.side.settled().await;
    world.crm().clear_requests();
    let key = casebridge_domain::SessionKey { source: "chat".into(), external_id: "twenty".into() };
    let email = Some(Identifier { value: "somebody@example.com".into(), verified: true });
    let contact = Contact { email, ..Contact::default() };
    let new = NewSession { key, channel: "web".into(), tags: Vec::new(), topic: None, contact };
    let id = world.engine().ensure_session(new).await.unwrap().0.id;
    world.engine().append(id, (0..20).map(said).collect()).await.unwrap();
    world.side.settled().await;
    assert_eq!(world.crm().data_calls(), 0, "without a handoff there is nothing to tell the CRM");
    let handoff = EventKind::HandedOff { reason: None, summary: Some("s".into()), language: None, sentiment: None };
    let handoff = NewEvent::new("handoff", None, handoff);
    world.engine().append(id, vec![handoff]).await.unwrap();
    world.side.settled().await;
    assert_eq!(cases(world.crm())["chat/twenty"].messages().len(), 20);
    let calls = world.crm().data_calls();
    assert!(calls <= 3, "a handoff of 20 messages must cost at most 3 calls, but cost {calls}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r34_a_burst_within_the_quiet_time_costs_one_call() {
    let pace = Pace { quiet: Duration::from_millis(400), at_most: Duration::from_secs(30) };
    let world = World::with(WorldOptions { pace, ..WorldOptions::default() }).await;
    let conversation = &seeded(1, 4)[0];
    let id = world.side.send(conversation).await;
    world.side.settled().await;
    world.crm().clear_requests();
    for number in 100..108 {
        world.engine().append(id, vec![said(number)]).await.unwrap();
    }
    world.side.settled().await;
    assert_eq!(world.crm().data_calls(), 1, "eight messages within the quiet time are one batch");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_slow_conversation_delays_no_other() {
    let world = World::new(Mode::Every).await;
    world.side.send(&seeded(1, 5)[0]).await;
    world.side.settled().await;
    let slow = SlowAnswer { when: casebridge_sandbox::creatio::Chance::next(1), ms: 3_000, ..SlowAnswer::default() };
    world.crm().set_faults(FaultPlan { slow_answer: Some(slow), ..FaultPlan::default() });
    let conversations = seeded(12, 6);
    world.side.send_all(&conversations).await;
    casebridge_tests::world::eventually("eleven cases stand while one answer is awaited", async || {
        (world.crm().count("Case") >= 12).then_some(())
    })
    .await;
    assert!(world.engine().in_flight() >= 1, "the slow call is still under way when all others are through");
    world.side.settled().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_behind_hundreds_of_events_that_no_crm_wants_is_written() {
    let world = World::new(Mode::Every).await;
    let conversation = &seeded(1, 60)[0];
    let id = world.side.session(conversation).await;
    world.engine().append(id, vec![said(0)]).await.unwrap();
    world.side.settled().await;
    let thoughts = (0..300).map(|number| {
        let kind = EventKind::Reasoning { text: format!("thought {number}") };
        NewEvent::new(format!("r{number}"), None, kind)
    });
    world.engine().append(id, thoughts.chain([said(1)]).collect()).await.unwrap();
    world.side.settled().await;
    assert_eq!(cases(world.crm())[&conversation.key.path()].messages(), ["message 0", "message 1"]);
}
