//! Values of answers. OData properties of Creatio are not nullable in practice: an empty lookup is the
//! zero GUID, an empty date is year 1, an empty text is "". All three mean none.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

/// A GUID, unless it is the zero one. Letter case differs between answers and constants.
pub(crate) fn id(row: &Value, column: &str) -> Option<Uuid> {
    row.get(column)?.as_str().and_then(|text| Uuid::try_parse(text).ok()).filter(|id| !id.is_nil())
}

/// The row's own id.
pub(crate) fn id_of(row: &Value) -> Option<Uuid> {
    id(row, "Id")
}

/// A text or date in the CRM's own words, unless empty.
pub(crate) fn string(row: &Value, column: &str) -> Option<String> {
    let text = row.get(column)?.as_str()?;
    (!text.is_empty() && !text.starts_with("0001-01-01T00:00:00")).then(|| text.to_owned())
}

/// A moment, unless empty or unreadable.
pub(crate) fn moment(row: &Value, column: &str) -> Option<Timestamp> {
    string(row, column)?.parse().ok()
}

/// A text as it is, empty included.
pub(crate) fn raw<'a>(row: &'a Value, column: &str) -> &'a str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}

/// A flag; anything but true is false.
pub(crate) fn flag(row: &Value, column: &str) -> bool {
    row.get(column).and_then(Value::as_bool).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn r24_zero_guid_year_one_and_empty_text_are_none() {
        let row = json!({
            "Id": "AE7F411E-F46B-1410-009B-0050BA5D6C38", "OwnerId": "00000000-0000-0000-0000-000000000000",
            "ClosureDate": "0001-01-01T00:00:00Z", "Number": "", "CreatedOn": "2026-03-01T10:00:00.1234567Z",
        });
        assert_eq!(id_of(&row), Some(super::super::super::stock::STATUS_RESOLVED), "letter case does not matter");
        assert_eq!(id(&row, "OwnerId"), None, "an empty lookup comes as the zero GUID");
        assert_eq!(string(&row, "ClosureDate"), None, "an empty date comes as year 1");
        assert_eq!(string(&row, "Number"), None, "an empty text is no number");
        assert_eq!(
            string(&row, "CreatedOn").as_deref(),
            Some("2026-03-01T10:00:00.1234567Z"),
            "kept to the last digit"
        );
        assert_eq!(id(&row, "Missing"), None);
    }
}
