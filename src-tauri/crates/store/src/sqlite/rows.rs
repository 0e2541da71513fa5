//! Between rows and domain types.

use casebridge_domain::{
    Adoption, Case, CaseState, Connection, ConnectionKind, Event, Lane, Session, SessionKey, SessionStatus,
};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use crate::error::StoreError;

pub(super) fn time(ms: i64) -> Timestamp {
    // The column is written by `ms` below; what does not fit never came from there.
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(super) fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(super) fn json<T: Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::unreadable(what, error))
}

pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::unreadable(what, error))
}

pub(super) fn optional_json<T: DeserializeOwned>(
    what: &'static str,
    text: Option<String>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| from_json(what, &text)).transpose()
}

pub(super) fn parse<T>(what: &'static str, text: &str) -> Result<T, StoreError>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    text.parse().map_err(|error: T::Err| StoreError::unreadable(what, error))
}

pub(super) fn uuid(what: &'static str, text: &str) -> Result<Uuid, StoreError> {
    parse(what, text)
}

pub(super) const SESSION: &str = "id, source, external_id, channel, topic, tags, contact, status, handed_off_seq, \
    last_seq, last_ordered_ms, created_ms";

pub(super) fn session(row: &SqliteRow) -> Result<Session, StoreError> {
    Ok(Session {
        id: parse("sessions.id", row.try_get("id")?)?,
        key: SessionKey { source: row.try_get("source")?, external_id: row.try_get("external_id")? },
        channel: row.try_get("channel")?,
        topic: row.try_get("topic")?,
        tags: from_json("sessions.tags", row.try_get("tags")?)?,
        contact: from_json("sessions.contact", row.try_get("contact")?)?,
        status: SessionStatus::parse(row.try_get("status")?),
        handed_off_seq: row.try_get("handed_off_seq")?,
        last_seq: row.try_get("last_seq")?,
        last_ordered_at: time(row.try_get("last_ordered_ms")?),
        created_at: time(row.try_get("created_ms")?),
    })
}

pub(super) const EVENT: &str = "session_id, seq, event_id, occurred_ms, ordered_ms, recorded_ms, body, echo_of";

pub(super) fn event(row: &SqliteRow) -> Result<Event, StoreError> {
    Ok(Event {
        session_id: parse("session_events.session_id", row.try_get("session_id")?)?,
        seq: row.try_get("seq")?,
        event_id: row.try_get("event_id")?,
        occurred_at: time(row.try_get("occurred_ms")?),
        ordered_at: time(row.try_get("ordered_ms")?),
        recorded_at: time(row.try_get("recorded_ms")?),
        kind: from_json("session_events.body", row.try_get("body")?)?,
        echo_of: row
            .try_get::<Option<String>, _>("echo_of")?
            .map(|id| parse("session_events.echo_of", &id))
            .transpose()?,
    })
}

pub(super) const LANE: &str = "consumer, session_id, written_seq, considered_seq, considered_why, dirty_seq, \
    dirty_since_ms, due_ms, failure, lease_until_ms, fence, parked, skipped, routed";

pub(super) fn lane(row: &SqliteRow) -> Result<Lane, StoreError> {
    Ok(Lane {
        consumer: parse("lanes.consumer", row.try_get("consumer")?)?,
        session_id: parse("lanes.session_id", row.try_get("session_id")?)?,
        written_seq: row.try_get("written_seq")?,
        considered_seq: row.try_get("considered_seq")?,
        dirty_seq: row.try_get("dirty_seq")?,
        dirty_since: row.try_get::<Option<i64>, _>("dirty_since_ms")?.map(time),
        due_at: row.try_get::<Option<i64>, _>("due_ms")?.map(time),
        failure: optional_json("lanes.failure", row.try_get("failure")?)?,
        lease_until: row.try_get::<Option<i64>, _>("lease_until_ms")?.map(time),
        fence: row.try_get("fence")?,
        parked: optional_json("lanes.parked", row.try_get("parked")?)?,
        skipped: from_json("lanes.skipped", row.try_get("skipped")?)?,
        routed: row.try_get::<Option<i64>, _>("routed")?.map(|routed| routed != 0),
    })
}

pub(super) const CASE: &str = "connection, crm_id, case_key, previous, number, state, session_id, opening_seq, \
    deliver_after, reserved_ms, opened_ms, known, merged_into, pulled_to, restored_ms, looked_ms, \
    chosen_seq, own_ids, native_id";

pub(super) fn case(row: &SqliteRow) -> Result<Case, StoreError> {
    let previous: String = row.try_get("previous")?;
    let state: String = row.try_get("state")?;
    Ok(Case {
        connection: parse("cases.connection", row.try_get("connection")?)?,
        crm_id: uuid("cases.crm_id", row.try_get("crm_id")?)?,
        case_key: row.try_get("case_key")?,
        previous: if previous.is_empty() { None } else { Some(uuid("cases.previous", &previous)?) },
        number: row.try_get("number")?,
        state: CaseState::parse(&state)
            .ok_or_else(|| StoreError::unreadable("cases.state", format!("unknown state `{state}`")))?,
        session_id: parse("cases.session_id", row.try_get("session_id")?)?,
        opening_seq: row.try_get("opening_seq")?,
        deliver_after: row.try_get("deliver_after")?,
        reserved_at: time(row.try_get("reserved_ms")?),
        opened_at: row.try_get::<Option<i64>, _>("opened_ms")?.map(time),
        known: optional_json("cases.known", row.try_get("known")?)?.unwrap_or_default(),
        merged_into: row
            .try_get::<Option<String>, _>("merged_into")?
            .map(|id| uuid("cases.merged_into", &id))
            .transpose()?,
        pulled_to: row.try_get("pulled_to")?,
        restored_at: row.try_get::<Option<i64>, _>("restored_ms")?.map(time),
        looked_at: row.try_get::<Option<i64>, _>("looked_ms")?.map(time),
        chosen_seq: row.try_get("chosen_seq")?,
        own_ids: row.try_get::<i64, _>("own_ids")? != 0,
        native_id: row.try_get::<Option<&str>, _>("native_id")?.map(|id| uuid("cases.native_id", id)).transpose()?,
    })
}

pub(super) const CONNECTION: &str = "id, name, kind, instance, settings, modes, route, pause, last_success_ms, adopts_before_ms, \
    unsure_since_ms, created_ms";

pub(super) fn connection(row: &SqliteRow) -> Result<Connection, StoreError> {
    let kind: String = row.try_get("kind")?;
    Ok(Connection {
        id: parse("connections.id", row.try_get("id")?)?,
        name: row.try_get("name")?,
        kind: ConnectionKind::parse(&kind)
            .ok_or_else(|| StoreError::unreadable("connections.kind", format!("unknown kind `{kind}`")))?,
        instance: row.try_get("instance")?,
        settings: from_json("connections.settings", row.try_get("settings")?)?,
        modes: from_json("connections.modes", row.try_get("modes")?)?,
        route: from_json("connections.route", row.try_get("route")?)?,
        pause: optional_json("connections.pause", row.try_get("pause")?)?,
        last_success_at: row.try_get::<Option<i64>, _>("last_success_ms")?.map(time),
        adoption: adoption(row)?,
        created_at: time(row.try_get("created_ms")?),
    })
}

fn adoption(row: &SqliteRow) -> Result<Option<Adoption>, StoreError> {
    let before: Option<i64> = row.try_get("adopts_before_ms")?;
    let since: Option<i64> = row.try_get("unsure_since_ms")?;
    Ok(before.map(|before| Adoption { before: time(before), unsure_since: time(since.unwrap_or(before)) }))
}
