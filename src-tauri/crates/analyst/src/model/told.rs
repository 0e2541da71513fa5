//! Summary, language, mood and topic: of the model, unless the customer talks to it.

use serde_json::Value;

use crate::dialogue::Dialogue;
use crate::{Ask, tone};

/// What is told of the conversation as a whole.
pub(super) struct Told {
    pub(super) summary: Option<String>,
    pub(super) language: Option<String>,
    pub(super) sentiment: Option<String>,
    pub(super) topic: Option<String>,
}

/// The model's account; where the customer gives orders, sentences of the conversation without them, because nothing
/// of an account can be held against a quote.
pub(super) fn told(answer: &Value, ask: &Ask<'_>, dialogue: &Dialogue) -> Told {
    if dialogue.under_orders() {
        let language = tone::language(ask.lines);
        return Told {
            summary: tone::summary(dialogue),
            sentiment: tone::sentiment(dialogue, language.as_deref()),
            topic: tone::topic(dialogue),
            language,
        };
    }
    let text = |member: &str, longest: usize| -> Option<String> {
        let text: String =
            answer.get(member)?.as_str()?.trim().chars().filter(|c| !c.is_control()).take(longest).collect();
        (!text.is_empty()).then_some(text)
    };
    let tag = |tag: &String| {
        tag.split('-').enumerate().all(|(place, part)| {
            let fits = if place == 0 { 2..=3 } else { 1..=8 };
            fits.contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
        })
    };
    Told {
        summary: text("summary", 1000),
        language: text("language", 20).filter(tag),
        sentiment: text("sentiment", 10).filter(|mood| ["positive", "neutral", "negative"].contains(&mood.as_str())),
        topic: text("topic", 120),
    }
}
