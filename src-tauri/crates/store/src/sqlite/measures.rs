//! Measures for the set-up screens. Each is bounded: it is asked for while people wait.

use async_trait::async_trait;
use casebridge_domain::ConnectionId;
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};

use super::Sqlite;
use super::receipts::{RECEIPT, receipt};
use super::rows::{ms, time};
use crate::back::Receipt;
use crate::error::StoreError;
use crate::measures::{Footprint, Measures, SessionFlow};

/// Sessions whose logs are looked into.
const LOOKED_AT: i64 = 1_000;

#[async_trait]
impl Measures for Sqlite {
    async fn session_flow(&self, since: Timestamp) -> Result<SessionFlow, StoreError> {
        // What began since was also updated since: the index on `updated_ms` narrows.
        let began: i64 =
            sqlx::query_scalar("select count(*) from sessions where updated_ms >= $1 and created_ms >= $1")
                .bind(ms(since))
                .fetch_one(&self.readers)
                .await?;
        let row = sqlx::query(
            "select count(*), coalesce(sum(exists (select 1 from session_events as log \
                 where log.session_id = fresh.id and log.kind = 'message' and json_extract(log.body, '$.from') <> 'ai')), 0), \
               coalesce(sum(exists (select 1 from session_events as log \
                 where log.session_id = fresh.id and log.kind = 'handed_off')), 0) \
             from (select id from sessions where updated_ms >= $1 and created_ms >= $1 \
                   order by updated_ms desc limit $2) as fresh",
        )
        .bind(ms(since))
        .bind(LOOKED_AT)
        .fetch_one(&self.readers)
        .await?;
        let oldest: Option<i64> = sqlx::query_scalar(
            "select min(created_ms) from (select created_ms from sessions order by updated_ms limit 1000)",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(SessionFlow {
            began,
            looked_at: row.try_get(0)?,
            spoke: row.try_get(1)?,
            handed_off: row.try_get(2)?,
            oldest: oldest.map(time),
        })
    }

    async fn receipts_by_kind(&self, connection: ConnectionId) -> Result<Vec<Receipt>, StoreError> {
        // The columns beside `max` are those of its row.
        sqlx::query(AssertSqlSafe(format!(
            "select {RECEIPT}, max(at_ms) from (select {RECEIPT} from receipts where connection = $1 \
             order by at_ms desc limit 1000) group by event_type, old_token order by at_ms desc"
        )))
        .bind(connection.to_string())
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(receipt)
        .collect()
    }

    async fn footprint(&self, connection: ConnectionId) -> Result<Footprint, StoreError> {
        let row = sqlx::query(
            "select (select count(*) from cases where connection = $1 and state <> 'reserved'), \
                    (select count(*) from cases where connection = $1 and state = 'open'), \
                    (select count(*) from replies where state = 'held' and connection = $1)",
        )
        .bind(connection.to_string())
        .fetch_one(&self.readers)
        .await?;
        Ok(Footprint { cases: row.try_get(0)?, open_cases: row.try_get(1)?, held_replies: row.try_get(2)? })
    }

    async fn failed_calls_since(&self, connection: ConnectionId, since: Timestamp) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar(
            "select (select count(*) from attempts \
                     where connection = $1 and started_ms >= $2 and parts >= 0 and failure is not null) \
                  + (select count(*) from poll_rounds where connection = $1 and at_ms >= $2 and failure is not null)",
        )
        .bind(connection.to_string())
        .bind(ms(since))
        .fetch_one(&self.readers)
        .await?)
    }

    async fn set_grace(&self, connection: ConnectionId, until: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let moved = sqlx::query(
                        "update webhook_tokens set valid_until_ms = $1 where connection = $2 and valid_until_ms > $3",
                    )
                    .bind(ms(until))
                    .bind(connection.to_string())
                    .bind(ms(now))
                    .execute(conn)
                    .await?;
                    Ok(moved.rows_affected() > 0)
                })
            })
            .await
    }
}
