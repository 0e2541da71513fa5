//! Heads and logs of sessions.

use async_trait::async_trait;
use casebridge_domain::pace::Pace;
use casebridge_domain::{Event, Session, SessionId, SessionStatus};
use jiff::Timestamp;

use super::Sqlite;
use super::rows::{self, EVENT, SESSION, json, ms};
use crate::error::StoreError;
use crate::port::{Append, AppendRefused, Appended, NewSession, SessionLog};

#[async_trait]
impl SessionLog for Sqlite {
    async fn ensure_session(&self, new: NewSession, now: Timestamp) -> Result<(Session, bool), StoreError> {
        let id = new.key.session_id();
        if let Some(found) = self.session(id).await? {
            return Ok((found, false));
        }
        let contact = json("sessions.contact", &new.contact)?;
        let tags = json("sessions.tags", &new.tags)?;
        self.writer
            .write(move |conn| {
                let (new, contact, tags) = (new.clone(), contact.clone(), tags.clone());
                Box::pin(async move {
                    let inserted = sqlx::query(
                        "insert into sessions (id, source, external_id, channel, topic, contact, status, last_seq, \
                         message_count, last_ordered_ms, updated_ms, created_ms, tags) \
                         values ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, $8, $8, $9) on conflict do nothing",
                    )
                    .bind(id.to_string())
                    .bind(&new.key.source)
                    .bind(&new.key.external_id)
                    .bind(&new.channel)
                    .bind(&new.topic)
                    .bind(contact)
                    .bind(SessionStatus::Open.as_str())
                    .bind(ms(now))
                    .bind(tags)
                    .execute(&mut *conn)
                    .await?
                    .rows_affected();
                    let row = sqlx::query(sqlx::AssertSqlSafe(format!("select {SESSION} from sessions where id = $1")))
                        .bind(id.to_string())
                        .fetch_one(conn)
                        .await?;
                    Ok((rows::session(&row)?, inserted == 1))
                })
            })
            .await
    }

    async fn append(&self, append: Append, now: Timestamp) -> Result<Result<Vec<Appended>, AppendRefused>, StoreError> {
        self.writer.append(append, now).await
    }

    async fn session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        sqlx::query(sqlx::AssertSqlSafe(format!("select {SESSION} from sessions where id = $1")))
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?
            .map(|row| rows::session(&row))
            .transpose()
    }

    async fn events(&self, id: SessionId, after: i64, limit: i64) -> Result<Vec<Event>, StoreError> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "select {EVENT} from session_events where session_id = $1 and seq > $2 order by seq limit $3"
        )))
        .bind(id.to_string())
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(rows::event)
        .collect()
    }

    async fn find_sessions(&self, external_id: &str) -> Result<Vec<SessionId>, StoreError> {
        // Past this many, an external id says too little to be a name.
        sqlx::query_scalar::<_, String>("select id from sessions where external_id = $1 limit 20")
            .bind(external_id)
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|id| rows::parse("sessions.id", id))
            .collect()
    }

    fn set_pace(&self, pace: Pace) {
        self.writer.set_pace(pace);
    }
}
