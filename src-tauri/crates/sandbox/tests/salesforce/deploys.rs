//! Deploying the kit's pieces, and the rule at work.

use std::io::{Cursor, Write as _};

use casebridge_sandbox::salesforce::{BlankNumbers, SalesforceConfig};
use serde_json::{Value as Json, json};
use zip::write::SimpleFileOptions;

use crate::support::{ADMIN, Answer, INTEGRATION, Org, part, read};

const RULE: &str =
    "AND(NOT(ISNEW()), ISCHANGED(Write__c), BLANKVALUE(Seq__c, 0) &lt;= BLANKVALUE(PRIORVALUE(Seq__c), 0))";

fn zip(files: &[(&str, String)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn package(types: &[(&str, &[&str])]) -> String {
    let types: String = types
        .iter()
        .map(|(name, members)| {
            let members: String = members.iter().map(|member| format!("<members>{member}</members>")).collect();
            format!("<types>{members}<name>{name}</name></types>")
        })
        .collect();
    format!("<Package xmlns=\"http://soap.sforce.com/2006/04/metadata\">{types}<version>66.0</version></Package>")
}

fn object(inside: &str) -> String {
    format!("<CustomObject xmlns=\"http://soap.sforce.com/2006/04/metadata\">{inside}</CustomObject>")
}

fn field(name: &str, rest: &str) -> String {
    format!("<fields><fullName>{name}</fullName><label>{name}</label>{rest}</fields>")
}

fn set(fields: &[&str]) -> String {
    let grants: String = fields
        .iter()
        .map(|name| format!("<fieldPermissions><editable>true</editable><field>Case.{name}</field><readable>true</readable></fieldPermissions>"))
        .collect();
    format!(
        "<PermissionSet xmlns=\"http://soap.sforce.com/2006/04/metadata\">{grants}<label>Kit</label></PermissionSet>"
    )
}

fn kit(formula: &str) -> Vec<u8> {
    let rule = format!(
        "<validationRules><fullName>Once</fullName><active>true</active><errorConditionFormula>{formula}</errorConditionFormula>\
         <errorMessage>Already written</errorMessage></validationRules>"
    );
    let fields = field("Seq__c", "<type>Number</type><precision>18</precision><scale>0</scale>")
        + &field("Write__c", "<type>Text</type><length>64</length>");
    let types: [(&str, &[&str]); 3] = [
        ("CustomField", &["Case.Seq__c", "Case.Write__c"]),
        ("ValidationRule", &["Case.Once"]),
        ("PermissionSet", &["Kit"]),
    ];
    zip(&[
        ("package.xml", package(&types)),
        ("objects/Case.object", object(&(fields + &rule))),
        ("permissionsets/Kit.permissionset", set(&["Seq__c", "Write__c"])),
    ])
}

/// Posts an archive; `part` is what the JSON part is called.
async fn post(org: &Org, name: &str, options: Json, archive: &[u8]) -> Answer {
    let mut body = format!(
        "--b0\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: application/json\r\n\r\n{}\r\n--b0\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"deploy.zip\"\r\nContent-Type: application/zip\r\n\r\n",
        json!({ "deployOptions": options })
    )
    .into_bytes();
    body.extend_from_slice(archive);
    body.extend_from_slice(b"\r\n--b0--\r\n");
    let request = org.http.post(org.url("metadata/deployRequest")).bearer_auth(&org.token);
    read(request.header("content-type", "multipart/form-data; boundary=b0").body(body).send().await.unwrap()).await
}

/// Deploys and reads until it is done; answers the result and the states on the way.
async fn deployed(org: &Org, options: Json, archive: &[u8]) -> (Json, Vec<String>) {
    let started = post(org, "json", options, archive).await;
    assert_eq!(started.code(), 201, "§5.4: {}", started.text);
    let id = started.json()["id"].as_str().unwrap().to_owned();
    assert!(id.starts_with("0Af"), "§5.4: {id}");
    let mut states = Vec::new();
    loop {
        let result =
            org.get(&format!("metadata/deployRequest/{id}?includeDetails=true")).await.json()["deployResult"].clone();
        states.push(result["status"].as_str().unwrap().to_owned());
        if result["done"] == json!(true) {
            return (result, states);
        }
    }
}

pub async fn deploy_field(org: &Org, name: &str, rest: &str) {
    let member = format!("Case.{name}");
    let types: [(&str, &[&str]); 2] = [("CustomField", &[&member]), ("PermissionSet", &["Kit"])];
    let archive = zip(&[
        ("package.xml", package(&types)),
        ("objects/Case.object", object(&field(name, &format!("<type>Text</type><length>40</length>{rest}")))),
        ("permissionsets/Kit.permissionset", set(&[name])),
    ]);
    let (result, _) = deployed(org, json!({ "singlePackage": true }), &archive).await;
    assert_eq!(result["success"], json!(true), "{result}");
    assign(org, ADMIN).await;
}

/// Gives a user the permission set.
async fn assign(org: &Org, username: &str) {
    let set = org.found("SELECT Id FROM PermissionSet WHERE Name = 'Kit'").await[0]["Id"].clone();
    let user = org.found(&format!("SELECT Id FROM User WHERE Username = '{username}'")).await[0]["Id"].clone();
    let made =
        org.post("sobjects/PermissionSetAssignment", json!({ "AssigneeId": user, "PermissionSetId": set })).await;
    assert_eq!(made.code(), 201, "{}", made.text);
}

#[tokio::test]
async fn the_kit_is_deployed_with_progress_and_seen_once_it_is_assigned() {
    let org = Org::stock().await.acting_as(ADMIN);
    let (checked, _) = deployed(&org, json!({ "singlePackage": true, "checkOnly": true }), &kit(RULE)).await;
    assert_eq!(
        (checked["success"].clone(), checked["checkOnly"].clone()),
        (json!(true), json!(true)),
        "§5.4: {checked}"
    );
    assert_eq!(
        org.post("sobjects/Case", json!({ "Seq__c": 1 })).await.refusal().1,
        "INVALID_FIELD",
        "§5.4: checkOnly changes nothing"
    );

    let (result, states) = deployed(&org, json!({ "singlePackage": true, "rollbackOnError": true }), &kit(RULE)).await;
    assert_eq!(states, ["Pending", "InProgress", "Succeeded"], "§5.4");
    assert_eq!(
        (result["numberComponentsDeployed"].clone(), result["numberComponentErrors"].clone()),
        (json!(4), json!(0)),
        "{result}"
    );
    assert_eq!(result["numberTestsTotal"], json!(0), "§5.5: fields alone need no tests");
    assert_eq!(
        org.post("sobjects/Case", json!({ "Seq__c": 1 })).await.refusal().1,
        "INVALID_FIELD",
        "deployed fields are seen through permission sets"
    );
    assign(&org, ADMIN).await;
    assert_eq!(org.post("sobjects/Case", json!({ "Seq__c": 1 })).await.code(), 201);
    let org = org.acting_as(INTEGRATION);
    assert_eq!(org.query("SELECT Seq__c FROM Case").await.refusal().1, "INVALID_FIELD", "by those who have it");
}

#[tokio::test]
async fn the_rule_lets_a_transcript_in_once() {
    let org = Org::kit().await;
    let case = org.case(json!({ "Subject": "s" })).await;
    let write = |seq: u64, token: &str| {
        json!({ "allOrNone": true, "compositeRequest": [
            part("PATCH", &format!("sobjects/Case/{case}"), "seq", json!({ "Casebridge_Seq__c": seq, "Casebridge_Write__c": token })),
            part("POST", "sobjects/CaseComment", "m", json!({ "ParentId": case, "CommentBody": "hello" })),
        ]})
    };
    let answer = org.post("composite", write(1, "attempt-1")).await;
    assert_eq!(org.count("CaseComment"), 1, "R15: {}", answer.text);
    let late = org.post("composite", write(1, "attempt-2")).await.json();
    let error = &late["compositeResponse"][0]["body"][0];
    assert_eq!(error["errorCode"], json!("FIELD_CUSTOM_VALIDATION_EXCEPTION"), "R15: {late}");
    assert_eq!(error["message"], json!("Casebridge: already written"), "§2.5: the admin's own text");
    assert_eq!(org.count("CaseComment"), 1, "R15: an attempt that comes late writes nothing");
    org.post("composite", write(2, "attempt-3")).await;
    assert_eq!(org.count("CaseComment"), 2);
    let by_hand = org.patch(&format!("sobjects/Case/{case}"), json!({ "Subject": "edited" })).await;
    assert_eq!(by_hand.code(), 204, "R15: nobody else is kept from saving");
}

#[tokio::test]
async fn rules_are_shown_to_those_who_may_look_at_the_set_up() {
    let org = Org::kit().await.acting_as(ADMIN);
    let path = |name: &str| {
        let soql = format!(
            "SELECT Id,Active FROM ValidationRule WHERE EntityDefinition.QualifiedApiName = 'Case' AND ValidationName = '{name}'"
        );
        format!("tooling/query?q={}", soql.replace(' ', "+"))
    };
    let found = org.get(&path("Casebridge_Write")).await.json();
    assert_eq!((found["size"].clone(), found["records"][0]["Active"].clone()), (json!(1), json!(true)), "{found}");
    assert_eq!(org.get(&path("Nothing")).await.json()["records"], json!([]));
    let org = org.acting_as(INTEGRATION);
    assert_eq!(org.get(&path("Casebridge_Write")).await.refusal().1, "INVALID_TYPE", "unconfirmed");
}

#[tokio::test]
async fn unset_numbers_are_nothing_or_zero() {
    let careless = "AND(ISCHANGED(Write__c), NOT(Seq__c &gt; PRIORVALUE(Seq__c)))";
    for (reading, status) in [(BlankNumbers::Null, 400), (BlankNumbers::Zero, 204)] {
        let org = Org::start(SalesforceConfig { blank_numbers: reading, ..SalesforceConfig::default() })
            .await
            .acting_as(ADMIN);
        deployed(&org, json!({ "singlePackage": true }), &kit(careless)).await;
        assign(&org, ADMIN).await;
        let case = org.case(json!({})).await;
        let first = org.patch(&format!("sobjects/Case/{case}"), json!({ "Seq__c": 1, "Write__c": "a" })).await;
        assert_eq!(first.code(), status, "unconfirmed, so a rule should not depend on it: {reading:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_told_per_component_and_nothing_is_changed() {
    let org = Org::stock().await.acting_as(ADMIN);
    let (result, _) = deployed(&org, json!({ "singlePackage": true }), &kit("AND(FROB(1), Sequence__c = 1)")).await;
    assert_eq!((result["status"].clone(), result["success"].clone()), (json!("Failed"), json!(false)), "§5.4");
    let failure = &result["details"]["componentFailures"][0];
    assert_eq!(
        (failure["componentType"].clone(), failure["fullName"].clone()),
        (json!("ValidationRule"), json!("Case.Once")),
        "§5.4: {result}"
    );
    assert!(failure["problem"].as_str().unwrap().contains("Unknown function FROB"), "{failure}");
    assert_eq!(result["details"]["componentSuccesses"].as_array().unwrap().len(), 3);
    let (again, _) = deployed(&org, json!({ "singlePackage": true, "checkOnly": true }), &kit("Sequence__c = 1")).await;
    let problem = again["details"]["componentFailures"][0]["problem"].as_str().unwrap().to_owned();
    assert!(problem.contains("Field Sequence__c does not exist"), "{problem}");
    assert!(org.found("SELECT Id FROM PermissionSet").await.is_empty(), "§5.4: rolled back");

    let missing = zip(&[("package.xml", package(&[("CustomField", &["Case.Nowhere__c"])]))]);
    let (result, _) = deployed(&org, json!({ "singlePackage": true }), &missing).await;
    assert!(
        result["details"]["componentFailures"][0]["problem"]
            .as_str()
            .unwrap()
            .contains("was not found in zipped directory")
    );
    let (result, _) = deployed(&org, json!({ "singlePackage": true }), b"no zip").await;
    assert!(result["errorMessage"].as_str().unwrap().starts_with("INVALID_ZIP"));
}

#[tokio::test]
async fn apex_needs_tests_in_production() {
    let org = Org::stock().await.acting_as(ADMIN);
    let meta = "<ApexClass xmlns=\"http://soap.sforce.com/2006/04/metadata\"><apiVersion>66.0</apiVersion><status>Active</status></ApexClass>".to_owned();
    let class = |name: &str, text: &str| {
        zip(&[
            ("package.xml", package(&[("ApexClass", &[name])])),
            (&format!("classes/{name}.cls"), text.to_owned()),
            (&format!("classes/{name}.cls-meta.xml"), meta.clone()),
        ])
    };
    let (bare, _) = deployed(&org, json!({ "singlePackage": true }), &class("Poke", "public class Poke {}")).await;
    assert_eq!(bare["success"], json!(false), "§5.5: {bare}");
    assert!(bare["details"]["componentFailures"][0]["problem"].as_str().unwrap().contains("75%"), "§5.5");
    let tested = class("PokeTest", "@isTest private class PokeTest {}");
    let options = json!({ "singlePackage": true, "testLevel": "RunSpecifiedTests", "runTests": ["PokeTest"] });
    let (good, _) = deployed(&org, options, &tested).await;
    assert_eq!((good["success"].clone(), good["numberTestsTotal"].clone()), (json!(true), json!(1)), "§5.5: {good}");
    assert_eq!(org.sandbox().deployed(), [("ApexClass".to_owned(), "PokeTest".to_owned())]);
}

#[tokio::test]
async fn both_names_of_the_part_are_taken_and_deploying_needs_a_permission() {
    let org = Org::stock().await.acting_as(ADMIN);
    let options = json!({ "singlePackage": true, "checkOnly": true });
    assert_eq!(post(&org, "entity_content", options.clone(), &kit(RULE)).await.code(), 201, "§5.4: unconfirmed, both");
    let canceled = post(&org, "json", options.clone(), &kit(RULE)).await.json()["id"].as_str().unwrap().to_owned();
    let path = format!("metadata/deployRequest/{canceled}");
    assert_eq!(org.patch(&path, json!({ "deployResult": { "status": "Canceling" } })).await.code(), 202);
    assert_eq!(org.get(&path).await.json()["deployResult"]["status"], json!("Canceled"));
    let org = org.acting_as(INTEGRATION);
    assert_eq!(post(&org, "json", options, &kit(RULE)).await.code(), 403, "§5.4");
}
