//! Chooses among the mentions of a value: the last one that can be believed, or none.

use casebridge_domain::analysis::{Evidence, Found, TranscriptLine};
use casebridge_domain::mapping::ColumnKind;
use serde_json::Value;

use super::mention::{BELIEVED, Mention, Sought, mentions};
use super::text_value::is_text;
use crate::dialogue::Dialogue;

/// Why there is no value, in a sentence for people.
enum Blank {
    NotSaid,
    InPassing,
    Either(String, String),
    Unsettled,
}

impl Blank {
    fn note(&self) -> String {
        match self {
            Blank::NotSaid => "the conversation does not say".to_owned(),
            Blank::InPassing => {
                "something like it was said, but nothing says that it is meant for this field".to_owned()
            }
            Blank::Either(one, two) => format!("{one} or {two} may be meant"),
            Blank::Unsettled => "more than one value was said, and it was not settled which holds".to_owned(),
        }
    }
}

struct Chosen {
    value: Value,
    confidence: u8,
    evidence: Vec<Evidence>,
}

/// Answers one question.
pub(super) fn answer(sought: &Sought<'_>, dialogue: &Dialogue, lines: &[TranscriptLine]) -> Found {
    let all = mentions(sought, dialogue);
    let chosen = match sought.question.kind {
        ColumnKind::MultiPicklist { .. } => several(&all, dialogue, lines),
        _ => last_believed(sought, &all, dialogue, lines),
    };
    let id = sought.question.id;
    match chosen {
        Ok(Chosen { value, confidence, evidence }) => {
            Found { id, value: Some(value), confidence, evidence, note: None }
        }
        Err(blank) => {
            let broken = sought.cues.fault.as_ref().filter(|_| is_text(&sought.question.kind));
            let note = broken.map_or_else(|| blank.note(), ToString::to_string);
            Found { id, value: None, confidence: 0, evidence: Vec::new(), note: Some(note) }
        }
    }
}

fn last_believed(
    sought: &Sought<'_>,
    all: &[Mention],
    dialogue: &Dialogue,
    lines: &[TranscriptLine],
) -> Result<Chosen, Blank> {
    let same = |one: &Value, two: &Value| match (one, two) {
        (Value::String(one), Value::String(two)) if is_text(&sought.question.kind) => one.eq_ignore_ascii_case(two),
        _ => one == two,
    };
    let mut strengths: Vec<u8> = all.iter().map(|mention| mention.strength).collect();
    lift_echoes(all, &mut strengths, &same);
    lift_unrivalled(sought, all, &mut strengths, &same);
    let believed = |place: &usize| strengths[*place] >= BELIEVED && !all[*place].elsewhere;
    let Some(last) = (0..all.len()).rev().find(believed) else {
        return Err(if all.iter().any(|mention| !mention.elsewhere) { Blank::InPassing } else { Blank::NotSaid });
    };
    let rival = (0..all.len()).filter(believed).find(|place| {
        all[*place].line == all[last].line
            && strengths[*place] >= strengths[last]
            && !same(&all[*place].reading.value, &all[last].reading.value)
    });
    if let Some(rival) = rival {
        return Err(Blank::Either(shown(sought, &all[rival].reading.value), shown(sought, &all[last].reading.value)));
    }
    let value = settled(sought, &all[last], all)?;
    // What is said later and does not fit: not bound to the field, but nobody says that it is not meant.
    let unsettled = all[last + 1..].iter().any(|later| {
        !later.elsewhere
            && later.line > all[last].line
            && !same(&later.reading.value, &value)
            && later.reading.or.as_ref().is_none_or(|or| !same(or, &value))
            && (later.customer || dialogue.lines[later.line].agreed && later.strength >= 50)
    });
    if unsettled {
        return Err(Blank::Unsettled);
    }
    let agree: Vec<&Mention> = all.iter().filter(|one| same(&one.reading.value, &value) && !one.elsewhere).collect();
    let both = agree.iter().any(|one| one.customer) && agree.iter().any(|one| !one.customer);
    let corrected = (0..last).filter(believed).any(|place| !same(&all[place].reading.value, &value));
    let confidence = (strengths[last] + if both { 5 } else { 0 } - if corrected { 8 } else { 0 }).min(97);
    let evidence = evidence(&agree, &all[last], dialogue, lines);
    Ok(Chosen { value, confidence, evidence })
}

/// A value that the customer named without saying what for, and that the other side said back for this field.
fn lift_echoes(all: &[Mention], strengths: &mut [u8], same: &dyn Fn(&Value, &Value) -> bool) {
    for place in 0..all.len() {
        let weak = all[place].customer && !all[place].elsewhere && (40..BELIEVED).contains(&strengths[place]);
        let echo = all[place + 1..].iter().any(|later| {
            let fits = same(&later.reading.value, &all[place].reading.value)
                || all[place].reading.or.as_ref().is_some_and(|or| same(or, &later.reading.value));
            !later.customer && later.strength >= 50 && !later.elsewhere && fits
        });
        if weak && echo {
            strengths[place] = 75;
        }
    }
}

/// An allowed value that the customer names, of a field whose values no other field has, while no other is named.
fn lift_unrivalled(sought: &Sought<'_>, all: &[Mention], strengths: &mut [u8], same: &dyn Fn(&Value, &Value) -> bool) {
    if sought.labels.is_none() || sought.labels_shared {
        return;
    }
    let said: Vec<usize> = (0..all.len()).filter(|place| all[*place].customer && !all[*place].elsewhere).collect();
    let alike = said.windows(2).all(|pair| same(&all[pair[0]].reading.value, &all[pair[1]].reading.value));
    for place in said {
        if alike && strengths[place] >= 60 {
            strengths[place] = strengths[place].max(72);
        }
    }
}

/// What an ambiguous mention means, if anything else in the conversation tells.
fn settled(sought: &Sought<'_>, mention: &Mention, all: &[Mention]) -> Result<Value, Blank> {
    let Some(or) = &mention.reading.or else {
        return Ok(mention.reading.value.clone());
    };
    let fits = |other: &&Mention| {
        other.reading.or.is_none() && (other.reading.value == mention.reading.value || other.reading.value == *or)
    };
    let mut found: Vec<&Value> = all.iter().filter(fits).map(|other| &other.reading.value).collect();
    found.dedup();
    match found[..] {
        [one] => Ok(one.clone()),
        _ => Err(Blank::Either(shown(sought, &mention.reading.value), shown(sought, or))),
    }
}

/// Every value of a field that takes several.
fn several(all: &[Mention], dialogue: &Dialogue, lines: &[TranscriptLine]) -> Result<Chosen, Blank> {
    let said: Vec<&Mention> = all
        .iter()
        .filter(|one| !one.elsewhere && one.strength >= 60 && (one.customer || one.strength >= BELIEVED))
        .collect();
    let (Some(weakest), Some(_)) = (said.iter().map(|one| one.strength).min(), said.first()) else {
        return Err(Blank::NotSaid);
    };
    let mut values: Vec<Value> = Vec::new();
    for mention in &said {
        if !values.contains(&mention.reading.value) {
            values.push(mention.reading.value.clone());
        }
    }
    let evidence = said.iter().map(|one| dialogue.evidence(one.line, &one.reading.at, lines)).collect();
    Ok(Chosen { value: Value::Array(values), confidence: weakest.max(BELIEVED), evidence })
}

/// The deciding place, and the first in which the customer says the same.
fn evidence(agree: &[&Mention], last: &Mention, dialogue: &Dialogue, lines: &[TranscriptLine]) -> Vec<Evidence> {
    let first = agree.iter().find(|one| one.customer && one.line != last.line);
    let mut places = vec![dialogue.evidence(last.line, &last.reading.at, lines)];
    places.extend(first.map(|one| dialogue.evidence(one.line, &one.reading.at, lines)));
    places.sort_by_key(|place| place.seq);
    places
}

/// A value as people read it: an allowed one by its label.
fn shown(sought: &Sought<'_>, value: &Value) -> String {
    let values = sought.question.kind.allowed().unwrap_or_default();
    let label = values.iter().find(|one| one.value == *value).map(|one| one.label.clone());
    label.or_else(|| value.as_str().map(str::to_owned)).unwrap_or_else(|| value.to_string())
}
