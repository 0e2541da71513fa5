//! What a pass writes: its intents before the call, its result after.

use std::time::Duration;

use async_trait::async_trait;
use casebridge_domain::absorb::KnownCase;
use casebridge_domain::{CaseState, Consumer, Lane, ParkReason, RecordKind, SessionId, StatusClass};
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _, Sqlite as Dialect, SqliteConnection};
use uuid::Uuid;

use super::Sqlite;
use super::append::padded;
use super::rows::{self, json, ms};
use crate::error::StoreError;
use crate::port::{Attempt, Intent, LaneCounts, LaneEnd, LaneFilter, Lanes, LedgerRow, PassResult, Reservation, Step};

#[async_trait]
impl Lanes for Sqlite {
    async fn claim(
        &self,
        consumer: Consumer,
        now: Timestamp,
        limit: i64,
        lease: Duration,
    ) -> Result<Vec<Lane>, StoreError> {
        self.claim_lanes(consumer, now, limit, lease).await
    }

    async fn renew(&self, held: Vec<(Consumer, SessionId, i64)>, until: Timestamp) -> Result<u64, StoreError> {
        self.renew_leases(held, until).await
    }

    async fn commit_plan(
        &self,
        lane: (Consumer, SessionId, i64),
        reserve: Option<Reservation>,
        intents: Vec<Intent>,
        step: Step,
    ) -> Result<Vec<LedgerRow>, StoreError> {
        self.writer
            .write(move |conn| {
                let (reserve, intents, step) = (reserve.clone(), intents.clone(), step.clone());
                Box::pin(async move { Ok(commit_plan(conn, lane, reserve, intents, step).await) })
            })
            .await?
    }

    async fn record(&self, result: PassResult) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                let result = result.clone();
                Box::pin(async move {
                    if !fence_holds(conn, (result.consumer, result.session_id, result.fence)).await? {
                        return Ok(Err(StoreError::FenceMoved));
                    }
                    record(conn, result).await?;
                    Ok(Ok(()))
                })
            })
            .await?
    }

    async fn next_due(&self, consumer: Consumer) -> Result<Option<Timestamp>, StoreError> {
        self.next_due_lane(consumer).await
    }

    async fn release_all(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.release_leases(now).await
    }

    async fn lanes(&self, filter: LaneFilter) -> Result<Vec<(Lane, Option<String>)>, StoreError> {
        self.list_lanes(filter).await
    }

    async fn lane_counts(&self, consumer: Consumer) -> Result<LaneCounts, StoreError> {
        self.count_lanes(consumer).await
    }

    async fn retry(&self, filter: LaneFilter, now: Timestamp) -> Result<u64, StoreError> {
        self.retry_lanes(filter, now).await
    }

    async fn park(&self, consumer: Consumer, session: SessionId, reason: ParkReason) -> Result<bool, StoreError> {
        self.park_lane(consumer, session, reason).await
    }

    async fn skip(&self, consumer: Consumer, session: SessionId, seq: i64, now: Timestamp) -> Result<bool, StoreError> {
        self.skip_event(consumer, session, seq, now).await
    }

    async fn redo(&self, consumer: Consumer, now: Timestamp) -> Result<u64, StoreError> {
        self.redo_lanes(consumer, now).await
    }
}

pub(super) async fn fence_holds(
    conn: &mut SqliteConnection,
    (consumer, session, fence): (Consumer, SessionId, i64),
) -> Result<bool, StoreError> {
    let held: Option<i64> = sqlx::query_scalar(
        "select fence from lanes where consumer = $1 and session_id = $2 and lease_until_ms is not null",
    )
    .bind(consumer.to_string())
    .bind(session.to_string())
    .fetch_optional(conn)
    .await?;
    Ok(held == Some(fence))
}

async fn commit_plan(
    conn: &mut SqliteConnection,
    lane: (Consumer, SessionId, i64),
    reserve: Option<Reservation>,
    intents: Vec<Intent>,
    step: Step,
) -> Result<Vec<LedgerRow>, StoreError> {
    if !fence_holds(conn, lane).await? {
        return Err(StoreError::FenceMoved);
    }
    let (consumer, session, fence) = lane;
    let Some(connection) = consumer.connection().map(|id| id.to_string()) else { return Ok(Vec::new()) };
    if let Some(case) = reserve {
        sqlx::query(
            "insert into cases (connection, crm_id, case_key, previous, state, session_id, opening_seq, reserved_ms) \
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
        )
        .bind(&connection)
        .bind(case.crm_id.to_string())
        .bind(case.case_key)
        .bind(case.previous.map(|id| id.to_string()).unwrap_or_default())
        .bind(CaseState::Reserved.as_str())
        .bind(session.to_string())
        .bind(case.opening_seq)
        .bind(ms(step.at))
        .execute(&mut *conn)
        .await?;
    }
    let mut before = Vec::new();
    for run in padded(&intents) {
        // `cross join` holds SQLite to look-ups by key.
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new("with wanted(kind, record_id) as (");
        query.push_values(run.iter().copied(), |mut row, intent| {
            row.push_bind(intent.record.kind.as_str()).push_bind(intent.record.id.to_string());
        });
        query.push(
            ") select distinct had.kind, had.record_id, had.seq, had.state, had.origin, had.decision from wanted cross join crm_records as had \
             on had.kind = wanted.kind and had.record_id = wanted.record_id and had.connection = ",
        );
        query.push_bind(&connection);
        for row in query.build().fetch_all(&mut *conn).await? {
            before.push(ledger_row(&row)?);
        }
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new(
            "insert into crm_records (connection, kind, record_id, session_id, seq, origin, state, intended_ms) ",
        );
        query.push_values(run.iter().copied(), |mut row, intent| {
            row.push_bind(&connection)
                .push_bind(intent.record.kind.as_str())
                .push_bind(intent.record.id.to_string())
                .push_bind(session.to_string())
                .push_bind(intent.seq)
                .push_bind("ours")
                .push_bind("intended")
                .push_bind(ms(step.at));
        });
        query.push(" on conflict do nothing");
        query.build().execute(&mut *conn).await?;
    }
    mean_status(conn, &connection, session, &intents).await?;
    insert_steps(conn, consumer, session, fence, &[step]).await?;
    Ok(before)
}

/// Notes on the session's case what a status change would make of it: the CRM may take it while the answer is lost,
/// and a look must not take that for somebody's news (R13).
async fn mean_status(
    conn: &mut SqliteConnection,
    connection: &str,
    session: SessionId,
    intents: &[Intent],
) -> Result<(), StoreError> {
    let Some(intent) = intents.iter().rev().find(|intent| intent.record.kind == RecordKind::Status) else {
        return Ok(());
    };
    let kind: Option<String> = sqlx::query_scalar("select kind from session_events where session_id = $1 and seq = $2")
        .bind(session.to_string())
        .bind(intent.seq)
        .fetch_optional(&mut *conn)
        .await?;
    let meant = match kind.as_deref() {
        Some("resolved") => StatusClass::Resolved,
        Some("reopened") => StatusClass::Open,
        _ => return Ok(()),
    };
    let row = sqlx::query(
        "select crm_id, known from cases where session_id = $1 and connection = $2 and left_seq is null \
         order by reserved_ms desc, opening_seq desc limit 1",
    )
    .bind(session.to_string())
    .bind(connection)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(()) };
    let known: KnownCase = rows::optional_json("cases.known", row.try_get(1)?)?.unwrap_or_default();
    sqlx::query("update cases set known = $1 where connection = $2 and crm_id = $3")
        .bind(json("cases.known", &KnownCase { meant: Some(meant), ..known })?)
        .bind(connection)
        .bind(row.try_get::<String, _>(0)?)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) fn ledger_row(row: &sqlx::sqlite::SqliteRow) -> Result<LedgerRow, StoreError> {
    let kind: &str = row.try_get("kind")?;
    Ok(LedgerRow {
        kind: RecordKind::parse(kind)
            .ok_or_else(|| StoreError::unreadable("crm_records.kind", format!("unknown kind `{kind}`")))?,
        record_id: rows::uuid("crm_records.record_id", row.try_get("record_id")?)?,
        seq: row.try_get("seq")?,
        stands: row.try_get::<&str, _>("state")? == "stands",
        theirs: row.try_get::<&str, _>("origin")? == "theirs",
        decision: row.try_get("decision")?,
    })
}

pub(super) async fn insert_steps(
    conn: &mut SqliteConnection,
    consumer: Consumer,
    session: SessionId,
    fence: i64,
    steps: &[Step],
) -> Result<(), StoreError> {
    if steps.is_empty() {
        return Ok(());
    }
    let mut query: QueryBuilder<Dialect> =
        QueryBuilder::new("insert into lane_steps (id, consumer, session_id, fence, at_ms, what, detail) ");
    query.push_values(steps, |mut row, step| {
        row.push_bind(Uuid::now_v7().to_string())
            .push_bind(consumer.to_string())
            .push_bind(session.to_string())
            .push_bind(fence)
            .push_bind(ms(step.at))
            .push_bind(step.what.as_str())
            .push_bind(step.detail.to_string());
    });
    query.build().execute(conn).await?;
    Ok(())
}

pub(super) async fn insert_attempts(
    conn: &mut SqliteConnection,
    connection: &str,
    session: SessionId,
    attempts: &[Attempt],
) -> Result<(), StoreError> {
    if attempts.is_empty() {
        return Ok(());
    }
    let mut query: QueryBuilder<Dialect> = QueryBuilder::new(
        "insert into attempts (id, connection, session_id, fence, started_ms, took_us, method, path, status, \
         parts, failure, request, answer) ",
    );
    query.push_values(attempts, |mut row, attempt| {
        row.push_bind(Uuid::now_v7().to_string())
            .push_bind(connection)
            .push_bind(session.to_string())
            .push_bind(attempt.fence)
            .push_bind(ms(attempt.started_at))
            .push_bind(attempt.took_us)
            .push_bind(attempt.method.as_str())
            .push_bind(attempt.path.as_str())
            .push_bind(attempt.status.map(i64::from))
            .push_bind(attempt.parts)
            .push_bind(attempt.failure.as_deref())
            .push_bind(attempt.request.as_deref())
            .push_bind(attempt.answer.as_deref());
    });
    query.build().execute(conn).await?;
    Ok(())
}

async fn record(conn: &mut SqliteConnection, result: PassResult) -> Result<(), StoreError> {
    let Some(connection) = result.consumer.connection().map(|id| id.to_string()) else { return Ok(()) };
    insert_attempts(conn, &connection, result.session_id, &result.attempts).await?;
    insert_steps(conn, result.consumer, result.session_id, result.fence, &result.steps).await?;
    if !result.stands.is_empty() {
        for run in padded(&result.stands) {
            let mut query: QueryBuilder<Dialect> = QueryBuilder::new("with found(kind, record_id) as (");
            query.push_values(run.iter().copied(), |mut row, record| {
                row.push_bind(record.kind.as_str()).push_bind(record.id.to_string());
            });
            query.push(") update crm_records set state = 'stands', stands_ms = ").push_bind(ms(result.at));
            query.push(" from found where crm_records.connection = ").push_bind(&connection);
            query.push(" and crm_records.kind = found.kind and crm_records.record_id = found.record_id");
            query.build().execute(&mut *conn).await?;
        }
        sqlx::query("update connections set last_success_ms = $1 where id = $2")
            .bind(ms(result.at))
            .bind(&connection)
            .execute(&mut *conn)
            .await?;
    }
    if let Some(case) = &result.case {
        let known = match case.wrote {
            Some(_) => Some(json("cases.known", &wrote(conn, &connection, case).await?)?),
            None => None,
        };
        sqlx::query(
            "update cases set state = $1, number = coalesce($2, number), \
             deliver_after = coalesce(deliver_after, $3), known = coalesce($7, known), \
             opened_ms = case when $1 = 'open' then coalesce(opened_ms, $4) else opened_ms end \
             where connection = $5 and crm_id = $6 and left_seq is null",
        )
        .bind(case.state.as_str())
        .bind(&case.number)
        .bind(&case.deliver_after)
        .bind(ms(result.at))
        .bind(&connection)
        .bind(case.crm_id.to_string())
        .bind(known)
        .execute(&mut *conn)
        .await?;
    }
    if let Some(fields) = &result.fields {
        super::mappings::record(conn, &connection, result.session_id, fields, result.at).await?;
    }
    end_lane(conn, &result).await
}

/// What is known of a case after we wrote its status: the next look must not take it for somebody's news (R13).
async fn wrote(
    conn: &mut SqliteConnection,
    connection: &str,
    case: &crate::port::CaseUpdate,
) -> Result<KnownCase, StoreError> {
    let text: Option<Option<String>> = sqlx::query_scalar(
        "select known from cases where connection = $1 and crm_id = $2 and left_seq is null limit 1",
    )
    .bind(connection)
    .bind(case.crm_id.to_string())
    .fetch_optional(conn)
    .await?;
    let mut known: KnownCase = rows::optional_json("cases.known", text.flatten())?.unwrap_or_default();
    (known.wrote, known.meant) = (case.wrote, None);
    Ok(known)
}

/// `due_ms` and `dirty_since_ms` were cleared by the claim: what stands there now came in meanwhile.
async fn end_lane(conn: &mut SqliteConnection, result: &PassResult) -> Result<(), StoreError> {
    let mut query: QueryBuilder<Dialect> = QueryBuilder::new("update lanes set lease_until_ms = null");
    if let Some(written) = result.written_seq {
        query.push(", written_seq = ").push_bind(written);
        query.push(", considered_seq = max(considered_seq, ").push_bind(written).push("), considered_why = null");
    }
    let at = ms(result.at);
    match &result.end {
        LaneEnd::Written => {
            query.push(", failure = null, due_ms = case when dirty_seq > ");
            match result.written_seq {
                Some(written) => query.push_bind(written),
                None => query.push("written_seq"),
            };
            query.push(" then coalesce(due_ms, ").push_bind(at).push(") end");
        }
        LaneEnd::Considered { seq, why } => {
            query.push(", failure = null, considered_seq = ").push_bind(*seq);
            query.push(", considered_why = ").push_bind(*why);
            query.push(", due_ms = case when dirty_seq > ").push_bind(*seq);
            query.push(" then coalesce(due_ms, ").push_bind(at).push(") end");
        }
        LaneEnd::Retry { at, memory } => {
            query.push(", failure = ").push_bind(json("lanes.failure", memory)?);
            query.push(", due_ms = ").push_bind(ms(*at));
        }
        LaneEnd::Wait => {
            query.push(", due_ms = ").push_bind(at);
        }
        LaneEnd::Until { at, why } => {
            query.push(", considered_why = ").push_bind(*why);
            // What came in meanwhile may be due earlier.
            query.push(", due_ms = min(coalesce(due_ms, ").push_bind(ms(*at)).push("), ").push_bind(ms(*at)).push(")");
        }
        LaneEnd::Park(reason) => {
            query.push(", parked = ").push_bind(json("lanes.parked", reason)?).push(", due_ms = null");
        }
    }
    query.push(" where consumer = ").push_bind(result.consumer.to_string());
    query.push(" and session_id = ").push_bind(result.session_id.to_string());
    query.build().execute(conn).await?;
    Ok(())
}
