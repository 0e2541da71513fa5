//! What people do in the CRM, and the rows that this leaves.

use casebridge_sandbox::creatio::{
    Act, CreatioConfig, CreatioSandbox, MergeShape, RecordOp, SandboxClock, VirtualClock, ids,
};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::support::zero;

fn with_case(config: CreatioConfig) -> (CreatioSandbox, Uuid) {
    let sandbox = CreatioSandbox::new(config);
    let body = json!({ "Subject": "Lens", "ContactId": ids::CUSTOMER_ANNA });
    let case = sandbox.insert("Case", &body).unwrap();
    (sandbox, case)
}

fn stock() -> (CreatioSandbox, Uuid) {
    with_case(CreatioConfig::default())
}

fn row(sandbox: &CreatioSandbox, entity: &str, id: Uuid) -> Map<String, Json> {
    sandbox.record(entity, id).unwrap()
}

/// What the ledger says of one row: how it was saved, and what changed.
fn saves(sandbox: &CreatioSandbox, id: Uuid) -> Vec<(RecordOp, Vec<String>)> {
    sandbox.record_ledger().into_iter().filter(|entry| entry.id == id).map(|entry| (entry.op, entry.changed)).collect()
}

#[test]
fn a_reply_is_added_on_its_way_and_modified_when_it_is_sent() {
    let clock = SandboxClock::Virtual(VirtualClock::starting_at("2026-03-01T10:00:00Z".parse().unwrap()));
    let (sandbox, case) = with_case(CreatioConfig { clock, ..CreatioConfig::default() });
    let html = "<p>Done.</p><blockquote>Where is it?</blockquote>";
    let id = sandbox.person(ids::AGENT_CONTACT).email_reply(case, html).unwrap();
    let mail = row(&sandbox, "Activity", id);
    for (column, expected) in [
        ("TypeId", json!(ids::TYPE_EMAIL)),
        ("ActivityCategoryId", json!(ids::CATEGORY_EMAIL)),
        ("MessageTypeId", json!(ids::EMAIL_OUTGOING)),
        ("EmailSendStatusId", json!(ids::SEND_SENT)),
        ("IsHtmlBody", json!(true)),
        ("Body", json!(html)),
        ("CaseId", json!(case)),
        ("Title", json!("RE: Case #SR00000001")),
        ("Recepient", json!("anna.oneil@northwind.example")),
        ("AuthorId", json!(ids::AGENT_CONTACT)),
        ("CreatedById", json!(ids::AGENT_CONTACT)),
    ] {
        assert_eq!(mail[column], expected, "{column} of an agent's e-mail");
    }
    assert_eq!(mail["SendDate"], json!("2026-03-01T10:00:00Z"), "the second save is the moment of sending");
    let saves = saves(&sandbox, id);
    assert_eq!(saves[0].0, RecordOp::Insert, "a signal \"record added\" comes while the mail is on its way");
    assert_eq!(saves[1], (RecordOp::Update, vec!["EmailSendStatusId".to_owned(), "SendDate".to_owned()]));
    assert_eq!(saves.len(), 2, "two saves, two signals");
}

#[test]
fn a_draft_is_no_reply_until_it_is_sent() {
    let (sandbox, case) = stock();
    let person = sandbox.supervisor();
    let id = person.email_draft(case, "<p>not yet</p>").unwrap();
    assert_eq!(row(&sandbox, "Activity", id)["EmailSendStatusId"], json!(ids::SEND_NOT_SENT));
    assert_eq!(sandbox.count("CaseMessageHistory"), 1, "the history gathers it all the same");
    person.send_draft(id).unwrap();
    let mail = row(&sandbox, "Activity", id);
    assert_eq!(mail["EmailSendStatusId"], json!(ids::SEND_SENT));
    assert_ne!(mail["SendDate"], json!("0001-01-01T00:00:00Z"), "sending sets its date");
    assert_eq!(saves(&sandbox, id).len(), 3, "added, on its way, sent");
    assert_eq!(person.send_draft(id).unwrap_err().status, 400, "there is no such button on what was sent");
    assert!(person.send_draft(Uuid::new_v4()).is_err());
}

#[test]
fn a_customers_mail_reopens_a_resolved_case() {
    let (sandbox, case) = stock();
    let person = sandbox.supervisor();
    person.assign(case, Some(ids::SECOND_AGENT_CONTACT)).unwrap();
    person.resolve(case).unwrap();
    let id = person.incoming_email(case, None, "<p>Still broken</p>").unwrap();
    let mail = row(&sandbox, "Activity", id);
    assert_eq!(mail["MessageTypeId"], json!(ids::EMAIL_INCOMING));
    assert_eq!(mail["SenderContactId"], json!(ids::CUSTOMER_ANNA), "the case's contact wrote it");
    let case = row(&sandbox, "Case", case);
    assert_eq!(case["StatusId"], json!(ids::STATUS_REOPENED));
    assert_eq!(case["OwnerId"], zero(), "and out of the box its owner is taken away");
}

#[test]
fn portal_and_feed_messages_name_the_case_by_schema_and_id() {
    let (sandbox, case) = stock();
    let agent = sandbox.person(ids::SECOND_AGENT_CONTACT);
    let shown = agent.portal_message(case, "<p>a</p>", false, false).unwrap();
    let hidden = agent.portal_message(case, "<p>b</p>", true, false).unwrap();
    let theirs = agent.portal_message(case, "<p>c</p>", false, true).unwrap();
    let post = agent.feed_post(case, "<p>d</p>").unwrap();
    for (entity, id, author) in [
        ("PortalMessage", shown, ids::SECOND_AGENT_CONTACT),
        ("PortalMessage", hidden, ids::SECOND_AGENT_CONTACT),
        ("PortalMessage", theirs, ids::CUSTOMER_ANNA),
        ("SocialMessage", post, ids::SECOND_AGENT_CONTACT),
    ] {
        let message = row(&sandbox, entity, id);
        assert_eq!(message["EntitySchemaUId"], json!(ids::CASE_SCHEMA));
        assert_eq!(message["EntityId"], json!(case));
        assert_eq!(message["CreatedById"], json!(author), "{entity}: who wrote it");
    }
    assert_eq!(row(&sandbox, "PortalMessage", hidden)["HideOnPortal"], json!(true));
    assert_eq!(row(&sandbox, "PortalMessage", theirs)["FromPortal"], json!(true));
    assert_eq!(sandbox.count("CaseMessageHistory"), 4, "all of it is gathered");
}

#[test]
fn tasks_and_calls_are_activities_of_their_types() {
    let (sandbox, case) = stock();
    let agent = sandbox.person(ids::AGENT_CONTACT);
    let task = agent.task(case, ids::TYPE_TASK, ids::CATEGORY_MEETING, "Meet", "agreed").unwrap();
    let call = agent.call_log(case, "Called back", "no answer").unwrap();
    let (task, call) = (row(&sandbox, "Activity", task), row(&sandbox, "Activity", call));
    assert_eq!(
        (&task["ActivityCategoryId"], &task["DetailedResult"]),
        (&json!(ids::CATEGORY_MEETING), &json!("agreed"))
    );
    assert_eq!((&call["TypeId"], &call["ActivityCategoryId"]), (&json!(ids::TYPE_CALL), &json!(ids::CATEGORY_CALL)));
    assert_eq!(call["OwnerId"], json!(ids::AGENT_CONTACT), "who logs it owns it");
}

#[test]
fn a_status_an_owner_and_a_priority_are_set() {
    let (sandbox, case) = stock();
    let person = sandbox.supervisor();
    let status = |expected: Uuid| assert_eq!(row(&sandbox, "Case", case)["StatusId"], json!(expected));
    person.close(case).unwrap();
    status(ids::STATUS_CLOSED);
    person.reopen(case).unwrap();
    status(ids::STATUS_REOPENED);
    person.set_status(case, ids::STATUS_WAITING).unwrap();
    status(ids::STATUS_WAITING);
    person.set_priority(case, ids::PRIORITY_HIGH).unwrap();
    person.assign(case, Some(ids::AGENT_CONTACT)).unwrap();
    assert_eq!(row(&sandbox, "Case", case)["OwnerId"], json!(ids::AGENT_CONTACT));
    person.assign(case, None).unwrap();
    assert_eq!(row(&sandbox, "Case", case)["OwnerId"], zero(), "nobody can own it too");
    person.delete_case(case).unwrap();
    assert_eq!(sandbox.count("Case"), 0);
    for act in [Act::Close { case }, Act::FeedPost { case, html: "x".into() }] {
        assert!(person.act(&act).is_err(), "nothing is done on the page of a case that is gone: {act:?}");
    }
}

#[test]
fn a_merge_moves_what_was_said_and_ends_the_loser() {
    for shape in [MergeShape::LoserDeleted, MergeShape::LoserCanceled] {
        let (sandbox, loser) = with_case(CreatioConfig { merge_shape: shape, ..CreatioConfig::default() });
        let survivor = sandbox.insert("Case", &json!({ "Subject": "the other" })).unwrap();
        let person = sandbox.supervisor();
        let reply = person.email_reply(loser, "<p>a</p>").unwrap();
        let portal = person.portal_message(loser, "<p>b</p>", false, false).unwrap();
        let feed = person.feed_post(loser, "<p>c</p>").unwrap();
        let file = sandbox.insert("CaseFile", &json!({ "Name": "a.txt", "CaseId": loser })).unwrap();
        assert_eq!(person.merge_cases(survivor, loser).unwrap(), survivor);
        for (entity, id, column) in [
            ("Activity", reply, "CaseId"),
            ("PortalMessage", portal, "EntityId"),
            ("SocialMessage", feed, "EntityId"),
            ("CaseFile", file, "CaseId"),
        ] {
            assert_eq!(row(&sandbox, entity, id)[column], json!(survivor), "{shape:?}: {entity} moves along");
        }
        let history = sandbox.records("CaseMessageHistory");
        assert!(history.len() == 3 && history.iter().all(|one| one["CaseId"] == json!(survivor)), "{shape:?}");
        match (shape, sandbox.record("Case", loser)) {
            (MergeShape::LoserDeleted, left) => assert!(left.is_none(), "the loser is gone"),
            (MergeShape::LoserCanceled, left) => {
                let left = left.unwrap();
                assert_eq!(left["ParentCaseId"], json!(survivor));
                assert_eq!(left["StatusId"], json!(ids::STATUS_CANCELED));
            }
        }
        assert!(person.merge_cases(survivor, survivor).is_err(), "not into itself");
        let before = sandbox.record_ledger().len();
        assert!(person.merge_cases(survivor, Uuid::new_v4()).is_err());
        assert_eq!(sandbox.record_ledger().len(), before, "a merge that fails leaves nothing");
    }
}

#[test]
fn an_import_stamps_rows_with_one_time_and_changes_nothing_else() {
    let (sandbox, case) = stock();
    let before = row(&sandbox, "Case", case);
    let at: Timestamp = "2026-02-03T04:05:06.123456Z".parse().unwrap();
    sandbox.stamp_all("Case", &[case], at).unwrap();
    let mut after = row(&sandbox, "Case", case);
    assert_eq!(after["ModifiedOn"], json!("2026-02-03T04:05:06.1234560Z"));
    after.insert("ModifiedOn".into(), before["ModifiedOn"].clone());
    assert_eq!(after, before);
    assert_eq!(sandbox.signals().last().unwrap().id, case, "the import fires the signal of a modified row");
    assert!(sandbox.stamp_all("Case", &[Uuid::new_v4()], at).is_err());
}
