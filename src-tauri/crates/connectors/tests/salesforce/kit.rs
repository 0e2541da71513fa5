//! The set-up kit: looked at, tried, deployed.

use casebridge_connectors::{CaseSystem, KitProgress, KitStage, KitState, Proof, SetUpKit};
use casebridge_domain::FailureClass;
use casebridge_sandbox::salesforce::{FieldChange, SalesforceConfig};

use crate::support::{INTEGRATION, Story, World};

/// An org without the kit, in which the connection's user may deploy.
async fn org() -> World {
    let world = World::start(SalesforceConfig { deploy_polls: 2, ..SalesforceConfig::default() }).await;
    world.sandbox().change_user(INTEGRATION, |user| (user.modify_metadata, user.view_setup) = (true, true));
    world
}

async fn deployed(kit: &dyn SetUpKit, check_only: bool, world: &World) -> (KitProgress, Vec<KitStage>) {
    let deploy = kit.kit_deploy(check_only, &world.log).await.unwrap();
    assert_eq!(deploy.check_only, check_only);
    let mut stages = Vec::new();
    loop {
        let progress = kit.kit_progress(&deploy.id, &world.log).await.unwrap();
        stages.push(progress.state);
        if !matches!(progress.state, KitStage::Waiting | KitStage::Running) {
            return (progress, stages);
        }
    }
}

async fn state(kit: &dyn SetUpKit, world: &World) -> KitState {
    kit.kit_state(&world.log).await.unwrap()
}

#[tokio::test]
async fn the_kit_is_tried_then_deployed_and_at_once_in_use() {
    let world = org().await;
    let client = world.client();
    let kit = client.kit().expect("Salesforce has one");
    let before = state(kit, &world).await;
    assert!(before.fields.iter().all(|field| !field.present && !field.ok) && !before.is_complete());
    assert_eq!((before.permission_set.proof, before.rule.proof), (Proof::Missing, Proof::Missing));

    let (tried, _) = deployed(kit, true, &world).await;
    assert_eq!((tried.state, tried.check_only, tried.errors.len()), (KitStage::Done, true, 0), "{tried:?}");
    assert_eq!(state(kit, &world).await, before, "§5.4: trying changes nothing");

    // A case from before: its own key stands in another field.
    let story = Story::of(&world, 1);
    story.applied(&client, &world).await;
    let (done, stages) = deployed(kit, false, &world).await;
    assert_eq!(stages, [KitStage::Waiting, KitStage::Running, KitStage::Done]);
    assert_eq!((done.done, done.total, done.errors.as_slice()), (7, 7, &[][..]), "five fields, the rule, the set");
    let after = state(kit, &world).await;
    assert!(after.is_complete() && after.fields.iter().all(|field| field.ok), "{after:?}");
    assert_eq!((after.permission_set.proof, after.rule.proof), (Proof::Yes, Proof::Yes));
    assert_eq!((after.version, after.offered), (Some(1), 1));

    story.goes_on(2..=3).applied(&client, &world).await;
    let case = world.case();
    assert_eq!(case["Casebridge_Seq__c"], 1.0, "the same client counts its writes from now on: {case:?}");
    let (again, _) = deployed(kit, false, &world).await;
    assert!(again.errors.is_empty(), "deploying what is there is no fault, and the rights are given once: {again:?}");
    assert_eq!(world.rows("PermissionSetAssignment").len(), 1);
}

#[tokio::test]
async fn what_the_org_has_against_a_piece_is_told_and_nothing_is_changed() {
    let world = World::start(SalesforceConfig::with_kit()).await;
    world.sandbox().change_user(INTEGRATION, |user| user.modify_metadata = true);
    world.sandbox().change_field("Case", "Casebridge_Seq__c", &FieldChange::Length(10));
    let client = world.client();
    let (failed, _) = deployed(client.kit().unwrap(), false, &world).await;
    assert_eq!(failed.state, KitStage::Failed);
    let [error] = failed.errors.as_slice() else { panic!("one piece is refused: {failed:?}") };
    assert_eq!(error.component, "CustomField Case.Casebridge_Seq__c");
    assert!(error.message.contains("Cannot change the type"), "the org's own words: {}", error.message);
    assert!(world.rows("PermissionSet").is_empty(), "all or nothing");
    let state = state(client.kit().unwrap(), &world).await;
    let seq = state.fields.iter().find(|field| field.name == "Casebridge_Seq__c").unwrap();
    assert!(seq.present && !seq.ok && seq.problem.contains("double"), "{seq:?}");
}

#[tokio::test]
async fn a_user_who_may_not_deploy_is_told_what_to_do_and_what_cannot_be_seen_is_not_called_missing() {
    let world = World::with_kit().await;
    let client = world.client();
    let kit = client.kit().unwrap();
    let failure = kit.kit_deploy(true, &world.log).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Rights, "{failure}");
    assert!(failure.hint.contains("Modify Metadata") && failure.hint.contains("download"), "{}", failure.hint);
    let state = state(kit, &world).await;
    assert_eq!(state.rule.proof, Proof::NotProven, "R41: rules are shown to those who may look at the set-up");
    assert!(state.fields.iter().all(|field| field.ok));
    for id in ["0Af", "../../query", "500000000000001"] {
        let failure = kit.kit_progress(id, &world.log).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Refused, "`{id}` would become a part of an address: {failure}");
    }
}

#[tokio::test]
async fn the_apex_is_taken_with_its_tests_by_a_production_org() {
    let world = org().await;
    let client = world.client();
    deployed(client.kit().unwrap(), false, &world).await;
    let zip = casebridge_connectors::salesforce::kit::apex_archive().unwrap();
    let outcome = world.deploys(&zip, &["CasebridgeNoticeTest", "CasebridgeMailTest"]).await;
    assert_eq!(outcome["success"], true, "{outcome}");
    assert_eq!(outcome["numberTestsTotal"], 2, "§5.5: our own tests only, so that no red one of theirs is in the way");
    let apex = world.sandbox().deployed().into_iter().filter(|(kind, _)| kind.starts_with("Apex")).count();
    assert_eq!(apex, 7, "four classes and three triggers");
}
