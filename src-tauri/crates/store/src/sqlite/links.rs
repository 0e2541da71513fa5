//! Choosing cases: the case before is let go, the new one is the newest, and the lane begins where it must.

use async_trait::async_trait;
use casebridge_domain::plan::UNLINKED;
use casebridge_domain::{CaseState, ConnectionId, Consumer, SessionId};
use jiff::Timestamp;
use sqlx::{Row as _, SqliteConnection};
use uuid::Uuid;

use super::Sqlite;
use super::passes::{fence_holds, insert_attempts, insert_steps};
use super::rows::{json, ms, time};
use crate::error::StoreError;
use crate::links::{CaseChoice, Links, OpenCase, WriteFrom};
use crate::port::{Reservation, Step};

#[async_trait]
impl Links for Sqlite {
    async fn join_or_reserve(
        &self,
        lane: (Consumer, SessionId, i64),
        reserve: Reservation,
        now: Timestamp,
    ) -> Result<OpenCase, StoreError> {
        self.writer
            .write(move |conn| {
                let reserve = reserve.clone();
                Box::pin(async move { Ok(join_or_reserve(conn, lane, reserve, now).await) })
            })
            .await?
    }

    async fn choose_case(&self, choice: CaseChoice, now: Timestamp) -> Result<bool, StoreError> {
        self.writer
            .write(move |conn| {
                let choice = choice.clone();
                Box::pin(async move { choose(conn, &choice, now).await })
            })
            .await
    }

    async fn unlink_case(
        &self,
        connection: ConnectionId,
        session: SessionId,
        case: Uuid,
        step: Step,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.writer
            .write(move |conn| {
                let step = step.clone();
                Box::pin(async move {
                    let consumer = Consumer::Crm(connection);
                    if newest(conn, connection, session).await? != Some(case) {
                        return Ok(false);
                    }
                    let written = ensure_lane(conn, consumer, session, now).await?;
                    let_go(conn, connection, session, case, written, true).await?;
                    sqlx::query(
                        "update lanes set considered_seq = dirty_seq, considered_why = $1, parked = null, \
                         failure = null, due_ms = null, dirty_since_ms = null, lease_until_ms = null, fence = fence + 1 \
                         where consumer = $2 and session_id = $3",
                    )
                    .bind(UNLINKED)
                    .bind(consumer.to_string())
                    .bind(session.to_string())
                    .execute(&mut *conn)
                    .await?;
                    insert_steps(conn, consumer, session, 0, &[step]).await?;
                    Ok(true)
                })
            })
            .await
    }

    async fn left_at(&self, connection: ConnectionId, session: SessionId, case: Uuid) -> Result<i64, StoreError> {
        let left: Option<Option<i64>> =
            sqlx::query_scalar("select left_seq from cases where connection = $1 and crm_id = $2 and session_id = $3")
                .bind(connection.to_string())
                .bind(case.to_string())
                .bind(session.to_string())
                .fetch_optional(&self.readers)
                .await?;
        Ok(left.flatten().unwrap_or(0))
    }

    async fn others_on(&self, connection: ConnectionId, session: SessionId, case: Uuid) -> Result<i64, StoreError> {
        Ok(sqlx::query_scalar(
            "select count(*) from cases where connection = $1 and crm_id = $2 and session_id <> $3 and left_seq is null",
        )
        .bind(connection.to_string())
        .bind(case.to_string())
        .bind(session.to_string())
        .fetch_one(&self.readers)
        .await?)
    }
}

/// How long a conversation waits for the case that a failing one is to make.
const LONGEST_WAIT_MS: i64 = 10 * 60 * 1000;

async fn join_or_reserve(
    conn: &mut SqliteConnection,
    lane: (Consumer, SessionId, i64),
    reserve: Reservation,
    now: Timestamp,
) -> Result<OpenCase, StoreError> {
    if !fence_holds(conn, lane).await? {
        return Err(StoreError::FenceMoved);
    }
    let (consumer, session, _) = lane;
    let Some(connection) = consumer.connection().map(|id| id.to_string()) else { return Ok(OpenCase::None) };
    // One that a parked conversation reserved, or one that fails for long, may never be made: nobody waits for it.
    // And a case whose conversations are all over, with something of them still to be written, is about to be closed.
    let row = sqlx::query(
        "select cases.crm_id, cases.state, (select lanes.due_ms from lanes where lanes.consumer = $3 \
             and lanes.session_id = cases.session_id and lanes.failure is not null) as due_ms \
           from sessions join cases on cases.connection = $1 \
           and cases.contact_key = lower(trim(json_extract(sessions.contact, '$.email.value'))) \
         where sessions.id = $2 and json_extract(sessions.contact, '$.email.verified') \
           and cases.session_id <> $2 and cases.left_seq is null and cases.by_hand = 0 \
           and (cases.state = 'open' and exists (select 1 from cases mates join sessions told on told.id = mates.session_id \
               where mates.connection = cases.connection and mates.crm_id = cases.crm_id and mates.left_seq is null \
               and (told.status <> 'resolved' or not exists (select 1 from lanes where lanes.consumer = $3 \
                 and lanes.session_id = mates.session_id and (lanes.due_ms is not null or lanes.lease_until_ms is not null)))) \
             or cases.state = 'reserved' and not exists (select 1 from lanes \
               where lanes.consumer = $3 and lanes.session_id = cases.session_id \
               and (lanes.parked is not null or lanes.failure is not null and cases.reserved_ms < $4))) \
         order by cases.state, cases.reserved_ms desc limit 1",
    )
    .bind(&connection)
    .bind(session.to_string())
    .bind(consumer.to_string())
    .bind(ms(now) - LONGEST_WAIT_MS)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else {
        super::passes::reserve(conn, &connection, session, reserve, now).await?;
        return Ok(OpenCase::None);
    };
    if row.try_get::<&str, _>("state")? != "open" {
        let due: Option<i64> = row.try_get("due_ms")?;
        return Ok(OpenCase::InTheMaking { due: due.map(time) });
    }
    let found = super::rows::uuid("cases.crm_id", row.try_get("crm_id")?)?;
    sqlx::query(
        "insert into cases (connection, crm_id, case_key, previous, number, state, session_id, opening_seq, \
           deliver_after, reserved_ms, opened_ms, known, pulled_to, native_id, contact_key) \
         select connection, crm_id, $4, '', number, state, $3, 0, deliver_after, $5, opened_ms, known, pulled_to, \
           native_id, contact_key from cases where connection = $1 and crm_id = $2 and left_seq is null limit 1 \
         on conflict do nothing",
    )
    .bind(&connection)
    .bind(found.to_string())
    .bind(session.to_string())
    .bind(reserve.case_key)
    .bind(ms(now))
    .execute(conn)
    .await?;
    Ok(OpenCase::Joined(found))
}

/// The case that a conversation has now.
async fn newest(
    conn: &mut SqliteConnection,
    connection: ConnectionId,
    session: SessionId,
) -> Result<Option<Uuid>, StoreError> {
    let id: Option<String> = sqlx::query_scalar(
        "select crm_id from cases where session_id = $1 and connection = $2 \
         order by reserved_ms desc, opening_seq desc limit 1",
    )
    .bind(session.to_string())
    .bind(connection.to_string())
    .fetch_optional(conn)
    .await?;
    id.map(|id| super::rows::uuid("cases.crm_id", &id)).transpose()
}

/// The lane's `written_seq`. A connection that is younger than the conversation has no lane yet.
async fn ensure_lane(
    conn: &mut SqliteConnection,
    consumer: Consumer,
    session: SessionId,
    now: Timestamp,
) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "insert into lanes (consumer, session_id, dirty_seq, dirty_since_ms) \
         select $1, id, last_seq, $3 from sessions where id = $2 \
         on conflict (consumer, session_id) do update set dirty_seq = lanes.dirty_seq returning written_seq",
    )
    .bind(consumer.to_string())
    .bind(session.to_string())
    .bind(ms(now))
    .fetch_one(conn)
    .await?)
}

/// Lets go of a case: nothing is written to it, nothing on it is taken in. What became of it in the CRM stays known.
async fn let_go(
    conn: &mut SqliteConnection,
    connection: ConnectionId,
    session: SessionId,
    case: Uuid,
    written: i64,
    for_nothing: bool,
) -> Result<(), StoreError> {
    sqlx::query(
        "update cases set left_seq = $1, \
         state = case when $5 or state in ('reserved', 'open', 'closed') then 'unlinked' else state end \
         where connection = $2 and crm_id = $3 and session_id = $4 and left_seq is null",
    )
    .bind(written)
    .bind(connection.to_string())
    .bind(case.to_string())
    .bind(session.to_string())
    .bind(for_nothing)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "delete from pulls where connection = $1 and case_id = $2 and not exists (select 1 from cases \
         where cases.connection = $1 and cases.crm_id = $2 and left_seq is null)",
    )
    .bind(connection.to_string())
    .bind(case.to_string())
    .execute(conn)
    .await?;
    Ok(())
}

async fn choose(conn: &mut SqliteConnection, choice: &CaseChoice, now: Timestamp) -> Result<bool, StoreError> {
    let (connection, session) = (choice.connection, choice.session);
    let consumer = Consumer::Crm(connection);
    if newest(conn, connection, session).await? != choice.instead_of {
        return Ok(false);
    }
    let here = ensure_lane(conn, consumer, session, now).await?;
    if let Some(before) = choice.instead_of {
        let_go(conn, connection, session, before, here, false).await?;
    }
    let last_seq: i64 = sqlx::query_scalar("select last_seq from sessions where id = $1")
        .bind(session.to_string())
        .fetch_one(&mut *conn)
        .await?;
    // A case that the conversation had before goes on where it was left.
    let back: Option<Option<i64>> =
        sqlx::query_scalar("select left_seq from cases where connection = $1 and crm_id = $2 and session_id = $3")
            .bind(connection.to_string())
            .bind(choice.crm_id.to_string())
            .bind(session.to_string())
            .fetch_optional(&mut *conn)
            .await?;
    let written = match (back, choice.from) {
        (Some(left), _) => left.unwrap_or(0),
        (None, WriteFrom::Here) => here,
        (None, WriteFrom::Start | WriteFrom::StartAsPlanned) => 0,
    };
    let chosen = (back.is_some() || choice.from == WriteFrom::Start).then_some(last_seq);
    sqlx::query(
        "insert into cases (connection, crm_id, case_key, previous, number, state, session_id, opening_seq, \
         deliver_after, reserved_ms, opened_ms, known, chosen_seq, own_ids, by_hand) \
         select $1, $2, $3, $4, $5, $6, $7, $8, $9, \
           max($10, (select coalesce(max(reserved_ms), 0) + 1 from cases where session_id = $7)), $11, $12, $13, $14, 1 \
         where true \
         on conflict (connection, crm_id, session_id) do update set state = excluded.state, \
           number = coalesce(excluded.number, cases.number), deliver_after = excluded.deliver_after, \
           reserved_ms = excluded.reserved_ms, by_hand = 1, known = excluded.known, chosen_seq = excluded.chosen_seq, \
           left_seq = null, merged_into = null, pulled_to = null",
    )
    .bind(connection.to_string())
    .bind(choice.crm_id.to_string())
    .bind(&choice.case_key)
    .bind(choice.instead_of.map(|id| id.to_string()).unwrap_or_default())
    .bind(&choice.number)
    .bind(choice.state.as_str())
    .bind(session.to_string())
    // A case that stands was opened by nothing here: a handoff is told to it like everything else.
    .bind(if choice.state == CaseState::Reserved { last_seq } else { 0 })
    .bind(&choice.deliver_after)
    .bind(ms(now))
    .bind((choice.state != CaseState::Reserved).then_some(ms(now)))
    .bind(json("cases.known", &choice.known)?)
    .bind(chosen)
    .bind(i64::from(choice.from == WriteFrom::Start))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "update lanes set written_seq = $1, considered_seq = $1, considered_why = null, parked = null, failure = null, \
         due_ms = $2, dirty_since_ms = coalesce(dirty_since_ms, $2), lease_until_ms = null, fence = fence + 1 \
         where consumer = $3 and session_id = $4",
    )
    .bind(written)
    .bind(ms(now))
    .bind(consumer.to_string())
    .bind(session.to_string())
    .execute(&mut *conn)
    .await?;
    if choice.state != CaseState::Reserved {
        look_soon(conn, connection, choice.crm_id, now).await?;
    }
    insert_attempts(conn, &connection.to_string(), session, &choice.attempts).await?;
    insert_steps(conn, consumer, session, 0, std::slice::from_ref::<Step>(&choice.step)).await?;
    Ok(true)
}

/// What stands on the case already is decided once: it is history.
async fn look_soon(
    conn: &mut SqliteConnection,
    connection: ConnectionId,
    case: Uuid,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into pulls (connection, case_id, due_ms, why) values ($1, $2, $3, 'by hand') \
         on conflict (connection, case_id) do update set due_ms = min(due_ms, excluded.due_ms), asked = asked + 1",
    )
    .bind(connection.to_string())
    .bind(case.to_string())
    .bind(ms(now))
    .execute(conn)
    .await?;
    Ok(())
}
