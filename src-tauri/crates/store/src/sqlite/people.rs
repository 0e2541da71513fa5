//! Profiles and saved filters.

use async_trait::async_trait;
use casebridge_domain::SessionId;
use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::Sqlite;
use super::rows::{self, ms};
use crate::console::View;
use crate::error::StoreError;
use crate::people::{CrmUser, People, Profile, SavedFilter};

fn profile(row: &SqliteRow) -> Result<Profile, StoreError> {
    let connection: Option<String> = row.try_get("connection")?;
    let id: Option<String> = row.try_get("crm_user")?;
    let crm_user = match (connection, id) {
        (Some(connection), Some(id)) => Some(CrmUser {
            connection: rows::parse("people.connection", &connection)?,
            id: rows::uuid("people.crm_user", &id)?,
            name: row.try_get::<Option<String>, _>("crm_name")?.unwrap_or_default(),
        }),
        _ => None,
    };
    Ok(Profile { login: row.try_get("login")?, name: row.try_get("name")?, crm_user })
}

fn view_name(view: View) -> Result<String, StoreError> {
    serde_json::to_value(view)
        .map_err(|error| StoreError::unreadable("saved_filters.view", error))
        .map(|name| name.as_str().unwrap_or("all").to_owned())
}

#[async_trait]
impl People for Sqlite {
    async fn profile(&self, login: &str) -> Result<Option<Profile>, StoreError> {
        sqlx::query("select login, name, connection, crm_user, crm_name from people where login = $1")
            .bind(login)
            .fetch_optional(&self.readers)
            .await?
            .map(|row| profile(&row))
            .transpose()
    }

    async fn set_profile(&self, new: Profile, now: Timestamp) -> Result<bool, StoreError> {
        self.writer
            .write(move |conn| {
                let new = new.clone();
                Box::pin(async move {
                    // A name is one person's: neither another profile's, nor what another visitor came in as.
                    let taken: i64 = sqlx::query_scalar(
                        "select exists (select 1 from people where name = $1 and login <> $2) \
                         or ($1 <> $2 and exists (select 1 from console_sessions where name = $1))",
                    )
                    .bind(&new.name)
                    .bind(&new.login)
                    .fetch_one(&mut *conn)
                    .await?;
                    if taken != 0 {
                        return Ok(false);
                    }
                    let crm = new.crm_user.as_ref();
                    sqlx::query(
                        "insert into people (login, name, connection, crm_user, crm_name, updated_ms) \
                         values ($1, $2, $3, $4, $5, $6) on conflict (login) do update set name = excluded.name, \
                         connection = excluded.connection, crm_user = excluded.crm_user, \
                         crm_name = excluded.crm_name, updated_ms = excluded.updated_ms",
                    )
                    .bind(&new.login)
                    .bind(&new.name)
                    .bind(crm.map(|crm| crm.connection.to_string()))
                    .bind(crm.map(|crm| crm.id.to_string()))
                    .bind(crm.map(|crm| crm.name.clone()))
                    .bind(ms(now))
                    .execute(conn)
                    .await?;
                    Ok(true)
                })
            })
            .await
    }

    async fn known_people(&self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(
            "select name from (select name from people \
             union select console_sessions.name from console_sessions \
               where not exists (select 1 from people where people.login = console_sessions.name) \
             union select holder_name from (select holder_name from sessions \
               where shelf >= 'person:' and shelf < 'person;' order by shelf limit 2000)) \
             where name <> '' order by name collate nocase limit 200",
        )
        .fetch_all(&self.readers)
        .await?)
    }

    async fn held_by(&self, name: &str, limit: i64) -> Result<Vec<SessionId>, StoreError> {
        sqlx::query_scalar::<_, String>("select id from sessions where shelf = 'person:' || $1 limit $2")
            .bind(name)
            .bind(limit)
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|id| rows::parse("sessions.id", id))
            .collect()
    }

    async fn filters(&self, login: &str) -> Result<Vec<SavedFilter>, StoreError> {
        sqlx::query("select id, name, view, query from saved_filters where login = $1 order by name collate nocase")
            .bind(login)
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|row| {
                let view: String = row.try_get("view")?;
                Ok(SavedFilter {
                    id: rows::uuid("saved_filters.id", row.try_get("id")?)?,
                    name: row.try_get("name")?,
                    view: rows::from_json("saved_filters.view", &format!("\"{view}\""))?,
                    query: row.try_get("query")?,
                })
            })
            .collect()
    }

    async fn save_filter(&self, login: &str, filter: SavedFilter, now: Timestamp) -> Result<bool, StoreError> {
        let (login, view) = (login.to_owned(), view_name(filter.view)?);
        self.writer
            .write(move |conn| {
                let (login, view, filter) = (login.clone(), view.clone(), filter.clone());
                Box::pin(async move {
                    let changed = sqlx::query(
                        "insert into saved_filters (id, login, name, view, query, created_ms) \
                         select $1, $2, $3, $4, $5, $6 where not exists (select 1 from saved_filters \
                           where login = $2 and name = $3 and id <> $1) \
                         on conflict (id) do update set name = excluded.name, view = excluded.view, \
                           query = excluded.query where saved_filters.login = excluded.login",
                    )
                    .bind(filter.id.to_string())
                    .bind(login)
                    .bind(filter.name)
                    .bind(view)
                    .bind(filter.query)
                    .bind(ms(now))
                    .execute(conn)
                    .await?;
                    Ok(changed.rows_affected() == 1)
                })
            })
            .await
    }

    async fn drop_filter(&self, login: &str, id: Uuid) -> Result<bool, StoreError> {
        let login = login.to_owned();
        self.writer
            .write(move |conn| {
                let login = login.clone();
                Box::pin(async move {
                    let dropped = sqlx::query("delete from saved_filters where id = $1 and login = $2")
                        .bind(id.to_string())
                        .bind(login)
                        .execute(conn)
                        .await?;
                    Ok(dropped.rows_affected() == 1)
                })
            })
            .await
    }
}
