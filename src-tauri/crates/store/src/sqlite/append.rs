//! Appending to the log, for a whole group of callers with a handful of statements.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use casebridge_domain::pace::Pace;
use casebridge_domain::{EventKind, NewEvent, SessionId};
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row as _, Sqlite as Dialect, SqliteConnection};

use super::rows::{json, ms};
use crate::error::StoreError;
use crate::port::{Append, AppendRefused, Appended};

/// Most rows of one statement: 13 values each at most stay far below SQLite's 32,766 variables.
const MOST: usize = 256;

/// Cuts a list into as few runs as statements allow, each filled up to a power of two by repeating its last entry.
/// Each length is a statement of its own for SQLite; a handful of lengths stays prepared where any length would be
/// parsed anew each time. Statements that use this must not mind an entry that comes twice.
pub(super) fn padded<T>(all: &[T]) -> impl Iterator<Item = Vec<&T>> {
    all.chunks(MOST).map(|run| {
        let last = run.iter().last();
        run.iter().chain(last.into_iter().cycle()).take(run.len().next_power_of_two()).collect()
    })
}

const RESOLVED: &str = "resolved";

type Answer = Result<Vec<Appended>, AppendRefused>;

struct Head {
    last_seq: i64,
    last_ordered_ms: i64,
    messages: i64,
    handed_off_seq: Option<i64>,
    status: &'static str,
    resolved_ms: Option<i64>,
    updated_ms: i64,
    /// The newest words, cut, with who said them and when.
    last: Option<Last>,
    holder: (String, String),
    due_ms: Option<i64>,
    /// Whether something is for whoever carries the conversation.
    for_carrier: bool,
}

struct Last {
    text: String,
    from: String,
    at_ms: i64,
}

/// The longest piece of a message that the list shows, in characters.
const SHOWN: usize = 200;

struct Fresh {
    session: SessionId,
    seq: i64,
    event_id: String,
    digest: [u8; 32],
    kind: &'static str,
    occurred_ms: i64,
    ordered_ms: i64,
    recorded_ms: i64,
    body: String,
    echo_of: Option<String>,
}

/// Appends for all callers; the answers are in the callers' order. A refused append adds nothing, and
/// costs its neighbours nothing.
pub(super) async fn append_all(
    conn: &mut SqliteConnection,
    appends: &[(Append, Timestamp)],
    pace: Pace,
) -> Result<Vec<Answer>, StoreError> {
    if appends.is_empty() {
        return Ok(Vec::new());
    }
    let mut heads = heads(conn, appends).await?;
    let mut known = known(conn, appends).await?;
    let mut fresh = Vec::new();
    let mut answers = Vec::with_capacity(appends.len());
    for (append, now) in appends {
        answers.push(match heads.get_mut(&append.session_id) {
            Some(head) => one(head, &mut known, &mut fresh, append, *now, pace)?,
            None => Err(AppendRefused::NoSession(append.session_id)),
        });
    }
    if !fresh.is_empty() {
        insert(conn, &fresh).await?;
        heads.retain(|_, head| head.due_ms.is_some());
        let heads: Vec<(SessionId, Head)> = heads.into_iter().collect();
        for run in padded(&heads) {
            update_heads(conn, &run).await?;
            mark_lanes(conn, &run, pace).await?;
        }
        let carried: Vec<&(SessionId, Head)> = heads.iter().filter(|(_, head)| head.for_carrier).collect();
        for run in padded(&carried) {
            mark_carriers(conn, &run).await?;
        }
    }
    Ok(answers)
}

async fn heads(
    conn: &mut SqliteConnection,
    appends: &[(Append, Timestamp)],
) -> Result<BTreeMap<SessionId, Head>, StoreError> {
    let mut heads = BTreeMap::new();
    for run in padded(appends) {
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new(
            "select id, last_seq, last_ordered_ms, message_count, handed_off_seq, status, resolved_ms, last_text, \
             last_from, last_message_ms, holder, holder_name from sessions where id in (",
        );
        let mut ids = query.separated(", ");
        for (append, _) in run {
            ids.push_bind(append.session_id.to_string());
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *conn).await? {
            let id: SessionId = super::rows::parse("sessions.id", row.try_get(0)?)?;
            let status: &str = row.try_get(5)?;
            heads.insert(
                id,
                Head {
                    last_seq: row.try_get(1)?,
                    last_ordered_ms: row.try_get(2)?,
                    messages: row.try_get(3)?,
                    handed_off_seq: row.try_get(4)?,
                    status: casebridge_domain::SessionStatus::parse(status).as_str(),
                    resolved_ms: row.try_get(6)?,
                    updated_ms: 0,
                    last: match (row.try_get(7)?, row.try_get(8)?, row.try_get(9)?) {
                        (Some(text), Some(from), Some(at_ms)) => Some(Last { text, from, at_ms }),
                        _ => None,
                    },
                    holder: (row.try_get(10)?, row.try_get(11)?),
                    due_ms: None,
                    for_carrier: false,
                },
            );
        }
    }
    Ok(heads)
}

type Known = HashMap<(SessionId, String), (i64, [u8; 32])>;

async fn known(conn: &mut SqliteConnection, appends: &[(Append, Timestamp)]) -> Result<Known, StoreError> {
    let mut known = Known::new();
    let all: Vec<(SessionId, &str)> = appends
        .iter()
        .flat_map(|(append, _)| append.events.iter().map(|event| (append.session_id, event.event_id.as_str())))
        .collect();
    for chunk in padded(&all) {
        // `cross join` holds SQLite to this order: a look-up for each wanted event, not a scan of the log.
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new("with wanted(session_id, event_id) as (");
        query.push_values(chunk, |mut row, (session, event_id)| {
            row.push_bind(session.to_string()).push_bind(*event_id);
        });
        query.push(
            ") select log.session_id, log.event_id, log.seq, log.digest from wanted cross join session_events as log \
             on log.session_id = wanted.session_id and log.event_id = wanted.event_id",
        );
        for row in query.build().fetch_all(&mut *conn).await? {
            let session: SessionId = super::rows::parse("session_events.session_id", row.try_get(0)?)?;
            let digest: &[u8] = row.try_get(3)?;
            let digest = digest.try_into().map_err(|error| StoreError::unreadable("session_events.digest", error))?;
            known.insert((session, row.try_get(1)?), (row.try_get(2)?, digest));
        }
    }
    Ok(known)
}

fn one(
    head: &mut Head,
    known: &mut Known,
    fresh: &mut Vec<Fresh>,
    append: &Append,
    now: Timestamp,
    pace: Pace,
) -> Result<Answer, StoreError> {
    let mut digests = Vec::with_capacity(append.events.len());
    let mut inside: HashMap<&str, [u8; 32]> = HashMap::new();
    for event in append.events.iter() {
        let digest = event.digest();
        let earlier = known.get(&(append.session_id, event.event_id.clone())).map(|(seq, digest)| (*seq, *digest));
        let earlier =
            earlier.or_else(|| inside.get(event.event_id.as_str()).map(|digest| (head.last_seq + 1, *digest)));
        if let Some((seq, other)) = earlier
            && other != digest
        {
            return Ok(Err(AppendRefused::Conflict { event_id: event.event_id.clone(), seq }));
        }
        inside.insert(&event.event_id, digest);
        digests.push(digest);
    }
    let mut answer = Vec::with_capacity(append.events.len());
    for (event, digest) in append.events.iter().zip(digests) {
        let name = (append.session_id, event.event_id.clone());
        if let Some((seq, _)) = known.get(&name) {
            answer.push(Appended { seq: *seq, duplicate: true });
            continue;
        }
        let occurred_ms = ms(event.occurred_at.unwrap_or(now));
        // What was said before the closure is only late (R13); what comes after it goes on with the conversation.
        if head.status == RESOLVED
            && event.kind.is_from_customer()
            && head.resolved_ms.is_none_or(|at| occurred_ms > at)
        {
            let kind = EventKind::Reopened { by: Some("customer".into()), via: None };
            let reopened = NewEvent::new(format!("auto:reopened:{}", event.event_id), event.occurred_at, kind);
            let digest = reopened.digest();
            fresh.push(place(head, append.session_id, &reopened, digest, occurred_ms, now, pace)?);
        }
        fresh.push(place(head, append.session_id, event, digest, occurred_ms, now, pace)?);
        known.insert(name, (head.last_seq, digest));
        answer.push(Appended { seq: head.last_seq, duplicate: false });
    }
    Ok(Ok(answer))
}

/// Gives an event its place in the log and brings the session's head up to date.
fn place(
    head: &mut Head,
    session: SessionId,
    event: &NewEvent,
    digest: [u8; 32],
    occurred_ms: i64,
    now: Timestamp,
    pace: Pace,
) -> Result<Fresh, StoreError> {
    head.last_seq += 1;
    head.last_ordered_ms = occurred_ms.max(head.last_ordered_ms + 1);
    head.updated_ms = ms(now);
    let first_message = event.kind.is_spoken_to_us() && head.messages == 0;
    match &event.kind {
        kind if kind.is_spoken_to_us() => head.messages += 1,
        EventKind::HandedOff { .. } => head.handed_off_seq = Some(head.last_seq),
        EventKind::Resolved { .. } => (head.status, head.resolved_ms) = (RESOLVED, Some(occurred_ms)),
        EventKind::Reopened { .. } => (head.status, head.resolved_ms) = ("open", None),
        _ => {}
    }
    if let Some((from, text)) = event.kind.said() {
        let text = text.chars().take(SHOWN).collect();
        head.last = Some(Last { text, from: from.as_str().to_owned(), at_ms: occurred_ms });
    }
    match &event.kind {
        EventKind::HandedOff { .. } => head.holder = ("nobody".into(), String::new()),
        EventKind::GivenBack { .. } => head.holder = ("ai".into(), String::new()),
        EventKind::TakenOver { by: name } | EventKind::Assigned { to: name, .. } => {
            head.holder = ("person".into(), name.clone());
        }
        _ => {}
    }
    head.for_carrier |= event.kind.is_told_to_carrier(&event.event_id);
    let due = ms(pace.due(&event.kind, first_message, now, now));
    // The newest event decides about the quiet, but nothing postpones what is urgent.
    head.due_ms = Some(head.due_ms.map_or(due, |before| if before <= ms(now) { before } else { due }));
    Ok(Fresh {
        session,
        seq: head.last_seq,
        event_id: event.event_id.clone(),
        digest,
        kind: event.kind.name(),
        occurred_ms,
        ordered_ms: head.last_ordered_ms,
        recorded_ms: ms(now),
        body: json("session_events.body", &event.kind)?,
        echo_of: event.echo_of.map(|id| id.to_string()),
    })
}

async fn insert(conn: &mut SqliteConnection, fresh: &[Fresh]) -> Result<(), StoreError> {
    for chunk in padded(fresh) {
        let mut query: QueryBuilder<Dialect> = QueryBuilder::new(
            "insert into session_events \
             (session_id, seq, event_id, digest, kind, occurred_ms, ordered_ms, recorded_ms, body, echo_of) ",
        );
        query.push_values(chunk, |mut row, event| {
            row.push_bind(event.session.to_string())
                .push_bind(event.seq)
                .push_bind(event.event_id.as_str())
                .push_bind(&event.digest[..])
                .push_bind(event.kind)
                .push_bind(event.occurred_ms)
                .push_bind(event.ordered_ms)
                .push_bind(event.recorded_ms)
                .push_bind(event.body.as_str())
                .push_bind(event.echo_of.as_deref());
        });
        // Only the repeated last entry can be there already: places in the log were given out just now.
        query.push(" on conflict do nothing");
        query.build().execute(&mut *conn).await?;
    }
    Ok(())
}

async fn update_heads(conn: &mut SqliteConnection, heads: &[&(SessionId, Head)]) -> Result<(), StoreError> {
    let mut query: QueryBuilder<Dialect> = QueryBuilder::new(
        "with head(id, last_seq, last_ordered_ms, message_count, handed_off_seq, status, resolved_ms, updated_ms, \
         last_text, last_from, last_message_ms, holder, holder_name) as (",
    );
    query.push_values(heads.iter().copied(), |mut row, (id, head)| {
        row.push_bind(id.to_string())
            .push_bind(head.last_seq)
            .push_bind(head.last_ordered_ms)
            .push_bind(head.messages)
            .push_bind(head.handed_off_seq)
            .push_bind(head.status)
            .push_bind(head.resolved_ms)
            .push_bind(head.updated_ms)
            .push_bind(head.last.as_ref().map(|last| last.text.as_str()))
            .push_bind(head.last.as_ref().map(|last| last.from.as_str()))
            .push_bind(head.last.as_ref().map(|last| last.at_ms))
            .push_bind(head.holder.0.as_str())
            .push_bind(head.holder.1.as_str());
    });
    query.push(
        ") update sessions set last_seq = head.last_seq, last_ordered_ms = head.last_ordered_ms, \
         message_count = head.message_count, handed_off_seq = head.handed_off_seq, status = head.status, \
         resolved_ms = head.resolved_ms, updated_ms = head.updated_ms, last_text = head.last_text, \
         last_from = head.last_from, last_message_ms = head.last_message_ms, holder = head.holder, \
         holder_name = head.holder_name from head where sessions.id = head.id",
    );
    query.build().execute(conn).await?;
    Ok(())
}

/// Lanes of every connection become dirty. A parked lane stays parked and a failing one keeps its time:
/// new messages must not hammer a CRM that is ill.
async fn mark_lanes(conn: &mut SqliteConnection, heads: &[&(SessionId, Head)], pace: Pace) -> Result<(), StoreError> {
    let at_most = i64::try_from(pace.at_most.max(Duration::from_millis(1)).as_millis()).unwrap_or(i64::MAX);
    let mut query: QueryBuilder<Dialect> = QueryBuilder::new("with head(session_id, dirty_seq, now_ms, due_ms) as (");
    query.push_values(heads.iter().copied(), |mut row, (id, head)| {
        row.push_bind(id.to_string()).push_bind(head.last_seq).push_bind(head.updated_ms).push_bind(head.due_ms);
    });
    query.push(
        ") insert into lanes (consumer, session_id, dirty_seq, dirty_since_ms, due_ms) \
         select distinct 'crm:' || connections.id, head.session_id, head.dirty_seq, head.now_ms, head.due_ms \
         from head, connections where connections.removed_ms is null \
         on conflict (consumer, session_id) do update set \
           dirty_seq = excluded.dirty_seq, \
           dirty_since_ms = coalesce(lanes.dirty_since_ms, excluded.dirty_since_ms), \
           due_ms = case \
             when lanes.parked is not null then null \
             when lanes.failure is not null then lanes.due_ms \
             when lanes.due_ms <= excluded.dirty_since_ms then lanes.due_ms \
             when lanes.dirty_since_ms + ",
    );
    query.push_bind(at_most);
    query.push(" < excluded.due_ms then lanes.dirty_since_ms + ");
    query.push_bind(at_most);
    query.push(" else excluded.due_ms end");
    query.build().execute(conn).await?;
    Ok(())
}

/// The lane of whoever carries the conversation, only where there is something for them: most conversations never
/// need one.
async fn mark_carriers(conn: &mut SqliteConnection, heads: &[&&(SessionId, Head)]) -> Result<(), StoreError> {
    let mut query: QueryBuilder<Dialect> = QueryBuilder::new("with head(session_id, dirty_seq, now_ms) as (");
    query.push_values(heads.iter().copied(), |mut row, (id, head)| {
        row.push_bind(id.to_string()).push_bind(head.last_seq).push_bind(head.updated_ms);
    });
    query.push(
        ") insert into lanes (consumer, session_id, dirty_seq, dirty_since_ms, due_ms) \
         select distinct 'carrier', session_id, dirty_seq, now_ms, now_ms from head where true \
         on conflict (consumer, session_id) do update set dirty_seq = excluded.dirty_seq, due_ms = excluded.due_ms",
    );
    query.build().execute(conn).await?;
    Ok(())
}
