//! How a connection is: whether it is paused, when it was last heard of, and how much it is asked.

use std::time::Duration;

use casebridge_domain::{BackSettings, Connection, Consumer, Pause};
use casebridge_store::{LaneCounts, PollRound};
use jiff::Timestamp;

use crate::Engine;
use crate::error::EngineError;

/// A day, in which calls are counted.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A connection's health.
#[derive(Debug, Clone)]
pub struct Health {
    /// Why nothing is sent, if so.
    pub pause: Option<Pause>,
    /// The last write that the CRM took.
    pub last_success_at: Option<Timestamp>,
    /// The newest webhook call.
    pub last_webhook_at: Option<Timestamp>,
    /// The poller's period now.
    pub polls_every: Duration,
    /// The poller's newest round.
    pub last_round: Option<PollRound>,
    /// Calls in the last 24 hours, by our own count.
    pub calls_today: i64,
    /// Its lanes.
    pub lanes: LaneCounts,
}

impl Engine {
    /// How a connection is.
    pub async fn health(&self, connection: &Connection) -> Result<Health, EngineError> {
        let (store, since) = (self.store(), self.clock().now() - DAY);
        let need = store.poll_need(connection.id).await?;
        let back: BackSettings = connection
            .settings
            .get("back")
            .and_then(|back| serde_json::from_value(back.clone()).ok())
            .unwrap_or_default();
        let (polls, others) = store.calls_since(connection.id, since).await?;
        Ok(Health {
            pause: connection.pause.clone(),
            last_success_at: connection.last_success_at,
            last_webhook_at: store.last_receipt(connection.id).await?.map(|receipt| receipt.at),
            polls_every: back.period(need.handed_off),
            last_round: store.rounds(connection.id, since, 1).await?.into_iter().next(),
            calls_today: polls + others,
            lanes: store.lane_counts(Consumer::Crm(connection.id)).await?,
        })
    }
}
