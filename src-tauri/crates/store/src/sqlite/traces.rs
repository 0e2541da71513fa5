//! Reading what passes left.

use async_trait::async_trait;
use casebridge_domain::{Case, ConnectionId, Consumer, SessionId};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row as _};

use super::Sqlite;
use super::passes::ledger_row;
use super::rows::{self, CASE, ms, time};
use crate::error::StoreError;
use crate::port::{Attempt, LedgerRow, Step, Traces};

#[async_trait]
impl Traces for Sqlite {
    async fn case(&self, connection: ConnectionId, session: SessionId) -> Result<Option<Case>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "select {CASE} from cases where session_id = $1 and connection = $2 order by reserved_ms desc, opening_seq desc \
             limit 1"
        )))
        .bind(session.to_string())
        .bind(connection.to_string())
        .fetch_optional(&self.readers)
        .await?
        .map(|row| rows::case(&row))
        .transpose()
    }

    async fn cases(&self, session: SessionId) -> Result<Vec<Case>, StoreError> {
        sqlx::query(AssertSqlSafe(format!("select {CASE} from cases where session_id = $1 order by reserved_ms")))
            .bind(session.to_string())
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(rows::case)
            .collect()
    }

    async fn find_cases(&self, text: &str) -> Result<Vec<Case>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "select {CASE} from cases where number = $1 or crm_id = lower($1) \
             or (native_id = lower($1) and connection in (select id from connections)) order by reserved_ms limit 20"
        )))
        .bind(text)
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(rows::case)
        .collect()
    }

    async fn ledger(&self, session: SessionId) -> Result<Vec<(ConnectionId, LedgerRow)>, StoreError> {
        sqlx::query(
            "select connection, kind, record_id, seq, state, origin, decision from crm_records where session_id = $1 order by seq, kind",
        )
        .bind(session.to_string())
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| Ok((rows::parse("crm_records.connection", row.try_get("connection")?)?, ledger_row(row)?)))
        .collect()
    }

    async fn attempts(&self, session: SessionId) -> Result<Vec<(ConnectionId, Attempt)>, StoreError> {
        sqlx::query("select * from attempts where session_id = $1 order by started_ms, id")
            .bind(session.to_string())
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|row| {
                let attempt = Attempt {
                    fence: row.try_get("fence")?,
                    started_at: time(row.try_get("started_ms")?),
                    took_us: row.try_get("took_us")?,
                    method: row.try_get("method")?,
                    path: row.try_get("path")?,
                    status: row.try_get::<Option<i64>, _>("status")?.and_then(|status| u16::try_from(status).ok()),
                    parts: row.try_get("parts")?,
                    failure: row.try_get("failure")?,
                    request: row.try_get("request")?,
                    answer: row.try_get("answer")?,
                };
                Ok((rows::parse("attempts.connection", row.try_get("connection")?)?, attempt))
            })
            .collect()
    }

    async fn steps(&self, session: SessionId) -> Result<Vec<(Consumer, Step)>, StoreError> {
        sqlx::query("select consumer, at_ms, what, detail from lane_steps where session_id = $1 order by at_ms, id")
            .bind(session.to_string())
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|row| {
                let step = Step {
                    at: time(row.try_get("at_ms")?),
                    what: row.try_get("what")?,
                    detail: rows::from_json("lane_steps.detail", row.try_get("detail")?)?,
                };
                Ok((rows::parse("lane_steps.consumer", row.try_get("consumer")?)?, step))
            })
            .collect()
    }

    async fn drop_bodies(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    // What is only a count by then, and grows with every call.
                    for old in ["delete from receipts where at_ms < $1", "delete from poll_rounds where at_ms < $1"] {
                        sqlx::query(old).bind(ms(before)).execute(&mut *conn).await?;
                    }
                    Ok(sqlx::query(
                        // A query names people too: what was looked for goes with the bodies.
                        "update attempts set request = null, answer = null, \
                         path = case when path like '%?%' then substr(path, 1, instr(path, '?') - 1) else path end \
                         where started_ms < $1 and (request is not null or answer is not null or path like '%?%')",
                    )
                    .bind(ms(before))
                    .execute(conn)
                    .await?
                    .rows_affected())
                })
            })
            .await
    }
}
