//! What is wrong with mappings before they are saved, and what became wrong since.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Column, ColumnKind, Mapping, Source, coerce};

/// Longest instruction, in characters: every one is sent with every question.
const INSTRUCTION: usize = 2_000;

/// The part of a mapping that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "MappingPart"))]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The column itself.
    Column,
    /// What the analyst is told.
    Instruction,
    /// The value, attribute or template that it comes from.
    Source,
    /// The fallback.
    Fallback,
    /// The threshold.
    Threshold,
    /// Words for allowed values.
    Synonyms,
}

/// Something that keeps mappings from being saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "MappingProblem"))]
pub struct Problem {
    /// Which mapping.
    pub mapping: Uuid,
    /// Where in it.
    pub field: Part,
    /// In words, with what to do.
    pub message: String,
}

/// What became of a mapped column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AlarmKind {
    /// It has another name, or the same in other letter case.
    Renamed,
    /// It holds something else.
    Retyped,
    /// It is gone.
    Removed,
    /// Our user may not write it any more.
    NotWritable,
    /// A value that the mapping names is not allowed any more.
    ValueGone,
    /// The CRM refused it.
    Refused,
}

/// A mapping that does not work as it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "MappingAlarm"))]
pub struct Alarm {
    /// Which mapping.
    pub mapping: Uuid,
    /// What happened.
    pub kind: AlarmKind,
    /// In words, with what to do.
    pub detail: String,
}

/// Everything that is wrong with mappings, against the columns that the CRM has.
#[must_use]
pub fn check(mappings: &[Mapping], columns: &[Column]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ids = HashSet::new();
    let mut names = HashSet::new();
    for mapping in mappings {
        let mut say = |field: Part, message: String| problems.push(Problem { mapping: mapping.id, field, message });
        if !ids.insert(mapping.id) {
            say(Part::Column, "another mapping has this id: give each an id of its own".into());
        }
        if !names.insert(mapping.column.to_lowercase()) {
            say(Part::Column, "another mapping fills this column: keep one of them".into());
        }
        if mapping.instruction.chars().count() > INSTRUCTION {
            say(Part::Instruction, format!("is longer than {INSTRUCTION} characters: say it shorter"));
        }
        if mapping.threshold > 100 {
            say(Part::Threshold, "is more than 100: give a number from 0 to 100".into());
        }
        let Some(column) = columns.iter().find(|column| column.name == mapping.column) else {
            let spelt = columns.iter().find(|column| column.name.eq_ignore_ascii_case(&mapping.column));
            let message = match spelt {
                Some(column) => format!("the column is called {}: letter case counts", column.name),
                None => "the CRM has no such column: choose another, or read the columns again".into(),
            };
            say(Part::Column, message);
            continue;
        };
        if column.locked && !mapping.unlocked {
            say(Part::Column, "this column decides who works the case: unlock it first, or leave it to people".into());
        }
        if !column.writable {
            say(Part::Column, "the connection's user may not write this column: grant it in the CRM".into());
        }
        if let ColumnKind::Other { name } = &column.kind {
            say(Part::Column, format!("columns of the type {name} cannot be filled: choose another"));
            continue;
        }
        check_values(mapping, column, &mut say);
    }
    problems
}

fn check_values(mapping: &Mapping, column: &Column, say: &mut impl FnMut(Part, String)) {
    match &mapping.source {
        Source::Ai => {}
        Source::Static { value } => match coerce(&column.kind, value) {
            Err(why) => say(Part::Source, format!("the value {why}")),
            Ok(fits) if fits.value.is_null() => say(Part::Source, "the value is empty: give one".into()),
            Ok(fits) => fits.note.into_iter().for_each(|note| say(Part::Source, format!("the value would be {note}"))),
        },
        Source::Session { attribute } | Source::Contact { attribute } => {
            if attribute.trim().is_empty() {
                say(Part::Source, "no attribute is named: choose one".into());
            }
        }
        Source::Template { text } => {
            if text.trim().is_empty() {
                say(Part::Source, "the template is empty: write one".into());
            }
            for name in placeholders(text).filter(|name| !is_placeholder(name)) {
                say(Part::Source, format!("`{{{name}}}` is not known: use session., contact. or value."));
            }
        }
    }
    if let Some(Err(why)) = mapping.fallback.as_ref().map(|value| coerce(&column.kind, value)) {
        say(Part::Fallback, format!("the fallback {why}"));
    }
    if let Some(gone) = gone_synonym(mapping, &column.kind) {
        say(Part::Synonyms, format!("words are kept for `{gone}`, which is not allowed any more: move or remove them"));
    }
}

/// The names in braces.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
}

fn is_placeholder(name: &str) -> bool {
    name.split_once('.')
        .is_some_and(|(of, what)| matches!(of, "session" | "contact" | "value") && !what.trim().is_empty())
}

/// An allowed value that has words and is gone. Of a lookup with too many rows to list nobody can tell.
fn gone_synonym<'a>(mapping: &'a Mapping, kind: &ColumnKind) -> Option<&'a str> {
    let allowed = kind.allowed().filter(|allowed| !allowed.is_empty())?;
    let is_there = |value: &str| allowed.iter().any(|one| one.value.eq_ignore_ascii_case(value));
    mapping.synonyms.keys().map(String::as_str).find(|value| !is_there(value))
}

/// What became wrong with mappings that were good. `refused`: by column, what the CRM said.
#[must_use]
pub fn alarms(mappings: &[Mapping], columns: &[Column], refused: &BTreeMap<String, String>) -> Vec<Alarm> {
    mappings.iter().filter(|mapping| mapping.enabled).flat_map(|mapping| alarms_of(mapping, columns, refused)).collect()
}

fn alarms_of(mapping: &Mapping, columns: &[Column], refused: &BTreeMap<String, String>) -> Vec<Alarm> {
    let alarm = |kind: AlarmKind, detail: String| Alarm { mapping: mapping.id, kind, detail };
    let mut found = Vec::new();
    if let Some(words) = refused.get(&mapping.column) {
        found.push(alarm(AlarmKind::Refused, words.clone()));
    }
    let Some(column) = columns.iter().find(|column| column.name == mapping.column) else {
        let same_title =
            columns.iter().find(|column| column.title == mapping.title && column.kind.name() == mapping.kind.name());
        let renamed = columns.iter().find(|column| column.name.eq_ignore_ascii_case(&mapping.column)).or(same_title);
        found.push(match renamed {
            Some(column) => alarm(AlarmKind::Renamed, format!("it seems to be called {} now: choose it", column.name)),
            None => {
                alarm(AlarmKind::Removed, "the CRM has it no more: choose another column, or remove the mapping".into())
            }
        });
        return found;
    };
    if column.kind.name() != mapping.kind.name() {
        let detail = format!(
            "it held {} and holds {} now: look at its values, then save",
            mapping.kind.name(),
            column.kind.name()
        );
        found.push(alarm(AlarmKind::Retyped, detail));
    }
    if !column.writable {
        let detail = "the connection's user may not write it any more: grant it in the CRM".to_owned();
        found.push(alarm(AlarmKind::NotWritable, detail));
    }
    let named = [
        mapping.fallback.as_ref(),
        match &mapping.source {
            Source::Static { value } => Some(value),
            _ => None,
        },
    ];
    let value_gone = column.kind.allowed().is_some_and(|allowed| !allowed.is_empty())
        && named.into_iter().flatten().any(|value| coerce(&column.kind, value).is_err());
    if value_gone || gone_synonym(mapping, &column.kind).is_some() {
        let detail = "a value that it names is not allowed any more: choose another".to_owned();
        found.push(alarm(AlarmKind::ValueGone, detail));
    }
    found
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::super::{Allowed, Overwrite, TextFormat, Unsure};
    use super::*;

    pub(crate) fn column(name: &str, kind: ColumnKind) -> Column {
        Column { name: name.into(), title: name.into(), kind, required: false, writable: true, locked: false }
    }

    pub(crate) fn mapping(id: u128, column: &Column, source: Source) -> Mapping {
        Mapping {
            id: Uuid::from_u128(id),
            column: column.name.clone(),
            title: column.title.clone(),
            kind: column.kind.clone(),
            instruction: String::new(),
            enabled: true,
            unlocked: false,
            source,
            fallback: None,
            threshold: 70,
            unsure: Unsure::LeaveOut,
            overwrite: Overwrite::KeepEdited,
            synonyms: BTreeMap::new(),
        }
    }

    fn area() -> Column {
        let values = vec![Allowed { value: "hw".into(), label: "Hardware".into() }];
        column("UsrArea", ColumnKind::Picklist { values, restricted: true })
    }

    fn fields(problems: &[Problem]) -> Vec<Part> {
        problems.iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn what_the_crm_would_refuse_is_told_before_it_is_saved() {
        let text = column("UsrNote", ColumnKind::Text { max: Some(4), format: TextFormat::Plain });
        let owner = Column {
            locked: true,
            ..column("OwnerId", ColumnKind::Lookup { object: "Contact".into(), values: Vec::new() })
        };
        let closed = Column { writable: false, ..column("UsrClosed", ColumnKind::Boolean) };
        let columns = [area(), text.clone(), owner.clone(), closed.clone()];
        let good = mapping(1, &area(), Source::Ai);
        assert_eq!(check(std::slice::from_ref(&good), &columns), [], "nothing is wrong with it");
        let static_of = |value| Source::Static { value };
        for (one, field, why) in [
            (Mapping { column: "usrarea".into(), ..good.clone() }, Part::Column, "letter case counts"),
            (Mapping { column: "UsrGone".into(), ..good.clone() }, Part::Column, "there is no such column"),
            (mapping(1, &owner, Source::Ai), Part::Column, "owners are people's to choose"),
            (mapping(1, &closed, Source::Ai), Part::Column, "no right"),
            (mapping(1, &area(), static_of(json!("Furniture"))), Part::Source, "not allowed"),
            (mapping(1, &text, static_of(json!("too long"))), Part::Source, "it would be cut"),
            (Mapping { fallback: Some(json!("Furniture")), ..good.clone() }, Part::Fallback, "not allowed"),
            (mapping(1, &text, Source::Template { text: "{who.name}".into() }), Part::Source, "no such placeholder"),
            (
                Mapping { synonyms: [("gone".into(), vec!["x".into()])].into(), ..good.clone() },
                Part::Synonyms,
                "value is gone",
            ),
        ] {
            assert_eq!(fields(&check(&[one], &columns)), [field], "{why}");
        }
        let twice = [good.clone(), Mapping { id: Uuid::from_u128(2), ..good }];
        assert_eq!(fields(&check(&twice, &columns)), [Part::Column], "two mappings of one column overwrite each other");
        let unlocked = Mapping { unlocked: true, ..mapping(1, &owner, Source::Ai) };
        assert_eq!(check(&[unlocked], &columns), [], "an admin may say so");
    }

    #[test]
    fn what_became_of_a_mapped_column_is_told() {
        let mapped = mapping(1, &area(), Source::Static { value: json!("hw") });
        let kinds = |columns: &[Column]| -> Vec<AlarmKind> {
            alarms(std::slice::from_ref(&mapped), columns, &BTreeMap::new()).iter().map(|alarm| alarm.kind).collect()
        };
        assert_eq!(kinds(&[area()]), []);
        assert_eq!(kinds(&[]), [AlarmKind::Removed]);
        assert_eq!(kinds(&[Column { name: "UsrAREA".into(), ..area() }]), [AlarmKind::Renamed]);
        assert_eq!(kinds(&[Column { name: "UsrField2".into(), ..area() }]), [AlarmKind::Renamed], "its title stayed");
        assert_eq!(kinds(&[Column { kind: ColumnKind::Integer, ..area() }]), [AlarmKind::Retyped]);
        assert_eq!(kinds(&[Column { writable: false, ..area() }]), [AlarmKind::NotWritable]);
        let values = vec![Allowed { value: "sw".into(), label: "Software".into() }];
        let other = Column { kind: ColumnKind::Picklist { values, restricted: true }, ..area() };
        assert_eq!(kinds(&[other]), [AlarmKind::ValueGone]);
        let refused = [("UsrArea".to_owned(), "no right".to_owned())].into();
        let found = alarms(&[mapped], &[area()], &refused);
        assert_eq!(found[0].kind, AlarmKind::Refused, "with the CRM's words: {}", found[0].detail);
    }
}
