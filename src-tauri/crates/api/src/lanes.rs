//! Commands about lanes.

use std::collections::HashMap;

use casebridge_domain::plan::fields::Blame;
use casebridge_domain::{Consumer, SessionId};
use casebridge_engine::lanes::LaneView as Lane;
use casebridge_engine::{Engine, EngineError, LaneFilter};
use serde_json::{Value, json};

use crate::commands::{LaneName, LaneSelection};
use crate::dto::connections::ConnectionHealth;
use crate::dto::deliveries::{Deliveries, LaneGroup, LaneView, LastWithout, RefusedField};
use crate::dto::time;
use crate::error::{ApiError, Code};

async fn filter(engine: &Engine, selection: LaneSelection) -> Result<LaneFilter, ApiError> {
    let session = match &selection.session {
        Some(text) => Some(engine.find_session(text).await?),
        None => None,
    };
    let consumer = match &selection.connection {
        Some(name) => Some(Consumer::Crm(engine.connection(name).await?.id)),
        None => None,
    };
    Ok(LaneFilter {
        session,
        consumer,
        parked: selection.parked.then_some(true),
        unfinished: selection.unfinished,
        limit: selection.limit,
    })
}

async fn lane(engine: &Engine, name: LaneName) -> Result<(Consumer, SessionId), ApiError> {
    let session = engine.find_session(&name.session).await?;
    if let Some(connection) = &name.connection {
        return Ok((Consumer::Crm(engine.connection(connection).await?.id), session));
    }
    match engine.connections().await?.as_slice() {
        [one] => Ok((Consumer::Crm(one.id), session)),
        several => Err(ApiError {
            code: Code::Invalid,
            message: format!("there are {} connections", several.len()),
            hint: "name one with --connection".into(),
            retry_after: None,
        }),
    }
}

/// The customer's name and the newest case's number of conversations.
type Named = HashMap<SessionId, (Option<String>, Option<String>)>;

async fn named(engine: &Engine, mut ids: Vec<SessionId>) -> Result<Named, ApiError> {
    let mut named = Named::new();
    ids.sort_unstable();
    ids.dedup();
    for some in ids.chunks(500) {
        for head in engine.store().heads(some.to_vec()).await.map_err(EngineError::from)? {
            named.entry(head.session.id).or_default().0 = head.session.contact.name;
        }
        // The newest come first.
        for case in engine.store().cases_of(some.to_vec()).await.map_err(EngineError::from)? {
            let (_, number) = named.entry(case.session_id).or_default();
            *number = number.take().or(case.number);
        }
    }
    Ok(named)
}

/// Lanes as they are shown: with the customer's name and the case's number.
pub(crate) async fn views(engine: &Engine, lanes: Vec<Lane>) -> Result<Vec<LaneView>, ApiError> {
    let named = named(engine, lanes.iter().map(|lane| lane.session).collect()).await?;
    Ok(lanes
        .into_iter()
        .map(|lane| {
            let (contact_name, case_number) = named.get(&lane.session).cloned().unwrap_or_default();
            LaneView {
                session: lane.session.to_string(),
                consumer: lane.consumer.to_string(),
                connection: lane.connection,
                written_seq: lane.written_seq,
                considered_seq: lane.considered_seq,
                dirty_seq: lane.dirty_seq,
                due_at: lane.due_at.map(time),
                reason: lane.reason,
                state: lane.state.name().to_owned(),
                detail: json!(lane.detail),
                contact_name,
                case_number,
            }
        })
        .collect())
}

pub(crate) async fn count_matching(engine: &Engine, selection: LaneSelection) -> Result<Value, ApiError> {
    let filter = filter(engine, selection).await?;
    Ok(json!({ "count": engine.lanes(filter).await?.len() }))
}

pub(crate) async fn deliveries(engine: &Engine, most: Option<i64>) -> Result<Value, ApiError> {
    /// Lanes of a group that are shown.
    const SHOWN: usize = 50;
    let mut groups = Vec::new();
    let (found, bounded) = engine.deliveries(most).await?;
    for group in found {
        let count = u32::try_from(group.lanes.len()).unwrap_or(u32::MAX);
        let first = group.lanes.into_iter().take(SHOWN).collect();
        groups.push(LaneGroup {
            state: group.state.to_owned(),
            reason: group.reason,
            hint: group.hint,
            connection: group.connection,
            count,
            lanes: views(engine, first).await?,
        });
    }
    let mut connections = Vec::new();
    for connection in engine.connections().await? {
        connections.push(ConnectionHealth::new(&connection, engine.health(&connection).await?));
    }
    Ok(json!(Deliveries { groups, connections, bounded }))
}

pub(crate) async fn refused_fields(engine: &Engine) -> Result<Value, ApiError> {
    let found = engine.refused_fields().await?;
    let mut named = named(engine, found.iter().map(|one| one.last).collect()).await?;
    let view = |one: casebridge_engine::mappings::RefusedField| {
        let (contact_name, case_number) = named.entry(one.last).or_default().clone();
        RefusedField {
            connection: one.connection,
            mapping: one.mapping.to_string(),
            column: one.column,
            title: one.title,
            values: match &one.refusal.blame {
                Blame::Values(values) => u32::try_from(values.len()).unwrap_or(u32::MAX),
                Blame::Column | Blame::Once => 0,
            },
            words: one.refusal.words,
            hint: one.refusal.hint,
            since: time(one.since),
            conversations: one.conversations,
            bounded: one.bounded,
            last: LastWithout { session: one.last.to_string(), contact_name, case_number, at: time(one.last_at) },
        }
    };
    Ok(json!(found.into_iter().map(view).collect::<Vec<_>>()))
}

pub(crate) async fn list(engine: &Engine, selection: LaneSelection) -> Result<Value, ApiError> {
    let filter = filter(engine, selection).await?;
    Ok(json!(views(engine, engine.lanes(filter).await?).await?))
}

pub(crate) async fn retry(engine: &Engine, selection: LaneSelection, actor: &str) -> Result<Value, ApiError> {
    let filter = filter(engine, selection).await?;
    Ok(json!({ "count": engine.retry_lanes(filter, actor).await? }))
}

pub(crate) async fn skip(engine: &Engine, name: LaneName, seq: Option<i64>, actor: &str) -> Result<Value, ApiError> {
    let (consumer, session) = lane(engine, name).await?;
    let seq = match seq {
        Some(seq) => seq,
        None => engine.refused_event(consumer, session).await?,
    };
    engine.skip_event(consumer, session, seq, actor).await?;
    Ok(json!({ "session": session, "consumer": consumer, "skipped": seq }))
}

pub(crate) async fn park(engine: &Engine, name: LaneName, why: &str, actor: &str) -> Result<Value, ApiError> {
    let (consumer, session) = lane(engine, name).await?;
    engine.park_lane(consumer, session, why, actor).await?;
    Ok(json!({ "session": session, "consumer": consumer }))
}

pub(crate) async fn count(engine: &Engine) -> Result<Value, ApiError> {
    let mut counts = Vec::new();
    for connection in engine.connections().await? {
        let lanes = engine
            .store()
            .lane_counts(Consumer::Crm(connection.id))
            .await
            .map_err(casebridge_engine::EngineError::from)?;
        counts.push(json!({ "connection": connection.name, "lanes": lanes }));
    }
    Ok(Value::Array(counts))
}
