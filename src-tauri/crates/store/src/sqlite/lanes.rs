//! Claiming lanes, and what people do to them.

use std::time::Duration;

use casebridge_domain::{Consumer, Lane, ParkReason, SessionId};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Sqlite as Dialect};

use super::Sqlite;
use super::rows::{self, LANE, json, ms};
use crate::error::StoreError;
use crate::port::{LaneCounts, LaneFilter};

impl Sqlite {
    pub(super) async fn claim_lanes(
        &self,
        consumer: Consumer,
        now: Timestamp,
        limit: i64,
        lease: Duration,
    ) -> Result<Vec<Lane>, StoreError> {
        // Most wake-ups find nothing; looking does not cost a commit.
        if self.next_due_lane(consumer).await?.is_none_or(|at| at > now) {
            return Ok(Vec::new());
        }
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    // A lease that ran out belongs to a pass that hangs or died: it is taken over.
                    let rows = sqlx::query(AssertSqlSafe(format!(
                        "update lanes set lease_until_ms = $1, fence = fence + 1, due_ms = null, dirty_since_ms = null \
                         where consumer = $2 and session_id in ( \
                           select session_id from ( \
                             select session_id, due_ms as at from lanes \
                               where consumer = $2 and due_ms <= $3 and lease_until_ms is null and parked is null \
                             union all \
                             select session_id, lease_until_ms from lanes \
                               where consumer = $2 and lease_until_ms <= $3 and parked is null) \
                           order by at limit $4) \
                         returning {LANE}"
                    )))
                    .bind(ms(now + lease))
                    .bind(consumer.to_string())
                    .bind(ms(now))
                    .bind(limit)
                    .fetch_all(conn)
                    .await?;
                    rows.iter().map(rows::lane).collect()
                })
            })
            .await
    }

    pub(super) async fn renew_leases(
        &self,
        held: Vec<(Consumer, SessionId, i64)>,
        until: Timestamp,
    ) -> Result<u64, StoreError> {
        self.writer
            .write(move |conn| {
                let held = held.clone();
                Box::pin(async move {
                    let mut renewed = 0;
                    for (consumer, session, fence) in held {
                        renewed += sqlx::query(
                            "update lanes set lease_until_ms = $1 \
                             where consumer = $2 and session_id = $3 and fence = $4 and lease_until_ms is not null",
                        )
                        .bind(ms(until))
                        .bind(consumer.to_string())
                        .bind(session.to_string())
                        .bind(fence)
                        .execute(&mut *conn)
                        .await?
                        .rows_affected();
                    }
                    Ok(renewed)
                })
            })
            .await
    }

    pub(super) async fn next_due_lane(&self, consumer: Consumer) -> Result<Option<Timestamp>, StoreError> {
        let next: Option<i64> = sqlx::query_scalar(
            "select min(at) from ( \
               select min(due_ms) as at from lanes where consumer = $1 and due_ms is not null and lease_until_ms is null \
               union all \
               select min(lease_until_ms) from lanes \
                 where consumer = $1 and lease_until_ms is not null and parked is null)",
        )
        .bind(consumer.to_string())
        .fetch_one(&self.readers)
        .await?;
        Ok(next.map(rows::time))
    }

    pub(super) async fn release_leases(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let released = sqlx::query(
                        "update lanes set lease_until_ms = null, fence = fence + 1, \
                         due_ms = case when parked is null then $1 end where lease_until_ms is not null",
                    )
                    .bind(ms(now))
                    .execute(&mut *conn)
                    .await?
                    .rows_affected();
                    // Looks that the dead engine had begun are begun anew.
                    sqlx::query("update pulls set due_ms = min(due_ms, $1)").bind(ms(now)).execute(conn).await?;
                    Ok(released)
                })
            })
            .await
    }

    pub(super) async fn list_lanes(&self, filter: LaneFilter) -> Result<Vec<(Lane, Option<String>)>, StoreError> {
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new(format!("select {LANE} from lanes"));
        filtered(&mut query, &filter);
        query.push(" order by parked is null, failure is null, due_ms is null, due_ms, session_id");
        if filter.limit > 0 {
            query.push(" limit ").push_bind(filter.limit);
        }
        query
            .build()
            .fetch_all(&self.readers)
            .await?
            .iter()
            .map(|row| Ok((rows::lane(row)?, row.try_get("considered_why")?)))
            .collect()
    }

    pub(super) async fn count_lanes(&self, consumer: Consumer) -> Result<LaneCounts, StoreError> {
        let row = sqlx::query(
            // Each from an index that holds nothing else: the rows themselves are wide.
            "select (select count(*) from lanes indexed by lanes_session where consumer = $1), \
             (select count(*) from lanes where consumer = $1 and due_ms is not null), \
             (select count(*) from lanes where consumer = $1 and lease_until_ms is not null), \
             (select count(failure) from lanes indexed by lanes_trouble \
                where consumer = $1 and (parked is not null or failure is not null)), \
             (select count(parked) from lanes indexed by lanes_trouble \
                where consumer = $1 and (parked is not null or failure is not null))",
        )
        .bind(consumer.to_string())
        .fetch_one(&self.readers)
        .await?;
        Ok(LaneCounts {
            all: row.try_get(0)?,
            due: row.try_get(1)?,
            leased: row.try_get(2)?,
            failing: row.try_get(3)?,
            parked: row.try_get(4)?,
        })
    }

    pub(super) async fn retry_lanes(&self, filter: LaneFilter, now: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write(move |conn| {
                let filter = filter.clone();
                Box::pin(async move {
                    let mut query: QueryBuilder<Dialect> = QueryBuilder::new("update lanes set due_ms = ");
                    query.push_bind(ms(now));
                    query.push(", parked = null, failure = null");
                    filtered(&mut query, &filter);
                    Ok(query.build().execute(conn).await?.rows_affected())
                })
            })
            .await
    }

    pub(super) async fn park_lane(
        &self,
        consumer: Consumer,
        session: SessionId,
        reason: ParkReason,
    ) -> Result<bool, StoreError> {
        let reason = json("lanes.parked", &reason)?;
        self.writer
            .write(move |conn| {
                let reason = reason.clone();
                Box::pin(async move {
                    Ok(sqlx::query(
                        "update lanes set parked = $1, due_ms = null, lease_until_ms = null, fence = fence + 1 \
                         where consumer = $2 and session_id = $3 and parked is null",
                    )
                    .bind(reason)
                    .bind(consumer.to_string())
                    .bind(session.to_string())
                    .execute(conn)
                    .await?
                    .rows_affected()
                        == 1)
                })
            })
            .await
    }

    pub(super) async fn skip_event(
        &self,
        consumer: Consumer,
        session: SessionId,
        seq: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let row = sqlx::query(
                        "select skipped from lanes where consumer = $1 and session_id = $2 \
                         and written_seq < $3 and dirty_seq >= $3",
                    )
                    .bind(consumer.to_string())
                    .bind(session.to_string())
                    .bind(seq)
                    .fetch_optional(&mut *conn)
                    .await?;
                    let Some(row) = row else { return Ok(false) };
                    let mut skipped: Vec<i64> = rows::from_json("lanes.skipped", row.try_get(0)?)?;
                    if !skipped.contains(&seq) {
                        skipped.push(seq);
                    }
                    sqlx::query(
                        "update lanes set skipped = $1, parked = null, failure = null, due_ms = $2 \
                         where consumer = $3 and session_id = $4",
                    )
                    .bind(json("lanes.skipped", &skipped)?)
                    .bind(ms(now))
                    .bind(consumer.to_string())
                    .bind(session.to_string())
                    .execute(conn)
                    .await?;
                    Ok(true)
                })
            })
            .await
    }

    pub(super) async fn redo_lanes(&self, consumer: Consumer, now: Timestamp) -> Result<u64, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    Ok(sqlx::query(
                        "update lanes set due_ms = $1 where consumer = $2 and parked is null and lease_until_ms is null \
                         and due_ms is null and exists (select 1 from cases where 'crm:' || cases.connection = $2 \
                         and cases.session_id = lanes.session_id and cases.state in ('reserved', 'open'))",
                    )
                    .bind(ms(now))
                    .bind(consumer.to_string())
                    .execute(conn)
                    .await?
                    .rows_affected())
                })
            })
            .await
    }
}

fn filtered(query: &mut QueryBuilder<Dialect>, filter: &LaneFilter) {
    query.push(" where 1 = 1");
    if let Some(session) = filter.session {
        query.push(" and session_id = ").push_bind(session.to_string());
    }
    if let Some(consumer) = filter.consumer {
        query.push(" and consumer = ").push_bind(consumer.to_string());
    }
    match filter.parked {
        Some(true) => {
            query.push(" and parked is not null");
        }
        Some(false) => {
            query.push(" and parked is null");
        }
        None => {}
    }
    if filter.unfinished {
        query.push(" and (due_ms is not null or lease_until_ms is not null or parked is not null)");
    }
}
