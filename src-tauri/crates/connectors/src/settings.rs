//! Settings as every CRM has them: read from JSON, with names that go into calls as they are, and limits of time.

use std::time::Duration;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads stored settings; says which member is wrong.
pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, CallFailure> {
    serde_json::from_value(value.clone())
        .map_err(|error| wrong(format!("the connection's settings cannot be read: {error}")))
}

/// Settings that no client could work with.
pub(crate) fn wrong(message: impl Into<String>) -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status: None,
        message: message.into(),
        hint: "correct the connection's settings".into(),
        item: None,
    }
}

/// Whether a name of at most so many characters may go into addresses, queries and bodies as it is.
pub(crate) fn is_name(name: &str, longest: usize) -> bool {
    name.len() <= longest
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Longest time of a read: as set, else 20 s.
pub(crate) fn read_timeout(ms: Option<u64>) -> Duration {
    within(ms.unwrap_or(20_000))
}

/// Longest time of a write, everything before it included: as set, else 30 s.
pub(crate) fn write_timeout(ms: Option<u64>) -> Duration {
    within(ms.unwrap_or(30_000))
}

fn within(ms: u64) -> Duration {
    Duration::from_millis(ms.clamp(100, 120_000))
}
