//! What the server does to a case by itself.

use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, NotificationKind, SandboxClock, VirtualClock, ids};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Crm, NO_DATE, inner, zero};

async fn set_status(crm: &Crm, case: Uuid, status: Uuid) {
    let answer = crm.patch(&format!("Case({case})"), json!({ "StatusId": status })).await;
    assert_eq!(answer.code(), 204, "{}", answer.text);
}

#[tokio::test]
async fn an_empty_number_is_made_from_the_mask_and_a_sent_one_is_kept() {
    let crm = Crm::stock().await;
    let first = crm.case("first").await;
    assert_eq!(crm.field("Case", first, "Number"), "SR00000001");
    let own = crm.post("Case", json!({ "Subject": "s", "Number": "EXT-7" })).await;
    assert_eq!(own.json()["Number"], "EXT-7");
}

#[tokio::test]
async fn a_subject_is_required_and_copied_to_empty_symptoms() {
    let crm = Crm::stock().await;
    let refused = crm.post("Case", json!({ "Symptoms": "no subject" })).await;
    assert_eq!(refused.code(), 500, "{}", refused.text);
    let id = crm.case("Lens cracked").await;
    assert_eq!(crm.field("Case", id, "Symptoms"), "Lens cracked");
    let own = crm.post("Case", json!({ "Subject": "s", "Symptoms": "<p>own</p>" })).await;
    assert_eq!(own.json()["Symptoms"], "<p>own</p>");
}

#[tokio::test]
async fn defaults_are_new_medium_and_call_and_there_is_no_registration_date() {
    let crm = Crm::stock().await;
    let id = crm.case("defaults").await;
    assert_eq!(crm.field("Case", id, "StatusId"), json!(ids::STATUS_NEW));
    assert_eq!(crm.field("Case", id, "PriorityId"), json!(ids::PRIORITY_MEDIUM));
    assert_eq!(crm.field("Case", id, "OriginId"), json!(ids::ORIGIN_CALL), "send Chat yourself");
    assert_eq!(crm.field("Case", id, "RegisteredOn"), NO_DATE, "send it yourself");
}

#[tokio::test]
async fn any_status_change_sets_the_response_date_once() {
    let clock = VirtualClock::starting_at("2026-03-01T08:00:00Z".parse::<Timestamp>().unwrap());
    let config = CreatioConfig { clock: SandboxClock::Virtual(clock.clone()), ..CreatioConfig::default() };
    let crm = Crm::start(config).await;
    let id = crm.case("dates").await;
    assert_eq!(crm.field("Case", id, "RespondedOn"), NO_DATE, "an insert is no change");
    clock.advance(SignedDuration::from_mins(5));
    set_status(&crm, id, ids::STATUS_IN_PROGRESS).await;
    assert_eq!(crm.field("Case", id, "RespondedOn"), "2026-03-01T08:05:00Z");
    clock.advance(SignedDuration::from_mins(5));
    set_status(&crm, id, ids::STATUS_WAITING).await;
    assert_eq!(crm.field("Case", id, "RespondedOn"), "2026-03-01T08:05:00Z", "the first answer counts");
}

#[tokio::test]
async fn resolving_and_closing_set_their_dates_and_reopening_clears_one() {
    let crm = Crm::stock().await;
    let id = crm.case("dates").await;
    set_status(&crm, id, ids::STATUS_RESOLVED).await;
    let first = crm.field("Case", id, "FirstSolutionProvidedOn");
    assert_ne!(first, NO_DATE);
    assert_ne!(crm.field("Case", id, "SolutionProvidedOn"), NO_DATE);
    assert_eq!(crm.field("Case", id, "ClosureDate"), NO_DATE, "resolved is not closed");
    set_status(&crm, id, ids::STATUS_REOPENED).await;
    assert_eq!(crm.field("Case", id, "SolutionProvidedOn"), NO_DATE, "leaving Resolved clears it");
    assert_eq!(crm.field("Case", id, "FirstSolutionProvidedOn"), first, "the first one is history");
    set_status(&crm, id, ids::STATUS_CLOSED).await;
    assert_ne!(crm.field("Case", id, "ClosureDate"), NO_DATE);
}

#[tokio::test]
async fn a_resolved_case_is_closed_by_a_job_so_one_closure_gives_two_events() {
    let clock = VirtualClock::starting_at("2026-03-01T08:00:00Z".parse::<Timestamp>().unwrap());
    let config = CreatioConfig { clock: SandboxClock::Virtual(clock.clone()), ..CreatioConfig::default() };
    let crm = Crm::start(config).await;
    let id = crm.case("closing").await;
    set_status(&crm, id, ids::STATUS_RESOLVED).await;
    clock.advance(SignedDuration::from_hours(47));
    assert!(crm.sandbox().close_resolved_cases().is_empty(), "two waiting days have not passed");
    clock.advance(SignedDuration::from_hours(1));
    assert_eq!(crm.sandbox().close_resolved_cases(), [id]);
    assert_eq!(crm.field("Case", id, "StatusId"), json!(ids::STATUS_CLOSED));
    let status_changes =
        crm.sandbox().record_ledger().iter().filter(|entry| entry.changed.contains(&"StatusId".to_owned())).count();
    assert_eq!(status_changes, 2, "Resolved by the agent, Closed by the job");
}

#[tokio::test]
async fn stock_rules_mail_the_customer_at_once() {
    let crm = Crm::stock().await;
    let id = Uuid::new_v4();
    crm.post("Case", json!({ "Id": id, "Subject": "s", "ContactId": ids::CUSTOMER_ANNA })).await;
    set_status(&crm, id, ids::STATUS_WAITING).await;
    set_status(&crm, id, ids::STATUS_RESOLVED).await;
    let mails: Vec<_> =
        crm.sandbox().notifications().into_iter().filter(|one| one.kind == NotificationKind::CustomerMail).collect();
    let told: Vec<&str> = mails.iter().map(|mail| mail.status.as_str()).collect();
    assert_eq!(told, ["New", "Resolved"], "creating a case per chat mails every chat user; waiting does not");
    assert_eq!(mails[0].email.as_deref(), Some("anna.oneil@northwind.example"));
}

#[tokio::test]
async fn nobody_is_mailed_without_an_address_or_a_mailbox() {
    let crm = Crm::stock().await;
    crm.post("Case", json!({ "Subject": "s", "ContactId": ids::CUSTOMER_NO_MAIL })).await;
    crm.case("no contact").await;
    assert!(crm.sandbox().notifications().is_empty());
    let crm = Crm::start(CreatioConfig { support_mailbox: false, ..CreatioConfig::default() }).await;
    crm.post("Case", json!({ "Subject": "s", "ContactId": ids::CUSTOMER_ANNA })).await;
    assert!(crm.sandbox().notifications().is_empty());
}

#[tokio::test]
async fn an_owner_change_reminds_the_old_and_the_new_owner() {
    let crm = Crm::stock().await;
    let id = crm.case("owners").await;
    crm.patch(&format!("Case({id})"), json!({ "OwnerId": ids::AGENT_CONTACT })).await;
    crm.patch(&format!("Case({id})"), json!({ "OwnerId": ids::SUPERVISOR_CONTACT })).await;
    let told: Vec<Uuid> = crm.sandbox().notifications().iter().map(|one| one.contact_id).collect();
    assert_eq!(told, [ids::AGENT_CONTACT, ids::AGENT_CONTACT, ids::SUPERVISOR_CONTACT]);
}

#[tokio::test]
async fn a_portal_case_without_a_contact_gets_the_current_users() {
    let clients = vec![ClientApp::demo().with_contact(ids::INTEGRATION_CONTACT)];
    let crm = Crm::start(CreatioConfig { clients, ..CreatioConfig::default() }).await;
    let made = crm.post("Case", json!({ "Subject": "s", "OriginId": ids::ORIGIN_PORTAL })).await;
    assert_eq!(made.json()["ContactId"], json!(ids::INTEGRATION_CONTACT));
    let chat = crm.post("Case", json!({ "Subject": "s", "OriginId": ids::ORIGIN_CHAT })).await;
    assert_eq!(chat.json()["ContactId"], zero(), "only from the portal");
}

#[tokio::test]
async fn the_satisfaction_level_needs_an_operation_right() {
    let crm = Crm::stock().await;
    let level = crm.sandbox().insert("SatisfactionLevel", &json!({ "Name": "Good" })).unwrap();
    let id = crm.case("level").await;
    let refused = crm.patch(&format!("Case({id})"), json!({ "SatisfactionLevelId": level })).await;
    assert_eq!(refused.code(), 500, "the save throws");
    assert!(inner(&refused).contains("CanChangeCaseSatisfactionLevel"));
    crm.sandbox().update("Case", id, &json!({ "SatisfactionLevelId": level })).expect("a person may");
}

#[tokio::test]
async fn an_incoming_email_reopens_a_resolved_case_and_takes_its_owner() {
    for clear in [true, false] {
        let config = CreatioConfig { clear_assignee_on_reopening: clear, ..CreatioConfig::default() };
        let crm = Crm::start(config).await;
        let id = crm.case("reopened").await;
        crm.patch(&format!("Case({id})"), json!({ "OwnerId": ids::AGENT_CONTACT, "StatusId": ids::STATUS_RESOLVED }))
            .await;
        let mail = json!({ "Title": "again", "CaseId": id, "OwnerId": ids::AGENT_CONTACT, "TypeId": ids::TYPE_EMAIL,
                           "ActivityCategoryId": ids::CATEGORY_EMAIL, "MessageTypeId": ids::EMAIL_INCOMING });
        assert_eq!(crm.post("Activity", mail).await.code(), 201);
        assert_eq!(crm.field("Case", id, "StatusId"), json!(ids::STATUS_REOPENED));
        let owner = if clear { zero() } else { json!(ids::AGENT_CONTACT) };
        assert_eq!(crm.field("Case", id, "OwnerId"), owner, "ClearAssigneeOnCaseReopening = {clear}");
    }
}

#[tokio::test]
async fn a_task_on_a_resolved_case_does_not_reopen_it() {
    let crm = Crm::stock().await;
    let id = crm.case("stays").await;
    set_status(&crm, id, ids::STATUS_RESOLVED).await;
    crm.post("Activity", json!({ "Title": "log", "CaseId": id, "OwnerId": ids::AGENT_CONTACT })).await;
    assert_eq!(crm.field("Case", id, "StatusId"), json!(ids::STATUS_RESOLVED));
}

#[tokio::test]
async fn statuses_mean_what_their_flags_say() {
    let crm = Crm::stock().await;
    let options = [("$select", "Id"), ("$filter", "IsFinal eq true"), ("$orderby", "StageNumber")];
    let finals = crm.list("CaseStatus", &options).await.rows();
    assert_eq!(finals, [json!({ "Id": ids::STATUS_CLOSED }), json!({ "Id": ids::STATUS_CANCELED })]);
    let resolved = crm.filtered("CaseStatus", "IsResolved eq true").await.rows();
    assert_eq!(resolved, [json!({ "Id": ids::STATUS_RESOLVED })]);
    let paused = crm.filtered("CaseStatus", "IsPaused").await.rows();
    assert_eq!(paused, [json!({ "Id": ids::STATUS_WAITING })]);
}

#[tokio::test]
async fn a_column_that_became_required_refuses_new_cases() {
    let crm = Crm::stock().await;
    crm.sandbox().require_column("Case", "UsrSentiment");
    assert_eq!(crm.post("Case", json!({ "Subject": "s" })).await.code(), 500);
    assert_eq!(crm.post("Case", json!({ "Subject": "s", "UsrSentiment": "calm" })).await.code(), 201);
}
