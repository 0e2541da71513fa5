//! Reads typed values out of text: what a span of a line says, if it were an answer.

pub(crate) mod contact;
pub(crate) mod day;
pub(crate) mod label;
pub(crate) mod number;
pub(crate) mod time;

use std::ops::Range;

use serde_json::Value;

/// A value that a line holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    /// Bytes of the line.
    pub at: Range<usize>,
    /// What it says, typed as an answer is.
    pub value: Value,
    /// What else it may mean: `9:30` without morning or evening, *next Saturday* on a Friday.
    pub or: Option<Value>,
}

impl Reading {
    pub(crate) fn sure(at: Range<usize>, value: impl Into<Value>) -> Self {
        Reading { at, value: value.into(), or: None }
    }
}

/// Takes those readings that overlap none that was taken before.
pub(crate) fn without_overlaps(readings: Vec<Reading>, taken: &[Range<usize>]) -> Vec<Reading> {
    let mut kept: Vec<Reading> = Vec::new();
    for reading in readings {
        let free = |other: &Range<usize>| reading.at.end <= other.start || other.end <= reading.at.start;
        if taken.iter().all(free) && kept.iter().all(|one| free(&one.at)) {
            kept.push(reading);
        }
    }
    kept.sort_by_key(|reading| reading.at.start);
    kept
}

/// A regular expression of this crate's own, letter case ignored.
pub(crate) fn pattern(source: &str) -> regex::Regex {
    #[expect(clippy::expect_used, reason = "the patterns are constants, and each is run by a test")]
    regex::RegexBuilder::new(source).case_insensitive(true).build().expect("a pattern that was tested")
}
