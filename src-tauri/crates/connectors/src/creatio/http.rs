//! Calls to one instance, with a token that is good.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Method, header};
use secrecy::ExposeSecret;
use tokio::time::Instant;
use url::Url;

use super::oauth::{Bearer, Tokens};
use crate::crm_clock::CrmClock;
use crate::port::{CallLog, CallRecord};
use crate::wire::{Deadline, NoAnswer, capped, clock_of, method_name, patience_of, text, told};

/// Decimals as text, as the vendor documents it for OData 4.
const CONTENT_TYPE: &str = "application/json; charset=utf-8; IEEE754Compatible=true";

/// One data call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Below the instance's address, beginning with a slash, encoded.
    pub(crate) path: String,
    pub(crate) body: Option<String>,
    /// Records that it carries.
    pub(crate) parts: usize,
    pub(crate) timeout: Duration,
    pub(crate) accept: &'static str,
}

impl Call {
    pub(crate) fn get(path: String, timeout: Duration) -> Self {
        Call { method: Method::GET, path, body: None, parts: 1, timeout, accept: "application/json" }
    }

    pub(crate) fn send(method: Method, path: String, body: String, timeout: Duration) -> Self {
        Call { method, path, body: Some(body), parts: 1, timeout, accept: "application/json" }
    }
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) body: String,
    pub(crate) took: Duration,
    /// The server's clock (its `Date` header), if it tells.
    pub(crate) at: Option<CrmClock>,
    /// Whether the token used was fresh from the Identity Service.
    pub(crate) fresh_token: bool,
}

/// Client, token and address of one instance.
#[derive(Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    base: Url,
    pub(crate) tokens: Tokens,
}

impl Http {
    pub(crate) fn new(client: reqwest::Client, base: Url, tokens: Tokens) -> Self {
        Http { client, base, tokens }
    }

    /// Sends a call with a valid token. A token that the CRM no longer takes is renewed once: an answer of
    /// 401, or the way to the login page, means that nothing was done.
    pub(crate) async fn call(
        &self,
        call: &Call,
        deadline: Option<Deadline>,
        log: &CallLog,
    ) -> Result<Answer, NoAnswer> {
        let bearer = self.tokens.bearer().await.map_err(NoAnswer::NotSent)?;
        let answer = self.once(call, &bearer, deadline, log).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        self.tokens.spoilt(&bearer).await;
        // Something was sent by now, so a failure to send again is not "nothing was sent".
        let bearer = self.tokens.bearer().await.map_err(NoAnswer::Unclear)?;
        let again = self.once(call, &bearer, deadline, log).await;
        again.map_err(|none| NoAnswer::Unclear(none.into_failure()))
    }

    async fn once(
        &self,
        call: &Call,
        bearer: &Bearer,
        deadline: Option<Deadline>,
        log: &CallLog,
    ) -> Result<Answer, NoAnswer> {
        let timeout = Deadline::room(deadline, call.timeout)?;
        let started_at = Timestamp::now();
        let clock = Instant::now();
        let outcome = self.exchange(call, bearer, timeout).await;
        let took = clock.elapsed();
        let (status, answer, failure) = match &outcome {
            Ok(answer) => (Some(answer.status), Some(capped(&answer.body)), None),
            Err(none) => (None, None, Some(none.failure().message.clone())),
        };
        log.push(CallRecord {
            started_at,
            took,
            method: method_name(&call.method),
            path: call.path.clone(),
            status,
            parts: call.parts,
            request: call.body.as_deref().map(capped),
            answer,
            failure,
        });
        outcome.map(|answer| Answer { took, ..answer })
    }

    async fn exchange(&self, call: &Call, bearer: &Bearer, timeout: Duration) -> Result<Answer, NoAnswer> {
        let address = format!("{}{}", self.base.as_str().trim_end_matches('/'), call.path);
        let mut request = self
            .client
            .request(call.method.clone(), address)
            .timeout(timeout)
            .bearer_auth(bearer.token.expose_secret())
            .header(header::ACCEPT, call.accept)
            .header("ForceUseSession", "true");
        if let Some(body) = &call.body {
            request = request.header(header::CONTENT_TYPE, CONTENT_TYPE).body(body.clone());
        }
        let asked = Instant::now();
        let response = request.send().await.map_err(|error| NoAnswer::of("Creatio", &error))?;
        let mut answer = Answer {
            status: response.status().as_u16(),
            content_type: told(&response, header::CONTENT_TYPE.as_str()),
            retry_after: patience_of(&response),
            body: String::new(),
            at: clock_of(&response, asked),
            took: Duration::ZERO,
            fresh_token: bearer.is_fresh(),
        };
        let location = told(&response, header::LOCATION.as_str());
        answer.body = text("Creatio", response, &bearer.token).await?;
        if (300..400).contains(&answer.status)
            && let Some(location) = location
        {
            // The login page takes the place of a 401 where sign-in is by form.
            if location.to_ascii_lowercase().contains("login") {
                answer.status = 401;
            }
        }
        Ok(answer)
    }
}
