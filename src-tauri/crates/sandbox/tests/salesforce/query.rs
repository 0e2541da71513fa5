//! SOQL.

use casebridge_sandbox::salesforce::{SalesforceConfig, SandboxClock, VirtualClock, seed};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use crate::support::Org;

fn ids(rows: &[Json]) -> Vec<String> {
    rows.iter().map(|row| row["Id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn rows_are_chosen_sorted_and_shown_along_paths() {
    let org = Org::stock().await;
    let first = org.case(json!({ "Subject": "Alpha", "ContactId": seed::contact_id(0), "Priority": "High" })).await;
    let second = org.case(json!({ "Subject": "beta", "Priority": "Low" })).await;
    let cases = [
        ("Subject = 'ALPHA'", vec![&first]),
        ("Subject != 'alpha'", vec![&second]),
        ("Subject LIKE '%ET%'", vec![&second]),
        ("Subject LIKE 'Al_ha' AND Priority IN ('High','Low')", vec![&first]),
        ("NOT Priority NOT IN ('High')", vec![&first]),
        ("(Priority = 'High' OR Priority = 'Low') AND IsClosed = false", vec![&first, &second]),
        ("ContactId = null", vec![&second]),
        ("Contact.Email = 'alice@example.com'", vec![&first]),
        ("CreatedDate >= 2020-01-01T00:00:00Z AND CreatedDate > LAST_N_DAYS:3", vec![&first, &second]),
    ];
    for (condition, wanted) in cases {
        let found = org.found(&format!("select id from case where {condition} order by casenumber")).await;
        assert_eq!(ids(&found), wanted.into_iter().cloned().collect::<Vec<_>>(), "§2.3: {condition}");
    }
    let short = format!("SELECT Id FROM Case WHERE Id = '{}'", &first[..15]);
    assert_eq!(ids(&org.found(&short).await), std::slice::from_ref(&first), "§3: both lengths");
    let row = &org
        .found("SELECT subject, contact.account.name, owner.name FROM Case ORDER BY Subject DESC LIMIT 1 OFFSET 1")
        .await[0];
    assert_eq!(row["Contact"]["Account"]["Name"], json!("Example Ltd"), "§2.3: canonical names along the path");
    assert_eq!((row["Owner"]["attributes"]["type"].clone(), row["Subject"].clone()), (json!("User"), json!("Alpha")));
    let counted = org.query("SELECT COUNT() FROM Case").await.json();
    assert_eq!((counted["totalSize"].clone(), counted["records"].clone()), (json!(2), json!([])));
    org.post("sobjects/CaseComment", json!({ "ParentId": first, "CommentBody": "hi" })).await;
    let parent = &org
        .found(&format!("SELECT Id, (SELECT CommentBody FROM CaseComments) FROM Case WHERE Id = '{first}'"))
        .await[0];
    assert_eq!(parent["CaseComments"]["records"][0]["CommentBody"], json!("hi"), "§2.3: child subqueries");
}

#[tokio::test]
async fn mistakes_in_a_query_are_named() {
    let org = Org::stock().await;
    for (query, code, words) in [
        ("SELECT Id FORM Case", "MALFORMED_QUERY", "unexpected token: 'FORM'"),
        ("SELECT Foo FROM Case", "INVALID_FIELD", "No such column 'Foo' on entity 'Case'"),
        ("SELECT Boss.Name FROM Case", "INVALID_FIELD", "Didn't understand relationship 'Boss'"),
        ("SELECT Id FROM Nothing", "INVALID_TYPE", "sObject type 'Nothing' is not supported"),
        (
            "SELECT Id FROM CaseComment WHERE CommentBody LIKE '%x%'",
            "INVALID_FIELD",
            "can not be filtered in a query call",
        ),
        (
            "SELECT Id FROM Case WHERE CreatedDate > '2020-01-01T00:00:00Z'",
            "INVALID_FIELD",
            "should not be enclosed in quotes",
        ),
        ("SELECT Id FROM Case WHERE Subject = 5", "INVALID_FIELD", "must be of type string"),
        ("SELECT Id FROM Case WHERE Subject = 'o'neil'", "MALFORMED_QUERY", "not closed"),
        ("SELECT Id FROM Case WHERE A = 1 AND B = 2 OR C = 3", "MALFORMED_QUERY", "unexpected token: 'OR'"),
    ] {
        let (status, found, message) = org.query(query).await.error();
        assert_eq!((status, found.as_str()), (400, code), "§2.5: {query} {message}");
        assert!(message.contains(words), "§2.5: {query}: {message}");
    }
}

#[tokio::test]
async fn quoted_text_selects_nobody_else() {
    let org = Org::stock().await;
    for address in ["o'neil@x.example", "a+b@x.example", r"back\slash@x.example"] {
        org.case(json!({ "SuppliedEmail": address })).await;
        let quoted = address.replace('\\', r"\\").replace('\'', r"\'");
        let found = org.found(&format!("SELECT Id FROM Case WHERE SuppliedEmail = '{quoted}'")).await;
        assert_eq!(found.len(), 1, "R25: {address}");
    }
    let injected = r"x\' OR Subject != \'";
    assert!(org.found(&format!("SELECT Id FROM Case WHERE Subject = '{injected}'")).await.is_empty(), "R25");
}

#[tokio::test]
async fn long_answers_come_in_pages_until_their_locator_is_gone() {
    let clock = VirtualClock::starting_at(Timestamp::from_second(1_900_000_000).unwrap());
    let config = SalesforceConfig {
        page_size: 3,
        session_minutes: 100_000,
        clock: SandboxClock::Virtual(clock.clone()),
        ..SalesforceConfig::default()
    };
    let org = Org::start(config).await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(org.case(json!({})).await);
    }
    let mut page = org.query("SELECT Id FROM Case ORDER BY SystemModstamp, Id").await.json();
    assert_eq!((page["totalSize"].clone(), page["done"].clone()), (json!(7), json!(false)), "§2.3");
    let first = page["nextRecordsUrl"].as_str().unwrap().to_owned();
    assert!(first.starts_with("/services/data/v66.0/query/0r8"), "§2.3: a path: {first}");
    let mut seen = ids(page["records"].as_array().unwrap());
    while let Some(next) = page["nextRecordsUrl"].as_str() {
        page = org.get(next.trim_start_matches("/services/data/v66.0/")).await.json();
        seen.extend(ids(page["records"].as_array().unwrap()));
    }
    assert_eq!(page["done"], json!(true));
    assert_eq!(seen, made, "§4: one second holds them all, and (SystemModstamp, Id) is still an order");
    let stamps: Vec<Json> = org.sandbox().records("Case").iter().map(|case| case["SystemModstamp"].clone()).collect();
    assert!(stamps.windows(2).all(|pair| pair[0] == pair[1]), "§4: SystemModstamp is not unique");
    clock.advance(SignedDuration::from_hours(49));
    let gone = org.get(first.trim_start_matches("/services/data/v66.0/")).await;
    assert_eq!(gone.refusal(), (400, "INVALID_QUERY_LOCATOR".to_owned()), "§2.3: two days");
}

#[tokio::test]
async fn deleted_rows_are_seen_by_query_all_only() {
    let org = Org::stock().await;
    let id = org.case(json!({})).await;
    org.post("sobjects/CaseComment", json!({ "ParentId": id, "CommentBody": "hi" })).await;
    org.delete(&format!("sobjects/Case/{id}")).await;
    assert!(org.found("SELECT Id FROM CaseComment").await.is_empty(), "what hangs on a case goes with it");
    let all = org.query_at("queryAll", "SELECT Id, IsDeleted FROM Case").await.json();
    assert_eq!((all["totalSize"].clone(), all["records"][0]["IsDeleted"].clone()), (json!(1), json!(true)), "§2.3");
    let late = org.post("sobjects/CaseComment", json!({ "ParentId": id, "CommentBody": "late" })).await;
    assert_eq!(late.refusal().1, "ENTITY_IS_DELETED", "§2.5");
}
