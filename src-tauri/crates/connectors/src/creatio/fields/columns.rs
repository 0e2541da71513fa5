//! The columns of `Case`, with the rows of its small lookups.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use casebridge_domain::mapping::{Allowed, Column, ColumnKind};
use casebridge_domain::{CallFailure, FailureClass};
use serde_json::Value;

use super::super::Creatio;
use super::super::http::Call;
use super::super::many::Ask;
use super::super::odata::{Filter, Operation, Query, id, string};
use super::metadata;
use crate::port::CallLog;
use crate::wire::{NoAnswer, unreachable};

/// Lookups with more rows are searched, not listed.
const LISTED: usize = 200;
/// Rows of a search.
const FOUND: usize = 50;
/// How often the rest is asked for again without those lookups that were refused.
const ROUNDS: usize = 6;
/// Objects that grow with every customer: never listed.
const LARGE: &[&str] = &["Contact", "Account", "Activity", "Case", "Employee", "SysAdminUnit", "Product", "Order"];

/// The object behind each lookup column, once the metadata were read.
#[derive(Debug, Default)]
pub(crate) struct Lookups(Mutex<BTreeMap<String, String>>);

impl Creatio {
    pub(crate) async fn case_columns(&self, log: &CallLog) -> Result<Vec<Column>, CallFailure> {
        let mut columns = self.described(log).await?;
        let objects: BTreeSet<String> = columns.iter().filter_map(|column| object(&column.kind)).collect();
        let rows = self.small_lookups(objects, log).await?;
        for column in &mut columns {
            if let ColumnKind::Lookup { object, values } = &mut column.kind {
                *values = rows.get(object).cloned().unwrap_or_default();
            }
        }
        Ok(columns)
    }

    async fn described(&self, log: &CallLog) -> Result<Vec<Column>, CallFailure> {
        // The document answers at the service root only, as XML.
        let mut call = Call::get(self.path("$metadata", log).await?, self.settings.read_timeout());
        call.accept = "application/xml";
        let answer = self.http.call(&call, None, log).await.map_err(NoAnswer::into_failure)?;
        if answer.status != 200 {
            let failure = self.good(&answer, &self.target("$metadata", Operation::List, None), &[]).await.err();
            return Err(failure.unwrap_or_else(|| unreadable(answer.status)));
        }
        let session_column = self.settings.session_column.as_deref();
        let columns =
            metadata::columns(&answer.body, "Case", session_column).ok_or_else(|| unreadable(answer.status))?;
        let objects = columns.iter().filter_map(|column| Some((column.name.clone(), object(&column.kind)?)));
        *self.lookups.0.lock().unwrap_or_else(PoisonError::into_inner) = objects.collect();
        Ok(columns)
    }

    /// Rows of the lookups that have few. One that is closed to us, or has no names, is left without.
    async fn small_lookups(
        &self,
        objects: BTreeSet<String>,
        log: &CallLog,
    ) -> Result<BTreeMap<String, Vec<Allowed>>, CallFailure> {
        let mut wanted: Vec<String> = objects.into_iter().filter(|object| !LARGE.contains(&object.as_str())).collect();
        let mut found = BTreeMap::new();
        for _ in 0..ROUNDS {
            if wanted.is_empty() {
                break;
            }
            let ask = |object: &String| {
                Ask::of(object, &Query { set: object, select: "Id,Name", filter: None, top: LISTED + 1 })
            };
            let asks: Vec<Ask> = wanted.iter().map(ask).collect();
            let many = self.read_many(&asks, log).await?;
            let mut again = Vec::new();
            let asked = wanted.len();
            for (object, rows) in wanted.into_iter().zip(many.lists) {
                match rows {
                    Ok(rows) if rows.len() <= LISTED => drop(found.insert(object, labelled(&rows))),
                    Ok(_) => {}
                    // What was refused stays out; what stood behind it in the batch was not even tried.
                    Err(failure) if failure.status.is_some() => {}
                    Err(_) => again.push(object),
                }
            }
            if again.len() == asked {
                break;
            }
            wanted = again;
        }
        Ok(found)
    }

    pub(crate) async fn search_lookup(
        &self,
        column: &str,
        query: Option<&str>,
        log: &CallLog,
    ) -> Result<Vec<Allowed>, CallFailure> {
        let known = |lookups: &Lookups| lookups.0.lock().unwrap_or_else(PoisonError::into_inner).get(column).cloned();
        let object = match known(&self.lookups) {
            Some(object) => Some(object),
            None => {
                self.described(log).await?;
                known(&self.lookups)
            }
        };
        let Some(object) = object else {
            return Err(CallFailure {
                class: FailureClass::Refused,
                hint: "read the columns again".into(),
                ..unreachable(format!("Case has no lookup called {column}"))
            });
        };
        let filter = query.map(str::trim).filter(|part| !part.is_empty()).map(|part| Filter::part("Name", part));
        let rows = self.rows(&Query { set: &object, select: "Id,Name", filter, top: FOUND }, log).await?;
        Ok(labelled(&rows))
    }
}

fn object(kind: &ColumnKind) -> Option<String> {
    match kind {
        ColumnKind::Lookup { object, .. } => Some(object.clone()),
        _ => None,
    }
}

/// By label: names come in the language of our user.
pub(super) fn labelled(rows: &[Value]) -> Vec<Allowed> {
    let row = |row: &Value| Some(Allowed { value: id(row, "Id")?.to_string(), label: string(row, "Name")? });
    let mut all: Vec<Allowed> = rows.iter().filter_map(row).collect();
    all.sort_by_cached_key(|one| (one.label.to_lowercase(), one.value.clone()));
    all
}

fn unreadable(status: u16) -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        status: Some(status),
        hint: "check in a browser whether `$metadata` can be read at the service root".into(),
        ..unreachable("Creatio's metadata cannot be read".into())
    }
}
