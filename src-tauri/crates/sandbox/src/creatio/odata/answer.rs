//! An answer before it is put on the wire, alone or as a part of a batch.

use serde_json::Value as Json;

use super::super::refusal::{Refusal, RefusalBody};

/// The content type of every JSON answer.
pub(super) const JSON: &str = "application/json; odata.metadata=minimal";

#[derive(Clone, Debug)]
pub(crate) enum AnswerBody {
    Empty,
    Json(Json),
    Text { content_type: &'static str, text: String },
    Bytes(Vec<u8>),
}

/// Status, headers and body.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: AnswerBody,
}

impl Answer {
    pub fn json(status: u16, body: Json) -> Self {
        Self { status, headers: vec![("odata-version", "4.0".to_owned())], body: AnswerBody::Json(body) }
    }

    pub fn no_content() -> Self {
        Self { status: 204, headers: vec![("odata-version", "4.0".to_owned())], body: AnswerBody::Empty }
    }

    pub fn text(content_type: &'static str, text: String) -> Self {
        Self { status: 200, headers: Vec::new(), body: AnswerBody::Text { content_type, text } }
    }

    pub fn html(status: u16, page: &str) -> Self {
        let body = AnswerBody::Text { content_type: "text/html; charset=utf-8", text: page.to_owned() };
        Self { status, headers: Vec::new(), body }
    }

    pub fn is_success(&self) -> bool {
        self.status < 400
    }

    pub fn content_type(&self) -> Option<&'static str> {
        match &self.body {
            AnswerBody::Empty => None,
            AnswerBody::Json(_) => Some(JSON),
            AnswerBody::Text { content_type, .. } => Some(content_type),
            AnswerBody::Bytes(_) => Some("application/octet-stream"),
        }
    }

    pub fn into_bytes(self) -> Vec<u8> {
        match self.body {
            AnswerBody::Empty => Vec::new(),
            AnswerBody::Json(body) => body.to_string().into_bytes(),
            AnswerBody::Text { text, .. } => text.into_bytes(),
            AnswerBody::Bytes(bytes) => bytes,
        }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        match refusal.body {
            RefusalBody::Empty => Self { status: refusal.status, headers: Vec::new(), body: AnswerBody::Empty },
            RefusalBody::Json(body) => Self::json(refusal.status, body),
            RefusalBody::Html(page) => Self::html(refusal.status, &page),
        }
    }
}
