//! HTTP as both CRMs need it, whatever they say over it. No client repeats anything by itself or follows a redirect: a
//! redirect to a login page must be seen for what it is.

use std::error::Error;
use std::time::Duration;

use casebridge_domain::text::cut;
use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use jiff::Timestamp;
use reqwest::{Method, header};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::Instant;
use url::Url;

use crate::creatio::is_loopback;
use crate::crm_clock::CrmClock;

/// Longest body kept in a call record, in bytes.
const RECORDED: usize = 64 * 1024;
/// Longest answer read, in bytes: `$metadata` of a large tenant is a few megabytes, the description of Case in a large
/// org about one.
const LONGEST_ANSWER: usize = 32 * 1024 * 1024;
/// What is said of a longer one.
pub(crate) const TOO_LONG: &str = "the answer is too long to be one of a CRM";

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

    /// How long a call may take that wants `longest`. A write that may not end in time must not begin: whoever takes
    /// the lane over would meet it (R14).
    pub(crate) fn room(deadline: Option<Self>, longest: Duration) -> Result<Duration, NoAnswer> {
        let room = deadline.map_or(longest, |deadline| deadline.left().min(longest));
        if deadline.is_some() && room < longest / 3 {
            return Err(NoAnswer::NotSent(unreachable("getting ready took too long, so nothing was sent".into())));
        }
        Ok(room)
    }
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
    /// What reqwest says of a call to `crm`.
    pub(crate) fn of(crm: &str, error: &reqwest::Error) -> Self {
        let reason = if error.is_timeout() {
            "no answer in time".to_owned()
        } else if error.is_connect() {
            format!("no connection: {}", root_cause(error))
        } else {
            format!("the connection broke: {}", root_cause(error))
        };
        let failure = unreachable(format!("{crm} did not answer: {reason}"));
        if error.is_connect() { NoAnswer::NotSent(failure) } else { NoAnswer::Unclear(failure) }
    }

    pub(crate) fn failure(&self) -> &CallFailure {
        match self {
            NoAnswer::NotSent(failure) | NoAnswer::Unclear(failure) => failure,
        }
    }

    pub(crate) fn into_failure(self) -> CallFailure {
        match self {
            NoAnswer::NotSent(failure) | NoAnswer::Unclear(failure) => failure,
        }
    }
}

/// The body of an answer, up to the longest, without the token that asked for it: it is kept and shown, and error pages
/// of proxies repeat what they were sent.
pub(crate) async fn text(crm: &str, mut response: reqwest::Response, token: &SecretString) -> Result<String, NoAnswer> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| NoAnswer::of(crm, &error))? {
        if bytes.len() + chunk.len() > LONGEST_ANSWER {
            return Err(NoAnswer::Unclear(unreachable(TOO_LONG.into())));
        }
        bytes.extend_from_slice(&chunk);
    }
    let body = String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned());
    Ok(without(body, token.expose_secret()))
}

fn without(body: String, token: &str) -> String {
    if token.is_empty() || !body.contains(token) { body } else { body.replace(token, "***") }
}

/// The innermost cause; the outer ones repeat the address.
pub(crate) fn root_cause(error: &dyn Error) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cut(&cause.to_string(), 200)
}

pub(crate) fn unreachable(message: String) -> CallFailure {
    CallFailure {
        class: FailureClass::Unreachable,
        scope: FailureScope::Lane,
        status: None,
        message,
        hint: "nothing: it is repeated; if it stays, check the network and the CRM's address".into(),
        item: None,
    }
}

/// As call records name it.
pub(crate) fn method_name(method: &Method) -> &'static str {
    match method.as_str() {
        "POST" => "POST",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        _ => "GET",
    }
}

/// As much of a body as a call record keeps.
pub(crate) fn capped(text: &str) -> String {
    text[..text.floor_char_boundary(RECORDED)].to_owned()
}

/// A header of an answer, when it is text.
pub(crate) fn told(response: &reqwest::Response, name: &str) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

/// The server's clock (its `Date` header), if it tells. `asked`: when the call was sent; its header came just now.
pub(crate) fn clock_of(response: &reqwest::Response, asked: Instant) -> Option<CrmClock> {
    let said = http_date(&told(response, header::DATE.as_str())?)?;
    Some(CrmClock::new(said, asked.into_std(), Instant::now().into_std()))
}

/// How long the server asks to be left alone.
pub(crate) fn patience_of(response: &reqwest::Response) -> Option<Duration> {
    retry_after(&told(response, header::RETRY_AFTER.as_str())?, Timestamp::now())
}

fn http_date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|zoned| zoned.timestamp())
}

/// Seconds or an HTTP date.
pub(crate) fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let wait = http_date(text)?.duration_since(now);
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
        assert_eq!(capped("short"), "short");
    }
}
