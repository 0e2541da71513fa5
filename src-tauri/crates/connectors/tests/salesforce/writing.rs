//! Writing: what stands afterwards, whatever became of the answer.

use casebridge_connectors::{Applied, CaseReading, CaseSystem};
use casebridge_domain::{Effect, FailureClass, RecordKind, StatusWish};
use casebridge_sandbox::salesforce::{
    CONNECTED_CLIENT_ID, Chance, FaultPlan, PartFails, Refuse, SalesforceConfig, SlowAnswer, WhenWork, seed,
};
use serde_json::json;

use crate::support::{Story, World};

fn once() -> Option<Chance> {
    Some(Chance::next(1))
}

fn messages(count: i64) -> Vec<String> {
    (1..=count).map(|at| format!("message {at}")).collect()
}

#[tokio::test]
async fn a_handoff_of_twenty_messages_costs_one_call_and_no_comment_is_published() {
    let world = World::with_kit().await;
    let client = world.client();
    client.test(&world.log).await;
    let before = world.sandbox().request_counts().data;
    let story = Story::of(&world, 20);
    let case = story.applied(&client, &world).await.expect("the batch opened it");
    assert_eq!(world.sandbox().request_counts().data - before, 1, "R11: as few calls as Salesforce allows");
    let row = world.case();
    assert_eq!(case.number.as_deref(), row["CaseNumber"].as_str(), "people use the number");
    assert_eq!(world.comments(), messages(20), "complete and in order");
    assert!(world.rows("CaseComment").iter().all(|row| row["IsPublished"] == false), "R8");
    assert_eq!(row["Casebridge_Id__c"], json!(story.case_id.to_string()));
    assert_eq!(row["Case_From__c"], json!("opencx"));
    assert_eq!((&row["Subject"], &row["SuppliedName"]), (&json!("Where is my order?"), &json!("Anna")));
    assert!(row["Description"].as_str().unwrap().contains("Summary: Order 12 is late"));
}

#[tokio::test]
async fn r3_only_a_verified_address_that_names_one_contact_selects_it() {
    for (email, verified, contact) in [
        ("alice@example.com", true, Some(seed::contact_id(0))),
        ("alice@example.com", false, None),
        ("carla@example.org", true, None),
        ("o'neil' or Name != 'x", true, None),
    ] {
        let world = World::with_kit().await;
        Story::of(&world, 1).from(email, verified).applied(&world.client(), &world).await;
        assert_eq!(world.case()["ContactId"].as_str().map(str::to_owned), contact, "{email} verified: {verified}");
    }
}

#[tokio::test]
async fn r15_an_answer_lost_after_the_commit_is_found_by_reading() {
    for kit in [true, false] {
        let config = if kit { SalesforceConfig::with_kit() } else { SalesforceConfig::default() };
        let mut world = World::start(config).await;
        world.settings.write_timeout_ms = Some(2_000);
        let client = world.client();
        client.test(&world.log).await;
        world.fail(FaultPlan { answer_lost_after_commit: once(), ..FaultPlan::default() });
        let story = Story::of(&world, 3);
        story.unsettled(&client, &world).await;
        if !kit {
            let early = client.standing(&story.batch(), &world.log).await.unwrap_err();
            assert!(early.is_transient(), "without the kit what is read now may not be what stands: {early}");
        }
        // Another start of the program remembers nothing.
        let standing = story.standing(&world.client(), &world).await;
        assert!(matches!(standing.case, CaseReading::Stands(_)), "{standing:?}");
        assert_eq!(standing.records.len(), 4, "the case and each of its messages");
        assert_eq!(world.comments(), messages(3));
    }
}

#[tokio::test]
async fn r15_with_the_kit_a_write_that_commits_late_doubles_nothing() {
    let mut world = World::with_kit().await;
    world.settings.write_timeout_ms = Some(300);
    let impatient = world.client();
    let story = Story::of(&world, 2);
    story.applied(&impatient, &world).await;
    let slow = SlowAnswer { when: Chance::next(1), ms: 1_500, work: WhenWork::After };
    world.fail(FaultPlan { slow_answer: Some(slow), ..FaultPlan::default() });
    let next = story.goes_on(3..=4);
    let failure = next.unsettled(&impatient, &world).await;
    assert_eq!(failure.class, FailureClass::Unreachable, "{failure}");
    let standing = next.standing(&impatient, &world).await;
    assert!(standing.records.is_empty(), "nothing stands yet: {standing:?}");
    // A smaller batch than the lost one, as after a slow answer: it must hold all the same.
    story.goes_on(3..=3).applied(&impatient, &world).await;
    tokio::time::timeout(std::time::Duration::from_secs(20), async {
        let late = || world.sandbox().requests().into_iter().find(|entry| !entry.faults.is_empty());
        while late().is_some_and(|entry| entry.duration_us == 0) {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the late one ends");
    assert_eq!(world.comments(), messages(3), "the late one was refused by the rule");
    story.goes_on(4..=4).applied(&impatient, &world).await;
    assert_eq!(world.comments(), messages(4));
}

#[tokio::test]
async fn r15_a_case_that_is_there_already_is_read_and_nothing_of_it_changed() {
    let world = World::with_kit().await;
    let story = Story::of(&world, 1);
    story.applied(&world.client(), &world).await;
    let case = world.case()["Id"].as_str().unwrap().to_owned();
    world.act(json!({ "act": "assign", "case": case, "owner": seed::queue_id(1) }));
    world.act(json!({ "act": "set_status", "case": case, "status": "Working" }));
    let again = world.client();
    let failure = story.unsettled(&again, &world).await;
    assert!(failure.message.contains("DUPLICATE_VALUE"), "{failure}");
    let standing = story.standing(&again, &world).await;
    let CaseReading::Stands(stands) = standing.case else { panic!("it stands") };
    assert!(stands.differs.is_empty(), "a person saved it since: nothing is written again");
    assert_eq!(standing.records.len(), 2);
    let row = world.case();
    assert_eq!((&row["OwnerId"], &row["Status"]), (&json!(seed::queue_id(1)), &json!("Working")));
    assert_eq!(world.comments(), messages(1));
}

#[tokio::test]
async fn r8_a_chosen_owner_stays_and_without_one_the_orgs_rule_decides() {
    let config = || SalesforceConfig { assignment_rule: Some(seed::queue_id(1)), ..SalesforceConfig::with_kit() };
    let world = World::start(config()).await;
    let story = Story::of(&world, 1);
    story.applied(&world.client(), &world).await;
    assert_eq!(world.case()["OwnerId"], json!(seed::queue_id(1)), "nobody was chosen");
    let mut world = World::start(config()).await;
    world.settings.owner = Some(seed::queue_id(0).parse().unwrap());
    let story = Story::of(&world, 1);
    let client = world.client();
    story.applied(&client, &world).await;
    story.goes_on(2..=2).wishing(StatusWish::Resolved).applied(&client, &world).await;
    assert_eq!(world.case()["OwnerId"], json!(seed::queue_id(0)), "the rule must not take it from the chosen one");
    assert_eq!(world.case()["IsClosed"], json!(true));
}

#[tokio::test]
async fn a_part_that_is_refused_takes_all_back_and_names_its_record() {
    let world = World::with_kit().await;
    let client = world.client();
    let fails =
        PartFails { when: Chance::next(1), part: 3, code: "STRING_TOO_LONG".into(), message: "too long".into() };
    client.test(&world.log).await;
    world.fail(FaultPlan { composite_part_fails: Some(fails), ..FaultPlan::default() });
    let story = Story::of(&world, 3);
    let failure = story.unsettled(&client, &world).await;
    assert_eq!((failure.class.clone(), failure.item), (FailureClass::Refused, Some(story.effects[2].record().id)));
    assert!(world.rows("Case").is_empty() && world.rows("CaseComment").is_empty(), "all or none");
    assert_eq!(story.standing(&client, &world).await.case, CaseReading::Absent);
}

#[tokio::test]
async fn r12_a_case_that_was_thrown_away_is_not_made_again() {
    let world = World::with_kit().await;
    let story = Story::of(&world, 1);
    let client = world.client();
    story.applied(&client, &world).await;
    let case = world.case()["Id"].as_str().unwrap().to_owned();
    world.act(json!({ "act": "delete_case", "case": case }));
    assert_eq!(
        story.standing(&client, &world).await.case,
        CaseReading::Unreadable,
        "its making was not known to stand"
    );
    let next = story.goes_on(2..=2);
    let failure = next.unsettled(&client, &world).await;
    assert_eq!(failure.class, FailureClass::Refused, "{failure}");
    assert_eq!(next.standing(&client, &world).await.case, CaseReading::Absent, "an open case is gone");
}

#[tokio::test]
async fn a_long_message_becomes_several_comments_and_one_record() {
    let world = World::plain().await;
    let mut story = Story::of(&world, 1);
    let Effect::AddActivity(draft) = &mut story.effects[1] else { panic!("a message") };
    let text = "ä😀 ".repeat(14_000);
    draft.what = casebridge_domain::ActivityKind::Message {
        from: casebridge_domain::Speaker::Customer,
        author: None,
        text: text.clone(),
    };
    let client = world.client();
    story.applied(&client, &world).await;
    let rows = world.rows("CaseComment");
    assert!(rows.len() > 25, "more than a composite takes");
    assert!(rows.iter().all(|row| row["CommentBody"].as_str().unwrap().len() <= 4000), "§3: bytes, not characters");
    let standing = story.standing(&client, &world).await;
    let activities = standing.records.iter().filter(|record| record.kind == RecordKind::Activity);
    assert_eq!(activities.count(), 1);
}

#[tokio::test]
async fn the_reserve_of_the_orgs_calls_is_left_to_others() {
    let world = World::start(SalesforceConfig { daily_limit: 100, ..SalesforceConfig::with_kit() }).await;
    let client = world.client();
    let story = Story::of(&world, 1);
    story.applied(&client, &world).await;
    world.sandbox().set_used_by_others(75);
    let mut next = 2;
    let held = loop {
        match client.apply(&story.goes_on(next..=next).batch(), &world.log).await {
            Applied::All { .. } => next += 1,
            Applied::NotSent(failure) => break failure,
            Applied::Unsettled(failure) => panic!("{failure}"),
        }
    };
    assert!(matches!(held.class, FailureClass::Throttled { after: Some(_) }), "{held}");
    let calls = world.sandbox().request_counts().data + 75;
    assert!(calls <= 80, "{calls} of 100 calls are used, and 20 are for others");
}

#[tokio::test]
async fn refusals_of_the_org_are_told_in_its_own_words() {
    let world = World::with_kit().await;
    let client = world.client();
    client.test(&world.log).await;
    for (code, class) in [
        ("UNABLE_TO_LOCK_ROW", FailureClass::Unknown),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", FailureClass::Refused),
        ("DUPLICATES_DETECTED", FailureClass::Refused),
        ("REQUEST_LIMIT_EXCEEDED", FailureClass::Throttled { after: None }),
    ] {
        let refuse = Refuse {
            when: Chance::next(1),
            status: 400,
            code: code.into(),
            message: "the admin's own words".into(),
            fields: Vec::new(),
        };
        world.fail(FaultPlan { refuse: Some(refuse), ..FaultPlan::default() });
        let failure = Story::of(&world, 1).unsettled(&client, &world).await;
        assert_eq!(failure.class, class, "{code}");
        assert!(failure.message.contains("the admin's own words"), "{failure}");
    }
}

#[tokio::test]
async fn an_app_with_a_secret_works_as_well() {
    let world = World::plain().await;
    world.sandbox().revoke_tokens(false);
    let mut settings = world.settings.clone();
    settings.client_id = CONNECTED_CLIENT_ID.into();
    settings.confidential = true;
    let client = casebridge_connectors::salesforce::Salesforce::new(settings, world.vault.clone()).unwrap();
    let report = client.test(&world.log).await;
    let failure = report.failure.expect("its secret is missing");
    assert_eq!(failure.class, FailureClass::Credentials, "{failure}");
    assert!(failure.message.contains("no client secret"), "{failure}");
}
