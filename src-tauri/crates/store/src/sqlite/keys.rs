//! API keys: only their hashes are kept.

use casebridge_domain::KeyId;
use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Sqlite;
use super::rows::{self, ms, time};
use crate::error::StoreError;
use crate::port::ApiKey;

impl Sqlite {
    pub(super) async fn insert_key(&self, key: ApiKey, hash: Vec<u8>) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                let (key, hash) = (key.clone(), hash.clone());
                Box::pin(async move {
                    sqlx::query("insert into api_keys (id, name, hash, created_ms) values ($1, $2, $3, $4)")
                        .bind(key.id.to_string())
                        .bind(key.name)
                        .bind(hash)
                        .bind(ms(key.created_at))
                        .execute(conn)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    pub(super) async fn all_keys(&self) -> Result<Vec<ApiKey>, StoreError> {
        sqlx::query("select id, name, created_ms, revoked_ms from api_keys order by created_ms")
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(api_key)
            .collect()
    }

    pub(super) async fn live_key(&self, hash: &[u8]) -> Result<Option<ApiKey>, StoreError> {
        sqlx::query("select id, name, created_ms, revoked_ms from api_keys where hash = $1 and revoked_ms is null")
            .bind(hash)
            .fetch_optional(&self.readers)
            .await?
            .map(|row| api_key(&row))
            .transpose()
    }

    pub(super) async fn end_key(&self, id: KeyId, now: Timestamp) -> Result<bool, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    Ok(sqlx::query("update api_keys set revoked_ms = $1 where id = $2 and revoked_ms is null")
                        .bind(ms(now))
                        .bind(id.to_string())
                        .execute(conn)
                        .await?
                        .rows_affected()
                        == 1)
                })
            })
            .await
    }
}

fn api_key(row: &SqliteRow) -> Result<ApiKey, StoreError> {
    Ok(ApiKey {
        id: rows::parse("api_keys.id", row.try_get("id")?)?,
        name: row.try_get("name")?,
        created_at: time(row.try_get("created_ms")?),
        revoked_at: row.try_get::<Option<i64>, _>("revoked_ms")?.map(time),
    })
}
