//! Search (R35). The index follows the logs: each session has a mark up to which its words are in it, moved in the
//! transaction that writes them. Rows from before the index are filled by the same walk.

use std::time::Duration;

use casebridge_domain::{EventKind, SessionId};
use sqlx::{QueryBuilder, Row as _, Sqlite as Dialect, SqliteConnection};

use super::Sqlite;
use super::rows;
use crate::error::StoreError;

/// Most sessions and events of one step: a step holds the writer for a few milliseconds.
const SESSIONS: i64 = 128;
const EVENTS: i64 = 512;

/// Most hits, the newest first, that a search looks at.
pub(super) const CANDIDATES: usize = 1_000;
/// Most that it looks at when few of those are in the view that is asked for.
const DEEPER: i64 = 10_000;
/// The longest that anybody waits for the index.
const LONGEST: Duration = Duration::from_secs(2);

/// What a search may mean.
pub(super) struct Found {
    /// Ids of sessions, as a JSON list.
    pub(super) ids: String,
    /// Whether there may be more of them.
    pub(super) bounded: bool,
}

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
    // One letter begins too many words; with another the search begins. Where a letter is a word, it is enough.
    let goes_on = typed.split_whitespace().next_back().is_some_and(|last| {
        let mut letters = last.chars().filter(|c| c.is_alphanumeric());
        letters.next().is_some_and(|first| first >= '\u{2e80}' || letters.next().is_some())
    });
    (!words.is_empty()).then(|| format!("{}{}", words.join(" "), if goes_on { "*" } else { "" }))
}

/// The text after all texts that begin with `prefix`.
pub(super) fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

impl Sqlite {
    /// Sessions that what was typed may mean: by the beginning of an id or a case number, and by words.
    pub(super) async fn candidates(&self, typed: &str) -> Result<Found, StoreError> {
        let typed = typed.trim();
        let named: Vec<String> = sqlx::query_scalar(
            "select id from (select id from sessions where external_id >= $1 and external_id < $2 limit 200) \
             union select session_id from (select session_id from cases where number >= $1 and number < $2 \
               order by number desc limit 200) \
             union select id from sessions where id = $1",
        )
        .bind(typed)
        .bind(end_of(typed))
        .fetch_all(&self.readers)
        .await?;
        let bounded = named.len() >= 200;
        let ids = serde_json::Value::from(named).to_string();
        let Some(wanted) = fts(typed) else { return Ok(Found { ids, bounded }) };
        // One row with all ids in it: a row for each would cost more than finding it.
        let hits = sqlx::query(
            "select json_group_array(session_id), count(*) from ( \
               select session_id from (select session_id from search where search match $1 order by rowid desc limit $2) \
             union all select value from json_each($3))",
        )
        .bind(wanted)
        .bind(i64::try_from(CANDIDATES).unwrap_or(i64::MAX))
        .bind(&ids)
        .fetch_one(&self.readers);
        let Ok(hits) = tokio::time::timeout(LONGEST, hits).await else { return Ok(Found { ids, bounded: true }) };
        let hits = hits?;
        let count: i64 = hits.try_get(1)?;
        let bounded = bounded || count >= i64::try_from(CANDIDATES).unwrap_or(i64::MAX);
        Ok(Found { ids: hits.try_get(0)?, bounded })
    }

    /// The same, deeper, for what is on one shelf: a JSON list of the ids.
    pub(super) async fn deeper(&self, typed: &str, shelf: &str) -> Result<Found, StoreError> {
        let Some(wanted) = fts(typed) else { return Ok(Found { ids: "[]".into(), bounded: false }) };
        let hits = sqlx::query(
            "select json_group_array(session_id) filter (where session_id in ( \
               select id from sessions where shelf = $2 order by updated_ms desc limit $3)), count(*) from ( \
               select session_id from search where search match $1 order by rowid desc limit $3)",
        )
        .bind(wanted)
        .bind(shelf)
        .bind(DEEPER)
        .fetch_one(&self.readers);
        let Ok(hits) = tokio::time::timeout(LONGEST, hits).await else {
            return Ok(Found { ids: "[]".into(), bounded: true });
        };
        let hits = hits?;
        Ok(Found { ids: hits.try_get(0)?, bounded: hits.try_get::<i64, _>(1)? >= DEEPER })
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
        assert_eq!(fts("a\" OR by*").as_deref(), Some("\"a\"\"\" \"OR\" \"by*\"*"), "quotes are doubled, not closed");
        assert_eq!(fts(" -- \" () "), None, "signs alone are no words");
        assert_eq!(fts("x").as_deref(), Some("\"x\""), "one letter begins too much");
        assert_eq!(fts("c-").as_deref(), Some("\"c-\""), "and signs do not make it two");
        assert_eq!(fts("花").as_deref(), Some("\"花\"*"), "but a sign can be a word");
    }
}
