//! What the REST API says no with.

use std::fmt;

use serde_json::{Value as Json, json};

/// One error, as `[{"message","errorCode","fields"}]` shows it, or `{"statusCode","message","fields"}` in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status of an answer that is nothing but this error.
    pub status: u16,
    /// The code, such as `INVALID_FIELD`.
    pub code: String,
    /// The words.
    pub message: String,
    /// The fields it names; `None` where the real error has no such member.
    pub fields: Option<Vec<String>>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// An error without fields.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self { status, code: code.to_owned(), message: message.into(), fields: None }
    }

    /// The same with the fields that it names.
    #[must_use]
    pub fn on(mut self, fields: &[&str]) -> Self {
        self.fields = Some(fields.iter().map(|&field| field.to_owned()).collect());
        self
    }

    /// As a member of the list that an answer consists of.
    pub fn top(&self) -> Json {
        let mut error = json!({ "message": self.message, "errorCode": self.code });
        if let Some(fields) = &self.fields {
            error["fields"] = json!(fields);
        }
        error
    }

    /// As a member of the errors of one record in a bundle.
    pub fn item(&self) -> Json {
        json!({ "statusCode": self.code, "message": self.message, "fields": self.fields.clone().unwrap_or_default() })
    }

    pub(crate) fn session() -> Self {
        Self::new(401, "INVALID_SESSION_ID", "Session expired or invalid")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "NOT_FOUND", "The requested resource does not exist")
    }

    /// The status is UNCONFIRMED.
    pub(crate) fn deleted() -> Self {
        Self::new(404, "ENTITY_IS_DELETED", "entity is deleted").on(&[])
    }

    pub(crate) fn no_column(name: &str, object: &str) -> Self {
        let message = format!("No such column '{name}' on sobject of type {object}");
        Self::new(400, "INVALID_FIELD", message)
    }

    pub(crate) fn not_writable(name: &str) -> Self {
        let message = format!(
            "Unable to create/update fields: {name}. Please check the security settings of this field and verify that \
             it is read/write for your profile or permission set."
        );
        Self::new(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message).on(&[name])
    }

    pub(crate) fn rights() -> Self {
        Self::new(400, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id").on(&[])
    }

    pub(crate) fn malformed_json(message: impl Into<String>) -> Self {
        Self::new(400, "JSON_PARSER_ERROR", message)
    }

    pub(crate) fn locked() -> Self {
        // The status is UNCONFIRMED.
        Self::new(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record").on(&[])
    }

    pub(crate) fn limit() -> Self {
        Self::new(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
    }

    pub(crate) fn no_method(method: &str) -> Self {
        let message = format!("HTTP Method '{method}' not allowed. Allowed are GET,HEAD,POST,PATCH,DELETE");
        Self::new(405, "METHOD_NOT_ALLOWED", message)
    }

    pub(crate) fn rolled_back() -> Self {
        let message =
            "Record rolled back because not all records were valid and the request was using AllOrNone header";
        Self::new(400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", message).on(&[])
    }

    pub(crate) fn halted() -> Self {
        let message = "The transaction was rolled back since another operation in the same transaction failed.";
        Self::new(400, "PROCESSING_HALTED", message)
    }
}
