//! Search (R35). The index follows the logs: each session has a mark up to which its words are in it, moved in the
//! transaction that writes them. Rows from before the index are filled by the same walk.

use std::time::{Duration, Instant};

use casebridge_domain::{EventKind, SessionId};
use futures::TryStreamExt as _;
use sqlx::{QueryBuilder, Row as _, Sqlite as Dialect, SqliteConnection};

use super::Sqlite;
use super::rows;
use crate::error::StoreError;

/// Most sessions and events of one step: a step holds the writer for a few milliseconds.
const SESSIONS: i64 = 128;
const EVENTS: i64 = 512;

/// Most words of the index that one search looks at.
pub(super) const CANDIDATES: usize = 1_000;
/// The longest that a search reads on once it has found something.
const LONGEST: Duration = Duration::from_millis(100);
/// The longest that it looks for the first.
const FIRST: Duration = Duration::from_secs(2);

/// What a person typed, as the index asks: every word quoted, so that nothing in it is syntax; the last one may go on.
/// `None` when there is no word in it.
pub(super) fn fts(typed: &str) -> Option<String> {
    let words: Vec<String> = typed
        .split_whitespace()
        .map(|word| word.chars().filter(|c| !c.is_control()).collect::<String>())
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .take(16)
        .map(|word| format!("\"{}\"", word.replace('"', "\"\"")))
        .collect();
    // One letter begins too many words; with another the search begins.
    let goes_on = typed.split_whitespace().next_back().is_some_and(|last| last.chars().count() > 1);
    (!words.is_empty()).then(|| format!("{}{}", words.join(" "), if goes_on { "*" } else { "" }))
}

/// The text after all texts that begin with `prefix`.
pub(super) fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

impl Sqlite {
    /// Sessions that what was typed may mean, and whether there may be more.
    pub(super) async fn candidates(&self, typed: &str) -> Result<(Vec<String>, bool), StoreError> {
        let typed = typed.trim();
        let mut found: Vec<String> = sqlx::query_scalar(
            "select id from (select id from sessions where external_id >= $1 and external_id < $2 limit 200) \
             union select session_id from (select session_id from cases where number >= $1 and number < $2 limit 200) \
             union select id from sessions where id = $1",
        )
        .bind(typed)
        .bind(end_of(typed))
        .fetch_all(&self.readers)
        .await?;
        let mut bounded = found.len() >= 200;
        let Some(wanted) = fts(typed) else { return Ok((found, bounded)) };
        let mut rows = sqlx::query("select session_id from search where search match $1 order by rowid desc")
            .bind(wanted)
            .fetch(&self.readers);
        let (mut seen, mut until) = (0, Instant::now() + FIRST);
        loop {
            let Ok(row) = tokio::time::timeout_at(until.into(), rows.try_next()).await else {
                bounded = true;
                break;
            };
            let Some(row) = row? else { break };
            if seen == 0 {
                until = Instant::now() + LONGEST;
            }
            seen += 1;
            found.push(row.try_get(0)?);
            if seen >= CANDIDATES {
                bounded = true;
                break;
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok((found, bounded))
    }

    pub(super) async fn index_some(&self) -> Result<u64, StoreError> {
        let waiting: Option<i64> = sqlx::query_scalar("select 1 from sessions where searched_seq < last_seq limit 1")
            .fetch_optional(&self.readers)
            .await?;
        // Most wake-ups find nothing; looking does not cost a commit.
        if waiting.is_none() {
            return Ok(0);
        }
        self.writer.write(|conn| Box::pin(index(conn))).await
    }
}

async fn index(conn: &mut SqliteConnection) -> Result<u64, StoreError> {
    let sessions = sqlx::query(
        "select id, searched_seq, last_seq, contact, topic from sessions where searched_seq < last_seq limit $1",
    )
    .bind(SESSIONS)
    .fetch_all(&mut *conn)
    .await?;
    let mut left = EVENTS;
    let mut done = 0;
    for row in sessions {
        if left <= 0 {
            break;
        }
        let (id, from, last): (String, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let mut words = Vec::new();
        if from == 0 {
            words.push(about(row.try_get(3)?, row.try_get(4)?)?);
        }
        let events = sqlx::query(
            "select seq, body from session_events where session_id = $1 and seq > $2 order by seq limit $3",
        )
        .bind(&id)
        .bind(from)
        .bind(left)
        .fetch_all(&mut *conn)
        .await?;
        let mut through = last;
        if events.len() as i64 == left {
            through = events.last().map(|row| row.try_get(0)).transpose()?.unwrap_or(last);
        }
        left -= events.len() as i64;
        for row in &events {
            let kind: EventKind = rows::from_json("session_events.body", row.try_get(1)?)?;
            words.extend(kind.said().map(|(_, text)| text.to_owned()));
        }
        words.retain(|text| !text.trim().is_empty());
        for chunk in words.chunks(64) {
            let mut query: QueryBuilder<Dialect> = QueryBuilder::new("insert into search (words, session_id) ");
            query.push_values(chunk, |mut row, text| {
                row.push_bind(text.as_str()).push_bind(id.as_str());
            });
            query.build().execute(&mut *conn).await?;
        }
        sqlx::query("update sessions set searched_seq = $1 where id = $2")
            .bind(through)
            .bind(&id)
            .execute(&mut *conn)
            .await?;
        done += 1;
    }
    Ok(done)
}

/// Names and addresses of the customer, and the topic.
fn about(contact: &str, topic: Option<String>) -> Result<String, StoreError> {
    let contact: casebridge_domain::Contact = rows::from_json("sessions.contact", contact)?;
    let addresses = [contact.email, contact.phone, contact.external_id].into_iter().flatten().map(|one| one.value);
    let all: Vec<String> = contact.name.into_iter().chain(addresses).chain(topic).collect();
    Ok(all.join(" \u{1f} "))
}

pub(super) fn list_of(ids: &[SessionId]) -> String {
    serde_json::Value::from_iter(ids.iter().map(ToString::to_string)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_never_syntax() {
        assert_eq!(fts("late par").as_deref(), Some("\"late\" \"par\"*"), "the last word may go on");
        assert_eq!(fts("a\" OR b*").as_deref(), Some("\"a\"\"\" \"OR\" \"b*\"*"), "quotes are doubled, not closed");
        assert_eq!(fts(" -- \" () "), None, "signs alone are no words");
        assert_eq!(fts("x").as_deref(), Some("\"x\""), "one letter begins too much");
    }
}
