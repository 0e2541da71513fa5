//! Identities. Text form is a readable prefix and a UUID without dashes, e.g. `ses_0198…`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::effect::RecordRef;

/// The text is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of the form `{prefix}_<32 hex digits>`")]
pub struct ParseIdError {
    /// What was given.
    pub text: String,
    /// The prefix that was expected.
    pub prefix: &'static str,
}

macro_rules! prefixed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The readable part in front of the underscore.
            pub const PREFIX: &'static str = $prefix;
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(|rest| Uuid::try_parse(rest).ok())
                    .map($name)
                    .ok_or_else(|| ParseIdError { text: text.to_owned(), prefix: $prefix })
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

prefixed_id!(
    /// A session. Derived from `(source, external id)`, so that every installation gives the same
    /// conversation the same id; see [`crate::session::SessionKey::session_id`].
    SessionId, "ses");
prefixed_id!(
    /// A connection to a CRM, made by an admin.
    ConnectionId, "con");
prefixed_id!(
    /// One attempt: one HTTP call to a CRM, or one try that failed before a call.
    AttemptId, "att");
prefixed_id!(
    /// An API key of the sessions API.
    KeyId, "key");

prefixed_id!(
    /// Something for the customer: a person's reply in a CRM, or the news that the conversation is over or goes on.
    /// Derived from the CRM's record, so that every installation names a reply alike.
    ReplyId, "rep");
prefixed_id!(
    /// One webhook call that was taken in.
    ReceiptId, "rcp");

/// What follows a session. Text form `crm:con_…` or `carrier`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Consumer {
    /// The lane writes to a CRM connection.
    Crm(ConnectionId),
    /// The lane offers replies to whoever carries the conversation to the customer.
    Carrier,
}

impl Consumer {
    /// The CRM connection behind this consumer, if it is one.
    #[must_use]
    pub fn connection(self) -> Option<ConnectionId> {
        match self {
            Consumer::Crm(id) => Some(id),
            Consumer::Carrier => None,
        }
    }
}

impl fmt::Display for Consumer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Consumer::Crm(id) => write!(f, "crm:{id}"),
            Consumer::Carrier => f.write_str("carrier"),
        }
    }
}

impl FromStr for Consumer {
    type Err = ParseIdError;
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        if text == "carrier" {
            return Ok(Consumer::Carrier);
        }
        text.strip_prefix("crm:")
            .ok_or_else(|| ParseIdError { text: text.to_owned(), prefix: "crm:con" })?
            .parse()
            .map(Consumer::Crm)
    }
}

impl<'de> Deserialize<'de> for Consumer {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Consumer {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// The namespace of all record ids of one CRM instance.
///
/// `instance` is the normalised address of the CRM (scheme, host, port; no path). Nothing of this
/// installation goes in, so a second or reinstalled engine finds its records instead of doubling them.
#[must_use]
pub fn instance_namespace(instance: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("casebridge:{}", instance.to_ascii_lowercase()).as_bytes())
}

fn derived(namespace: Uuid, parts: &[&str]) -> Uuid {
    // A unit separator cannot occur in ids that arrive as JSON text without being escaped visibly,
    // and the length prefix makes the join unambiguous even if it does.
    let mut name = String::new();
    for part in parts {
        name.push_str(&part.len().to_string());
        name.push('\u{1f}');
        name.push_str(part);
    }
    Uuid::new_v5(&namespace, name.as_bytes())
}

/// Id of the record that carries one event of a session into the CRM.
#[must_use]
pub fn activity_id(namespace: Uuid, source: &str, source_ref: &str) -> Uuid {
    derived(namespace, &["activity", source, source_ref])
}

/// Id of a case: a function of the case key and of the case that was closed before it (`None`: the first).
#[must_use]
pub fn case_id(namespace: Uuid, case_key: &str, previous: Option<Uuid>) -> Uuid {
    let previous = previous.map_or_else(|| "first".to_owned(), |id| id.to_string());
    derived(namespace, &["case", case_key, &previous])
}

/// Id of the reply that a CRM record is.
#[must_use]
pub fn reply_id(namespace: Uuid, record: RecordRef) -> ReplyId {
    ReplyId(derived(namespace, &["reply", record.kind.as_str(), &record.id.to_string()]))
}

/// Id under which an event that is no reply is offered to the carrier.
#[must_use]
pub fn notice_id(session: SessionId, seq: i64) -> ReplyId {
    ReplyId(derived(session.0, &["notice", &seq.to_string()]))
}

/// Id of a reply that a person gave in the console; `name` is the console's own id of it.
#[must_use]
pub fn console_reply_id(session: SessionId, name: &str) -> ReplyId {
    ReplyId(derived(session.0, &["console", name]))
}

/// Id of a contact that we create for an identifier nobody had (policy *create a contact*).
#[must_use]
pub fn contact_id(namespace: Uuid, identifier: &str) -> Uuid {
    derived(namespace, &["contact", &identifier.to_lowercase()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_read_back_what_they_print() {
        let id = SessionId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id), "an id must survive its text form");
        assert!("con_0".parse::<SessionId>().is_err(), "another prefix is another kind of id");
        let consumer = Consumer::Crm(ConnectionId(Uuid::from_u128(9)));
        assert_eq!(consumer.to_string().parse(), Ok(consumer), "lanes are addressed by this text on the command line");
        assert_eq!("carrier".parse(), Ok(Consumer::Carrier), "the channel's lane is a lane like any other");
    }

    #[test]
    fn record_ids_depend_on_the_conversation_and_the_crm_only() {
        let here = instance_namespace("https://acme.creatio.com");
        let there = instance_namespace("https://other.creatio.com");
        assert_eq!(here, instance_namespace("https://ACME.creatio.com"), "host names have no letter case");
        let id = activity_id(here, "chat", "c1/m1");
        assert_eq!(id, activity_id(here, "chat", "c1/m1"), "a repeated call must name the same record");
        assert_ne!(id, activity_id(there, "chat", "c1/m1"), "two CRMs may hold the same conversation");
        assert_ne!(id, activity_id(here, "chat", "c1/m2"), "two messages are two records");
        assert_ne!(
            activity_id(here, "chat", "a/b"),
            activity_id(here, "chata", "/b"),
            "joining the parts must not make two names equal"
        );
        let first = case_id(here, "chat/c1", None);
        assert_ne!(first, case_id(here, "chat/c1", Some(first)), "the case after a closed one is another case");
    }
}
