//! Examples of the document. A test sends every one of them.

use serde_json::{Value, json};
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{OpenApi, RefOr};

/// Puts the examples into the document.
pub(super) fn add(document: &mut OpenApi) {
    let post = |document: &mut OpenApi, path: &str, examples: Vec<(&str, Value)>| {
        if let Some(operation) = document.paths.paths.get_mut(path).and_then(|item| item.post.as_mut()) {
            put(operation, examples);
        }
    };
    post(document, "/v1/sessions", session_examples());
    post(document, "/v1/sessions/{id}/events", event_examples());
}

fn put(operation: &mut Operation, examples: Vec<(&str, Value)>) {
    let Some(RefOr::T(body)) = operation.request_body.as_mut() else { return };
    if let Some(RefOr::T(content)) = body.content.get_mut("application/json") {
        let examples = examples
            .into_iter()
            .map(|(name, value)| (name.to_owned(), RefOr::T(ExampleBuilder::new().value(Some(value)).build())));
        content.examples = examples.collect();
    }
}

fn session_examples() -> Vec<(&'static str, Value)> {
    vec![
        (
            "signed in",
            json!({"source": "livechat", "external_id": "c-1001", "channel": "web", "topic": "Missing charger",
                "contact": {"name": "Ada Park", "email": {"value": "ada@example.com", "verified": true},
                    "phone": "+1 202 555 0100"}}),
        ),
        ("anonymous", json!({"source": "livechat", "external_id": "c-1002", "channel": "web"})),
    ]
}

fn event_examples() -> Vec<(&'static str, Value)> {
    vec![
        (
            "message",
            json!({"id": "m-1", "at": "2026-03-02T09:15:00Z", "kind": "message", "from": "customer",
                "text": "My order came without the charger", "author": "Ada Park"}),
        ),
        (
            "attachment_added",
            json!({"id": "f-1", "kind": "attachment_added", "from": "customer", "attachment": {"name": "box.jpg",
                "media_type": "image/jpeg", "size": 48213, "url": "https://files.example.com/box.jpg"}}),
        ),
        ("reasoning", json!({"id": "r-1", "kind": "reasoning", "text": "The order number is known: look it up"})),
        (
            "tool_call",
            json!({"id": "t-1", "kind": "tool_call", "name": "find_order", "arguments": {"number": "4711"},
                "results": {"state": "delivered"}}),
        ),
        (
            "handed_off",
            json!({"id": "h-1", "kind": "handed_off", "reason": "asked for a person",
                "summary": "Order 4711 came without the charger", "language": "en", "sentiment": "negative"}),
        ),
        ("taken_over", json!({"id": "o-1", "kind": "taken_over", "by": "Grace Lee"})),
        ("given_back", json!({"id": "g-1", "kind": "given_back", "by": "Grace Lee"})),
        ("assigned", json!({"id": "a-1", "kind": "assigned", "to": "Grace Lee", "by": "Sam Ortiz"})),
        ("field_values", json!({"id": "v-1", "kind": "field_values", "values": {"order": "4711", "items": 2}})),
        ("resolved", json!({"id": "e-1", "kind": "resolved", "by": "Grace Lee"})),
        ("reopened", json!({"id": "e-2", "kind": "reopened", "by": "customer"})),
        (
            "batch",
            json!({"events": [
                {"id": "m-2", "kind": "message", "from": "ai", "text": "I will look into it"},
                {"id": "m-3", "kind": "message", "from": "customer", "text": "Thank you"}]}),
        ),
    ]
}
