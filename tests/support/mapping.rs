//! Mapped columns of a journey: saved, spoken of, and what the trace tells of them.

use std::collections::BTreeMap;

use casebridge_domain::mapping::{Mapping, Overwrite, Source, Unsure};
use casebridge_domain::{EventKind, NewEvent, SessionId, Speaker};
use casebridge_engine::mappings::Saved;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::Conversation;
use crate::world::{Side, World};

/// A value that is always the same.
pub fn value(value: Value) -> Source {
    Source::Static { value }
}

/// Mappings of these columns, as the CRM has them.
pub async fn mappings(side: &Side, sources: &[(&str, Source)]) -> Vec<Mapping> {
    let columns = side.engine.columns(&side.connection.name, false).await.unwrap().columns;
    let mapping = |(at, (name, source)): (usize, &(&str, Source))| {
        let column = columns.iter().find(|column| column.name == *name);
        let column = column.unwrap_or_else(|| panic!("{name} is a column of the stand-in"));
        Mapping {
            id: Uuid::from_u128(at as u128 + 1),
            column: column.name.clone(),
            title: column.title.clone(),
            kind: column.kind.clone(),
            instruction: String::new(),
            enabled: true,
            unlocked: false,
            source: source.clone(),
            fallback: None,
            threshold: 70,
            unsure: Unsure::Suggest,
            overwrite: Overwrite::KeepEdited,
            synonyms: BTreeMap::new(),
        }
    };
    sources.iter().enumerate().map(mapping).collect()
}

/// Saves mappings as the next version.
pub async fn save(side: &Side, mappings: Vec<Mapping>) {
    let name = &side.connection.name;
    let based_on = side.engine.mappings(name).await.unwrap().set.version;
    match side.engine.save_mappings(name, based_on, mappings, "test").await.unwrap() {
        Saved::Set(_) => {}
        Saved::Problems(problems) => panic!("the mappings are good: {problems:?}"),
    }
}

/// Maps these columns.
pub async fn map(side: &Side, sources: &[(&str, Source)]) {
    save(side, mappings(side, sources).await).await;
}

/// A handoff of which the source says nothing.
pub fn handed_off() -> EventKind {
    EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None }
}

/// A customer's words, what the source knows (`given`, by column), and then the handoff.
pub async fn hand_off_with(side: &Side, conversation: &Conversation, given: Value) -> SessionId {
    let id = side.session(conversation).await;
    let Value::Object(values) = given else { panic!("an object of values") };
    let mut kinds =
        vec![EventKind::Message { from: Speaker::Customer, text: "My order 4711 is late".into(), author: None }];
    kinds.extend((!values.is_empty()).then_some(EventKind::FieldValues { values }));
    kinds.push(handed_off());
    let events = kinds.into_iter().enumerate().map(|(at, kind)| NewEvent::new(format!("e{at}"), None, kind));
    side.engine.append(id, events.collect()).await.unwrap();
    id
}

/// The same where the source knows nothing.
pub async fn hand_off(side: &Side, conversation: &Conversation) -> SessionId {
    hand_off_with(side, conversation, json!({})).await
}

/// What the trace says of the fields, newest pass last.
pub async fn told(side: &Side, session: SessionId) -> String {
    let trace = side.engine.trace(session).await.unwrap();
    let steps = trace.timeline.into_iter().filter(|entry| entry.what == "fields");
    steps.map(|entry| entry.summary).collect::<Vec<_>>().join("\n")
}

/// The one case of a conversation in the stand-in Creatio.
pub fn creatio_case(world: &World, conversation: &Conversation) -> Map<String, Value> {
    let name = conversation.key.path();
    let name = if name.len() <= 50 { name } else { conversation.key.session_id().to_string() };
    let mut rows = world.crm().records("Case").into_iter().filter(|row| row["UsrSessionId"] == json!(name));
    let row = rows.next().expect("the case is made, whatever becomes of its fields");
    assert!(rows.next().is_none(), "the case is made once");
    row
}

/// Whether a CRM shows nothing in a column, in its own way.
pub fn is_empty(row: &Map<String, Value>, column: &str) -> bool {
    let nothing =
        [json!(null), json!(""), json!(0), json!(false), json!(Uuid::nil().to_string()), json!("0001-01-01T00:00:00Z")];
    row.get(column).is_none_or(|value| nothing.contains(value))
}
