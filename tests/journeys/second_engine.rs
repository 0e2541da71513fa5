//! A second, empty data folder beside a CRM that holds everything already.

use casebridge_domain::Mode;
use casebridge_tests::world::Side;
use casebridge_tests::{World, WorldOptions, cases, expect_exactly, scenarios, seeded};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reinstalled_engine_finds_its_records_instead_of_doubling_them() {
    let options = WorldOptions { mode: Mode::Every, ..WorldOptions::default() };
    let world = World::with(options).await;
    let mut conversations = scenarios();
    conversations.extend(seeded(60, 30));
    world.side.send_all(&conversations).await;
    world.side.settled().await;
    let before = cases(world.crm());
    let rows = (world.crm().count("Case"), world.crm().count("Activity"), world.crm().count("Contact"));

    let second = Side::open(&world.creatio, &WorldOptions::default()).await;
    second.engine.take_over("creatio", "test").await.unwrap();
    second.send_all(&conversations).await;
    second.settled().await;
    let after = (world.crm().count("Case"), world.crm().count("Activity"), world.crm().count("Contact"));
    assert_eq!(after, rows, "0 new cases, 0 new activities, 0 new contacts");
    assert_eq!(cases(world.crm()), before, "and nothing is changed");
    expect_exactly(world.crm(), conversations.iter());
    let lanes =
        second.engine.lanes(casebridge_store::LaneFilter { unfinished: true, ..Default::default() }).await.unwrap();
    assert!(lanes.is_empty(), "the second engine knows that everything stands: {lanes:?}");
}
