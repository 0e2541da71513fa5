//! Operations: create, read, change, delete, count, properties, the service root.

use casebridge_sandbox::creatio::{CreatioConfig, HostKind, ids};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Crm, inner};

#[tokio::test]
async fn a_create_answers_201_with_location_version_and_the_whole_row() {
    let crm = Crm::stock().await;
    let id = Uuid::new_v4();
    let made = crm.post("Case", json!({ "Id": id.to_string().to_uppercase(), "Subject": "Lens cracked" })).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    assert_eq!(made.header("location"), crm.url(&format!("Case({id})")), "the caller's own Id is kept");
    assert_eq!(made.header("odata-version"), "4.0");
    let row = made.json();
    assert_eq!(row["Id"], json!(id), "GUIDs are answered in lower case");
    assert_eq!(row["@odata.context"], json!(format!("{}/$metadata#Case/$entity", crm.running.odata_url())));
    assert_eq!(row["StatusId"], json!(ids::STATUS_NEW), "defaults are the server's");
}

#[tokio::test]
async fn a_key_is_read_in_parentheses_and_as_a_segment() {
    let crm = Crm::stock().await;
    let id = crm.case("two ways").await;
    for path in [format!("Case({id})?$select=Id,Subject"), format!("Case/{id}?$select=Id,Subject")] {
        let row = crm.get(&path).await.json();
        assert_eq!(row["Subject"], "two ways", "{path}");
        assert!(row.get("StatusId").is_none(), "only what was selected: {row}");
    }
    let upper = id.to_string().to_uppercase();
    assert_eq!(crm.get(&format!("Case({upper})?$select=Id")).await.code(), 200, "letter case of a key does not matter");
}

#[tokio::test]
async fn patch_and_delete_answer_204_and_put_is_not_offered() {
    let crm = Crm::stock().await;
    let id = crm.case("before").await;
    let changed = crm.patch(&format!("Case({id})"), json!({ "Subject": "after" })).await;
    assert_eq!((changed.code(), changed.text.as_str()), (204, ""));
    assert_eq!(crm.field("Case", id, "Subject"), "after");
    let put = crm.try_send(Method::PUT, &format!("Case({id})"), &[], Some("{}".into())).await.unwrap();
    assert_eq!(put.code(), 405);
    assert_eq!(crm.delete(&format!("Case/{id}")).await.code(), 204);
    assert_eq!(crm.get(&format!("Case({id})")).await.code(), 404);
    assert_eq!(crm.patch(&format!("Case({id})"), json!({ "Subject": "late" })).await.code(), 404);
}

#[tokio::test]
async fn a_second_create_with_the_same_id_is_a_unique_violation() {
    let crm = Crm::stock().await;
    let id = crm.case("first").await;
    let again = crm.post("Case", json!({ "Id": id, "Subject": "second" })).await;
    assert_eq!(again.code(), 500);
    assert!(inner(&again).starts_with("23505:"), "{}", again.text);
    assert_eq!(crm.sandbox().count("Case"), 1, "nothing was doubled");
    assert_eq!(crm.field("Case", id, "Subject"), "first", "and nothing overwritten");
}

#[tokio::test]
async fn counts_come_as_a_bare_number_or_beside_the_rows() {
    let crm = Crm::stock().await;
    crm.case("one").await;
    crm.case("two").await;
    let bare = crm.get("Case/$count").await;
    assert_eq!(bare.text, "2", "not JSON, a number alone");
    let beside = crm.get("Case?$select=Id&$count=true&$top=0").await.json();
    assert_eq!(beside["@odata.count"], 2);
    assert_eq!(beside["value"], json!([]));
}

#[tokio::test]
async fn properties_are_read_one_by_one_and_files_as_bytes() {
    let crm = Crm::stock().await;
    let id = crm.case("a property").await;
    assert_eq!(crm.get(&format!("Case({id})/Subject")).await.json()["value"], "a property");
    assert_eq!(crm.get(&format!("Case({id})/Subject/$value")).await.text, "a property");

    let file = Uuid::new_v4();
    let made = crm.post("CaseFile", json!({ "Id": file, "Name": "photo.png", "CaseId": id })).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    let headers = [("content-type", "application/octet-stream")];
    let put = crm.try_send(Method::PUT, &format!("CaseFile({file})/Data"), &headers, Some("bytes".into())).await;
    assert_eq!(put.unwrap().code(), 204);
    assert_eq!(crm.get(&format!("CaseFile({file})/Data")).await.text, "bytes");
    assert_eq!(crm.get("CaseFile?$select=Id,Data").await.code(), 500, "a binary column cannot be selected");
}

#[tokio::test]
async fn metadata_and_the_list_of_sets_are_at_the_service_root_only() {
    let crm = Crm::stock().await;
    let metadata = crm.get("$metadata").await;
    assert!(metadata.text.contains("Namespace=\"Terrasoft.Configuration.OData\""));
    assert!(metadata.text.contains("<Property Name=\"UsrSessionId\" Type=\"Edm.String\" Nullable=\"false\" />"));
    assert!(!metadata.text.contains("Edm.Date\""), "every temporal column is a DateTimeOffset");
    assert!(!metadata.text.contains("DefaultValue"), "defaults are never shown");
    assert_eq!(crm.get("Case/$metadata").await.code(), 404);
    let sets = crm.get("").await.json();
    assert!(sets["value"].as_array().unwrap().iter().any(|set| set["name"] == "CaseStatus"));
}

#[tokio::test]
async fn a_core_host_answers_under_odata_with_six_digits() {
    let crm = Crm::start(CreatioConfig { host: HostKind::Core, ..CreatioConfig::default() }).await;
    let id = crm.case("core").await;
    let row = crm.get(&format!("Case({id})?$select=CreatedOn")).await.json();
    let created = row["CreatedOn"].as_str().unwrap().to_owned();
    assert!(crm.running.odata_url().ends_with("/odata") && !crm.running.odata_url().contains("/0/"));
    assert!(created.len() == "2026-01-01T00:00:00.123456Z".len() || !created.contains('.'), "{created}");
}

#[tokio::test]
async fn verbose_accept_is_taken_and_answered_as_usual() {
    let crm = Crm::stock().await;
    let headers = [("accept", "application/json;odata=verbose")];
    let answer = crm.try_send(Method::GET, "CaseStatus?$select=Id", &headers, None).await.unwrap();
    assert_eq!(answer.rows().len(), 7);
}
