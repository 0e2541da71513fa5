//! What a model that makes no mistake would answer: the record's value, and the line that says it.

use casebridge_domain::mapping::ColumnKind;
use serde_json::{Map, Value, json};

use super::slots::{Compare, Slot};
use super::truth::{Recorded, day, label, times};

/// A true answer.
pub struct Answer {
    /// The record's words.
    pub words: String,
    value: Value,
    line: usize,
    quote: String,
}

/// The true answers that the conversation says literally, in the order of the fields.
pub fn answers(one: &Recorded, slots: &[Slot]) -> Vec<Option<Answer>> {
    slots.iter().map(|slot| one.truths(slot).into_iter().find_map(|words| answer(one, slot, words))).collect()
}

fn answer(one: &Recorded, slot: &Slot, words: &str) -> Option<Answer> {
    let (line, quote) = one.lines.iter().enumerate().find_map(|(place, line)| {
        let start = line.text.to_lowercase().find(&words.to_lowercase())?;
        Some((place + 1, line.text.get(start..start + words.len())?.to_owned()))
    })?;
    let value = match slot.compare {
        Compare::Number => json!(words.trim_start_matches('$').replace(',', "").parse::<f64>().ok()?),
        Compare::Day => json!(day(words)?.to_string()),
        Compare::Time => json!(times(words).first()?),
        Compare::Text => json!(words),
        Compare::Label => {
            let value = label(slot, words)?;
            let (ColumnKind::Picklist { values, .. } | ColumnKind::Lookup { values, .. }) = &slot.question.kind else {
                return None;
            };
            json!(values.iter().find(|allowed| allowed.value == value)?.label)
        }
    };
    Some(Answer { words: words.to_owned(), value, line, quote })
}

/// The answers as a model writes them.
pub fn form(answers: &[Option<Answer>]) -> Value {
    let field = |answer: &Option<Answer>| match answer {
        Some(answer) => json!({
            "value": answer.value, "confidence": 95, "evidence": [{ "line": answer.line, "quote": answer.quote }],
        }),
        None => json!({ "value": null, "confidence": 0, "evidence": [] }),
    };
    let fields: Map<String, Value> =
        answers.iter().enumerate().map(|(place, answer)| (format!("f{}", place + 1), field(answer))).collect();
    json!({ "summary": null, "language": "en", "sentiment": null, "topic": null, "fields": fields })
}
