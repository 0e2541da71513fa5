//! What the server does to activities and messages.

use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, ids};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Crm, inner, zero};

#[tokio::test]
async fn an_empty_owner_is_refused_when_the_technical_user_has_no_contact() {
    let crm = Crm::stock().await;
    let refused = crm.post("Activity", json!({ "Title": "t" })).await;
    assert_eq!(refused.code(), 500);
    assert_eq!(inner(&refused), "Please, fill in the \"Owner\" field.");

    let crm = Crm::start(CreatioConfig { owner_roles: true, ..CreatioConfig::default() }).await;
    let refused = crm.post("Activity", json!({ "Title": "t" })).await;
    assert_eq!(inner(&refused), "Please, fill in either the \"Owner\" or \"Role\" field.");
    let by_role = crm.post("Activity", json!({ "Title": "t", "OwnerRoleId": ids::ROLE_SECOND_LINE })).await;
    assert_eq!(by_role.code(), 201, "{}", by_role.text);
}

#[tokio::test]
async fn owner_author_and_organizer_default_to_the_current_users_contact() {
    let clients = vec![ClientApp::demo().with_contact(ids::INTEGRATION_CONTACT)];
    let crm = Crm::start(CreatioConfig { clients, ..CreatioConfig::default() }).await;
    let row = crm.post("Activity", json!({ "Title": "t" })).await.json();
    for column in ["OwnerId", "AuthorId", "OrganizerId", "CreatedById"] {
        assert_eq!(row[column], json!(ids::INTEGRATION_CONTACT), "{column}");
    }
    let emptied = crm.post("Activity", json!({ "Title": "t", "OwnerId": zero() })).await;
    assert_eq!(emptied.code(), 500, "an empty owner that was sent overrides the default: {}", emptied.text);
}

#[tokio::test]
async fn a_title_is_required_and_the_rest_has_defaults() {
    let crm = Crm::stock().await;
    assert_eq!(crm.post("Activity", json!({ "OwnerId": ids::AGENT_CONTACT })).await.code(), 500);
    let row = crm.post("Activity", json!({ "Title": "t", "OwnerId": ids::AGENT_CONTACT })).await.json();
    assert_eq!(row["StatusId"], json!(ids::ACTIVITY_NOT_STARTED));
    assert_eq!(row["PriorityId"], json!(ids::ACTIVITY_PRIORITY_MEDIUM));
    assert_eq!(row["ActivityCategoryId"], json!(ids::CATEGORY_TO_DO));
    assert_eq!(row["TypeId"], json!(ids::TYPE_TASK));
    assert_eq!(row["StartDate"], row["DueDate"], "both are now");
    assert_eq!(row["CaseId"], zero());
}

#[tokio::test]
async fn an_empty_type_is_derived_from_the_category() {
    let crm = Crm::stock().await;
    let body = json!({ "Title": "t", "OwnerId": ids::AGENT_CONTACT, "TypeId": zero(), "ActivityCategoryId": ids::CATEGORY_EMAIL });
    assert_eq!(crm.post("Activity", body).await.json()["TypeId"], json!(ids::TYPE_EMAIL));
}

#[tokio::test]
async fn an_email_starts_as_a_draft_with_a_plain_preview() {
    let crm = Crm::stock().await;
    let text = "word ".repeat(100);
    let body = json!({ "Title": "re", "OwnerId": ids::AGENT_CONTACT, "TypeId": ids::TYPE_EMAIL, "Body": format!("<p>{text}</p>") });
    let row = crm.post("Activity", body).await.json();
    assert_eq!(row["EmailSendStatusId"], json!(ids::SEND_NOT_SENT));
    let preview = row["Preview"].as_str().unwrap();
    assert!(preview.starts_with("word word") && preview.chars().count() == 245, "{preview}");
    let task = crm.post("Activity", json!({ "Title": "t", "OwnerId": ids::AGENT_CONTACT, "Body": "<b>x</b>" })).await;
    assert_eq!(task.json()["Preview"], "", "tasks have none");
}

#[tokio::test]
async fn durations_are_computed() {
    let crm = Crm::stock().await;
    let body = json!({ "Title": "t", "OwnerId": ids::AGENT_CONTACT, "StartDate": "2026-03-01T08:00:00Z", "DueDate": "2026-03-01T09:30:00Z" });
    let row = crm.post("Activity", body).await.json();
    assert_eq!((&row["DurationInMinutes"], &row["DurationInMnutesAndHours"]), (&json!(90), &json!("1h 30m")));
}

#[tokio::test]
async fn emails_portal_and_feed_messages_are_gathered_in_the_case_history() {
    let crm = Crm::stock().await;
    let case = crm.case("history").await;
    let message = |text: &str| json!({ "EntitySchemaUId": ids::CASE_SCHEMA, "EntityId": case, "Message": text });
    let sandbox = crm.sandbox();
    let mail = json!({ "Title": "re", "TypeId": ids::TYPE_EMAIL, "CaseId": case, "Body": "<p>mail</p>" });
    sandbox.insert("Activity", &mail).unwrap();
    sandbox.insert("PortalMessage", &message("portal")).unwrap();
    sandbox.insert("SocialMessage", &message("feed")).unwrap();
    sandbox.insert("Activity", &json!({ "Title": "task", "CaseId": case })).unwrap();
    let options = [("$select", "Message,MessageNotifierId"), ("$filter", &*format!("Case/Id eq {case}"))];
    let rows = crm.list("CaseMessageHistory", &options).await.rows();
    let expected =
        [("<p>mail</p>", ids::NOTIFIER_EMAIL), ("portal", ids::NOTIFIER_PORTAL), ("feed", ids::NOTIFIER_SOCIAL)];
    let expected = expected.map(|(text, by)| json!({ "Message": text, "MessageNotifierId": by }));
    assert_eq!(rows, expected, "a task is not gathered");
}

#[tokio::test]
async fn deleting_a_case_leaves_its_activities_without_a_case() {
    let crm = Crm::stock().await;
    let case = crm.case("spam").await;
    let id = Uuid::new_v4();
    crm.post("Activity", json!({ "Id": id, "Title": "t", "OwnerId": ids::AGENT_CONTACT, "CaseId": case })).await;
    crm.sandbox().delete("Case", case).unwrap();
    assert_eq!(crm.field("Activity", id, "CaseId"), zero());
    let late = crm.post("Activity", json!({ "Title": "t", "OwnerId": ids::AGENT_CONTACT, "CaseId": case })).await;
    assert!(inner(&late).starts_with("23503:"), "a further activity meets the missing case: {}", late.text);
}
