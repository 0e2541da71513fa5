//! What people do to lanes: look, retry, skip, park.

use casebridge_domain::{Connection, Consumer, Lane, LaneState, ParkKind, ParkReason, SessionId};
use casebridge_store::LaneFilter;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;

/// A lane for people and programs.
#[derive(Debug, Clone, Serialize)]
pub struct LaneView {
    /// The session.
    pub session: SessionId,
    /// Who follows it.
    pub consumer: Consumer,
    /// The connection's name, or `carrier`.
    pub connection: String,
    /// Everything up to here stands.
    pub written_seq: i64,
    /// Looked at up to here.
    pub considered_seq: i64,
    /// The newest event.
    pub dirty_seq: i64,
    /// When the next pass is due.
    pub due_at: Option<Timestamp>,
    /// Why it is where it is, in words.
    pub reason: Option<String>,
    /// The state (R39); its name alone on the wire.
    #[serde(serialize_with = "state_name")]
    pub state: LaneState,
    /// The state with all that belongs to it.
    pub detail: LaneState,
}

fn state_name<S: serde::Serializer>(state: &LaneState, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(state.name())
}

impl LaneView {
    pub(crate) fn new(
        lane: &Lane,
        considered_why: Option<String>,
        connection: Option<&Connection>,
        now: Timestamp,
    ) -> Self {
        let state = lane.state(connection.and_then(|connection| connection.pause.as_ref()), now);
        let reason = match &state {
            LaneState::Parked { reason } => Some(format!("{} ({})", reason.failure.message, reason.kind.remedy())),
            LaneState::Paused { reason, .. } => Some(reason.clone()),
            LaneState::Retrying { .. } => lane.failure.as_ref().map(|memory| memory.failure.message.clone()),
            LaneState::Waiting { reason, .. } => Some((*reason).to_owned()),
            LaneState::Synced | LaneState::SkippedItems { .. } | LaneState::Syncing => considered_why,
        };
        Self {
            session: lane.session_id,
            consumer: lane.consumer,
            connection: connection.map_or_else(|| "carrier".to_owned(), |connection| connection.name.clone()),
            written_seq: lane.written_seq,
            considered_seq: lane.considered_seq.max(lane.written_seq),
            dirty_seq: lane.dirty_seq,
            due_at: lane.due_at,
            reason,
            detail: state.clone(),
            state,
        }
    }
}

impl Engine {
    /// Lanes, those in trouble first.
    pub async fn lanes(&self, filter: LaneFilter) -> Result<Vec<LaneView>, EngineError> {
        let connections = self.inner.store.connections().await?;
        let now = self.inner.clock.now();
        let lanes = self.inner.store.lanes(filter).await?;
        Ok(lanes
            .into_iter()
            .filter_map(|(lane, why)| {
                let connection = match lane.consumer.connection() {
                    Some(id) => Some(connections.iter().find(|connection| connection.id == id)?),
                    None => None,
                };
                Some(LaneView::new(&lane, why, connection, now))
            })
            .collect())
    }

    /// Makes lanes due now, parked ones too. Returns how many.
    pub async fn retry_lanes(&self, filter: LaneFilter, actor: &str) -> Result<u64, EngineError> {
        let now = self.inner.clock.now();
        let count = self.inner.store.retry(filter, now).await?;
        self.inner.store.audit(actor, "lanes.retry", "lanes", json!({ "count": count }), now).await?;
        self.tell([Change::Lanes, Change::Sessions]);
        self.wake();
        Ok(count)
    }

    /// Parks one lane by hand.
    pub async fn park_lane(
        &self,
        consumer: Consumer,
        session: SessionId,
        why: &str,
        actor: &str,
    ) -> Result<(), EngineError> {
        let now = self.inner.clock.now();
        let failure = ParkKind::ByHand.failure(format!("parked by hand: {why}"));
        let reason = ParkReason { kind: ParkKind::ByHand, failure, since: now, tries: 0 };
        if !self.inner.store.park(consumer, session, reason).await? {
            return Err(EngineError::NotFound {
                what: "lane that is not parked yet",
                name: format!("{consumer} {session}"),
            });
        }
        self.inner.store.audit(actor, "lanes.park", &session.to_string(), json!({ "consumer": consumer }), now).await?;
        self.tell_of(session);
        Ok(())
    }

    /// The event that the CRM refused, where it names the record.
    pub async fn refused_event(&self, consumer: Consumer, session: SessionId) -> Result<i64, EngineError> {
        let filter = LaneFilter { session: Some(session), consumer: Some(consumer), ..LaneFilter::default() };
        let lanes = self.inner.store.lanes(filter).await?;
        let lane = lanes.into_iter().next().map(|(lane, _)| lane);
        let failure = lane.and_then(|lane| lane.parked.map(|one| one.failure).or(lane.failure.map(|one| one.failure)));
        let item = failure.and_then(|failure| failure.item);
        let ledger = self.inner.store.ledger(session).await?;
        let row = ledger.iter().find(|(of, row)| Some(*of) == consumer.connection() && Some(row.record_id) == item);
        row.map(|(_, row)| row.seq).filter(|seq| *seq > 0).ok_or_else(|| {
            EngineError::invalid(
                "seq",
                "is needed: the CRM does not say which item it refused",
                "look at the trace and name the event",
            )
        })
    }

    /// Leaves one event out: a line in the CRM takes its place (R18).
    pub async fn skip_event(
        &self,
        consumer: Consumer,
        session: SessionId,
        seq: i64,
        actor: &str,
    ) -> Result<(), EngineError> {
        let now = self.inner.clock.now();
        if !self.inner.store.skip(consumer, session, seq, now).await? {
            return Err(EngineError::NotFound { what: "unwritten event", name: format!("{session} #{seq}") });
        }
        let detail = json!({ "consumer": consumer, "seq": seq });
        self.inner.store.audit(actor, "lanes.skip", &session.to_string(), detail, now).await?;
        self.tell_of(session);
        self.wake();
        Ok(())
    }
}
