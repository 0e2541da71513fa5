//! Refusals in the shapes of live instances, and rights.

use casebridge_sandbox::creatio::{
    CreatioConfig, DatabaseEngine, ObjectRights, Rights, RightsShape, SystemTables, UnknownSet,
};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Crm, inner};

#[tokio::test]
async fn a_create_with_an_unknown_property_writes_nothing_and_names_it() {
    let crm = Crm::stock().await;
    let answer = crm.post("Contact", json!({ "Name": "x", "labNope": 1 })).await;
    assert_eq!(answer.code(), 400);
    assert_eq!(answer.json()["error"]["code"], "", "the code is always an empty string");
    assert_eq!(answer.json()["error"]["message"], "The request is invalid.");
    assert_eq!(
        inner(&answer),
        "item : The property 'labNope' does not exist on type 'Terrasoft.Configuration.OData.Contact'. Make sure to \
         only use property names that are defined by the type."
    );
}

#[tokio::test]
async fn a_lookup_that_names_no_row_is_a_foreign_key_violation() {
    let crm = Crm::stock().await;
    let answer = crm.post("Case", json!({ "Subject": "s", "ContactId": Uuid::new_v4() })).await;
    assert_eq!(answer.code(), 500);
    assert_eq!(answer.json()["error"]["message"], "An error has occurred.");
    assert_eq!(
        inner(&answer),
        "23503: insert or update on table \"Case\" violates foreign key constraint \"FKCaseContactId\""
    );
    assert_eq!(answer.json()["error"]["innererror"]["type"], "Npgsql.PostgresException");

    let config = CreatioConfig { database: DatabaseEngine::SqlServer, ..CreatioConfig::default() };
    let crm = Crm::start(config).await;
    let answer = crm.post("Case", json!({ "Subject": "s", "ContactId": Uuid::new_v4() })).await;
    assert!(inner(&answer).starts_with("The INSERT statement conflicted with the FOREIGN KEY constraint"));
}

#[tokio::test]
async fn an_unknown_set_is_refused_in_one_of_three_shapes() {
    for (shape, status, text) in [
        (UnknownSet::ServerPage, 404, "<html"),
        (UnknownSet::ControllerMessage, 404, "No type was found that matches the controller named 'Nope'."),
        (UnknownSet::Unauthorized, 401, "<html"),
    ] {
        let crm = Crm::start(CreatioConfig { unknown_set: shape, ..CreatioConfig::default() }).await;
        let answer = crm.get("Nope").await;
        assert_eq!(answer.code(), status, "{shape:?}");
        assert!(answer.text.contains(text), "{shape:?}: {}", answer.text);
    }
}

#[tokio::test]
async fn no_token_is_401_and_not_json() {
    let mut crm = Crm::stock().await;
    crm.token = "made up".to_owned();
    let answer = crm.get("Case").await;
    assert_eq!(answer.code(), 401);
    assert!(answer.header("content-type").starts_with("text/html"));
}

#[tokio::test]
async fn a_technical_user_has_exactly_the_rights_granted_per_object() {
    let crm = Crm::start(CreatioConfig { rights: Rights::none(), ..CreatioConfig::default() }).await;
    let refused = crm.get("Case?$select=Id").await;
    assert_eq!(refused.code(), 403, "it starts with none");
    assert!(refused.text.contains(r#"Current user does not have permissions for the \"Case\" object"#));
    crm.sandbox().set_rights(Rights::none().with("Case", ObjectRights::READ));
    assert_eq!(crm.get("Case?$select=Id").await.code(), 200);
    assert_eq!(crm.post("Case", json!({ "Subject": "s" })).await.code(), 403, "reading is not creating");
    let create = ObjectRights { create: true, ..ObjectRights::READ };
    crm.sandbox().rights_mut(|rights| *rights = Rights::none().with("Case", create));
    let id = crm.case("created").await;
    assert_eq!(crm.patch(&format!("Case({id})"), json!({ "Notes": "n" })).await.code(), 403);
    assert_eq!(crm.delete(&format!("Case({id})")).await.code(), 403);
}

#[tokio::test]
async fn rights_are_looked_at_before_lookups_so_a_create_can_be_proven_without_a_row() {
    let body = json!({ "Subject": "probe", "ContactId": Uuid::new_v4() });
    let crm = Crm::stock().await;
    assert_eq!(crm.post("Case", body.clone()).await.code(), 500, "with the right it fails at the lookup");
    assert_eq!(crm.sandbox().count("Case"), 0);
    crm.sandbox().set_rights(Rights::all().with("Case", ObjectRights::READ));
    assert_eq!(crm.post("Case", body).await.code(), 403, "without it it fails at the right");
}

#[tokio::test]
async fn missing_rights_can_take_the_other_shapes() {
    for (shape, status) in [(RightsShape::Error500, 500), (RightsShape::Unauthorized401, 401)] {
        let config = CreatioConfig { rights: Rights::none(), rights_shape: shape, ..CreatioConfig::default() };
        let answer = Crm::start(config).await.get("Case?$select=Id").await;
        assert_eq!(answer.code(), status);
        assert!(answer.text.contains("does not have permissions"));
    }
}

#[tokio::test]
async fn closed_system_tables_hide_roles_but_not_their_view() {
    let config = CreatioConfig { system_tables: SystemTables::Closed, ..CreatioConfig::default() };
    let crm = Crm::start(config).await;
    assert_eq!(crm.get("SysAdminUnit?$select=Id").await.code(), 403);
    let roles = crm.get("VwSysRole?$select=Id,Name").await.rows();
    assert!(roles.iter().any(|role| role["Name"] == "2nd-line support"), "{roles:?}");
}

#[tokio::test]
async fn a_row_that_others_name_cannot_be_deleted() {
    let crm = Crm::stock().await;
    let id = crm.case("status in use").await;
    let status = crm.field("Case", id, "StatusId");
    let answer = crm.delete(&format!("CaseStatus({})", status.as_str().unwrap())).await;
    assert_eq!(answer.code(), 500);
    assert!(inner(&answer).starts_with("23503: update or delete"), "{}", answer.text);
}
