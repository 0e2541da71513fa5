//! After an unclear answer: what stands is found by id, and the rest goes on.

use std::time::Duration;

use casebridge_connectors::{Applied, CaseReading, CaseSystem};
use casebridge_domain::{FailureClass, StatusWish};
use casebridge_sandbox::creatio::{
    BatchPart, Chance, CreatioConfig, CutBatch, FaultPlan, HostKind, ObjectRights, PatchUnknown, Right, Rights,
    SlowAnswer, Unexecuted, WhenWork, ids as stock,
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Story, World, stands};

#[tokio::test]
async fn r11_an_answer_lost_after_the_commit_is_found_whole() {
    for host in [HostKind::Framework, HostKind::Core] {
        let world = World::on(host).await;
        let client = world.client();
        let story = Story::of(&world, 30).then(StatusWish::Resolved);
        world.fail(FaultPlan {
            answer_lost_after_commit: Some(Chance::next(1).on("POST", "$batch")),
            ..FaultPlan::default()
        });
        let failure = story.unsettled(&client, &world).await;
        assert_eq!(failure.class, FailureClass::Unreachable);
        let standing = story.standing(&client, &world).await;
        assert_eq!(standing.records.len(), 32, "{host:?}: a case, thirty messages, a status");
        assert!(stands(&standing).number.is_some() && stands(&standing).closed);
        assert!(
            stands(&standing).differs.is_empty(),
            "what was just written is as it should be: {:?}",
            stands(&standing).differs
        );
        assert!(story.rest(&standing).effects.is_empty());
    }
}

#[tokio::test]
async fn r11_a_batch_cut_after_any_part_goes_on_from_the_first_missing() {
    for parts in 0..=4 {
        let world = World::plain().await;
        let client = world.client();
        let story = Story::of(&world, 3);
        world.fail(FaultPlan {
            batch_cut_after: Some(CutBatch { when: Chance::next(1).on("POST", "$batch"), parts }),
            ..FaultPlan::default()
        });
        story.unsettled(&client, &world).await;
        let standing = story.standing(&client, &world).await;
        assert_eq!(standing.records.len(), parts, "cut after {parts}");
        let rest = story.rest(&standing);
        if !rest.effects.is_empty() {
            rest.write(&client, &world).await;
        }
        assert_eq!(
            (world.sandbox().count("Case"), world.sandbox().count("Activity")),
            (1, 3),
            "each once, after a cut at {parts}"
        );
    }
}

#[tokio::test]
async fn r11_a_part_that_failed_after_its_write_is_found() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 3);
    world.fail(FaultPlan {
        batch_part_500_after_write: Some(BatchPart { when: Chance::next(1).on("POST", "$batch"), part: 2 }),
        ..FaultPlan::default()
    });
    let failure = story.unsettled(&client, &world).await;
    assert_eq!(failure.class, FailureClass::Unknown, "a bare 500 does not say whether the row exists");
    assert_eq!(failure.item, Some(story.effects[1].record().id));
    let standing = story.standing(&client, &world).await;
    assert_eq!(standing.records.len(), 2, "case and first message stand, although the message was answered 500");
    story.rest(&standing).write(&client, &world).await;
    assert_eq!(world.sandbox().count("Activity"), 3);
}

#[tokio::test]
async fn r11_a_missing_part_or_a_stopped_rest_is_not_success() {
    for unexecuted in [Unexecuted::LeftOut, Unexecuted::Listed424] {
        let world = World::start(CreatioConfig { unexecuted, ..CreatioConfig::default() }).await;
        let client = world.client();
        let story = Story::of(&world, 3);
        world.fail(FaultPlan {
            batch_part_answer_missing: Some(BatchPart { when: Chance::next(1).on("POST", "$batch"), part: 4 }),
            ..FaultPlan::default()
        });
        let failure = story.unsettled(&client, &world).await;
        assert_eq!(failure.item, Some(story.effects[3].record().id), "the part that nobody answered for");
        assert_eq!(story.standing(&client, &world).await.records.len(), 4, "it was written all the same");

        let world = World::start(CreatioConfig { unexecuted, ..CreatioConfig::default() }).await;
        let client = world.client();
        world.fail(FaultPlan {
            batch_part_fails: Some(
                serde_json::from_value(
                    json!({ "when": Chance::next(1).on("POST", "$batch"), "part": 3, "status": 500 }),
                )
                .unwrap(),
            ),
            ..FaultPlan::default()
        });
        let failure = story.unsettled(&client, &world).await;
        assert_eq!(
            failure.item,
            Some(story.effects[2].record().id),
            "the first that failed, not those that were not run"
        );
        assert_eq!(
            story.standing(&client, &world).await.records.len(),
            2,
            "{unexecuted:?}: nothing after the failure ran"
        );
    }
}

#[tokio::test]
async fn r14_a_write_that_takes_too_long_is_unsettled_and_the_batch_shrinks() {
    let mut world = World::plain().await;
    world.settings.write_timeout_ms = Some(400);
    let client = world.client();
    let before = client.batch_limit();
    let story = Story::of(&world, 20);
    let slow = SlowAnswer { when: Chance::next(1).on("POST", "$batch"), ms: 3_000, work: WhenWork::First };
    world.fail(FaultPlan { slow_answer: Some(slow), ..FaultPlan::default() });
    let begun = std::time::Instant::now();
    let failure = story.unsettled(&client, &world).await;
    assert!(
        begun.elapsed() < Duration::from_millis(1_500),
        "the call ends with its time-out: the lease is measured by it"
    );
    assert_eq!(failure.class, FailureClass::Unreachable);
    assert!(client.batch_limit() < before, "R11: what was too slow gets fewer records");
    assert_eq!(story.standing(&client, &world).await.records.len(), 21, "it was written all the same");
    assert_eq!(client.write_timeout(), Duration::from_millis(400));
}

#[tokio::test]
async fn r11_nothing_sent_is_told_from_nothing_known() {
    let world = World::plain().await;
    let client = world.client();
    Story::of(&world, 0).write(&client, &world).await;
    let story = Story::of(&world, 1);
    world.fail(FaultPlan { cut_before: Some(Chance::next(1).on("POST", "$batch")), ..FaultPlan::default() });
    story.unsettled(&client, &world).await;
    world.fail(FaultPlan { down: true, ..FaultPlan::default() });
    assert!(client.standing(&story.batch(), &world.log).await.is_err(), "not knowing is not absence");
    world.fail(FaultPlan::default());
    let World { running, settings, vault, .. } = world;
    running.stop().await;
    let dead = casebridge_connectors::creatio::Creatio::new(settings, Uuid::nil(), vault).unwrap();
    let outcome = dead.apply(&story.batch(), &casebridge_connectors::CallLog::default()).await;
    assert!(
        matches!(outcome, Applied::NotSent(failure) if failure.class == FailureClass::Unreachable),
        "nobody was reached"
    );
}

#[tokio::test]
async fn r12_absent_closed_and_unreadable_are_different() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 1).then(StatusWish::Resolved);
    assert_eq!(story.standing(&client, &world).await.case, CaseReading::Absent);
    story.write(&client, &world).await;
    world.sandbox().update("Case", story.case_id, &json!({ "StatusId": stock::STATUS_CLOSED })).unwrap();
    let closed = story.standing(&client, &world).await;
    assert!(stands(&closed).closed, "by its flags");
    assert_eq!(closed.records.len(), 3, "a closed case fulfils the wish to resolve it");
    assert_eq!(
        story.rest(&closed).only_status(StatusWish::Reopened).standing(&client, &world).await.records.len(),
        0,
        "but not the one to reopen it"
    );
    world.sandbox().delete("Case", story.case_id).unwrap();
    assert_eq!(
        story.standing(&client, &world).await.case,
        CaseReading::Absent,
        "a deleted case is not made again by the client"
    );
    world.sandbox().set_rights(Rights::all().with("Case", ObjectRights::NONE));
    let failure = client.standing(&story.batch(), &world.log).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Rights, "the whole object is closed to us: the connection's matter");
}

#[tokio::test]
async fn r12_rights_withdrawn_under_way_are_no_absence() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 1);
    story.write(&client, &world).await;
    let withdrawn = serde_json::from_value(json!({ "object": "Activity", "right": Right::Read })).unwrap();
    world.fail(FaultPlan { withdrawn: vec![withdrawn], ..FaultPlan::default() });
    let failure = client.standing(&story.batch(), &world.log).await.unwrap_err();
    assert_eq!(
        failure.class,
        FailureClass::Rights,
        "unreadable activities must not count as missing ones: they would be doubled"
    );
}

#[tokio::test]
async fn r11_the_ids_are_read_back_in_few_calls() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 40);
    story.write(&client, &world).await;
    story.standing(&client, &world).await;
    world.sandbox().clear_requests();
    assert_eq!(story.standing(&client, &world).await.records.len(), 41);
    assert_eq!(world.sandbox().data_calls(), 2, "the case, and one batch of four filters");
    for request in world.sandbox().requests() {
        assert!(
            request.parts.iter().all(|part| part.url.matches("Id%20eq").count() <= 12),
            "a filter has at most twelve ids"
        );
        assert!(request.parts.iter().all(|part| part.url.contains("$select=")), "R24: $select always");
        assert!(request.path.ends_with("$batch") || request.query.contains("$select="));
    }
}

#[tokio::test]
async fn r11_a_create_found_done_is_brought_up_to_date_unless_a_person_was_there() {
    let config = CreatioConfig {
        clients: vec![casebridge_sandbox::creatio::ClientApp::demo().with_contact(stock::INTEGRATION_CONTACT)],
        ..CreatioConfig::default()
    };
    let mut world = World::start(config).await;
    let older = Story::of(&world, 0).draft(|draft| draft.subject = "older".into());
    older.write(&world.client(), &world).await;
    world.settings.group = Some(stock::ROLE_SECOND_LINE);
    let client = world.client();
    let now = Story::of(&world, 0);
    let standing = now.standing(&client, &world).await;
    let mut differs = stands(&standing).differs.clone();
    differs.sort();
    assert_eq!(differs, ["GroupId", "Subject"]);
    client.amend(&now.batch(), &differs, &world.log).await.unwrap();
    assert_eq!(world.case(&now)["Subject"], json!("Where is my order?"));
    assert_eq!(world.case(&now)["GroupId"], json!(stock::ROLE_SECOND_LINE));
    assert!(stands(&now.standing(&client, &world).await).differs.is_empty(), "amended is amended");
    world.sandbox().clear_requests();
    client.amend(&now.batch(), &differs, &world.log).await.unwrap();
    assert_eq!(world.sandbox().data_calls(), 1, "R23: only the first change of a column is read back");
    world.fail(FaultPlan { error_body_200: Some(Chance::next(1).on("PATCH", "Case")), ..FaultPlan::default() });
    let outcome = client.amend(&now.batch(), &differs, &world.log).await;
    assert!(outcome.is_err(), "an error in the body counts, whatever the status says");
    world.sandbox().update("Case", now.case_id, &json!({ "Subject": "a person's words" })).unwrap();
    let touched = now.standing(&client, &world).await;
    assert!(stands(&touched).differs.is_empty(), "what a person changed is theirs");
}

#[tokio::test]
async fn r23_the_first_change_of_a_column_is_read_back() {
    let mut world =
        World::start(CreatioConfig { patch_unknown: PatchUnknown::SilentDrop, ..CreatioConfig::default() }).await;
    Story::of(&world, 0).write(&world.client(), &world).await;
    world.settings.session_column = Some("UsrMisspelt".into());
    let client = world.client();
    let story = Story::of(&world, 0);
    let outcome = client.amend(&story.batch(), &["UsrMisspelt".to_owned()], &world.log).await;
    assert!(outcome.is_err(), "204 says nothing on this build: nothing was written");
}

#[tokio::test]
async fn r1_a_repeated_batch_doubles_nothing() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 2);
    story.write(&client, &world).await;
    let failure = story.unsettled(&client, &world).await;
    assert!(failure.is_transient(), "a duplicate is found by reading: {failure}");
    assert!(story.rest(&story.standing(&client, &world).await).effects.is_empty());
    assert_eq!((world.sandbox().count("Case"), world.sandbox().count("Activity")), (1, 2));
}
