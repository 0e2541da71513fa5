//! People answer in the CRM: each reply reaches the customer's carrier once, and nothing else does.

use std::collections::BTreeSet;

use casebridge_domain::{Mode, SessionId};
use casebridge_sandbox::creatio::{Recipe, RecipeKind};
use casebridge_store::LaneFilter;
use casebridge_tests::people::{Carrier, Shares, Work, case_ids, undecided};
use casebridge_tests::world::{eventually, eventually_told};
use casebridge_tests::{Conversation, World, WorldOptions, seeded};
use serde_json::json;

/// Nobody here has a period to wait for.
fn polling() -> WorldOptions {
    WorldOptions {
        settings: json!({ "back": { "poll_seconds": 5, "idle_poll_seconds": 5 } }),
        ..WorldOptions::default()
    }
    .with_task_replies()
}

fn recipe(kind: RecipeKind, url: String) -> Recipe {
    Recipe { url, kind, ..serde_json::from_value(json!({ "kind": "plain", "url": "" })).unwrap() }
}

/// Those that no event of their own resolves.
fn open_ones(conversations: &[Conversation]) -> BTreeSet<String> {
    conversations.iter().filter(|one| !one.resolved()).map(|one| one.key.path()).collect()
}

async fn arrives(world: &World, work: &Work, carrier: &mut Carrier) {
    eventually("everything that people did has arrived", async || {
        carrier.drain(world.engine()).await;
        work.arrived(carrier).then_some(())
    })
    .await;
}

async fn settled(world: &World) {
    world.side.settled().await;
    let connection = world.side.connection.id;
    use casebridge_store::Inbound as _;
    eventually("no case is left to look at", async || {
        world.side.store.next_pull(connection).await.unwrap().is_none().then_some(())
    })
    .await;
}

async fn everything_is_decided(world: &World, conversations: &[Conversation]) {
    let sessions: Vec<SessionId> = conversations.iter().map(|one| one.key.session_id()).collect();
    eventually_told(
        "every record has its decision",
        async || {
            let decided = world.side.decisions(sessions.clone()).await;
            undecided(world.crm(), &decided).is_empty().then_some(())
        },
        async || {
            let decided = world.side.decisions(sessions.clone()).await;
            format!("{:?}", undecided(world.crm(), &decided).len())
        },
    )
    .await;
}

const SHARES: Shares = Shares { replies: 40, closures: 12, reopenings: 6, incoming: 8, internal: 16 };

async fn day(mut world: World, kind: Option<Recipe>) {
    if let Some(recipe) = kind {
        let url = world.side.open_door().await;
        world.crm().set_recipe(&Recipe { url, ..recipe });
    }
    let conversations = seeded(60, 77);
    world.side.send_all(&conversations).await;
    world.side.settled().await;
    let mut carrier = Carrier::default();
    let mut work = Work::day(world.crm(), &open_ones(&conversations), SHARES);
    work.send_drafts(world.crm());
    arrives(&world, &work, &mut carrier).await;
    work.reopen(world.crm(), SHARES.reopenings);
    arrives(&world, &work, &mut carrier).await;
    settled(&world).await;
    everything_is_decided(&world, &conversations).await;
    carrier.drain(world.engine()).await;
    work.expect(&carrier);
    for (text, session) in &work.incoming {
        let id = conversations.iter().find(|one| one.key.path() == *session).unwrap().key.session_id();
        let log = world.engine().store().events(id, 0, i64::MAX).await.unwrap();
        let count =
            log.iter().filter(|event| serde_json::to_string(&event.kind).unwrap().contains(text.as_str())).count();
        assert_eq!(count, 1, "the customer's mail to the CRM is in the conversation once: {text}");
    }
    let lanes = world.engine().lanes(LaneFilter { parked: Some(true), ..LaneFilter::default() }).await.unwrap();
    assert!(lanes.is_empty(), "nothing is parked: {lanes:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_every_webhook_lost_polling_brings_each_reply_once() {
    day(World::with(polling()).await, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r1_the_customer_s_plain_recipe_echoes_our_own_rows_and_nobody_reads_them() {
    let world = World::with(WorldOptions::default().with_task_replies()).await;
    let recipe = recipe(RecipeKind::Plain, String::new());
    // The plain recipe says nothing of portal messages and of drafts that are sent: polling does.
    day_with_polling(world, recipe).await;
}

async fn day_with_polling(world: World, recipe: Recipe) {
    let change = casebridge_engine::connections::ConnectionChange {
        settings: [("back".to_owned(), json!({ "poll_seconds": 5, "idle_poll_seconds": 5 }))].into_iter().collect(),
        ..Default::default()
    };
    world.engine().change_connection("creatio", change, "test").await.unwrap();
    day(world, Some(recipe)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_our_recipe_replies_need_no_polling() {
    let world = World::with(WorldOptions::default().with_task_replies()).await;
    let cases = case_ids(world.crm());
    assert!(cases.is_empty());
    day(world, Some(recipe(RecipeKind::Guided, String::new()))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_ten_times_over_shuffled_and_lost_bring_each_reply_once() {
    let world = World::with(polling()).await;
    let recipe = Recipe {
        duplication: 10,
        shuffled: Some(4),
        background: true,
        loss: 0.3,
        ..recipe(RecipeKind::Guided, String::new())
    };
    day_with_polling(world, recipe).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_engine_makes_few_calls_and_none_before_there_is_a_case() {
    let world = World::new(Mode::Every).await;
    assert_eq!(world.crm().data_calls(), 0, "without a case there is nothing to poll for");
}
