//! Thirty conversations into an org that loses answers, commits late, locks rows and has few calls to give. The bench
//! does the same with 1,500, and drains a backlog of 10,000.

use casebridge_domain::pace::Pace;
use casebridge_sandbox::salesforce::{
    Act, Chance, FaultPlan, SalesforceConfig, SalesforceSandbox, SandboxClock, VirtualClock,
};

use casebridge_tests::bulk;
use casebridge_tests::world::{Side, WorldOptions, eventually};
use serde_json::{Value, json};

fn at_once(settings: Value) -> WorldOptions {
    let pace = Pace { quiet: std::time::Duration::ZERO, at_most: std::time::Duration::ZERO };
    WorldOptions { pace, settings, ..WorldOptions::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_thirty_conversations_through_a_storm_double_nothing_and_take_nothing_from_agents() {
    let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
    let org = SalesforceSandbox::start(config).await.unwrap();
    let side = Side::in_salesforce(&org, &at_once(bulk::impatient())).await;
    let mut groups = bulk::groups(18, 4, 3, 4);
    assert_eq!(groups.iter().flatten().count(), 30);
    org.sandbox.set_faults(bulk::storm(30, 2_500));
    bulk::send_all(&side, &groups).await;
    eventually("half of the cases stand", async || (org.sandbox.records("Case").len() > 11).then_some(())).await;
    // A person takes cases and works them while the rest is on its way.
    let rep = org.sandbox.records("User").into_iter().find(|user| user["Username"] == "rep@sandbox.example").unwrap();
    let taken: Vec<Value> = org.sandbox.records("Case").iter().take(6).map(|row| row["Id"].clone()).collect();
    for case in &taken {
        let fields = json!({ "OwnerId": rep["Id"], "Status": "Working" });
        let act: Act = serde_json::from_value(json!({ "act": "edit", "case": case, "fields": fields })).unwrap();
        org.sandbox.act(None, &act).unwrap();
    }
    bulk::go_on(&side, &mut groups, "goes on").await;
    eventually("enough went wrong", async || (bulk::struck(&org.sandbox) > 15).then_some(())).await;
    org.sandbox.set_faults(FaultPlan::default());
    side.settled().await;
    bulk::expect(&org.sandbox, &groups);
    let rows = org.sandbox.records("Case");
    for case in &taken {
        let row = rows.iter().find(|row| row["Id"] == *case).unwrap();
        assert_eq!(
            (&row["OwnerId"], &row["Status"]),
            (&rep["Id"], &json!("Working")),
            "R15: a person's, through every retry"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_without_the_kit_markers_find_what_stands_and_the_test_says_what_they_cannot() {
    let org = SalesforceSandbox::start(SalesforceConfig { tls: false, ..SalesforceConfig::default() }).await.unwrap();
    let side = Side::in_salesforce(&org, &at_once(bulk::impatient())).await;
    let faults = FaultPlan {
        seed: 5,
        lock_row: Some(Chance::probability(0.2)),
        html_500: Some(Chance::next(2)),
        ..FaultPlan::default()
    };
    org.sandbox.set_faults(faults);
    let groups = bulk::groups(8, 1, 2, 3);
    bulk::send_all(&side, &groups).await;
    side.settled().await;
    org.sandbox.set_faults(FaultPlan::default());
    assert!(bulk::struck(&org.sandbox) > 2, "faults were met");
    bulk::expect(&org.sandbox, &groups);
    let report = side.engine.test_connection("salesforce").await.unwrap();
    let rule = report.checks.iter().find(|check| check.what == "kit: write rule");
    let rule = rule.unwrap_or_else(|| panic!("the test tells of it: {report:#?}"));
    assert!(rule.detail.contains("doubled comments are possible"), "R15: the limit is shown: {rule:?}");
    assert!(rule.hint.contains("kit"), "with the way to lift it: {rule:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backlog_drains_over_days_and_never_eats_what_is_reserved_for_others() {
    let clock = VirtualClock::starting_at(jiff::Timestamp::now());
    let config = SalesforceConfig {
        tls: false,
        daily_limit: 60,
        clock: SandboxClock::Virtual(clock.clone()),
        ..SalesforceConfig::with_kit()
    };
    let org = SalesforceSandbox::start(config).await.unwrap();
    let side = Side::in_salesforce(&org, &at_once(json!({ "concurrency": 4 }))).await;
    let groups = bulk::groups(90, 0, 0, 2);
    bulk::send_all(&side, &groups).await;
    let (days, most) = bulk::drain_by_days(&org, &clock, &side, || bulk::calls(&org.sandbox)).await;
    assert!(days > 1, "the backlog is more than a day's share");
    assert!(most <= 48, "{most} of 60 calls were used in a day: 20 % are the others'");
    bulk::expect(&org.sandbox, &groups);
}
