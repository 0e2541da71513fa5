//! What goes back to a caller.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value as Json, json};

use super::refusal::Refusal;

/// The body of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Nothing,
    Json(Json),
    Html(String),
    Text(String),
    Form(String),
}

/// One answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub content: Content,
    /// Records in it were refused although the status says success.
    pub refused_inside: bool,
}

impl Answer {
    pub fn new(status: u16, content: Content) -> Self {
        Self { status, headers: Vec::new(), content, refused_inside: false }
    }

    pub fn json(status: u16, body: Json) -> Self {
        Self::new(status, Content::Json(body))
    }

    pub fn nothing() -> Self {
        Self::new(204, Content::Nothing)
    }

    pub fn page(status: u16, title: &str, words: &str) -> Self {
        let html =
            format!("<!DOCTYPE html><html><head><title>{title}</title></head><body><p>{words}</p></body></html>");
        Self::new(status, Content::Html(html))
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Where it leads a browser.
    pub fn location(self) -> Option<String> {
        self.headers.into_iter().find(|(name, _)| *name == "location").map(|(_, address)| address)
    }

    pub fn is_success(&self) -> bool {
        self.status < 300 && !self.refused_inside
    }

    /// The body as a part of a bundle shows it.
    pub fn body(&self) -> Json {
        match &self.content {
            Content::Json(body) => body.clone(),
            _ => Json::Null,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        match &self.content {
            Content::Nothing => Vec::new(),
            Content::Json(body) => body.to_string().into_bytes(),
            Content::Html(text) | Content::Text(text) | Content::Form(text) => text.clone().into_bytes(),
        }
    }

    /// Status and headers, still without a body.
    pub fn head(&self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let content_type = match self.content {
            Content::Nothing => None,
            Content::Json(_) => Some("application/json;charset=UTF-8"),
            Content::Html(_) => Some("text/html; charset=UTF-8"),
            Content::Text(_) => Some("text/plain;charset=UTF-8"),
            Content::Form(_) => Some("application/x-www-form-urlencoded"),
        };
        let headers = response.headers_mut();
        if let Some(content_type) = content_type {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        for (name, value) in &self.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response
    }

    pub fn respond(&self) -> Response {
        let mut response = self.head();
        *response.body_mut() = Body::from(self.bytes());
        response
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::json(refusal.status, json!([refusal.top()]))
    }
}
