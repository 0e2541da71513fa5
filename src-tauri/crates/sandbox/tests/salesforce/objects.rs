//! Versions, describe, limits, and what cases, comments and e-mails do by themselves.

use casebridge_sandbox::salesforce::{SalesforceConfig, StatusValue, seed};
use serde_json::{Value as Json, json};

use crate::support::{ADMIN, Org, read};

#[tokio::test]
async fn versions_are_listed_without_a_session_and_others_do_not_exist() {
    let org = Org::stock().await;
    let list =
        read(org.http.get(format!("{}/services/data", org.running.instance_url)).send().await.unwrap()).await.json();
    let last = list.as_array().unwrap().last().unwrap().clone();
    assert_eq!(last, json!({ "version": "67.0", "url": "/services/data/v67.0", "label": "Summer '26" }), "§2.1");
    assert!(
        list.as_array().unwrap().iter().any(|each| each["label"] == "Winter '26" && each["version"] == "65.0"),
        "§2.1"
    );
    let newer =
        org.http.get(format!("{}/services/data/v68.0/limits", org.running.instance_url)).bearer_auth(&org.token);
    assert_eq!(newer.send().await.unwrap().status(), 404, "§2.1");
}

#[tokio::test]
async fn describe_tells_lengths_values_and_what_may_be_written() {
    let org = Org::kit().await;
    let whole = org.get("sobjects/Case/describe").await.json();
    let field = |name: &str| {
        whole["fields"]
            .as_array()
            .unwrap()
            .iter()
            .find(|field| field["name"] == name)
            .unwrap_or_else(|| panic!("{name}"))
            .clone()
    };
    for (name, length) in [
        ("Subject", 255),
        ("Description", 32_000),
        ("Comments", 4000),
        ("SuppliedEmail", 80),
        ("SuppliedName", 80),
        ("CaseNumber", 30),
    ] {
        assert_eq!(field(name)["length"], json!(length), "§3: {name}");
    }
    assert_eq!(
        (field("CaseNumber")["createable"].clone(), field("IsClosed")["updateable"].clone()),
        (json!(false), json!(false)),
        "§3"
    );
    assert_eq!(
        (field("SuppliedEmail")["createable"].clone(), field("SuppliedEmail")["updateable"].clone()),
        (json!(true), json!(false)),
        "§3"
    );
    assert_eq!(field("Status")["picklistValues"][0]["value"], json!("New"));
    assert_eq!(
        (field("OwnerId")["referenceTo"].clone(), field("OwnerId")["relationshipName"].clone()),
        (json!(["User", "Group"]), json!("Owner")),
        "§3"
    );
    let key = field("Casebridge_Id__c");
    assert_eq!(
        (key["externalId"].clone(), key["unique"].clone(), key["caseSensitive"].clone()),
        (json!(true), json!(true), json!(true))
    );
    let comment = org.get("sobjects/CaseComment/describe").await.json();
    let body =
        comment["fields"].as_array().unwrap().iter().find(|field| field["name"] == "CommentBody").unwrap().clone();
    assert_eq!(
        (body["length"].clone(), body["byteLength"].clone(), body["filterable"].clone()),
        (json!(4000), json!(4000), json!(false)),
        "§3"
    );
    assert!(org.get("sobjects").await.json()["sobjects"].as_array().unwrap().len() > 10);
}

#[tokio::test]
async fn a_field_of_each_type_is_described_takes_its_values_and_refuses_others() {
    let org = Org::stock().await;
    let whole = org.get("sobjects/Case/describe").await.json();
    let described =
        |name: &str| whole["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap();
    for (name, kind) in [
        ("Fee__c", "currency"),
        ("Share__c", "percent"),
        ("Pickup_At__c", "time"),
        ("Services__c", "multipicklist"),
        ("Call_Back__c", "phone"),
        ("Page__c", "url"),
        ("Note__c", "textarea"),
        ("Story__c", "textarea"),
        ("Branch__c", "reference"),
    ] {
        assert_eq!(described(name)["type"], json!(kind), "§3: {name}");
    }
    let markup = |name: &str| (described(name)["htmlFormatted"].clone(), described(name)["extraTypeInfo"].clone());
    assert_eq!(markup("Story__c"), (json!(true), json!("richtextarea")), "§3: this one shows markup");
    assert_eq!(markup("Note__c"), (json!(false), json!("plaintextarea")), "and this one text");
    assert_eq!((&described("Fee__c")["precision"], &described("Fee__c")["scale"]), (&json!(12), &json!(2)));
    assert_eq!(described("Services__c")["picklistValues"][2]["value"], json!("Luggage"));
    let branch = seed::branch_id(1);
    let good = json!({
        "Fee__c": 12.345, "Share__c": 7.5, "Pickup_At__c": "14:30:00.000Z", "Services__c": "Luggage;Seat;Luggage",
        "Page__c": "https://example.com", "Branch__c": branch,
    });
    let case = org.case(good).await;
    for (field, value) in [
        ("Fee__c", json!(12.35)),
        ("Share__c", json!(7.5)),
        ("Pickup_At__c", json!("14:30:00.000Z")),
        ("Services__c", json!("Seat;Luggage")),
        ("Branch__c", json!(branch)),
    ] {
        assert_eq!(org.value("Case", &case, field), value, "{field}: rounded, in the list's order, each once");
    }
    for (field, value, code) in [
        ("Fee__c", json!("dear"), "JSON_PARSER_ERROR"),
        ("Fee__c", json!(10_000_000_000_i64), "NUMBER_OUTSIDE_VALID_RANGE"),
        ("Pickup_At__c", json!("noon"), "JSON_PARSER_ERROR"),
        ("Pickup_At__c", json!(14), "JSON_PARSER_ERROR"),
        ("Services__c", json!("Seat;Sauna"), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ("Services__c", json!(["Seat"]), "JSON_PARSER_ERROR"),
        ("Branch__c", json!(seed::contact_id(0)), "MALFORMED_ID"),
        ("Branch__c", json!(seed::branch_id(80)), "INVALID_CROSS_REFERENCE_KEY"),
    ] {
        let refused = org.patch(&format!("sobjects/Case/{case}"), json!({ field: value })).await.refusal();
        assert_eq!(refused, (400, code.to_owned()), "§2.5: {field} {value}");
    }
    let found = org.found("SELECT Id, Name FROM Branch__c WHERE Name IN ('porto')").await;
    assert_eq!((found.len(), &found[0]["Name"]), (1, &json!("Porto")), "letter case does not count");
}

#[tokio::test]
async fn use_is_counted_shown_and_ends_at_the_limit() {
    let org = Org::start(SalesforceConfig {
        daily_limit: 20,
        used_by_others: 16,
        per_app_usage: true,
        ..SalesforceConfig::default()
    })
    .await
    .acting_as(ADMIN);
    let first = org.get("limits").await;
    assert_eq!(
        first.header("sforce-limit-info"),
        "api-usage=17/20; per-app-api-usage=1/20(appName=Casebridge)",
        "§2.6"
    );
    assert_eq!(first.json()["DailyApiRequests"], json!({ "Max": 20, "Remaining": 3 }), "§2.6");
    let parts = json!({ "compositeRequest": [
        { "method": "GET", "url": "/services/data/v66.0/sobjects", "referenceId": "a" },
        { "method": "GET", "url": "/services/data/v66.0/sobjects", "referenceId": "b" },
    ]});
    assert_eq!(
        org.post("composite", parts).await.header("sforce-limit-info").split(';').next(),
        Some("api-usage=18/20"),
        "§2.6: a composite counts once"
    );
    org.sandbox().set_used_by_others(18);
    let (status, code, words) = org.get("sobjects").await.error();
    assert_eq!(
        (status, code.as_str(), words.as_str()),
        (403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
        "§2.5"
    );
    assert_eq!(org.get("sobjects").await.header("retry-after"), "", "§2.5: no Retry-After");
}

#[tokio::test]
async fn limits_need_a_permission_that_reps_do_not_have() {
    let org = Org::stock().await;
    assert_eq!(org.get("limits").await.code(), 403, "§2.6");
    org.sandbox().change_user("integration@sandbox.example", |user| user.api_enabled = false);
    assert_eq!(org.get("sobjects").await.refusal(), (403, "API_DISABLED_FOR_ORG".to_owned()), "§2.5");
}

#[tokio::test]
async fn closing_follows_the_status_whatever_it_is_called() {
    let status = |label: &str, default, closed| StatusValue { label: label.to_owned(), default, closed };
    let statuses = vec![status("Neu", true, false), status("Erledigt", false, true)];
    let org = Org::start(SalesforceConfig { statuses, ..SalesforceConfig::default() }).await;
    let id = org.case(json!({ "ContactId": seed::contact_id(0) })).await;
    let get = |field: &str| org.value("Case", &id, field);
    assert_eq!((get("Status"), get("IsClosed")), (json!("Neu"), json!(false)), "§3");
    assert_eq!((get("ContactEmail"), get("Priority")), (json!("alice@example.com"), json!("Medium")));
    assert!(get("AccountId").is_string() && get("CaseNumber").as_str().unwrap().len() == 8);
    org.patch(&format!("sobjects/Case/{id}"), json!({ "Status": "Erledigt" })).await;
    assert!(get("IsClosed") == json!(true) && get("ClosedDate").is_string(), "§3");
    org.patch(&format!("sobjects/Case/{id}"), json!({ "Status": "Neu" })).await;
    assert_eq!((get("IsClosed"), get("ClosedDate")), (json!(false), Json::Null), "§3");
    let list = org
        .found("SELECT MasterLabel, ApiName, IsDefault, IsClosed, SortOrder FROM CaseStatus ORDER BY SortOrder")
        .await;
    assert_eq!((list[1]["ApiName"].clone(), list[1]["IsClosed"].clone()), (json!("Erledigt"), json!(true)), "§3");
    let set = org.patch(&format!("sobjects/Case/{id}"), json!({ "IsClosed": true })).await;
    assert_eq!(set.refusal().1, "INVALID_FIELD_FOR_INSERT_UPDATE", "§3");
}

#[tokio::test]
async fn comments_are_internal_and_stay_as_they_are() {
    let org = Org::stock().await;
    let case = org.case(json!({ "Comments": "through the door" })).await;
    let made = org.found("SELECT Id, CommentBody, IsPublished, ParentId FROM CaseComment").await;
    assert_eq!(
        (made[0]["CommentBody"].clone(), made[0]["IsPublished"].clone()),
        (json!("through the door"), json!(false)),
        "§3"
    );
    assert_eq!(org.value("Case", &case, "Comments"), Json::Null, "§3: write-only");
    let path = format!("sobjects/CaseComment/{}", made[0]["Id"].as_str().unwrap());
    assert_eq!(
        org.patch(&path, json!({ "CommentBody": "edited" })).await.refusal().1,
        "INSUFFICIENT_ACCESS_OR_READONLY",
        "§3"
    );
    assert_eq!(org.delete(&path).await.refusal().1, "INSUFFICIENT_ACCESS_OR_READONLY", "§3");
    assert_eq!(org.patch(&path, json!({ "IsPublished": true })).await.code(), 204, "§3");
    assert_eq!(
        org.post("sobjects/CaseComment", json!({ "ParentId": case, "Key__c": "1" })).await.refusal().1,
        "INVALID_FIELD",
        "§3: no custom fields, unconfirmed"
    );
    let before = org.value("Case", &case, "SystemModstamp");
    org.post("sobjects/CaseComment", json!({ "ParentId": case, "CommentBody": "x" })).await;
    assert_eq!(org.value("Case", &case, "SystemModstamp"), before, "§4: the unpleasant reading, unconfirmed");
}

#[tokio::test]
async fn sent_mails_are_closed_to_changes_and_queues_are_listed() {
    let org = Org::stock().await;
    let case = org.case(json!({})).await;
    let mail = |status: &str| json!({ "ParentId": case, "Subject": "s", "TextBody": "t", "Status": status });
    let id = |answer: crate::support::Answer| answer.json()["id"].as_str().unwrap().to_owned();
    let sent = id(org.post("sobjects/EmailMessage", mail("3")).await);
    assert_eq!(org.patch(&format!("sobjects/EmailMessage/{sent}"), json!({ "Subject": "x" })).await.code(), 400, "§3");
    let new = id(org.post("sobjects/EmailMessage", mail("0")).await);
    assert_eq!(
        org.patch(&format!("sobjects/EmailMessage/{new}"), json!({ "Status": "1" })).await.code(),
        204,
        "§3: New to Read"
    );
    assert_eq!(org.patch(&format!("sobjects/EmailMessage/{new}"), json!({ "Status": "3" })).await.code(), 400, "§3");
    let draft = id(org.post("sobjects/EmailMessage", mail("5")).await);
    assert_eq!(
        org.patch(&format!("sobjects/EmailMessage/{draft}"), json!({ "Subject": "x" })).await.code(),
        204,
        "§3: drafts are edited"
    );
    let queues = org.found("SELECT QueueId, Queue.Name FROM QueueSobject WHERE SobjectType = 'Case'").await;
    assert_eq!((queues.len(), queues[0]["Queue"]["Name"].clone()), (2, json!("Tier 1")), "§3");
    assert_eq!(org.found("SELECT Id FROM Group WHERE Type = 'Queue'").await.len(), 2, "§3");
}
