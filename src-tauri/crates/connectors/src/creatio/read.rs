//! Reading: answers made into rows or failures.

use casebridge_domain::CallFailure;
use serde_json::Value;
use uuid::Uuid;

use super::Creatio;
use super::http::{Answer, Call};
use super::odata::{Answered, Operation, Query, Target, classify, entity, failure_inside, is_html};
use crate::crm_clock::CrmClock;
use crate::port::CallLog;
use crate::wire::{NoAnswer, unreachable};

impl Creatio {
    pub(crate) fn target<'a>(&'a self, object: &'a str, operation: Operation, item: Option<Uuid>) -> Target<'a> {
        Target { object, operation, item, settings: &self.settings }
    }

    /// Rows of a set.
    pub(crate) async fn rows(&self, query: &Query<'_>, log: &CallLog) -> Result<Vec<Value>, CallFailure> {
        let path = self.path(&query.path(), log).await?;
        let answer = self.get(path, log).await?;
        let target = self.target(query.set, Operation::List, None);
        let body = self.good(&answer, &target, &query.sent()).await?;
        rows_of(body).ok_or_else(|| strange(&answer))
    }

    /// One record by key.
    pub(crate) async fn record(&self, set: &str, id: Uuid, select: &str, log: &CallLog) -> Result<Value, CallFailure> {
        self.record_at(set, id, select, log).await.map(|(row, _)| row)
    }

    /// One record by key, and when the server answered by its own clock.
    pub(crate) async fn record_at(
        &self,
        set: &str,
        id: Uuid,
        select: &str,
        log: &CallLog,
    ) -> Result<(Value, Option<CrmClock>), CallFailure> {
        let path = self.path(&format!("{}?$select={select}", entity(set, id)), log).await?;
        let answer = self.get(path, log).await?;
        let target = self.target(set, Operation::Read, Some(id));
        let row = self.good(&answer, &target, &[]).await?.filter(Value::is_object).ok_or_else(|| strange(&answer))?;
        Ok((row, answer.at))
    }

    pub(crate) async fn get(&self, path: String, log: &CallLog) -> Result<Answer, CallFailure> {
        let call = Call::get(path, self.settings.read_timeout());
        self.http.call(&call, None, log).await.map_err(NoAnswer::into_failure)
    }

    /// The body of a good answer, `None` when it is empty; else why it is not good. Bodies are looked into
    /// whatever the status says.
    pub(crate) async fn good(
        &self,
        answer: &Answer,
        target: &Target<'_>,
        sent: &[&str],
    ) -> Result<Option<Value>, CallFailure> {
        let content_type = answer.content_type.as_deref();
        let page = is_html(content_type, &answer.body);
        let failure = || {
            let Answer { status, retry_after, body, .. } = answer;
            classify(&Answered { status: *status, content_type, body, retry_after: *retry_after, sent }, target)
        };
        if !(200..300).contains(&answer.status) {
            return Err(failure());
        }
        if page {
            // A login page under a good status: whatever let us in before does not any more.
            self.http.tokens.forget().await;
            return Err(failure());
        }
        if answer.body.trim().is_empty() {
            return Ok(None);
        }
        let body: Value = serde_json::from_str(&answer.body).map_err(|_| strange(answer))?;
        if failure_inside(&body) { Err(failure()) } else { Ok(Some(body)) }
    }
}

pub(crate) fn rows_of(body: Option<Value>) -> Option<Vec<Value>> {
    match body?.get_mut("value")?.take() {
        Value::Array(rows) => Some(rows),
        _ => None,
    }
}

pub(crate) fn strange(answer: &Answer) -> CallFailure {
    CallFailure {
        status: Some(answer.status),
        ..unreachable(format!("the answer (HTTP {}) is not one of Creatio", answer.status))
    }
}
