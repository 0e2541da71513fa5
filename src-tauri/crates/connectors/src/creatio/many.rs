//! Many reads in one call, and one by one where a host takes no reads in a batch.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use casebridge_domain::CallFailure;
use reqwest::Method;
use serde_json::Value;

use super::Creatio;
use super::batch::{self, Part};
use super::http::Call;
use super::odata::{Operation, Page, Query};
use super::read::{rows_of, strange};
use crate::crm_clock::CrmClock;
use crate::port::CallLog;
use crate::wire::{NoAnswer, unreachable};

/// One list to be read.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    set: Cow<'static, str>,
    /// Below the service root, encoded.
    url: String,
}

impl Ask {
    /// Rows of a set.
    pub(crate) fn list(set: &'static str, query: &Query<'_>) -> Self {
        Ask { set: Cow::Borrowed(set), url: query.path() }
    }

    /// The same of a set that is not known beforehand.
    pub(crate) fn of(set: &str, query: &Query<'_>) -> Self {
        Ask { set: Cow::Owned(set.to_owned()), url: query.path() }
    }

    /// A page of a set. Only for conditions without texts of people: no message leaves texts of the query out.
    pub(crate) fn page(set: &'static str, page: &Page<'_>) -> Self {
        Ask { set: Cow::Borrowed(set), url: page.path() }
    }
}

impl From<&Query<'static>> for Ask {
    fn from(query: &Query<'static>) -> Self {
        Ask { set: Cow::Borrowed(query.set), url: query.path() }
    }
}

/// What reading them brought, in the order in which they were asked for.
#[derive(Debug)]
pub(crate) struct Many {
    pub(crate) lists: Vec<Result<Vec<Value>, CallFailure>>,
    /// The server's clock when it answered.
    pub(crate) at: Option<CrmClock>,
}

impl Many {
    /// All lists, or the first failure.
    pub(crate) fn all(self) -> Result<Vec<Vec<Value>>, CallFailure> {
        self.lists.into_iter().collect()
    }

    fn first_failure(&self) -> Option<&CallFailure> {
        self.lists.iter().find_map(|list| list.as_ref().err())
    }
}

impl Creatio {
    /// Reads lists in one call. It is unconfirmed whether every host takes reads in a batch: one that does not is
    /// asked singly from then on.
    pub(crate) async fn read_many(&self, asks: &[Ask], log: &CallLog) -> Result<Many, CallFailure> {
        if asks.len() < 2 || self.reads_singly.load(Ordering::Relaxed) {
            return self.read_singly(asks, log).await;
        }
        let outcome = self.read_batch(asks, log).await;
        let refused = match &outcome {
            Ok(many) => many.first_failure().is_some_and(|failure| matches!(failure.status, Some(404..=406 | 501))),
            Err(failure) => matches!(failure.status, Some(400 | 404..=406 | 415 | 501)),
        };
        if !refused {
            return outcome;
        }
        let singly = self.read_singly(asks, log).await?;
        if singly.first_failure().is_none() {
            self.reads_singly.store(true, Ordering::Relaxed);
        }
        Ok(singly)
    }

    async fn read_batch(&self, asks: &[Ask], log: &CallLog) -> Result<Many, CallFailure> {
        let parts: Vec<Part> = asks
            .iter()
            .map(|ask| Part {
                method: "GET",
                url: ask.url.clone(),
                body: None,
                object: ask.set.clone(),
                operation: Operation::List,
                item: None,
            })
            .collect();
        let path = self.path("$batch", log).await?;
        let mut call = Call::send(Method::POST, path, batch::write(&parts), self.settings.read_timeout());
        call.parts = parts.len();
        let answer = self.http.call(&call, None, log).await.map_err(NoAnswer::into_failure)?;
        let body = self.good(&answer, &self.target("$batch", Operation::Batch, None), &[]).await?;
        let answers = body.as_ref().and_then(batch::read).ok_or_else(|| strange(&answer))?;
        let mut lists = Vec::with_capacity(parts.len());
        for (place, part) in parts.iter().enumerate() {
            let list = batch::judge_at(place, part, &answers, &self.settings, answer.fresh_token);
            if list.as_ref().is_err_and(|failure| failure.status == Some(401)) {
                self.http.tokens.forget().await;
            }
            lists.push(list.and_then(|body| rows_of(Some(body)).ok_or_else(|| strange(&answer))));
        }
        Ok(Many { lists, at: answer.at })
    }

    /// One by one, up to the first that fails.
    async fn read_singly(&self, asks: &[Ask], log: &CallLog) -> Result<Many, CallFailure> {
        let mut many = Many { lists: Vec::with_capacity(asks.len()), at: None };
        for ask in asks {
            if many.first_failure().is_some() {
                many.lists.push(Err(unreachable(format!("{} was not read: the read before it failed", ask.set))));
                continue;
            }
            let path = self.path(&ask.url, log).await?;
            let answer = self.get(path, log).await?;
            // What was read first is the oldest: the clock must not be ahead of it.
            many.at = many.at.or(answer.at);
            let list = self.good(&answer, &self.target(&ask.set, Operation::List, None), &[]).await;
            many.lists.push(list.and_then(|body| rows_of(body).ok_or_else(|| strange(&answer))));
        }
        Ok(many)
    }
}
