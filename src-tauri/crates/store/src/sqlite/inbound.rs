//! The port of the way back, on SQLite.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use casebridge_domain::{Case, ConnectionId, NewEvent, ReceiptId, RecordRef, ReplyId, SessionId};
use jiff::Timestamp;
use uuid::Uuid;

use super::Sqlite;
use crate::back::{
    Arrival, ClaimedPull, HeldReply, Inbound, LedgerOf, NewReceipt, Offer, Offered, PollNeed, PollRound, PollState,
    PullFailed, PullResult, PullWant, Receipt, ReceiptOutcome, Refusals, Replies, Reply, WebhookToken,
};
use crate::error::StoreError;

#[async_trait]
impl Inbound for Sqlite {
    async fn receive(&self, receipt: NewReceipt, now: Timestamp) -> Result<(ReceiptId, ReceiptOutcome), StoreError> {
        self.writer.receive(receipt, now).await
    }

    async fn want_pulls(
        &self,
        connection: ConnectionId,
        wants: Vec<PullWant>,
        why: &'static str,
        state: Option<PollState>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.make_pulls_due(connection, wants, why, state, now).await
    }

    async fn claim_pulls(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<ClaimedPull>, StoreError> {
        self.claim_due_pulls(connection, now, limit, lease).await
    }

    async fn next_pull(&self, connection: ConnectionId) -> Result<Option<Timestamp>, StoreError> {
        self.next_due_pull(connection).await
    }

    async fn record_pull(&self, result: PullResult) -> Result<(), StoreError> {
        self.keep_pull(result).await
    }

    async fn fail_pull(&self, failed: PullFailed) -> Result<(), StoreError> {
        self.return_pull(failed).await
    }

    async fn ledger_of(
        &self,
        connection: ConnectionId,
        records: Vec<(RecordRef, Uuid)>,
    ) -> Result<HashMap<RecordRef, LedgerOf>, StoreError> {
        self.ledger_rows(connection, &records).await
    }

    async fn known_cases(&self, connection: ConnectionId, ids: Vec<Uuid>) -> Result<Vec<Case>, StoreError> {
        self.cases_by_id(connection, &ids).await
    }

    async fn cases_on(&self, connection: ConnectionId, case: Uuid) -> Result<Vec<Case>, StoreError> {
        self.cases_with(connection, case).await
    }

    async fn poll_state(&self, connection: ConnectionId) -> Result<Option<PollState>, StoreError> {
        self.poll_place(connection).await
    }

    async fn poll_need(&self, connection: ConnectionId) -> Result<PollNeed, StoreError> {
        self.what_to_poll(connection).await
    }

    async fn add_round(&self, connection: ConnectionId, round: PollRound) -> Result<(), StoreError> {
        self.keep_round(connection, round).await
    }

    async fn rounds(
        &self,
        connection: ConnectionId,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<PollRound>, StoreError> {
        self.poll_rounds(connection, since, limit).await
    }

    async fn calls_since(&self, connection: ConnectionId, since: Timestamp) -> Result<(i64, i64), StoreError> {
        self.count_calls(connection, since).await
    }

    async fn receipts(&self, session: SessionId) -> Result<Vec<Receipt>, StoreError> {
        self.receipts_of(session).await
    }

    async fn last_receipt(&self, connection: ConnectionId) -> Result<Option<Receipt>, StoreError> {
        self.newest_receipt(&connection.to_string()).await
    }

    async fn mark_restored(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.writer.write(move |conn| Box::pin(super::witness::restored(conn, now))).await
    }

    async fn add_token(&self, token: WebhookToken, grace_until: Timestamp) -> Result<(), StoreError> {
        self.insert_token(token, grace_until).await
    }

    async fn tokens(&self) -> Result<Vec<WebhookToken>, StoreError> {
        self.all_tokens().await
    }

    async fn count_refusals(
        &self,
        what: &'static str,
        connection: Option<ConnectionId>,
        calls: i64,
        last: Timestamp,
    ) -> Result<(), StoreError> {
        self.add_refusals(what, connection, calls, last).await
    }

    async fn refusals(&self) -> Result<Vec<Refusals>, StoreError> {
        self.all_refusals().await
    }
}

#[async_trait]
impl Replies for Sqlite {
    async fn offer_due(&self, now: Timestamp) -> Result<Offered, StoreError> {
        self.offer_lanes(now).await
    }

    async fn offers(&self, after: i64, source: Option<String>, limit: i64) -> Result<Vec<Offer>, StoreError> {
        self.open_offers(after, source, limit).await
    }

    async fn arrivals(&self, session: SessionId, limit: i64) -> Result<Vec<Arrival>, StoreError> {
        self.arrivals_of(session, limit).await
    }

    async fn last_offer(&self) -> Result<i64, StoreError> {
        self.newest_offer().await
    }

    async fn take(&self, id: ReplyId, now: Timestamp) -> Result<Option<bool>, StoreError> {
        self.take_offer(id, now).await
    }

    async fn replies(
        &self,
        session: Option<SessionId>,
        state: Option<String>,
        limit: i64,
    ) -> Result<Vec<Reply>, StoreError> {
        self.list_replies(session, state, limit).await
    }

    async fn held_on(&self, cases: Vec<Uuid>, limit: i64) -> Result<Vec<Reply>, StoreError> {
        self.held_without_session(cases, limit).await
    }

    async fn held_reply(&self, id: ReplyId) -> Result<Option<HeldReply>, StoreError> {
        self.find_held(id).await
    }

    async fn decide_reply(
        &self,
        id: ReplyId,
        event: Option<(SessionId, NewEvent)>,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.end_holding(id, event, by, now).await
    }

    async fn recent_replies(&self, session: SessionId, since: Timestamp) -> Result<Vec<(ReplyId, String)>, StoreError> {
        self.replies_since(session, since).await
    }
}
