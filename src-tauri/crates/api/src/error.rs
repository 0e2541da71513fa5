//! The one error that leaves the engine's process.

use casebridge_domain::FailureClass;
use casebridge_engine::{AppendRefused, EngineError};
use serde::{Deserialize, Serialize};

/// What failed, on what, what to do.
#[derive(Debug, Clone, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// For programs; one is added only when somebody branches on it.
    pub code: Code,
    /// For people.
    pub message: String,
    /// What to do; may be empty.
    pub hint: String,
    /// Seconds after which repeating can help.
    pub retry_after: Option<u64>,
}

/// Kinds of errors that a caller branches on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// What was given is not usable.
    Invalid,
    /// There is no such thing.
    NotFound,
    /// Something else is there already.
    Conflict,
    /// The caller's role may not do this.
    Forbidden,
    /// The CRM or its set-up is the cause.
    Crm,
    /// Store or secret store cannot be used now.
    Unavailable,
}

impl ApiError {
    /// What was given is not usable, and what to give instead.
    pub fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code: Code::Invalid, message: message.into(), hint: hint.into(), retry_after: None }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        let hint = error.hint();
        let (code, retry_after) = match &error {
            EngineError::Invalid { .. } => (Code::Invalid, None),
            EngineError::NotFound { .. } | EngineError::NoSession(_) => (Code::NotFound, None),
            EngineError::Append(AppendRefused::NoSession(_)) => (Code::NotFound, None),
            EngineError::Append(_) | EngineError::HeldBy { .. } | EngineError::Changed { .. } => (Code::Conflict, None),
            EngineError::Crm(failure) => {
                let after = match failure.class {
                    FailureClass::Throttled { after } => after.map(|after| after.as_secs()),
                    FailureClass::Unreachable => Some(30),
                    _ => None,
                };
                (Code::Crm, after)
            }
            EngineError::Store(error) if error.is_taken() => (Code::Conflict, None),
            EngineError::Store(_) | EngineError::Secret(_) => (Code::Unavailable, Some(5)),
        };
        Self { code, message: chain(&error), hint, retry_after }
    }
}

/// The message and its causes in one line; transparent wrappers repeat themselves and are left out.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}
