//! Which value each mapped column gets, and whether it may replace what stands (R26, R27, R37).

mod known;
mod refusal;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use self::known::{contact_attribute, filled, given, session_attribute};
pub use self::refusal::{Blame, Refusal};
use super::rows::{NamedRow, RowName, Rows};
use crate::analysis::{Analysis, Evidence, Found, TranscriptLine};
use crate::effect::FieldValue;
use crate::mapping::{
    Column, ColumnKind, Mapping, Overwrite, Source, TextFormat, Unsure, coerce, is_zero, same, shown,
};
use crate::session::Session;
use crate::text::cut;

/// All that values are taken from.
#[derive(Debug, Clone, Copy)]
pub struct FieldSources<'a> {
    /// The mappings, in their order.
    pub mappings: &'a [Mapping],
    /// The CRM's columns as they were read last; a column that is not among them is taken as it was mapped.
    pub columns: &'a [Column],
    /// Head of the session.
    pub session: &'a Session,
    /// What the log says beside the transcript.
    pub said: &'a Said,
    /// What the CRM refused before under these mappings, by column.
    pub refused: &'a BTreeMap<String, Refusal>,
    /// What the CRM said about rows that are named by their label.
    pub rows: &'a Rows,
}

/// What a log says about fields.
#[derive(Clone, Default, PartialEq)]
pub struct Said {
    /// Values that the source gave, the newest of each name.
    pub given: Map<String, Value>,
    /// What people decided about suggestions: by mapping, the value that was taken, or `None` when it was dismissed.
    pub decided: BTreeMap<Uuid, Option<Value>>,
    /// The newest analysis.
    pub analysis: Option<Analysis>,
    /// Summary, language and sentiment of the newest handoff, as far as its source gave them.
    pub handoff: Handoff,
}

/// What a handoff told.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Handoff {
    /// What it is about.
    pub summary: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// How the customer feels.
    pub sentiment: Option<String>,
}

/// Personal data: `Debug` shows none of it.
impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Said")
            .field("given", &self.given.len())
            .field("analysis", &self.analysis)
            .finish_non_exhaustive()
    }
}

/// What becomes of a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "FieldOutcomeKind"))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The value is written.
    Write,
    /// There is none.
    LeftOut,
    /// It does not fit, or the CRM refuses the column.
    Refused,
    /// What stands there is kept.
    Kept,
    /// Nobody is sure enough, and there is no fallback.
    Unsure,
    /// A person is asked.
    Suggest,
}

/// What becomes of a mapping, and why.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FieldOutcome {
    /// Which mapping.
    pub mapping: Uuid,
    /// Its column.
    pub column: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// The value, as it is sent.
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub value: Option<Value>,
    /// The same as people read it.
    pub shown: String,
    /// Why, in a sentence.
    pub note: Option<String>,
    /// How sure the analyst is, where it was asked.
    pub confidence: Option<u8>,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

/// Personal data: `Debug` names column and outcome only.
impl std::fmt::Debug for FieldOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{:?}", self.column, self.outcome)
    }
}

/// What becomes of every enabled mapping, in their order. What stands in the CRM is not looked at: see [`decide`].
#[must_use]
pub fn outcomes(sources: FieldSources<'_>) -> Vec<FieldOutcome> {
    judged(sources, &RefCell::default())
}

/// The rows that are named by their label where a value is to be written, and that the CRM was not asked about yet.
#[must_use]
pub fn unnamed(sources: FieldSources<'_>) -> Vec<RowName> {
    let unnamed = RefCell::default();
    drop(judged(sources, &unnamed));
    unnamed.into_inner().into_iter().collect()
}

fn judged(sources: FieldSources<'_>, unnamed: &RefCell<BTreeSet<RowName>>) -> Vec<FieldOutcome> {
    let enabled = || sources.mappings.iter().filter(|mapping| mapping.enabled);
    let mut by_column: BTreeMap<&str, String> = BTreeMap::new();
    let mut found: BTreeMap<Uuid, FieldOutcome> = BTreeMap::new();
    // Templates name the values of other columns, so they come last.
    let is_template = |mapping: &&Mapping| matches!(mapping.source, Source::Template { .. });
    for mapping in enabled().filter(|one| !is_template(one)).chain(enabled().filter(is_template)) {
        let outcome = outcome(mapping, &by_column, sources, unnamed);
        if outcome.outcome == Outcome::Write {
            by_column.insert(&mapping.column, outcome.shown.clone());
        }
        found.insert(mapping.id, outcome);
    }
    enabled().filter_map(|mapping| found.remove(&mapping.id)).collect()
}

/// The values that are to be written, of these outcomes.
#[must_use]
pub fn to_write(outcomes: &[FieldOutcome], mappings: &[Mapping], columns: &[Column]) -> Vec<FieldValue> {
    let value = |outcome: &FieldOutcome| {
        let mapping = mappings.iter().find(|mapping| mapping.id == outcome.mapping)?;
        Some(FieldValue {
            mapping: mapping.id,
            column: mapping.column.clone(),
            kind: kind_of(mapping, columns).clone(),
            value: outcome.value.clone().filter(|_| outcome.outcome == Outcome::Write)?,
            overwrite: mapping.overwrite,
        })
    };
    outcomes.iter().filter_map(value).collect()
}

/// Whether a value is written over what stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is.
    Write,
    /// It stands already.
    Same,
    /// A person wrote what stands.
    Edited,
    /// Something stands, and only empty columns are filled.
    Filled,
}

impl Decision {
    /// Why what stands is kept; nothing when it is written over.
    #[must_use]
    pub fn why_kept(self) -> Option<&'static str> {
        match self {
            Decision::Write => None,
            Decision::Same => Some("it stands there already"),
            Decision::Edited => Some("what stands there was not written by us, or was changed since"),
            Decision::Filled => Some("the column has a value, and only empty ones are filled"),
        }
    }
}

/// Three values decide: what is wanted, what stands (`theirs`), and what we wrote last (`ours`) (R37). What stands and
/// was never ours is somebody's, though it be the CRM's default: nobody can tell.
#[must_use]
pub fn decide(wanted: &FieldValue, ours: Option<&Value>, theirs: Option<&Value>) -> Decision {
    let theirs = theirs.unwrap_or(&Value::Null);
    let is = |value: &Value| same(&wanted.kind, value, theirs);
    if is(&wanted.value) {
        return Decision::Same;
    }
    match wanted.overwrite {
        Overwrite::Always => Decision::Write,
        Overwrite::FillIfEmpty if is(&Value::Null) => Decision::Write,
        Overwrite::FillIfEmpty => Decision::Filled,
        Overwrite::KeepEdited if is(ours.unwrap_or(&Value::Null)) => Decision::Write,
        // Our own zero reads as nothing where the CRM cannot tell them apart.
        Overwrite::KeepEdited if theirs.is_null() && ours.is_some_and(is_zero) => Decision::Write,
        Overwrite::KeepEdited => Decision::Edited,
    }
}

/// An analysis whose evidence holds: quotes that are not in the transcript are dropped, and a value without evidence is
/// not sure (R27).
#[must_use]
pub fn grounded(mut analysis: Analysis, transcript: &[TranscriptLine]) -> Analysis {
    for found in &mut analysis.found {
        found.evidence.retain(|evidence| {
            let line = transcript.iter().find(|line| line.seq == evidence.seq);
            let length = evidence.end.saturating_sub(evidence.start);
            let quoted =
                |line: &TranscriptLine| line.text.chars().skip(evidence.start).take(length).eq(evidence.quote.chars());
            !evidence.quote.is_empty() && line.is_some_and(quoted)
        });
        if found.value.is_some() && found.evidence.is_empty() {
            found.confidence = 0;
            found.note.get_or_insert_with(|| "nothing in the conversation proves it".into());
        }
    }
    analysis
}

/// The column as it is now, else as it was mapped.
#[must_use]
pub fn kind_of<'a>(mapping: &'a Mapping, columns: &'a [Column]) -> &'a ColumnKind {
    columns.iter().find(|column| column.name == mapping.column).map_or(&mapping.kind, |column| &column.kind)
}

fn outcome(
    mapping: &Mapping,
    by_column: &BTreeMap<&str, String>,
    sources: FieldSources<'_>,
    unnamed: &RefCell<BTreeSet<RowName>>,
) -> FieldOutcome {
    let kind = kind_of(mapping, sources.columns);
    let answer = sources.said.analysis.as_ref().filter(|_| mapping.source == Source::Ai);
    let answer = answer.and_then(|analysis| analysis.found.iter().find(|found| found.id == mapping.id));
    let blank = |outcome: Outcome, note: Option<String>| FieldOutcome {
        mapping: mapping.id,
        column: mapping.column.clone(),
        outcome,
        value: None,
        shown: String::new(),
        note,
        confidence: answer.map(|found| found.confidence),
        evidence: answer.map(|found| found.evidence.clone()).unwrap_or_default(),
    };
    let refusal = sources.refused.get(&mapping.column);
    if let Some(refusal) = refusal.filter(|refusal| refusal.limit.is_none() && refusal.blame == Blame::Column) {
        return blank(Outcome::Refused, Some(format!("the CRM refuses this column: {}", refusal.words)));
    }
    // A column that was removed is refused by everybody; without metadata it is tried.
    if !sources.columns.is_empty() && !sources.columns.iter().any(|column| column.name == mapping.column) {
        return blank(Outcome::Refused, Some("the CRM has no such column any more".into()));
    }
    let limit = refusal.and_then(|refusal| refusal.limit);
    let named = |name: RowName, outcome: Outcome, note: Option<String>| match sources.rows.get(&name) {
        Some(NamedRow::One(row)) => FieldOutcome {
            value: Some(Value::String(row.value.clone())),
            shown: row.label.clone(),
            ..blank(outcome, note)
        },
        Some(other) => blank(Outcome::Refused, Some(other.why_not())),
        // Which row that is is asked when somebody takes it.
        None if outcome == Outcome::Suggest => {
            FieldOutcome { value: Some(Value::String(name.label.clone())), shown: name.label, ..blank(outcome, note) }
        }
        None => {
            unnamed.borrow_mut().insert(name);
            blank(Outcome::Refused, Some("the value names no row of the CRM".into()))
        }
    };
    let fitted = |value: &Value, outcome: Outcome, note: Option<String>| match coerce(kind, value) {
        Err(why) => match RowName::of(kind, value) {
            Some(name) => named(name, outcome, note),
            None => blank(Outcome::Refused, Some(format!("the value {why}"))),
        },
        Ok(fits) if fits.value.is_null() => blank(Outcome::LeftOut, Some("there is no value".into())),
        Ok(fits)
            if refusal
                .is_some_and(|refusal| matches!(&refusal.blame, Blame::Values(no) if no.contains(&fits.value))) =>
        {
            let words = refusal.map(|refusal| refusal.words.as_str()).unwrap_or_default();
            blank(Outcome::Refused, Some(format!("the CRM refuses this value: {words}")))
        }
        Ok(fits) if is_too_long(kind, &fits.value, limit) => {
            let most = limit.unwrap_or_default();
            blank(Outcome::Refused, Some(format!("the value is longer than the {most} characters of the column")))
        }
        Ok(fits) => {
            let (value, short) = shortened(fits.value, limit);
            let note = [note, fits.note, short].into_iter().flatten().reduce(|all, one| format!("{all}; {one}"));
            FieldOutcome { shown: shown(kind, &value), value: Some(value), ..blank(outcome, note) }
        }
    };
    if let Some(decided) = sources.said.decided.get(&mapping.id) {
        return match decided {
            Some(value) => fitted(value, Outcome::Write, Some("a person took the suggestion".into())),
            None => blank(Outcome::LeftOut, Some("a person dismissed the suggestion".into())),
        };
    }
    if let Some(value) = given(mapping, &sources.said.given) {
        return fitted(value, Outcome::Write, Some("given by the source".into()));
    }
    let fallback = |why: &str, or: Outcome| match &mapping.fallback {
        Some(value) => fitted(value, Outcome::Write, Some(format!("{why}: the fallback"))),
        None => blank(or, Some(why.to_owned())),
    };
    match &mapping.source {
        Source::Ai => match answer {
            None => fallback("the conversation was not analysed", Outcome::LeftOut),
            Some(Found { value: None, note, .. }) => {
                fallback(note.as_deref().unwrap_or("the conversation does not say"), Outcome::LeftOut)
            }
            Some(Found { value: Some(value), confidence, note, .. }) if *confidence >= mapping.threshold => {
                // What does not fit may still have a fallback.
                let outcome = fitted(value, Outcome::Write, note.clone());
                match (&mapping.fallback, outcome.outcome) {
                    (Some(_), Outcome::Refused) => {
                        fallback(outcome.note.as_deref().unwrap_or_default(), Outcome::Refused)
                    }
                    _ => outcome,
                }
            }
            Some(Found { value: Some(value), .. }) => {
                let why = "not sure enough";
                match mapping.unsure {
                    Unsure::Write => fitted(value, Outcome::Write, Some(why.into())),
                    Unsure::Suggest => fitted(value, Outcome::Suggest, Some(why.into())),
                    Unsure::LeaveOut => fallback(why, Outcome::Unsure),
                }
            }
        },
        Source::Static { value } => fitted(value, Outcome::Write, None),
        Source::Session { attribute } => match session_attribute(attribute, sources) {
            Some(value) => fitted(&value, Outcome::Write, None),
            None => fallback("the session does not say", Outcome::LeftOut),
        },
        Source::Contact { attribute } => match contact_attribute(attribute, &sources.session.contact) {
            Some(value) => fitted(&Value::String(value), Outcome::Write, None),
            None => fallback("the customer is not known that well", Outcome::LeftOut),
        },
        Source::Template { text } => match filled(text, by_column, sources) {
            Some(text) => fitted(&Value::String(text), Outcome::Write, None),
            None => fallback("nothing that the template names is known", Outcome::LeftOut),
        },
    }
}

/// Whether it is an address that is longer than the column turned out to be.
fn is_too_long(kind: &ColumnKind, value: &Value, limit: Option<u32>) -> bool {
    let is_text = matches!(kind, ColumnKind::Text { format, .. } if *format != TextFormat::Plain);
    let length = value.as_str().map_or(0, |text| text.encode_utf16().count());
    is_text && limit.is_some_and(|limit| length > limit as usize)
}

fn shortened(value: Value, limit: Option<u32>) -> (Value, Option<String>) {
    match (&value, limit) {
        (Value::String(text), Some(limit)) if text.encode_utf16().count() > limit as usize => {
            let note = format!("cut to the {limit} characters of the column");
            (Value::String(cut(text, limit as usize)), Some(note))
        }
        _ => (value, None),
    }
}
