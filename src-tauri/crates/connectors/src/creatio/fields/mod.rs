//! Mapped columns of a case: what Creatio has, what stands, and values as OData writes and reads them (R26).

mod columns;
mod isolate;
mod metadata;
mod rows;

use std::collections::BTreeMap;

use casebridge_domain::mapping::{ColumnKind, is_zero, same};
use casebridge_domain::plan::fields::{Blame, Refusal};
use casebridge_domain::{CallFailure, FieldValue};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Creatio;
use super::odata::{id, raw, segment, string};
use super::settings::CreatioSettings;
use crate::port::{CallLog, MappedPart};

pub(crate) use self::columns::Lookups;
pub(crate) use self::isolate::is_refusal;

/// Columns that the CRM turned out not to have are left out of a read; more than this many are not tried.
const MOST_LEFT_OUT: usize = 5;

/// The body of the part that writes mapped columns.
pub(crate) fn body(values: &[FieldValue], settings: &CreatioSettings) -> Map<String, Value> {
    values.iter().map(|value| (value.column.clone(), written(value, settings))).collect()
}

/// A value as OData writes it. Decimals are text: the content type says so (`IEEE754Compatible=true`).
fn written(value: &FieldValue, settings: &CreatioSettings) -> Value {
    match (&value.kind, &value.value) {
        (ColumnKind::Text { .. }, Value::String(text)) => json!(text_for(&value.column, text, settings)),
        (ColumnKind::Decimal { .. } | ColumnKind::Money { .. }, Value::Number(number)) => json!(number.to_string()),
        (_, other) => other.clone(),
    }
}

/// Into a column of markup escaped, into one of text as it is. Metadata do not tell which is which: what would be markup
/// is escaped then, and nothing else, so that O'Neil stays O'Neil (R25).
fn text_for(column: &str, text: &str, settings: &CreatioSettings) -> String {
    let name = format!("Case.{column}");
    if settings.knows_markup(&name) {
        return super::case::text(&name, text, settings);
    }
    html_escape::encode_text(&super::markup::storable(text)).into_owned()
}

/// What a row holds in a column, fitted to its kind; `None`: nothing. Creatio shows nothing as a zero of the type.
fn read(row: &Value, value: &FieldValue) -> Option<Value> {
    let column = value.column.as_str();
    match value.kind {
        ColumnKind::Lookup { .. } => id(row, column).map(|id| json!(id.to_string())),
        ColumnKind::Text { .. } => Some(raw(row, column)).filter(|text| !text.is_empty()).map(|text| {
            let lines = text.replace("<br>", "\n").replace("<br />", "\n");
            json!(html_escape::decode_html_entities(&lines))
        }),
        ColumnKind::DateTime | ColumnKind::Date | ColumnKind::Time => string(row, column).map(Value::String),
        ColumnKind::Boolean => row.get(column).filter(|flag| **flag == json!(true)).cloned(),
        _ => row.get(column).filter(|number| !number.is_null() && !is_zero(number)).cloned(),
    }
}

/// Where the values are read back, as parts of a batch name it.
pub(crate) fn address(case: Uuid, values: &[FieldValue]) -> String {
    let columns: Vec<&str> = values.iter().map(|value| value.column.as_str()).collect();
    format!("{}?$select=Id,{}", segment("Case", case), columns.join(","))
}

/// What became of values that Creatio said it took, by the row that was read behind them.
pub(crate) fn compared(row: &Value, values: &[FieldValue]) -> MappedPart {
    let told = Refusal {
        words: "Creatio accepted a change of this column and did not make it".into(),
        hint: "check the column in Creatio: its name, its type and the right to change it".into(),
        limit: None,
        blame: Blame::Column,
    };
    let left: BTreeMap<String, Refusal> =
        missing(row, values).iter().map(|one| (one.column.clone(), told.clone())).collect();
    if left.is_empty() { MappedPart::Stands } else { MappedPart::LeftOut(left) }
}

/// Those of the values that a row does not hold although they were written.
fn missing<'a>(row: &Value, values: &'a [FieldValue]) -> Vec<&'a FieldValue> {
    let stands = |value: &&FieldValue| {
        let there = read(row, value).unwrap_or_default();
        // A zero that was written reads as nothing.
        same(&value.kind, &value.value, &there)
            || (there.is_null() && is_zero(&value.value))
            || is_rounded(value, &there)
    };
    values.iter().filter(|value| !stands(value)).collect()
}

/// Whether a column keeps the number, in fewer digits. Metadata do not tell how many it has.
fn is_rounded(value: &FieldValue, there: &Value) -> bool {
    let text = there.as_str().map_or_else(|| there.to_string(), str::to_owned);
    let digits = text.split_once('.').map_or(0, |(_, digits)| digits.len());
    let (Some(wrote), Ok(there)) = (value.value.as_f64(), text.parse::<f64>()) else { return false };
    let step = 10_f64.powi(-i32::try_from(digits).unwrap_or(i32::MAX));
    matches!(value.kind, ColumnKind::Decimal { .. } | ColumnKind::Money { .. })
        && (wrote - there).abs() <= step / 2.0 + f64::EPSILON * wrote.abs()
}

impl Creatio {
    /// What stands in columns of a case. A column that is gone is read as empty.
    pub(crate) async fn read_fields(
        &self,
        case: Uuid,
        wanted: &[FieldValue],
        log: &CallLog,
    ) -> Result<BTreeMap<String, Value>, CallFailure> {
        let mut asked: Vec<&FieldValue> = wanted.iter().collect();
        for round in 0..=MOST_LEFT_OUT {
            let columns: Vec<&str> = asked.iter().map(|value| value.column.as_str()).collect();
            if columns.is_empty() {
                break;
            }
            match self.record("Case", case, &format!("Id,{}", columns.join(",")), log).await {
                Ok(row) => {
                    let there = asked.iter().filter_map(|value| Some((value.column.clone(), read(&row, value)?)));
                    return Ok(there.collect());
                }
                Err(failure) => {
                    let before = asked.len();
                    asked.retain(|value| !super::pull::names_column(&failure, &value.column));
                    if asked.len() == before || round == MOST_LEFT_OUT {
                        // What cannot be read is not empty: whoever asks keeps what stands.
                        return Err(failure);
                    }
                }
            }
        }
        Ok(BTreeMap::new())
    }
}

#[cfg(test)]
mod tests {
    use casebridge_domain::mapping::{Overwrite, TextFormat};

    use super::super::case::tests::settings;
    use super::*;

    fn value(column: &str, kind: ColumnKind, value: Value) -> FieldValue {
        FieldValue { mapping: Uuid::nil(), column: column.into(), kind, value, overwrite: Overwrite::Always }
    }

    fn text() -> ColumnKind {
        ColumnKind::Text { max: None, format: TextFormat::Plain }
    }

    #[test]
    fn r25_markup_is_escaped_where_nobody_knows_what_the_column_is() {
        let body = body(
            &[
                value("UsrName", text(), json!("O'Neil <b>& Sons")),
                value("UsrAmount", ColumnKind::Money { scale: None }, json!(12.5)),
            ],
            &settings(),
        );
        assert_eq!(body["UsrName"], json!("O'Neil &lt;b&gt;&amp; Sons"), "only what would be markup");
        assert_eq!(body["UsrAmount"], json!("12.5"), "decimals are text: the content type says so");
    }

    #[test]
    fn r24_r37_zeros_of_a_type_are_nothing_and_what_was_written_reads_the_same() {
        let row = json!({
            "UsrNote": "", "UsrSeats": 0, "UsrAmount": "0", "UsrUrgent": false, "UsrDueOn": "0001-01-01T00:00:00Z",
            "UsrTopicId": "00000000-0000-0000-0000-000000000000", "UsrName": "O&#39;Neil &lt;b&gt;<br>Sons",
        });
        let lookup = ColumnKind::Lookup { object: "X".into(), values: Vec::new() };
        for (column, kind) in [
            ("UsrNote", text()),
            ("UsrSeats", ColumnKind::Integer),
            ("UsrAmount", ColumnKind::Decimal { scale: None }),
            ("UsrUrgent", ColumnKind::Boolean),
            ("UsrDueOn", ColumnKind::DateTime),
            ("UsrTopicId", lookup),
        ] {
            assert_eq!(read(&row, &value(column, kind, Value::Null)), None, "{column}");
        }
        assert_eq!(read(&row, &value("UsrName", text(), Value::Null)), Some(json!("O'Neil <b>\nSons")));
        let written = [
            value("UsrSeats", ColumnKind::Integer, json!(0)),
            value("UsrUrgent", ColumnKind::Boolean, json!(false)),
            value("UsrName", text(), json!("O'Neil <b>\nSons")),
            value("UsrNote", text(), json!("gone")),
        ];
        let left: Vec<&str> = missing(&row, &written).iter().map(|value| value.column.as_str()).collect();
        assert_eq!(left, ["UsrNote"], "R23: accepted, and not made");
    }

    #[test]
    fn r26_a_number_that_a_column_rounds_is_no_refusal() {
        let decimal = || ColumnKind::Decimal { scale: None };
        let kept = |wrote: Value, there: Value| {
            matches!(compared(&json!({ "UsrFee": there }), &[value("UsrFee", decimal(), wrote)]), MappedPart::Stands)
        };
        assert!(kept(json!(12.345), json!(12.35)), "two digits, as most columns of money have");
        assert!(kept(json!(12.345), json!("12.3")), "decimals may be told as text");
        assert!(kept(json!(12.4), json!(12)), "a column without digits");
        assert!(!kept(json!(12.345), json!(12.4)), "another number was there, or nothing was changed");
        assert!(!kept(json!(12.345), Value::Null), "nothing was written");
    }
}
