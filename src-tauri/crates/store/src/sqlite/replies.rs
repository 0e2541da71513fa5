//! Replies of people: given, held, released, discarded.

use casebridge_domain::absorb::HeldFor;
use casebridge_domain::{EventKind, NewEvent, ReplyId, SessionId};
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _, Sqlite as Dialect, SqliteConnection};
use uuid::Uuid;

use super::Sqlite;
use super::append::append_all;
use super::rows::{self, json, ms, time};
use crate::back::{HeldReply, PullResult, Reply};
use crate::error::StoreError;
use crate::port::Append;

const REPLY: &str = "replies.id, replies.connection, replies.state, replies.held_for, replies.session_id, \
    replies.case_id, replies.said_ms, replies.at_ms, replies.decided_by, replies.record, \
    coalesce(offers.tries, 0) as tries, offers.taken_ms, offers.alerted_ms \
    from replies left join offers on offers.id = replies.id";

pub(super) async fn insert(conn: &mut SqliteConnection, result: &PullResult) -> Result<(), StoreError> {
    for reply in &result.replies {
        let record = match reply.held_for {
            Some(_) => Some(json("replies.record", &reply.record)?),
            None => None,
        };
        let held_for = reply.held_for.map(|why| json("replies.held_for", &why)).transpose()?;
        sqlx::query(
            "insert into replies (id, connection, kind, record_id, case_id, session_id, state, held_for, record, \
             said_ms, at_ms) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing",
        )
        .bind(reply.id.to_string())
        .bind(result.connection.to_string())
        .bind(reply.record.record.kind.as_str())
        .bind(reply.record.record.id.to_string())
        .bind(reply.record.case.to_string())
        .bind(reply.session.map(|id| id.to_string()).unwrap_or_default())
        .bind(if reply.held_for.is_some() { "held" } else { "given" })
        .bind(held_for)
        .bind(record)
        .bind(ms(reply.record.at))
        .bind(ms(result.at))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

fn reply(row: &sqlx::sqlite::SqliteRow) -> Result<Reply, StoreError> {
    let session: &str = row.try_get("session_id")?;
    let held_for: Option<HeldFor> = rows::optional_json("replies.held_for", row.try_get("held_for")?)?;
    Ok(Reply {
        id: rows::parse("replies.id", row.try_get("id")?)?,
        connection: rows::parse("replies.connection", row.try_get("connection")?)?,
        state: row.try_get("state")?,
        held_for,
        session: match session {
            "" => None,
            id => Some(rows::parse("replies.session_id", id)?),
        },
        case: rows::uuid("replies.case_id", row.try_get("case_id")?)?,
        said_at: time(row.try_get("said_ms")?),
        at: time(row.try_get("at_ms")?),
        decided_by: row.try_get("decided_by")?,
        tries: row.try_get("tries")?,
        taken_at: row.try_get::<Option<i64>, _>("taken_ms")?.map(time),
        alerted_at: row.try_get::<Option<i64>, _>("alerted_ms")?.map(time),
    })
}

impl Sqlite {
    pub(super) async fn list_replies(
        &self,
        session: Option<SessionId>,
        state: Option<String>,
        limit: i64,
    ) -> Result<Vec<Reply>, StoreError> {
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new(format!("select {REPLY} where 1 = 1"));
        if let Some(session) = session {
            query.push(" and replies.session_id = ").push_bind(session.to_string());
        }
        match state.as_deref() {
            // Offered and not taken is a state of the offer, not of the reply.
            Some("offered") => {
                query.push(" and offers.id is not null and offers.taken_ms is null");
            }
            Some("taken") => {
                query.push(" and offers.taken_ms is not null");
            }
            Some(state) => {
                query.push(" and replies.state = ").push_bind(state.to_owned());
            }
            None => {}
        }
        query.push(" order by replies.at_ms desc, replies.id limit ").push_bind(limit);
        query.build().fetch_all(&self.readers).await?.iter().map(reply).collect()
    }

    pub(super) async fn held_without_session(&self, cases: Vec<Uuid>, limit: i64) -> Result<Vec<Reply>, StoreError> {
        if cases.is_empty() {
            return Ok(Vec::new());
        }
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new(format!(
            "select {REPLY} where replies.session_id = '' and replies.state = 'held' and replies.case_id in ("
        ));
        let mut listed = query.separated(", ");
        for case in cases {
            listed.push_bind(case.to_string());
        }
        query.push(") order by replies.at_ms desc, replies.id limit ").push_bind(limit);
        query.build().fetch_all(&self.readers).await?.iter().map(reply).collect()
    }

    pub(super) async fn find_held(&self, id: ReplyId) -> Result<Option<HeldReply>, StoreError> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "select {REPLY} where replies.id = $1 and replies.state = 'held' and replies.record is not null"
        )))
        .bind(id.to_string())
        .fetch_optional(&self.readers)
        .await?
        .map(|row| {
            let record = rows::from_json("replies.record", row.try_get("record")?)?;
            Ok(HeldReply { reply: reply(&row)?, record })
        })
        .transpose()
    }

    pub(super) async fn end_holding(
        &self,
        id: ReplyId,
        event: Option<(SessionId, NewEvent)>,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (by, pace) = (by.to_owned(), self.writer.pace());
        self.writer
            .write(move |conn| {
                let (by, event) = (by.clone(), event.clone());
                Box::pin(async move {
                    let (state, session): (_, Option<String>) = match &event {
                        Some((session, _)) => ("released", Some(session.to_string())),
                        None => ("discarded", None),
                    };
                    // What was held is personal data; the log has what was released.
                    let row = sqlx::query(
                        "update replies set state = $1, record = null, decided_ms = $2, decided_by = $3, \
                         session_id = coalesce($4, session_id) where id = $5 and state = 'held' \
                         returning connection, kind, record_id",
                    )
                    .bind(state)
                    .bind(ms(now))
                    .bind(by)
                    .bind(session.clone())
                    .bind(id.to_string())
                    .fetch_optional(&mut *conn)
                    .await?;
                    let Some(row) = row else { return Ok(false) };
                    let mut seq = 0;
                    if let Some((session_id, event)) = event {
                        let append = Append { session_id, events: vec![event].into() };
                        let answers = append_all(conn, &[(append, now)], pace).await?;
                        seq = answers.first().and_then(|one| one.as_ref().ok()?.first().map(|at| at.seq)).unwrap_or(0);
                    }
                    sqlx::query(
                        "update crm_records set decision = $1, seq = $2, session_id = coalesce($6, session_id) \
                         where connection = $3 and kind = $4 and record_id = $5",
                    )
                    .bind(if seq > 0 { "given" } else { state })
                    .bind(seq)
                    .bind(row.try_get::<String, _>(0)?)
                    .bind(row.try_get::<String, _>(1)?)
                    .bind(row.try_get::<String, _>(2)?)
                    .bind(session)
                    .execute(conn)
                    .await?;
                    Ok(true)
                })
            })
            .await
    }

    pub(super) async fn replies_since(
        &self,
        session: SessionId,
        since: Timestamp,
    ) -> Result<Vec<(ReplyId, String)>, StoreError> {
        let rows = sqlx::query(
            "select body from session_events where session_id = $1 and kind in ('crm_message', 'agent_reply') and recorded_ms >= $2 \
             order by seq desc limit 50",
        )
        .bind(session.to_string())
        .bind(ms(since))
        .fetch_all(&self.readers)
        .await?;
        let mut replies = Vec::new();
        for row in rows {
            let kind: EventKind = rows::from_json("session_events.body", row.try_get(0)?)?;
            if kind.is_for_carrier()
                && let (Some(reply_id), Some((_, text))) = (kind.reply_id(), kind.said())
            {
                replies.push((reply_id, text.to_owned()));
            }
        }
        Ok(replies)
    }
}
