//! The poller's marks and rounds.

use casebridge_domain::ConnectionId;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _, Sqlite as Dialect};
use uuid::Uuid;

use super::Sqlite;
use super::append::padded;
use super::rows::{from_json, json, ms, time};
use crate::back::{PollNeed, PollRound, PollState, PullWant};
use crate::error::StoreError;

impl Sqlite {
    pub(super) async fn make_pulls_due(
        &self,
        connection: ConnectionId,
        wants: Vec<PullWant>,
        why: &'static str,
        state: Option<PollState>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let marks = state.as_ref().map(|state| json("poll_marks.marks", &state.marks)).transpose()?;
        self.writer
            .write(move |conn| {
                let (wants, state, marks) = (wants.clone(), state.clone(), marks.clone());
                Box::pin(async move {
                    for run in padded(&wants) {
                        let mut query: QueryBuilder<Dialect> =
                            QueryBuilder::new("insert into pulls (connection, case_id, due_ms, why, moved_to) ");
                        query.push_values(run, |mut row, want| {
                            row.push_bind(connection.to_string())
                                .push_bind(want.case.to_string())
                                .push_bind(ms(now))
                                .push_bind(why)
                                .push_bind(want.moved_to.map(|id| id.to_string()));
                        });
                        query.push(
                            " on conflict (connection, case_id) do update set \
                             due_ms = min(pulls.due_ms, excluded.due_ms), asked = pulls.asked + 1, \
                             moved_to = coalesce(excluded.moved_to, pulls.moved_to)",
                        );
                        query.build().execute(&mut *conn).await?;
                    }
                    if let (Some(state), Some(marks)) = (state, marks) {
                        sqlx::query(
                            "insert into poll_marks (connection, marks, at_ms, full_ms) values ($1, $2, $3, $4) \
                             on conflict (connection) do update set marks = excluded.marks, at_ms = excluded.at_ms, \
                             full_ms = excluded.full_ms",
                        )
                        .bind(connection.to_string())
                        .bind(marks)
                        .bind(ms(state.at))
                        .bind(ms(state.full_at))
                        .execute(&mut *conn)
                        .await?;
                    }
                    Ok(wants.len() as u64)
                })
            })
            .await
    }

    pub(super) async fn poll_place(&self, connection: ConnectionId) -> Result<Option<PollState>, StoreError> {
        sqlx::query("select marks, at_ms, full_ms from poll_marks where connection = $1")
            .bind(connection.to_string())
            .fetch_optional(&self.readers)
            .await?
            .map(|row| {
                Ok(PollState {
                    marks: from_json("poll_marks.marks", row.try_get(0)?)?,
                    at: time(row.try_get(1)?),
                    full_at: time(row.try_get(2)?),
                })
            })
            .transpose()
    }

    pub(super) async fn what_to_poll(&self, connection: ConnectionId) -> Result<PollNeed, StoreError> {
        let handed_off: i64 = sqlx::query_scalar(
            "select count(*) from (select 1 from cases join sessions on sessions.id = cases.session_id \
             where cases.connection = $1 and cases.state = 'open' and sessions.status = 'open' \
             and sessions.handed_off_seq is not null limit 1)",
        )
        .bind(connection.to_string())
        .fetch_one(&self.readers)
        .await?;
        let row = sqlx::query(
            "select count(*), min(deliver_after) from (select deliver_after from cases where connection = $1 \
             and state <> 'reserved' order by reserved_ms limit 1)",
        )
        .bind(connection.to_string())
        .fetch_one(&self.readers)
        .await?;
        Ok(PollNeed { cases: row.try_get::<i64, _>(0)? > 0, handed_off: handed_off > 0, from: row.try_get(1)? })
    }

    pub(super) async fn keep_round(&self, connection: ConnectionId, round: PollRound) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                let round = round.clone();
                Box::pin(async move {
                    sqlx::query(
                        "insert into poll_rounds (id, connection, at_ms, took_us, calls, seen, matched, failure) \
                         values ($1, $2, $3, $4, $5, $6, $7, $8)",
                    )
                    .bind(Uuid::now_v7().to_string())
                    .bind(connection.to_string())
                    .bind(ms(round.at))
                    .bind(round.took_us)
                    .bind(round.calls)
                    .bind(round.seen)
                    .bind(round.matched)
                    .bind(round.failure)
                    .execute(conn)
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    pub(super) async fn poll_rounds(
        &self,
        connection: ConnectionId,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<PollRound>, StoreError> {
        sqlx::query(
            "select at_ms, took_us, calls, seen, matched, failure from poll_rounds \
             where connection = $1 and at_ms >= $2 order by at_ms desc limit $3",
        )
        .bind(connection.to_string())
        .bind(ms(since))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| {
            Ok(PollRound {
                at: time(row.try_get(0)?),
                took_us: row.try_get(1)?,
                calls: row.try_get(2)?,
                seen: row.try_get(3)?,
                matched: row.try_get(4)?,
                failure: row.try_get(5)?,
            })
        })
        .collect()
    }

    pub(super) async fn count_calls(
        &self,
        connection: ConnectionId,
        since: Timestamp,
    ) -> Result<(i64, i64), StoreError> {
        let rounds: i64 =
            sqlx::query_scalar("select coalesce(sum(calls), 0) from poll_rounds where connection = $1 and at_ms >= $2")
                .bind(connection.to_string())
                .bind(ms(since))
                .fetch_one(&self.readers)
                .await?;
        let attempts: i64 = sqlx::query_scalar(
            "select count(*) from attempts where connection = $1 and started_ms >= $2 and parts >= 0",
        )
        .bind(connection.to_string())
        .bind(ms(since))
        .fetch_one(&self.readers)
        .await?;
        Ok((rounds, attempts))
    }
}
