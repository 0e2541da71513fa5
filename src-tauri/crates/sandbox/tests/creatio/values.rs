//! Values: what empty looks like, how dates are written, what a PATCH can and cannot clear.

use casebridge_sandbox::creatio::{
    CreatioConfig, CustomColumn, CustomKind, NavigationInBody, OverLength, PatchUnknown, ZonelessDates, ids,
};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::json;

use crate::support::{Crm, NO_DATE, inner, zero};

#[tokio::test]
async fn nothing_is_null_in_an_answer() {
    let crm = Crm::stock().await;
    let id = crm.case("empty columns").await;
    let row = crm.get(&format!("Case({id})")).await.json();
    assert_eq!(row["ContactId"], zero(), "an empty lookup is the zero GUID");
    assert_eq!(row["ClosureDate"], NO_DATE, "an empty date is the year 1");
    assert_eq!(row["Notes"], "");
    assert_eq!(row["SolutionRemains"], 0);
    assert_eq!(row["UsrUrgent"], false);
    assert!(row.as_object().unwrap().values().all(|value| !value.is_null()), "{row}");
    for column in ["Id", "CreatedOn", "CreatedById", "ModifiedOn", "ModifiedById", "ProcessListeners"] {
        assert!(row.get(column).is_some(), "every row has {column}");
    }
}

#[tokio::test]
async fn dates_are_utc_with_six_or_seven_digits() {
    let crm = Crm::stock().await;
    let id = crm.case("dates").await;
    let sent = "2026-03-01T10:00:00.1234567+02:00";
    crm.patch(&format!("Case({id})"), json!({ "RegisteredOn": sent })).await;
    let row = crm.get(&format!("Case({id})?$select=RegisteredOn")).await.json();
    assert_eq!(row["RegisteredOn"], "2026-03-01T08:00:00.1234560Z", "seven digits, UTC, microseconds kept");
    assert!(row["RegisteredOn"].as_str().unwrap().parse::<Timestamp>().is_ok());
}

#[tokio::test]
async fn null_clears_a_lookup_and_the_empty_guid_does_not() {
    let crm = Crm::stock().await;
    let id = crm.case("owner").await;
    crm.patch(&format!("Case({id})"), json!({ "OwnerId": ids::AGENT_CONTACT })).await;
    let kept = crm.patch(&format!("Case({id})"), json!({ "OwnerId": zero(), "Notes": "with it" })).await;
    assert_eq!(kept.code(), 204, "dropped without a word");
    assert_eq!(crm.field("Case", id, "OwnerId"), json!(ids::AGENT_CONTACT), "the empty GUID clears nothing");
    assert_eq!(crm.field("Case", id, "Notes"), "with it");
    crm.patch(&format!("Case({id})"), json!({ "OwnerId": null })).await;
    assert_eq!(crm.field("Case", id, "OwnerId"), zero(), "null does");
}

#[tokio::test]
async fn a_patch_with_an_unknown_property_writes_nothing_and_answers_204_on_old_builds() {
    let crm = Crm::stock().await;
    let id = crm.case("old build").await;
    let answer = crm.patch(&format!("Case({id})"), json!({ "Notes": "lost", "UsrNope": 1 })).await;
    assert_eq!(answer.code(), 204);
    assert_eq!(crm.field("Case", id, "Notes"), "", "the known column of the same PATCH is lost too");
}

#[tokio::test]
async fn newer_builds_refuse_it_by_name() {
    let config = CreatioConfig { patch_unknown: PatchUnknown::NamedFault, ..CreatioConfig::default() };
    let crm = Crm::start(config).await;
    let id = crm.case("new build").await;
    let answer = crm.patch(&format!("Case({id})"), json!({ "Notes": "no", "UsrNope": 1 })).await;
    assert_eq!(answer.code(), 400);
    assert!(inner(&answer).contains("'UsrNope'"), "{}", answer.text);
}

#[tokio::test]
async fn a_date_without_a_zone_is_refused_or_stored_as_the_year_one() {
    let body = json!({ "UsrDueOn": "2026-03-01T10:00:00" });
    let crm = Crm::stock().await;
    let id = crm.case("zone").await;
    let refused = crm.patch(&format!("Case({id})"), body.clone()).await;
    assert_eq!(refused.code(), 400);
    assert_eq!(refused.json()["error"]["message"], "The request is invalid.");

    let config = CreatioConfig { zoneless_dates: ZonelessDates::StoreMin, ..CreatioConfig::default() };
    let crm = Crm::start(config).await;
    let id = crm.case("zone").await;
    assert_eq!(crm.patch(&format!("Case({id})"), body).await.code(), 204, "the other build says all is well");
    assert_eq!(crm.field("Case", id, "UsrDueOn"), NO_DATE, "and keeps no date");
}

#[tokio::test]
async fn over_long_text_is_refused_or_cut() {
    let long = "x".repeat(51);
    let crm = Crm::stock().await;
    let refused = crm.post("Case", json!({ "Subject": "s", "UsrSentiment": long })).await;
    assert_eq!(refused.code(), 500);
    assert!(inner(&refused).starts_with("22001:"), "{}", refused.text);
    assert_eq!(crm.sandbox().count("Case"), 0, "nothing is written");

    let config = CreatioConfig { over_length: OverLength::Cut, ..CreatioConfig::default() };
    let crm = Crm::start(config).await;
    let made = crm.post("Case", json!({ "Subject": "s", "UsrSentiment": long })).await;
    assert_eq!(made.json()["UsrSentiment"].as_str().unwrap().chars().count(), 50);
}

#[tokio::test]
async fn a_navigation_name_in_a_body_is_ignored_or_rejected() {
    let body = json!({ "Subject": "s", "Status": { "Id": ids::STATUS_CLOSED } });
    let crm = Crm::stock().await;
    let made = crm.post("Case", body.clone()).await;
    assert_eq!(made.json()["StatusId"], json!(ids::STATUS_NEW), "201, and the status is not the one sent");
    let config = CreatioConfig { navigation_in_body: NavigationInBody::Rejected, ..CreatioConfig::default() };
    assert_eq!(Crm::start(config).await.post("Case", body).await.code(), 400);
}

#[tokio::test]
async fn decimals_are_numbers_unless_strings_are_asked_for() {
    let crm = Crm::stock().await;
    let id = crm.case("amount").await;
    crm.patch(&format!("Case({id})"), json!({ "UsrAmount": "12.5" })).await;
    assert_eq!(crm.get(&format!("Case({id})?$select=UsrAmount")).await.json()["UsrAmount"], 12.5);
    let headers = [("accept", "application/json;IEEE754Compatible=true")];
    let path = format!("Case({id})?$select=UsrAmount");
    let answer = crm.try_send(Method::GET, &path, &headers, None).await.unwrap();
    assert_eq!(answer.json()["UsrAmount"], "12.5");
}

#[tokio::test]
async fn who_and_when_are_the_servers_to_say() {
    let crm = Crm::stock().await;
    let body = json!({ "Subject": "s", "CreatedOn": "2001-01-01T00:00:00Z", "CreatedById": ids::AGENT_CONTACT });
    let row = crm.post("Case", body).await.json();
    assert_ne!(row["CreatedOn"], "2001-01-01T00:00:00Z");
    assert_eq!(row["CreatedById"], zero(), "a technical user may have no contact at all");
}

#[tokio::test]
async fn a_tenants_own_column_is_there_under_its_own_prefix() {
    let column =
        CustomColumn { entity: "Case".into(), name: "NltRegion".into(), kind: CustomKind::Text(50), required: false };
    let config = CreatioConfig { custom_columns: vec![column], ..CreatioConfig::default() };
    let crm = Crm::start(config).await;
    let made = crm.post("Case", json!({ "Subject": "s", "NltRegion": "north" })).await;
    assert_eq!(made.json()["NltRegion"], "north");
    assert_eq!(crm.post("Case", json!({ "Subject": "s", "nltregion": "x" })).await.code(), 400, "letter case counts");
}

#[tokio::test]
async fn a_save_that_changes_nothing_leaves_modified_on() {
    let crm = Crm::stock().await;
    let id = crm.case("same").await;
    let before = crm.field("Case", id, "ModifiedOn");
    crm.patch(&format!("Case({id})"), json!({ "Subject": "same" })).await;
    assert_eq!(crm.field("Case", id, "ModifiedOn"), before);
    assert_eq!(crm.sandbox().record_ledger().len(), 1, "and is no write");
}
