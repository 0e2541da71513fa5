//! The console's list, counts and conditional appends.

use std::collections::HashMap;

use async_trait::async_trait;
use casebridge_domain::{Case, Event, Lane, NewEvent, SessionId};
use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, QueryBuilder, Row as _, Sqlite as Dialect};

use super::Sqlite;
use super::append::append_all;
use super::rows::{self, CASE, EVENT, LANE, SESSION, ms, time};
use super::search::{CANDIDATES, end_of, list_of};
use crate::console::{
    Acted, CaseWish, Console, HeadPage, Holder, ListWish, MOST_COUNTED, SessionHead, Unless, View, ViewCounts, Visitor,
};
use crate::error::StoreError;
use crate::port::Append;

const HEAD: &str = "last_text, last_from, last_message_ms, updated_ms, message_count, holder, holder_name";

/// Sessions with a failing or parked lane of a connection that is still there, or a held reply; bounded.
const TROUBLED: &str = "select session_id from (select lanes.session_id from connections cross join lanes indexed by lanes_trouble \
      on lanes.consumer = 'crm:' || connections.id and (lanes.parked is not null or lanes.failure is not null) \
      where connections.removed_ms is null limit 10000) \
    union select session_id from (select session_id from replies where state = 'held' and session_id <> '' limit 10000)";

fn holder(kind: &str, name: String) -> Holder {
    match kind {
        "nobody" => Holder::Nobody,
        "person" => Holder::Person(name),
        _ => Holder::Ai,
    }
}

fn head(row: &SqliteRow) -> Result<SessionHead, StoreError> {
    Ok(SessionHead {
        session: rows::session(row)?,
        last_text: row.try_get("last_text")?,
        last_from: row.try_get("last_from")?,
        last_message_at: row.try_get::<Option<i64>, _>("last_message_ms")?.map(time),
        updated_at: time(row.try_get("updated_ms")?),
        message_count: row.try_get("message_count")?,
        holder: holder(row.try_get("holder")?, row.try_get("holder_name")?),
    })
}

/// The shelf that a view shows; `None`: it is no shelf.
fn shelf(view: View, me: &str) -> Option<String> {
    match view {
        View::NeedsPerson => Some("nobody".into()),
        View::Ai => Some("ai".into()),
        View::Mine => Some(format!("person:{me}")),
        View::Resolved => Some("resolved".into()),
        View::All | View::Trouble => None,
    }
}

impl Sqlite {
    /// A page of a view, of these sessions only when a list is given.
    async fn page(&self, wish: &ListWish, only: Option<&str>, bounded: bool) -> Result<HeadPage, StoreError> {
        let mut query: QueryBuilder<Dialect> =
            QueryBuilder::new(format!("select {SESSION}, {HEAD} from sessions where 1 = 1"));
        if let Some(ids) = only {
            // `+` keeps the view's index out of it: a thousand look-ups, not a walk through the view.
            query.push(" and id in (select value from json_each(").push_bind(ids.to_owned()).push("))");
        }
        if let Some(shelf) = shelf(wish.view, &wish.me) {
            query.push(if only.is_some() { " and +shelf = " } else { " and shelf = " }).push_bind(shelf);
        }
        if wish.view == View::Trouble {
            query.push(format!(" and id in ({TROUBLED})"));
        }
        if let Some((at, id)) = wish.after {
            query.push(" and updated_ms <= ").push_bind(ms(at));
            query.push(" and (updated_ms < ").push_bind(ms(at));
            query.push(" or id < ").push_bind(id.to_string()).push(")");
        }
        query.push(" order by updated_ms desc, id desc limit ").push_bind(wish.limit + 1);
        let mut heads: Vec<SessionHead> =
            query.build().fetch_all(&self.readers).await?.iter().map(head).collect::<Result<_, _>>()?;
        let more = heads.len() as i64 > wish.limit;
        heads.truncate(usize::try_from(wish.limit).unwrap_or(usize::MAX));
        let next = heads.last().filter(|_| more).map(|head| (head.updated_at, head.session.id));
        Ok(HeadPage { heads, next, bounded })
    }

    /// Whether anything is on a shelf.
    async fn is_on(&self, shelf: &str) -> Result<bool, StoreError> {
        let one: Option<i64> = sqlx::query_scalar("select 1 from sessions where shelf = $1 limit 1")
            .bind(shelf)
            .fetch_optional(&self.readers)
            .await?;
        Ok(one.is_some())
    }
}

#[async_trait]
impl Console for Sqlite {
    async fn list_heads(&self, wish: ListWish) -> Result<HeadPage, StoreError> {
        let Some(typed) = wish.query.as_deref().filter(|typed| !typed.trim().is_empty()) else {
            return self.page(&wish, None, false).await;
        };
        let shelf = shelf(wish.view, &wish.me);
        if let Some(shelf) = &shelf
            && !self.is_on(shelf).await?
        {
            return Ok(HeadPage::default());
        }
        let found = self.candidates(typed).await?;
        let page = self.page(&wish, Some(&found.ids), found.bounded).await?;
        match shelf {
            // The newest hits are elsewhere: those of this view are looked for further back.
            Some(shelf) if found.bounded && page.next.is_none() => {
                let found = self.deeper(typed, &shelf).await?;
                let deeper = self.page(&wish, Some(&found.ids), found.bounded).await?;
                Ok(if deeper.heads.len() >= page.heads.len() { deeper } else { page })
            }
            _ => Ok(page),
        }
    }

    async fn head(&self, id: SessionId) -> Result<Option<SessionHead>, StoreError> {
        sqlx::query(AssertSqlSafe(format!("select {SESSION}, {HEAD} from sessions where id = $1")))
            .bind(id.to_string())
            .fetch_optional(&self.readers)
            .await?
            .map(|row| head(&row))
            .transpose()
    }

    async fn heads(&self, ids: Vec<SessionId>) -> Result<Vec<SessionHead>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "select {SESSION}, {HEAD} from sessions where id in (select value from json_each($1))"
        )))
        .bind(list_of(&ids))
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(head)
        .collect()
    }

    async fn view_counts(&self, me: &str) -> Result<ViewCounts, StoreError> {
        // The conditions of the shelves, as an index holds them whole.
        let row = sqlx::query(AssertSqlSafe(format!(
            "select (select count(*) from (select 1 from sessions limit $1)), \
             (select count(*) from (select 1 from sessions where status = 'open' and holder = 'nobody' limit $1)), \
             (select count(*) from (select 1 from sessions where status = 'open' and holder = 'ai' limit $1)), \
             (select count(*) from (select 1 from sessions where status = 'open' and holder = 'person' \
                and holder_name = $2 limit $1)), \
             (select count(*) from (select 1 from sessions where status = 'resolved' limit $1)), \
             (select count(*) from (select 1 from ({TROUBLED}) limit $1)), \
             (select count(*) from (select 1 from connections cross join lanes indexed by lanes_trouble \
                on lanes.consumer = 'crm:' || connections.id and (lanes.parked is not null or lanes.failure is not null) \
                where connections.removed_ms is null and lanes.parked is not null limit $1)), \
             (select count(*) from (select 1 from replies where state = 'held' limit $1))"
        )))
        .bind(MOST_COUNTED)
        .bind(me)
        .fetch_one(&self.readers)
        .await?;
        Ok(ViewCounts {
            all: row.try_get(0)?,
            needs_person: row.try_get(1)?,
            ai: row.try_get(2)?,
            mine: row.try_get(3)?,
            resolved: row.try_get(4)?,
            trouble: row.try_get(5)?,
            parked: row.try_get(6)?,
            held_replies: row.try_get(7)?,
        })
    }

    async fn cases_of(&self, ids: Vec<SessionId>) -> Result<Vec<Case>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "select {CASE} from cases where session_id in (select value from json_each($1)) \
             order by reserved_ms desc, opening_seq desc"
        )))
        .bind(list_of(&ids))
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(rows::case)
        .collect()
    }

    async fn lanes_of(&self, ids: Vec<SessionId>) -> Result<Vec<(Lane, Option<String>)>, StoreError> {
        sqlx::query(AssertSqlSafe(format!(
            "select {LANE} from lanes where session_id in (select value from json_each($1))"
        )))
        .bind(list_of(&ids))
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| Ok((rows::lane(row)?, row.try_get("considered_why")?)))
        .collect()
    }

    async fn held_of(&self, ids: Vec<SessionId>) -> Result<HashMap<SessionId, i64>, StoreError> {
        sqlx::query(
            "select session_id, count(*) from replies where session_id in (select value from json_each($1)) \
             and state = 'held' group by session_id",
        )
        .bind(list_of(&ids))
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(|row| Ok((rows::parse("replies.session_id", row.try_get(0)?)?, row.try_get(1)?)))
        .collect()
    }

    async fn events_before(&self, id: SessionId, before: Option<i64>, limit: i64) -> Result<Vec<Event>, StoreError> {
        let mut events: Vec<Event> = sqlx::query(AssertSqlSafe(format!(
            "select {EVENT} from session_events where session_id = $1 and seq < $2 order by seq desc limit $3"
        )))
        .bind(id.to_string())
        .bind(before.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?
        .iter()
        .map(rows::event)
        .collect::<Result<_, _>>()?;
        events.reverse();
        Ok(events)
    }

    async fn act(&self, id: SessionId, event: NewEvent, unless: Unless, now: Timestamp) -> Result<Acted, StoreError> {
        let pace = self.writer.pace();
        self.writer
            .write(move |conn| {
                let (event, unless) = (event.clone(), unless.clone());
                Box::pin(async move {
                    if let Unless::HeldByOther(me) = unless {
                        let row = sqlx::query("select holder, holder_name from sessions where id = $1")
                            .bind(id.to_string())
                            .fetch_optional(&mut *conn)
                            .await?;
                        if let Some(row) = row
                            && let Holder::Person(name) = holder(row.try_get(0)?, row.try_get(1)?)
                            && name != me
                        {
                            return Ok(Acted::HeldBy(name));
                        }
                    }
                    let append = Append { session_id: id, events: vec![event].into() };
                    Ok(match append_all(conn, &[(append, now)], pace).await?.pop() {
                        Some(Ok(appended)) => {
                            appended.first().map_or(Acted::HeldBy(String::new()), |one| Acted::Done(*one))
                        }
                        Some(Err(refused)) => Acted::Refused(refused),
                        None => return Err(StoreError::Closed),
                    })
                })
            })
            .await
    }

    async fn list_cases(&self, wish: CaseWish) -> Result<Vec<Case>, StoreError> {
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new(format!("select {CASE} from cases where 1 = 1"));
        if let Some(typed) = wish.query.as_deref().map(str::trim).filter(|typed| !typed.is_empty()) {
            let (end, most) = (end_of(typed), i64::try_from(CANDIDATES).unwrap_or(1_000));
            // Each arm is read from its own index and is bounded, however little was typed.
            query.push(
                " and (connection, crm_id) in (select * from (select connection, crm_id from cases where number >= ",
            );
            query.push_bind(typed.to_owned()).push(" and number < ").push_bind(end.clone());
            query.push(" order by number desc limit ").push_bind(most);
            query.push(") union select connection, crm_id from cases where session_id in (");
            query.push("select id from sessions where external_id >= ").push_bind(typed.to_owned());
            query.push(" and external_id < ").push_bind(end).push(" limit ").push_bind(most).push("))");
        }
        if let Some(state) = wish.state {
            query.push(" and state = ").push_bind(state.as_str());
        }
        if let Some((at, connection, id)) = wish.after {
            query.push(" and reserved_ms <= ").push_bind(ms(at));
            query.push(" and (reserved_ms < ").push_bind(ms(at));
            query.push(" or connection < ").push_bind(connection.to_string());
            query.push(" or (connection = ").push_bind(connection.to_string());
            query.push(" and crm_id < ").push_bind(id.to_string()).push("))");
        }
        query.push(" order by reserved_ms desc, connection desc, crm_id desc limit ").push_bind(wish.limit);
        query.build().fetch_all(&self.readers).await?.iter().map(rows::case).collect()
    }

    async fn index_search(&self) -> Result<u64, StoreError> {
        self.index_some().await
    }

    async fn add_link(
        &self,
        hash: Vec<u8>,
        name: &str,
        role: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        self.add_console_link(hash, [name.to_owned(), role.to_owned()], now, until).await
    }

    async fn enter(&self, link: Vec<u8>, session: Vec<u8>, now: Timestamp) -> Result<Option<Visitor>, StoreError> {
        self.use_console_link(link, session, now).await
    }

    async fn visitor(&self, hash: &[u8], since: Timestamp, now: Timestamp) -> Result<Option<Visitor>, StoreError> {
        self.find_visitor(hash.to_vec(), since, now).await
    }

    async fn visitor_unnoted(&self, hash: &[u8], since: Timestamp) -> Result<Option<Visitor>, StoreError> {
        self.look_up_visitor(hash.to_vec(), since).await
    }

    async fn visitors(&self, since: Timestamp) -> Result<Vec<Visitor>, StoreError> {
        self.list_visitors(since).await
    }

    async fn dismiss(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.end_visit(id.to_owned(), now).await
    }
}
