//! Mapped columns, dry runs and whoever analyses. The shapes are the domain's own: a test holds them to it.

use std::collections::BTreeMap;

use casebridge_engine::analysts::AnalystState;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use super::time;
use crate::error::ApiError;

/// The wire's type of something of the domain. Both have one form.
pub(crate) fn typed<T: DeserializeOwned>(inner: &impl Serialize) -> Result<T, ApiError> {
    let value = serde_json::to_value(inner).and_then(serde_json::from_value);
    value.map_err(|error| ApiError::invalid(format!("an answer cannot be written: {error}"), "report this"))
}

/// What a text is checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    /// Nothing.
    Plain,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A URL.
    Url,
}

/// A value that a column may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Allowed {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ColumnKind {
    /// Text.
    Text {
        /// Most characters.
        max: Option<u32>,
        /// What it is checked for.
        format: TextFormat,
    },
    /// A whole number.
    Integer,
    /// A number.
    Decimal {
        /// Places after the point.
        scale: Option<u8>,
    },
    /// Money.
    Money {
        /// Places after the point.
        scale: Option<u8>,
    },
    /// A day.
    Date,
    /// A moment.
    DateTime,
    /// A time of day.
    Time,
    /// Yes or no.
    Boolean,
    /// One of these.
    Picklist {
        /// Allowed values.
        values: Vec<Allowed>,
        /// Whether the CRM refuses others.
        restricted: bool,
    },
    /// Any of these.
    MultiPicklist {
        /// Allowed values.
        values: Vec<Allowed>,
        /// Whether the CRM refuses others.
        restricted: bool,
    },
    /// A row of another object.
    Lookup {
        /// The object's name.
        object: String,
        /// Its rows, when they are few; else they are searched for.
        values: Vec<Allowed>,
    },
    /// Not written by us.
    Other {
        /// The CRM's name of the type.
        name: String,
    },
}

/// A column of the case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Column {
    /// Its name in the CRM's API.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether there is no case without it.
    pub required: bool,
    /// Whether our user may write it.
    pub writable: bool,
    /// Whether it is left alone unless an admin unlocks it.
    pub locked: bool,
}

/// The columns, with their age.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ColumnList {
    /// Required ones first, then by title.
    pub columns: Vec<Column>,
    /// When they were read.
    pub read_at: String,
    /// Whether that is longer ago than a day.
    pub stale: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Source {
    /// The analyst.
    Ai,
    /// Always the same.
    Static {
        /// The value.
        #[ts(type = "unknown")]
        value: Value,
    },
    /// An attribute of the session.
    Session {
        /// Which.
        attribute: String,
    },
    /// An attribute of the contact.
    Contact {
        /// Which.
        attribute: String,
    },
    /// Text with names in braces.
    Template {
        /// The text.
        text: String,
    },
}

/// What is done with a value that nobody is sure enough of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Unsure {
    /// It is written.
    Write,
    /// It stands on the case's chip.
    Suggest,
    /// The fallback, or nothing, is written.
    LeaveOut,
}

/// When a value that stands is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Overwrite {
    /// Unless a person changed it.
    KeepEdited,
    /// Only while it is empty.
    FillIfEmpty,
    /// Always.
    Always,
}

/// One column to be filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Mapping {
    /// Stays the same over versions.
    pub id: String,
    /// The column's name.
    pub column: String,
    /// Its title when it was mapped.
    pub title: String,
    /// Its kind when it was mapped.
    pub kind: ColumnKind,
    /// What the analyst is told.
    pub instruction: String,
    /// Whether it is used.
    pub enabled: bool,
    /// Whether an admin allowed a locked column.
    pub unlocked: bool,
    /// Where the value comes from.
    pub source: Source,
    /// What is written when nothing sure was found.
    #[ts(type = "unknown")]
    pub fallback: Option<Value>,
    /// How sure the analyst must be, 0 to 100.
    pub threshold: u8,
    /// What becomes of a value below that.
    pub unsure: Unsure,
    /// When a value that stands is replaced.
    pub overwrite: Overwrite,
    /// Words of customers, by allowed value.
    pub synonyms: BTreeMap<String, Vec<String>>,
}

/// A version of a connection's mappings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MappingSet {
    /// The connection's id.
    pub connection: String,
    /// 0: nothing was ever mapped.
    #[ts(type = "number")]
    pub version: i64,
    /// Who made it.
    pub author: String,
    /// When.
    pub at: String,
    /// The mappings, in their order.
    pub mappings: Vec<Mapping>,
}

/// What became of a mapped column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// Another name.
    Renamed,
    /// Another kind.
    Retyped,
    /// Gone.
    Removed,
    /// Closed to our user.
    NotWritable,
    /// A value that the mapping names is gone.
    ValueGone,
    /// The CRM refused it.
    Refused,
}

/// A mapping that does not work as it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MappingAlarm {
    /// The mapping's id.
    pub mapping: String,
    /// What happened.
    pub kind: AlarmKind,
    /// In words, with what to do.
    pub detail: String,
}

/// The part of a mapping that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum MappingPart {
    /// The column.
    Column,
    /// The instruction.
    Instruction,
    /// Value, attribute or template.
    Source,
    /// The fallback.
    Fallback,
    /// The threshold.
    Threshold,
    /// Words for allowed values.
    Synonyms,
}

/// What keeps mappings from being saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MappingProblem {
    /// The mapping's id.
    pub mapping: String,
    /// Where in it.
    pub field: MappingPart,
    /// In words, with what to do.
    pub message: String,
}

/// A connection's mappings and how they stand.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MappingsView {
    /// The newest version.
    pub set: MappingSet,
    /// What became wrong since.
    pub alarms: Vec<MappingAlarm>,
    /// When the CRM's columns were read last.
    pub columns_read_at: Option<String>,
}

/// What a save brought.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MappingsSaved {
    /// The new version; none: nothing was saved.
    pub set: Option<MappingSet>,
    /// What kept them from being saved.
    pub problems: Vec<MappingProblem>,
}

/// Mappings that are not saved.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MappingDraft {
    /// The mappings.
    pub mappings: Vec<Mapping>,
    /// What is wrong with them.
    pub problems: Vec<MappingProblem>,
}

/// A version without its mappings.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MappingVersionLine {
    /// Which.
    #[ts(type = "number")]
    pub version: i64,
    /// Who made it.
    pub author: String,
    /// When.
    pub at: String,
    /// How many mappings it has.
    #[ts(type = "number")]
    pub count: i64,
}

/// What becomes of a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldOutcomeKind {
    /// The value is written.
    Write,
    /// There is none.
    LeftOut,
    /// It does not fit, or the CRM refuses the column.
    Refused,
    /// What stands is kept.
    Kept,
    /// Nobody is sure enough.
    Unsure,
    /// A person is asked.
    Suggest,
}

/// Where a value was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FieldEvidence {
    /// The line's place in the log.
    #[ts(type = "number")]
    pub seq: i64,
    /// First character of the quote in the line.
    pub start: usize,
    /// The character after it.
    pub end: usize,
    /// The quote.
    pub quote: String,
}

/// What becomes of a mapping, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldOutcome {
    /// The mapping's id.
    pub mapping: String,
    /// Its column.
    pub column: String,
    /// What becomes of it.
    pub outcome: FieldOutcomeKind,
    /// The value, as it is sent.
    #[ts(type = "unknown")]
    pub value: Option<Value>,
    /// The same as people read it.
    pub shown: String,
    /// Why.
    pub note: Option<String>,
    /// How sure the analyst is.
    pub confidence: Option<u8>,
    /// Where it was said.
    pub evidence: Vec<FieldEvidence>,
}

/// A line that the analyst reads.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TranscriptLineView {
    /// Its place in the log.
    #[ts(type = "number")]
    pub seq: i64,
    /// Who said it.
    #[ts(type = "\"customer\" | \"ai\" | \"agent\"")]
    pub from: &'static str,
    /// When.
    pub at: String,
    /// What.
    pub text: String,
}

/// Who analyses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AnalystKind {
    /// Ours, offline.
    BuiltIn,
    /// A language model.
    Provider,
}

/// What an analysis cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnalysisCost {
    /// Calls to a provider.
    pub calls: u32,
    /// Tokens read.
    #[ts(type = "number")]
    pub tokens_in: u64,
    /// Tokens written.
    #[ts(type = "number")]
    pub tokens_out: u64,
    /// Milliseconds.
    #[ts(type = "number")]
    pub took_ms: u64,
}

/// What would become of one conversation.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DryRun {
    /// The conversation's id.
    pub session: String,
    /// What the analyst read.
    pub lines: Vec<TranscriptLineView>,
    /// What would become of every mapping that is switched on.
    pub values: Vec<FieldOutcome>,
    /// Who analysed; none: nobody was asked.
    pub by: Option<AnalystKind>,
    /// The model's name.
    pub model: Option<String>,
    /// What it cost.
    pub cost: AnalysisCost,
}

impl DryRun {
    pub(crate) fn new(run: casebridge_engine::mappings::DryRun) -> Result<Self, ApiError> {
        let line = |line: casebridge_domain::analysis::TranscriptLine| TranscriptLineView {
            seq: line.seq,
            from: line.from.as_str(),
            at: time(line.at),
            text: line.text,
        };
        Ok(Self {
            session: run.session.to_string(),
            lines: run.lines.into_iter().map(line).collect(),
            values: typed(&run.values)?,
            by: typed(&run.by)?,
            model: run.model,
            cost: typed(&run.cost)?,
        })
    }
}

/// A value that waits for a person.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SuggestionView {
    /// The connection's name.
    pub connection: String,
    /// The mapping's id.
    pub mapping: String,
    /// Its column.
    pub column: String,
    /// The column's title.
    pub title: String,
    /// The value, as it would be sent.
    #[ts(type = "unknown")]
    pub value: Value,
    /// The same as people read it.
    pub shown: String,
    /// How sure the analyst is.
    pub confidence: u8,
    /// Where it was said.
    pub evidence: Vec<FieldEvidence>,
}

impl From<casebridge_engine::mappings::Suggestion> for SuggestionView {
    fn from(one: casebridge_engine::mappings::Suggestion) -> Self {
        let evidence = one.evidence.into_iter();
        Self {
            connection: one.connection,
            mapping: one.mapping.to_string(),
            column: one.column,
            title: one.title,
            value: one.value,
            shown: one.shown,
            confidence: one.confidence,
            evidence: evidence
                .map(|one| FieldEvidence { seq: one.seq, start: one.start, end: one.end, quote: one.quote })
                .collect(),
        }
    }
}

/// Who analyses, and whether there is a key.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AnalystView {
    /// Ours, or a provider.
    pub kind: AnalystKind,
    /// The provider's address.
    pub base_url: String,
    /// The model.
    pub model: String,
    /// What the provider speaks.
    #[ts(type = "\"openai\" | \"anthropic\"")]
    pub api: &'static str,
    /// Whether a key is kept.
    pub has_key: bool,
}

impl From<AnalystState> for AnalystView {
    fn from(AnalystState { settings, has_key }: AnalystState) -> Self {
        use casebridge_domain::analysis::AnalystKind as Inner;
        use casebridge_engine::analysts::ProviderApi;
        Self {
            kind: match settings.kind {
                Inner::BuiltIn => AnalystKind::BuiltIn,
                Inner::Provider => AnalystKind::Provider,
            },
            base_url: settings.base_url,
            model: settings.model,
            api: match settings.api {
                ProviderApi::Openai => "openai",
                ProviderApi::Anthropic => "anthropic",
            },
            has_key,
        }
    }
}

/// What a test of the analyst brought.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AnalystAnswer {
    /// Whether it answered.
    pub good: bool,
    /// Who did.
    pub by: Option<AnalystKind>,
    /// The model's name.
    pub model: Option<String>,
    /// What it cost.
    pub cost: Option<AnalysisCost>,
    /// Why it did not.
    pub failure: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}
