//! What is answered instead of a result: `application/problem+json` (RFC 9457).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casebridge_engine::{AppendRefused, EngineError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::json::Fault;

/// The media type of every refusal.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Kinds of refusals. The last part of `type` is what a program branches on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    BrokenJson,
    Unauthorized,
    ForeignOrigin,
    Token,
    NotFound,
    Method,
    Slow,
    Conflict,
    TooLarge,
    MediaType,
    Host,
    Invalid,
    Internal,
    Unavailable,
}

impl Kind {
    /// Status, name in `type`, title.
    pub(crate) const fn parts(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::BrokenJson => (400, "urn:casebridge:problem:broken-json", "The body is not JSON"),
            Self::Unauthorized => (401, "urn:casebridge:problem:unauthorized", "No valid key was given"),
            Self::ForeignOrigin => (403, "urn:casebridge:problem:foreign-origin", "Another web site sent this"),
            Self::Token => (403, "urn:casebridge:problem:console-token", "The console's token is missing"),
            Self::NotFound => (404, "urn:casebridge:problem:not-found", "There is no such thing"),
            Self::Method => (405, "urn:casebridge:problem:method-not-allowed", "The method is not allowed here"),
            Self::Slow => (408, "urn:casebridge:problem:body-too-slow", "The body took too long"),
            Self::Conflict => (409, "urn:casebridge:problem:conflict", "The event id stands for something else"),
            Self::TooLarge => (413, "urn:casebridge:problem:body-too-large", "The body is too large"),
            Self::MediaType => (415, "urn:casebridge:problem:media-type", "The body is not declared as JSON"),
            Self::Host => (421, "urn:casebridge:problem:unknown-host", "This is not the host that was asked for"),
            Self::Invalid => (422, "urn:casebridge:problem:invalid-member", "Something given is not usable"),
            Self::Internal => (500, "urn:casebridge:problem:internal", "Something went wrong here"),
            Self::Unavailable => (503, "urn:casebridge:problem:unavailable", "The store cannot be used now"),
        }
    }
}

/// Why a request was refused. Nothing was changed by it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// What kind of refusal this is, for programs.
    #[serde(rename = "type")]
    #[schema(example = "urn:casebridge:problem:invalid-member")]
    kind: &'static str,
    /// The same for people.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What failed, on what.
    #[schema(example = "`events[3].text` is missing")]
    detail: String,
    /// The member, parameter or header that is not usable.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "events[3].text")]
    member: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// The event that stands in the log with another body.
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<String>,
    /// Its place in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<i64>,
    #[serde(skip)]
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

/// A refusal on its way out.
#[derive(Debug)]
pub(crate) struct Problem(Box<ProblemBody>);

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (status, name, title) = kind.parts();
        Self(Box::new(ProblemBody {
            kind: name,
            title,
            status,
            detail: detail.into(),
            member: None,
            hint: None,
            event_id: None,
            seq: None,
            headers: Vec::new(),
        }))
    }

    /// Something given is not usable: `problem` reads on after the member's name.
    pub(crate) fn invalid(member: impl Into<String>, problem: &str, hint: impl Into<String>) -> Self {
        let member = member.into();
        let mut refusal = Self::new(Kind::Invalid, format!("`{member}` {problem}")).hint(hint);
        refusal.0.member = Some(member);
        refusal
    }

    pub(crate) fn member(mut self, member: impl Into<String>) -> Self {
        self.0.member = Some(member.into());
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into()).filter(|hint: &String| !hint.is_empty());
        self
    }

    pub(crate) fn event(mut self, event_id: impl Into<String>, seq: Option<i64>) -> Self {
        self.0.event_id = Some(event_id.into());
        self.0.seq = seq;
        self
    }

    pub(crate) fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let headers = std::mem::take(&mut self.0.headers);
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.0)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        response.headers_mut().extend(headers);
        response
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let hint = fault.hint();
        match fault.member() {
            Some(member) => Self::invalid(member, &fault.problem, hint),
            None => Self::new(Kind::Invalid, format!("the body {}", fault.problem)).hint(hint),
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let hint = error.hint();
        match error {
            EngineError::Append(AppendRefused::Conflict { ref event_id, seq }) => {
                Self::new(Kind::Conflict, error.to_string()).hint(hint).event(event_id, Some(seq))
            }
            EngineError::Append(AppendRefused::NoSession(_)) | EngineError::NoSession(_) => {
                Self::new(Kind::NotFound, error.to_string()).hint("create the session first: POST /v1/sessions")
            }
            EngineError::NotFound { .. } => Self::new(Kind::NotFound, error.to_string()).hint(hint),
            EngineError::Invalid { member, problem, hint } => Self::invalid(member, &problem, hint),
            EngineError::Store(ref trouble) if trouble.is_transient() => {
                tracing::error!(error = &error as &dyn std::error::Error, "the store did not take a request");
                // The cause may name paths of this computer; it is in the log.
                Self::new(Kind::Unavailable, "the store did not confirm this, so nothing is promised")
                    .hint("send the same again: events are idempotent by their id")
                    .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            }
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "a request failed");
                Self::new(Kind::Internal, "the cause is in the log of the engine")
            }
        }
    }
}
