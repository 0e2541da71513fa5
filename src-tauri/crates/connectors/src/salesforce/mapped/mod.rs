//! Mapped fields of a case: what the org has, what stands, and values as its REST API writes and reads them (R26).

mod describe;
mod isolate;
mod rows;

use std::collections::BTreeMap;

use casebridge_domain::mapping::{Allowed, Column, ColumnKind};
use casebridge_domain::text::cut;
use casebridge_domain::{CallFailure, FailureClass, FieldValue};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::http::VERSION;
use super::read::{Ask, id, string};
use super::shape::Shape;
use super::{Salesforce, read, soql};
use crate::creatio::{escaped, of_note};
use crate::port::CallLog;

/// Rows of a search.
const FOUND: usize = 50;
/// Fields that the org turned out not to have are left out of a read; more than this many are not tried.
const MOST_LEFT_OUT: usize = 5;

/// The body of the part that writes mapped fields.
pub(crate) fn body(values: &[FieldValue], shape: &Shape) -> Map<String, Value> {
    values.iter().map(|value| (value.column.clone(), written(value, shape))).collect()
}

/// Several values of a list are one text, with semicolons (§3).
fn written(value: &FieldValue, shape: &Shape) -> Value {
    match (&value.kind, &value.value) {
        (ColumnKind::Text { .. }, Value::String(text)) if shape.is_rich(&value.column) => {
            json!(rich(text, shape.length(&value.column, usize::MAX)))
        }
        (ColumnKind::MultiPicklist { .. }, Value::Array(values)) => {
            let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            json!(values.join(";"))
        }
        (ColumnKind::Time, Value::String(time)) => json!(format!("{time}.000Z")),
        (_, other) => other.clone(),
    }
}

/// Text for a rich text area, whose length counts the markup too (R25).
fn rich(text: &str, most: usize) -> String {
    let mut units = text.encode_utf16().count();
    loop {
        let written = escaped(&cut(text, units));
        let over = written.encode_utf16().count().saturating_sub(most);
        if over == 0 || units == 0 {
            return written;
        }
        // A character makes 6 of markup at most, so this much less is never too little.
        units -= over.div_ceil(6).min(units);
    }
}

fn read(row: &Value, value: &FieldValue, shape: &Shape) -> Option<Value> {
    let there = row.get(&value.column).filter(|there| !there.is_null())?;
    if let Some(markup) = there.as_str().filter(|_| shape.is_rich(&value.column)) {
        return Some(json!(of_note(markup, true)));
    }
    // A box that was never ticked says nothing.
    (*there != json!(false)).then(|| there.clone())
}

impl Salesforce {
    pub(crate) async fn case_columns(&self, log: &CallLog) -> Result<Vec<Column>, CallFailure> {
        let what = "describing Case";
        let body = self.get(what, format!("{VERSION}/sobjects/Case/describe"), log).await?.good(what)?;
        // The kit may have come, and rights may have changed.
        self.reshape();
        describe::columns(&body).ok_or_else(|| read::strange(what))
    }

    pub(crate) async fn search_lookup(
        &self,
        column: &str,
        query: Option<&str>,
        log: &CallLog,
    ) -> Result<Vec<Allowed>, CallFailure> {
        let columns = self.case_columns(log).await?;
        let object = columns.iter().find(|one| one.name == column).and_then(|one| match &one.kind {
            ColumnKind::Lookup { object, .. } => Some(object.clone()),
            _ => None,
        });
        let Some(object) = object else {
            return Err(CallFailure {
                class: FailureClass::Refused,
                scope: casebridge_domain::FailureScope::Lane,
                ..super::setup(format!("Case has no reference called {column}"), "read the columns again")
            });
        };
        let part = query.map(str::trim).filter(|part| !part.is_empty());
        let like = part.map(|part| format!(" WHERE Name LIKE {}", soql::part(part))).unwrap_or_default();
        // Names of objects come from the org's own description.
        let ask = format!("SELECT Id,Name FROM {object}{like} ORDER BY Name LIMIT {FOUND}");
        let rows = self.rows(&Ask::new("reading rows of a reference", ask), log).await?;
        let row = |row: &Value| Some(Allowed { value: id(row, "Id")?.to_string(), label: string(row, "Name")? });
        Ok(rows.iter().filter_map(row).collect())
    }

    /// What stands in fields of a case. A field that is gone is read as empty.
    pub(crate) async fn read_fields(
        &self,
        case: Uuid,
        wanted: &[FieldValue],
        log: &CallLog,
    ) -> Result<BTreeMap<String, Value>, CallFailure> {
        let shape = self.shape(log).await?;
        let mut asked: Vec<&FieldValue> = wanted.iter().collect();
        for round in 0..=MOST_LEFT_OUT {
            if asked.is_empty() {
                break;
            }
            let fields: Vec<&str> = asked.iter().map(|value| value.column.as_str()).collect();
            let soql =
                format!("SELECT Id,{} FROM Case WHERE {} LIMIT 2", fields.join(","), shape.condition("", &[case]));
            match self.rows(&Ask::new("reading the mapped fields", soql), log).await {
                Ok(rows) => {
                    // A case that is gone, or closed to us, is not an empty one.
                    let row = rows.into_iter().next().ok_or_else(|| super::apply::not_there(case))?;
                    return Ok(asked
                        .iter()
                        .filter_map(|value| Some((value.column.clone(), read(&row, value, &shape)?)))
                        .collect());
                }
                Err(failure) => {
                    let before = asked.len();
                    // The words quote the query as well: only what they call missing is.
                    let missing =
                        failure.message.split_once("No such column '").and_then(|(_, rest)| rest.split('\'').next());
                    asked.retain(|value| missing.is_none_or(|name| !name.eq_ignore_ascii_case(&value.column)));
                    if asked.len() == before || round == MOST_LEFT_OUT {
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

    use super::*;

    #[test]
    fn r25_words_for_a_rich_text_area_arrive_as_words() {
        let shape = Shape::of(&json!({ "fields": [
            { "name": "Story__c", "createable": true, "length": 60, "htmlFormatted": true },
            { "name": "Note__c", "createable": true, "length": 60, "htmlFormatted": false },
        ]}))
        .unwrap();
        let value = |column: &str, text: &str| FieldValue {
            mapping: Uuid::nil(),
            column: column.into(),
            kind: ColumnKind::Text { max: Some(60), format: TextFormat::Plain },
            value: json!(text),
            overwrite: Overwrite::Always,
        };
        let attack = "It <b>burns</b> &\nsmokes";
        let body = body(&[value("Story__c", attack), value("Note__c", attack)], &shape);
        assert_eq!(body["Story__c"], json!("It &lt;b&gt;burns&lt;/b&gt; &amp;<br>smokes"), "not as markup");
        assert_eq!(body["Note__c"], json!(attack), "a plain area shows what it is given");
        let there = read(&Value::Object(body), &value("Story__c", ""), &shape);
        assert_eq!(there, Some(json!(attack)), "what we wrote is not taken for somebody's own words");

        let long = "<".repeat(60);
        let cut = written(&value("Story__c", &long), &shape);
        let units = cut.as_str().unwrap().encode_utf16().count();
        assert!((50..=60).contains(&units), "the length counts the markup: {cut}");
        assert!(cut.as_str().unwrap().ends_with('…'), "and the cut is marked: {cut}");
    }
}
