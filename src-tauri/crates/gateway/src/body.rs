//! Bodies: read whole within a size and a time, declared as JSON, and parsed. Nothing is used before.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::json::Tree;
use crate::problem::{Kind, Problem};
use crate::state::Shared;

/// Largest body.
pub(crate) const MOST_BYTES: usize = 8 * 1024 * 1024;
/// A body that trickles in longer than this holds a connection for nothing.
const MOST_TIME: Duration = Duration::from_secs(30);

/// A body that is declared as JSON.
pub(crate) struct JsonBytes(Bytes);

impl JsonBytes {
    /// Parses it.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        // The text of the error names line and column, never what stands there.
        serde_json::from_slice(&self.0).map_err(|error| Problem::new(Kind::BrokenJson, error.to_string()))
    }
}

impl FromRequest<Shared> for JsonBytes {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, Problem> {
        declared_as_json(request.headers())?;
        read(request, state).await.map(Self)
    }
}

/// A JSON body, ready to be read into a type.
pub(crate) struct JsonBody(pub(crate) Tree);

impl FromRequest<Shared> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, Problem> {
        JsonBytes::from_request(request, state).await?.parse().map(Self)
    }
}

/// The same where every member is optional: no body at all counts as `{}`.
pub(crate) struct MaybeJsonBody(pub(crate) Tree);

impl FromRequest<Shared> for MaybeJsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &Shared) -> Result<Self, Problem> {
        let declared = declared_as_json(request.headers());
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self(Tree::Members(Vec::new())));
        }
        declared?;
        JsonBytes(bytes).parse().map(Self)
    }
}

async fn read(request: Request, state: &Shared) -> Result<Bytes, Problem> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > MOST_BYTES as u64) {
        return Err(too_large());
    }
    let Ok(bytes) = tokio::time::timeout(MOST_TIME, Bytes::from_request(request, state)).await else {
        return Err(Problem::new(Kind::Slow, "the body was not complete after 30 seconds").hint("send it again"));
    };
    bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => Problem::new(Kind::BrokenJson, "the body ended before its declared end").hint("send it again"),
    })
}

fn too_large() -> Problem {
    Problem::new(Kind::TooLarge, "a body may have 8 MiB at most").hint("send the events in several calls")
}

fn declared_as_json(headers: &HeaderMap) -> Result<(), Problem> {
    const HINT: &str = "send `Content-Type: application/json`, in UTF-8";
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        let detail = "compressed bodies are not taken";
        return Err(Problem::new(Kind::MediaType, detail).member("Content-Encoding").hint("send the body as it is"));
    }
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let refused = |detail: &str| Problem::new(Kind::MediaType, detail).member("Content-Type").hint(HINT);
    let Some(declared) = declared else { return Err(refused("`Content-Type` is missing")) };
    let mut parts = declared.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    let is_json = essence.eq_ignore_ascii_case("application/json")
        || essence.get(..12).is_some_and(|start| start.eq_ignore_ascii_case("application/"))
            && essence.get(essence.len().saturating_sub(5)..).is_some_and(|end| end.eq_ignore_ascii_case("+json"));
    if !is_json {
        return Err(refused("`Content-Type` names something other than JSON"));
    }
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.eq_ignore_ascii_case("charset").then(|| value.trim_matches('"'))
    });
    match charset {
        Some(other) if !other.eq_ignore_ascii_case("utf-8") => Err(refused("`Content-Type` names another encoding")),
        _ => Ok(()),
    }
}
