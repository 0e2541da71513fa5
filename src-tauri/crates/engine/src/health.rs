//! How a connection is: whether it is paused, when it was last heard of, and how much it is asked.

use std::time::Duration;

use casebridge_domain::{BackSettings, Connection, Consumer, Pause};
use casebridge_store::{LaneCounts, PollRound};
use jiff::Timestamp;

use crate::Engine;
use crate::access::Access;
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
    /// Of them, by the poller.
    pub polls_today: i64,
    /// Of them, those that failed.
    pub failed_today: i64,
    /// Calls a day that the plan allows, as the admin knows it (R41).
    pub calls_per_day: Option<u32>,
    /// Until when the access token in hand is used; `None`: none is in hand.
    pub token_until: Option<Timestamp>,
    /// How its sign-in stands; `None`: the place of secrets did not answer.
    pub access: Option<Access>,
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
        let runtime = self.runtimes().get(&connection.id).cloned();
        let token_left = runtime.and_then(|runtime| runtime.crm.as_ref().ok().and_then(|crm| crm.token_left()));
        let calls_per_day = connection.settings.get("calls_per_day").and_then(serde_json::Value::as_u64);
        Ok(Health {
            pause: connection.pause.clone(),
            last_success_at: connection.last_success_at,
            last_webhook_at: store.last_receipt(connection.id).await?.map(|receipt| receipt.at),
            polls_every: back.period(need.handed_off),
            last_round: store.rounds(connection.id, since, 1).await?.into_iter().next(),
            calls_today: polls + others,
            polls_today: polls,
            failed_today: store.failed_calls_since(connection.id, since).await?,
            calls_per_day: calls_per_day.and_then(|calls| u32::try_from(calls).ok()),
            token_until: token_left.map(|left| self.clock().now() + left),
            access: self.access(connection).await.ok(),
            lanes: store.lane_counts(Consumer::Crm(connection.id)).await?,
        })
    }
}
