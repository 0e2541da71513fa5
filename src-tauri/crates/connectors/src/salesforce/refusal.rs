//! What a refusal means: Salesforce's error codes, mapped to what can help.

use std::time::Duration;

use casebridge_domain::text::{cut, one_line};
use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Parts that were taken back because another part failed carry one of these.
const TAKEN_BACK: [&str; 2] = ["PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"];
/// Codes that blame fields. The record is good without them.
const OF_FIELDS: [&str; 9] = [
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "STRING_TOO_LONG",
    "FIELD_INTEGRITY_EXCEPTION",
    "INVALID_EMAIL_ADDRESS",
    "INVALID_TYPE_ON_FIELD_IN_RECORD",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "MALFORMED_ID",
];
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

    /// The words of the org with their code, for people.
    pub(crate) fn words(&self) -> String {
        let words = cut(&one_line(&self.message), 400);
        if words.is_empty() { self.code.clone() } else { format!("{words} ({})", self.code) }
    }

    /// Whether another value of the same field might be taken.
    pub(crate) fn is_about_a_value(&self) -> bool {
        !matches!(self.code.as_str(), "INVALID_FIELD" | "INVALID_FIELD_FOR_INSERT_UPDATE")
    }

    /// Which of the fields that were sent it blames, where leaving them out can help. A required field that got no value
    /// is none of them.
    pub(crate) fn fields_at_fault(&self, sent: &Map<String, Value>) -> Vec<String> {
        if !OF_FIELDS.contains(&self.code.as_str()) {
            return Vec::new();
        }
        let named: Vec<&str> = if self.fields.is_empty() { self.fields_in_words() } else { self.names() };
        let sent = sent.keys().filter(|field| named.iter().any(|name| name.eq_ignore_ascii_case(field)));
        sent.cloned().collect()
    }

    fn names(&self) -> Vec<&str> {
        self.fields.iter().map(String::as_str).collect()
    }

    /// Where only the words name fields. What a customer wrote may stand in them too, so each kind of words is read by
    /// itself.
    fn fields_in_words(&self) -> Vec<&str> {
        let words = self.message.as_str();
        if let Some((_, rest)) = words.split_once("No such column '") {
            return rest.split_once('\'').map(|(name, _)| name).into_iter().collect();
        }
        if let Some((_, rest)) = words.split_once("create/update fields: ") {
            return rest.split('.').next().unwrap_or_default().split(", ").map(str::trim).collect();
        }
        words.split_once(':').map(|(name, _)| name.trim()).into_iter().collect()
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
        let code = if self.code.is_empty() { format!("HTTP {status}") } else { self.code };
        let message = format!("{what}: {}", Refusal { code, ..self }.words());
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
    fn r26_the_fields_that_an_error_blames_are_read_from_its_list_or_its_words() {
        let sent = json!({ "Subject": "x", "Tier__c": "y", "Case_From__c": "z" });
        let blamed = |code: &str, message: &str, fields: &[&str]| {
            let fields = fields.iter().map(|field| (*field).to_owned()).collect();
            Refusal { code: code.into(), message: message.into(), fields }.fields_at_fault(sent.as_object().unwrap())
        };
        assert_eq!(
            blamed("INVALID_FIELD", "No such column 'Case_From__c' on sobject of type Case", &[]),
            ["Case_From__c"],
            "§2.5: without a list"
        );
        let closed = "Unable to create/update fields: Subject, tier__c. Please check the security settings";
        assert_eq!(blamed("INVALID_FIELD_FOR_INSERT_UPDATE", closed, &[]), ["Subject", "Tier__c"]);
        let long = "Subject: data value too large: Tier__c: is late (max length=255)";
        assert_eq!(blamed("STRING_TOO_LONG", long, &[]), ["Subject"], "what the customer wrote blames nobody");
        assert_eq!(blamed("FIELD_INTEGRITY_EXCEPTION", "no", &["Tier__c", "Other__c"]), ["Tier__c"]);
        let required = blamed("REQUIRED_FIELD_MISSING", "Required fields are missing: [Tier__c]", &["Tier__c"]);
        assert!(required.is_empty(), "leaving out more does not help");
        assert!(blamed("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Subject: be polite", &["Subject"]).is_empty(), "a rule");
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
