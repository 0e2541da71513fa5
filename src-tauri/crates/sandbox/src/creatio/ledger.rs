//! Every record that was ever written, whether or not its writer heard of it.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// What was done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordOp {
    /// It was made.
    Insert,
    /// It was changed.
    Update,
    /// It is gone.
    Delete,
}

/// One write to one record.
#[derive(Clone, Debug, Serialize)]
pub struct RecordEntry {
    /// Grows with each entry of the installation.
    pub seq: u64,
    /// When it was committed.
    pub at: Timestamp,
    /// The object.
    pub entity: String,
    /// The record.
    pub id: Uuid,
    /// What was done.
    pub op: RecordOp,
    /// The user that did it.
    pub by: String,
    /// The request that it came with; `None` for people and the server's own jobs.
    pub request: Option<u64>,
    /// The columns that changed, for an update.
    pub changed: Vec<String>,
}
