//! The fault mix: whatever is lost, cut or refused in between, the CRM ends up with the very same records.

use std::time::Duration;

use casebridge_domain::Mode;
use casebridge_sandbox::creatio::{Chance, CutBatch, FaultPlan, SlowAnswer};
use casebridge_tests::faults::mix;
use casebridge_tests::{World, WorldOptions, cases, expect_exactly, scenarios, seeded};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_records_after_a_run_full_of_faults_are_those_of_a_run_without() {
    let mut conversations = scenarios();
    conversations.extend(seeded(150, 7));
    let clean = World::new(Mode::Every).await;
    clean.side.send_all(&conversations).await;
    clean.side.settled().await;

    let faulty = World::new(Mode::Every).await;
    faulty.crm().set_faults(mix(11));
    faulty.side.send_all(&conversations).await;
    // The faults go on until everything is through: nothing may depend on a calm end.
    faulty.side.settled().await;
    let parked =
        faulty.engine().lanes(casebridge_store::LaneFilter { parked: Some(true), ..Default::default() }).await.unwrap();
    assert!(parked.is_empty(), "no transient fault may park a lane: {parked:?}");
    expect_exactly(faulty.crm(), conversations.iter());
    assert_eq!(cases(faulty.crm()), cases(clean.crm()), "kind, key, text and order per case");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_half_done_batches_go_on_from_the_first_missing_record() {
    for parts in 1..6 {
        let world = World::new(Mode::Handoff).await;
        let conversation = seeded(20, 8).into_iter().find(|one| one.handed_off() && one.messages().len() > 6).unwrap();
        let cut = CutBatch { when: Chance::next(1), parts };
        world.crm().set_faults(FaultPlan { batch_cut_after: Some(cut), ..FaultPlan::default() });
        world.side.send(&conversation).await;
        world.side.settled().await;
        expect_exactly(world.crm(), std::iter::once(&conversation));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r11_an_answer_later_than_the_time_out_makes_nothing_twice() {
    let settings = json!({ "write_timeout_ms": 1000, "read_timeout_ms": 1000 });
    let world = World::with(WorldOptions { settings, ..WorldOptions::default() }).await;
    let conversations = seeded(6, 9);
    let slow = SlowAnswer {
        when: Chance::next(3).on("POST", "$batch"),
        ms: 2_500,
        work: casebridge_sandbox::creatio::WhenWork::After,
    };
    world.crm().set_faults(FaultPlan { slow_answer: Some(slow), ..FaultPlan::default() });
    world.side.send_all(&conversations).await;
    world.side.settled().await;
    // What the CRM was still working on comes in late; it must find its place taken.
    tokio::time::timeout(Duration::from_secs(60), async {
        while world.crm().requests().iter().any(|request| request.status == Some(0)) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    expect_exactly(world.crm(), conversations.iter());
}
