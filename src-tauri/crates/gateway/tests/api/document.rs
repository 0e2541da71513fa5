//! The OpenAPI document says what is true.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};
use casebridge_store::Replies as _;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::support::Gateway;

async fn document(gateway: &Gateway) -> Value {
    let answer = gateway.send(Request::get("/v1/openapi.json").body(Body::empty()).expect("a request")).await;
    assert_eq!(answer.status, 200, "it is served without a key");
    answer.json()
}

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| -> Vec<_> {
        let item = item.as_object().expect("operations").clone();
        item.into_iter().map(|(method, operation)| (method, path.clone(), operation)).collect()
    };
    paths.iter().flat_map(of_path).collect()
}

#[tokio::test]
async fn it_lists_every_route_and_no_other() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let reply = gateway.person_says("livechat", "c1", 1, "We are on it.").await;
    gateway.store.offer_due(Timestamp::now()).await.expect("it is offered");
    let document = document(&gateway).await;
    let listed: BTreeSet<String> = operations(&document).iter().map(|(m, path, _)| format!("{m} {path}")).collect();
    let routes = [
        "get /healthz",
        "get /v1/openapi.json",
        "get /v1/sessions",
        "post /v1/sessions",
        "get /v1/sessions/{id}",
        "get /v1/sessions/{id}/events",
        "post /v1/sessions/{id}/events",
        "post /v1/sessions/{id}/handoff",
        "post /v1/sessions/{id}/resolve",
        "post /v1/sessions/{id}/reopen",
        "get /v1/replies",
        "get /v1/replies/stream",
        "post /v1/replies/{id}/taken",
    ];
    assert_eq!(listed, routes.map(str::to_owned).into(), "a route that is not listed is one that nobody finds");
    for (method, path, operation) in operations(&document) {
        let path = path.replace("/v1/sessions/{id}", &session).replace("{id}", &reply.to_string());
        // A stream has no end to wait for; a refused one is served too.
        let path = path.replace("/stream", "/stream?last=1");
        let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
        let status = gateway.send(gateway.request(method.clone(), &path).body(Body::empty()).unwrap()).await.status;
        assert!(status != 404 && status != 405, "{method} {path} is listed but not served: {status}");
        assert!(operation["summary"].is_string() || operation["description"].is_string(), "{path} says nothing");
    }
}

#[tokio::test]
async fn it_says_what_needs_a_key_and_how_things_are_refused() {
    let gateway = Gateway::start().await;
    let document = document(&gateway).await;
    assert_eq!(document["components"]["securitySchemes"]["key"]["scheme"], "bearer", "there is one way to sign in");
    assert!(document["security"][0].get("key").is_some(), "a key is needed unless an operation says otherwise");
    for (method, path, operation) in operations(&document) {
        let anonymous = Request::builder().method(method.to_uppercase().as_str()).uri(path.replace("{id}", "ses_0"));
        let status = gateway.send(anonymous.body(Body::empty()).unwrap()).await.status;
        let is_open =
            operation["security"].as_array().is_some_and(|list| list.iter().any(|s| s == &Value::Object(Map::new())));
        assert_eq!(status != 401, is_open, "{method} {path} is documented as open: {is_open}, but answers {status}");
        if is_open {
            continue;
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            if status.starts_with('2') {
                let media_type = if path.ends_with("/stream") { "text/event-stream" } else { "application/json" };
                assert!(response["content"][media_type]["schema"].is_object(), "{method} {path} {status}");
                continue;
            }
            let schema = &response["content"]["application/problem+json"]["schema"];
            assert_eq!(schema["$ref"], "#/components/schemas/Problem", "{method} {path} {status} has the one form");
        }
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    found.insert(target.clone());
                }
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let gateway = Gateway::start().await;
    let document = document(&gateway).await;
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 5, "the document has types of its own: {found:?}");
    for target in found {
        let pointer = target.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{target} is named but not there");
    }
}

#[tokio::test]
async fn its_examples_work() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let document = document(&gateway).await;
    let mut sent = 0;
    for (method, path, operation) in operations(&document) {
        let content = &operation["requestBody"]["content"]["application/json"];
        let many = content["examples"].as_object().cloned().unwrap_or_default();
        let examples = many.values().map(|example| &example["value"]).chain(content.get("example"));
        for example in examples {
            let answer = gateway.post(&path.replace("/v1/sessions/{id}", &session), example).await;
            assert_eq!(answer.status, 201, "{method} {path}: the example {example} is refused: {}", answer.text);
            sent += 1;
        }
    }
    assert!(sent >= 17, "an example for each kind of event, a batch, two sessions and three shortcuts; found {sent}");
}

/// What only the engine writes: the log shows it, nobody may send it.
const ENGINE_ONLY: [&str; 5] = ["crm_message", "agent_reply", "case_changed", "analysed", "suggestion_decided"];

/// The variants of the type `EventKind` that can be sent, with the example for each.
fn kinds(document: &Value) -> Vec<(String, Value, Value)> {
    let examples = &document["paths"]["/v1/sessions/{id}/events"]["post"]["requestBody"]["content"]["application/json"]
        ["examples"];
    let variants = document["components"]["schemas"]["EventKind"]["oneOf"].as_array().expect("variants");
    let variant = |schema: &Value| {
        let kind = schema["properties"]["kind"]["enum"][0].as_str().expect("each variant fixes `kind`").to_owned();
        let example = examples[&kind]["value"].clone();
        assert!(example.is_object(), "there is no example for `{kind}`");
        (kind, schema.clone(), example)
    };
    let is_ours = |schema: &&Value| {
        schema["properties"]["kind"]["enum"][0].as_str().is_some_and(|kind| ENGINE_ONLY.contains(&kind))
    };
    assert_eq!(
        variants.iter().filter(is_ours).count(),
        ENGINE_ONLY.len(),
        "the log shows them, so they are documented"
    );
    variants.iter().filter(|schema| !is_ours(schema)).map(variant).collect()
}

#[tokio::test]
async fn each_documented_kind_is_read_as_documented() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let events = format!("{session}/events");
    let document = document(&gateway).await;
    let kinds = kinds(&document);
    assert_eq!(kinds.len(), 11, "all kinds that can be sent are documented");
    for (kind, schema, example) in kinds {
        let properties: BTreeSet<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let required: BTreeSet<&str> =
            schema["required"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for member in example.as_object().unwrap().keys() {
            let is_general = member == "id" || member == "at";
            assert!(is_general || properties.contains(member.as_str()), "`{kind}` has no documented `{member}`");
        }
        for member in &required {
            let mut body = example.clone();
            body.as_object_mut().unwrap().shift_remove(*member);
            let why = format!("`{member}` of `{kind}` is documented as required");
            gateway.post(&events, &body).await.names(422, member, &why);
        }
        let mut least = example.clone();
        least.as_object_mut().unwrap().retain(|member, _| member == "id" || required.contains(member.as_str()));
        let answer = gateway.post(&events, &least).await;
        assert_eq!(answer.status, 201, "what is required of `{kind}` is enough: {}", answer.text);
        let mut most = example.clone();
        most["id"] = format!("most-{kind}").into();
        let answer = gateway.post(&events, &most).await;
        assert_eq!(answer.status, 201, "all documented members of `{kind}` are taken: {}", answer.text);
        let last = gateway.log(&session).await.pop().unwrap();
        for (member, value) in most.as_object().unwrap().iter().filter(|(member, _)| *member != "at") {
            assert_eq!(&last[member], value, "`{member}` of `{kind}` comes back as it was");
        }
        most["surprise"] = true.into();
        gateway.post(&events, &most).await.names(422, "surprise", "and no other");
    }
}

#[tokio::test]
async fn what_only_the_engine_writes_is_refused_from_anybody_else() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let events = format!("{session}/events");
    let id = "00000000-0000-0000-0000-000000000001";
    let connection = format!("con_{}", "0".repeat(32));
    let reply = format!("rep_{}", "0".repeat(32));
    let crm_message = json!({"id": "x", "kind": "crm_message", "from": "agent", "text": "t", "connection": connection,
        "case": id, "record": {"kind": "activity", "id": id}, "reply_id": reply, "sent_by_crm": false});
    let case_changed = json!({"id": "x", "kind": "case_changed", "connection": connection, "case": id, "changes": []});
    let agent_reply = json!({"id": "x", "kind": "agent_reply", "text": "t", "author": "Mary", "reply_id": reply});
    let analysed = json!({"id": "x", "kind": "analysed", "connection": connection, "handoff": 1, "version": 1});
    let decided =
        json!({"id": "x", "kind": "suggestion_decided", "connection": connection, "mapping": id, "by": "Mary"});
    for body in [crm_message, agent_reply, case_changed, analysed, decided] {
        gateway.post(&events, &body).await.names(422, "kind", "words may not be put into the CRM's mouth");
        let batch = json!({"events": [{"id": "y", "kind": "reopened"}, body]});
        gateway.post(&events, &batch).await.names(422, "events[1].kind", "nor in the middle of a batch");
    }
    for kind in ["resolved", "reopened"] {
        let body = json!({"id": "x", "kind": kind, "via": connection});
        gateway.post(&events, &body).await.names(422, "via", "only the engine knows that a case did it");
    }
    let body = json!({"id": "x", "kind": "reasoning", "text": "t", "reply_id": reply});
    gateway.post(&events, &body).await.names(422, "reply_id", "an echo is a message");
    for bad in [json!("rep_1"), json!(1), json!(""), json!({})] {
        let body = json!({"id": "x", "kind": "message", "from": "agent", "text": "t", "reply_id": bad});
        gateway.post(&events, &body).await.names(422, "reply_id", "an id of another form is none");
    }
    assert_eq!(gateway.log(&session).await.len(), 0, "nothing of it may stand");
    let body = json!({"id": "x", "kind": "message", "from": "agent", "text": "t", "reply_id": null});
    assert_eq!(gateway.post(&events, &body).await.status, 201, "null is how many languages say `not given`");
}
