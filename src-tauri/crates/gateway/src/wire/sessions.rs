//! Sessions on their way in and out.

use std::fmt;

use casebridge_domain as domain;
use casebridge_domain::{SessionId, SessionKey};
use casebridge_engine::NewSession;
use jiff::Timestamp;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A session to be made, or found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionInput {
    /// The system that the conversation comes from, e.g. `livechat`.
    #[schema(min_length = 1, max_length = 256)]
    source: String,
    /// The conversation's id in that system. With `source` it names the session for good.
    #[schema(min_length = 1, max_length = 256)]
    external_id: String,
    /// Channel name, e.g. `web`, `email`, `whatsapp`.
    #[schema(min_length = 1, max_length = 256)]
    channel: String,
    /// What it is about.
    topic: Option<String>,
    /// What it is about, in words for rules: which connection takes it may depend on them.
    #[schema(max_items = 32)]
    tags: Option<Vec<String>>,
    /// The customer.
    contact: Option<ContactInput>,
}

impl From<SessionInput> for NewSession {
    fn from(given: SessionInput) -> Self {
        Self {
            key: SessionKey { source: given.source, external_id: given.external_id },
            channel: given.channel,
            topic: given.topic,
            tags: given.tags.unwrap_or_default(),
            contact: given.contact.map(Into::into).unwrap_or_default(),
        }
    }
}

/// Who the customer says or is known to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContactInput {
    /// Display name.
    name: Option<String>,
    /// E-mail address.
    email: Option<IdentifierInput>,
    /// Phone number.
    phone: Option<IdentifierInput>,
    /// The customer's id in the source system.
    external_id: Option<IdentifierInput>,
}

impl From<ContactInput> for domain::Contact {
    fn from(given: ContactInput) -> Self {
        Self {
            name: given.name,
            email: given.email.map(Into::into),
            phone: given.phone.map(Into::into),
            external_id: given.external_id.map(Into::into),
        }
    }
}

/// One way to name a person: an object, or a plain string, which means unverified.
#[derive(ToSchema)]
#[serde(untagged)]
pub(crate) enum IdentifierInput {
    /// Unverified.
    Plain(String),
    /// With what the source knows about it.
    Full(Identifier),
}

impl<'de> Deserialize<'de> for IdentifierInput {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = IdentifierInput;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an object with `value`")
            }

            fn visit_str<E: Error>(self, value: &str) -> Result<IdentifierInput, E> {
                Ok(IdentifierInput::Plain(value.to_owned()))
            }

            fn visit_string<E: Error>(self, value: String) -> Result<IdentifierInput, E> {
                Ok(IdentifierInput::Plain(value))
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<IdentifierInput, A::Error> {
                Identifier::deserialize(MapAccessDeserializer::new(members)).map(IdentifierInput::Full)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl From<IdentifierInput> for domain::Identifier {
    fn from(given: IdentifierInput) -> Self {
        match given {
            IdentifierInput::Plain(value) => Self { value, verified: false },
            IdentifierInput::Full(Identifier { value, verified }) => Self { value, verified },
        }
    }
}

/// An address or number, and whether the source vouches for it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identifier {
    /// The address or number.
    value: String,
    /// Whether the source vouches for it. Only then it may select a contact of the CRM.
    #[serde(default)]
    verified: bool,
}

impl From<domain::Identifier> for Identifier {
    fn from(kept: domain::Identifier) -> Self {
        Self { value: kept.value, verified: kept.verified }
    }
}

/// The customer, as kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct Contact {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<Identifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<Identifier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<Identifier>,
}

impl From<domain::Contact> for Contact {
    fn from(kept: domain::Contact) -> Self {
        Self {
            name: kept.name,
            email: kept.email.map(Into::into),
            phone: kept.phone.map(Into::into),
            external_id: kept.external_id.map(Into::into),
        }
    }
}

/// Whether the conversation still needs an answer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Somebody, AI or person, still works on it.
    Open,
    /// Resolved, here or in the CRM.
    Resolved,
}

/// The head of a session; its content is in its events.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Our id. The same conversation has the same id in every installation.
    #[schema(value_type = String, example = "ses_5f0c2e9b6d4a5c0e8a7b1c2d3e4f5a6b")]
    id: SessionId,
    source: String,
    external_id: String,
    channel: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    contact: Contact,
    status: Status,
    /// Place of the newest event in the log; 0 when there is none.
    last_seq: i64,
    /// Whether the AI handed the conversation to people.
    handed_off: bool,
    /// Place of the newest handoff.
    #[serde(skip_serializing_if = "Option::is_none")]
    handed_off_seq: Option<i64>,
    /// When the session was made here.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<domain::Session> for SessionView {
    fn from(session: domain::Session) -> Self {
        Self {
            id: session.id,
            source: session.key.source,
            external_id: session.key.external_id,
            channel: session.channel,
            topic: session.topic,
            tags: session.tags,
            contact: session.contact.into(),
            status: match session.status {
                domain::SessionStatus::Open => Status::Open,
                domain::SessionStatus::Resolved => Status::Resolved,
            },
            last_seq: session.last_seq,
            handed_off: session.handed_off_seq.is_some(),
            handed_off_seq: session.handed_off_seq,
            created_at: session.created_at,
        }
    }
}
