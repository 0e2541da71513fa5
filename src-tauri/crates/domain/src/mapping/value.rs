//! Values made to fit their column: typed, cut with a mark, and never one that the column does not allow.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use serde_json::{Number, Value};

use super::{Allowed, ColumnKind, TextFormat};
use crate::text::cut;

/// A value that fits.
#[derive(Debug, Clone, PartialEq)]
pub struct Coerced {
    /// What is sent: text; number; bool; `2026-11-21`; RFC 3339 in UTC; `14:30:00`; an allowed value; a list of those.
    /// `Null` for what says nothing: empty text, an empty list.
    pub value: Value,
    /// What was done to it, when something was: `cut to 50 characters`.
    pub note: Option<String>,
}

/// Makes a value fit a column, or says in words why it cannot. Pickers' values are found by value, then by label;
/// letter case does not matter there. The words repeat nothing of the value.
pub fn coerce(kind: &ColumnKind, value: &Value) -> Result<Coerced, String> {
    if is_blank(value) {
        return Ok(plain(Value::Null));
    }
    match kind {
        ColumnKind::Text { max, format } => text(value, *max, *format),
        ColumnKind::Integer => integer(value).map(plain),
        ColumnKind::Decimal { scale } | ColumnKind::Money { scale } => decimal(value, *scale),
        ColumnKind::Date => date(value).map(plain),
        ColumnKind::DateTime => moment(value).map(plain),
        ColumnKind::Time => time(value).map(plain),
        ColumnKind::Boolean => boolean(value).map(plain),
        ColumnKind::Picklist { values, .. } => one_of(values, value).map(plain),
        ColumnKind::MultiPicklist { values, .. } => some_of(values, value).map(plain),
        ColumnKind::Lookup { values, .. } if values.is_empty() => row(value).map(plain),
        ColumnKind::Lookup { values, .. } => {
            one_of(values, value).or_else(|why| row(value).map_err(|_| why)).map(plain)
        }
        ColumnKind::Other { name } => Err(format!("columns of the type {name} are not written")),
    }
}

/// Whether two values of a column are the same to the CRM: numbers by amount, moments by instant, lists without order.
#[must_use]
pub fn same(kind: &ColumnKind, one: &Value, other: &Value) -> bool {
    // A box that was never ticked says nothing.
    let is_none = |value: &Value| is_blank(value) || (*kind == ColumnKind::Boolean && is_zero(value));
    if is_none(one) || is_none(other) {
        return is_none(one) && is_none(other);
    }
    let fitted = |value: &Value| coerce(kind, value).map_or_else(|_| value.clone(), |fits| fits.value);
    match (kind, fitted(one), fitted(other)) {
        (ColumnKind::Text { .. }, one, other) => text_of(&one).trim() == text_of(&other).trim(),
        (ColumnKind::Decimal { .. } | ColumnKind::Money { .. }, one, other) => match (one.as_f64(), other.as_f64()) {
            (Some(one), Some(other)) => (one - other).abs() < 1e-9,
            _ => one == other,
        },
        (ColumnKind::MultiPicklist { .. }, Value::Array(mut one), Value::Array(mut other)) => {
            one.sort_by_key(text_of);
            other.sort_by_key(text_of);
            one == other
        }
        (ColumnKind::Lookup { .. }, one, other) => text_of(&one).eq_ignore_ascii_case(&text_of(&other)),
        (_, one, other) => one == other,
    }
}

/// Whether it is what a CRM may show where nothing was ever given: an unticked box, the number 0.
#[must_use]
pub fn is_zero(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.parse() == Ok(0.0),
        _ => false,
    }
}

/// A value as people read it: labels for pickers, `yes` and `no`, the rest as it is.
#[must_use]
pub fn shown(kind: &ColumnKind, value: &Value) -> String {
    let label = |value: &Value| {
        let text = text_of(value);
        let allowed = kind.allowed().unwrap_or_default();
        allowed.iter().find(|one| one.value.eq_ignore_ascii_case(&text)).map_or(text, |one| one.label.clone())
    };
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(values) => values.iter().map(label).collect::<Vec<_>>().join(", "),
        value => label(value),
    }
}

fn plain(value: Value) -> Coerced {
    Coerced { value, note: None }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.iter().all(is_blank),
        _ => false,
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(values) => values.iter().map(text_of).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn text(value: &Value, max: Option<u32>, format: TextFormat) -> Result<Coerced, String> {
    if value.is_object() {
        return Err("is no text".into());
    }
    let whole = text_of(value).trim().to_owned();
    let most = max.map_or(usize::MAX, |max| max as usize);
    if whole.encode_utf16().count() <= most {
        fits_format(&whole, format)?;
        return Ok(plain(Value::String(whole)));
    }
    if format != TextFormat::Plain {
        // A part of an address leads elsewhere.
        return Err(format!("is longer than the {most} characters of the column"));
    }
    let note = Some(format!("cut to the {most} characters of the column"));
    Ok(Coerced { value: Value::String(cut(&whole, most)), note })
}

fn fits_format(text: &str, format: TextFormat) -> Result<(), String> {
    let spaced = text.chars().any(char::is_whitespace);
    let fits = match format {
        TextFormat::Plain => return Ok(()),
        TextFormat::Email => {
            let parts = text.split_once('@');
            !spaced && parts.is_some_and(|(who, host)| !who.is_empty() && host.contains('.') && !host.contains('@'))
        }
        TextFormat::Phone => {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            (3..=20).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || "+-/(). x".contains(c))
        }
        TextFormat::Url => !spaced && text.contains('.'),
    };
    let what = match format {
        TextFormat::Email => "an e-mail address",
        TextFormat::Phone => "a phone number",
        TextFormat::Plain | TextFormat::Url => "an address",
    };
    if fits { Ok(()) } else { Err(format!("is not {what}")) }
}

/// A number as people and programs write it. A comma and a point together are thousands and decimals; what could mean
/// either is no number.
fn number(value: &Value) -> Option<f64> {
    let text = match value {
        Value::Number(number) => return number.as_f64(),
        Value::String(text) => text,
        _ => return None,
    };
    let bare: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
    let (point, comma) = (bare.rfind('.'), bare.rfind(','));
    let bare = match (point, comma) {
        (Some(point), Some(comma)) if point > comma => bare.replace(',', ""),
        (Some(_), Some(_)) => bare.replace('.', "").replace(',', "."),
        (None, Some(comma)) if bare.len() - comma == 4 => return None,
        (None, Some(_)) if bare.matches(',').count() == 1 => bare.replace(',', "."),
        (None, Some(_)) => return None,
        _ => bare,
    };
    let digits = bare.trim_start_matches(['-', '+']);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
        && digits.matches('.').count() <= 1;
    if is_number { bare.parse().ok().filter(|number: &f64| number.is_finite()) } else { None }
}

fn integer(value: &Value) -> Result<Value, String> {
    if let Some(whole) = value.as_i64() {
        return fits_i32(whole);
    }
    match number(value) {
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked in the guard")]
        Some(found) if found.fract() == 0.0 && found.abs() < 9e15 => fits_i32(found as i64),
        Some(_) => Err("is no whole number".into()),
        None => Err("is no number".into()),
    }
}

/// Whole numbers of Creatio have 32 bits; those of Salesforce fit into that for all that is said in a conversation.
fn fits_i32(whole: i64) -> Result<Value, String> {
    i32::try_from(whole).map(Value::from).map_err(|_| "is too large a number".into())
}

fn decimal(value: &Value, scale: Option<u8>) -> Result<Coerced, String> {
    let found = number(value).ok_or("is no number")?;
    let Some(scale) = scale else { return Ok(plain(as_number(found)?)) };
    let factor = 10_f64.powi(i32::from(scale));
    let rounded = (found * factor).round() / factor;
    let note = ((rounded - found).abs() > 1e-9).then(|| format!("rounded to {scale} places"));
    Ok(Coerced { value: as_number(rounded)?, note })
}

fn as_number(found: f64) -> Result<Value, String> {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked in the condition")]
    if found.fract() == 0.0 && found.abs() < 9e15 {
        return Ok(Value::from(found as i64));
    }
    Number::from_f64(found).map(Value::Number).ok_or_else(|| "is no number".into())
}

fn date(value: &Value) -> Result<Value, String> {
    let text = value.as_str().unwrap_or_default().trim();
    let day = text.parse::<Date>().or_else(|_| text.parse::<DateTime>().map(DateTime::date));
    day.map(|day| Value::String(day.to_string())).map_err(|_| "is no date".into())
}

/// A day without time is its midnight; a time without a zone is in UTC.
fn moment(value: &Value) -> Result<Value, String> {
    let text = value.as_str().unwrap_or_default().trim();
    let civil = || text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|day| day.at(0, 0, 0, 0)));
    let at = text.parse::<Timestamp>().ok().or_else(|| {
        let zoned = civil().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(zoned.timestamp())
    });
    at.map(|at| Value::String(at.to_string())).ok_or_else(|| "is no date with time".into())
}

fn time(value: &Value) -> Result<Value, String> {
    let text = value.as_str().unwrap_or_default().trim().trim_end_matches('Z');
    let padded = if text.len() == 4 { format!("0{text}") } else { text.to_owned() };
    let at: Time = padded.parse().map_err(|_| "is no time of day")?;
    Ok(Value::String(format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())))
}

fn boolean(value: &Value) -> Result<Value, String> {
    match value {
        Value::Bool(yes) => Ok(Value::Bool(*yes)),
        Value::Number(number) if number.as_i64() == Some(1) => Ok(Value::Bool(true)),
        Value::Number(number) if number.as_i64() == Some(0) => Ok(Value::Bool(false)),
        Value::String(text) => match text.trim().to_lowercase().as_str() {
            "true" | "yes" | "1" => Ok(Value::Bool(true)),
            "false" | "no" | "0" => Ok(Value::Bool(false)),
            _ => Err("is neither yes nor no".into()),
        },
        _ => Err("is neither yes nor no".into()),
    }
}

fn one_of(values: &[Allowed], value: &Value) -> Result<Value, String> {
    let text = match value {
        Value::Array(list) if list.len() == 1 => text_of(&list[0]),
        Value::Array(_) => return Err("is several values where one is allowed".into()),
        value => text_of(value),
    };
    let wanted = text.trim().to_lowercase();
    let exact = values.iter().find(|one| one.value == text.trim());
    let by_value = || values.iter().find(|one| one.value.to_lowercase() == wanted);
    // Two rows of one name: nobody knows which is meant.
    let by_label = || {
        let mut found = values.iter().filter(|one| one.label.trim().to_lowercase() == wanted);
        found.next().filter(|_| found.next().is_none())
    };
    exact
        .or_else(by_value)
        .or_else(by_label)
        .map(|one| Value::String(one.value.clone()))
        .ok_or_else(|| "is not among the values that the column allows".into())
}

fn some_of(values: &[Allowed], value: &Value) -> Result<Value, String> {
    let list: Vec<Value> = match value {
        Value::Array(list) => list.clone(),
        Value::String(text) => text.split(';').map(|part| Value::String(part.trim().to_owned())).collect(),
        other => vec![other.clone()],
    };
    let mut found = Vec::with_capacity(list.len());
    for one in list.iter().filter(|one| !is_blank(one)) {
        let allowed = one_of(values, one)?;
        if !found.contains(&allowed) {
            found.push(allowed);
        }
    }
    Ok(Value::Array(found))
}

/// The id of a row that we have no list of: a GUID, or 15 or 18 characters of Salesforce.
fn row(value: &Value) -> Result<Value, String> {
    let text = value.as_str().unwrap_or_default().trim();
    if let Ok(id) = uuid::Uuid::try_parse(text) {
        return Ok(Value::String(id.to_string()));
    }
    let of_salesforce = matches!(text.len(), 15 | 18)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && text.bytes().any(|byte| byte.is_ascii_digit());
    if of_salesforce { Ok(Value::String(text.to_owned())) } else { Err("names no row of the CRM".into()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn allowed() -> Vec<Allowed> {
        let one = |value: &str, label: &str| Allowed { value: value.into(), label: label.into() };
        vec![one("hw", "Hardware"), one("sw", "Software"), one("x1", "Twice"), one("x2", "twice")]
    }

    fn fits(kind: &ColumnKind, value: Value) -> Option<Value> {
        coerce(kind, &value).ok().map(|fits| fits.value)
    }

    #[test]
    fn r26_values_are_made_to_fit_or_refused_in_words() {
        let text = ColumnKind::Text { max: Some(5), format: TextFormat::Plain };
        let cut = coerce(&text, &json!("abcdefgh")).expect("long text is cut, not refused");
        assert_eq!(cut.value, json!("abcd…"), "with a mark, so that nobody takes a part for the whole");
        assert!(cut.note.is_some(), "people are told of the cut");
        for (kind, given, wanted) in [
            (ColumnKind::Integer, json!("12"), Some(json!(12))),
            (ColumnKind::Integer, json!(12.0), Some(json!(12))),
            (ColumnKind::Integer, json!("12.5"), None),
            (ColumnKind::Integer, json!("twelve"), None),
            (ColumnKind::Integer, json!(3_000_000_000_i64), None),
            (ColumnKind::Money { scale: Some(2) }, json!("1,234.567"), Some(json!(1234.57))),
            (ColumnKind::Money { scale: Some(2) }, json!("1.234,50"), Some(json!(1234.5))),
            (ColumnKind::Decimal { scale: None }, json!("12,5"), Some(json!(12.5))),
            (ColumnKind::Decimal { scale: None }, json!("1,234"), None),
            (ColumnKind::Date, json!("2026-11-21"), Some(json!("2026-11-21"))),
            (ColumnKind::Date, json!("2026-02-30"), None),
            (ColumnKind::DateTime, json!("2026-11-21T10:00:00+02:00"), Some(json!("2026-11-21T08:00:00Z"))),
            (ColumnKind::DateTime, json!("soon"), None),
            (ColumnKind::Time, json!("9:30"), Some(json!("09:30:00"))),
            (ColumnKind::Time, json!("25:00"), None),
            (ColumnKind::Boolean, json!("Yes"), Some(json!(true))),
            (ColumnKind::Boolean, json!("maybe"), None),
            (ColumnKind::Other { name: "Edm.Binary".into() }, json!("x"), None),
            (ColumnKind::Text { max: None, format: TextFormat::Email }, json!("ann@acme"), None),
            (
                ColumnKind::Text { max: None, format: TextFormat::Phone },
                json!("+1 (555) 010-99"),
                Some(json!("+1 (555) 010-99")),
            ),
        ] {
            assert_eq!(fits(&kind, given.clone()), wanted, "{} from {given}", kind.name());
        }
    }

    #[test]
    fn r26_a_picker_never_gets_a_foreign_value() {
        let pick = ColumnKind::Picklist { values: allowed(), restricted: false };
        assert_eq!(fits(&pick, json!("hardware")), Some(json!("hw")), "a label becomes its value");
        assert_eq!(fits(&pick, json!("SW")), Some(json!("sw")));
        assert_eq!(fits(&pick, json!("Furniture")), None, "not even where the CRM would take it");
        assert_eq!(fits(&pick, json!("TWICE")), None, "two rows have this label: nobody knows which is meant");
        let several = ColumnKind::MultiPicklist { values: allowed(), restricted: true };
        assert_eq!(fits(&several, json!("Hardware;sw")), Some(json!(["hw", "sw"])));
        assert_eq!(fits(&several, json!(["hw", "Furniture"])), None, "half an answer would look like a whole one");
        let lookup = ColumnKind::Lookup { object: "City".into(), values: Vec::new() };
        assert_eq!(fits(&lookup, json!("Berlin")), None, "only a row's id is written");
        assert!(fits(&lookup, json!("9BD88A4A-8C4A-4C2D-9D3C-2F6D4B1F0A11")).is_some());
    }

    #[test]
    fn r37_sameness_is_the_crms_and_not_the_spellings() {
        let moment = ColumnKind::DateTime;
        assert!(same(&moment, &json!("2026-11-21T08:00:00.0000000Z"), &json!("2026-11-21T10:00:00+02:00")));
        assert!(same(&ColumnKind::Money { scale: Some(2) }, &json!("12.50"), &json!(12.5)));
        assert!(same(&ColumnKind::Boolean, &json!(null), &json!("")), "nothing is nothing, however it is written");
        assert!(!same(&ColumnKind::Integer, &json!(1), &json!(2)));
        let several = ColumnKind::MultiPicklist { values: allowed(), restricted: true };
        assert!(same(&several, &json!("sw;hw"), &json!(["hw", "sw"])), "the CRM keeps no order");
    }
}
