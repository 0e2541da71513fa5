//! The OpenAPI document: derived from the handlers and types, so that it cannot say something else.

mod examples;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::http::header;
use axum::response::IntoResponse;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{self, ContentBuilder, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, Modify, OpenApi};

use crate::problem::{Kind, MEDIA_TYPE, ProblemBody};
use crate::{events, health, replies, sessions, shortcuts};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Casebridge sessions API",
        description = "Conversations of an AI agent go in, cases of the CRM come out.\n\nEvery 2xx means: it is on disk. \
            Every refusal is `application/problem+json`, names the member, and changes nothing. After a 503 or a lost \
            answer send the same again: sessions are found by source and external id, events by their id.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        sessions::create, sessions::find, sessions::read,
        events::append, events::page,
        shortcuts::hand_off, shortcuts::resolve, shortcuts::reopen,
        replies::list, replies::stream, replies::taken,
        health::healthz, document
    ),
    components(schemas(ProblemBody)),
    tags(
        (name = "sessions", description = "One conversation of one contact"),
        (name = "events", description = "What happened in it, in order"),
        (name = "replies", description = "What people of the company answered, for whoever carries the conversation"),
        (name = "engine", description = "The engine itself")
    ),
    security(("key" = [])),
    modifiers(&Finish)
)]
struct Document;

struct Finish;

impl Modify for Finish {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let mut scheme = Http::new(HttpAuthScheme::Bearer);
        scheme.description = Some("A key made with `casebridged key create`.".into());
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
        document.servers = None;
        examples::add(document);
    }
}

/// The document as JSON.
pub(crate) fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    // Serializing this document cannot fail: it holds text, lists and maps with text keys only.
    TEXT.get_or_init(|| Document::openapi().to_json().unwrap_or_default())
}

/// This document.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "engine", operation_id = "openapi", security(()),
    responses((status = 200, description = "OpenAPI", content_type = "application/json")))]
pub(crate) async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], text())
}

const READING: &[Kind] = &[
    Kind::Unauthorized,
    Kind::ForeignOrigin,
    Kind::NotFound,
    Kind::Host,
    Kind::Invalid,
    Kind::Internal,
    Kind::Unavailable,
];

const WRITING: &[Kind] = &[Kind::BrokenJson, Kind::Slow, Kind::Conflict, Kind::TooLarge, Kind::MediaType];

/// What a read can be refused with.
pub(crate) struct ReadRefusals;

impl IntoResponses for ReadRefusals {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        refusals(READING.iter())
    }
}

/// What a write can be refused with.
pub(crate) struct WriteRefusals;

impl IntoResponses for WriteRefusals {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        refusals(READING.iter().chain(WRITING))
    }
}

fn refusals<'a>(kinds: impl Iterator<Item = &'a Kind>) -> BTreeMap<String, RefOr<openapi::Response>> {
    kinds
        .map(|kind| {
            let (status, name, title) = kind.parts();
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let header = match kind {
                Kind::Unauthorized => Some(header::WWW_AUTHENTICATE),
                Kind::Unavailable => Some(header::RETRY_AFTER),
                _ => None,
            };
            let mut response =
                ResponseBuilder::new().description(format!("{title} (`{name}`)")).content(MEDIA_TYPE, content);
            if let Some(header) = header {
                response = response.header(header.as_str(), openapi::HeaderBuilder::new().build());
            }
            (status.to_string(), RefOr::T(response.build()))
        })
        .collect()
}
