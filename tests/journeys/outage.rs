//! A CRM that is down for thirteen days of virtual time, and causes that lie with the connection.

use std::sync::Arc;
use std::time::Duration;

use casebridge_domain::{ConnectionKind, Mode, PauseKind};
use casebridge_engine::connections::ConnectionChange;
use casebridge_engine::{Clock, VirtualClock};
use casebridge_sandbox::creatio::{ClientApp, FaultPlan};
use casebridge_store::{LaneFilter, Lanes as _, Registry as _};
use casebridge_tests::world::eventually;
use casebridge_tests::{World, WorldOptions, expect_exactly, seeded};
use jiff::Timestamp;

/// Moves the clock from alarm to alarm until `end`; nobody is asleep longer than needed.
async fn live_through(world: &World, clock: &VirtualClock, end: Timestamp) {
    while clock.now() < end {
        eventually("every pass under way has ended", async || (world.engine().in_flight() == 0).then_some(())).await;
        match clock.next_alarm() {
            Some(alarm) if alarm <= end => clock.advance_to(alarm),
            Some(_) => clock.advance_to(end),
            None => tokio::task::yield_now().await,
        }
        // Let those who were woken take their turn.
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crm_that_is_down_for_thirteen_days_loses_nothing_and_costs_few_probes() {
    let clock = Arc::new(VirtualClock::new("2026-03-01T00:00:00Z".parse().unwrap()));
    let options = WorldOptions { clock: Arc::clone(&clock) as Arc<dyn Clock>, ..WorldOptions::default() };
    let world = World::with(options).await;
    world.crm().set_faults(FaultPlan { down: true, ..FaultPlan::default() });
    let conversations = seeded(40, 10);
    world.side.send_all(&conversations).await;
    let began = clock.now();
    live_through(&world, &clock, began + Duration::from_secs(13 * 86_400)).await;
    assert_eq!(world.crm().count("Case"), 0, "the CRM was down all the time");
    let parked = world.engine().lanes(LaneFilter { parked: Some(true), ..LaneFilter::default() }).await.unwrap();
    assert!(parked.is_empty(), "thirteen days are within the horizon: {}", parked.len());
    let tried = world.crm().requests().len();
    assert!(tried < 1_500, "a CRM that is down costs probes, not a storm: {tried} requests in thirteen days");
    world.crm().set_faults(FaultPlan::default());
    live_through(&world, &clock, clock.now() + Duration::from_secs(86_400)).await;
    world.side.settled().await;
    expect_exactly(world.crm(), conversations.iter());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r18_a_wrong_secret_pauses_the_connection_once_and_parks_no_lane() {
    let world = World::new(Mode::Every).await;
    let client = ClientApp::demo();
    world.crm().rotate_secret(&client.client_id, "somebody changed it");
    world.crm().revoke_tokens(true);
    let conversations = seeded(30, 12);
    world.side.send_all(&conversations).await;
    let store = &world.side.store;
    eventually("the connection is paused", async || {
        let pause = store.connections().await.unwrap().remove(0).pause?;
        (pause.kind == PauseKind::Fault).then_some(())
    })
    .await;
    let lanes = world.engine().lanes(LaneFilter::default()).await.unwrap();
    assert!(lanes.iter().all(|lane| lane.state.name() != "parked"), "the lanes did nothing wrong");
    let sentence = &world.engine().explain(lanes[0].session).await.unwrap()[0].answers[4].sentence;
    assert!(sentence.contains("paused"), "the trace says so: {sentence}");
    let report = world.engine().test_connection("creatio").await.unwrap();
    assert!(!report.is_good(), "the test names the cause");
    assert_eq!(world.side.connection.kind, ConnectionKind::Creatio);

    let change = ConnectionChange { secret: Some("somebody changed it".to_owned().into()), ..Default::default() };
    world.engine().change_connection("creatio", change, "test").await.unwrap();
    let report = world.engine().test_connection("creatio").await.unwrap();
    assert!(report.is_good(), "{:?}", report.failure);
    world.side.settled().await;
    expect_exactly(world.crm(), conversations.iter());
    let counts = store.lane_counts(world.side.consumer()).await.unwrap();
    assert_eq!(counts.parked, 0);
}
