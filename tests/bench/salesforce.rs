//! 1,500 conversations into an org through faults, with the kit and without it, and a backlog of 10,000 that keeps to the
//! connection's share of the org's calls.

use std::time::{Duration, Instant};

use casebridge_domain::pace::Pace;
use casebridge_sandbox::salesforce::{FaultPlan, SalesforceConfig, SalesforceSandbox, SandboxClock, VirtualClock};

use casebridge_store::LaneFilter;
use casebridge_tests::bulk;
use casebridge_tests::world::{Side, WorldOptions, within};
use serde_json::{Value, json};

use crate::report::{heading, line};

const HOUR: Duration = Duration::from_secs(3600);

fn at_once(settings: Value) -> WorldOptions {
    let pace = Pace { quiet: Duration::ZERO, at_most: Duration::ZERO };
    WorldOptions { pace, settings, ..WorldOptions::default() }
}

async fn settled(side: &Side) {
    use casebridge_store::Lanes as _;
    let counts = async || side.store.lane_counts(side.consumer()).await.unwrap();
    let done = async || {
        let counts = counts().await;
        (counts.due == 0 && counts.leased == 0).then_some(())
    };
    within(HOUR, "everything is written", done, async || format!("{:?}", counts().await)).await;
}

async fn through_a_storm() {
    let began = Instant::now();
    let org = SalesforceSandbox::start(SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() }).await.unwrap();
    let side = Side::in_salesforce(&org, &at_once(bulk::impatient())).await;
    let mut groups = bulk::groups(1_000, 100, 5, 5);
    org.sandbox.set_faults(bulk::storm(1_500, 2_500));
    bulk::send_all(&side, &groups).await;
    bulk::go_on(&side, &mut groups, "goes on").await;
    // To the last few: those that met one fault after the other wait for minutes, as they should.
    let most = async || (org.sandbox.records("Case").len() * 20 > groups.len() * 19).then_some(());
    within(HOUR, "19 of 20 cases stand", most, async || format!("{}", org.sandbox.records("Case").len())).await;
    org.sandbox.set_faults(FaultPlan::default());
    side.engine
        .retry_lanes(LaneFilter { consumer: Some(side.consumer()), ..LaneFilter::default() }, "bench")
        .await
        .unwrap();
    settled(&side).await;
    let struck = bulk::struck(&org.sandbox);
    let cases = bulk::expect(&org.sandbox, &groups);
    line(
        "1,500 conversations through faults, with the kit",
        &format!("{} cases, {} faults", cases.len(), struck),
        "each comment once and in order, 0 doubles",
        &format!("{:.0} s", began.elapsed().as_secs_f64()),
    );
}

/// A lost answer costs a wait of more than a minute here, so there are fewer of both.
async fn without_the_kit() {
    let began = Instant::now();
    let org = SalesforceSandbox::start(SalesforceConfig { tls: false, ..SalesforceConfig::default() }).await.unwrap();
    let side = Side::in_salesforce(&org, &at_once(bulk::impatient())).await;
    let groups = bulk::groups(60, 10, 2, 3);
    org.sandbox.set_faults(bulk::storm(80, 2_500));
    bulk::send_all(&side, &groups).await;
    let most = async || (org.sandbox.records("Case").len() * 20 > groups.len() * 19).then_some(());
    within(HOUR, "19 of 20 cases stand", most, async || format!("{}", org.sandbox.records("Case").len())).await;
    org.sandbox.set_faults(FaultPlan::default());
    settled(&side).await;
    let struck = bulk::struck(&org.sandbox);
    bulk::expect(&org.sandbox, &groups);
    line(
        "80 conversations through faults, without it",
        &format!("{struck} faults"),
        "by markers: 0 doubles while nothing restarts",
        &format!("{:.0} s", began.elapsed().as_secs_f64()),
    );
}

async fn backlog() {
    const LIMIT: u64 = 5_000;
    let began = Instant::now();
    let clock = VirtualClock::starting_at(jiff::Timestamp::now());
    let config = SalesforceConfig {
        tls: false,
        daily_limit: LIMIT,
        clock: SandboxClock::Virtual(clock.clone()),
        ..SalesforceConfig::with_kit()
    };
    let org = SalesforceSandbox::start(config).await.unwrap();
    let side = Side::in_salesforce(&org, &at_once(json!({ "concurrency": 8 }))).await;
    let groups = bulk::groups(10_000, 0, 0, 2);
    bulk::send_all(&side, &groups).await;
    let (days, most) = bulk::drain_by_days(&org, &clock, &side, || bulk::calls(&org.sandbox)).await;
    assert!(most <= LIMIT * 80 / 100, "{most} of {LIMIT} calls: the reserve was eaten");
    bulk::expect(&org.sandbox, &groups);
    line(
        "a backlog of 10,000 conversations",
        &format!("{days} days of {LIMIT} calls"),
        &format!("at most {most} used in one: the reserve is never eaten"),
        &format!("{:.0} s", began.elapsed().as_secs_f64()),
    );
}

/// Runs all of it.
pub async fn run() {
    heading("Salesforce in bulk");
    through_a_storm().await;
    without_the_kit().await;
    backlog().await;
}
