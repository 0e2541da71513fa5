//! Writing batches: what reaches the CRM, in which shape, with how many calls.

use casebridge_connectors::CaseSystem;
use casebridge_domain::{Effect, FailureClass, FailureScope, StatusWish};
use casebridge_sandbox::creatio::{
    BatchPart, Chance, CreatioConfig, DatabaseEngine, FaultPlan, ObjectRights, OverLength, Rights, RightsShape,
    ids as stock,
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Story, World, judged, verified};

#[tokio::test]
async fn r24_a_case_with_its_messages_is_one_call_and_stands_in_order() {
    let world = World::plain().await;
    let client = world.client();
    Story::of(&world, 0).draft(|draft| draft.id = Uuid::from_u128(77)).write(&client, &world).await;
    world.sandbox().clear_requests();

    let story = Story::of(&world, 3).then(StatusWish::Resolved);
    let made = story.write(&client, &world).await.expect("the case was made in this batch");

    let case = world.case(&story);
    assert_eq!(made.number.as_deref(), case["Number"].as_str(), "the number that people use comes with the answer");
    assert!(made.created_on.is_some_and(|on| on.ends_with('Z')), "the CRM's own time starts what is delivered");
    assert_eq!(case["OriginId"], json!(stock::ORIGIN_CHAT), "the server's default is Call");
    assert_eq!(case["RegisteredOn"].as_str().map(|on| &on[..19]), Some("2026-03-01T10:00:00"));
    assert_eq!(case["StatusId"], json!(stock::STATUS_RESOLVED), "the status comes last");
    assert_eq!(
        world.titles(),
        ["Incoming – Customer: message 1", "Outgoing – AI agent: message 2", "Incoming – Customer: message 3"]
    );
    let data = world.sandbox().data_calls();
    assert_eq!(data, 2, "one read of the statuses, once, and one batch");
    let batch = world.sandbox().requests().into_iter().find(|r| r.path.ends_with("$batch")).unwrap();
    let order: Vec<_> =
        batch.parts.iter().map(|part| format!("{} {}", part.method, part.url.split('/').next().unwrap())).collect();
    assert_eq!(
        order,
        ["POST Case", "POST Activity", "POST Activity", "POST Activity", "PATCH Case"],
        "R26: the case first"
    );
}

#[tokio::test]
async fn r6_activities_are_finished_tasks_of_the_case_that_nobody_is_reminded_of() {
    let world = World::plain().await;
    let story = Story::of(&world, 2);
    story.write(&world.client(), &world).await;
    for row in world.sandbox().records("Activity") {
        assert_eq!(row["CaseId"], json!(story.case_id));
        assert_eq!(row["TypeId"], json!(stock::TYPE_TASK), "an e-mail would reopen the case and clear its owner");
        assert_eq!(row["MessageTypeId"], json!(Uuid::nil()));
        assert_eq!(row["StatusId"], json!(stock::ACTIVITY_COMPLETED));
        assert_eq!(row["OwnerId"], json!(stock::AGENT_CONTACT));
        assert_eq!(row["ShowInScheduler"], json!(false));
        assert_eq!(row["StartDate"], row["DueDate"]);
    }
    let first = &world.sandbox().records("Activity")[0];
    assert_eq!(first["DetailedResult"], json!("message 1\n\ncasebridge://session/chat/c-1"));
    assert_eq!(world.case(&story)["StatusId"], json!(stock::STATUS_NEW), "our rows are no incoming mail");
}

#[tokio::test]
async fn r25_text_is_data_in_each_column() {
    let world = World::plain().await;
    let story = Story::of(&world, 1).draft(|d| d.first_message = Some("<script>alert('x')</script>".into()));
    story.write(&world.client(), &world).await;
    let symptoms = world.case(&story)["Symptoms"].as_str().unwrap().to_owned();
    assert!(!symptoms.contains("<script"), "the UI renders this column: {symptoms}");
    assert!(symptoms.contains("&lt;script&gt;"));
    assert!(
        symptoms.ends_with("<p>Session: chat/c-1</p>"),
        "R28: without a column the session's name ends the text: {symptoms}"
    );
}

#[tokio::test]
async fn r28_the_session_goes_into_the_picked_column() {
    let mut world = World::plain().await;
    world.settings.session_column = Some("UsrSessionId".into());
    let story = Story::of(&world, 0);
    story.write(&world.client(), &world).await;
    assert_eq!(world.case(&story)["UsrSessionId"], json!("chat/c-1"));
    let long = Story::of(&world, 0).draft(|draft| {
        draft.id = Uuid::from_u128(5);
        draft.session.external_id = "x".repeat(80);
    });
    long.write(&world.client(), &world).await;
    let row = world.sandbox().record("Case", Uuid::from_u128(5)).unwrap();
    assert!(
        row["UsrSessionId"].as_str().unwrap().starts_with("ses_"),
        "a name too long for the column is replaced, not refused"
    );
}

#[tokio::test]
async fn r24_texts_are_cut_to_their_columns() {
    let world = World::start(CreatioConfig { over_length: OverLength::Refuse, ..CreatioConfig::default() }).await;
    let story = Story::of(&world, 0).draft(|draft| draft.subject = "ä".repeat(900));
    story.write(&world.client(), &world).await;
    assert_eq!(world.case(&story)["Subject"].as_str().unwrap().chars().count(), 500);
}

#[tokio::test]
async fn a_handoff_of_twenty_messages_costs_at_most_three_data_calls() {
    let world = World::plain().await;
    let client = world.client();
    Story::of(&world, 0).draft(|draft| draft.id = Uuid::from_u128(77)).write(&client, &world).await;
    for (email, calls) in
        [("anna.oneil@northwind.example", 2), ("anna.private@mail.example", 3), ("nobody@nowhere.example", 3)]
    {
        world.sandbox().reset();
        Story::of(&world, 20).contact(|contact| contact.email = verified(email)).write(&client, &world).await;
        assert_eq!(world.sandbox().data_calls(), calls, "{email}");
        assert_eq!(world.sandbox().count("Activity"), 20);
    }
}

#[tokio::test]
async fn r24_every_activity_has_an_owner() {
    let mut world = World::plain().await;
    world.settings.owner = None;
    for (set, owner) in [(Some(stock::AGENT_CONTACT), stock::AGENT_CONTACT), (None, stock::SUPERVISOR_CONTACT)] {
        world.sandbox().reset();
        world.settings.activity_owner = set;
        let client = world.client();
        let story = Story::of(&world, 1);
        story.write(&client, &world).await;
        assert_eq!(world.case(&story)["OwnerId"], json!(Uuid::nil()), "the case stays without");
        assert_eq!(world.sandbox().records("Activity")[0]["OwnerId"], json!(owner), "an empty owner is refused");
    }
}

#[tokio::test]
async fn r24_without_any_owner_to_find_nothing_is_sent() {
    let rights = Rights::all().with("Contact", ObjectRights::NONE);
    let mut world = World::start(CreatioConfig { rights, ..CreatioConfig::default() }).await;
    world.settings.owner = None;
    let failure = Story::of(&world, 1).not_sent(&world.client(), &world).await;
    assert_eq!(failure.scope, FailureScope::Connection, "every conversation would meet it");
    assert_eq!(world.sandbox().count("Case"), 0, "half a conversation helps nobody");
}

#[tokio::test]
async fn r24_an_activity_that_is_refused_for_its_owner_is_known_by_the_words() {
    // The zero GUID is no owner, so the row reaches Creatio's own check.
    for owner_roles in [false, true] {
        let mut world = World::start(CreatioConfig { owner_roles, ..CreatioConfig::default() }).await;
        world.settings.owner = Some(Uuid::nil());
        let failure = Story::of(&world, 1).unsettled(&world.client(), &world).await;
        assert_eq!(judged(&failure), (FailureClass::Setup, FailureScope::Connection), "no retry helps: {failure}");
        assert!(failure.message.contains("\"Owner\"") && failure.hint.contains("owner"), "{failure}");
    }
}

#[tokio::test]
async fn r12_a_foreign_key_is_the_set_up_or_the_record() {
    for database in [DatabaseEngine::PostgreSql, DatabaseEngine::SqlServer] {
        let mut world = World::start(CreatioConfig { database, ..CreatioConfig::default() }).await;
        let good = world.settings.clone();
        world.settings.owner = Some(Uuid::from_u128(404));
        let story = Story::of(&world, 1);
        let failure = story.unsettled(&world.client(), &world).await;
        assert_eq!(judged(&failure), (FailureClass::Setup, FailureScope::Connection), "the configured owner is gone");
        assert_eq!(failure.item, Some(story.case_id));
        assert!(
            failure.message.to_lowercase().contains("foreign key"),
            "the CRM's innermost words: {}",
            failure.message
        );

        world.settings = good;
        let client = world.client();
        let story = Story::of(&world, 1);
        story.write(&client, &world).await;
        world.sandbox().delete("Activity", story.effects[1].record().id).unwrap();
        world.sandbox().delete("Case", story.case_id).unwrap();
        let late = Story { effects: story.effects[1..].to_vec(), ..story };
        let failure = late.unsettled(&client, &world).await;
        assert_eq!(judged(&failure), (FailureClass::Refused, FailureScope::Lane), "this case is gone, not the set-up");
    }
}

#[tokio::test]
async fn r12_missing_rights_are_known_in_every_shape() {
    for shape in [RightsShape::Forbidden403, RightsShape::Error500, RightsShape::Unauthorized401] {
        let rights = Rights::all().with("Activity", ObjectRights::READ);
        let world = World::start(CreatioConfig { rights, rights_shape: shape, ..CreatioConfig::default() }).await;
        let story = Story::of(&world, 2);
        let failure = story.unsettled(&world.client(), &world).await;
        assert_eq!(judged(&failure), (FailureClass::Rights, FailureScope::Connection), "{shape:?}");
        assert!(failure.message.contains("Activity"), "{shape:?}: {}", failure.message);
        assert_eq!(failure.item, Some(story.effects[1].record().id), "the first that was refused");
    }
}

#[tokio::test]
async fn r12_a_column_that_became_required_parks_the_conversation_only() {
    let world = World::plain().await;
    world.sandbox().require_column("Case", "UsrSentiment");
    let failure = Story::of(&world, 0).unsettled(&world.client(), &world).await;
    assert_eq!(judged(&failure), (FailureClass::Refused, FailureScope::Lane));
    assert!(failure.message.contains("UsrSentiment") && failure.hint.contains("required"), "{failure}");
}

#[tokio::test]
async fn r23_a_session_column_with_other_letters_is_a_fault_of_the_set_up() {
    let mut world = World::plain().await;
    world.settings.session_column = Some("usrsessionid".into());
    let failure = Story::of(&world, 0).unsettled(&world.client(), &world).await;
    assert_eq!(judged(&failure), (FailureClass::Setup, FailureScope::Connection), "every case would be refused");
    assert!(failure.hint.contains("letter case"));
}

#[tokio::test]
async fn r12_a_bare_500_is_unknown_and_a_page_is_an_outage() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 2);
    let batch = |chance: Chance| Some(chance.on("POST", "$batch"));
    world.fail(FaultPlan { error_500: batch(Chance::next(1)), ..FaultPlan::default() });
    assert_eq!(story.unsettled(&client, &world).await.class, FailureClass::Unknown);
    world.fail(FaultPlan { bad_gateway_502: batch(Chance::next(1)), ..FaultPlan::default() });
    assert_eq!(story.unsettled(&client, &world).await.class, FailureClass::Unreachable);
    world.fail(FaultPlan { html_login_200: batch(Chance::next(1)), ..FaultPlan::default() });
    assert_eq!(
        story.unsettled(&client, &world).await.class,
        FailureClass::Unreachable,
        "a page under 200 is not success"
    );
    world.fail(FaultPlan { error_body_200: batch(Chance::next(1)), ..FaultPlan::default() });
    assert!(story.unsettled(&client, &world).await.is_transient(), "an error under 200 is not success");
    assert_eq!(world.sandbox().count("Case"), 0);
    let batches = world.sandbox().requests().iter().filter(|request| request.path.ends_with("$batch")).count();
    assert_eq!(batches, 4, "four tries by us: the client repeats nothing by itself");
    story.write(&client, &world).await;
}

#[tokio::test]
async fn r12_patience_that_the_crm_asks_for_is_told() {
    use casebridge_sandbox::creatio::RetryAfter;
    let world = World::plain().await;
    let client = world.client();
    let throttled = |retry_after| FaultPlan {
        throttled_429: Some(
            serde_json::from_value(json!({ "when": Chance::next(1).on("POST", "$batch"), "retry_after": retry_after }))
                .unwrap(),
        ),
        ..FaultPlan::default()
    };
    world.fail(throttled(Some(RetryAfter::Seconds(17))));
    let failure = Story::of(&world, 0).unsettled(&client, &world).await;
    assert_eq!(failure.class, FailureClass::Throttled { after: Some(std::time::Duration::from_secs(17)) });
    assert_eq!(failure.scope, FailureScope::Connection);
    world.fail(throttled(Some(RetryAfter::DateIn(60))));
    let failure = Story::of(&world, 0).unsettled(&client, &world).await;
    let FailureClass::Throttled { after: Some(after) } = failure.class else { panic!("{failure:?}") };
    assert!((30..=61).contains(&after.as_secs()), "a date is a delay too: {after:?}");
}

#[tokio::test]
async fn r11_parts_may_be_answered_in_any_order() {
    let world = World::plain().await;
    world.fail(FaultPlan { batch_out_of_order: Some(Chance::always()), ..FaultPlan::default() });
    let made = Story::of(&world, 3).write(&world.client(), &world).await;
    assert!(made.is_some_and(|case| case.number.is_some()), "the case is found in the answer by its part's id");
}

#[tokio::test]
async fn nothing_secret_and_no_text_of_people_reaches_failures_and_debug() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 1).contact(|contact| contact.email = verified("anna.oneil@northwind.example"));
    world.fail(FaultPlan {
        batch_part_500_after_write: Some(BatchPart { when: Chance::next(1), part: 2 }),
        ..FaultPlan::default()
    });
    let failure = story.unsettled(&client, &world).await;
    let secret = world.vault.peek("client_secret").unwrap();
    let token = "Bearer";
    let calls = world.calls();
    assert!(calls.len() >= 3, "root, contact and batch are on the record");
    for call in &calls {
        let whole = format!("{} {:?} {:?} {:?}", call.path, call.request, call.answer, call.failure);
        assert!(!whole.contains(&secret) && !whole.contains(token), "credentials are never recorded");
        assert!(
            !call.path.contains("connect/token") && !call.path.contains("well-known"),
            "R30: token calls are not kept"
        );
        assert!(!format!("{call:?}").contains("message 1"), "Debug shows no bodies");
    }
    let shown = format!("{client:?} {failure:?} {:?} {:?}", story.batch(), world.settings);
    assert!(!shown.contains(&secret) && !shown.contains("message 1") && !shown.contains("anna"), "{shown}");
}

#[tokio::test]
async fn r11_one_effect_takes_the_same_way() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 2);
    story.write(&client, &world).await;
    let one = Story { effects: vec![crate::support::message(&world, &story.session, 3)], ..Story::of(&world, 0) };
    assert_eq!(one.write(&client, &world).await, None, "no case was opened");
    assert_eq!(world.sandbox().count("Activity"), 3);
    assert!(matches!(one.effects[0], Effect::AddActivity(_)));
    assert!(client.batch_limit() <= 95 && client.batch_limit() >= 5);
}
