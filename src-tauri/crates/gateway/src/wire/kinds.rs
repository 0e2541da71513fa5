//! The kinds of events: written down once, made into a reader and into documentation.

use casebridge_domain as domain;
use serde::Deserialize;
#[cfg(test)]
use serde::Serialize;
use utoipa::ToSchema;

use crate::json::{Decoder, Fault, Tree};

/// One list, two types. `documented::EventKind` describes the wire form (`kind` beside the variant's own
/// members); `read::Form` builds the domain's type from it. Serde's own reader of such a form forgets the
/// way to a fault, so [`crate::json`] takes `kind` out and `Form` never sees it. `@[..]` is for the reader
/// only: the log shows what the engine alone may write.
macro_rules! event_kinds {
    ($(
        $(#[$about:meta])* $(@[$read:meta])?
        $kind:ident { $( $(#[$about_member:meta])* $(@[$read_member:meta])? $member:ident: [$($type:tt)+], )* }
    )*) => {
        #[expect(dead_code, reason = "read by utoipa only")]
        pub(crate) mod documented {
            use super::{Attachment, CaseChange, RecordRef, Speaker, ToSchema, Values};
            use serde_json::Value;

            type Analysis = Value;
            type ConnectionId = String;
            type ReplyId = String;
            type Uuid = uuid::Uuid;

            /// What happened. `kind` decides which other members there are.
            #[derive(ToSchema)]
            #[serde(tag = "kind", rename_all = "snake_case")]
            pub(crate) enum EventKind {
                $( $(#[$about])* $kind { $( $(#[$about_member])* $member: $($type)+, )* }, )*
            }
        }

        mod read {
            use casebridge_domain::analysis::Analysis;
            use casebridge_domain::{Attachment, CaseChange, ConnectionId, EventKind, RecordRef, ReplyId, Speaker};
            use serde_json::Value;
            use uuid::Uuid;

            use super::Deserialize;

            type Values = serde_json::Map<String, Value>;

            // Writing is derived for the tests: it does not compile when the domain has a kind more.
            #[derive(Deserialize)]
            #[cfg_attr(test, derive(super::Serialize))]
            #[serde(remote = "EventKind", rename_all = "snake_case", deny_unknown_fields)]
            pub(super) enum Form {
                $( $(#[$about])* $(#[$read])? $kind {
                    $( $(#[$about_member])* $(#[$read_member])? $member: $($type)+, )*
                }, )*
            }
        }
    };
}

event_kinds! {
    /// Somebody wrote something.
    Message {
        /// Who.
        from: [Speaker],
        /// The whole text, at most 1 MiB.
        text: [String],
        /// Display name of the author.
        author: [Option<String>],
    }
    /// A file was sent. The bytes stay where they are.
    AttachmentAdded {
        /// Who sent it.
        from: [Speaker],
        /// The file.
        attachment: [Attachment],
    }
    /// Why the AI did what it did.
    Reasoning {
        /// The explanation.
        text: [String],
    }
    /// The AI used a tool.
    ToolCall {
        /// Name of the tool.
        name: [String],
        /// What it was called with: any JSON.
        #[serde(default)]
        arguments: [Value],
        /// What it answered: any JSON.
        #[serde(default)]
        results: [Value],
    }
    /// The AI handed the conversation to people.
    HandedOff {
        /// Why.
        reason: [Option<String>],
        /// What it is about, for whoever takes over.
        summary: [Option<String>],
        /// Language of the conversation, e.g. `en`.
        language: [Option<String>],
        /// How the customer feels, e.g. `negative`.
        sentiment: [Option<String>],
    }
    /// A person took the conversation over.
    TakenOver {
        /// Who.
        by: [String],
    }
    /// A person gave the conversation back to the AI.
    GivenBack {
        /// Who.
        by: [String],
    }
    /// The conversation was assigned to a person.
    Assigned {
        /// To whom.
        to: [String],
        /// By whom.
        by: [Option<String>],
    }
    /// Values for case fields, given by the source.
    FieldValues {
        /// Field name to value.
        values: [Values],
    }
    /// The conversation is resolved.
    Resolved {
        /// Who resolved it.
        by: [Option<String>],
        /// The connection whose case was closed, when that resolved it. Written by the engine only.
        @[serde(skip_deserializing)]
        via: [Option<ConnectionId>],
    }
    /// A resolved conversation goes on. The engine writes this itself when the customer goes on writing.
    Reopened {
        /// Who reopened it.
        by: [Option<String>],
        /// The connection whose case was reopened, when that reopened it. Written by the engine only.
        @[serde(skip_deserializing)]
        via: [Option<ConnectionId>],
    }
    /// Somebody wrote in the CRM: a person's reply, or the customer's mail to the CRM itself. Written by the engine
    /// only.
    @[serde(skip_deserializing)]
    CrmMessage {
        /// Who: an agent or the customer.
        from: [Speaker],
        /// What they wrote, as plain text.
        text: [String],
        /// Display name of the author.
        author: [Option<String>],
        /// The connection it came through.
        connection: [ConnectionId],
        /// The case it stands on.
        case: [Uuid],
        /// The record it is.
        record: [RecordRef],
        /// Its id as a reply.
        reply_id: [ReplyId],
        /// The CRM sent it to the customer itself; it is not to be sent again.
        sent_by_crm: [bool],
    }
    /// A person answered in the console. Written by the engine only.
    @[serde(skip_deserializing)]
    AgentReply {
        /// What they wrote.
        text: [String],
        /// Their name.
        author: [String],
        /// Its id as a reply.
        reply_id: [ReplyId],
    }
    /// People changed the case in the CRM. Written by the engine only.
    @[serde(skip_deserializing)]
    CaseChanged {
        /// The connection.
        connection: [ConnectionId],
        /// The case.
        case: [Uuid],
        /// What is different now.
        changes: [Vec<CaseChange>],
    }
    /// An analyst read the conversation up to a handoff. Written by the engine only.
    @[serde(skip_deserializing)]
    Analysed {
        /// The connection whose mappings were asked for.
        connection: [ConnectionId],
        /// The handoff's place in the log.
        handoff: [i64],
        /// The mappings' version; 0 when nothing is mapped.
        version: [i64],
        /// What was found; nothing when the analyst failed for good.
        analysis: [Option<Box<Analysis>>],
        /// Why there is none.
        failure: [Option<String>],
    }
    /// A person took or dismissed a value that the analyst was not sure of. Written by the engine only.
    @[serde(skip_deserializing)]
    SuggestionDecided {
        /// The connection whose case it is for.
        connection: [ConnectionId],
        /// Which mapping.
        mapping: [Uuid],
        /// The value that was taken; nothing when it was dismissed.
        value: [Option<Value>],
        /// Who decided.
        by: [String],
    }
}

/// Reads what happened, from an object with `kind`.
pub(crate) fn read_kind(tree: Tree) -> Result<domain::EventKind, Fault> {
    read::Form::deserialize(Decoder(tree))
}

/// Who said something.
#[derive(ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "read by utoipa only; the domain's type does the work")]
pub(crate) enum Speaker {
    /// The customer.
    Customer,
    /// The AI agent.
    Ai,
    /// A person of the company.
    Agent,
}

/// A file of the conversation.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by utoipa only; the domain's type does the work")]
pub(crate) struct Attachment {
    /// File name.
    name: String,
    /// Media type, e.g. `image/png`.
    media_type: Option<String>,
    /// Size in bytes.
    size: Option<u64>,
    /// Where the bytes can be fetched.
    url: Option<String>,
}

/// A record of the CRM.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by utoipa only; the domain's type does the work")]
pub(crate) struct RecordRef {
    /// `activity` or `portal_message`.
    kind: String,
    /// Its id in the CRM.
    id: uuid::Uuid,
}

/// One difference of a case.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by utoipa only; the domain's type does the work")]
pub(crate) struct CaseChange {
    /// `status`, `owner`, `priority` or `state`.
    what: String,
    /// Before, by name where it has one.
    from: Option<String>,
    /// Now.
    to: Option<String>,
}

/// Field name to value, which is any JSON.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by utoipa only; the domain's type does the work")]
pub(crate) struct Values(std::collections::HashMap<String, serde_json::Value>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::decode;

    fn fault(body: &str) -> (String, String) {
        let tree: Tree = serde_json::from_str(body).unwrap();
        let fault = read_kind(tree).expect_err("this must be refused");
        (fault.member().unwrap_or_default(), format!("{} / {}", fault.problem, fault.hint()))
    }

    #[test]
    fn a_fault_names_its_member_however_deep_it_is() {
        let cases = [
            (r#"{"from":"ai","text":"x"}"#, "kind", "missing"),
            (r#"{"kind":5,"from":"ai","text":"x"}"#, "kind", "a number, not a string"),
            (r#"{"kind":"massage","text":"x"}"#, "kind", "`message`"),
            (r#"{"kind":"message","from":"ai"}"#, "text", "missing"),
            (r#"{"kind":"message","from":"ai","text":5}"#, "text", "a number, not a string"),
            (r#"{"kind":"message","from":"bot","text":"x"}"#, "from", "`customer`, `ai`, `agent`"),
            (r#"{"kind":"message","from":{"kind":"ai"},"text":"x"}"#, "from", "an object, not a string"),
            (r#"{"kind":"message","from":"ai","text":"x","colour":"red"}"#, "colour", "not known"),
            (r#"{"kind":"message","from":"ai","text":"x","text":"y"}"#, "text", "twice"),
            (r#"{"kind":"resolved","by":[]}"#, "by", "an array, not a string"),
            (r#"{"kind":"field_values","values":[1]}"#, "values", "an array, not an object"),
            (
                r#"{"kind":"attachment_added","from":"ai","attachment":"a.png"}"#,
                "attachment",
                "a string, not an object",
            ),
            (r#"{"kind":"attachment_added","from":"ai","attachment":{}}"#, "attachment.name", "missing"),
            (
                r#"{"kind":"attachment_added","from":"ai","attachment":{"name":"a","size":-1}}"#,
                "attachment.size",
                "out of range",
            ),
            (
                r#"{"kind":"attachment_added","from":"ai","attachment":{"name":"a","bytes":"eA=="}}"#,
                "attachment.bytes",
                "`media_type`",
            ),
        ];
        for (body, member, says) in cases {
            let (named, said) = fault(body);
            assert_eq!(named, member, "the wrong member is named for {body}: {said}");
            assert!(said.contains(says), "{body} must be answered with {says:?}, got {said:?}");
        }
    }

    #[test]
    fn what_is_read_is_what_the_log_writes() {
        let bodies = [
            r#"{"kind":"tool_call","name":"find","arguments":{"b":[1,-2,0.5,true,null],"a":"x"},"results":null}"#,
            r#"{"kind":"message","from":"customer","text":"line\u0000\n😀","author":"Ada"}"#,
            r#"{"kind":"field_values","values":{"z":1,"a":{"deep":[]}}}"#,
            r#"{"kind":"reopened"}"#,
        ];
        for body in bodies {
            let read = read_kind(serde_json::from_str(body).unwrap()).unwrap();
            let again: serde_json::Value = serde_json::to_value(&read).unwrap();
            let given: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(again, given, "nothing may be lost between the wire and the log");
            let by_domain: domain::EventKind = serde_json::from_str(body).unwrap();
            assert_eq!(read, by_domain, "both readers must read the same, or replayed logs differ");
            let named = read::Form::serialize(&read, serde_json::value::Serializer).unwrap();
            let name = named.as_object().and_then(|named| named.keys().next()).unwrap();
            assert_eq!(name, read.name(), "a kind has one name");
        }
    }

    #[test]
    fn a_text_beyond_the_limit_is_named() {
        let most = casebridge_engine::ingest::MAX_TEXT;
        let body = |length: usize| format!(r#"{{"kind":"reasoning","text":"{}"}}"#, "x".repeat(length));
        let within: Tree = serde_json::from_str(&body(most)).unwrap();
        assert!(read_kind(within).is_ok(), "the limit itself is allowed");
        let (member, said) = fault(&body(most + 1));
        assert_eq!(member, "text", "one byte more is refused by name: {said}");
        let long = "x".repeat(most + 1);
        let (member, said) =
            fault(&format!(r#"{{"kind":"tool_call","name":"n","arguments":{{"a":["",["{long}"]]}}}}"#));
        assert_eq!(member, "arguments.a[1][0]", "inside any JSON too: {said}");
    }

    #[test]
    fn optional_members_may_be_null() {
        let tree: Tree = serde_json::from_str(r#"{"kind":"handed_off","reason":null,"summary":"s"}"#).unwrap();
        let read: domain::EventKind = read_kind(tree).unwrap();
        assert_eq!(read.name(), "handed_off", "null is how many languages say `not given`");
        let texts: Vec<String> = decode(serde_json::from_str(r#"["a"]"#).unwrap()).unwrap();
        assert_eq!(texts, ["a"], "a list is read in order");
    }
}
