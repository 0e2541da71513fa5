//! One HTTP client per connection. It repeats no write by itself; a token that was refused is renewed once.

use std::time::Duration;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use jiff::Timestamp;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, header};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::time::Instant;

use super::oauth::{Bearer, Tokens};
use super::refusal::{Refusal, no_data};
use super::usage::{Told, Usage};
use crate::crm_clock::CrmClock;
use crate::port::{CallLog, CallRecord};
use crate::wire::{Deadline, NoAnswer, capped, clock_of, method_name, patience_of, text, told};

/// The version of the API: Spring '26. Orgs of today all serve it.
pub(crate) const VERSION: &str = "/services/data/v66.0";
const CRM: &str = "Salesforce";

/// One data call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Below the org's address, beginning with a slash, encoded.
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    /// Records that it carries.
    pub(crate) parts: usize,
    pub(crate) timeout: Duration,
}

impl Call {
    pub(crate) fn get(path: String, timeout: Duration) -> Self {
        Call { method: Method::GET, path, body: None, parts: 1, timeout }
    }
}

/// An answer of Salesforce itself.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `null` when the body is empty.
    pub(crate) body: Value,
    /// The server's clock (its `Date` header), if it tells.
    pub(crate) at: Option<CrmClock>,
}

impl Answer {
    /// The body of a good answer, else why it is not good.
    pub(crate) fn good(self, what: &str) -> Result<Value, CallFailure> {
        if (200..300).contains(&self.status) {
            return Ok(self.body);
        }
        Err(Refusal::of(&self.body).unwrap_or_default().into_failure(what, self.status, None))
    }
}

struct Raw {
    status: u16,
    body: String,
    at: Option<CrmClock>,
    retry_after: Option<Duration>,
}

/// Client, tokens and use of one org.
#[derive(Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    pub(crate) tokens: Tokens,
    pub(crate) usage: Usage,
}

impl Http {
    pub(crate) fn new(client: reqwest::Client, tokens: Tokens, usage: Usage) -> Self {
        Http { client, tokens, usage }
    }

    /// Sends a call with a token. An answer of 401 means that nothing was done, so the call may be sent once more.
    pub(crate) async fn call(
        &self,
        what: &str,
        call: &Call,
        deadline: Option<Deadline>,
        log: &CallLog,
    ) -> Result<Answer, NoAnswer> {
        self.send(what, call, None, deadline, log).await
    }

    /// Sends a call whose body goes beside an archive.
    pub(crate) async fn upload(
        &self,
        what: &str,
        call: &Call,
        archive: Vec<u8>,
        log: &CallLog,
    ) -> Result<Answer, NoAnswer> {
        self.send(what, call, Some(archive), None, log).await
    }

    async fn send(
        &self,
        what: &str,
        call: &Call,
        archive: Option<Vec<u8>>,
        deadline: Option<Deadline>,
        log: &CallLog,
    ) -> Result<Answer, NoAnswer> {
        let archive = archive.as_deref();
        let mut bearer = self.tokens.bearer().await.map_err(NoAnswer::NotSent)?;
        let mut is_fresh = false;
        let answer = loop {
            let answer = self.once(call, archive, &bearer, deadline, log).await?;
            let refusal = serde_json::from_str(&answer.body).ok().and_then(|body| Refusal::of(&body));
            let stale = answer.status == 401 && refusal.is_none_or(|refusal| refusal.asks_for_a_token());
            if !stale || is_fresh {
                break answer;
            }
            self.tokens.spoilt(&bearer).await;
            bearer = self.tokens.bearer().await.map_err(NoAnswer::NotSent)?;
            // What another process left may be old as well; what was granted now is not, and is tried once.
            is_fresh = bearer.granted;
        };
        let body = match answer.body.trim() {
            "" if (200..300).contains(&answer.status) => Value::Null,
            text => serde_json::from_str(text)
                .map_err(|_| NoAnswer::Unclear(no_data(what, answer.status, answer.retry_after)))?,
        };
        Ok(Answer { status: answer.status, body, at: answer.at })
    }

    async fn once(
        &self,
        call: &Call,
        archive: Option<&[u8]>,
        bearer: &Bearer,
        deadline: Option<Deadline>,
        log: &CallLog,
    ) -> Result<Raw, NoAnswer> {
        let timeout = Deadline::room(deadline, call.timeout)?;
        let _ticket = self.usage.ask().map_err(|wait| NoAnswer::NotSent(self.reserved(wait)))?;
        let (started_at, clock) = (Timestamp::now(), Instant::now());
        let request = call.body.as_ref().map(Value::to_string);
        let outcome = self.exchange(call, request.as_deref(), archive, bearer, timeout).await;
        let (status, answer, failure) = match &outcome {
            Ok(answer) => (Some(answer.status), Some(capped(&answer.body)), None),
            Err(none) => (None, None, Some(none.failure().message.clone())),
        };
        log.push(CallRecord {
            started_at,
            took: clock.elapsed(),
            method: method_name(&call.method),
            path: call.path.clone(),
            status,
            parts: call.parts,
            request: request.as_deref().map(capped),
            answer,
            failure,
        });
        outcome
    }

    async fn exchange(
        &self,
        call: &Call,
        body: Option<&str>,
        archive: Option<&[u8]>,
        bearer: &Bearer,
        timeout: Duration,
    ) -> Result<Raw, NoAnswer> {
        let address = format!("{}{}", bearer.instance.as_str().trim_end_matches('/'), call.path);
        let mut request = self
            .client
            .request(call.method.clone(), address)
            .timeout(timeout)
            .bearer_auth(bearer.token.expose_secret())
            .header(header::ACCEPT, "application/json")
            .header("Sforce-Call-Options", "client=Casebridge");
        if let Some(body) = body {
            // Without it the org's assignment rules take the case from the owner that a person, or the settings,
            // chose. Where a rule is wanted the part itself says so.
            request = request.header("Sforce-Auto-Assign", "FALSE");
            request = match archive {
                Some(archive) => request.multipart(form(body, archive).map_err(|error| NoAnswer::of(CRM, &error))?),
                None => request.header(header::CONTENT_TYPE, "application/json; charset=utf-8").body(body.to_owned()),
            };
        }
        let asked = Instant::now();
        let response = request.send().await.map_err(|error| NoAnswer::of(CRM, &error))?;
        if let Some(told) = told(&response, "sforce-limit-info").and_then(|text| Told::read(&text)) {
            self.usage.heard(told);
        }
        Ok(Raw {
            status: response.status().as_u16(),
            at: clock_of(&response, asked),
            retry_after: patience_of(&response),
            body: text(CRM, response, &bearer.token).await?,
        })
    }

    fn reserved(&self, wait: Duration) -> CallFailure {
        let told = self.usage.told().unwrap_or(Told { used: 0, allowed: 0 });
        CallFailure {
            class: FailureClass::Throttled { after: Some(wait) },
            scope: FailureScope::Connection,
            status: None,
            message: format!(
                "{} of the org's {} calls of a day are used; the rest is left to its other integrations",
                told.used, told.allowed
            ),
            hint: "wait, buy calls, find what uses them, or make the connection's reserve smaller".into(),
            item: None,
        }
    }
}

/// The description is called `json` in the docs and `entity_content` by Salesforce's own tools, which every org serves.
fn form(body: &str, archive: &[u8]) -> reqwest::Result<Form> {
    let described = Part::text(body.to_owned()).mime_str("application/json")?;
    let file = Part::bytes(archive.to_vec()).file_name("deploy.zip").mime_str("application/zip")?;
    Ok(Form::new().part("entity_content", described).part("file", file))
}
