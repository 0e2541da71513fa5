//! Webhook tokens, by their hashes, and calls that had none of them.

use casebridge_domain::ConnectionId;
use jiff::Timestamp;
use sqlx::Row as _;

use super::Sqlite;
use super::rows::{self, ms, time};
use crate::back::{Refusals, WebhookToken};
use crate::error::StoreError;

impl Sqlite {
    pub(super) async fn insert_token(&self, token: WebhookToken, grace_until: Timestamp) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                let token = token.clone();
                Box::pin(async move {
                    // The grace of those that are on their way out already must not grow.
                    sqlx::query(
                        "update webhook_tokens set valid_until_ms = $1 where connection = $2 and valid_until_ms is null",
                    )
                    .bind(ms(grace_until))
                    .bind(token.connection.to_string())
                    .execute(&mut *conn)
                    .await?;
                    sqlx::query("insert into webhook_tokens (hash, connection, created_ms) values ($1, $2, $3)")
                        .bind(&token.hash[..])
                        .bind(token.connection.to_string())
                        .bind(ms(token.created_at))
                        .execute(conn)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    pub(super) async fn all_tokens(&self) -> Result<Vec<WebhookToken>, StoreError> {
        sqlx::query("select hash, connection, created_ms, valid_until_ms from webhook_tokens")
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|row| {
                let hash: &[u8] = row.try_get(0)?;
                Ok(WebhookToken {
                    hash: hash.try_into().map_err(|error| StoreError::unreadable("webhook_tokens.hash", error))?,
                    connection: rows::parse("webhook_tokens.connection", row.try_get(1)?)?,
                    created_at: time(row.try_get(2)?),
                    valid_until: row.try_get::<Option<i64>, _>(3)?.map(time),
                })
            })
            .collect()
    }

    pub(super) async fn add_refusals(
        &self,
        what: &'static str,
        connection: Option<ConnectionId>,
        calls: i64,
        last: Timestamp,
    ) -> Result<(), StoreError> {
        let connection = connection.map(|id| id.to_string()).unwrap_or_default();
        self.writer
            .write(move |conn| {
                let connection = connection.clone();
                Box::pin(async move {
                    sqlx::query(
                        "insert into webhook_refusals (what, connection, calls, last_ms) values ($1, $2, $3, $4) \
                         on conflict (what, connection) do update set calls = webhook_refusals.calls + excluded.calls, \
                         last_ms = max(webhook_refusals.last_ms, excluded.last_ms)",
                    )
                    .bind(what)
                    .bind(connection)
                    .bind(calls)
                    .bind(ms(last))
                    .execute(conn)
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    pub(super) async fn all_refusals(&self) -> Result<Vec<Refusals>, StoreError> {
        sqlx::query("select what, connection, calls, last_ms from webhook_refusals order by what, connection")
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|row| {
                let connection: &str = row.try_get(1)?;
                Ok(Refusals {
                    what: row.try_get(0)?,
                    connection: match connection {
                        "" => None,
                        id => Some(rows::parse("webhook_refusals.connection", id)?),
                    },
                    calls: row.try_get(2)?,
                    last_at: time(row.try_get(3)?),
                })
            })
            .collect()
    }
}
