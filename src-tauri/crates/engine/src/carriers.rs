//! Delivery to whoever carries the conversation: a reply is *offered*, and *taken* when they say so (R19).

use casebridge_domain::{Consumer, ReplyId, SessionId};
use casebridge_store::{Arrival, LaneFilter, Offer};
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::{Notify, watch};

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;

/// Wakes the offering, and tells streams that there is something new.
pub(crate) struct Carriers {
    notify: Notify,
    offered: watch::Sender<u64>,
}

impl Default for Carriers {
    fn default() -> Self {
        Self { notify: Notify::new(), offered: watch::Sender::new(0) }
    }
}

impl Carriers {
    pub(crate) fn wake(&self) {
        self.notify.notify_one();
    }
}

/// What became of an acknowledgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// The reply.
    pub reply_id: ReplyId,
    /// Whether it had been taken before.
    pub already: bool,
}

/// Offers what is due, until the engine stops.
pub(crate) async fn run(engine: Engine) {
    let carriers = &engine.inner.carriers;
    while !engine.inner.stop.is_cancelled() {
        let now = engine.clock().now();
        match engine.store().offer_due(now).await {
            Ok(offered) => {
                if offered.again > 0 {
                    tracing::warn!(replies = offered.again, "replies were offered and nobody takes them");
                }
                if offered.new + offered.again > 0 {
                    carriers.offered.send_modify(|rounds| *rounds += 1);
                    engine.tell([Change::Replies]);
                    continue;
                }
            }
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "replies could not be offered");
            }
        }
        let fallback = now + std::time::Duration::from_secs(1);
        let next = engine.store().next_due(Consumer::Carrier).await.unwrap_or(Some(fallback));
        tokio::select! {
            () = engine.inner.stop.cancelled() => {}
            () = carriers.notify.notified() => {}
            () = async {
                match next {
                    Some(at) => engine.clock().sleep_until(at).await,
                    None => std::future::pending().await,
                }
            } => {}
        }
    }
}

impl Engine {
    /// What stands in the stream behind `after` and was not taken, for one source or all, at most `limit`.
    pub async fn offers(&self, after: i64, source: Option<String>, limit: i64) -> Result<Vec<Offer>, EngineError> {
        Ok(self.store().offers(after, source, limit).await?)
    }

    /// How far the carrier is with what was answered here, newest first, at most `limit`.
    pub async fn arrivals(&self, session: SessionId, limit: i64) -> Result<Vec<Arrival>, EngineError> {
        Ok(self.store().arrivals(session, limit).await?)
    }

    /// The newest place in the stream.
    pub async fn last_offer(&self) -> Result<i64, EngineError> {
        Ok(self.store().last_offer().await?)
    }

    /// Changes whenever something new was offered.
    #[must_use]
    pub fn offered(&self) -> watch::Receiver<u64> {
        self.inner.carriers.offered.subscribe()
    }

    /// Cancelled when the engine stops; open streams end then.
    #[must_use]
    pub fn stopping(&self) -> tokio_util::sync::CancellationToken {
        self.inner.stop.clone()
    }

    /// Marks a reply as taken by its carrier.
    pub async fn take_reply(&self, id: ReplyId) -> Result<Taken, EngineError> {
        match self.store().take(id, self.clock().now()).await? {
            Some(now) => {
                if now {
                    self.tell([Change::Replies]);
                }
                Ok(Taken { reply_id: id, already: !now })
            }
            None => Err(EngineError::NotFound { what: "offered reply", name: id.to_string() }),
        }
    }

    /// How many conversations have replies that nobody takes, and since when the oldest waits.
    pub async fn untaken(&self) -> Result<(usize, Option<Timestamp>), EngineError> {
        let filter = LaneFilter { consumer: Some(Consumer::Carrier), unfinished: true, ..LaneFilter::default() };
        let lanes = self.store().lanes(filter).await?;
        let replies = self.store().replies(None, Some("offered".into()), 1_000).await?;
        Ok((lanes.len(), replies.iter().map(|reply| reply.at).min()))
    }
}
