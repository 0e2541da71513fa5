//! What carriers are offered. An offer keeps its id and gets a new place in the stream when nobody took it in time.

use casebridge_domain::{ReplyId, SessionId, ids, retry};
use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};

use super::Sqlite;
use super::rows::{self, EVENT, ms, time};
use crate::back::{Arrival, Offer, Offered};
use crate::error::StoreError;

/// Most lanes of one round; the rest follow at once.
const MOST: i64 = 256;

impl Sqlite {
    pub(super) async fn offer_lanes(&self, now: Timestamp) -> Result<Offered, StoreError> {
        let due: Option<i64> = sqlx::query_scalar("select min(due_ms) from lanes where consumer = 'carrier'")
            .fetch_one(&self.readers)
            .await?;
        if due.is_none_or(|at| at > ms(now)) {
            return Ok(Offered::default());
        }
        self.writer.write(move |conn| Box::pin(offer(conn, now))).await
    }

    pub(super) async fn open_offers(
        &self,
        after: i64,
        source: Option<String>,
        limit: i64,
    ) -> Result<Vec<Offer>, StoreError> {
        let columns = EVENT.split(", ").map(|column| format!("log.{column}")).collect::<Vec<_>>().join(", ");
        sqlx::query(AssertSqlSafe(format!(
            "select offers.no, offers.id, offers.source, offers.tries, sessions.external_id, sessions.channel, {columns} \
             from offers join sessions on sessions.id = offers.session_id \
             join session_events as log on log.session_id = offers.session_id and log.seq = offers.seq \
             where offers.taken_ms is null and offers.no > $1 and ($2 is null or offers.source = $2) \
             order by offers.no limit $3"
        )))
        .bind(after)
        .bind(source)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| {
            let event = rows::event(row)?;
            Ok(Offer {
                no: row.try_get("no")?,
                id: rows::parse("offers.id", row.try_get("id")?)?,
                session: event.session_id,
                source: row.try_get("source")?,
                external_id: row.try_get("external_id")?,
                channel: row.try_get("channel")?,
                seq: event.seq,
                occurred_at: event.occurred_at,
                kind: event.kind,
                tries: row.try_get("tries")?,
            })
        })
        .collect()
    }

    pub(super) async fn arrivals_of(&self, session: SessionId, limit: i64) -> Result<Vec<Arrival>, StoreError> {
        sqlx::query(
            "select offers.id, offers.tries, offers.taken_ms from offers \
             join session_events as log on log.session_id = offers.session_id and log.seq = offers.seq \
             where offers.session_id = $1 and log.kind = 'agent_reply' order by offers.seq desc limit $2",
        )
        .bind(session.to_string())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| {
            Ok(Arrival {
                id: rows::parse("offers.id", row.try_get("id")?)?,
                tries: row.try_get("tries")?,
                taken_at: row.try_get::<Option<i64>, _>("taken_ms")?.map(time),
            })
        })
        .collect()
    }

    pub(super) async fn newest_offer(&self) -> Result<i64, StoreError> {
        let no: Option<i64> = sqlx::query_scalar("select max(no) from offers").fetch_one(&self.readers).await?;
        Ok(no.unwrap_or(0))
    }

    pub(super) async fn take_offer(&self, id: ReplyId, now: Timestamp) -> Result<Option<bool>, StoreError> {
        self.writer
            .write(move |conn| {
                Box::pin(async move {
                    let row = sqlx::query("select session_id, taken_ms from offers where id = $1")
                        .bind(id.to_string())
                        .fetch_optional(&mut *conn)
                        .await?;
                    let Some(row) = row else { return Ok(None) };
                    if row.try_get::<Option<i64>, _>(1)?.is_some() {
                        return Ok(Some(false));
                    }
                    let session: String = row.try_get(0)?;
                    sqlx::query("update offers set taken_ms = $1 where id = $2")
                        .bind(ms(now))
                        .bind(id.to_string())
                        .execute(&mut *conn)
                        .await?;
                    // Everything before the first that is not taken stands with the carrier.
                    sqlx::query(
                        "update lanes set written_seq = max(written_seq, coalesce( \
                           (select min(seq) - 1 from offers where session_id = $1 and taken_ms is null), \
                           considered_seq)) \
                         where consumer = 'carrier' and session_id = $1",
                    )
                    .bind(&session)
                    .execute(&mut *conn)
                    .await?;
                    Ok(Some(true))
                })
            })
            .await
    }
}

async fn offer(conn: &mut SqliteConnection, now: Timestamp) -> Result<Offered, StoreError> {
    let lanes = sqlx::query(
        "select session_id, considered_seq, dirty_seq from lanes where consumer = 'carrier' and due_ms <= $1 \
         order by due_ms limit $2",
    )
    .bind(ms(now))
    .bind(MOST)
    .fetch_all(&mut *conn)
    .await?;
    let mut done = Offered::default();
    for lane in lanes {
        let session: SessionId = rows::parse("lanes.session_id", lane.try_get(0)?)?;
        done.again += offer_again(conn, session, now).await?;
        done.new += offer_new(conn, session, lane.try_get(1)?, now).await?;
        // Untaken offers come up again; without any the lane rests.
        let open = sqlx::query("select tries, offered_ms from offers where session_id = $1 and taken_ms is null")
            .bind(session.to_string())
            .fetch_all(&mut *conn)
            .await?;
        let mut next: Option<i64> = None;
        for row in open {
            let (tries, offered): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
            let at = ms(time(offered) + retry::offer_again_after(tries));
            next = Some(next.map_or(at, |next| next.min(at)));
        }
        sqlx::query(
            "update lanes set considered_seq = max(considered_seq, $1), due_ms = $2, dirty_since_ms = null, \
             written_seq = case when $2 is null then max(written_seq, $1) else written_seq end \
             where consumer = 'carrier' and session_id = $3",
        )
        .bind(lane.try_get::<i64, _>(2)?)
        .bind(next)
        .bind(session.to_string())
        .execute(&mut *conn)
        .await?;
    }
    Ok(done)
}

async fn offer_again(conn: &mut SqliteConnection, session: SessionId, now: Timestamp) -> Result<u64, StoreError> {
    let open = sqlx::query(
        "select no, id, seq, source, tries, offered_ms, first_ms, alerted_ms from offers \
         where session_id = $1 and taken_ms is null order by seq",
    )
    .bind(session.to_string())
    .fetch_all(&mut *conn)
    .await?;
    let mut again = 0;
    for row in open {
        let (tries, offered): (i64, i64) = (row.try_get("tries")?, row.try_get("offered_ms")?);
        if time(offered) + retry::offer_again_after(tries) > now {
            continue;
        }
        // A new place: whoever reads behind its old one must meet it again.
        sqlx::query("delete from offers where no = $1").bind(row.try_get::<i64, _>("no")?).execute(&mut *conn).await?;
        let alerted: Option<i64> = row.try_get("alerted_ms")?;
        insert(
            conn,
            (row.try_get("id")?, session, row.try_get("seq")?, row.try_get("source")?),
            tries + 1,
            (now, row.try_get("first_ms")?),
            Some(alerted.unwrap_or(ms(now))),
        )
        .await?;
        again += 1;
    }
    Ok(again)
}

async fn offer_new(
    conn: &mut SqliteConnection,
    session: SessionId,
    after: i64,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let source: String = sqlx::query_scalar("select source from sessions where id = $1")
        .bind(session.to_string())
        .fetch_one(&mut *conn)
        .await?;
    let events = sqlx::query(AssertSqlSafe(format!(
        "select {EVENT} from session_events where session_id = $1 and seq > $2 \
         and kind in ('crm_message', 'agent_reply', 'resolved', 'reopened', 'taken_over', 'given_back', 'assigned') \
         order by seq"
    )))
    .bind(session.to_string())
    .bind(after)
    .fetch_all(&mut *conn)
    .await?;
    let mut new = 0;
    for row in events {
        let event = rows::event(&row)?;
        if !event.kind.is_told_to_carrier(&event.event_id) {
            continue;
        }
        let id = event.kind.reply_id().unwrap_or_else(|| ids::notice_id(session, event.seq));
        insert(conn, (id.to_string(), session, event.seq, source.clone()), 1, (now, ms(now)), None).await?;
        new += 1;
    }
    Ok(new)
}

async fn insert(
    conn: &mut SqliteConnection,
    (id, session, seq, source): (String, SessionId, i64, String),
    tries: i64,
    (now, first_ms): (Timestamp, i64),
    alerted_ms: Option<i64>,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into offers (id, session_id, seq, source, tries, offered_ms, first_ms, alerted_ms) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
    )
    .bind(id)
    .bind(session.to_string())
    .bind(seq)
    .bind(source)
    .bind(tries)
    .bind(ms(now))
    .bind(first_ms)
    .bind(alerted_ms)
    .execute(conn)
    .await?;
    Ok(())
}
