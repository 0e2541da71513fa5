//! The answers, as programs and the console's TypeScript read them.

pub mod connections;
pub mod conversation;
pub mod deliveries;
pub mod kit;
pub mod links;
pub mod logging;
pub mod mappings;
pub mod people;
pub mod sessions;
pub mod sign_in;

use jiff::Timestamp;

/// A time on the wire: RFC 3339 in UTC.
pub(crate) fn time(at: Timestamp) -> String {
    at.to_string()
}
