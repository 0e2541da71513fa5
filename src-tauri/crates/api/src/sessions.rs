//! Commands that look at one conversation.

use casebridge_domain::text::last_uuid;
use casebridge_domain::{Event, EventKind, SessionId};
use casebridge_engine::{Engine, EngineError, ListWish, View};
use serde_json::{Value, json};

use crate::dto::conversation::{AnalysisView, ContactView, EventPage, EventView, Explanation, SessionDetail};
use crate::dto::deliveries::{TraceCase, TraceEntry, TraceView};
use crate::dto::mappings::SuggestionView;
use crate::dto::sessions::{CaseChip, SessionRow};
use crate::dto::time;
use crate::error::ApiError;
use crate::{back, lanes};

/// Replies of a conversation that are looked at.
const REPLIES: i64 = 200;
/// Events of a page.
const PAGE: i64 = 100;

pub(crate) async fn find(engine: &Engine, text: &str) -> Result<Value, ApiError> {
    // Whatever people paste: an id, or the address of a case's page.
    let text = text.trim();
    let session = match engine.find_session(text).await {
        Err(EngineError::NotFound { .. }) if text.contains("://") => match last_uuid(text) {
            Some(case) => engine.find_session(&case.to_string()).await?,
            None => {
                engine.find_session(text.rsplit(['/', '=', '#']).find(|part| !part.is_empty()).unwrap_or(text)).await?
            }
        },
        Err(EngineError::NotFound { what, name }) if text.contains('@') => {
            newest_of(engine, text).await?.ok_or(EngineError::NotFound { what, name })?
        }
        other => other?,
    };
    Ok(json!({ "session": session }))
}

/// The conversation of this address that changed last.
async fn newest_of(engine: &Engine, address: &str) -> Result<Option<SessionId>, ApiError> {
    let wish = ListWish { view: View::All, me: String::new(), query: Some(address.to_owned()), after: None, limit: 20 };
    let rows = engine.inbox(wish).await?.rows;
    let is_theirs = |row: &casebridge_engine::inbox::Row| {
        row.head.session.contact.email.as_ref().is_some_and(|mail| mail.value.eq_ignore_ascii_case(address))
    };
    Ok(rows.into_iter().find(is_theirs).map(|row| row.head.session.id))
}

pub(crate) async fn open(engine: &Engine, session: &str, me: &str) -> Result<Value, ApiError> {
    let id = engine.find_session(session).await?;
    let row = engine.row(id).await?;
    let told = engine.store().field_events(id).await.map_err(EngineError::from)?;
    let contact = row.head.session.contact.clone();
    let (reason, summary, language, sentiment) = newest_handoff(&told).unwrap_or_default();
    let mut replies = engine.replies(Some(id), None, REPLIES).await?;
    // What was held before it was given to a conversation is decided in those whose case it stands on.
    let cases = row.cases.iter().map(|chip| chip.case.crm_id).collect();
    replies.extend(engine.store().held_on(cases, REPLIES).await.map_err(EngineError::from)?);
    Ok(json!(SessionDetail {
        contact: ContactView {
            name: contact.name,
            email: contact.email.map(Into::into),
            phone: contact.phone.map(Into::into),
            external_id: contact.external_id.map(Into::into),
        },
        cases: row.cases.iter().cloned().map(CaseChip::from).collect(),
        replies: back::replies(engine, replies).await?,
        arrivals: engine.arrivals(id, REPLIES).await?.into_iter().map(Into::into).collect(),
        explanation: engine.explain(id).await?.into_iter().map(Explanation::from).collect(),
        created_at: time(row.head.session.created_at),
        language,
        sentiment,
        summary,
        handoff_reason: reason,
        analysis: AnalysisView::newest(&told),
        suggestions: engine.suggestions(id).await?.into_iter().map(SuggestionView::from).collect(),
        row: SessionRow::new(row, me),
    }))
}

type Handoff = (Option<String>, Option<String>, Option<String>, Option<String>);

fn newest_handoff(events: &[Event]) -> Option<Handoff> {
    events.iter().rev().find_map(|event| match &event.kind {
        EventKind::HandedOff { reason, summary, language, sentiment } => {
            Some((reason.clone(), summary.clone(), language.clone(), sentiment.clone()))
        }
        _ => None,
    })
}

pub(crate) async fn events(
    engine: &Engine,
    session: &str,
    before: Option<i64>,
    limit: Option<i64>,
) -> Result<Value, ApiError> {
    let id = engine.find_session(session).await?;
    let limit = limit.unwrap_or(PAGE).clamp(1, 500);
    let events = engine.store().events_before(id, before, limit).await.map_err(EngineError::from)?;
    // The log begins with 1 and has no gaps.
    let before = events.first().map(|event| event.seq).filter(|seq| *seq > 1);
    Ok(json!(EventPage { events: events.into_iter().map(EventView::from).collect(), before }))
}

pub(crate) async fn trace(engine: &Engine, session: &str) -> Result<Value, ApiError> {
    let id = engine.find_session(session).await?;
    let trace = engine.trace(id).await?;
    let cases = trace.cases.into_iter().map(|case| TraceCase {
        connection: case.connection,
        crm_id: case.crm_id,
        number: case.number,
        state: case.state,
    });
    let timeline = trace.timeline.into_iter().map(|entry| TraceEntry {
        at: time(entry.at),
        what: entry.what,
        connection: entry.connection,
        summary: entry.summary,
        detail: entry.detail,
    });
    Ok(json!(TraceView {
        session: json!(trace.session),
        cases: cases.collect(),
        explanation: trace.explanation.into_iter().map(Explanation::from).collect(),
        lanes: lanes::views(engine, trace.lanes).await?,
        timeline: timeline.collect(),
    }))
}

pub(crate) async fn explain(engine: &Engine, session: &str) -> Result<Value, ApiError> {
    let id = engine.find_session(session).await?;
    Ok(engine.explain(id).await?.into_iter().map(|one| json!(Explanation::from(one))).collect())
}
