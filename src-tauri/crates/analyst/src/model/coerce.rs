//! A model's value as the column wants it, or why it is none.

use casebridge_domain::mapping::{Allowed, ColumnKind, TextFormat};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::read::{contact, number};

/// Longest name of a row, in characters.
const LONGEST_NAME: usize = 250;

/// Why a value is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is not of the column's type.
    Type,
    /// It is not among the allowed values.
    Foreign,
}

impl Refused {
    pub(super) fn note(self) -> &'static str {
        match self {
            Refused::Type => "the model's value is not of the column's type",
            Refused::Foreign => "the model's value is not among the allowed ones",
        }
    }
}

/// The value, typed as `Found::value` is.
pub(super) fn coerced(kind: &ColumnKind, value: &Value, zone: &TimeZone) -> Result<Value, Refused> {
    let text = value.as_str().map(str::trim).filter(|text| !text.is_empty());
    let typed = |value: Option<Value>| value.ok_or(Refused::Type);
    match kind {
        ColumnKind::Integer => typed(amount(value).filter(|amount| amount.fract() == 0.0).map(number::number)),
        ColumnKind::Decimal { .. } | ColumnKind::Money { .. } => typed(amount(value).map(number::number)),
        ColumnKind::Boolean => typed(value.as_bool().map(Value::from)),
        ColumnKind::Date => typed(text.and_then(|text| text.parse::<Date>().ok()).map(|day| day.to_string().into())),
        ColumnKind::Time => typed(text.and_then(time).map(|time| time.to_string().into())),
        ColumnKind::DateTime => typed(text.and_then(|text| moment(text, zone)).map(|moment| moment.to_string().into())),
        ColumnKind::Text { format, .. } => {
            let text = text.ok_or(Refused::Type)?;
            fits(*format, text).then(|| text.into()).ok_or(Refused::Type)
        }
        // Rows that nobody listed are named: the CRM is asked which one that is.
        ColumnKind::Lookup { values, .. } if values.is_empty() => {
            let name =
                text.filter(|text| text.chars().count() <= LONGEST_NAME).map(Value::from).ok_or(Refused::Type)?;
            // An id is nothing that anybody says, and whoever does chooses among rows that are not theirs to see.
            if casebridge_domain::mapping::coerce(kind, &name).is_ok() { Err(Refused::Foreign) } else { Ok(name) }
        }
        ColumnKind::Picklist { .. } | ColumnKind::Lookup { .. } => {
            one_of(kind.allowed().unwrap_or_default(), text.ok_or(Refused::Type)?).map(|one| one.value.as_str().into())
        }
        ColumnKind::MultiPicklist { .. } => {
            let chosen = value.as_array().filter(|chosen| !chosen.is_empty()).ok_or(Refused::Type)?;
            let mut values: Vec<Value> = Vec::new();
            for one in chosen {
                let value = Value::from(
                    one_of(kind.allowed().unwrap_or_default(), one.as_str().ok_or(Refused::Type)?)?.value.as_str(),
                );
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            Ok(values.into())
        }
        ColumnKind::Other { .. } => Err(Refused::Type),
    }
}

/// An allowed value by its label, or as such. Two with one label are nobody's choice.
fn one_of<'a>(values: &'a [Allowed], said: &str) -> Result<&'a Allowed, Refused> {
    let said = said.trim().to_lowercase();
    let mut labelled = values.iter().filter(|one| one.label.to_lowercase() == said);
    match (labelled.next(), labelled.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(Refused::Foreign),
        (None, _) => values.iter().find(|one| one.value.to_lowercase() == said).ok_or(Refused::Foreign),
    }
}

/// A number, or a text that is one, with or without a currency.
fn amount(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| {
        let text = value.as_str()?.trim();
        let whole = |at: &std::ops::Range<usize>| *at == (0..text.len());
        match &number::money_in(text)[..] {
            [one] if whole(&one.at) => one.value.as_f64(),
            _ => text.parse().ok().filter(|amount: &f64| amount.is_finite()),
        }
    })
}

fn time(text: &str) -> Option<Time> {
    text.parse().ok()
}

/// With an offset as such, else where the company is.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    text.parse().ok().or_else(|| Some(text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok()?.timestamp()))
}

fn fits(format: TextFormat, text: &str) -> bool {
    let found = match format {
        TextFormat::Plain => return true,
        TextFormat::Email => contact::emails_in(text),
        TextFormat::Phone => {
            return text.chars().filter(char::is_ascii_digit).count() >= 5 && !text.chars().any(char::is_alphabetic);
        }
        TextFormat::Url => contact::addresses_in(text),
    };
    matches!(&found[..], [one] if one.at == (0..text.len()))
}
