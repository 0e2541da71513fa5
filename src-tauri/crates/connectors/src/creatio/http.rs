//! One HTTP client per connection. It repeats nothing by itself and follows no redirects: a redirect to a
//! login page must be seen for what it is.

use std::time::Duration;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use jiff::Timestamp;
use reqwest::{Method, header};
use secrecy::ExposeSecret;
use tokio::time::Instant;
use url::Url;

use super::address::is_loopback;
use super::oauth::{Bearer, Tokens};
use crate::port::{CallLog, CallRecord};

/// Longest body kept in a call record.
const RECORDED: usize = 64 * 1024;
/// Longest answer read: `$metadata` of a large tenant is a few megabytes.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;
/// What is said of a longer one.
pub(crate) const TOO_LONG: &str = "the answer is too long to be one of Creatio";
/// Decimals as text, as the vendor documents it for OData 4.
const CONTENT_TYPE: &str = "application/json; charset=utf-8; IEEE754Compatible=true";

/// Builds the client that data and token calls share.
pub(crate) fn client(base: &Url) -> Result<reqwest::Client, CallFailure> {
    crate::install_crypto();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("Casebridge/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .connect_timeout(Duration::from_secs(10))
        .pool_idle_timeout(Duration::from_secs(50))
        .tcp_keepalive(Duration::from_secs(30));
    if is_loopback(base) {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status: None,
        message: format!("no HTTPS client can be made: {error}"),
        hint: "check this computer's certificates and proxy settings".into(),
        item: None,
    })
}

/// When a chain of calls must be over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Instant);

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        Deadline(Instant::now() + limit)
    }

    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

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
    pub(crate) at: Option<Timestamp>,
    /// Whether the token used was fresh from the Identity Service.
    pub(crate) fresh_token: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The request never left: no token, no time, no connection.
    NotSent(CallFailure),
    /// It left, and nobody knows what became of it.
    Unclear(CallFailure),
}

impl NoAnswer {
    pub(crate) fn into_failure(self) -> CallFailure {
        match self {
            NoAnswer::NotSent(failure) | NoAnswer::Unclear(failure) => failure,
        }
    }
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
        let timeout = deadline.map_or(call.timeout, |deadline| deadline.left().min(call.timeout));
        // A write that may not end in time must not begin: whoever takes the lane over would meet it (R14).
        if deadline.is_some() && timeout < call.timeout / 3 {
            return Err(NoAnswer::NotSent(unreachable("getting ready took too long, so nothing was sent".into())));
        }
        let started_at = Timestamp::now();
        let clock = Instant::now();
        let outcome = self.exchange(call, bearer, timeout).await;
        let took = clock.elapsed();
        let (status, answer, failure) = match &outcome {
            Ok(answer) => (Some(answer.status), Some(capped(&answer.body)), None),
            Err(NoAnswer::NotSent(failure) | NoAnswer::Unclear(failure)) => (None, None, Some(failure.message.clone())),
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
        let mut response = request.send().await.map_err(|error| no_answer(&error))?;
        let header =
            |name: header::HeaderName| response.headers().get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let location = header(header::LOCATION);
        let mut answer = Answer {
            status: response.status().as_u16(),
            content_type: header(header::CONTENT_TYPE),
            retry_after: header(header::RETRY_AFTER).and_then(|text| retry_after(&text, Timestamp::now())),
            body: String::new(),
            at: header(header::DATE).and_then(|text| http_date(&text)),
            took: Duration::ZERO,
            fresh_token: bearer.is_fresh(),
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| no_answer(&error))? {
            if bytes.len() + chunk.len() > LONGEST_ANSWER {
                return Err(NoAnswer::Unclear(unreachable(TOO_LONG.into())));
            }
            bytes.extend_from_slice(&chunk);
        }
        let body = String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
        answer.body = without(body, bearer.token.expose_secret());
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

fn no_answer(error: &reqwest::Error) -> NoAnswer {
    let reason = if error.is_timeout() {
        "no answer in time".to_owned()
    } else if error.is_connect() {
        format!("no connection: {}", root_cause(error))
    } else {
        format!("the connection broke: {}", root_cause(error))
    };
    let failure = unreachable(format!("Creatio did not answer: {reason}"));
    if error.is_connect() { NoAnswer::NotSent(failure) } else { NoAnswer::Unclear(failure) }
}

/// The innermost cause; the outer ones repeat the address.
pub(crate) fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    casebridge_domain::text::cut(&cause.to_string(), 200)
}

pub(crate) fn unreachable(message: String) -> CallFailure {
    CallFailure {
        class: FailureClass::Unreachable,
        scope: FailureScope::Lane,
        status: None,
        message,
        hint: "nothing: it is repeated; if it stays, check the network and the instance's address".into(),
        item: None,
    }
}

/// An answer is kept and shown: one that repeats the caller's token, as error pages of proxies do, must not be.
fn without(body: String, token: &str) -> String {
    if token.is_empty() || !body.contains(token) { body } else { body.replace(token, "***") }
}

fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "POST" => "POST",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "GET",
    }
}

fn capped(text: &str) -> String {
    if text.len() <= RECORDED {
        return text.to_owned();
    }
    let end = (0..=RECORDED).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text[..end].to_owned()
}

/// A date as HTTP writes it.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|zoned| zoned.timestamp())
}

/// Seconds or an HTTP date.
pub(crate) fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = http_date(text)?;
    let wait = at.duration_since(now);
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_is_asked_for_in_seconds_or_as_a_date() {
        let now: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        assert_eq!(retry_after(" 120 ", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Sun, 01 Mar 2026 10:00:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Sun, 01 Mar 2026 09:00:00 GMT", now), Some(Duration::ZERO), "a past date means now");
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn the_servers_clock_is_read_from_its_date() {
        assert_eq!(http_date("Sun, 01 Mar 2026 10:00:30 GMT"), "2026-03-01T10:00:30Z".parse().ok());
        assert_eq!(http_date("yesterday"), None, "a clock that cannot be read is no clock");
    }

    #[test]
    fn an_answer_that_repeats_the_token_loses_it() {
        let body = "Authorization: Bearer t0ken was refused; t0ken".to_owned();
        assert_eq!(without(body, "t0ken"), "Authorization: Bearer *** was refused; ***");
        assert_eq!(without("x".into(), ""), "x", "no token is no secret");
    }

    #[test]
    fn recorded_bodies_are_capped_between_characters() {
        let long = "ä".repeat(RECORDED);
        let kept = capped(&long);
        assert!(kept.len() <= RECORDED && long.starts_with(&kept) && !kept.is_empty());
    }
}
