//! Reading back what people did, and following what changed.

use casebridge_connectors::{CaseSystem, ChoiceKind, LookAt, Meaning};
use casebridge_domain::{CaseSeen, Marks, NotForCustomer, Role, StatusClass};
use casebridge_sandbox::salesforce::{MergeShape, SalesforceConfig, seed};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Story, World};

fn all_of(case: Uuid) -> [LookAt; 1] {
    [LookAt { case, since: None }]
}

/// An org with one case of ours, and where that is.
async fn with_case(world: &World) -> (Story, String) {
    let story = Story::of(world, 2);
    story.applied(&world.client(), world).await;
    let case = world.case()["Id"].as_str().unwrap().to_owned();
    (story, case)
}

#[tokio::test]
async fn only_what_was_meant_for_the_customer_is_a_reply() {
    for config in [SalesforceConfig::with_kit(), SalesforceConfig::default()] {
        let world = World::start(config).await;
        let (story, case) = with_case(&world).await;
        let internal = world.act(json!({ "act": "comment", "case": case, "body": "she is lying" }));
        let reply = world.act(json!({ "act": "comment", "case": case, "body": "We are on it", "published": true }));
        let draft = world.act(json!({ "act": "email_draft", "case": case, "html": "<p>Not yet</p>" }));
        let sent = world.act(json!({ "act": "email_reply", "case": case, "html": "<p>Sent to you</p>" }));
        let mail = world.act(json!({
            "act": "incoming_email", "case": case, "from": "anna@example.com", "html": "<p>Still waiting</p>",
        }));
        let look = world.client().look(&all_of(story.case_id), &world.log).await.unwrap();
        let role = |id: Uuid| look.records.iter().find(|record| record.record.id == id).map(|record| record.role);
        assert_eq!(role(internal.to_uuid()), Some(Role::No { why: NotForCustomer::Internal }));
        assert_eq!(role(reply.to_uuid()), Some(Role::Reply { sent_by_crm: false }));
        assert_eq!(role(draft.to_uuid()), Some(Role::Draft));
        assert_eq!(role(sent.to_uuid()), Some(Role::Reply { sent_by_crm: true }), "Salesforce mailed it already");
        assert_eq!(role(mail.to_uuid()), Some(Role::Incoming), "R9");
        for effect in &story.effects[1..] {
            let own = role(effect.record().id);
            assert_eq!(own, Some(Role::No { why: NotForCustomer::Internal }), "R5: ours is known by our own id");
        }
        assert_eq!(look.records.len(), 7, "each record once");
        let said = look.records.iter().find(|record| record.record.id == reply.to_uuid()).unwrap();
        assert_eq!(said.text, "We are on it");
        assert_eq!(said.author.as_ref().and_then(|author| author.name.as_deref()), Some("Rita Rep"));
        assert_eq!(said.case, story.case_id, "our case comes back under our id");
    }
}

#[tokio::test]
async fn how_a_case_stands_is_told_by_flags() {
    let world = World::with_kit().await;
    let (story, case) = with_case(&world).await;
    let client = world.client();
    world.act(json!({ "act": "assign", "case": case, "owner": seed::queue_id(0) }));
    world.act(json!({ "act": "close", "case": case }));
    let look = client.look(&all_of(story.case_id), &world.log).await.unwrap();
    let CaseSeen::Stands(facts) = &look.cases[0].1 else { panic!("{look:?}") };
    assert_eq!((facts.class, facts.status.name.as_deref()), (StatusClass::Resolved, Some("Closed")));
    assert!(facts.over_since.is_some() && look.clock.is_some());
    assert_eq!(facts.owner.as_ref().and_then(|owner| owner.name.as_deref()), Some("Tier 1"), "a queue has a name too");
    let number = facts.number.clone().unwrap();
    assert_eq!(client.numbered(&number, &world.log).await.unwrap(), [story.case_id], "a pasted number finds our case");
}

#[tokio::test]
async fn deleted_merged_and_foreign_cases_are_different() {
    for shape in [MergeShape::LoserDeleted, MergeShape::LoserKept] {
        let world = World::start(SalesforceConfig { merge_shape: shape, ..SalesforceConfig::with_kit() }).await;
        let (story, case) = with_case(&world).await;
        let client = world.client();
        let foreign = world.act(json!({ "act": "new_case", "fields": { "Subject": "by hand" } }));
        let seen = client.look(&all_of(foreign.to_uuid()), &world.log).await.unwrap();
        assert!(matches!(seen.cases[0].1, CaseSeen::Stands(_)), "a case of theirs is found under their id: {seen:?}");
        world.act(json!({ "act": "merge_cases", "survivor": foreign.to_string(), "loser": case }));
        let look = client.look(&all_of(story.case_id), &world.log).await.unwrap();
        assert_eq!(look.cases[0].1, CaseSeen::MergedInto(foreign.to_uuid()), "{shape:?}");
        world.act(json!({ "act": "delete_case", "case": foreign.to_string() }));
        let look = client.look(&all_of(foreign.to_uuid()), &world.log).await.unwrap();
        assert_eq!(look.cases[0].1, CaseSeen::Absent);
    }
}

#[tokio::test]
async fn a_foreign_case_takes_our_transcript() {
    let world = World::with_kit().await;
    let foreign = world.act(json!({ "act": "new_case", "fields": { "Subject": "by hand" } }));
    let mut story = Story::of(&world, 2);
    story.effects.remove(0);
    story.case_id = foreign.to_uuid();
    story.applied(&world.client(), &world).await;
    assert_eq!(world.comments(), ["message 1", "message 2"]);
    assert_eq!(story.standing(&world.client(), &world).await.records.len(), 2);
}

#[tokio::test]
async fn r16_changes_are_followed_in_one_call_and_rows_of_one_stamp_are_not_lost() {
    let world = World::start(SalesforceConfig { page_size: 3, ..SalesforceConfig::with_kit() }).await;
    let client = world.client();
    let begun = client.changes(&Marks::default(), &world.log).await.unwrap();
    assert!(begun.records.is_empty() && !begun.more, "the past is no news");
    let (story, case) = with_case(&world).await;
    let replies: Vec<Uuid> = (0..10)
        .map(|at| json!({ "act": "comment", "case": case, "body": format!("reply {at}"), "published": true }))
        .map(|act| world.act(act).to_uuid())
        .collect();
    let stamps: Vec<String> =
        world.rows("CaseComment").iter().map(|row| row["Id"].as_str().unwrap().to_owned()).collect();
    let now = begun.now.unwrap() + jiff::SignedDuration::from_secs(5);
    world.sandbox().stamp_all("CaseComment", &stamps, now).unwrap();
    let mut marks = begun.marks;
    let mut seen = std::collections::HashSet::new();
    let mut rounds = 0;
    loop {
        let changes = client.changes(&marks, &world.log).await.unwrap();
        assert!(changes.records.iter().all(|record| record.case == story.case_id), "under our id");
        seen.extend(changes.records.iter().map(|record| record.record.id));
        seen.extend(changes.cases.iter().map(|case| case.id));
        marks = changes.marks;
        rounds += 1;
        assert!(rounds < 20, "the mark moves on");
        if !changes.more {
            break;
        }
    }
    assert!(replies.iter().all(|reply| seen.contains(reply)), "twelve rows of one stamp, on pages of three");
    assert!(seen.contains(&story.case_id));
    let before = world.sandbox().request_counts().data;
    let quiet = client.changes(&marks, &world.log).await.unwrap();
    assert!(!quiet.more && quiet.marks == marks);
    assert!(world.sandbox().request_counts().data > before, "a quiet round asks and stays where it is");
}

#[tokio::test]
async fn r7_the_newest_replies_are_shown_without_ours() {
    let world = World::with_kit().await;
    let (_, case) = with_case(&world).await;
    world.act(json!({ "act": "comment", "case": case, "body": "internal" }));
    let reply = world.act(json!({ "act": "comment", "case": case, "body": "We are on it", "published": true }));
    let replies = world.client().recent_replies(20, &world.log).await.unwrap();
    assert_eq!(replies.iter().map(|record| record.record.id).collect::<Vec<_>>(), [reply.to_uuid()]);
}

#[tokio::test]
async fn pickers_offer_users_queues_statuses_and_values() {
    let world = World::with_kit().await;
    let client = world.client();
    let names = async |what, query| {
        let choices = client.choices(what, query, &world.log).await.unwrap();
        choices.into_iter().map(|choice| choice.name).collect::<Vec<_>>()
    };
    assert_eq!(names(ChoiceKind::Owner, Some("rita")).await, ["Rita Rep"]);
    assert!(!names(ChoiceKind::Owner, None).await.contains(&"Gina Gone".to_owned()), "who left cannot own a case");
    assert_eq!(names(ChoiceKind::Group, None).await, ["Billing", "Tier 1"]);
    assert!(names(ChoiceKind::Origin, None).await.contains(&"Web".to_owned()));
    assert!(names(ChoiceKind::Contact, Some("%")).await.is_empty(), "R25: a wildcard is a letter");
    let statuses = client.choices(ChoiceKind::Status, None, &world.log).await.unwrap();
    let spam = statuses.iter().find(|status| status.name == "Spam").unwrap();
    assert_eq!(spam.means, Some(Meaning::Closed), "the flag says so");
}
