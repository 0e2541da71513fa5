//! The session log's events. The log is the truth; everything else follows it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::analysis::Analysis;
use crate::effect::RecordRef;
use crate::ids::{ConnectionId, ReplyId, SessionId};

/// Who said something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The customer.
    Customer,
    /// The AI agent.
    Ai,
    /// A person of the company.
    Agent,
}

/// A file of the conversation. The bytes stay where they are (R36).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// File name.
    pub name: String,
    /// Media type, e.g. `image/png`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Size in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Where the bytes can be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What happened. Message bodies are personal data: `Debug` prints the kind only.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum EventKind {
    /// Somebody wrote something.
    Message {
        /// Who.
        from: Speaker,
        /// The whole text.
        text: String,
        /// Display name of the author, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        author: Option<String>,
    },
    /// A file was sent.
    AttachmentAdded {
        /// Who sent it.
        from: Speaker,
        /// The file.
        attachment: Attachment,
    },
    /// Why the AI did what it did.
    Reasoning {
        /// The explanation.
        text: String,
    },
    /// The AI used a tool.
    ToolCall {
        /// Tool name.
        name: String,
        /// What it was called with.
        #[serde(default)]
        arguments: Value,
        /// What it answered.
        #[serde(default)]
        results: Value,
    },
    /// The AI handed the conversation to people.
    HandedOff {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// What it is about, for whoever takes over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        summary: Option<String>,
        /// Language of the conversation, e.g. `en`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
        /// How the customer feels, e.g. `negative`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sentiment: Option<String>,
    },
    /// A person took the conversation over (R38).
    TakenOver {
        /// Who.
        by: String,
    },
    /// A person gave the conversation back to the AI (R38).
    GivenBack {
        /// Who.
        by: String,
    },
    /// The conversation was assigned to a person (R38).
    Assigned {
        /// To whom.
        to: String,
        /// By whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    /// Values for case fields, given by the source.
    FieldValues {
        /// Field name to value.
        values: serde_json::Map<String, Value>,
    },
    /// The conversation is resolved.
    Resolved {
        /// Who resolved it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// The connection whose case was closed, when that resolved it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        via: Option<ConnectionId>,
    },
    /// A resolved conversation goes on.
    Reopened {
        /// Who reopened it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        /// The connection whose case was reopened, when that reopened it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        via: Option<ConnectionId>,
    },
    /// Somebody wrote in the CRM: a person's reply, or the customer's mail to the CRM itself. Written by the engine.
    CrmMessage {
        /// Who: an agent or the customer.
        from: Speaker,
        /// What they wrote, as plain text.
        text: String,
        /// Display name of the author, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        author: Option<String>,
        /// The connection it came through; it is not written back there.
        connection: ConnectionId,
        /// The case it stands on.
        case: Uuid,
        /// The record it is.
        record: RecordRef,
        /// Its id as a reply.
        reply_id: ReplyId,
        /// The CRM sent it to the customer itself; it is recorded, not to be sent again.
        #[serde(default)]
        sent_by_crm: bool,
    },
    /// A person answered in the console. Written by the engine; it goes to the carrier and to the case.
    AgentReply {
        /// The whole text.
        text: String,
        /// The person's name.
        author: String,
        /// Its id as a reply.
        reply_id: ReplyId,
    },
    /// People changed the case in the CRM. Written by the engine.
    CaseChanged {
        /// The connection.
        connection: ConnectionId,
        /// The case.
        case: Uuid,
        /// What is different now.
        changes: Vec<CaseChange>,
    },
    /// An analyst read the conversation up to a handoff. Written by the engine, once per handoff, connection and version
    /// of its mappings (R27).
    Analysed {
        /// Whose mappings were asked for.
        connection: ConnectionId,
        /// The handoff.
        handoff: i64,
        /// The mappings' version; 0 when nothing is mapped.
        version: i64,
        /// What was found; nothing when the analyst failed for good.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        analysis: Option<Box<Analysis>>,
        /// Why there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<String>,
    },
    /// A person took or dismissed a value that the analyst was not sure of. Written by the engine.
    SuggestionDecided {
        /// Whose case it is for.
        connection: ConnectionId,
        /// Which mapping.
        mapping: Uuid,
        /// The value that was taken; nothing when it was dismissed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<Value>,
        /// Who decided.
        by: String,
    },
}

/// One difference of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseChange {
    /// `status`, `owner`, `priority` or `state`.
    pub what: String,
    /// Before, by name where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

impl EventKind {
    /// The `kind` member of the wire form.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            EventKind::Message { .. } => "message",
            EventKind::AttachmentAdded { .. } => "attachment_added",
            EventKind::Reasoning { .. } => "reasoning",
            EventKind::ToolCall { .. } => "tool_call",
            EventKind::HandedOff { .. } => "handed_off",
            EventKind::TakenOver { .. } => "taken_over",
            EventKind::GivenBack { .. } => "given_back",
            EventKind::Assigned { .. } => "assigned",
            EventKind::FieldValues { .. } => "field_values",
            EventKind::Resolved { .. } => "resolved",
            EventKind::Reopened { .. } => "reopened",
            EventKind::CrmMessage { .. } => "crm_message",
            EventKind::AgentReply { .. } => "agent_reply",
            EventKind::CaseChanged { .. } => "case_changed",
            EventKind::Analysed { .. } => "analysed",
            EventKind::SuggestionDecided { .. } => "suggestion_decided",
        }
    }

    /// Whether only the engine may write it: it tells what people did in a CRM or in the console.
    #[must_use]
    pub fn is_the_engines(&self) -> bool {
        matches!(
            self,
            EventKind::CrmMessage { .. }
                | EventKind::AgentReply { .. }
                | EventKind::CaseChanged { .. }
                | EventKind::Analysed { .. }
                | EventKind::SuggestionDecided { .. }
                | EventKind::Resolved { via: Some(_), .. }
                | EventKind::Reopened { via: Some(_), .. }
        )
    }

    /// Whether whoever carries the conversation must hear of it: a reply, or that people ended or reopened it.
    #[must_use]
    pub fn is_for_carrier(&self) -> bool {
        matches!(
            self,
            EventKind::CrmMessage { from: Speaker::Agent, .. }
                | EventKind::AgentReply { .. }
                | EventKind::Resolved { via: Some(_), .. }
                | EventKind::Reopened { via: Some(_), .. }
        )
    }

    /// Whether whoever carries the conversation must hear of an event with this id: what is for them anyway, and what
    /// people did in the console. What the carrier did itself is no news to it (R38).
    #[must_use]
    pub fn is_told_to_carrier(&self, event_id: &str) -> bool {
        let held = matches!(
            self,
            EventKind::TakenOver { .. }
                | EventKind::GivenBack { .. }
                | EventKind::Assigned { .. }
                | EventKind::Resolved { .. }
                | EventKind::Reopened { .. }
        );
        self.is_for_carrier() || (held && event_id.starts_with("console:"))
    }

    /// Whether the customer says it.
    #[must_use]
    pub fn is_from_customer(&self) -> bool {
        matches!(
            self,
            EventKind::Message { from: Speaker::Customer, .. }
                | EventKind::AttachmentAdded { from: Speaker::Customer, .. }
                | EventKind::CrmMessage { from: Speaker::Customer, .. }
        )
    }

    /// Whether somebody other than the AI said or sent something: the start of a conversation.
    #[must_use]
    pub fn is_spoken_to_us(&self) -> bool {
        matches!(
            self,
            EventKind::Message { from: Speaker::Customer | Speaker::Agent, .. }
                | EventKind::AttachmentAdded { from: Speaker::Customer | Speaker::Agent, .. }
                | EventKind::CrmMessage { .. }
                | EventKind::AgentReply { .. }
        )
    }

    /// What was said, and who said it; a file counts by its name.
    #[must_use]
    pub fn said(&self) -> Option<(Speaker, &str)> {
        match self {
            EventKind::Message { from, text, .. } | EventKind::CrmMessage { from, text, .. } => Some((*from, text)),
            EventKind::AttachmentAdded { from, attachment } => Some((*from, &attachment.name)),
            EventKind::AgentReply { text, .. } => Some((Speaker::Agent, text)),
            _ => None,
        }
    }

    /// Whether it makes values of mapped columns known on this connection.
    #[must_use]
    pub fn tells_fields(&self, of: ConnectionId) -> bool {
        match self {
            EventKind::HandedOff { .. } | EventKind::FieldValues { .. } => true,
            EventKind::Analysed { connection, .. } | EventKind::SuggestionDecided { connection, .. } => {
                *connection == of
            }
            _ => false,
        }
    }

    /// Its id as a reply of a person, if it is one.
    #[must_use]
    pub fn reply_id(&self) -> Option<ReplyId> {
        match self {
            EventKind::CrmMessage { reply_id, .. } | EventKind::AgentReply { reply_id, .. } => Some(*reply_id),
            _ => None,
        }
    }
}

impl Speaker {
    /// Text form in the store and on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Speaker::Customer => "customer",
            Speaker::Ai => "ai",
            Speaker::Agent => "agent",
        }
    }
}

impl std::fmt::Debug for EventKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// An event on its way into the log.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// The event's id in its session, given by the source; idempotency rests on it.
    pub event_id: String,
    /// When it happened, by the source's clock; `None` means now.
    pub occurred_at: Option<Timestamp>,
    /// What happened.
    pub kind: EventKind,
    /// The reply that this is the carrier's echo of: what the customer reads is in the log already (R19). Not part
    /// of the event's body.
    pub echo_of: Option<ReplyId>,
}

impl NewEvent {
    /// An event that is no echo.
    #[must_use]
    pub fn new(event_id: impl Into<String>, occurred_at: Option<Timestamp>, kind: EventKind) -> Self {
        Self { event_id: event_id.into(), occurred_at, kind, echo_of: None }
    }

    /// Digest of what the source sent; the same id with another digest is a conflict.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut body = serde_json::json!({ "at": self.occurred_at, "what": self.kind });
        // A sender may order the members of free JSON anew when it repeats itself.
        body.sort_all_objects();
        Sha256::digest(body.to_string().as_bytes()).into()
    }
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Whose log.
    pub session_id: SessionId,
    /// Place in the log, from 1, without gaps.
    pub seq: i64,
    /// The event's id in its session.
    pub event_id: String,
    /// When it happened, by the source's clock.
    pub occurred_at: Timestamp,
    /// The same, made strictly increasing within the session: CRMs sort by it (R6).
    pub ordered_at: Timestamp,
    /// When the store took it in, by our clock.
    pub recorded_at: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// The reply that this is an echo of, if it is one.
    pub echo_of: Option<ReplyId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_body_has_another_digest() {
        let event = |text: &str| {
            NewEvent::new("m1", None, EventKind::Message { from: Speaker::Customer, text: text.into(), author: None })
        };
        assert_eq!(event("hi").digest(), event("hi").digest(), "a repeated event must be recognised");
        assert_ne!(event("hi").digest(), event("ho").digest(), "the same id with another body is a conflict");
    }

    #[test]
    fn the_order_of_members_is_no_difference() {
        let event = |arguments: &str| {
            let arguments = serde_json::from_str(arguments).expect("JSON");
            NewEvent::new("c1", None, EventKind::ToolCall { name: "t".into(), arguments, results: Value::Null })
        };
        let (one, other) = (r#"{"a":{"x":1,"y":2},"b":3}"#, r#"{"b":3,"a":{"y":2,"x":1}}"#);
        assert_eq!(event(one).digest(), event(other).digest(), "a repeated call must not be refused for its order");
        assert_ne!(
            event(one).digest(),
            event(r#"{"a":{"x":1,"y":3},"b":3}"#).digest(),
            "another value is another body"
        );
    }

    #[test]
    fn unknown_members_are_refused_and_bodies_stay_out_of_debug() {
        let wire = r#"{"kind":"message","from":"customer","text":"secret words","colour":"red"}"#;
        assert!(serde_json::from_str::<EventKind>(wire).is_err(), "a misspelt member must not be dropped in silence");
        let kind = EventKind::Message { from: Speaker::Ai, text: "secret words".into(), author: None };
        assert!(!format!("{kind:?}").contains("secret"), "message bodies must not reach a log through Debug");
    }
}
