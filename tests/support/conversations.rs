//! Conversations: the dozen that the project ships, and any number from a seed.

use std::path::Path;

use casebridge_domain::{EventKind, NewEvent, SessionKey, Speaker};
use serde_json::Value;

/// One thing that happens in a conversation.
#[derive(Debug, Clone)]
pub struct Line {
    /// Event id.
    pub id: String,
    /// What happens.
    pub kind: EventKind,
}

/// A conversation to be sent.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Its name at the source.
    pub key: SessionKey,
    /// What it is about.
    pub topic: Option<String>,
    /// What happens, in order.
    pub lines: Vec<Line>,
}

impl Conversation {
    /// The texts of its messages, in order.
    pub fn messages(&self) -> Vec<String> {
        self.lines
            .iter()
            .filter_map(|line| match &line.kind {
                EventKind::Message { text, .. } => Some(text.clone()),
                _ => None,
            })
            .collect()
    }

    /// Whether it is handed to a person.
    pub fn handed_off(&self) -> bool {
        self.lines.iter().any(|line| matches!(line.kind, EventKind::HandedOff { .. }))
    }

    /// Whether an event of its own resolves it.
    pub fn resolved(&self) -> bool {
        self.lines.iter().any(|line| matches!(line.kind, EventKind::Resolved { .. }))
    }

    /// Its events, as the API would take them.
    pub fn events(&self) -> Vec<NewEvent> {
        self.lines.iter().map(|line| NewEvent::new(line.id.clone(), None, line.kind.clone())).collect()
    }

    /// The same with a handoff after two thirds.
    #[must_use]
    pub fn with_handoff(mut self) -> Self {
        let kind = EventKind::HandedOff {
            reason: Some("asked for a person".into()),
            summary: Some(format!("summary of {}", self.key.external_id)),
            language: Some("en".into()),
            sentiment: Some("neutral".into()),
        };
        let place = (self.lines.len() * 2).div_ceil(3);
        self.lines.insert(place, Line { id: "handoff".into(), kind });
        self
    }
}

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The scenarios written for the project.
pub fn scenarios() -> Vec<Conversation> {
    let text = std::fs::read_to_string(root().join("docs/examples/conversations.jsonl")).unwrap();
    text.lines().map(|line| from_json(&serde_json::from_str(line).unwrap())).collect()
}

/// Reads the replay format.
pub fn from_json(value: &Value) -> Conversation {
    let mut lines = Vec::new();
    for (number, turn) in value["turns"].as_array().unwrap().iter().enumerate() {
        for (call, tool) in turn["tool_calls"].as_array().into_iter().flatten().enumerate() {
            let kind = EventKind::ToolCall {
                name: tool["name"].as_str().unwrap().into(),
                arguments: tool["arguments"].clone(),
                results: tool["results"].clone(),
            };
            lines.push(Line { id: format!("t{number}.c{call}"), kind });
        }
        let from = serde_json::from_value(turn["from"].clone()).unwrap();
        let author = turn["author"].as_str().map(str::to_owned);
        let kind = EventKind::Message { from, text: turn["text"].as_str().unwrap().into(), author };
        lines.push(Line { id: format!("t{number}"), kind });
    }
    Conversation {
        key: SessionKey { source: "replay".into(), external_id: value["id"].as_str().unwrap().into() },
        topic: value["topic"].as_str().map(str::to_owned),
        lines,
    }
}

/// Writes the messages in the replay format, one line.
pub fn to_json(conversation: &Conversation) -> String {
    let turns: Vec<Value> = conversation
        .lines
        .iter()
        .filter_map(|line| match &line.kind {
            EventKind::Message { from, text, .. } => Some(serde_json::json!({ "from": from, "text": text })),
            _ => None,
        })
        .collect();
    let line = serde_json::json!({ "id": conversation.key.external_id, "topic": conversation.topic, "turns": turns });
    format!("{line}\n")
}

/// A small generator that needs no crate, so that a seed means the same conversations for ever.
pub struct Dice(pub u64);

impl Dice {
    /// A number below `sides`.
    pub fn roll(&mut self, sides: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

/// `count` conversations from a seed: 2 to 14 messages, repeated short ones, odd characters, a third
/// handed off, a quarter resolved.
pub fn seeded(count: usize, seed: u64) -> Vec<Conversation> {
    const WORDS: [&str; 16] = [
        "order", "late", "refund", "ok", "thanks", "why?", "o'neil", "<b>", "&amp;", "50 %", "ünï", "☂", "please",
        "again", "invoice", "tomorrow",
    ];
    let mut dice = Dice(seed);
    (0..count)
        .map(|number| {
            let turns = 2 + dice.roll(13);
            let lines = (0..turns)
                .map(|turn| {
                    let words = 1 + dice.roll(9);
                    let text: Vec<&str> = (0..words).map(|_| WORDS[dice.roll(16) as usize]).collect();
                    let from = if turn % 2 == 0 { Speaker::Customer } else { Speaker::Ai };
                    Line {
                        id: format!("t{turn}"),
                        kind: EventKind::Message { from, text: text.join(" "), author: None },
                    }
                })
                .collect();
            let key = SessionKey { source: "seed".into(), external_id: format!("{seed}-{number}") };
            let mut conversation = Conversation { key, topic: None, lines };
            if dice.roll(3) == 0 {
                conversation = conversation.with_handoff();
            }
            if dice.roll(4) == 0 {
                conversation
                    .lines
                    .push(Line { id: "resolved".into(), kind: EventKind::Resolved { by: None, via: None } });
            }
            conversation
        })
        .collect()
}
