//! What an analyst is asked about a conversation, and what it answers (R27).

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::event::Speaker;
use crate::mapping::ColumnKind;

/// One line of the transcript that the analyst reads.
#[derive(Clone, PartialEq)]
pub struct TranscriptLine {
    /// The event's place in the log.
    pub seq: i64,
    /// Who said it.
    pub from: Speaker,
    /// When, as the source says: what "tomorrow" is reckoned from.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// A field that is asked for.
#[derive(Clone, PartialEq)]
pub struct Question {
    /// The mapping's id.
    pub id: Uuid,
    /// What people call the column.
    pub title: String,
    /// What the admin wants found.
    pub instruction: String,
    /// What an answer must be.
    pub kind: ColumnKind,
    /// Words that customers use for an allowed value, by its value.
    pub synonyms: BTreeMap<String, Vec<String>>,
}

/// Where a value was taken from. Counts only while the quoted text stands in the line.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "FieldEvidence"))]
pub struct Evidence {
    /// The line's place in the log.
    pub seq: i64,
    /// First character of the quote in the line's text, counted in characters.
    pub start: usize,
    /// The character after the quote.
    pub end: usize,
    /// The quoted text.
    pub quote: String,
}

/// An answer to a question.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The mapping's id.
    pub id: Uuid,
    /// The value, typed by the column: text; number; `true`; `"2026-11-21"`; RFC 3339; an allowed *value* (never a label);
    /// a list of those. `None`: the conversation does not say.
    pub value: Option<Value>,
    /// How sure, 0 to 100.
    pub confidence: u8,
    /// Where it was said. Checked by code; an answer without evidence that holds is not sure.
    pub evidence: Vec<Evidence>,
    /// Why it is left blank or unsure, in a sentence for people.
    pub note: Option<String>,
}

/// Who analysed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AnalystKind {
    /// Ours, offline.
    BuiltIn,
    /// A language model.
    Provider,
}

/// What an analysis cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "AnalysisCost"))]
pub struct Cost {
    /// Calls to a provider.
    pub calls: u32,
    /// Tokens read, as the provider counts.
    pub tokens_in: u64,
    /// Tokens written.
    pub tokens_out: u64,
    /// Milliseconds from asking to having the answer.
    pub took_ms: u64,
}

/// What an analyst answers.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// Who.
    pub by: AnalystKind,
    /// The model's name, of a provider.
    pub model: Option<String>,
    /// Two or three sentences for the person who takes over.
    pub summary: Option<String>,
    /// BCP 47, e.g. `en`.
    pub language: Option<String>,
    /// `positive`, `neutral` or `negative`.
    pub sentiment: Option<String>,
    /// A short subject.
    pub topic: Option<String>,
    /// One for each question.
    pub found: Vec<Found>,
    /// What it cost.
    pub cost: Cost,
}

/// Personal data: `Debug` tells sizes only.
impl fmt::Debug for Analysis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = self.found.iter().filter(|one| one.value.is_some()).count();
        f.debug_struct("Analysis")
            .field("by", &self.by)
            .field("found", &found)
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").field("id", &self.id).field("confidence", &self.confidence).finish_non_exhaustive()
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("seq", &self.seq)
            .field("start", &self.start)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TranscriptLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TranscriptLine").field("seq", &self.seq).field("from", &self.from).finish_non_exhaustive()
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("title", &self.title).finish_non_exhaustive()
    }
}
