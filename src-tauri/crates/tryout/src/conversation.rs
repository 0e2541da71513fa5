//! Recorded conversations.

use anyhow::Context as _;
use casebridge_domain::{EventKind, NewEvent, SessionKey};
use casebridge_engine::{Engine, NewSession};
use serde::Deserialize;
use serde_json::{Value, json};

/// A recorded conversation, one line of a file in the replay format.
#[derive(Debug, Deserialize)]
pub struct Conversation {
    /// Its id at the source.
    pub id: String,
    /// Channel name.
    #[serde(default)]
    pub channel: Option<String>,
    /// What it is about.
    #[serde(default)]
    pub topic: Option<String>,
    /// The customer, as the sessions API takes it.
    #[serde(default)]
    pub contact: Option<Value>,
    /// What was said, in order.
    pub turns: Vec<Turn>,
    /// Whether it was resolved at the end.
    #[serde(default)]
    pub resolved: bool,
}

/// One message, with what the AI did before it.
#[derive(Debug, Deserialize)]
pub struct Turn {
    /// `customer`, `ai` or `agent`.
    pub from: String,
    /// The whole text.
    pub text: String,
    /// Display name.
    #[serde(default)]
    pub author: Option<String>,
    /// Tools that the AI used before it.
    #[serde(default)]
    pub tool_calls: Vec<ToolCall>,
}

/// A tool that the AI used.
#[derive(Debug, Deserialize)]
pub struct ToolCall {
    /// Tool name.
    pub name: String,
    /// What it was called with.
    #[serde(default)]
    pub arguments: Value,
    /// What it answered.
    #[serde(default)]
    pub results: Value,
}

impl Conversation {
    /// What a handoff of it says for whoever takes over.
    #[must_use]
    pub fn summary(&self) -> String {
        let first = self.turns.iter().find(|turn| turn.from == "customer").map_or("", |turn| &turn.text);
        format!("The customer began with: {first}")
    }
}

/// Puts a recorded conversation into an engine in this process; twice is once.
pub async fn play_into(engine: &Engine, source: &str, line: &str, handed_off: bool) -> anyhow::Result<()> {
    let conversation: Conversation = serde_json::from_str(line).context("this is no conversation")?;
    let new = NewSession {
        tags: Vec::new(),
        key: SessionKey { source: source.into(), external_id: conversation.id.clone() },
        channel: conversation.channel.clone().unwrap_or_else(|| "web".into()),
        topic: conversation.topic.clone(),
        contact: match &conversation.contact {
            Some(contact) => serde_json::from_value(contact.clone()).context("the contact is not readable")?,
            None => casebridge_domain::Contact::default(),
        },
    };
    let (session, _) = engine.ensure_session(new).await?;
    let mut events: Vec<(String, Value)> = Vec::new();
    for (number, turn) in conversation.turns.iter().enumerate() {
        if handed_off && number == conversation.turns.len() * 2 / 3 {
            let handoff = json!({ "kind": "handed_off", "reason": "asked for a person",
                "summary": conversation.summary(), "language": "en" });
            events.push(("handoff".into(), handoff));
        }
        for (call, tool) in turn.tool_calls.iter().enumerate() {
            let event = json!({ "kind": "tool_call", "name": tool.name, "arguments": tool.arguments,
                "results": tool.results });
            events.push((format!("t{number}.c{call}"), event));
        }
        let mut message = json!({ "kind": "message", "from": turn.from, "text": turn.text });
        if let Some(author) = &turn.author {
            message["author"] = json!(author);
        }
        events.push((format!("t{number}"), message));
    }
    if conversation.resolved {
        events.push(("resolved".into(), json!({ "kind": "resolved" })));
    }
    let events: Result<Vec<NewEvent>, serde_json::Error> = events
        .into_iter()
        .map(|(id, event)| Ok(NewEvent::new(id, None, serde_json::from_value::<EventKind>(event)?)))
        .collect();
    engine.append(session.id, events.context("an event is not readable")?).await?;
    Ok(())
}
