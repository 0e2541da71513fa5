//! Times of day: `4 pm`, `half past 3 in the afternoon`, `18:30`, `noon`.
//!
//! `9:30` without morning or evening is given with both.

use std::sync::LazyLock;

use jiff::civil::Time;
use regex::Regex;

use super::{Reading, pattern, without_overlaps};

const PART: &str = r"(?:\s*(?:in the|at|this)?\s*(?P<part>morning|afternoon|evening|night)\b)";
const HOURS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

static FORMS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let hour = format!(r"(?P<h>\d{{1,2}}|{})", HOURS.join("|"));
    let clock = r#"o\s?["'’]?\s?clock"#;
    [
        format!(r"\b(?P<past>half past|quarter past|quarter to)\s+{hour}(?:\s*(?P<half>[ap])\.?m\b\.?|{PART})?"),
        format!(r"\b{hour}(?::(?P<m>[0-5]\d))?\s*(?P<half>[ap])\.?\s?m\b\.?"),
        format!(r"\b(?P<part>morning|afternoon|evening)\s+(?:at\s+)?{hour}(?::(?P<m>[0-5]\d)|\s+{clock})"),
        format!(r"\b(?P<h>\d{{1,2}}):(?P<m>[0-5]\d)(?::[0-5]\d)?\b{PART}?"),
        format!(r"\b{hour}\s+{clock}{PART}?"),
        format!(r"\b{hour}\s+(?:in the|at)\s+(?P<part>morning|afternoon|evening|night)\b"),
        r"\b(?P<noon>noon|midday|midnight)\b".to_owned(),
    ]
    .iter()
    .map(|source| pattern(source))
    .collect()
});

/// The times of day that a text names.
pub(crate) fn times_in(text: &str) -> Vec<Reading> {
    let mut readings = Vec::new();
    for form in FORMS.iter() {
        for found in form.captures_iter(text) {
            let at = found.get(0).map(|whole| whole.range()).unwrap_or_default();
            let named = |name: &str| found.name(name).map(|group| group.as_str().to_lowercase());
            if let Some((time, or)) = read(&named) {
                readings.push(Reading { at, value: time.into(), or: or.map(Into::into) });
            }
        }
    }
    without_overlaps(readings, &[])
}

fn read(named: &dyn Fn(&str) -> Option<String>) -> Option<(String, Option<String>)> {
    if let Some(noon) = named("noon") {
        return Some((told(if noon == "midnight" { 0 } else { 12 }, 0)?, None));
    }
    let word = named("h")?;
    let spelled = HOURS.iter().position(|name| *name == word).and_then(|place| i8::try_from(place + 1).ok());
    let mut hour: i8 = spelled.or_else(|| word.parse().ok())?;
    let mut minute: i8 = named("m").and_then(|minute| minute.parse().ok()).unwrap_or(0);
    match named("past").as_deref() {
        Some("half past") => minute = 30,
        Some("quarter past") => minute = 15,
        Some(_) => (hour, minute) = (if hour == 1 { 12 } else { hour - 1 }, 45),
        None => {}
    }
    let half = named("half").or_else(|| {
        let part = named("part")?;
        Some(if part == "morning" || (part == "night" && hour < 6) { "a".into() } else { "p".into() })
    });
    match (half.as_deref(), hour) {
        (_, 0 | 13..=23) => Some((told(hour, minute)?, None)),
        (Some("a"), 1..=12) => Some((told(hour % 12, minute)?, None)),
        (Some(_), 1..=12) => Some((told(hour % 12 + 12, minute)?, None)),
        (None, 1..=12) => Some((told(hour % 12, minute)?, told(hour % 12 + 12, minute))),
        _ => None,
    }
}

fn told(hour: i8, minute: i8) -> Option<String> {
    Some(Time::new(hour, minute, 0, 0).ok()?.to_string())
}
