//! Rows of references by their name. SOQL looks at no letter case.

use std::collections::BTreeMap;

use casebridge_domain::CallFailure;
use casebridge_domain::mapping::Allowed;
use casebridge_domain::plan::rows::{NamedRow, RowName};
use serde_json::Value;

use super::super::read::{Ask, Page, id, string};
use super::super::{Salesforce, soql};
use crate::port::CallLog;

/// Objects that one call asks about.
const PER_CALL: usize = 5;
/// Rows asked for, for each name: one is meant, more are too many.
const EACH: usize = 20;
const WHAT: &str = "reading rows of a reference";

impl Salesforce {
    /// The rows that bear these names: one query for each object, five queries in a call.
    pub(crate) async fn find_rows(&self, names: &[RowName], log: &CallLog) -> Result<Vec<NamedRow>, CallFailure> {
        let mut of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for name in names.iter().filter(|name| is_name(&name.object)) {
            of.entry(&name.object).or_default().push(&name.label);
        }
        let ask = |(object, labels): (&&str, &Vec<&str>)| {
            let (list, most) = (soql::list(labels), labels.len() * EACH);
            Ask::new(WHAT, format!("SELECT Id,Name FROM {object} WHERE Name IN {list} LIMIT {most}"))
        };
        let asks: Vec<Ask> = of.iter().map(ask).collect();
        let mut rows: BTreeMap<&str, Result<Vec<Allowed>, String>> = BTreeMap::new();
        for (asks, objects) in asks.chunks(PER_CALL).zip(of.keys().copied().collect::<Vec<_>>().chunks(PER_CALL)) {
            let pages = match asks {
                [one] => vec![self.rows(one, log).await],
                several => {
                    let many = self.many(several, log).await.map_err(without_words)?;
                    many.pages.into_iter().map(|page| page.map(|Page { rows, .. }| rows)).collect()
                }
            };
            for (object, page) in objects.iter().zip(pages) {
                let found = match page {
                    Ok(rows) => Ok(rows.iter().filter_map(row).collect()),
                    Err(failure) if failure.is_transient() => return Err(without_words(failure)),
                    Err(failure) => Err(without_words(failure).message),
                };
                rows.insert(object, found);
            }
        }
        let named = |name: &RowName| match rows.get(name.object.as_str()) {
            Some(Ok(rows)) => name.among(rows.clone()),
            Some(Err(why)) => NamedRow::Unread(why.clone()),
            None => NamedRow::Unread("the reference's object has no name of Salesforce".to_owned()),
        };
        Ok(names.iter().map(named).collect())
    }
}

fn row(row: &Value) -> Option<Allowed> {
    Some(Allowed { value: id(row, "Id")?.to_string(), label: string(row, "Name")? })
}

fn is_name(object: &str) -> bool {
    !object.is_empty() && object.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The words of a refused query may repeat what was asked for: a customer's.
fn without_words(failure: CallFailure) -> CallFailure {
    let status = failure.status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    CallFailure { message: format!("{WHAT} failed with {status}"), ..failure }
}
