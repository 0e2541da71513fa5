//! The conversations with their true values, and whether an answer is right. Knows nothing of the analyst's readers.

use std::io::{BufRead, BufReader};
use std::path::Path;

use casebridge_domain::Speaker;
use casebridge_domain::analysis::TranscriptLine;
use casebridge_domain::mapping::ColumnKind;
use flate2::read::GzDecoder;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::slots::{Compare, Slot};

/// A conversation with what it settled on.
pub struct Recorded {
    pub id: String,
    pub lines: Vec<TranscriptLine>,
    truth: Value,
}

/// The day on which all of these conversations were held: a Friday.
const DAY: Date = date(2019, 3, 1);

/// Reads the file of recorded conversations.
pub fn recorded(path: &Path) -> Vec<Recorded> {
    let file = BufReader::new(GzDecoder::new(std::fs::File::open(path).unwrap()));
    file.lines().map(|line| of(&serde_json::from_str(&line.unwrap()).unwrap())).collect()
}

fn of(json: &Value) -> Recorded {
    let noon: Timestamp = "2019-03-01T12:00:00Z".parse().unwrap();
    let lines = json["turns"].as_array().unwrap().iter().zip(1_i64..).map(|(turn, seq)| TranscriptLine {
        seq,
        from: if turn["from"] == "customer" { Speaker::Customer } else { Speaker::Ai },
        at: noon + (seq * 20).seconds(),
        text: turn["text"].as_str().unwrap().to_owned(),
    });
    Recorded { id: json["id"].as_str().unwrap().to_owned(), lines: lines.collect(), truth: json["final_slots"].clone() }
}

impl Recorded {
    /// Whether it belongs to the half that was looked at while the analyst was built.
    pub fn is_for_building(&self) -> bool {
        Sha256::digest(self.id.as_bytes())[0].is_multiple_of(2)
    }

    /// The true words for a slot, if the conversation settled on any.
    pub fn truths(&self, slot: &Slot) -> Vec<&str> {
        let words = slot.truth.iter().filter_map(|name| self.truth[*name].as_str());
        words.filter(|word| *word != "dontcare").collect()
    }

    /// Whether any line has these words as they are.
    pub fn states(&self, words: &str) -> bool {
        let words = words.to_lowercase();
        self.lines.iter().any(|line| {
            let text = line.text.to_lowercase();
            text.match_indices(&words).any(|(at, found)| {
                let alone = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
                alone(text[..at].chars().next_back()) && alone(text[at + found.len()..].chars().next())
            })
        })
    }
}

/// Whether an answer means what the record's words mean.
pub fn is_right(slot: &Slot, words: &str, answer: &Value) -> bool {
    match slot.compare {
        Compare::Number => plain_number(words).is_some_and(|true_one| answer.as_f64() == Some(true_one)),
        Compare::Day => day(words).is_some_and(|true_one| answer.as_str() == Some(true_one.to_string().as_str())),
        Compare::Time => times(words).iter().any(|true_one| answer.as_str() == Some(true_one.as_str())),
        Compare::Text => answer.as_str().is_some_and(|text| text.eq_ignore_ascii_case(words)),
        Compare::Label => label(slot, words).as_deref() == answer.as_str(),
    }
}

fn plain_number(words: &str) -> Option<f64> {
    words.trim_start_matches('$').replace(',', "").parse().ok()
}

/// The allowed value that the record's words are a label or a synonym of; `Fresno, CA` is Fresno.
pub fn label(slot: &Slot, words: &str) -> Option<String> {
    let (ColumnKind::Picklist { values, .. } | ColumnKind::Lookup { values, .. }) = &slot.question.kind else {
        return None;
    };
    let words = words.split(',').next().unwrap_or(words);
    let named = |allowed: &&casebridge_domain::mapping::Allowed| {
        let synonyms = slot.question.synonyms.get(&allowed.value).into_iter().flatten();
        std::iter::once(&allowed.label).chain(synonyms).any(|word| word.eq_ignore_ascii_case(words))
    };
    values.iter().find(named).map(|allowed| allowed.value.clone())
}

/// `March 9th`, `9th of this month`, `the 9th`, `next Tuesday`, `Tuesday next week`, `today`.
pub fn day(words: &str) -> Option<Date> {
    let words = words.to_lowercase();
    match words.as_str() {
        "today" => return Some(DAY),
        "tomorrow" => return Some(date(2019, 3, 2)),
        "day after tomorrow" | "the day after tomorrow" => return Some(date(2019, 3, 3)),
        _ => {}
    }
    let weekdays = ["friday", "saturday", "sunday", "monday", "tuesday", "wednesday", "thursday"];
    if let Some(ahead) = weekdays.iter().position(|name| words.contains(name)) {
        let ahead = i8::try_from(ahead).unwrap();
        // On that Friday every other weekday of the next week is less than a week away; a Saturday of *next* week is not.
        let week_on = ahead == 0 || (ahead < 3 && words.contains("next week"));
        return Some(date(2019, 3, 1 + ahead + if week_on { 7 } else { 0 }));
    }
    let number: String = words.chars().filter(char::is_ascii_digit).take(2).collect();
    date_in_march(number.parse().ok()?)
}

fn date_in_march(day: i8) -> Option<Date> {
    Date::new(2019, 3, day).ok()
}

/// The readings of `11:30`, `half past 3 in the afternoon`, `4 pm`.
pub fn times(words: &str) -> Vec<String> {
    let words = words.to_lowercase();
    let Some(start) = words.find(|c: char| c.is_ascii_digit()) else { return Vec::new() };
    let digits: String = words[start..].chars().take_while(|c| c.is_ascii_digit() || *c == ':').collect();
    let (hour, minute) = digits.split_once(':').unwrap_or((&digits, "0"));
    let (Ok(hour), Ok(mut minute)) = (hour.parse::<u8>(), minute.parse::<u8>()) else { return Vec::new() };
    if words.contains("half past") {
        minute = 30;
    }
    let late = ["pm", "p.m", "afternoon", "evening", "night"].iter().any(|word| words.contains(word));
    let early = ["am", "a.m", "morning"].iter().any(|word| words.contains(word));
    let hours = match (hour, late, early) {
        (12, true, _) => vec![12],
        (1..=11, true, _) => vec![hour + 12],
        (12, _, true) => vec![0],
        (_, _, true) | (0 | 13..=23, ..) => vec![hour],
        _ => vec![hour, (hour + 12) % 24],
    };
    hours.into_iter().map(|hour| format!("{hour:02}:{minute:02}:00")).collect()
}
