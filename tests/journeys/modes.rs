//! Which sessions become cases, in each mode and when the mode is switched midway.

use casebridge_domain::Mode;
use casebridge_engine::connections::ConnectionChange;
use casebridge_tests::{Conversation, World, expect_exactly, scenarios, seeded};

fn conversations() -> Vec<Conversation> {
    let mut all = scenarios();
    all.extend(seeded(60, 1));
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_conversation_becomes_one_case_with_one_activity_a_message() {
    let world = World::new(Mode::Every).await;
    let conversations = conversations();
    world.side.send_all(&conversations).await;
    world.side.settled().await;
    expect_exactly(world.crm(), conversations.iter());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handoff_only_brings_the_whole_transcript_of_those_handed_off() {
    let world = World::new(Mode::Handoff).await;
    let conversations = conversations();
    world.side.send_all(&conversations).await;
    world.side.settled().await;
    let handed_off = conversations.iter().filter(|conversation| conversation.handed_off());
    assert!(handed_off.clone().count() >= 10, "the seed hands some off");
    expect_exactly(world.crm(), handed_off);
    // And each conversation without a case says why.
    for conversation in conversations.iter().filter(|conversation| !conversation.handed_off()) {
        let explained = world.engine().explain(conversation.key.session_id()).await.unwrap();
        let sentence = &explained[0].answers[0].sentence;
        assert!(sentence.contains("not handed to a person"), "the reason is told: {sentence}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_a_switch_in_either_direction_applies_to_sessions_with_an_event_after_it() {
    for (first, second) in [(Mode::Every, Mode::Handoff), (Mode::Handoff, Mode::Every)] {
        let world = World::new(first).await;
        let conversations = seeded(40, 2);
        // One half ends before the switch; of the other half one message comes before it.
        let (ended, going_on) = conversations.split_at(20);
        world.side.send_all(ended).await;
        for conversation in going_on {
            let id = world.side.session(conversation).await;
            world.engine().append(id, vec![conversation.events().remove(0)]).await.unwrap();
        }
        let change = ConnectionChange { mode: Some(second), ..ConnectionChange::default() };
        world.engine().change_connection("creatio", change, "test").await.unwrap();
        world.side.send_all(going_on).await;
        world.side.settled().await;
        let expected = conversations.iter().enumerate().filter(|(number, conversation)| {
            let whole = *number >= 20;
            match (first, whole) {
                // The first message was taken in under *every*: that case was promised.
                (Mode::Every, _) => true,
                (Mode::Handoff, true) => conversation.messages().len() > 1,
                (Mode::Handoff, false) => conversation.handed_off(),
            }
        });
        expect_exactly(world.crm(), expected.map(|(_, conversation)| conversation));
    }
}
