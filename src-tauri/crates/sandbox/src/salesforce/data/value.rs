//! Values as the API spells them.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::super::ids;
use super::super::refusal::Refusal;
use super::super::schema::{Field, Kind};

/// `2015-08-19T08:17:00.000+0000`: no colon in the offset, and whole seconds, so that ties are common.
pub(crate) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

/// Any spelling that the API takes: with `Z`, with an offset with or without a colon, with fractions. A `+` that an
/// address turned into a blank is none of them.
pub(crate) fn parse_moment(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let (head, offset) = text.split_at_checked(text.len().checked_sub(5)?)?;
    let signed = offset.starts_with(['+', '-']) && offset[1..].bytes().all(|c| c.is_ascii_digit());
    signed.then(|| format!("{head}{}:{}", &offset[..3], &offset[3..]).parse().ok())?
}

fn wrong_type(field: &Field, value: &Json, wanted: &str) -> Refusal {
    let (kind, shown) = match value {
        Json::String(text) => ("VALUE_STRING", text.clone()),
        Json::Bool(flag) => (if *flag { "VALUE_TRUE" } else { "VALUE_FALSE" }, flag.to_string()),
        Json::Number(number) => ("VALUE_NUMBER_INT", number.to_string()),
        Json::Array(_) => ("START_ARRAY", "[".to_owned()),
        Json::Object(_) => ("START_OBJECT", "{".to_owned()),
        Json::Null => ("VALUE_NULL", String::new()),
    };
    Refusal::malformed_json(format!(
        "Cannot deserialize instance of {wanted} from {kind} value {shown} or request may be missing a required field \
         (field {})",
        field.name
    ))
}

/// A value of a body as it is stored; lengths and references are looked at elsewhere.
pub(crate) fn read(field: &Field, value: &Json) -> Result<Json, Refusal> {
    let wrong = |wanted: &str| Err(wrong_type(field, value, wanted));
    Ok(match (&field.kind, value) {
        // A checkbox has no third state.
        (Kind::Bool, Json::Null) => json!(false),
        (_, Json::Null) => Json::Null,
        (Kind::Bool, Json::Bool(_)) => value.clone(),
        (Kind::Bool, Json::String(text)) if text == "true" || text == "false" => json!(text == "true"),
        (Kind::Bool, _) => return wrong("boolean"),
        (Kind::Int, Json::Number(number)) if number.is_i64() => value.clone(),
        (Kind::Int, _) => return wrong("int"),
        (Kind::Number(..) | Kind::Currency(..) | Kind::Percent(..), Json::Number(_) | Json::String(_)) => {
            let (precision, scale) = field.kind.digits().unwrap_or_default();
            let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
            let Some(number) = number.filter(|number| number.is_finite()) else { return wrong("double") };
            let bound = 10_f64.powi(i32::try_from(precision.saturating_sub(scale)).unwrap_or(18));
            if number.abs() >= bound {
                let message = format!("{}: value outside of valid range on numeric field: {number}", field.name);
                return Err(Refusal::new(400, "NUMBER_OUTSIDE_VALID_RANGE", message).on(&[&field.name]));
            }
            let shift = 10_f64.powi(i32::try_from(scale).unwrap_or(0));
            json!((number * shift).round() / shift)
        }
        (Kind::Number(..) | Kind::Currency(..) | Kind::Percent(..), _) => return wrong("double"),
        (Kind::Time, Json::String(text)) => match text.trim_end_matches('Z').parse::<jiff::civil::Time>() {
            Ok(time) => json!(time.strftime("%H:%M:%S.%3fZ").to_string()),
            Err(_) => return wrong("time"),
        },
        (Kind::Time, _) => return wrong("time"),
        (Kind::MultiPicklist { values, .. }, Json::String(text)) => chosen(values, text),
        (Kind::DateTime, Json::String(text)) => match parse_moment(text) {
            Some(at) => json!(moment(at)),
            None => return wrong("datetime"),
        },
        (Kind::Date, Json::String(text)) => match text.get(..10).unwrap_or(text).parse::<jiff::civil::Date>() {
            Ok(day) => json!(day.to_string()),
            Err(_) => return wrong("date"),
        },
        (Kind::DateTime | Kind::Date, _) => return wrong("datetime"),
        (Kind::Reference(_) | Kind::Id, Json::String(text)) if text.is_empty() => Json::Null,
        (Kind::Reference(_) | Kind::Id, Json::String(text)) => match ids::key(text) {
            Some(key) => json!(ids::to_18(&key)),
            None => {
                let message = format!("{}: id value of incorrect type: {text}", field.name);
                return Err(Refusal::new(400, "MALFORMED_ID", message).on(&[&field.name]));
            }
        },
        // Empty text is no text; blanks at the ends are cut, line ends are kept.
        (_, Json::String(text)) => match text.trim() {
            "" => Json::Null,
            trimmed => json!(trimmed),
        },
        (_, Json::Number(_) | Json::Bool(_)) => json!(value.to_string()),
        (..) => return wrong("string"),
    })
}

/// Several values of a list in the list's own order, each once; what is on no list comes last.
fn chosen(values: &[(String, bool)], text: &str) -> Json {
    let mut parts: Vec<&str> = text.split(';').map(str::trim).filter(|part| !part.is_empty()).collect();
    let place =
        |part: &str| values.iter().position(|(each, _)| each.eq_ignore_ascii_case(part)).unwrap_or(values.len());
    parts.sort_by_key(|part| place(part));
    parts.dedup();
    if parts.is_empty() { Json::Null } else { json!(parts.join(";")) }
}

/// Text longer than its field, and picklist values that are not on the list.
pub(crate) fn fits(field: &Field, value: &Json) -> Result<(), Refusal> {
    let Some(text) = value.as_str() else { return Ok(()) };
    let is_multi = matches!(field.kind, Kind::MultiPicklist { .. });
    let parts = || text.split(';').filter(|_| is_multi).chain((!is_multi).then_some(text));
    if let Some((values, true)) = field.kind.list()
        && let Some(foreign) = parts().find(|part| !values.iter().any(|(each, _)| each.eq_ignore_ascii_case(part)))
    {
        let message = format!("{}: bad value for restricted picklist field: {foreign}", field.name);
        return Err(Refusal::new(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message).on(&[&field.name]));
    }
    if field.kind == Kind::Email && (text.split('@').count() != 2 || text.contains(char::is_whitespace)) {
        let message = format!("{}: invalid email address: {text}", field.name);
        return Err(Refusal::new(400, "INVALID_EMAIL_ADDRESS", message).on(&[&field.name]));
    }
    let length = if field.in_bytes { text.len() } else { text.chars().count() };
    let Some(max) = field.max_length().filter(|max| length > *max) else { return Ok(()) };
    let shown: String = text.chars().take(255).collect();
    let message = format!("{}: data value too large: {shown} (max length={max})", field.name);
    Err(Refusal::new(400, "STRING_TOO_LONG", message).on(&[&field.name]))
}
