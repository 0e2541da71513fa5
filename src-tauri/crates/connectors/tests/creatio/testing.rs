//! The connection test: proves what it says and leaves nothing behind.

use casebridge_connectors::creatio::{ContactPolicy, ODataRoot};
use casebridge_connectors::{CaseSystem, Proof, TestReport};
use casebridge_domain::FailureClass;
use casebridge_sandbox::creatio::{
    Chance, CreatioConfig, FaultPlan, HostKind, ObjectRights, Rights, RightsShape, SystemTables, ids as stock,
};
use uuid::Uuid;

use crate::support::{MemoryVault, World};

fn proof(report: &TestReport, what: &str) -> Proof {
    report
        .checks
        .iter()
        .find(|check| check.what == what)
        .unwrap_or_else(|| panic!("no line `{what}` in {report:#?}"))
        .proof
}

async fn test(world: &World) -> TestReport {
    world.client().test(&world.log).await
}

#[tokio::test]
async fn r23_a_good_connection_is_proven_and_nothing_is_left() {
    for host in [HostKind::Framework, HostKind::Core] {
        let mut world = World::on(host).await;
        world.settings.group = Some(stock::ROLE_SECOND_LINE);
        world.settings.session_column = Some("UsrSessionId".into());
        world.settings.contact_policy = ContactPolicy::Create;
        let before = world.sandbox().record_ledger().len();
        let report = test(&world).await;
        assert!(report.is_good(), "{report:#?}");
        for what in [
            "create Case",
            "create Activity",
            "create Contact",
            "owner of cases",
            "group of cases",
            "session column",
            "read Case",
        ] {
            assert_eq!(proof(&report, what), Proof::Yes, "{what}: {report:#?}");
        }
        assert_eq!(proof(&report, "change Case"), Proof::NotProven, "R41: only what is known is said");
        assert_eq!(world.sandbox().record_ledger().len(), before, "no record was made, not even for a moment");
    }
}

#[tokio::test]
async fn r23_missing_rights_are_found_in_every_shape() {
    for rights_shape in [RightsShape::Forbidden403, RightsShape::Error500, RightsShape::Unauthorized401] {
        let rights = Rights::all().with("Case", ObjectRights::READ).with("CaseStatus", ObjectRights::NONE);
        let world = World::start(CreatioConfig { rights, rights_shape, ..CreatioConfig::default() }).await;
        let report = test(&world).await;
        assert!(!report.is_good() && report.failure.is_none(), "{rights_shape:?}: {report:#?}");
        assert_eq!(proof(&report, "create Case"), Proof::Missing, "{rights_shape:?}");
        assert_eq!(proof(&report, "read CaseStatus"), Proof::Missing, "{rights_shape:?}");
        assert_eq!(proof(&report, "create Activity"), Proof::Yes, "{rights_shape:?}");
        assert!(
            report.checks.iter().filter(|c| c.proof == Proof::Missing).all(|c| !c.hint.is_empty()),
            "each says what to do"
        );
    }
}

#[tokio::test]
async fn r23_rows_that_are_gone_and_owners_that_are_missing_are_found() {
    let mut world = World::plain().await;
    world.settings.owner = None;
    let report = test(&world).await;
    assert_eq!(proof(&report, "owner of activities"), Proof::Yes, "an employee is found, and it is said who");
    assert_eq!(proof(&report, "customer of cases"), Proof::NotProven, "R22: leaving it empty is warned about");
    world.settings.owner = Some(Uuid::from_u128(404));
    world.settings.group = Some(Uuid::from_u128(405));
    world.settings.resolved_status = Some(Uuid::from_u128(406));
    let report = test(&world).await;
    for what in ["owner of cases", "group of cases", "status of resolved cases"] {
        assert_eq!(proof(&report, what), Proof::Missing, "{what}");
    }
}

#[tokio::test]
async fn r23_a_group_that_cannot_be_read_is_not_proven() {
    let mut world =
        World::start(CreatioConfig { system_tables: SystemTables::Closed, ..CreatioConfig::default() }).await;
    world.settings.group = Some(stock::ROLE_SECOND_LINE);
    let report = test(&world).await;
    assert!(report.is_good(), "{report:#?}");
    assert_ne!(proof(&report, "group of cases"), Proof::Missing, "the table is closed by default, the group is there");
}

#[tokio::test]
async fn r23_a_column_with_other_letters_is_named() {
    let mut world = World::plain().await;
    for (column, expected) in [
        ("UsrSessionId", Proof::Yes),
        ("usrsessionid", Proof::Missing),
        ("UsrNone", Proof::Missing),
        ("UsrUrgent", Proof::Missing),
    ] {
        world.settings.session_column = Some(column.into());
        let report = test(&world).await;
        assert_eq!(proof(&report, "session column"), expected, "{column}");
    }
    let report = {
        world.settings.session_column = Some("usrsessionid".into());
        test(&world).await
    };
    let line = report.checks.iter().find(|check| check.what == "session column").unwrap();
    assert!(line.detail.contains("UsrSessionId"), "the right spelling is told: {}", line.detail);
}

#[tokio::test]
async fn a_test_that_cannot_go_on_says_why() {
    let mut world = World::plain().await;
    world.vault = MemoryVault::with("client_secret", "wrong");
    let report = test(&world).await;
    assert_eq!(report.failure.map(|failure| failure.class), Some(FailureClass::Credentials));
    assert_eq!(report.checks.len(), 1, "the Identity Service was found: {:?}", report.checks);

    let world = World::plain().await;
    world.fail(FaultPlan { bad_gateway_502: Some(Chance::always()), ..FaultPlan::default() });
    let report = test(&world).await;
    assert!(!report.is_good());
    assert_eq!(report.failure.map(|failure| failure.class), Some(FailureClass::Unreachable));
}

#[tokio::test]
async fn a_remembered_root_that_moved_is_found_by_the_test() {
    let mut world = World::on(HostKind::Core).await;
    world.settings.odata_root = Some(ODataRoot::Framework);
    let report = test(&world).await;
    assert_eq!(proof(&report, "OData address"), Proof::Missing);
    assert!(report.checks.iter().any(|check| check.hint.contains("/odata")), "{report:#?}");
}

#[tokio::test]
async fn r23_an_error_after_the_write_leaves_no_stray_row() {
    let world = World::plain().await;
    // The made-up lookup exists here, so that the row is really written.
    let nowhere = casebridge_connectors::creatio::stock::NOWHERE;
    world.sandbox().insert("CaseStatus", &serde_json::json!({ "Id": nowhere, "Name": "odd" })).unwrap();
    for plan in [
        FaultPlan::default(),
        FaultPlan { error_after_write: Some(Chance::next(1).on("POST", "Case")), ..FaultPlan::default() },
    ] {
        world.fail(plan);
        let report = test(&world).await;
        assert_eq!(world.sandbox().count("Case"), 0, "the stray row was found by its id and removed: {report:#?}");
        assert_ne!(proof(&report, "create Case"), Proof::Missing);
    }
}
