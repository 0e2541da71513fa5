//! Whatever the world sends: the reader of webhook calls does not panic, and takes only what is right.

use casebridge_gateway::read_webhook_call;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const EVENTS: [&str; 3] = ["new_activity", "case_closed", "case_updated"];

/// Any JSON, not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        Just(json!("new_activity")),
        Just(json!("8ecab4a1-0ca3-4515-9399-efe0a19390bd")),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((".{0,12}", inner), 0..6).prop_map(|list| Value::Object(Map::from_iter(list))),
        ]
    })
}

/// Names near and far, and values of all kinds, as pairs: a name may come twice.
fn members() -> impl Strategy<Value = Vec<(String, Value)>> {
    let name = prop_oneof![
        4 => Just("event_type".to_owned()),
        4 => Just("caseId".to_owned()),
        2 => Just("recordId".to_owned()),
        1 => Just("CaseId".to_owned()),
        1 => ".{0,80}",
    ];
    let value = prop_oneof![
        3 => prop::sample::select(EVENTS.to_vec()).prop_map(Value::from),
        3 => any::<u128>().prop_map(|id| json!(uuid::Uuid::from_u128(id))),
        1 => any::<u128>().prop_map(|id| json!(uuid::Uuid::from_u128(id).braced().to_string().to_uppercase())),
        2 => any_json(),
    ];
    prop::collection::vec((name, value), 0..5)
}

fn written(members: &[(String, Value)]) -> String {
    let members: Vec<String> = members.iter().map(|(name, value)| format!("{}:{value}", json!(name))).collect();
    format!("{{{}}}", members.join(","))
}

fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|text| uuid::Uuid::try_parse(text.trim()).is_ok())
}

/// What a right call is, said a second time and by other means.
fn is_right(members: &[(String, Value)]) -> bool {
    let count = |name: &str| members.iter().filter(|(given, _)| given == name).count();
    let good = |(name, value): &(String, Value)| match name.as_str() {
        "event_type" => value.as_str().is_some_and(|text| EVENTS.contains(&text)),
        "caseId" => is_id(value),
        "recordId" => value.is_null() || is_id(value) || value.as_str().is_some_and(|text| text.trim().is_empty()),
        _ => false,
    };
    count("event_type") == 1 && count("caseId") == 1 && count("recordId") <= 1 && members.iter().all(good)
}

fn refusal_is_short(body: &[u8]) -> Result<(), TestCaseError> {
    if let Err((status, detail)) = read_webhook_call(body) {
        prop_assert_eq!(status, 400);
        prop_assert!(!detail.is_empty() && detail.chars().count() < 220, "it repeats too much: {}", detail);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_break_the_reader(body in prop::collection::vec(any::<u8>(), 0..600)) {
        refusal_is_short(&body)?;
    }

    #[test]
    fn any_json_is_read_or_refused(value in any_json()) {
        refusal_is_short(value.to_string().as_bytes())?;
    }

    #[test]
    fn only_what_is_right_is_taken(members in members()) {
        let body = written(&members);
        let read = read_webhook_call(body.as_bytes());
        prop_assert_eq!(read.is_ok(), is_right(&members), "{}", body);
        if let Ok(call) = read {
            let text = |name: &str| {
                members.iter().find(|(given, _)| given == name).and_then(|(_, value)| value.as_str()).unwrap_or_default()
            };
            prop_assert_eq!(call.event_type.as_str(), text("event_type"));
            prop_assert_eq!(Ok(call.case), uuid::Uuid::try_parse(text("caseId").trim()));
        }
    }

    #[test]
    fn a_right_call_with_some_bytes_changed_does_not_break_it(
        members in members(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut body = written(&members).into_bytes();
        for (place, byte) in changes {
            let place = place.index(body.len());
            body[place] = byte;
        }
        refusal_is_short(&body)?;
        body.truncate(cut.index(body.len()));
        refusal_is_short(&body)?;
    }
}
