//! The analyst that works offline: rules, a lexicon and a language detector.

mod choose;
mod mention;
mod text_value;
mod yes_no;

use async_trait::async_trait;
use casebridge_domain::CallFailure;
use casebridge_domain::analysis::{Analysis, AnalystKind, Cost, Found, Question};
use casebridge_domain::mapping::ColumnKind;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::cue::Cues;
use crate::dialogue::Dialogue;
use crate::orders::WORTH_UNDER_ORDERS;
use crate::read::label::Labels;
use crate::{Analyst, Ask, tone};
use mention::Sought;

/// Reads with rules: nothing leaves the machine, and it rather leaves blank than guesses.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltIn;

#[async_trait]
impl Analyst for BuiltIn {
    async fn analyse(&self, ask: &Ask<'_>) -> Result<Analysis, CallFailure> {
        Ok(analyse(ask))
    }
}

/// The same without a runtime: nothing is waited for.
fn analyse(ask: &Ask<'_>) -> Analysis {
    let dialogue = Dialogue::of(ask.lines, ask.time_zone);
    let cues: Vec<Cues> = ask.questions.iter().map(Cues::of).collect();
    let found = ask.questions.iter().enumerate().map(|(place, question)| {
        let sought = sought(place, ask.questions, &cues);
        match question.kind {
            ColumnKind::DateTime => moment(&sought, question, &dialogue, ask),
            _ => choose::answer(&sought, &dialogue, ask.lines),
        }
    });
    let mut found: Vec<Found> = found.collect();
    if dialogue.under_orders() {
        for one in &mut found {
            one.confidence = one.confidence.min(WORTH_UNDER_ORDERS);
        }
    }
    let language = tone::language(ask.lines);
    Analysis {
        by: AnalystKind::BuiltIn,
        model: None,
        found,
        summary: tone::summary(&dialogue),
        sentiment: tone::sentiment(&dialogue, language.as_deref()),
        topic: tone::topic(&dialogue),
        language,
        cost: Cost::default(),
    }
}

fn sought<'a>(place: usize, questions: &'a [Question], cues: &[Cues]) -> Sought<'a> {
    let question = &questions[place];
    let values = question.kind.allowed().unwrap_or_default();
    let others = || questions.iter().enumerate().filter(|(other, _)| *other != place);
    let rivals = others().filter(|(_, one)| alike(&one.kind, &question.kind)).map(|(other, _)| cues[other].clone());
    let labels_shared = others().any(|(_, one)| {
        let theirs = one.kind.allowed().unwrap_or_default();
        values.iter().any(|own| theirs.iter().any(|other| other.label.eq_ignore_ascii_case(&own.label)))
    });
    Sought {
        question,
        cues: cues[place].clone(),
        rivals: rivals.collect(),
        labels: (!values.is_empty()).then(|| Labels::new(values, &question.synonyms)),
        labels_shared,
    }
}

/// Whether two columns take values of the same kind, so that one's value could be the other's.
fn alike(one: &ColumnKind, other: &ColumnKind) -> bool {
    let family = |kind: &ColumnKind| match kind {
        ColumnKind::Date | ColumnKind::DateTime => 1,
        ColumnKind::Integer | ColumnKind::Decimal { .. } => 2,
        ColumnKind::Money { .. } => 3,
        ColumnKind::Time => 4,
        ColumnKind::Text { .. } => 5,
        ColumnKind::Picklist { .. } | ColumnKind::MultiPicklist { .. } | ColumnKind::Lookup { .. } => 6,
        ColumnKind::Boolean => 7,
        ColumnKind::Other { .. } => 8,
    };
    family(one) == family(other)
}

/// A moment is a day and a time of day, each of which must be sure.
fn moment(sought: &Sought<'_>, question: &Question, dialogue: &Dialogue, ask: &Ask<'_>) -> Found {
    let mut day = choose::answer(sought, dialogue, ask.lines);
    let timed = Question { kind: ColumnKind::Time, ..question.clone() };
    let time_sought = Sought {
        question: &timed,
        cues: sought.cues.clone(),
        rivals: sought.rivals.clone(),
        labels: None,
        labels_shared: false,
    };
    let mut time = choose::answer(&time_sought, dialogue, ask.lines);
    let (Some(said_day), Some(said_time)) = (&day.value, &time.value) else {
        let blank = if day.value.is_some() { &mut time } else { &mut day };
        let part = if blank.value.is_none() { "day or time of day" } else { "time of day" };
        let note = blank.note.take().unwrap_or_default();
        return Found {
            id: question.id,
            value: None,
            confidence: 0,
            evidence: Vec::new(),
            note: Some(format!("{part}: {note}")),
        };
    };
    let value = at(said_day, said_time, ask.time_zone);
    day.evidence.append(&mut time.evidence);
    Found {
        id: question.id,
        confidence: if value.is_some() { day.confidence.min(time.confidence) } else { 0 },
        value,
        evidence: day.evidence,
        note: None,
    }
}

fn at(day: &Value, time: &Value, zone: &TimeZone) -> Option<Value> {
    let day: Date = day.as_str()?.parse().ok()?;
    let time: Time = time.as_str()?.parse().ok()?;
    let moment = DateTime::from_parts(day, time).to_zoned(zone.clone()).ok()?;
    Some(moment.timestamp().to_string().into())
}
