//! What people do in the CRM on a case: read in one call, and told apart.

use casebridge_connectors::creatio::{Creatio, EmailReplies, TaskRule};
use casebridge_connectors::{CaseSystem, Look, LookAt};
use casebridge_domain::{
    CallFailure, CaseFacts, CaseSeen, CrmRecord, FailureClass, FailureScope, NotForCustomer, RecordKind, Role,
    StatusClass, StatusWish,
};
use casebridge_sandbox::creatio::{
    BatchPartFails, Chance, CreatioConfig, CustomColumn, CustomKind, FaultPlan, HostKind, ObjectRights, Rights,
    SandboxClock, VirtualClock, ids as stock,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Story, World, began, judged, stands};

pub fn at(case: Uuid) -> LookAt {
    LookAt { case, since: None }
}

pub async fn look(client: &Creatio, world: &World, cases: &[LookAt]) -> Result<Look, CallFailure> {
    client.look(cases, &world.log).await
}

fn facts(look: &Look) -> &CaseFacts {
    match &look.cases[0].1 {
        CaseSeen::Stands(facts) => facts,
        other => panic!("the case was to stand: {other:?}"),
    }
}

fn role(look: &Look, id: Uuid) -> Role {
    record(look, id).role
}

fn record(look: &Look, id: Uuid) -> &CrmRecord {
    look.records.iter().find(|record| record.record.id == id).expect("the record was read")
}

/// A mail that an agent wrote on a case.
pub fn mail(case: Uuid, more: &Value) -> Value {
    let mut body = json!({
        "Title": "Re: Case", "TypeId": stock::TYPE_EMAIL, "ActivityCategoryId": stock::CATEGORY_EMAIL, "CaseId": case,
        "MessageTypeId": stock::EMAIL_OUTGOING, "EmailSendStatusId": stock::SEND_SENT, "IsHtmlBody": true,
        "SendDate": "2026-03-02T09:00:00Z", "Body": "<p>It is on its way.</p><blockquote>Where is it?</blockquote>",
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

pub fn portal(case: Uuid, more: &Value) -> Value {
    let mut body =
        json!({ "EntitySchemaUId": stock::CASE_SCHEMA, "EntityId": case, "Message": "<p>On the portal</p>" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn r7_r9_a_look_tells_replies_from_everything_else_in_one_call() {
    for host in [HostKind::Framework, HostKind::Core] {
        let world = World::on(host).await;
        let client = world.client();
        let story = Story::of(&world, 2);
        story.write(&client, &world).await;
        let case = story.case_id;
        let by_mary =
            |entity: &str, body: &Value| world.sandbox().insert_by(stock::AGENT_CONTACT, entity, body).unwrap();
        let sent = by_mary("Activity", &mail(case, &json!({})));
        let draft = by_mary("Activity", &mail(case, &json!({ "EmailSendStatusId": stock::SEND_NOT_SENT })));
        let incoming = by_mary("Activity", &mail(case, &json!({ "MessageTypeId": stock::EMAIL_INCOMING })));
        let task = by_mary("Activity", &json!({ "Title": "Call her back, she is lying", "CaseId": case }));
        let shown = by_mary("PortalMessage", &portal(case, &json!({})));
        let hidden = by_mary("PortalMessage", &portal(case, &json!({ "HideOnPortal": true })));
        let asked = by_mary("PortalMessage", &portal(case, &json!({ "FromPortal": true })));
        look(&client, &world, &[at(case)]).await.unwrap();
        world.sandbox().clear_requests();
        let seen = look(&client, &world, &[at(case)]).await.unwrap();
        assert_eq!(world.sandbox().data_calls(), 1, "{host:?}: case, activities and messages in one call");
        assert_eq!(seen.records.len(), 9, "two of ours and seven of theirs");
        assert_eq!(role(&seen, sent), Role::Reply { sent_by_crm: true });
        assert_eq!(record(&seen, sent).text, "It is on its way.", "without what it quotes");
        assert_eq!(record(&seen, sent).at, "2026-03-02T09:00:00Z".parse().unwrap(), "when it was sent");
        assert_eq!(record(&seen, sent).author.as_ref().unwrap().name.as_deref(), Some("Mary King"));
        assert_eq!(role(&seen, draft), Role::Draft);
        assert_eq!(role(&seen, incoming), Role::Incoming);
        assert_eq!(role(&seen, task), Role::No { why: NotForCustomer::KindNotChosen });
        assert_eq!(role(&seen, shown), Role::Reply { sent_by_crm: false });
        assert_eq!(record(&seen, shown).record.kind, RecordKind::PortalMessage);
        assert_eq!(role(&seen, hidden), Role::No { why: NotForCustomer::Internal });
        assert_eq!(role(&seen, asked), Role::Incoming);
        let row = world.sandbox().record("Activity", sent).unwrap();
        assert_eq!(record(&seen, sent).modified, row["ModifiedOn"], "to the last digit");
        assert!(seen.clock.is_some(), "the CRM's clock comes with the answer");
    }
}

#[tokio::test]
async fn r13_how_a_case_stands_is_told_with_names_and_meaning() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 0);
    let made = story.write(&client, &world).await.unwrap();
    assert!(made.seen_at.is_some() && stands(&story.standing(&client, &world).await).seen_at.is_some());
    let seen = look(&client, &world, &[at(story.case_id)]).await.unwrap();
    let open = facts(&seen);
    assert_eq!((open.class, open.over_since), (StatusClass::Open, None));
    assert_eq!(open.status.name.as_deref(), Some("New"));
    assert_eq!(open.owner.as_ref().unwrap().name.as_deref(), Some("Mary King"));
    assert_eq!(open.priority.as_ref().unwrap().name.as_deref(), Some("Medium"));
    assert_eq!(open.contact, None, "R24: the zero id is none");
    let change = json!({ "StatusId": stock::STATUS_RESOLVED, "PriorityId": stock::PRIORITY_HIGH, "ContactId": stock::CUSTOMER_ANNA });
    world.sandbox().update("Case", story.case_id, &change).unwrap();
    let seen = look(&client, &world, &[at(story.case_id)]).await.unwrap();
    let resolved = facts(&seen);
    assert_eq!(resolved.class, StatusClass::Resolved);
    assert_eq!(resolved.priority.as_ref().unwrap().name.as_deref(), Some("High"));
    assert_eq!(resolved.contact, Some(stock::CUSTOMER_ANNA));
    let row = world.case(&story);
    assert_eq!(resolved.modified, row["ModifiedOn"]);
    let provided: Timestamp = row["SolutionProvidedOn"].as_str().unwrap().parse().unwrap();
    assert_eq!(resolved.over_since, Some(provided), "the work ended with the solution");
    world.sandbox().update("Case", story.case_id, &json!({ "StatusId": stock::STATUS_CLOSED })).unwrap();
    let seen = look(&client, &world, &[at(story.case_id)]).await.unwrap();
    assert_eq!(facts(&seen).class, StatusClass::Closed);
    let own = json!({ "Name": "Done by us", "IsFinal": true, "StageNumber": 40 });
    let own = world.sandbox().insert("CaseStatus", &own).unwrap();
    world.sandbox().update("Case", story.case_id, &json!({ "StatusId": own })).unwrap();
    let seen = look(&world.client(), &world, &[at(story.case_id)]).await.unwrap();
    assert_eq!(facts(&seen).class, StatusClass::Closed, "a tenant's own status, by its flags");
}

#[tokio::test]
async fn r12_gone_and_unreadable_cases_are_told_apart() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 1);
    story.write(&client, &world).await;
    let parent = world.sandbox().insert("Case", &json!({ "Subject": "the other" })).unwrap();
    let absent = Uuid::from_u128(404);
    world.sandbox().update("Case", story.case_id, &json!({ "ParentCaseId": parent })).unwrap();
    let seen = look(&client, &world, &[at(story.case_id), at(absent)]).await.unwrap();
    assert!(matches!(seen.cases[0], (id, CaseSeen::Stands(_)) if id == story.case_id), "an open case with a parent");
    assert_eq!(seen.cases[1], (absent, CaseSeen::Absent));
    world.sandbox().update("Case", story.case_id, &json!({ "StatusId": stock::STATUS_CLOSED })).unwrap();
    let seen = look(&client, &world, &[at(story.case_id)]).await.unwrap();
    assert_eq!(facts(&seen).class, StatusClass::Closed, "a closed child of another case was not merged into it");
    assert_eq!(seen.records.len(), 1, "its records are told all the same");
    world.sandbox().set_rights(Rights::all().with("Case", ObjectRights::NONE));
    let failure = look(&client, &world, &[at(story.case_id)]).await.unwrap_err();
    assert_eq!(judged(&failure), (FailureClass::Rights, FailureScope::Connection), "the whole object is closed");
    world.sandbox().set_rights(Rights::all().with("Activity", ObjectRights::NONE));
    assert!(look(&client, &world, &[at(story.case_id)]).await.is_err(), "R16: all or nothing, unread is not absent");
    world.sandbox().set_rights(Rights::all().with("CaseStatus", ObjectRights::NONE));
    let seen = look(&world.client(), &world, &[at(parent)]).await.unwrap();
    assert_eq!(facts(&seen).class, StatusClass::Open, "without the list of statuses stock meanings hold");
}

#[tokio::test]
async fn r16_twelve_cases_are_one_call_and_each_has_its_own_since() {
    let clock = VirtualClock::starting_at(began());
    let world =
        World::start(CreatioConfig { clock: SandboxClock::Virtual(clock.clone()), ..CreatioConfig::default() }).await;
    let client = world.client();
    let mut cases = Vec::new();
    for _ in 0..client.look_limit() {
        clock.advance(SignedDuration::from_secs(60));
        let case = world.sandbox().insert("Case", &json!({ "Subject": "one of many" })).unwrap();
        world.sandbox().insert("Activity", &mail(case, &json!({}))).unwrap();
        let since = world.sandbox().record("Case", case).unwrap()["ModifiedOn"].as_str().unwrap().to_owned();
        clock.advance(SignedDuration::from_secs(60));
        world.sandbox().insert("Activity", &mail(case, &json!({}))).unwrap();
        cases.push(LookAt { case, since: Some(since) });
    }
    look(&client, &world, &cases).await.unwrap();
    world.sandbox().clear_requests();
    let seen = look(&client, &world, &cases).await.unwrap();
    assert_eq!(world.sandbox().data_calls(), 1);
    assert_eq!((seen.cases.len(), seen.records.len()), (12, 24), "at or after: the first of each is in");
    let modified: Vec<&String> = seen.records.iter().map(|record| &record.modified).collect();
    assert!(modified.is_sorted(), "oldest change first");
    let later = |look: &LookAt| LookAt {
        case: look.case,
        since: look
            .since
            .as_ref()
            .map(|since| (since.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(1)).to_string()),
    };
    let seen = look(&client, &world, &cases.iter().map(later).collect::<Vec<_>>()).await.unwrap();
    assert_eq!(seen.records.len(), 12, "older ones are left out, case by case");
}

#[tokio::test]
async fn r16_a_case_with_more_records_than_a_page_is_read_to_its_end() {
    let clock = VirtualClock::starting_at(began());
    let world =
        World::start(CreatioConfig { clock: SandboxClock::Virtual(clock.clone()), ..CreatioConfig::default() }).await;
    let client = world.client();
    let case = world.sandbox().insert("Case", &json!({ "Subject": "a long one" })).unwrap();
    for number in 0..1_300 {
        if number % 700 == 0 {
            clock.advance(SignedDuration::from_secs(1));
        }
        world.sandbox().insert("Activity", &json!({ "Title": "imported", "CaseId": case })).unwrap();
    }
    let seen = look(&client, &world, &[at(case)]).await.unwrap();
    assert_eq!(seen.records.len(), 1_300, "700 share a time, 600 another");
}

#[tokio::test]
async fn r7_a_rule_on_a_column_of_the_tenant_makes_a_task_a_reply() {
    let column = CustomColumn {
        entity: "Activity".into(),
        name: "UsrForCustomer".into(),
        kind: CustomKind::Bool,
        required: false,
    };
    let mut world = World::start(CreatioConfig { custom_columns: vec![column], ..CreatioConfig::default() }).await;
    let rule =
        |column: &str| TaskRule { column: Some(column.into()), value: Some("true".into()), ..TaskRule::default() };
    world.settings.replies.tasks = vec![rule("UsrForCustomer")];
    let case = world.sandbox().insert("Case", &json!({ "Subject": "x" })).unwrap();
    let task = json!({ "Title": "Answer", "CaseId": case, "DetailedResult": "Yes", "UsrForCustomer": true });
    let reply = world.sandbox().insert("Activity", &task).unwrap();
    let note = world.sandbox().insert("Activity", &json!({ "Title": "Note", "CaseId": case })).unwrap();
    let seen = look(&world.client(), &world, &[at(case)]).await.unwrap();
    assert_eq!(role(&seen, reply), Role::Reply { sent_by_crm: false });
    assert_eq!(role(&seen, note), Role::No { why: NotForCustomer::KindNotChosen });
    world.settings.replies.tasks = vec![rule("UsrMisspelt")];
    let failure = look(&world.client(), &world, &[at(case)]).await.unwrap_err();
    assert_eq!(judged(&failure), (FailureClass::Setup, FailureScope::Connection), "not this case's fault: {failure}");
    assert!(failure.hint.contains("UsrMisspelt"));
}

#[tokio::test]
async fn r24_hosts_that_take_no_reads_in_a_batch_are_read_singly() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 2);
    story.write(&client, &world).await;
    look(&client, &world, &[at(story.case_id)]).await.unwrap();
    let fails = BatchPartFails { when: Chance::next(1).on("POST", "$batch"), part: 1, status: 405 };
    world.fail(FaultPlan { batch_part_fails: Some(fails), ..FaultPlan::default() });
    world.sandbox().clear_requests();
    let seen = look(&client, &world, &[at(story.case_id)]).await.unwrap();
    assert_eq!(seen.records.len(), 2);
    assert_eq!(world.sandbox().data_calls(), 4, "one refused batch and three reads");
    world.sandbox().clear_requests();
    look(&client, &world, &[at(story.case_id)]).await.unwrap();
    assert_eq!(world.sandbox().data_calls(), 3, "the refusal is remembered");
    let fails = BatchPartFails { when: Chance::next(1).on("POST", "$batch"), part: 2, status: 500 };
    world.fail(FaultPlan { batch_part_fails: Some(fails), ..FaultPlan::default() });
    let failure = look(&world.client(), &world, &[at(story.case_id)]).await.unwrap_err();
    assert!(failure.is_transient(), "another failure is no refusal of reads: {failure}");
}

#[tokio::test]
async fn r7_the_newest_replies_are_shown_as_the_settings_take_them() {
    let clock = VirtualClock::starting_at(began());
    let mut world =
        World::start(CreatioConfig { clock: SandboxClock::Virtual(clock.clone()), ..CreatioConfig::default() }).await;
    let case = world.sandbox().insert("Case", &json!({ "Subject": "x" })).unwrap();
    for number in 0..5 {
        clock.advance(SignedDuration::from_secs(60));
        let sent = format!("2026-03-02T09:0{number}:00Z");
        world
            .sandbox()
            .insert("Activity", &mail(case, &json!({ "SendDate": sent, "Body": format!("mail {number}") })))
            .unwrap();
    }
    world.sandbox().insert("Activity", &mail(case, &json!({ "EmailSendStatusId": stock::SEND_NOT_SENT }))).unwrap();
    world.sandbox().insert("Activity", &json!({ "Title": "internal", "CaseId": case })).unwrap();
    world.sandbox().insert("Activity", &mail(Uuid::nil(), &json!({ "CaseId": null }))).unwrap();
    clock.set("2026-03-02T09:02:30Z".parse().unwrap());
    world.sandbox().insert("PortalMessage", &portal(case, &json!({}))).unwrap();
    let texts = async |world: &World, limit| -> Vec<String> {
        let replies = world.client().recent_replies(limit, &world.log).await.unwrap();
        replies.into_iter().map(|record| record.text).collect()
    };
    assert_eq!(texts(&world, 20).await, ["mail 4", "mail 3", "On the portal", "mail 2", "mail 1", "mail 0"]);
    assert_eq!(texts(&world, 2).await, ["mail 4", "mail 3"], "newest first, no more than asked for");
    world.settings.replies.emails = EmailReplies::Off;
    assert_eq!(texts(&world, 20).await, ["On the portal"], "what the settings do not take is not shown");
}

#[tokio::test]
async fn r4_a_case_is_found_again_after_a_wish_was_settled() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 0).then(StatusWish::Resolved);
    story.write(&client, &world).await;
    let standing = story.standing(&client, &world).await;
    assert!(stands(&standing).seen_at.is_some(), "R2: the CRM's clock decides what is history");
    assert_eq!(look(&client, &world, &[]).await.unwrap().cases.len(), 0, "nothing to look at is no call");
}
