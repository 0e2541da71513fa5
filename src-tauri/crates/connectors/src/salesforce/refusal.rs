//! What a refusal means: Salesforce's error codes, mapped to what can help.

use std::time::Duration;

use casebridge_domain::text::{cut, one_line};
use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use serde_json::Value;
use uuid::Uuid;

/// Parts that were taken back because another part failed carry one of these.
const TAKEN_BACK: [&str; 2] = ["PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"];
/// The two texts of a 401 that no new token cures: asking for one again and again would never end.
const NOT_THE_TOKEN: [&str; 2] =
    ["session is not valid for use with the REST API", "Connected app is not attached to Agent"];

/// One error of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `errorCode`, which items of collections call `statusCode`.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) fields: Vec<String>,
}

impl Refusal {
    /// The first error of a body: a list of errors, one error, or an object that holds such a list.
    pub(crate) fn of(body: &Value) -> Option<Self> {
        let error = match body {
            Value::Array(list) => list.iter().find(|one| Self::code_of(one).is_some())?,
            Value::Object(object) => match object.get("errors").and_then(Value::as_array) {
                Some(errors) => errors.first()?,
                None => body,
            },
            _ => return None,
        };
        let fields = error.get("fields").and_then(Value::as_array).into_iter().flatten();
        Some(Refusal {
            code: Self::code_of(error)?.to_owned(),
            message: error.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
            fields: fields.filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }

    fn code_of(error: &Value) -> Option<&str> {
        ["errorCode", "statusCode"].into_iter().find_map(|name| error.get(name)?.as_str())
    }

    /// Whether it says only that another part failed.
    pub(crate) fn is_taken_back(&self) -> bool {
        TAKEN_BACK.contains(&self.code.as_str())
    }

    /// Whether a new token might help.
    pub(crate) fn asks_for_a_token(&self) -> bool {
        !NOT_THE_TOKEN.iter().any(|text| self.message.contains(text))
    }

    /// What can help against it. `what` says what was attempted.
    pub(crate) fn into_failure(self, what: &str, status: u16, item: Option<Uuid>) -> CallFailure {
        let (class, scope, hint) = verdict(&self, status);
        let words = cut(&one_line(&self.message), 400);
        let code = if self.code.is_empty() { format!("HTTP {status}") } else { self.code };
        let message = if words.is_empty() { format!("{what}: {code}") } else { format!("{what}: {words} ({code})") };
        CallFailure { class, scope, status: Some(status), message, hint: hint.to_owned(), item }
    }
}

fn verdict(refusal: &Refusal, status: u16) -> (FailureClass, FailureScope, &'static str) {
    use FailureClass::{Credentials, Refused, Rights, Setup, Throttled, Unknown, Unreachable};
    use FailureScope::{Connection, Lane};
    match refusal.code.as_str() {
        "INVALID_SESSION_ID" if refusal.asks_for_a_token() => {
            (Credentials, Connection, "sign in again; if it comes back, an admin closed this address or app")
        }
        "INVALID_SESSION_ID" | "INVALID_AUTH_HEADER" | "INVALID_LOGIN" => {
            (Credentials, Connection, "let the user use the API and the app in Salesforce, then sign in again")
        }
        // The org's calls of the day, or too many long calls at once: no time is told.
        "REQUEST_LIMIT_EXCEEDED" => (Throttled { after: None }, Connection, "nothing: it is repeated later"),
        "API_DISABLED_FOR_ORG" | "API_CURRENTLY_DISABLED" => {
            (Setup, Connection, "this edition of Salesforce has no API, or it is switched off: ask its admin")
        }
        "UNABLE_TO_LOCK_ROW" => (Unknown, Lane, "nothing: somebody else saved the same record, and it is repeated"),
        "SERVER_UNAVAILABLE" | "QUERY_TIMEOUT" => (Unreachable, Lane, "nothing: it is repeated"),
        "INSUFFICIENT_ACCESS_OR_READONLY"
        | "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
        | "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" => {
            (Rights, Lane, "give the connection's user the right on this record in Salesforce")
        }
        // An object that is hidden from the user does not exist for it.
        "INVALID_TYPE" => (Rights, Connection, "give the connection's user the right on this object in Salesforce"),
        "INVALID_FIELD" | "INVALID_FIELD_FOR_INSERT_UPDATE" => {
            (Refused, Lane, "a field is missing or closed to the connection's user: check the permission set")
        }
        "REQUIRED_FIELD_MISSING" => {
            (Refused, Lane, "a field is required in this org and got no value: give it a default value there")
        }
        "STRING_TOO_LONG" => {
            (Refused, Lane, "a text is longer than its field: make the field longer, or skip the item")
        }
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST" => {
            (Refused, Lane, "a value is not among those of its list: choose another in the connection's settings")
        }
        "FIELD_CUSTOM_VALIDATION_EXCEPTION" => (Refused, Lane, "a rule of this org refuses the record: see its words"),
        "DUPLICATES_DETECTED" => (Refused, Lane, "a duplicate rule of this org refuses the record: allow it there"),
        "DUPLICATE_VALUE" => (Unknown, Lane, "nothing: the record is there already and is found by reading"),
        "ENTITY_IS_DELETED" | "NOT_FOUND" | "INVALID_CROSS_REFERENCE_KEY" => {
            (Refused, Lane, "the record is gone, or closed to the connection's user")
        }
        "MALFORMED_QUERY" | "MALFORMED_ID" | "JSON_PARSER_ERROR" | "INVALID_QUERY_FILTER_OPERATOR" => {
            (Refused, Lane, "this is a fault of the program: report it")
        }
        _ => match status {
            401 => (Credentials, Connection, "sign in again"),
            403 => (Rights, Lane, "give the connection's user the right in Salesforce"),
            429 => (Throttled { after: None }, Connection, "nothing: it is repeated later"),
            502..=504 => (Unreachable, Lane, "nothing: it is repeated"),
            500.. => (Unknown, Lane, "nothing: it is repeated; if it stays, see what Salesforce says"),
            _ => (Refused, Lane, "see what Salesforce says"),
        },
    }
}

/// A page, or nothing that can be read, in the place of an answer.
pub(crate) fn no_data(what: &str, status: u16, retry_after: Option<Duration>) -> CallFailure {
    let class = match (status, retry_after) {
        (429, after) => FailureClass::Throttled { after },
        (503, Some(after)) => FailureClass::Throttled { after: Some(after) },
        _ => FailureClass::Unreachable,
    };
    CallFailure {
        class,
        scope: FailureScope::Lane,
        status: Some(status),
        message: format!("{what}: a page or nothing came instead of data (HTTP {status})"),
        hint: "nothing: it is repeated; if it stays, the org may be down or moved".into(),
        item: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn class(code: &str, status: u16) -> FailureClass {
        Refusal { code: code.into(), ..Refusal::default() }.into_failure("x", status, None).class
    }

    #[test]
    fn r12_codes_decide_and_not_the_status() {
        assert_eq!(class("UNABLE_TO_LOCK_ROW", 400), FailureClass::Unknown, "§2.5: every thread ends with retry");
        assert_eq!(
            class("REQUEST_LIMIT_EXCEEDED", 403),
            FailureClass::Throttled { after: None },
            "not a missing right"
        );
        assert_eq!(class("FIELD_CUSTOM_VALIDATION_EXCEPTION", 400), FailureClass::Refused);
        assert_eq!(class("FIELD_CUSTOM_VALIDATION_EXCEPTION", 500), FailureClass::Refused, "its status is unconfirmed");
        assert_eq!(class("SOMETHING_NEW", 503), FailureClass::Unreachable);
        assert_eq!(class("SOMETHING_NEW", 400), FailureClass::Refused, "an unknown no is a no");
    }

    #[test]
    fn r24_all_shapes_of_errors_are_read() {
        let top = json!([{ "message": "m", "errorCode": "NOT_FOUND" }]);
        let item =
            json!({ "success": false, "errors": [{ "message": "m", "statusCode": "NOT_FOUND", "fields": ["A"] }] });
        assert_eq!(Refusal::of(&top).unwrap().code, "NOT_FOUND");
        assert_eq!(Refusal::of(&item).unwrap().fields, ["A"], "§2.4: items say statusCode");
        assert_eq!(Refusal::of(&json!([{ "id": "500" }])), None);
        assert_eq!(Refusal::of(&json!("page")), None);
    }

    #[test]
    fn two_texts_must_not_refresh() {
        let refusal = |message: &str| Refusal {
            code: "INVALID_SESSION_ID".into(),
            message: message.into(),
            ..Refusal::default()
        };
        assert!(refusal("Session expired or invalid").asks_for_a_token());
        assert!(!refusal("This session is not valid for use with the REST API").asks_for_a_token(), "§1.4");
        assert!(!refusal("Connected app is not attached to Agent").asks_for_a_token(), "§1.4");
    }
}
