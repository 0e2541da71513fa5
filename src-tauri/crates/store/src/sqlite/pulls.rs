//! Pulls: which cases are to be looked at, who looks, and what came of it.

use std::collections::HashMap;
use std::time::Duration;

use casebridge_domain::absorb::Verdict;
use casebridge_domain::{Case, ConnectionId, Consumer, RecordKind, RecordRef, SessionId};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Sqlite as Dialect, SqliteConnection};

use super::Sqlite;
use super::append::{append_all, padded};
use super::passes::{fence_holds, insert_attempts, insert_steps};
use super::rows::{self, CASE, json, ms, time};
use crate::back::{ClaimedPull, LedgerOf, PullFailed, PullResult};
use crate::error::StoreError;
use crate::port::Append;

/// Of the conversations on a case, the first looks at it; one that was taken off it does not.
const LOOKS: &str = "cases.left_seq is null and not exists (select 1 from cases as other \
    where other.connection = cases.connection and other.crm_id = cases.crm_id and other.left_seq is null \
    and (other.reserved_ms, other.session_id) < (cases.reserved_ms, cases.session_id))";

impl Sqlite {
    pub(super) async fn claim_due_pulls(
        &self,
        connection: ConnectionId,
        now: Timestamp,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<ClaimedPull>, StoreError> {
        if self.next_due_pull(connection).await?.is_none_or(|at| at > now) {
            return Ok(Vec::new());
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.writer.write(move |conn| Box::pin(claim(conn, connection, now, limit, ms(now + lease)))).await
    }

    pub(super) async fn next_due_pull(&self, connection: ConnectionId) -> Result<Option<Timestamp>, StoreError> {
        // A case whose lane is held waits for the lane; its holder says when it lets go.
        let next: Option<i64> = sqlx::query_scalar(AssertSqlSafe(format!(
            "select min(max(pulls.due_ms, coalesce(lanes.lease_until_ms, 0))) from pulls \
             join cases on cases.connection = pulls.connection and cases.crm_id = pulls.case_id and {LOOKS} \
             join lanes on lanes.consumer = 'crm:' || pulls.connection and lanes.session_id = cases.session_id \
             where pulls.connection = $1",
        )))
        .bind(connection.to_string())
        .fetch_one(&self.readers)
        .await?;
        Ok(next.map(time))
    }

    pub(super) async fn keep_pull(&self, result: PullResult) -> Result<(), StoreError> {
        let pace = self.writer.pace();
        self.writer
            .write(move |conn| {
                let result = result.clone();
                Box::pin(async move {
                    let lane = (Consumer::Crm(result.connection), result.session, result.fence);
                    if !fence_holds(conn, lane).await? {
                        return Ok(Err(StoreError::FenceMoved));
                    }
                    // Each event by itself: one that is in the log already must not hold back the others.
                    let appends: Vec<(Append, Timestamp)> = result
                        .events
                        .iter()
                        .map(|(session, event)| {
                            (Append { session_id: *session, events: vec![event.clone()].into() }, result.at)
                        })
                        .collect();
                    let answers = append_all(conn, &appends, pace).await?;
                    let places: HashMap<(SessionId, &str), i64> = result
                        .events
                        .iter()
                        .zip(&answers)
                        .filter_map(|((session, event), answer)| {
                            let seq = answer.as_ref().ok()?.first()?.seq;
                            Some(((*session, event.event_id.as_str()), seq))
                        })
                        .collect();
                    keep(conn, &result, &places).await?;
                    Ok(Ok(()))
                })
            })
            .await?
    }

    pub(super) async fn return_pull(&self, failed: PullFailed) -> Result<(), StoreError> {
        self.writer
            .write(move |conn| {
                let failed = failed.clone();
                Box::pin(async move {
                    let consumer = Consumer::Crm(failed.connection);
                    if !fence_holds(conn, (consumer, failed.session, failed.fence)).await? {
                        return Ok(Err(StoreError::FenceMoved));
                    }
                    let connection = failed.connection.to_string();
                    insert_attempts(conn, &connection, failed.session, &failed.attempts).await?;
                    insert_steps(conn, consumer, failed.session, failed.fence, &failed.steps).await?;
                    sqlx::query(
                        "update pulls set due_ms = $1, failures = failures + $2 where connection = $3 and case_id = $4",
                    )
                    .bind(ms(failed.due_at))
                    .bind(i64::from(failed.counts))
                    .bind(&connection)
                    .bind(failed.case.to_string())
                    .execute(&mut *conn)
                    .await?;
                    let_go(conn, consumer, failed.session).await?;
                    Ok(Ok(()))
                })
            })
            .await?
    }

    pub(super) async fn ledger_rows(
        &self,
        connection: ConnectionId,
        records: &[(RecordRef, uuid::Uuid)],
    ) -> Result<HashMap<RecordRef, LedgerOf>, StoreError> {
        let mut found = HashMap::new();
        for run in padded(records) {
            let mut query: QueryBuilder<Dialect> = QueryBuilder::new("with wanted(kind, record_id, case_id) as (");
            query.push_values(run, |mut row, (record, case)| {
                row.push_bind(record.kind.as_str()).push_bind(record.id.to_string()).push_bind(case.to_string());
            });
            query.push(
                ") select had.kind, had.record_id, had.origin, had.state, had.session_id, \
                 exists (select 1 from cases where cases.session_id = had.session_id \
                   and cases.connection = had.connection and cases.crm_id = wanted.case_id) as on_our_case \
                 from wanted cross join crm_records as had on had.kind = wanted.kind \
                 and had.record_id = wanted.record_id and had.connection = ",
            );
            query.push_bind(connection.to_string());
            for row in query.build().fetch_all(&self.readers).await? {
                let kind: &str = row.try_get(0)?;
                let Some(kind) = RecordKind::parse(kind) else { continue };
                let record = RecordRef { kind, id: rows::uuid("crm_records.record_id", row.try_get(1)?)? };
                let (origin, state): (&str, &str) = (row.try_get(2)?, row.try_get(3)?);
                let row = LedgerOf {
                    ours: origin == "ours",
                    done: matches!(state, "stands" | "decided"),
                    session: rows::parse("crm_records.session_id", row.try_get(4)?)?,
                    on_our_case: row.try_get::<i64, _>(5)? != 0,
                };
                found.insert(record, row);
            }
        }
        Ok(found)
    }

    pub(super) async fn cases_by_id(
        &self,
        connection: ConnectionId,
        ids: &[uuid::Uuid],
    ) -> Result<Vec<Case>, StoreError> {
        let mut cases = Vec::new();
        for run in ids.chunks(256) {
            let mut query: QueryBuilder<Dialect> =
                QueryBuilder::new(format!("select {CASE} from cases where connection = "));
            query.push_bind(connection.to_string()).push(" and left_seq is null and crm_id in (");
            let mut list = query.separated(", ");
            for id in run {
                list.push_bind(id.to_string());
            }
            query.push(")");
            for row in query.build().fetch_all(&self.readers).await? {
                cases.push(rows::case(&row)?);
            }
        }
        Ok(cases)
    }

    pub(super) async fn cases_with(&self, connection: ConnectionId, case: uuid::Uuid) -> Result<Vec<Case>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "select {CASE} from cases where connection = $1 and left_seq is null and (crm_id = $2 or merged_into = $2) \
             order by reserved_ms"
        )))
        .bind(connection.to_string())
        .bind(case.to_string())
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(rows::case)
        .collect()
    }
}

async fn claim(
    conn: &mut SqliteConnection,
    connection: ConnectionId,
    now: Timestamp,
    limit: i64,
    lease_until: i64,
) -> Result<Vec<ClaimedPull>, StoreError> {
    let consumer = Consumer::Crm(connection);
    let due = sqlx::query(AssertSqlSafe(format!(
        "select {}, pulls.asked, pulls.failures, pulls.moved_to, pulls.why from pulls \
         join cases on cases.connection = pulls.connection and cases.crm_id = pulls.case_id and {LOOKS} \
         join lanes on lanes.consumer = $1 and lanes.session_id = cases.session_id \
         where pulls.connection = $2 and pulls.due_ms <= $3 \
           and (lanes.lease_until_ms is null or lanes.lease_until_ms <= $3) order by pulls.due_ms limit $4",
        CASE.split(", ").map(|column| format!("cases.{column}")).collect::<Vec<_>>().join(", ")
    )))
    .bind(consumer.to_string())
    .bind(connection.to_string())
    .bind(ms(now))
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    let mut claimed = Vec::new();
    let mut sessions: Vec<SessionId> = Vec::new();
    for row in due {
        let case = rows::case(&row)?;
        // Two cases of one session share a lane: one after the other.
        if sessions.contains(&case.session_id) {
            continue;
        }
        sessions.push(case.session_id);
        let fence: i64 = sqlx::query_scalar(
            "update lanes set lease_until_ms = $1, fence = fence + 1, \
               due_ms = case when lease_until_ms is not null and parked is null then coalesce(due_ms, $2) else due_ms end \
             where consumer = $3 and session_id = $4 returning fence",
        )
        .bind(lease_until)
        .bind(ms(now))
        .bind(consumer.to_string())
        .bind(case.session_id.to_string())
        .fetch_one(&mut *conn)
        .await?;
        // If this engine dies, the pull is due again with the lease's end.
        sqlx::query("update pulls set due_ms = $1 where connection = $2 and case_id = $3")
            .bind(lease_until)
            .bind(connection.to_string())
            .bind(case.crm_id.to_string())
            .execute(&mut *conn)
            .await?;
        let moved: Option<String> = row.try_get("moved_to")?;
        claimed.push(ClaimedPull {
            fence,
            asked: row.try_get("asked")?,
            failures: u32::try_from(row.try_get::<i64, _>("failures")?).unwrap_or(u32::MAX),
            moved_to: moved.map(|id| rows::uuid("pulls.moved_to", &id)).transpose()?,
            why: row.try_get("why")?,
            case,
        });
    }
    Ok(claimed)
}

async fn keep(
    conn: &mut SqliteConnection,
    result: &PullResult,
    places: &HashMap<(SessionId, &str), i64>,
) -> Result<(), StoreError> {
    let (connection, case) = (result.connection.to_string(), result.case.to_string());
    let consumer = Consumer::Crm(result.connection);
    insert_attempts(conn, &connection, result.session, &result.attempts).await?;
    insert_steps(conn, consumer, result.session, result.fence, &result.steps).await?;
    for decision in &result.decisions {
        let kind = decision.record.kind.as_str();
        let id = decision.record.id.to_string();
        if decision.verdict == Verdict::Ours && !decision.foreign {
            // Found there: whatever became of the answer, it stands (R1).
            sqlx::query(
                "update crm_records set state = 'stands', stands_ms = coalesce(stands_ms, $1), decision = 'ours' \
                 where connection = $2 and kind = $3 and record_id = $4 and (state <> 'stands' or decision is null)",
            )
            .bind(ms(result.at))
            .bind(&connection)
            .bind(kind)
            .bind(id)
            .execute(&mut *conn)
            .await?;
            continue;
        }
        let session = decision.session.unwrap_or(result.session);
        let event_id = format!("crm:{kind}:{}", decision.record.id);
        let seq = places.get(&(session, event_id.as_str())).copied().unwrap_or(0);
        sqlx::query(
            "insert into crm_records (connection, kind, record_id, session_id, seq, origin, state, intended_ms, \
             decision, decided_ms) values ($1, $2, $3, $4, $5, 'theirs', $6, $7, $8, $7) \
             on conflict (connection, kind, record_id) do update set state = excluded.state, seq = excluded.seq, \
             decision = excluded.decision, decided_ms = excluded.decided_ms where origin = 'theirs'",
        )
        .bind(&connection)
        .bind(kind)
        .bind(id)
        .bind(session.to_string())
        .bind(seq)
        .bind(if decision.verdict.is_final() { "decided" } else { "seen" })
        .bind(ms(result.at))
        .bind(decision.verdict.as_str())
        .execute(&mut *conn)
        .await?;
    }
    super::replies::insert(conn, result).await?;
    sqlx::query(
        "update cases set known = $1, state = coalesce($2, state), merged_into = coalesce($3, merged_into), \
         deliver_after = case when session_id = $8 then $4 else deliver_after end, \
         pulled_to = coalesce($5, pulled_to), restored_ms = null, looked_ms = $9 \
         where connection = $6 and crm_id = $7 and left_seq is null",
    )
    .bind(json("cases.known", &result.known)?)
    .bind(result.state.map(casebridge_domain::CaseState::as_str))
    .bind(result.merged_into.map(|id| id.to_string()))
    .bind(&result.deliver_after)
    .bind(&result.pulled_to)
    .bind(&connection)
    .bind(&case)
    .bind(result.session.to_string())
    .bind(ms(result.at))
    .execute(&mut *conn)
    .await?;
    super::receipts::known_as(conn, &connection, &case, result.native_id, result.at).await?;
    // What was asked for meanwhile is still to be answered.
    sqlx::query("delete from pulls where connection = $1 and case_id = $2 and asked = $3")
        .bind(&connection)
        .bind(&case)
        .bind(result.asked)
        .execute(&mut *conn)
        .await?;
    sqlx::query("update pulls set due_ms = $1, failures = 0 where connection = $2 and case_id = $3")
        .bind(ms(result.at))
        .bind(&connection)
        .bind(&case)
        .execute(&mut *conn)
        .await?;
    let_go(conn, consumer, result.session).await
}

async fn let_go(conn: &mut SqliteConnection, consumer: Consumer, session: SessionId) -> Result<(), StoreError> {
    sqlx::query("update lanes set lease_until_ms = null where consumer = $1 and session_id = $2")
        .bind(consumer.to_string())
        .bind(session.to_string())
        .execute(conn)
        .await?;
    Ok(())
}
