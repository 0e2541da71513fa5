//! Mapped fields of a case: what the org has, what stands, and values as its REST API writes and reads them (R26).

mod describe;
mod isolate;
mod rows;

use std::collections::BTreeMap;

use casebridge_domain::mapping::{Allowed, Column, ColumnKind};
use casebridge_domain::{CallFailure, FailureClass, FieldValue};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::http::VERSION;
use super::read::{Ask, id, string};
use super::{Salesforce, read, soql};
use crate::port::CallLog;

/// Rows of a search.
const FOUND: usize = 50;
/// Fields that the org turned out not to have are left out of a read; more than this many are not tried.
const MOST_LEFT_OUT: usize = 5;

/// The body of the part that writes mapped fields.
pub(crate) fn body(values: &[FieldValue]) -> Map<String, Value> {
    values.iter().map(|value| (value.column.clone(), written(value))).collect()
}

/// Several values of a list are one text, with semicolons (§3).
fn written(value: &FieldValue) -> Value {
    match (&value.kind, &value.value) {
        (ColumnKind::MultiPicklist { .. }, Value::Array(values)) => {
            let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            json!(values.join(";"))
        }
        (ColumnKind::Time, Value::String(time)) => json!(format!("{time}.000Z")),
        (_, other) => other.clone(),
    }
}

fn read(row: &Value, value: &FieldValue) -> Option<Value> {
    let there = row.get(&value.column).filter(|there| !there.is_null())?;
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
                        .filter_map(|value| Some((value.column.clone(), read(&row, value)?)))
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
