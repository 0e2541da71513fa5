//! The pages that a person reads.

use casebridge_sandbox::creatio::{CreatioConfig, ids};
use serde_json::json;
use uuid::Uuid;

use crate::support::Crm;

async fn page(crm: &Crm, path: &str) -> (u16, String) {
    let answer = crm.http.get(format!("{}/sandbox/{path}?token=t0k", crm.running.instance_url)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn controlled() -> Crm {
    Crm::start(CreatioConfig { control_token: Some("t0k".into()), ..CreatioConfig::default() }).await
}

#[tokio::test]
async fn the_list_is_empty_first_and_then_shows_each_case() {
    let crm = controlled().await;
    assert!(page(&crm, "").await.1.contains("No cases yet"));
    let id = Uuid::new_v4();
    crm.post("Case", json!({ "Id": id, "Subject": "Lens <cracked>", "ContactId": ids::CUSTOMER_ANNA })).await;
    let (status, html) = page(&crm, "").await;
    assert_eq!(status, 200);
    for part in ["SR00000001", "Lens &lt;cracked&gt;", "Anna O", "New"] {
        assert!(html.contains(part), "{part} is missing");
    }
    assert!(html.contains(&format!("/sandbox/cases/{id}?token=t0k")), "links carry the token along");
}

#[tokio::test]
async fn html_columns_are_rendered_and_text_columns_are_escaped() {
    let crm = controlled().await;
    let id = Uuid::new_v4();
    let attack = "<img src=x onerror=alert(1)>";
    crm.post("Case", json!({ "Id": id, "Subject": attack, "Symptoms": "<p>raw <b>markup</b></p>" })).await;
    let activity = json!({ "Title": attack, "DetailedResult": attack, "Body": "<i>mail</i>", "CaseId": id, "OwnerId": ids::AGENT_CONTACT });
    crm.post("Activity", activity).await;
    crm.sandbox()
        .insert(
            "PortalMessage",
            &json!({ "EntitySchemaUId": ids::CASE_SCHEMA, "EntityId": id, "Message": "<u>portal</u>" }),
        )
        .unwrap();
    let html = page(&crm, &format!("cases/{id}")).await.1;
    assert!(!html.contains(attack), "subject, title and result are text");
    for raw in ["<p>raw <b>markup</b></p>", "<i>mail</i>", "<u>portal</u>"] {
        assert!(html.contains(raw), "{raw} is markup there, as in the CRM: an unescaped message would bite");
    }
}

#[tokio::test]
async fn activities_stand_in_the_order_of_their_start_dates() {
    let crm = controlled().await;
    let id = crm.case("order").await;
    for (title, minute) in [("second message", 2), ("first message", 1)] {
        let start = format!("2026-03-01T10:0{minute}:00Z");
        let body = json!({ "Title": title, "CaseId": id, "OwnerId": ids::AGENT_CONTACT, "StartDate": start, "DueDate": start });
        crm.post("Activity", body).await;
    }
    let html = page(&crm, &format!("cases/{id}")).await.1;
    assert!(html.find("first message").unwrap() < html.find("second message").unwrap());
}

#[tokio::test]
async fn a_deleted_case_says_so() {
    let crm = controlled().await;
    let (status, html) = page(&crm, &format!("cases/{}", Uuid::new_v4())).await;
    assert_eq!(status, 404);
    assert!(html.contains("There is no such case"));
}

#[tokio::test]
async fn a_number_a_status_and_a_name_are_text_on_every_page() {
    let crm = controlled().await;
    let attack = "<svg onload=alert(1)>";
    let status = crm.sandbox().insert("CaseStatus", &json!({ "Name": attack })).unwrap();
    let contact = crm.sandbox().insert("Contact", &json!({ "Name": attack })).unwrap();
    let id = Uuid::new_v4();
    let body = json!({ "Id": id, "Number": attack, "Subject": "s", "StatusId": status, "ContactId": contact, "OwnerId": contact });
    assert_eq!(crm.post("Case", body).await.code(), 201);
    for path in ["".to_owned(), format!("cases/{id}")] {
        let html = page(&crm, &path).await.1;
        assert!(!html.contains(attack), "/{path}: the title, the status chip and names are not markup");
        assert!(html.contains("&lt;svg onload=alert(1)&gt;"), "/{path}: they are shown all the same");
    }
}
