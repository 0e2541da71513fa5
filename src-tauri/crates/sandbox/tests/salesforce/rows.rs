//! Rows: create, read, update, delete, external ids, and every refusal of a save.

use casebridge_sandbox::salesforce::{Act, SalesforceConfig, seed};
use reqwest::Method;
use serde_json::json;

use crate::support::{ADMIN, Org};

#[tokio::test]
async fn a_row_is_made_read_changed_and_deleted() {
    let org = Org::stock().await;
    let made = org.post("sobjects/Case", json!({ "Subject": "Broken" })).await;
    assert_eq!(made.code(), 201, "§2.2");
    let body = made.json();
    assert_eq!((body["success"].clone(), body["errors"].clone()), (json!(true), json!([])), "§2.2");
    let id = body["id"].as_str().unwrap().to_owned();
    assert!(id.len() == 18 && id.starts_with("500"), "§3: {id}");
    let read = org.get(&format!("sobjects/Case/{}?fields=Subject,CaseNumber", &id[..15])).await.json();
    assert_eq!(
        (read["Subject"].clone(), read["Id"].clone()),
        (json!("Broken"), json!(id)),
        "§3: both lengths, answered as 18"
    );
    assert_eq!(read["attributes"]["url"], json!(format!("/services/data/v66.0/sobjects/Case/{id}")));
    let changed = org.patch(&format!("sobjects/Case/{id}"), json!({ "Subject": "Fixed" })).await;
    assert_eq!((changed.code(), changed.text.as_str()), (204, ""), "§2.2");
    assert_eq!(org.delete(&format!("sobjects/Case/{id}")).await.code(), 204, "§2.2");
    for answer in [
        org.get(&format!("sobjects/Case/{id}")).await,
        org.patch(&format!("sobjects/Case/{id}"), json!({ "Subject": "x" })).await,
    ] {
        assert_eq!(answer.refusal(), (404, "ENTITY_IS_DELETED".to_owned()), "§2.5, status unconfirmed");
    }
    assert_eq!(org.get("sobjects/Case/500Hs0000000zzz0AA").await.refusal(), (404, "NOT_FOUND".to_owned()), "§2.5");
    assert_eq!(org.get("sobjects/Case/nonsense").await.refusal(), (400, "MALFORMED_ID".to_owned()), "§2.5");
    let dates = org.value("Case", &id, "CreatedDate");
    assert!(dates.as_str().unwrap().ends_with(".000+0000"), "§2.2: no colon in the offset: {dates}");
}

#[tokio::test]
async fn every_refusal_of_a_save_has_its_code_and_words() {
    let org = Org::start(SalesforceConfig::default()).await;
    let case = org.case(json!({})).await;
    let long = "x".repeat(256);
    let cases = [
        ("Case", json!({ "Foo": 1 }), "INVALID_FIELD", "No such column 'Foo' on sobject of type Case"),
        (
            "Case",
            json!({ "CaseNumber": "1" }),
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: CaseNumber",
        ),
        ("Case", json!({ "Subject": long }), "STRING_TOO_LONG", "(max length=255)"),
        ("Case", json!({ "SuppliedName": "n".repeat(81) }), "STRING_TOO_LONG", "(max length=80)"),
        (
            "Case",
            json!({ "Origin": "opencx" }),
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            "bad value for restricted picklist field: opencx",
        ),
        ("Case", json!({ "ContactId": "003nonsense" }), "MALFORMED_ID", "id value of incorrect type"),
        ("Case", json!({ "ContactId": seed::queue_id(0) }), "MALFORMED_ID", "id value of incorrect type"),
        (
            "Case",
            json!({ "ContactId": "003Hs0000000zzz" }),
            "INVALID_CROSS_REFERENCE_KEY",
            "invalid cross reference id",
        ),
        ("Case", json!({ "IsEscalated": "maybe" }), "JSON_PARSER_ERROR", "Cannot deserialize instance of boolean"),
        ("Case", json!({ "SuppliedEmail": "nobody" }), "INVALID_EMAIL_ADDRESS", "invalid email address"),
        ("Contact", json!({ "FirstName": "A" }), "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]"),
        ("CaseComment", json!({ "CommentBody": "x" }), "REQUIRED_FIELD_MISSING", "[ParentId]"),
        (
            "CaseComment",
            json!({ "ParentId": case, "CommentBody": "é".repeat(2001) }),
            "STRING_TOO_LONG",
            "(max length=4000)",
        ),
        ("CaseStatus", json!({}), "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "does not support create"),
    ];
    for (object, body, code, words) in cases {
        let (status, found, message) = org.post(&format!("sobjects/{object}"), body.clone()).await.error();
        assert_eq!((status, found.as_str()), (400, code), "§2.5: {body} {message}");
        assert!(message.contains(words), "§2.5: {message}");
    }
    let whole = org.post("sobjects/CaseComment", json!({ "ParentId": case, "CommentBody": "é".repeat(2000) })).await;
    assert_eq!(whole.code(), 201, "§3: 4,000 bytes fit");
    let broken = org.http.post(org.url("sobjects/Case")).bearer_auth(&org.token).body("{").send().await.unwrap();
    assert_eq!(broken.status(), 400, "§2.5");
    let late = org.patch(&format!("sobjects/Case/{case}"), json!({ "SuppliedEmail": "a@b.example" })).await;
    assert_eq!(late.refusal().1, "INVALID_FIELD_FOR_INSERT_UPDATE", "§3: supplied fields are fixed once made");
    assert_eq!(org.get("sobjects/Nothing__c").await.refusal(), (404, "NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn an_external_id_makes_once_and_says_what_it_did() {
    let org = Org::kit().await;
    let path = "sobjects/Case/Casebridge_Id__c/Ab-1";
    let made = org.patch(path, json!({ "Subject": "one" })).await;
    assert_eq!((made.code(), made.json()["created"].clone()), (201, json!(true)), "§2.2");
    let again = org.patch(path, json!({ "Subject": "two" })).await;
    assert_eq!((again.code(), again.json()["created"].clone()), (200, json!(false)), "§2.2");
    let old = org.http.patch(format!("{}/{path}", org.running.data_url(45))).bearer_auth(&org.token);
    assert_eq!(
        old.json(&json!({ "Subject": "three" })).send().await.unwrap().status(),
        204,
        "§2.2: old versions, cut-over unconfirmed"
    );
    assert_eq!(org.get(path).await.json()["Subject"], json!("three"));
    assert_eq!(org.patch("sobjects/Case/Casebridge_Id__c/other?updateOnly=true", json!({})).await.code(), 404, "§2.2");
    let twice = org.patch(path, json!({ "Casebridge_Id__c": "Ab-1" })).await;
    assert_eq!(twice.refusal().1, "INVALID_FIELD", "§2.2: the key is in the address, not in the body");
    let (status, code, words) = org.patch("sobjects/Case/Subject/x", json!({})).await.error();
    assert_eq!((status, code.as_str()), (404, "NOT_FOUND"));
    assert_eq!(words, "Provided external ID field does not exist or is not accessible: Subject", "§2.2");

    let (status, code, words) = org.post("sobjects/Case", json!({ "Casebridge_Id__c": "Ab-1" })).await.error();
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!((status, code.as_str()), (400, "DUPLICATE_VALUE"));
    assert_eq!(words, format!("duplicate value found: Casebridge_Id__c duplicates value on record with id: {id}"));
    org.case(json!({ "Casebridge_Id__c": "aB-1" })).await;
    assert_eq!(org.count("Case"), 2, "the field minds letter case");
}

#[tokio::test]
async fn several_matches_of_an_external_id_are_listed_and_nothing_is_written() {
    let org = Org::stock().await.acting_as(ADMIN);
    // External, but not unique; deployed as an admin would.
    crate::deploys::deploy_field(&org, "Ticket__c", "<externalId>true</externalId>").await;
    for _ in 0..2 {
        org.case(json!({ "Ticket__c": "7" })).await;
    }
    let answer = org.patch("sobjects/Case/Ticket__c/7", json!({ "Subject": "x" })).await;
    assert_eq!(answer.code(), 300, "§2.2");
    let urls = answer.json();
    assert_eq!(urls.as_array().unwrap().len(), 2, "§2.2: a bare array of addresses");
    assert!(urls[0].as_str().unwrap().starts_with("/services/data/v66.0/sobjects/Case/500"));
    assert!(org.sandbox().records("Case").iter().all(|case| case["Subject"].is_null()), "§2.2: nothing is written");
}

#[tokio::test]
async fn assignment_rules_take_a_chosen_owner_unless_forbidden() {
    let queue = seed::queue_id(0);
    let org =
        Org::start(SalesforceConfig { assignment_rule: Some(queue.clone()), ..SalesforceConfig::default() }).await;
    let rep = org.sandbox().config().users[2].id.clone();
    let id = org.case(json!({ "OwnerId": rep })).await;
    assert_eq!(org.value("Case", &id, "OwnerId"), json!(queue), "§2.2: the default is TRUE");
    let forbid = [("Sforce-Auto-Assign", "FALSE")];
    let made = org.try_send(Method::POST, "sobjects/Case", &forbid, Some(&json!({ "OwnerId": rep }))).await.unwrap();
    let id = made.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(org.value("Case", &id, "OwnerId"), json!(rep), "§2.2");
    org.patch(&format!("sobjects/Case/{id}"), json!({ "Subject": "s" })).await;
    assert_eq!(org.value("Case", &id, "OwnerId"), json!(queue), "R8: an update without the header reassigns");
    org.sandbox().act(None, &Act::Assign { case: id.clone(), owner: rep.clone() }).unwrap();
    let path = format!("sobjects/Case/{id}");
    org.try_send(Method::PATCH, &path, &forbid, Some(&json!({ "Subject": "t" }))).await.unwrap();
    assert_eq!(org.value("Case", &id, "OwnerId"), json!(rep));
}

#[tokio::test]
async fn changes_in_a_span_are_listed_by_id() {
    let org = Org::stock().await;
    let (kept, gone) = (org.case(json!({})).await, org.case(json!({})).await);
    org.delete(&format!("sobjects/Case/{gone}")).await;
    let now = jiff::Timestamp::now();
    let at = |minutes: i64| (now + jiff::SignedDuration::from_mins(minutes)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let span = format!("?start={}&end={}", at(-5), at(5));
    let updated = org.get(&format!("sobjects/Case/updated/{span}")).await.json();
    assert_eq!(updated["ids"], json!([kept]), "§4");
    let deleted = org.get(&format!("sobjects/Case/deleted/{span}")).await.json();
    assert_eq!(deleted["deletedRecords"][0]["id"], json!(gone), "§4");
    assert!(deleted["latestDateCovered"].is_string() && deleted["earliestDateAvailable"].is_string(), "§4");
}
