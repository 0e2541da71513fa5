//! What the stand-in answers, on purpose.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::request::{LlmApi, LlmRequest};

/// One scripted answer.
#[derive(Clone)]
pub enum LlmReply {
    /// The model writes this.
    Text(String),
    /// The model writes this until it has no tokens left: cut off, and said so.
    Truncated(String),
    /// The model will not answer, in these words.
    Refuses(String),
    /// An answer whose body is no JSON although its type says so.
    Malformed,
    /// A proxy's page instead of an answer.
    Page,
    /// An error of the server, with `Retry-After` in seconds.
    Fails {
        /// HTTP status.
        status: u16,
        /// Seconds.
        retry_after: Option<u64>,
    },
    /// This one, later.
    Slow(Duration, Box<LlmReply>),
    /// Nothing, ever.
    Hangs,
    /// Whatever this makes of the request: a model that obeys what it reads, for one.
    From(Arc<dyn Fn(&LlmRequest) -> LlmReply + Send + Sync>),
}

impl LlmReply {
    /// The model writes this JSON.
    #[must_use]
    pub fn json(value: &Value) -> Self {
        LlmReply::Text(value.to_string())
    }
}

impl fmt::Debug for LlmReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            LlmReply::Text(_) => "Text",
            LlmReply::Truncated(_) => "Truncated",
            LlmReply::Refuses(_) => "Refuses",
            LlmReply::Malformed => "Malformed",
            LlmReply::Page => "Page",
            LlmReply::Fails { .. } => "Fails",
            LlmReply::Slow(..) => "Slow",
            LlmReply::Hangs => "Hangs",
            LlmReply::From(_) => "From",
        })
    }
}

/// Carries a scripted answer out.
pub(super) async fn answer(mut reply: LlmReply, request: &LlmRequest) -> Response {
    loop {
        reply = match reply {
            LlmReply::Slow(wait, then) => {
                tokio::time::sleep(wait).await;
                *then
            }
            LlmReply::From(make) => make(request),
            LlmReply::Hangs => std::future::pending().await,
            LlmReply::Text(text) => return written(request, &text, "stop", "end_turn"),
            LlmReply::Truncated(text) => return written(request, &text, "length", "max_tokens"),
            LlmReply::Refuses(text) => return written(request, &text, "content_filter", "refusal"),
            LlmReply::Malformed => return ([JSON], "{\"choices\": [{\"message\"").into_response(),
            LlmReply::Page => {
                return ([(header::CONTENT_TYPE, "text/html")], "<html>Bad gateway</html>").into_response();
            }
            LlmReply::Fails { status, retry_after } => return failed(request.api, status, retry_after),
        }
    }
}

const JSON: (HeaderName, &str) = (header::CONTENT_TYPE, "application/json");

fn written(request: &LlmRequest, text: &str, openai: &str, anthropic: &str) -> Response {
    // Four characters a token is near enough for a count that only has to be the same on both sides.
    let (read, wrote) = ((request.system.len() + request.user.len()) / 4, text.len() / 4);
    let body = match request.api {
        LlmApi::OpenAi => json!({
            "id": format!("chatcmpl-{}", request.no), "object": "chat.completion", "created": 0, "model": request.model,
            "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": openai }],
            "usage": { "prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote },
        }),
        LlmApi::Anthropic => json!({
            "id": format!("msg_{}", request.no), "type": "message", "role": "assistant", "model": request.model,
            "content": [{ "type": "text", "text": text }], "stop_reason": anthropic, "stop_sequence": null,
            "usage": { "input_tokens": read, "output_tokens": wrote },
        }),
    };
    ([JSON], body.to_string()).into_response()
}

/// An error in the words of the API; the message repeats part of what was sent, as real ones may.
pub(super) fn failed(api: LlmApi, status: u16, retry_after: Option<u64>) -> Response {
    let kind = match status {
        401 | 403 => "authentication_error",
        429 => "rate_limit_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    };
    let body = match api {
        LlmApi::OpenAi => json!({ "error": { "message": format!("scripted {status}"), "type": kind, "code": null } }),
        LlmApi::Anthropic => {
            json!({ "type": "error", "error": { "type": kind, "message": format!("scripted {status}") } })
        }
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, [JSON], body.to_string()).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}
