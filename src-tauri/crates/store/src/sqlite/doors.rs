//! Links into the console, and the browsers that used one. Only hashes of what opens a door are kept.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _};
use uuid::Uuid;

use super::Sqlite;
use super::rows::{ms, time};
use crate::console::Visitor;
use crate::error::StoreError;

/// A call is noted at most this often: looking must not cost a commit each time.
const NOTED: Duration = Duration::from_secs(60);

/// Links and ended sessions are forgotten after this.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

const VISITOR: &str = "id, name, role, created_ms, seen_ms";

fn visitor(row: &SqliteRow) -> Result<Visitor, StoreError> {
    Ok(Visitor {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        role: row.try_get("role")?,
        since: time(row.try_get("created_ms")?),
        seen_at: time(row.try_get("seen_ms")?),
    })
}

impl Sqlite {
    pub(super) async fn add_console_link(
        &self,
        hash: Vec<u8>,
        who: [String; 2],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                let (hash, [name, role]) = (hash.clone(), who.clone());
                Box::pin(async move {
                    sqlx::query("delete from console_links where until_ms < $1")
                        .bind(ms(now - KEPT))
                        .execute(&mut *conn)
                        .await?;
                    sqlx::query("delete from console_sessions where seen_ms < $1")
                        .bind(ms(now - KEPT))
                        .execute(&mut *conn)
                        .await?;
                    sqlx::query(
                        "insert into console_links (hash, name, role, created_ms, until_ms) values ($1, $2, $3, $4, $5)",
                    )
                    .bind(hash)
                    .bind(name)
                    .bind(role)
                    .bind(ms(now))
                    .bind(ms(until))
                    .execute(conn)
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    pub(super) async fn use_console_link(
        &self,
        link: Vec<u8>,
        session: Vec<u8>,
        now: Timestamp,
    ) -> Result<Option<Visitor>, StoreError> {
        let id = Uuid::now_v7().to_string();
        self.writer
            .write(move |conn| {
                let (link, session, id) = (link.clone(), session.clone(), id.clone());
                Box::pin(async move {
                    let row = sqlx::query(
                        "update console_links set used_ms = $1 where hash = $2 and used_ms is null and until_ms > $1 \
                         returning name, role",
                    )
                    .bind(ms(now))
                    .bind(link)
                    .fetch_optional(&mut *conn)
                    .await?;
                    let Some(row) = row else { return Ok(None) };
                    let row = sqlx::query(AssertSqlSafe(format!(
                        "insert into console_sessions (id, hash, name, role, created_ms, seen_ms) \
                         values ($1, $2, $3, $4, $5, $5) returning {VISITOR}"
                    )))
                    .bind(id)
                    .bind(session)
                    .bind(row.try_get::<String, _>(0)?)
                    .bind(row.try_get::<String, _>(1)?)
                    .bind(ms(now))
                    .fetch_one(conn)
                    .await?;
                    visitor(&row).map(Some)
                })
            })
            .await
    }

    pub(super) async fn look_up_visitor(&self, hash: Vec<u8>, since: Timestamp) -> Result<Option<Visitor>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "select {VISITOR} from console_sessions where hash = $1 and revoked_ms is null and seen_ms > $2"
        )))
        .bind(hash)
        .bind(ms(since))
        .fetch_optional(&self.readers)
        .await?
        .map(|row| visitor(&row))
        .transpose()
    }

    pub(super) async fn find_visitor(
        &self,
        hash: Vec<u8>,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Visitor>, StoreError> {
        let Some(found) = self.look_up_visitor(hash, since).await? else { return Ok(None) };
        if found.seen_at + NOTED < now {
            let id = found.id.clone();
            self.writer
                .write(move |conn| {
                    let id = id.clone();
                    Box::pin(async move {
                        sqlx::query("update console_sessions set seen_ms = $1 where id = $2")
                            .bind(ms(now))
                            .bind(id)
                            .execute(conn)
                            .await?;
                        Ok(())
                    })
                })
                .await?;
        }
        Ok(Some(found))
    }

    pub(super) async fn list_visitors(&self, since: Timestamp) -> Result<Vec<Visitor>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "select {VISITOR} from console_sessions where revoked_ms is null and seen_ms > $1 order by seen_ms desc \
             limit 1000"
        )))
        .bind(ms(since))
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(visitor)
        .collect()
    }

    pub(super) async fn end_visit(&self, id: String, now: Timestamp) -> Result<bool, StoreError> {
        self.writer
            .write(move |conn| {
                let id = id.clone();
                Box::pin(async move {
                    let changed =
                        sqlx::query("update console_sessions set revoked_ms = $1 where id = $2 and revoked_ms is null")
                            .bind(ms(now))
                            .bind(id)
                            .execute(conn)
                            .await?
                            .rows_affected();
                    Ok(changed == 1)
                })
            })
            .await
    }
}
