//! Reading: queries, alone or several in one call, and the pages behind the first.

use casebridge_domain::CallFailure;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use super::Salesforce;
use super::http::{Answer, Call, VERSION};
use super::ids::SalesforceId;
use super::refusal::Refusal;
use super::soql;
use crate::crm_clock::CrmClock;
use crate::port::CallLog;
use crate::wire::{NoAnswer, unreachable};

/// A query and what it is for, in words for messages.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) what: &'static str,
    pub(crate) soql: String,
    /// Whether rows in the recycle bin are wanted too.
    pub(crate) deleted: bool,
}

impl Ask {
    pub(crate) fn new(what: &'static str, soql: String) -> Self {
        Ask { what, soql, deleted: false }
    }

    pub(crate) fn with_deleted(self) -> Self {
        Ask { deleted: true, ..self }
    }

    fn path(&self) -> String {
        let resource = if self.deleted { "queryAll" } else { "query" };
        format!("{VERSION}/{resource}?q={}", soql::percent(&self.soql))
    }
}

/// Rows of one page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Value>,
    /// Where the next page is.
    pub(crate) next: Option<String>,
}

impl Page {
    fn of(body: &Value) -> Option<Self> {
        let next = body["nextRecordsUrl"].as_str().filter(|_| body["done"] != true);
        Some(Page { rows: body["records"].as_array()?.clone(), next: next.map(str::to_owned) })
    }
}

/// What several queries in one call brought.
#[derive(Debug)]
pub(crate) struct Many {
    pub(crate) at: Option<CrmClock>,
    pub(crate) pages: Vec<Result<Page, CallFailure>>,
}

impl Salesforce {
    pub(crate) async fn get(&self, what: &str, path: String, log: &CallLog) -> Result<Answer, CallFailure> {
        let call = Call::get(path, self.settings.read_timeout());
        self.http.call(what, &call, None, log).await.map_err(NoAnswer::into_failure)
    }

    /// All rows of a query.
    pub(crate) async fn rows(&self, ask: &Ask, log: &CallLog) -> Result<Vec<Value>, CallFailure> {
        let body = self.get(ask.what, ask.path(), log).await?.good(ask.what)?;
        let page = Page::of(&body).ok_or_else(|| strange(ask.what))?;
        self.all_of(ask.what, page, log).await
    }

    /// The rows of a page and of all behind it.
    pub(crate) async fn all_of(&self, what: &str, page: Page, log: &CallLog) -> Result<Vec<Value>, CallFailure> {
        let Page { mut rows, mut next } = page;
        while let Some(path) = next {
            let page = self.page(what, path, log).await?;
            rows.extend(page.rows);
            next = page.next;
        }
        Ok(rows)
    }

    pub(crate) async fn page(&self, what: &str, path: String, log: &CallLog) -> Result<Page, CallFailure> {
        // The token goes where this leads: only below the org's own address.
        if !path.starts_with("/services/data/") {
            return Err(strange(what));
        }
        let body = self.get(what, path, log).await?.good(what)?;
        Page::of(&body).ok_or_else(|| strange(what))
    }

    /// Up to five queries in one call; each fails by itself.
    pub(crate) async fn many(&self, asks: &[Ask], log: &CallLog) -> Result<Many, CallFailure> {
        let parts: Vec<Value> = asks
            .iter()
            .enumerate()
            .map(|(at, ask)| json!({ "method": "GET", "url": ask.path(), "referenceId": format!("q{at}") }))
            .collect();
        let call = Call {
            method: Method::POST,
            path: format!("{VERSION}/composite"),
            body: Some(json!({ "allOrNone": false, "compositeRequest": parts })),
            parts: asks.len(),
            timeout: self.settings.read_timeout(),
        };
        let what = asks.first().map_or("reading", |ask| ask.what);
        let answer = self.http.call(what, &call, None, log).await.map_err(NoAnswer::into_failure)?;
        let at = answer.at;
        let body = answer.good(what)?;
        let answers = body["compositeResponse"].as_array().filter(|list| list.len() == asks.len());
        let answers = answers.ok_or_else(|| strange(what))?;
        let pages = asks.iter().zip(answers).map(|(ask, part)| {
            let status = part["httpStatusCode"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
            match status {
                200..300 => Page::of(&part["body"]).ok_or_else(|| strange(ask.what)),
                _ => Err(Refusal::of(&part["body"]).unwrap_or_default().into_failure(ask.what, status, None)),
            }
        });
        Ok(Many { at, pages: pages.collect() })
    }
}

/// Salesforce answered with something that it never answers.
pub(crate) fn strange(what: &str) -> CallFailure {
    unreachable(format!("{what}: the answer is not one of Salesforce"))
}

/// An id in a row.
pub(crate) fn id(row: &Value, field: &str) -> Option<SalesforceId> {
    row[field].as_str()?.parse().ok()
}

/// A text in a row, if it says something.
pub(crate) fn string(row: &Value, field: &str) -> Option<String> {
    row[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A moment in a row, in the one form that marks and queries take.
pub(crate) fn moment(row: &Value, field: &str) -> Option<Timestamp> {
    soql::read_moment(row[field].as_str()?)
}
