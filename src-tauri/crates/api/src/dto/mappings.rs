//! Mapped columns, dry runs and whoever analyses. What the domain already says well is passed on as it is.

use casebridge_domain::analysis::{AnalystKind, Cost, Evidence};
use casebridge_domain::mapping::{Alarm, Column, Mapping, MappingSet, Problem};
use casebridge_domain::plan::fields::FieldOutcome;
use casebridge_engine::analysts::{AnalystState, ProviderApi};
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

use super::time;

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

/// A connection's mappings and how they stand.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MappingsView {
    /// The newest version.
    pub set: MappingSet,
    /// What became wrong since.
    pub alarms: Vec<Alarm>,
    /// When the CRM's columns were read last.
    pub columns_read_at: Option<String>,
}

/// What a save brought.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MappingsSaved {
    /// The new version; none: nothing was saved.
    pub set: Option<MappingSet>,
    /// What kept them from being saved.
    pub problems: Vec<Problem>,
}

/// Mappings that are not saved.
#[derive(Debug, Clone, Serialize, TS)]
pub struct MappingDraft {
    /// The mappings.
    pub mappings: Vec<Mapping>,
    /// What is wrong with them.
    pub problems: Vec<Problem>,
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
    pub cost: Cost,
}

impl From<casebridge_engine::mappings::DryRun> for DryRun {
    fn from(run: casebridge_engine::mappings::DryRun) -> Self {
        let line = |line: casebridge_domain::analysis::TranscriptLine| TranscriptLineView {
            seq: line.seq,
            from: line.from.as_str(),
            at: time(line.at),
            text: line.text,
        };
        Self {
            session: run.session.to_string(),
            lines: run.lines.into_iter().map(line).collect(),
            values: run.values,
            by: run.by,
            model: run.model,
            cost: run.cost,
        }
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
    pub evidence: Vec<Evidence>,
}

impl From<casebridge_engine::mappings::Suggestion> for SuggestionView {
    fn from(one: casebridge_engine::mappings::Suggestion) -> Self {
        Self {
            connection: one.connection,
            mapping: one.mapping.to_string(),
            column: one.column,
            title: one.title,
            value: one.value,
            shown: one.shown,
            confidence: one.confidence,
            evidence: one.evidence,
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
        Self {
            kind: settings.kind,
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
    pub cost: Option<Cost>,
    /// Why it did not.
    pub failure: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}
