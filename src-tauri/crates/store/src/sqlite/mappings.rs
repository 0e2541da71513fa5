//! Mapped columns in SQLite.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casebridge_domain::mapping::{Column, MappingSet};
use casebridge_domain::plan::fields::Blame;
use casebridge_domain::{ConnectionId, Consumer, Event, SessionId};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};
use uuid::Uuid;

use super::Sqlite;
use super::rows::{self, EVENT, from_json, json, ms, time};
use crate::error::StoreError;
use crate::mappings::{FieldsResult, MappingVersion, Mappings, RefusedColumn, WentWithout};

fn set(row: &SqliteRow) -> Result<MappingSet, StoreError> {
    Ok(MappingSet {
        connection: rows::parse("mapping_sets.connection", row.try_get("connection")?)?,
        version: row.try_get("version")?,
        author: row.try_get("author")?,
        at: time(row.try_get("at_ms")?),
        mappings: from_json("mapping_sets.mappings", row.try_get("mappings")?)?,
    })
}

#[async_trait]
impl Mappings for Sqlite {
    async fn mapping_set(
        &self,
        connection: ConnectionId,
        version: Option<i64>,
    ) -> Result<Option<MappingSet>, StoreError> {
        sqlx::query(
            "select connection, version, author, at_ms, mappings from mapping_sets \
             where connection = $1 and version = coalesce($2, version) order by version desc limit 1",
        )
        .bind(connection.to_string())
        .bind(version)
        .fetch_optional(&self.readers)
        .await?
        .map(|row| set(&row))
        .transpose()
    }

    async fn save_mapping_set(&self, set: MappingSet) -> Result<bool, StoreError> {
        let mappings = json("mapping_sets.mappings", &set.mappings)?;
        self.writer
            .write(move |conn| {
                let (set, mappings) = (set.clone(), mappings.clone());
                Box::pin(async move {
                    let saved = sqlx::query(
                        "insert into mapping_sets (connection, version, author, at_ms, mappings) \
                         select $1, $2, $3, $4, $5 where not exists \
                           (select 1 from mapping_sets where connection = $1 and version >= $2)",
                    )
                    .bind(set.connection.to_string())
                    .bind(set.version)
                    .bind(set.author)
                    .bind(ms(set.at))
                    .bind(mappings)
                    .execute(conn)
                    .await?;
                    Ok(saved.rows_affected() == 1)
                })
            })
            .await
    }

    async fn mapping_versions(&self, connection: ConnectionId) -> Result<Vec<MappingVersion>, StoreError> {
        sqlx::query(
            "select version, author, at_ms, json_array_length(mappings) as count from mapping_sets \
             where connection = $1 order by version desc",
        )
        .bind(connection.to_string())
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| {
            Ok(MappingVersion {
                version: row.try_get("version")?,
                author: row.try_get("author")?,
                at: time(row.try_get("at_ms")?),
                count: row.try_get("count")?,
            })
        })
        .collect()
    }

    async fn columns(&self, connection: ConnectionId) -> Result<Option<(Vec<Column>, Timestamp)>, StoreError> {
        sqlx::query("select columns, read_ms from crm_columns where connection = $1")
            .bind(connection.to_string())
            .fetch_optional(&self.readers)
            .await?
            .map(|row| Ok((from_json("crm_columns.columns", row.try_get("columns")?)?, time(row.try_get("read_ms")?))))
            .transpose()
    }

    async fn keep_columns(
        &self,
        connection: ConnectionId,
        columns: Vec<Column>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let columns = json("crm_columns.columns", &columns)?;
        self.writer
            .write(move |conn| {
                let columns = columns.clone();
                Box::pin(async move {
                    sqlx::query(
                        "insert into crm_columns (connection, columns, read_ms) values ($1, $2, $3) \
                         on conflict (connection) do update set columns = excluded.columns, read_ms = excluded.read_ms",
                    )
                    .bind(connection.to_string())
                    .bind(columns)
                    .bind(ms(at))
                    .execute(&mut *conn)
                    .await?;
                    sqlx::query("delete from field_refusals where connection = $1")
                        .bind(connection.to_string())
                        .execute(conn)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    async fn fields_written(
        &self,
        connection: ConnectionId,
        case: Uuid,
    ) -> Result<BTreeMap<String, Value>, StoreError> {
        sqlx::query("select column_name, value from field_writes where connection = $1 and case_id = $2")
            .bind(connection.to_string())
            .bind(case.to_string())
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|row| Ok((row.try_get("column_name")?, from_json("field_writes.value", row.try_get("value")?)?)))
            .collect()
    }

    async fn refused_columns(&self, connection: ConnectionId, version: i64) -> Result<Vec<RefusedColumn>, StoreError> {
        sqlx::query(
            "select column_name, refusal, session_id, at_ms from field_refusals \
             where connection = $1 and version = $2 order by column_name",
        )
        .bind(connection.to_string())
        .bind(version)
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| {
            Ok(RefusedColumn {
                column: row.try_get("column_name")?,
                refusal: from_json("field_refusals.refusal", row.try_get("refusal")?)?,
                session: rows::parse("field_refusals.session_id", row.try_get("session_id")?)?,
                since: time(row.try_get("at_ms")?),
            })
        })
        .collect()
    }

    async fn went_without(
        &self,
        connection: ConnectionId,
        version: i64,
        since: Timestamp,
        steps: i64,
    ) -> Result<(Vec<WentWithout>, bool), StoreError> {
        // Ids grow with time. Of the rows of a group SQLite takes the one that has the maximum.
        let found = sqlx::query(
            "with newest as materialized (select consumer, session_id, at_ms, \
               case what when 'fields' then detail end as detail from lane_steps order by id desc limit $3) \
             select json_extract(field.value, '$.column') as column_name, count(distinct newest.session_id) as conversations, \
               newest.session_id, max(newest.at_ms) as at_ms \
             from newest, json_each(newest.detail, '$.fields') as field \
             where newest.detail is not null and newest.consumer = $1 and json_extract(newest.detail, '$.version') = $2 \
               and json_extract(field.value, '$.outcome') = 'refused' \
             group by column_name order by column_name",
        )
        .bind(Consumer::Crm(connection).to_string())
        .bind(version)
        .bind(steps)
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| {
            Ok(WentWithout {
                column: row.try_get("column_name")?,
                conversations: row.try_get("conversations")?,
                last: rows::parse("lane_steps.session_id", row.try_get("session_id")?)?,
                last_at: time(row.try_get("at_ms")?),
            })
        })
        .collect::<Result<_, StoreError>>()?;
        let oldest: Option<i64> =
            sqlx::query_scalar("select at_ms from lane_steps order by id desc limit 1 offset $1 - 1")
                .bind(steps)
                .fetch_optional(&self.readers)
                .await?;
        Ok((found, oldest.is_none_or(|oldest| oldest <= ms(since))))
    }

    async fn unread_handoffs(
        &self,
        connection: ConnectionId,
        version: i64,
        since: Timestamp,
        failed_since: Timestamp,
        limit: i64,
    ) -> Result<Vec<Event>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "with recent as materialized (select id, handed_off_seq from sessions where handed_off_seq is not null \
               order by updated_ms desc limit $5) \
             select {EVENT} from recent cross join session_events \
               on session_id = recent.id and seq = recent.handed_off_seq and recorded_ms >= $4 \
             where exists (select 1 from lanes where lanes.session_id = recent.id and lanes.consumer = $2 \
                 and lanes.written_seq >= recent.handed_off_seq) \
               and exists (select 1 from cases where cases.session_id = recent.id and cases.connection = $1 \
                 and cases.left_seq is null and cases.state in ('open', 'closed')) \
               and not exists (select 1 from session_events as reading where reading.session_id = recent.id \
                 and reading.kind = 'analysed' and json_extract(reading.body, '$.connection') = $1 \
                 and json_extract(reading.body, '$.version') = $3 \
                 and json_extract(reading.body, '$.handoff') = recent.handed_off_seq \
                 and (json_extract(reading.body, '$.analysis') is not null or reading.recorded_ms < $6))"
        )))
        .bind(connection.to_string())
        .bind(Consumer::Crm(connection).to_string())
        .bind(version)
        .bind(ms(since))
        .bind(limit)
        .bind(ms(failed_since))
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(rows::event)
        .collect()
    }

    async fn field_events(&self, session: SessionId) -> Result<Vec<Event>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "select {EVENT} from session_events where session_id = $1 \
             and kind in ('handed_off', 'field_values', 'analysed', 'suggestion_decided') order by seq"
        )))
        .bind(session.to_string())
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(rows::event)
        .collect()
    }
}

/// Keeps what a pass did to mapped columns, in the pass's own transaction.
pub(super) async fn record(
    conn: &mut SqliteConnection,
    connection: &str,
    session: SessionId,
    fields: &FieldsResult,
    at: Timestamp,
) -> Result<(), StoreError> {
    for (column, value) in &fields.wrote {
        sqlx::query(
            "insert into field_writes (connection, case_id, column_name, value, at_ms) values ($1, $2, $3, $4, $5) \
             on conflict (connection, case_id, column_name) do update set value = excluded.value, at_ms = excluded.at_ms",
        )
        .bind(connection)
        .bind(fields.case.to_string())
        .bind(column)
        .bind(json("field_writes.value", value)?)
        .bind(ms(at))
        .execute(&mut *conn)
        .await?;
    }
    let lasting = fields.refused.iter().filter(|(_, refusal)| refusal.blame != Blame::Once);
    for (column, refusal) in lasting {
        sqlx::query(
            "insert into field_refusals (connection, version, column_name, refusal, session_id, at_ms) \
             values ($1, $2, $3, $4, $5, $6) on conflict (connection, version, column_name) do update set \
             refusal = excluded.refusal, session_id = excluded.session_id",
        )
        .bind(connection)
        .bind(fields.version)
        .bind(column)
        .bind(json("field_refusals.refusal", refusal)?)
        .bind(session.to_string())
        .bind(ms(at))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Forgets what customers said, as far as it was kept beside the log for a connection that is no more.
pub(super) async fn forget(conn: &mut SqliteConnection, connection: ConnectionId) -> Result<(), StoreError> {
    for table in ["field_writes", "field_refusals"] {
        sqlx::query(AssertSqlSafe(format!("delete from {table} where connection = $1")))
            .bind(connection.to_string())
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}
