//! Two desktops with a store each at one CRM: one of them delivers, the other says why it does not.

use std::time::Duration;

use casebridge_domain::absorb::HeldFor;
use casebridge_domain::{NewEvent, PauseKind};
use casebridge_engine::Engine;
use casebridge_store::Traces as _;
use casebridge_tests::people::{Carrier, case_ids};
use casebridge_tests::world::{Side, eventually, within};
use casebridge_tests::{Conversation, World, WorldOptions, cases, expect_exactly, seeded};
use jiff::Timestamp;
use serde_json::json;

fn polling() -> WorldOptions {
    WorldOptions {
        settings: json!({ "back": { "poll_seconds": 1, "idle_poll_seconds": 1 } }),
        ..WorldOptions::default()
    }
}

async fn stopped(engine: &Engine) -> bool {
    let connection = engine.connection("creatio").await.unwrap();
    connection.pause.is_some_and(|pause| pause.kind == PauseKind::AnotherEngine)
}

/// The CRM's clock is known only within a call and by the second: what is said from now on is later than that.
async fn delivers(side: &Side, conversations: &[Conversation]) {
    eventually("from now on replies on every case are delivered", async || {
        for conversation in conversations {
            let case = side.store.case(side.connection.id, conversation.key.session_id()).await.unwrap()?;
            let after: Timestamp = case.deliver_after?.parse().unwrap();
            if after >= Timestamp::now() {
                return None;
            }
        }
        Some(())
    })
    .await;
}

/// Sends all conversations with the source's own times, which alone two engines agree on: a message a second.
async fn feed(side: &Side, conversations: &[Conversation], begun: Timestamp) {
    futures::future::join_all(conversations.iter().map(async |conversation| {
        let id = side.session(conversation).await;
        for (at, event) in conversation.events().into_iter().enumerate() {
            let occurred_at = Some(begun + Duration::from_secs(at as u64));
            side.engine.append(id, vec![NewEvent { occurred_at, ..event }]).await.unwrap();
        }
    }))
    .await;
}

/// A person answers on every case; the texts by conversation.
fn answer_all(world: &World, what: &str) -> Vec<(String, String)> {
    let cases = case_ids(world.crm());
    for (session, case) in &cases {
        world.crm().supervisor().email_reply(*case, &format!("<p>{what} {session}</p>")).unwrap();
    }
    cases.into_keys().map(|session| (session.clone(), format!("{what} {session}"))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_desktop_delivers_nothing_says_why_and_goes_on_when_told_to() {
    let world = World::with(polling()).await;
    let conversations: Vec<Conversation> = seeded(12, 7);
    world.side.send_all(&conversations).await;
    world.side.settled().await;
    let before = cases(world.crm());

    let second = Side::open(&world.creatio, &polling()).await;
    second.send_all(&conversations).await;
    eventually("the second engine stops", async || stopped(&second.engine).await.then_some(())).await;
    assert!(cases(world.crm()) == before, "the second changed nothing in the CRM");
    let answers = answer_all(&world, "Answer to");
    let (mut first_carrier, mut second_carrier) = (Carrier::default(), Carrier::default());
    eventually("the first desktop delivers every reply", async || {
        first_carrier.drain(world.engine()).await;
        (first_carrier.replies().len() == answers.len()).then_some(())
    })
    .await;
    second_carrier.drain(&second.engine).await;
    assert_eq!(second_carrier.replies(), [], "and the customer hears nothing twice");
    let mut delivered = first_carrier.replies();
    delivered.sort();
    assert_eq!(delivered, answers, "each reply once, to its conversation");
    assert!(!stopped(world.engine()).await, "nothing the second did stops the first");

    let session = conversations[0].key.session_id();
    let explained = second.engine.explain(session).await.unwrap();
    let replies = explained[0].answers.iter().find(|answer| answer.question.contains("replies")).unwrap();
    assert!(replies.sentence.contains("another engine"), "it says why: {replies:?}");
    assert!(replies.action.as_ref().unwrap().contains("take over"), "and what to do: {replies:?}");
    assert!(second.engine.test_connection("creatio").await.unwrap().is_good());
    assert!(stopped(&second.engine).await, "a good test says nothing about who delivers");

    world.engine().stop().await;
    let left_behind = answer_all(&world, "Said to nobody's engine");
    second.engine.take_over("creatio", "test").await.unwrap();
    second.settled().await;
    delivers(&second, &conversations).await;
    let fresh = answer_all(&world, "Said after");
    within(
        Duration::from_secs(60),
        "what people say from now on arrives",
        async || {
            second_carrier.drain(&second.engine).await;
            (second_carrier.replies().len() == fresh.len()).then_some(())
        },
        async || {
            let replies = second.engine.replies(None, None, 100).await.unwrap();
            let states: Vec<_> = replies.iter().map(|reply| (&reply.state, reply.held_for, reply.tries)).collect();
            format!("{} {states:?}", states.len())
        },
    )
    .await;
    let mut delivered = second_carrier.replies();
    delivered.sort();
    assert_eq!(delivered, fresh, "nothing that the first desktop delivered");
    let held = second.engine.replies(None, Some("held".into()), 100).await.unwrap();
    assert!(
        held.iter().all(|reply| reply.held_for == Some(HeldFor::Restored)),
        "whether they were delivered is unknown"
    );
    let expected = left_behind.len() + answers.len();
    assert_eq!(held.len(), expected, "what nobody delivered, and what the first may have, waits for a person");
    expect_exactly(world.crm(), conversations.iter());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_desktops_fed_at_the_same_moment_never_both_deliver() {
    let world = World::with(polling()).await;
    let second = Side::open(&world.creatio, &polling()).await;
    let conversations: Vec<Conversation> = seeded(20, 11);
    let begun = Timestamp::now();
    tokio::join!(feed(&world.side, &conversations, begun), feed(&second, &conversations, begun));
    let engines = [world.engine(), &second.engine];
    eventually("one of them stops", async || (stopped(engines[0]).await || stopped(engines[1]).await).then_some(()))
        .await;
    let going = match (stopped(engines[0]).await, stopped(engines[1]).await) {
        (true, true) => {
            // Each met a case of the other: a person decides.
            engines[0].take_over("creatio", "test").await.unwrap();
            &world.side
        }
        (true, false) => &second,
        _ => &world.side,
    };
    eventually("whoever goes on has carried everything into the CRM, or has stopped too", async || {
        let all = case_ids(world.crm()).len() == conversations.len();
        (all || stopped(&going.engine).await).then_some(())
    })
    .await;
    if stopped(&going.engine).await {
        going.engine.take_over("creatio", "test").await.unwrap();
    }
    going.settled().await;
    delivers(going, &conversations).await;
    let answers = answer_all(&world, "Answer to");
    let mut carriers = [Carrier::default(), Carrier::default()];
    eventually("every reply is delivered", async || {
        let mut heard = 0;
        for (carrier, engine) in carriers.iter_mut().zip(engines) {
            carrier.drain(engine).await;
            heard += carrier.replies().len();
        }
        (heard >= answers.len()).then_some(())
    })
    .await;
    let mut delivered = [carriers[0].replies(), carriers[1].replies()].concat();
    delivered.sort();
    assert_eq!(delivered, answers, "each once, whoever delivered it");
    expect_exactly(world.crm(), conversations.iter());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_removed_and_added_again_meets_its_own_work() {
    let world = World::with(polling()).await;
    let conversations: Vec<Conversation> = seeded(6, 13);
    world.side.send_all(&conversations).await;
    world.side.settled().await;
    let connection = world.side.connection.clone();
    let engine = world.engine();
    engine.remove_connection("creatio", "test").await.unwrap();
    let new = casebridge_engine::connections::NewCreatio {
        name: "creatio".into(),
        mode: casebridge_domain::Mode::Every,
        settings: casebridge_engine::connections::creatio_settings(&connection.settings).unwrap(),
        secret: Some(casebridge_sandbox::creatio::ClientApp::demo().client_secret.into()),
    };
    let again = engine.add_creatio(new, "test").await.unwrap();
    for conversation in &conversations {
        let resolved = casebridge_domain::EventKind::Resolved { by: None, via: None };
        let event = casebridge_domain::NewEvent::new("resolved-again", None, resolved);
        engine.append(conversation.key.session_id(), vec![event]).await.unwrap();
    }
    eventually("the new connection has written everything", async || {
        use casebridge_store::Lanes as _;
        let counts = world.side.store.lane_counts(casebridge_domain::Consumer::Crm(again.id)).await.unwrap();
        let paused = engine.connection("creatio").await.unwrap().pause;
        assert_eq!(paused, None, "what this store wrote under the old connection is its own");
        (counts.all > 0 && counts.due == 0 && counts.leased == 0).then_some(())
    })
    .await;
    assert_eq!(case_ids(world.crm()).len(), conversations.len(), "no case is doubled");
}
