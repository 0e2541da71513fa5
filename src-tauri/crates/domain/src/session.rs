//! A session: one conversation of one contact with the AI agent, whatever the channel.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::SessionId;

/// Names a conversation where it comes from: the source system and the id it has there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionKey {
    /// The source system, e.g. `livechat`.
    pub source: String,
    /// The conversation's id in that system.
    pub external_id: String,
}

impl SessionKey {
    /// The same conversation has the same id in every installation.
    #[must_use]
    pub fn session_id(&self) -> SessionId {
        let name = format!("{}\u{1f}{}\u{1f}{}", self.source.len(), self.source, self.external_id);
        SessionId(Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes()))
    }

    /// Readable form `source/external_id`, used as case key and inside the CRM.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.source, self.external_id)
    }
}

/// One way to name a person: an e-mail address, a phone number or an id of the source.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identifier {
    /// The address or number as the source gave it.
    pub value: String,
    /// Whether the source vouches for it. Only a verified identifier selects a CRM contact (R3).
    #[serde(default)]
    pub verified: bool,
}

/// Who the customer says or is known to be. Personal data: `Debug` shows none of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Identifier>,
    /// Phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<Identifier>,
    /// The customer's id in the source system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Identifier>,
}

impl Contact {
    /// The e-mail address, if the source vouches for it.
    #[must_use]
    pub fn verified_email(&self) -> Option<&str> {
        self.email.as_ref().filter(|i| i.verified).map(|i| i.value.trim()).filter(|v| !v.is_empty())
    }

    /// The phone number, if the source vouches for it.
    #[must_use]
    pub fn verified_phone(&self) -> Option<&str> {
        self.phone.as_ref().filter(|i| i.verified).map(|i| i.value.trim()).filter(|v| !v.is_empty())
    }
}

impl std::fmt::Debug for Identifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identifier").field("verified", &self.verified).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Contact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Contact")
            .field("has_name", &self.name.is_some())
            .field("email", &self.email)
            .field("phone", &self.phone)
            .finish_non_exhaustive()
    }
}

/// Whether the conversation still needs an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Somebody, AI or person, still works on it.
    Open,
    /// Resolved, here or in the CRM.
    Resolved,
}

impl SessionStatus {
    /// Text form in the store and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            SessionStatus::Open => "open",
            SessionStatus::Resolved => "resolved",
        }
    }

    /// Reads what [`Self::as_str`] wrote; anything else counts as open.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        if text == "resolved" { SessionStatus::Resolved } else { SessionStatus::Open }
    }
}

/// The head of a session; its content is in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Our id.
    pub id: SessionId,
    /// Where it comes from.
    #[serde(flatten)]
    pub key: SessionKey,
    /// Channel name, e.g. `web`, `email`, `whatsapp`.
    pub channel: String,
    /// What it is about, if the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// What the source says that it is about, for rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The customer.
    pub contact: Contact,
    /// Open or resolved.
    pub status: SessionStatus,
    /// Sequence number of the newest handoff, if one happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_off_seq: Option<i64>,
    /// Sequence number of the newest event, 0 when there is none.
    pub last_seq: i64,
    /// Time of the newest event as written to the CRM: strictly increasing within a session.
    pub last_ordered_at: Timestamp,
    /// When the store saw the session first.
    pub created_at: Timestamp,
}
