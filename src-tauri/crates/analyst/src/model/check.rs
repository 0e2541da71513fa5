//! Checks a model's answer: type, allowed values, evidence, and whether the evidence says what the value says.
//!
//! No rule here trusts the model, because the customer can talk to it.

use std::ops::Range;

use casebridge_domain::analysis::{Analysis, AnalystKind, Cost, Evidence, Found, Question};
use casebridge_domain::mapping::{Allowed, ColumnKind};
use serde_json::Value;

use super::coerce::coerced;
use super::form::name;
use super::told::told;
use crate::Ask;
use crate::dialogue::{Dialogue, Said};
use crate::mask::BLOT;
use crate::orders::WORTH_UNDER_ORDERS;
use crate::read::day::{Tense, days_in};
use crate::read::label::Labels;
use crate::read::number::{money_in, numbers_in};
use crate::read::time::times_in;
use crate::read::{Reading, contact};
use crate::text::{sentences, words};

/// Most that a value is worth which its evidence does not say in so many words.
const INFERRED: u8 = 80;
/// The same where somebody in the conversation gives the machine orders.
const INFERRED_UNDER_ORDERS: u8 = 40;
/// What is said of it.
const ORDERS: &str = "the customer gives the machine orders in this conversation: look before you take it";
/// A number, day or time that the quoted words do not say.
const CONTRADICTED: u8 = 40;
/// What only the AI said, and the customer did not agree to.
const UNCONFIRMED: u8 = 50;

/// An answer that is no answer to the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the model's answer is not the JSON that was asked for")]
pub struct Unreadable;

/// Reads a model's answer, and believes of it what stands up.
///
/// # Errors
/// [`Unreadable`] when it is no JSON object with the form's fields.
pub fn checked(ask: &Ask<'_>, answer: &str, model: &str, cost: Cost) -> Result<Analysis, Unreadable> {
    let answer: Value = serde_json::from_str(bare(answer)).map_err(|_| Unreadable)?;
    let fields = answer.get("fields").and_then(Value::as_object).ok_or(Unreadable)?;
    let dialogue = Dialogue::of(ask.lines, ask.time_zone);
    let under_orders = dialogue.under_orders();
    let checker = Checker { ask, dialogue, under_orders };
    let found = ask.questions.iter().enumerate();
    let found = found.map(|(place, question)| checker.field(question, fields.get(&name(place)))).collect();
    let told = told(&answer, ask, &checker.dialogue);
    Ok(Analysis {
        by: AnalystKind::Provider,
        model: Some(model.to_owned()),
        summary: told.summary,
        language: told.language,
        sentiment: told.sentiment,
        topic: told.topic,
        found,
        cost,
    })
}

/// Some servers put a fence of three backticks around JSON.
fn bare(answer: &str) -> &str {
    let answer = answer.trim();
    let inner = answer.strip_prefix("```json").or_else(|| answer.strip_prefix("```"));
    inner.and_then(|inner| inner.trim().strip_suffix("```")).unwrap_or(answer)
}

struct Checker<'a> {
    ask: &'a Ask<'a>,
    dialogue: Dialogue,
    under_orders: bool,
}

impl Checker<'_> {
    fn field(&self, question: &Question, answer: Option<&Value>) -> Found {
        let blank = |note: &str| Found {
            id: question.id,
            value: None,
            confidence: 0,
            evidence: Vec::new(),
            note: Some(note.to_owned()),
        };
        let Some(answer) = answer.and_then(Value::as_object) else {
            return blank("the model did not answer this");
        };
        let said = match answer.get("value") {
            None | Some(Value::Null) => return blank("the conversation does not say"),
            Some(said) => said,
        };
        let value = match coerced(&question.kind, said, self.ask.time_zone) {
            Ok(value) => value,
            Err(refused) => return blank(refused.note()),
        };
        let places: Vec<(usize, Range<usize>)> = answer
            .get("evidence")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|one| self.place(one))
            .collect();
        if places.is_empty() {
            return blank("the words that the model gave as evidence do not stand in the conversation");
        }
        let (heard, orders): (Vec<_>, Vec<_>) =
            places.into_iter().partition(|(line, _)| !self.dialogue.lines[*line].orders);
        if heard.is_empty() && !orders.is_empty() {
            return blank("only an order to fill the field speaks for it, and that is no evidence");
        }
        let stated = answer.get("confidence").and_then(Value::as_u64).unwrap_or(0).min(100);
        let stated = u8::try_from(stated).unwrap_or(100);
        let (most, note) = self.worth(question, &value, &heard);
        let evidence: Vec<Evidence> =
            heard.iter().map(|(line, at)| self.dialogue.evidence(*line, at, self.ask.lines)).collect();
        Found {
            id: question.id,
            value: Some(value),
            confidence: stated.min(most),
            evidence,
            note: note.map(str::to_owned),
        }
    }

    /// Where a quote stands: in the line that is named, else in the only one that has it.
    fn place(&self, evidence: &Value) -> Option<(usize, Range<usize>)> {
        let quote = evidence.get("quote")?.as_str()?.trim();
        if quote.is_empty() || quote.contains(BLOT) {
            return None;
        }
        let within = |line: &Said| line.text.find(quote).map(|start| start..start + quote.len());
        let named =
            evidence.get("line").and_then(Value::as_u64).and_then(|no| usize::try_from(no).ok()?.checked_sub(1));
        if let Some((place, at)) = named.and_then(|place| Some((place, within(self.dialogue.lines.get(place)?)?))) {
            return Some((place, at));
        }
        let mut others =
            self.dialogue.lines.iter().enumerate().filter_map(|(place, line)| Some((place, within(line)?)));
        match (others.next(), others.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        }
    }

    /// The most that a value can be worth on this evidence, and why it is not more.
    fn worth(&self, question: &Question, value: &Value, heard: &[(usize, Range<usize>)]) -> (u8, Option<&'static str>) {
        let confirmed: Vec<_> = heard
            .iter()
            .filter(|(line, _)| {
                let said = &self.dialogue.lines[*line];
                said.customer || said.person || said.agreed
            })
            .cloned()
            .collect();
        if self.say(question, value, &confirmed) {
            return if self.under_orders { (WORTH_UNDER_ORDERS, Some(ORDERS)) } else { (100, None) };
        }
        // A line of the customer's beside it does not make it theirs.
        if confirmed.is_empty() || self.say(question, value, heard) {
            return (UNCONFIRMED, Some("only the AI said so, and the customer did not confirm it"));
        }
        match question.kind {
            ColumnKind::Text { .. }
            | ColumnKind::Picklist { .. }
            | ColumnKind::MultiPicklist { .. }
            | ColumnKind::Lookup { .. }
            | ColumnKind::Boolean => {
                if self.under_orders {
                    (INFERRED_UNDER_ORDERS, Some(ORDERS))
                } else {
                    (INFERRED, Some("it was concluded, not said in these words"))
                }
            }
            _ => (CONTRADICTED, Some("the quoted words do not say this value")),
        }
    }

    /// Whether quotes say the value: one of them all of it, or of a moment one the day and one the time.
    fn say(&self, question: &Question, value: &Value, quotes: &[(usize, Range<usize>)]) -> bool {
        if question.kind != ColumnKind::DateTime {
            return quotes.iter().any(|(line, at)| self.says(question, value, *line, at));
        }
        let Some(moment) = value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok()) else { return false };
        let local = moment.to_zoned(self.ask.time_zone.clone());
        let (day, time) = (Value::from(local.date().to_string()), Value::from(local.time().to_string()));
        let any = |says: &dyn Fn(&Said, &str) -> bool| {
            quotes.iter().any(|(line, at)| {
                let said = &self.dialogue.lines[*line];
                says(said, &said.text[at.clone()])
            })
        };
        any(&|said, quote| says_day(quote, said, &day)) && any(&|_, quote| equals(&times_in(quote), &time))
    }

    /// Whether quoted words say the value by themselves.
    fn says(&self, question: &Question, value: &Value, line: usize, at: &Range<usize>) -> bool {
        let said = &self.dialogue.lines[line];
        let quote = &said.text[at.clone()];
        match &question.kind {
            ColumnKind::Integer | ColumnKind::Decimal { .. } | ColumnKind::Money { .. } => {
                equals(&money_in(quote), value)
                    || sentences(quote).iter().any(|one| equals(&numbers_in(quote, one, &[]), value))
            }
            ColumnKind::Date => says_day(quote, said, value),
            ColumnKind::Time => equals(&times_in(quote), value),
            ColumnKind::Text { .. } => value.as_str().is_some_and(|text| contains(quote, text)),
            ColumnKind::Lookup { values, .. } if values.is_empty() => {
                value.as_str().is_some_and(|name| contains(quote, name))
            }
            ColumnKind::Picklist { .. } | ColumnKind::Lookup { .. } => {
                value.as_str().is_some_and(|value| names(question, value, quote))
            }
            ColumnKind::MultiPicklist { .. } => value
                .as_array()
                .is_some_and(|all| all.iter().all(|one| one.as_str().is_some_and(|one| names(question, one, quote)))),
            // A moment may be said in two places; see `say`.
            ColumnKind::DateTime | ColumnKind::Boolean | ColumnKind::Other { .. } => false,
        }
    }
}

/// Whether one of the readings is the value, or may be.
fn equals(readings: &[Reading], value: &Value) -> bool {
    readings.iter().any(|one| one.value == *value || one.or.as_ref() == Some(value))
}

/// Whether a quote names the day, ahead of its line or behind it.
fn says_day(quote: &str, said: &Said, day: &Value) -> bool {
    [Tense::Ahead, Tense::Past].iter().any(|tense| equals(&days_in(quote, said.day, *tense), day))
}

/// Whether a quote has the text, spaces and letter case aside; a phone number may be grouped otherwise.
fn contains(quote: &str, text: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    plain(quote).contains(&plain(text))
        || contact::phones_in(quote).iter().any(|one| one.value.as_str().map(digits) == Some(digits(text)))
}

/// Whether a quote names an allowed value by its label or one of its words.
fn names(question: &Question, value: &str, quote: &str) -> bool {
    let values = question.kind.allowed().unwrap_or_default();
    let own: Vec<Allowed> = values.iter().filter(|one| one.value == value).cloned().collect();
    !Labels::new(&own, &question.synonyms).find_in(quote, &words(quote)).is_empty()
}
