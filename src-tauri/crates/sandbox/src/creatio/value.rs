//! Values of columns: how they are kept, and how OData shows them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::{Number, Value as Json};
use uuid::Uuid;

use super::schema::Kind;

/// What a column holds. `Null` is the one empty value; answers show it as a zero of the column's type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Guid(Uuid),
    Text(String),
    Int(i64),
    Decimal(f64),
    Bool(bool),
    Time(Timestamp),
    Bytes(Vec<u8>),
}

impl Value {
    pub fn guid(&self) -> Option<Uuid> {
        match self {
            Self::Guid(id) if !id.is_nil() => Some(*id),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Guid(id) => id.is_nil(),
            Self::Text(text) => text.is_empty(),
            _ => false,
        }
    }

    pub fn is_true(&self) -> bool {
        matches!(self, Self::Bool(true))
    }
}

/// How an answer spells its values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelling {
    /// Fractional digits of dates: six or seven in live answers.
    pub date_digits: usize,
    /// `IEEE754Compatible=true` in Accept asks for decimals as strings.
    pub decimals_as_text: bool,
}

/// A value as OData answers it: never null, because the properties are not nullable in practice.
pub(crate) fn to_json(value: &Value, kind: &Kind, spelling: Spelling) -> Json {
    match value {
        Value::Guid(id) => Json::String(id.hyphenated().to_string()),
        Value::Text(text) => Json::String(text.clone()),
        Value::Int(number) => Json::from(*number),
        Value::Decimal(number) => decimal(*number, spelling),
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Time(at) => Json::String(format_time(*at, spelling.date_digits)),
        Value::Bytes(bytes) => Json::String(STANDARD.encode(bytes)),
        Value::Null => match kind {
            Kind::Guid | Kind::Lookup { .. } => Json::String(Uuid::nil().hyphenated().to_string()),
            Kind::Text { .. } | Kind::Binary => Json::String(String::new()),
            Kind::Int => Json::from(0),
            Kind::Decimal => decimal(0.0, spelling),
            Kind::Bool => Json::Bool(false),
            Kind::Time => Json::String("0001-01-01T00:00:00Z".to_owned()),
        },
    }
}

fn decimal(number: f64, spelling: Spelling) -> Json {
    if spelling.decimals_as_text {
        return Json::String(number.to_string());
    }
    if number.fract() == 0.0 && number.abs() < 9e15 {
        #[expect(clippy::cast_possible_truncation, reason = "the range was checked just above")]
        return Json::from(number as i64);
    }
    Number::from_f64(number).map_or(Json::Null, Json::Number)
}

/// UTC with `Z`. A whole second has no fraction; anything finer has `digits` of them.
pub(crate) fn format_time(at: Timestamp, digits: usize) -> String {
    let whole = at.strftime("%Y-%m-%dT%H:%M:%S");
    let nanos = at.subsec_nanosecond();
    if nanos == 0 {
        return format!("{whole}Z");
    }
    let fraction = format!("{nanos:09}");
    format!("{whole}.{}Z", &fraction[..digits])
}

/// How a date was written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum WrittenTime {
    Zoned(Timestamp),
    DateOnly(Date),
    Zoneless,
    Nonsense,
}

/// Reads a date as a caller wrote it; what a missing zone means is for the caller of this to say.
pub(crate) fn read_time(text: &str) -> WrittenTime {
    if text.len() == 10
        && let Ok(date) = text.parse::<Date>()
    {
        return WrittenTime::DateOnly(date);
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        let micros = Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
        return WrittenTime::Zoned(micros);
    }
    match text.parse::<DateTime>() {
        Ok(_) => WrittenTime::Zoneless,
        Err(_) => WrittenTime::Nonsense,
    }
}

/// The year 1 is how an empty date looks, so writing it empties the column.
pub(crate) fn is_min_time(at: Timestamp) -> bool {
    at.strftime("%Y").to_string() == "0001"
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const LIVE: Spelling = Spelling { date_digits: 6, decimals_as_text: false };

    #[test]
    fn empty_values_are_shown_as_zeros_of_their_type() {
        let shown = |kind: Kind| to_json(&Value::Null, &kind, LIVE).to_string();
        assert_eq!(shown(Kind::Guid), "\"00000000-0000-0000-0000-000000000000\"");
        assert_eq!(shown(Kind::Time), "\"0001-01-01T00:00:00Z\"");
        assert_eq!(shown(Kind::Text { max: None, html: false }), "\"\"");
        assert_eq!(shown(Kind::Decimal), "0");
        assert_eq!(shown(Kind::Bool), "false");
    }

    #[test]
    fn fractions_have_six_or_seven_digits() {
        let at: Timestamp = "2019-07-15T23:02:53.323936Z".parse().unwrap();
        assert_eq!(format_time(at, 6), "2019-07-15T23:02:53.323936Z");
        assert_eq!(format_time(at, 7), "2019-07-15T23:02:53.3239360Z");
    }

    #[test]
    fn a_date_without_a_zone_is_told_apart() {
        assert_eq!(read_time("2026-01-02T03:04:05"), WrittenTime::Zoneless);
        assert!(matches!(read_time("2026-01-02T03:04:05+02:00"), WrittenTime::Zoned(_)));
        assert!(matches!(read_time("2026-01-02"), WrittenTime::DateOnly(_)));
        assert_eq!(read_time("soon"), WrittenTime::Nonsense);
    }
}
