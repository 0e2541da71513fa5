//! What the set-up screens measure: how many conversations there are, who calls, what stops and what stays.

use async_trait::async_trait;
use casebridge_domain::ConnectionId;
use jiff::Timestamp;

use crate::back::Receipt;
use crate::error::StoreError;

/// Conversations of a stretch of time. Counted whole; what they were like is read from a part of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SessionFlow {
    /// Sessions that began in the stretch.
    pub began: i64,
    /// Of the newest of them, how many were looked at.
    pub looked_at: i64,
    /// Of those looked at: in which somebody but the AI said something.
    pub spoke: i64,
    /// Of those looked at: handed off to a person at least once.
    pub handed_off: i64,
    /// When the oldest session of the store began.
    pub oldest: Option<Timestamp>,
}

/// What is kept of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Cases in the CRM.
    pub cases: i64,
    /// Of them open, as far as is known.
    pub open_cases: i64,
    /// Replies that wait for a person.
    pub held_replies: i64,
}

/// Measures for the set-up screens.
#[async_trait]
pub trait Measures: Send + Sync {
    /// Conversations that began since.
    async fn session_flow(&self, since: Timestamp) -> Result<SessionFlow, StoreError>;
    /// The newest receipt of each kind of event and of each age of token, among the newest 1,000 of a connection.
    async fn receipts_by_kind(&self, connection: ConnectionId) -> Result<Vec<Receipt>, StoreError>;
    /// What is kept of a connection.
    async fn footprint(&self, connection: ConnectionId) -> Result<Footprint, StoreError>;
    /// Calls to the CRM since that failed, rounds of the poller among them.
    async fn failed_calls_since(&self, connection: ConnectionId, since: Timestamp) -> Result<i64, StoreError>;
    /// Moves the end of tokens that are on their way out and still work; whether there were any.
    async fn set_grace(&self, connection: ConnectionId, until: Timestamp, now: Timestamp) -> Result<bool, StoreError>;
}
