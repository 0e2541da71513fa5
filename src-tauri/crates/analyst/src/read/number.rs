//! Numbers and amounts of money.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Number, Value};
use text2num::{Language, text2digits};

use super::{Reading, pattern, without_overlaps};
use crate::text::Sentence;

static MONEY: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    let digits = r"(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d+(?:[.,]\d{1,2})?)";
    [
        pattern(&format!(r"(?P<sign>[$€£]|\b(?:usd|eur|gbp)\s?)\s?{digits}(?P<k>k\b)?")),
        pattern(&format!(r"\b{digits}(?P<k>k)?\s?(?:€|dollars?\b|bucks\b|usd\b|euros?\b|eur\b|pounds\b|gbp\b)")),
    ]
});
static DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\d{1,3}(?:,\d{3})+(?:\.\d+)?\b|\b\d+(?:\.\d+)?\b"));
static ENGLISH: LazyLock<Language> = LazyLock::new(Language::english);

/// Amounts with a currency.
pub(crate) fn money_in(text: &str) -> Vec<Reading> {
    let mut readings = Vec::new();
    for form in MONEY.iter() {
        for found in form.captures_iter(text) {
            let at = found.get(0).map(|whole| whole.range()).unwrap_or_default();
            let said = &found["n"];
            // `1,50` is one and a half; `1,500` is fifteen hundred.
            let cents = said.rsplit_once(',').is_some_and(|(_, after)| after.len() < 3);
            let plain = if cents { said.replace(',', ".") } else { said.replace(',', "") };
            // `$1.500`, or digits that go on: not ours to tell.
            let goes_on = text[at.end..].starts_with(|next: char| next.is_ascii_digit())
                || text[at.end..].starts_with(['.', ','])
                    && text[at.end + 1..].starts_with(|next: char| next.is_ascii_digit());
            if let (Ok(amount), false) = (plain.parse::<f64>(), goes_on) {
                let amount = if found.name("k").is_some() { amount * 1000.0 } else { amount };
                readings.push(Reading::sure(at, number(amount)));
            }
        }
    }
    without_overlaps(readings, &[])
}

/// Numbers in digits or in words that no other reading has taken.
pub(crate) fn numbers_in(text: &str, sentence: &Sentence, taken: &[Range<usize>]) -> Vec<Reading> {
    let mut readings: Vec<Reading> = DIGITS
        .find_iter(&text[sentence.at.clone()])
        .filter_map(|found| {
            let at = found.start() + sentence.at.start..found.end() + sentence.at.start;
            let before = text[..at.start].chars().next_back();
            let after = text[at.end..].chars().next();
            // Part of a code, a percentage, a rating out of ten or an address.
            let alone = !before.is_some_and(|c| "#-/$€£:._".contains(c) || c.is_alphanumeric())
                && !after.is_some_and(|c| "%:/_#°".contains(c) || c.is_alphanumeric());
            let value = found.as_str().replace(',', "").parse::<f64>().ok()?;
            alone.then(|| Reading::sure(at, number(value)))
        })
        .collect();
    let mut place = 0;
    while place < sentence.words.len() {
        let spelled = (1..=4).rev().find_map(|count| {
            let words = sentence.words.get(place..place + count)?;
            let alphabetic = words.iter().all(|word| word.lower.chars().all(|c| c.is_alphabetic() || c == '-'));
            let said: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
            let digits = if alphabetic { text2digits(&said.join(" "), &*ENGLISH).ok()? } else { return None };
            let at = words.first()?.at.start..words.last()?.at.end;
            Some((count, Reading::sure(at, number(digits.parse().ok()?))))
        });
        if let Some((count, reading)) = spelled {
            readings.push(reading);
            place += count;
        } else {
            place += 1;
        }
    }
    without_overlaps(readings, taken)
}

/// Whole numbers as such, others with their fraction.
pub(crate) fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "whole, and within what a double holds exactly")]
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return Value::from(value as i64);
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}
