//! Webhook calls, taken in for a whole group of callers with a handful of statements.

use std::collections::{HashMap, HashSet};

use casebridge_domain::{ReceiptId, SessionId};
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _, Sqlite as Dialect, SqliteConnection};
use uuid::Uuid;

use super::Sqlite;
use super::append::padded;
use super::rows::{self, ms, time};
use crate::back::{NewReceipt, Receipt, ReceiptOutcome};
use crate::error::StoreError;

/// Takes all of them in; the answers are in the callers' order.
pub(super) async fn receive_all(
    conn: &mut SqliteConnection,
    receipts: &[(NewReceipt, Timestamp)],
) -> Result<Vec<(ReceiptId, ReceiptOutcome)>, StoreError> {
    if receipts.is_empty() {
        return Ok(Vec::new());
    }
    let known = known(conn, receipts).await?;
    let placed: Vec<Placed<'_>> = receipts
        .iter()
        .map(|one| {
            let named = one.0.case.to_string();
            let found = known.get(&(one.0.connection.to_string(), named.clone())).cloned();
            let outcome = if found.is_some() { ReceiptOutcome::PullDue } else { ReceiptOutcome::UnknownCase };
            Placed { id: ReceiptId(Uuid::now_v7()), outcome, case: found.unwrap_or(named), call: &one.0, at: one.1 }
        })
        .collect();
    for run in padded(&placed) {
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new(
            "insert into receipts (id, connection, at_ms, event_type, case_id, record_id, outcome, old_token) ",
        );
        query.push_values(run, |mut row, one| {
            row.push_bind(one.id.to_string())
                .push_bind(one.call.connection.to_string())
                .push_bind(ms(one.at))
                .push_bind(one.call.event_type.as_str())
                .push_bind(one.case.as_str())
                .push_bind(one.call.record.map(|id| id.to_string()))
                .push_bind(one.outcome.as_str())
                .push_bind(i64::from(one.call.old_token));
        });
        query.push(" on conflict do nothing");
        query.build().execute(&mut *conn).await?;
    }
    let mut wanted = HashSet::new();
    let due: Vec<_> = placed
        .iter()
        .filter(|one| one.outcome == ReceiptOutcome::PullDue)
        .filter(|one| wanted.insert((one.call.connection, one.case.as_str())))
        .map(|one| (one.call.connection.to_string(), one.case.clone(), ms(one.at)))
        .collect();
    for run in padded(&due) {
        let mut query: QueryBuilder<Dialect> =
            QueryBuilder::new("insert into pulls (connection, case_id, due_ms, why) ");
        query.push_values(run, |mut row, (connection, case, now)| {
            row.push_bind(connection.as_str()).push_bind(case.as_str()).push_bind(*now).push_bind("webhook");
        });
        query.push(
            " on conflict (connection, case_id) do update set due_ms = min(pulls.due_ms, excluded.due_ms), \
             asked = pulls.asked + 1, why = excluded.why",
        );
        query.build().execute(&mut *conn).await?;
    }
    Ok(placed.into_iter().map(|one| (one.id, one.outcome)).collect())
}

struct Placed<'a> {
    id: ReceiptId,
    outcome: ReceiptOutcome,
    /// As our cases are named here, if it is one of ours.
    case: String,
    call: &'a NewReceipt,
    at: Timestamp,
}

/// Keeps the id by which the CRM itself knows a case. Whoever called about it before that was known is heard now: a
/// trigger runs inside the very call that makes the case.
pub(super) async fn known_as(
    conn: &mut SqliteConnection,
    connection: &str,
    case: &str,
    native: Option<Uuid>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(native) = native.map(|id| id.to_string()) else { return Ok(()) };
    let fresh =
        sqlx::query("update cases set native_id = $1 where connection = $2 and crm_id = $3 and native_id is not $1")
            .bind(&native)
            .bind(connection)
            .bind(case)
            .execute(&mut *conn)
            .await?
            .rows_affected();
    if fresh == 0 {
        return Ok(());
    }
    let early = sqlx::query("update receipts set case_id = $1, outcome = $2 where connection = $3 and case_id = $4")
        .bind(case)
        .bind(ReceiptOutcome::PullDue.as_str())
        .bind(connection)
        .bind(&native)
        .execute(&mut *conn)
        .await?
        .rows_affected();
    if early > 0 {
        sqlx::query(
            "insert into pulls (connection, case_id, due_ms, why) values ($1, $2, $3, 'webhook') \
             on conflict (connection, case_id) do update set due_ms = min(pulls.due_ms, excluded.due_ms), \
             asked = pulls.asked + 1",
        )
        .bind(connection)
        .bind(case)
        .bind(ms(now))
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// Our cases among those that calls name, by the name that was used: ours, or the CRM's own.
async fn known(
    conn: &mut SqliteConnection,
    receipts: &[(NewReceipt, Timestamp)],
) -> Result<HashMap<(String, String), String>, StoreError> {
    let mut known = HashMap::new();
    for run in padded(receipts) {
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new("with wanted(connection, case_id) as (");
        query.push_values(run, |mut row, (receipt, _)| {
            row.push_bind(receipt.connection.to_string()).push_bind(receipt.case.to_string());
        });
        query.push(
            ") select distinct cases.connection, wanted.case_id, cases.crm_id from wanted cross join cases \
             on cases.connection = wanted.connection and cases.crm_id = wanted.case_id and cases.left_seq is null \
             union select distinct cases.connection, wanted.case_id, cases.crm_id from wanted cross join cases \
             on cases.connection = wanted.connection and cases.native_id = wanted.case_id and cases.left_seq is null",
        );
        for row in query.build().fetch_all(&mut *conn).await? {
            known.insert((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?);
        }
    }
    Ok(known)
}

pub(super) const RECEIPT: &str = "id, connection, at_ms, event_type, case_id, record_id, outcome, old_token";

impl Sqlite {
    pub(super) async fn receipts_of(&self, session: SessionId) -> Result<Vec<Receipt>, StoreError> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "select {RECEIPT} from receipts where case_id in (select crm_id from cases where session_id = $1) \
             order by at_ms, id limit 2000"
        )))
        .bind(session.to_string())
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(receipt)
        .collect()
    }

    pub(super) async fn newest_receipt(&self, connection: &str) -> Result<Option<Receipt>, StoreError> {
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "select {RECEIPT} from receipts where connection = $1 order by at_ms desc limit 1"
        )))
        .bind(connection)
        .fetch_optional(&self.readers)
        .await?
        .map(|row| receipt(&row))
        .transpose()
    }
}

pub(super) fn receipt(row: &sqlx::sqlite::SqliteRow) -> Result<Receipt, StoreError> {
    Ok(Receipt {
        id: rows::parse("receipts.id", row.try_get("id")?)?,
        connection: rows::parse("receipts.connection", row.try_get("connection")?)?,
        at: time(row.try_get("at_ms")?),
        event_type: row.try_get("event_type")?,
        case: row.try_get("case_id")?,
        record: row.try_get("record_id")?,
        outcome: row.try_get("outcome")?,
        old_token: row.try_get::<i64, _>("old_token")? != 0,
    })
}
