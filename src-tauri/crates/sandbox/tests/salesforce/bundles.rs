//! Composite, graph, collections, batch.

use serde_json::{Value as Json, json};

use crate::support::{Org, part};

fn parts(answer: &crate::support::Answer) -> Vec<Json> {
    answer.json()["compositeResponse"].as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone()
}

#[tokio::test]
async fn parts_name_the_answers_before_them() {
    let org = Org::stock().await;
    let answer = org
        .post(
            "composite",
            json!({ "allOrNone": true, "compositeRequest": [
                part("POST", "sobjects/Case", "theCase", json!({ "Subject": "s" })),
                part("POST", "sobjects/CaseComment", "one", json!({ "ParentId": "@{theCase.id}", "CommentBody": "1" })),
                part("GET", "query?q=SELECT+Id+FROM+CaseComment+WHERE+ParentId='@{theCase.id}'", "read", Json::Null),
            ]}),
        )
        .await;
    let parts = parts(&answer);
    let statuses: Vec<u64> = parts.iter().map(|part| part["httpStatusCode"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 201, 200], "§2.4: {}", answer.text);
    assert_eq!(parts[2]["body"]["totalSize"], json!(1), "§2.4: a part sees what parts before it did");
    assert_eq!(parts[0]["referenceId"], json!("theCase"));
    assert_eq!(org.sandbox().request_counts().data, 1, "§2.6: one call");
}

#[tokio::test]
async fn all_or_none_takes_everything_back_and_the_outer_answer_is_still_200() {
    let org = Org::stock().await;
    let bad = |all: bool| {
        json!({ "allOrNone": all, "compositeRequest": [
            part("POST", "sobjects/Case", "a", json!({ "Subject": "kept?" })),
            part("POST", "sobjects/Case", "b", json!({ "Subject": "x".repeat(300) })),
            part("POST", "sobjects/CaseComment", "c", json!({ "ParentId": "@{b.id}", "CommentBody": "1" })),
            part("POST", "sobjects/Case", "d", json!({ "Subject": "also" })),
        ]})
    };
    let answer = org.post("composite", bad(true)).await;
    assert_eq!((answer.code(), org.count("Case")), (200, 0), "§2.4: {}", answer.text);
    let codes: Vec<Json> = parts(&answer).iter().map(|part| part["body"][0]["errorCode"].clone()).collect();
    assert_eq!(codes, ["PROCESSING_HALTED", "STRING_TOO_LONG", "PROCESSING_HALTED", "PROCESSING_HALTED"], "§2.4");
    assert!(parts(&answer).iter().all(|part| part["httpStatusCode"] == 400), "§2.4");
    assert!(org.sandbox().record_ledger().is_empty(), "what was taken back was never written");
    let answer = org.post("composite", bad(false)).await;
    let statuses: Vec<u64> = parts(&answer).iter().map(|part| part["httpStatusCode"].as_u64().unwrap()).collect();
    assert_eq!((statuses, org.count("Case")), (vec![201, 400, 400, 201], 2), "§2.4: the dependent part is not run");
}

#[tokio::test]
async fn bundles_have_bounds() {
    let org = Org::stock().await;
    let many = |count: usize| {
        (0..count).map(|at| part("POST", "sobjects/Case", &format!("r{at}"), json!({}))).collect::<Vec<_>>()
    };
    let over = org.post("composite", json!({ "compositeRequest": many(26) })).await;
    assert_eq!((over.code(), org.count("Case")), (400, 0), "§2.4: more than 25 parts are refused as a whole");
    assert_eq!(org.post("composite", json!({ "compositeRequest": many(25) })).await.code(), 200);
    let records = |count: usize| vec![json!({ "attributes": { "type": "Case" }, "Subject": "s" }); count];
    let over = org.post("composite/sobjects", json!({ "records": records(201) })).await;
    assert_eq!(over.code(), 400, "§2.4: 200 records");
    let mixed: Vec<Json> = (0..11)
        .map(|at| json!({ "attributes": { "type": if at % 2 == 0 { "Case" } else { "Account" } }, "Name": "n" }))
        .collect();
    assert_eq!(org.post("composite/sobjects", json!({ "records": mixed })).await.code(), 400, "§2.4: ten chunks");
    let graphs: Vec<Json> =
        (0..76).map(|at| json!({ "graphId": at.to_string(), "compositeRequest": many(1) })).collect();
    assert_eq!(org.post("composite/graph", json!({ "graphs": graphs })).await.code(), 400, "§2.4: 75 graphs");
    let double = vec![part("GET", "limits", "same", Json::Null), part("GET", "limits", "same", Json::Null)];
    assert_eq!(org.post("composite", json!({ "compositeRequest": double })).await.code(), 400);
}

#[tokio::test]
async fn graphs_stand_or_fall_alone() {
    let org = Org::stock().await;
    let graph = |id: &str, subject: &str| {
        json!({ "graphId": id, "compositeRequest": [
            part("POST", "sobjects/Case", "c", json!({ "Subject": subject })),
            part("POST", "sobjects/CaseComment", "m", json!({ "ParentId": "@{c.id}", "CommentBody": "x".repeat(if id == "bad" { 4001 } else { 10 }) })),
        ]})
    };
    let answer =
        org.post("composite/graph", json!({ "graphs": [graph("bad", "one"), graph("good", "two")] })).await.json();
    let good: Vec<Json> =
        answer["graphs"].as_array().unwrap().iter().map(|graph| graph["isSuccessful"].clone()).collect();
    assert_eq!((good, org.count("Case")), (vec![json!(false), json!(true)], 1), "§2.4");
    assert_eq!(answer["graphs"][1]["graphResponse"]["compositeResponse"][0]["httpStatusCode"], json!(201), "§2.4");
}

#[tokio::test]
async fn collections_answer_row_by_row_with_status_codes() {
    let org = Org::kit().await;
    let case = |subject: String| json!({ "attributes": { "type": "Case" }, "Subject": subject });
    let list = |all: bool| json!({ "allOrNone": all, "records": [case("a".to_owned()), case("x".repeat(300))] });
    let some = org.post("composite/sobjects", list(false)).await;
    assert_eq!((some.code(), some.json()[0]["success"].clone(), org.count("Case")), (200, json!(true), 1), "§2.4");
    let error = &some.json()[1]["errors"][0];
    assert_eq!(
        (error["statusCode"].clone(), error["fields"].clone()),
        (json!("STRING_TOO_LONG"), json!(["Subject"])),
        "§2.4: statusCode, not errorCode"
    );
    assert!(error.get("errorCode").is_none());
    let none = org.post("composite/sobjects", list(true)).await.json();
    assert_eq!(
        (none[0]["errors"][0]["statusCode"].clone(), org.count("Case")),
        (json!("ALL_OR_NONE_OPERATION_ROLLED_BACK"), 1),
        "§2.4"
    );

    let id = some.json()[0]["id"].as_str().unwrap().to_owned();
    let patch = json!({ "records": [{ "attributes": { "type": "Case" }, "id": id, "Subject": "b" }] });
    assert_eq!(org.patch("composite/sobjects", patch).await.json()[0]["success"], json!(true));
    let upsert = json!({ "records": [
        { "attributes": { "type": "Case" }, "Casebridge_Id__c": "k1", "Subject": "u" },
        { "attributes": { "type": "Case" }, "Casebridge_Id__c": "k1", "Subject": "v" },
    ]});
    let done = org.patch("composite/sobjects/Case/Casebridge_Id__c", upsert).await.json();
    assert_eq!((done[0]["created"].clone(), done[1]["created"].clone()), (json!(true), json!(false)), "§2.4");
    let read = org.get(&format!("composite/sobjects/Case?ids={id},500Hs0000000zzz0AA&fields=Subject")).await.json();
    assert_eq!((read[0]["Subject"].clone(), read[1].clone()), (json!("b"), Json::Null), "§2.4: null for missing rows");
    let gone = org.delete(&format!("composite/sobjects?ids={id}&allOrNone=true")).await.json();
    assert_eq!(gone[0], json!({ "id": id, "success": true, "errors": [] }));
}

#[tokio::test]
async fn an_all_or_none_composite_overrides_its_collections() {
    let org = Org::stock().await;
    let case = org.case(json!({ "Subject": "before" })).await;
    let comment =
        |text: String| json!({ "attributes": { "type": "CaseComment" }, "ParentId": case, "CommentBody": text });
    let bundle = json!({ "allOrNone": true, "compositeRequest": [
        part("PATCH", &format!("sobjects/Case/{case}"), "seq", json!({ "Subject": "after" })),
        part("POST", "composite/sobjects", "all", json!({ "allOrNone": false, "records": [comment("1".to_owned()), comment("x".repeat(4001))] })),
    ]});
    let answer = org.post("composite", bundle).await;
    assert_eq!(org.count("CaseComment"), 0, "§2.4: {}", answer.text);
    assert_eq!(org.value("Case", &case, "Subject"), json!("before"), "§2.4: the case goes back too");
    assert_eq!(parts(&answer)[0]["httpStatusCode"], json!(400));
    let good = &parts(&answer)[1]["body"][0]["errors"][0]["statusCode"];
    assert_eq!(
        *good,
        json!("ALL_OR_NONE_OPERATION_ROLLED_BACK"),
        "§2.4: what the collection itself says is overridden"
    );
}

#[tokio::test]
async fn a_batch_may_halt_at_its_first_error() {
    let org = Org::stock().await;
    let batch = |halt: bool| {
        json!({ "haltOnError": halt, "batchRequests": [
            { "method": "POST", "url": "v66.0/sobjects/Case", "richInput": { "Foo": 1 } },
            { "method": "POST", "url": "v66.0/sobjects/Case", "richInput": { "Subject": "s" } },
        ]})
    };
    let halted = org.post("composite/batch", batch(true)).await.json();
    assert_eq!((halted["hasErrors"].clone(), halted["results"][1]["statusCode"].clone()), (json!(true), json!(412)));
    let gone_on = org.post("composite/batch", batch(false)).await.json();
    assert_eq!((gone_on["results"][1]["statusCode"].clone(), org.count("Case")), (json!(201), 1));
}
