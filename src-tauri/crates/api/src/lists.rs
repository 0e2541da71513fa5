//! The lists: conversations and cases, page by page.

use casebridge_domain::CaseState;
use casebridge_engine::links::drift::drift;
use casebridge_engine::{CaseWish, Engine, ListWish};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::commands::{CaseLinks, SessionsList};
use crate::dto::links::{CaseLink, CaseLinkPage, DriftView};
use crate::dto::sessions::{SessionPage, SessionRow, ViewCounts};
use crate::dto::time;
use crate::error::ApiError;

/// Lines of a page.
const PAGE: i64 = 50;

fn foreign() -> ApiError {
    ApiError::invalid("`cursor` is not one of this list", "give the `next` of the page before, or none")
}

/// A place in a list, as text: a time and what decides among equal times.
fn split(cursor: &str) -> Result<(Timestamp, &str), ApiError> {
    let (ms, rest) = cursor.split_once('.').ok_or_else(foreign)?;
    let at = ms.parse().ok().and_then(|ms| Timestamp::from_millisecond(ms).ok()).ok_or_else(foreign)?;
    Ok((at, rest))
}

pub(crate) async fn sessions(engine: &Engine, list: SessionsList, me: &str) -> Result<Value, ApiError> {
    let after = match list.cursor.as_deref() {
        Some(cursor) => {
            let (at, id) = split(cursor)?;
            Some((at, id.parse().map_err(|_| foreign())?))
        }
        None => None,
    };
    let limit = list.limit.unwrap_or(PAGE).clamp(1, 200);
    let query = list.query.map(|query| query.chars().take(200).collect());
    let page = engine.inbox(ListWish { view: list.view, me: me.to_owned(), query, after, limit }).await?;
    Ok(json!(SessionPage {
        rows: page.rows.into_iter().map(|row| SessionRow::new(row, me)).collect(),
        next: page.next.map(|(at, id)| format!("{}.{id}", at.as_millisecond())),
        bounded: page.bounded,
    }))
}

pub(crate) async fn counts(engine: &Engine, me: &str) -> Result<Value, ApiError> {
    Ok(json!(ViewCounts::from(engine.view_counts(me).await?)))
}

pub(crate) async fn cases(engine: &Engine, list: CaseLinks) -> Result<Value, ApiError> {
    let state = match list.state.as_deref().filter(|state| !state.is_empty()) {
        Some(name) => Some(CaseState::parse(name).ok_or_else(|| {
            let hint = "one of reserved, open, closed, gone, merged, unreadable, unlinked";
            ApiError::invalid(format!("`state` cannot be `{name}`"), hint)
        })?),
        None => None,
    };
    let after = match list.cursor.as_deref() {
        Some(cursor) => {
            let (at, rest) = split(cursor)?;
            let (connection, case) = rest.split_once('.').ok_or_else(foreign)?;
            Some((at, connection.parse().map_err(|_| foreign())?, case.parse().map_err(|_| foreign())?))
        }
        None => None,
    };
    let query = list.query.map(|query| query.chars().take(200).collect());
    let (links, next) = engine.case_links(CaseWish { query, state, after, limit: PAGE }).await?;
    let rows = links.into_iter().map(|(chip, row)| {
        let newest = row.cases.iter().find(|one| one.case.connection == chip.case.connection);
        let current = newest.is_some_and(|one| one.case.crm_id == chip.case.crm_id);
        let drifts = if current { drift(&row.head, &chip.case) } else { Vec::new() };
        CaseLink {
            session: row.head.session.id.to_string(),
            contact_name: row.head.session.contact.name,
            external_id: row.head.session.key.external_id,
            opened_at: chip.case.opened_at.map(time),
            current,
            looked_at: chip.case.looked_at.map(time),
            drift: drifts
                .into_iter()
                .map(|one| DriftView { what: one.what, ours: one.ours, theirs: one.theirs })
                .collect(),
            case: chip.into(),
            sync: row.sync.into(),
        }
    });
    let next = next.map(|(at, connection, case)| format!("{}.{connection}.{case}", at.as_millisecond()));
    Ok(json!(CaseLinkPage { rows: rows.collect(), next }))
}
