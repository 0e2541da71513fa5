//! Fields that the org does not take: the case is made without them, once told, and the next one does not pay (R26).

use casebridge_connectors::{CaseSystem, LeftOut};
use casebridge_domain::{Effect, FailureClass};
use casebridge_sandbox::salesforce::{Chance, FaultPlan, FieldChange, PartFails, Refuse, SalesforceConfig};
use serde_json::json;

use crate::support::{Story, World};

/// An org whose Case the client has seen, so that it learns of a change by a refusal only.
async fn warm() -> (World, casebridge_connectors::salesforce::Salesforce) {
    let world = World::with_kit().await;
    let client = world.client();
    client.test(&world.log).await;
    world.sandbox().clear_requests();
    (world, client)
}

fn columns(left_out: &[LeftOut]) -> Vec<&str> {
    left_out.iter().map(|one| one.column.as_str()).collect()
}

/// Another conversation.
fn another(world: &World, name: &str) -> Story {
    Story::named(world, name, 1)
}

#[tokio::test]
async fn r26_each_refusal_of_a_field_makes_the_case_without_it_and_the_next_one_costs_one_call() {
    for (change, word) in [
        (FieldChange::Gone, "No such column"),
        (FieldChange::ReadOnly, "security settings"),
        (FieldChange::Restricted(vec!["other".into()]), "among the values"),
        (FieldChange::Length(3), "longer than 3"),
    ] {
        let (world, client) = warm().await;
        world.sandbox().change_field("Case", "Case_From__c", &change);
        let first = another(&world, "c-1");
        first.applied(&client, &world).await;
        let left_out = world.log.take_left_out();
        assert_eq!(columns(&left_out), ["Case_From__c"], "{change:?} is reported");
        assert!(left_out[0].why.contains(word), "{change:?} in words that help: {}", left_out[0].why);
        let row = world.case();
        assert_eq!(row["Subject"], "Where is my order?", "{change:?}: everything else is there");
        assert_eq!(world.comments(), ["message 1"]);

        let before = world.sandbox().request_counts().data;
        another(&world, "c-2").applied(&client, &world).await;
        assert_eq!(world.sandbox().request_counts().data - before, 1, "{change:?}: the next one does not pay");
        assert_eq!(columns(&world.log.take_left_out()), ["Case_From__c"], "{change:?} is reported of each case");
    }
}

#[tokio::test]
async fn r26_what_the_org_says_of_a_value_counts_for_that_value() {
    let (world, client) = warm().await;
    let refuse = PartFails {
        when: Chance::next(1),
        part: 1,
        code: "STRING_TOO_LONG".into(),
        message: "Subject: data value too large: Where is my order? (max length=255)".into(),
    };
    world.fail(FaultPlan { composite_part_fails: Some(refuse), ..FaultPlan::default() });
    another(&world, "c-1").applied(&client, &world).await;
    assert_eq!(columns(&world.log.take_left_out()), ["Subject"]);
    let mut other = another(&world, "c-2");
    let Effect::OpenCase(draft) = &mut other.effects[0] else { panic!("it opens a case") };
    draft.subject = "Another subject".into();
    other.applied(&client, &world).await;
    assert!(world.log.take_left_out().is_empty(), "another value may be taken");
    assert!(world.rows("Case").iter().any(|row| row["Subject"] == "Another subject"));
}

#[tokio::test]
async fn r26_an_integrity_error_that_names_fields_costs_them_and_nothing_else() {
    let (world, client) = warm().await;
    world.sandbox().change_field("Case", "SuppliedName", &FieldChange::Restricted(vec!["Nobody".into()]));
    world.sandbox().change_field("Case", "Origin", &FieldChange::ReadOnly);
    another(&world, "c-1").applied(&client, &world).await;
    let mut left_out = world.log.take_left_out();
    left_out.sort_by(|one, other| one.column.cmp(&other.column));
    assert_eq!(columns(&left_out), ["Origin", "SuppliedName"], "one refusal after the other");
    assert_eq!(world.case()["Case_From__c"], "opencx");
}

#[tokio::test]
async fn r26_a_good_test_of_the_connection_forgets() {
    let (world, client) = warm().await;
    world.sandbox().change_field("Case", "Case_From__c", &FieldChange::Restricted(vec!["other".into()]));
    another(&world, "c-1").applied(&client, &world).await;
    let values = vec!["other".into(), "opencx".into()];
    world.sandbox().change_field("Case", "Case_From__c", &FieldChange::Restricted(values));
    client.forget_refusals();
    let _ = world.log.take_left_out();
    another(&world, "c-2").applied(&client, &world).await;
    assert!(world.log.take_left_out().is_empty(), "an admin added the value, and somebody tested the connection");
}

#[tokio::test]
async fn r26_a_field_that_the_org_requires_is_told_with_why_it_was_left_out() {
    let (world, client) = warm().await;
    world.sandbox().change_field("Case", "Case_From__c", &FieldChange::Restricted(vec!["other".into()]));
    world.sandbox().change_field("Case", "Case_From__c", &FieldChange::Required);
    let failure = another(&world, "c-1").unsettled(&client, &world).await;
    assert_eq!(failure.class, FailureClass::Refused);
    for word in ["REQUIRED_FIELD_MISSING", "Case_From__c was left out", "opencx"] {
        assert!(failure.message.contains(word), "{word}: {failure}");
    }
    assert!(world.rows("Case").is_empty());
}

#[tokio::test]
async fn r26_an_org_without_the_field_or_the_value_gets_the_case_and_is_told_beforehand() {
    let mut world = World::start(SalesforceConfig::default()).await;
    world.settings.origin = Some("Carrier pigeon".into());
    let client = world.client();
    client.test(&world.log).await;
    let before = world.sandbox().request_counts().data;
    another(&world, "c-1").applied(&client, &world).await;
    assert_eq!(world.sandbox().request_counts().data - before, 1, "what is known from the description costs nothing");
    let left_out = world.log.take_left_out();
    assert_eq!(columns(&left_out), ["Origin", "Case_From__c"], "{left_out:?}");
}

#[tokio::test]
async fn r26_a_refusal_that_blames_what_a_case_is_found_by_or_no_field_is_told_as_it_is() {
    for (fields, message) in [(vec!["Casebridge_Id__c".to_owned()], "key"), (Vec::new(), "no field")] {
        let (world, client) = warm().await;
        let refuse = Refuse {
            when: Chance::next(1),
            status: 400,
            code: "FIELD_INTEGRITY_EXCEPTION".into(),
            message: message.into(),
            fields,
        };
        world.fail(FaultPlan { refuse: Some(refuse), ..FaultPlan::default() });
        let failure = another(&world, "c-1").unsettled(&client, &world).await;
        assert!(failure.message.contains(message), "{failure}");
        assert!(world.log.take_left_out().is_empty());
        assert_eq!(world.rows("Case").len(), 0, "{}", json!(world.rows("Case")));
    }
}
