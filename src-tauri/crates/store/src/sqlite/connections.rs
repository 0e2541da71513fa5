//! Connections, settings and the audit log.

use async_trait::async_trait;
use casebridge_domain::{Adoption, Connection, ConnectionId, KeyId, Pause, RecordRef};
use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::Sqlite;
use super::rows::{self, CONNECTION, json, ms};
use crate::error::StoreError;
use crate::port::{ApiKey, Registry};

#[async_trait]
impl Registry for Sqlite {
    async fn add_connection(&self, connection: Connection) -> Result<(), StoreError> {
        let settings = connection.settings.to_string();
        let modes = json("connections.modes", &connection.modes)?;
        let route = json("connections.route", &connection.route)?;
        self.writer
            .write(move |conn| {
                let (connection, settings, modes) = (connection.clone(), settings.clone(), modes.clone());
                let route = route.clone();
                Box::pin(async move {
                    let added = sqlx::query(
                        "insert into connections (id, name, kind, instance, settings, modes, created_ms, route) \
                         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
                    )
                    .bind(connection.id.to_string())
                    .bind(&connection.name)
                    .bind(connection.kind.as_str())
                    .bind(&connection.instance)
                    .bind(settings)
                    .bind(modes)
                    .bind(ms(connection.created_at))
                    .bind(route)
                    .execute(conn)
                    .await?
                    .rows_affected();
                    if added == 0 {
                        return Ok(Err(StoreError::Taken { what: "connection", name: connection.name }));
                    }
                    Ok(Ok(()))
                })
            })
            .await?
    }

    async fn connections(&self) -> Result<Vec<Connection>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "select {CONNECTION} from connections where removed_ms is null order by created_ms, name"
        )))
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(rows::connection)
        .collect()
    }

    async fn update_connection(&self, connection: Connection) -> Result<(), StoreError> {
        let settings = connection.settings.to_string();
        let modes = json("connections.modes", &connection.modes)?;
        let route = json("connections.route", &connection.route)?;
        self.writer
            .write(move |conn| {
                let (settings, modes, route) = (settings.clone(), modes.clone(), route.clone());
                let id = connection.id;
                Box::pin(async move {
                    let changed = sqlx::query(
                        "update connections set settings = $1, modes = $2, route = $4 where id = $3 and removed_ms is null",
                    )
                    .bind(settings)
                    .bind(modes)
                    .bind(id.to_string())
                    .bind(route)
                    .execute(conn)
                    .await?
                    .rows_affected();
                    Ok(found(changed, id))
                })
            })
            .await?
    }

    async fn set_pause(&self, id: ConnectionId, pause: Option<Pause>) -> Result<(), StoreError> {
        let pause = pause.map(|pause| json("connections.pause", &pause)).transpose()?;
        self.writer
            .write(move |conn| {
                let pause = pause.clone();
                Box::pin(async move {
                    let changed = sqlx::query("update connections set pause = $1 where id = $2")
                        .bind(pause)
                        .bind(id.to_string())
                        .execute(conn)
                        .await?
                        .rows_affected();
                    Ok(found(changed, id))
                })
            })
            .await?
    }

    async fn take_over(&self, id: ConnectionId, adoption: Adoption) -> Result<u64, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let changed = sqlx::query(
                        "update connections set adopts_before_ms = $1, unsure_since_ms = $2, pause = null \
                         where id = $3",
                    )
                    .bind(ms(adoption.before))
                    .bind(ms(adoption.unsure_since))
                    .bind(id.to_string())
                    .execute(&mut *conn)
                    .await?
                    .rows_affected();
                    // Reserved ones too: the other engine may have made them, and delivered what people said there since.
                    let cases =
                        sqlx::query("update cases set restored_ms = $1, deliver_after = null where connection = $2")
                            .bind(ms(adoption.before))
                            .bind(id.to_string())
                            .execute(conn)
                            .await?
                            .rows_affected();
                    Ok(found(changed, id).map(|()| cases))
                })
            })
            .await?
    }

    async fn meant_elsewhere(&self, id: ConnectionId, records: Vec<RecordRef>) -> Result<bool, StoreError> {
        let mut reading = self.readers.acquire().await?;
        for record in records {
            let ours: bool = sqlx::query_scalar(
                "select exists (select 1 from connections join crm_records as ledger on ledger.connection = connections.id \
                 where connections.id <> $1 and ledger.kind = $2 and ledger.record_id = $3 and ledger.origin = 'ours')",
            )
            .bind(id.to_string())
            .bind(record.kind.as_str())
            .bind(record.id.to_string())
            .fetch_one(&mut *reading)
            .await?;
            if ours {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn remove_connection(&self, id: ConnectionId, now: Timestamp) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let changed =
                        sqlx::query("update connections set removed_ms = $1 where id = $2 and removed_ms is null")
                            .bind(ms(now))
                            .bind(id.to_string())
                            .execute(&mut *conn)
                            .await?
                            .rows_affected();
                    sqlx::query(
                        "update lanes set due_ms = null, lease_until_ms = null, fence = fence + 1 where consumer = $1",
                    )
                    .bind(format!("crm:{id}"))
                    .execute(&mut *conn)
                    .await?;
                    // Its address ends with it; calls that still come are counted as those of an old one.
                    sqlx::query(
                        "update webhook_tokens set valid_until_ms = min(coalesce(valid_until_ms, $1), $1) \
                         where connection = $2",
                    )
                    .bind(ms(now))
                    .bind(id.to_string())
                    .execute(&mut *conn)
                    .await?;
                    super::mappings::forget(conn, id).await?;
                    Ok(found(changed, id))
                })
            })
            .await?
    }

    async fn add_key(&self, key: ApiKey, hash: Vec<u8>) -> Result<(), StoreError> {
        self.insert_key(key, hash).await
    }

    async fn keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        self.all_keys().await
    }

    async fn key_by_hash(&self, hash: &[u8]) -> Result<Option<ApiKey>, StoreError> {
        self.live_key(hash).await
    }

    async fn revoke_key(&self, id: KeyId, now: Timestamp) -> Result<bool, StoreError> {
        self.end_key(id, now).await
    }

    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar("select value from settings where name = $1")
            .bind(name)
            .fetch_optional(&self.readers)
            .await?)
    }

    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.writer
            .write(move |conn| {
                let (name, value) = (name.clone(), value.clone());
                Box::pin(async move {
                    sqlx::query(
                        "insert into settings (name, value) values ($1, $2) \
                         on conflict (name) do update set value = excluded.value",
                    )
                    .bind(name)
                    .bind(value)
                    .execute(conn)
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    async fn audit(
        &self,
        actor: &str,
        action: &str,
        subject: &str,
        detail: serde_json::Value,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let line = [actor.to_owned(), action.to_owned(), subject.to_owned(), detail.to_string()];
        self.writer
            .write(move |conn| {
                let [actor, action, subject, detail] = line.clone();
                Box::pin(async move {
                    sqlx::query(
                        "insert into audit (id, at_ms, actor, action, subject, detail) values ($1, $2, $3, $4, $5, $6)",
                    )
                    .bind(Uuid::now_v7().to_string())
                    .bind(ms(now))
                    .bind(actor)
                    .bind(action)
                    .bind(subject)
                    .bind(detail)
                    .execute(conn)
                    .await?;
                    Ok(())
                })
            })
            .await
    }
}

fn found(changed: u64, id: ConnectionId) -> Result<(), StoreError> {
    if changed == 0 {
        return Err(StoreError::NotFound { what: "connection", name: id.to_string() });
    }
    Ok(())
}
