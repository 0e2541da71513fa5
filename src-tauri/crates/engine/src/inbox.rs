//! The console's list of conversations, its cases and its groups of deliveries.

use std::collections::HashMap;

use casebridge_domain::{Case, CaseState, Connection, ConnectionId, ConnectionKind, Lane, LaneState, SessionId};
use casebridge_store::{CaseWish, LaneFilter, ListPlace, ListWish, SessionHead, View, ViewCounts};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Engine;
use crate::error::EngineError;
use crate::lanes::LaneView;

/// Most lanes that are looked at for the groups of deliveries.
const MOST_LANES: i64 = 2_000;

/// A case as a conversation's line shows it.
#[derive(Debug, Clone)]
pub struct CaseChip {
    /// The case.
    pub case: Case,
    /// The connection's name.
    pub connection_name: String,
    /// Where people open it.
    pub url: Option<String>,
    /// The how-manieth case of the conversation on this connection.
    pub period: usize,
}

/// How the writing to the CRMs stands.
#[derive(Debug, Clone)]
pub struct Sync {
    /// The state's name (R39), or `no_case`.
    pub state: &'static str,
    /// In words.
    pub detail: Option<String>,
    /// When it goes on.
    pub at: Option<Timestamp>,
    /// Tries so far.
    pub tries: Option<u32>,
}

/// A line of the list.
#[derive(Debug, Clone)]
pub struct Row {
    /// The session's own part.
    pub head: SessionHead,
    /// Its cases, newest first.
    pub cases: Vec<CaseChip>,
    /// How the writing stands.
    pub sync: Sync,
    /// Replies that wait for a decision.
    pub held_replies: i64,
}

/// A page of the list.
#[derive(Debug, Clone)]
pub struct RowPage {
    /// Newest change first.
    pub rows: Vec<Row>,
    /// Where to go on.
    pub next: Option<ListPlace>,
    /// More may exist (R35).
    pub bounded: bool,
}

/// Lanes that stand alike.
#[derive(Debug, Clone)]
pub struct LaneGroup {
    /// The state's name.
    pub state: &'static str,
    /// Why.
    pub reason: String,
    /// What clears it.
    pub hint: Option<String>,
    /// The connection's name.
    pub connection: String,
    /// All of them, the newest trouble first.
    pub lanes: Vec<LaneView>,
}

impl Engine {
    /// A page of conversations.
    pub async fn inbox(&self, wish: ListWish) -> Result<RowPage, EngineError> {
        let page = self.store().list_heads(wish).await?;
        Ok(RowPage { rows: self.rows(page.heads).await?, next: page.next, bounded: page.bounded })
    }

    /// One conversation's line.
    pub async fn row(&self, id: SessionId) -> Result<Row, EngineError> {
        let head = self.store().head(id).await?.ok_or(EngineError::NoSession(id))?;
        self.rows(vec![head]).await?.pop().ok_or(EngineError::NoSession(id))
    }

    /// Lines for these sessions, in a handful of queries whatever their number.
    pub async fn rows(&self, heads: Vec<SessionHead>) -> Result<Vec<Row>, EngineError> {
        let ids: Vec<SessionId> = heads.iter().map(|head| head.session.id).collect();
        let connections = self.connections().await?;
        let mut cases: HashMap<SessionId, Vec<Case>> = HashMap::new();
        for case in self.store().cases_of(ids.clone()).await? {
            cases.entry(case.session_id).or_default().push(case);
        }
        let mut lanes: HashMap<SessionId, Vec<(Lane, Option<String>)>> = HashMap::new();
        for (lane, why) in self.store().lanes_of(ids.clone()).await? {
            lanes.entry(lane.session_id).or_default().push((lane, why));
        }
        let held = self.store().held_of(ids).await?;
        let now = self.clock().now();
        Ok(heads
            .into_iter()
            .map(|head| {
                let id = head.session.id;
                let cases = chips(cases.remove(&id).unwrap_or_default(), &connections);
                let sync = sync(&cases, &lanes.remove(&id).unwrap_or_default(), &connections, now);
                Row { head, cases, sync, held_replies: held.get(&id).copied().unwrap_or_default() }
            })
            .collect())
    }

    /// Counts for the views, of the person who asks.
    pub async fn view_counts(&self, me: &str) -> Result<ViewCounts, EngineError> {
        Ok(self.store().view_counts(me).await?)
    }

    /// Cases of all conversations, newest first; the second says where to go on.
    pub async fn case_links(
        &self,
        mut wish: CaseWish,
    ) -> Result<(Vec<(CaseChip, Row)>, Option<(Timestamp, ConnectionId, Uuid)>), EngineError> {
        let limit = wish.limit.clamp(1, 200);
        wish.limit = limit + 1;
        let mut cases = self.store().list_cases(wish).await?;
        let more = cases.len() as i64 > limit;
        cases.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = cases.last().filter(|_| more).map(|case| (case.reserved_at, case.connection, case.crm_id));
        let mut ids: Vec<SessionId> = cases.iter().map(|case| case.session_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let heads = self.store().heads(ids).await?;
        let rows: HashMap<SessionId, Row> =
            self.rows(heads).await?.into_iter().map(|row| (row.head.session.id, row)).collect();
        let links = cases
            .into_iter()
            .filter_map(|case| {
                let row = rows.get(&case.session_id)?;
                let chip = row.cases.iter().find(|chip| chip.case.crm_id == case.crm_id)?;
                Some((chip.clone(), row.clone()))
            })
            .collect();
        Ok((links, next))
    }

    /// What is under way, waits, fails or is parked, by state and reason; trouble first. At most `most` lanes are
    /// looked at, 2,000 unless given; the second says that there may be more (R35).
    pub async fn deliveries(&self, most: Option<i64>) -> Result<(Vec<LaneGroup>, bool), EngineError> {
        let most = most.unwrap_or(MOST_LANES).clamp(1, MOST_LANES * 10);
        let filter = LaneFilter { unfinished: true, limit: most + 1, ..LaneFilter::default() };
        let mut groups: Vec<LaneGroup> = Vec::new();
        let mut lanes = self.lanes(filter).await?;
        let bounded = lanes.len() as i64 > most;
        lanes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        for lane in lanes {
            if lane.consumer.connection().is_none() || lane.state == LaneState::Synced {
                continue;
            }
            let (reason, hint) = match &lane.state {
                LaneState::Parked { reason } => (reason.failure.message.clone(), Some(reason.kind.remedy().to_owned())),
                _ => (lane.reason.clone().unwrap_or_default(), None),
            };
            let state = lane.state.name();
            let same = |group: &&mut LaneGroup| {
                (group.state, &group.reason, &group.connection) == (state, &reason, &lane.connection)
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.lanes.push(lane),
                None => {
                    let connection = lane.connection.clone();
                    groups.push(LaneGroup { state, reason, hint, connection, lanes: vec![lane] });
                }
            }
        }
        groups.sort_by_key(|group| (rank(group.state), std::cmp::Reverse(group.lanes.len())));
        Ok((groups, bounded))
    }
}

/// Worst first.
fn rank(state: &str) -> usize {
    ["parked", "retrying", "paused", "syncing", "waiting", "skipped_items", "synced"]
        .iter()
        .position(|one| *one == state)
        .unwrap_or(usize::MAX)
}

fn chips(cases: Vec<Case>, connections: &[Connection]) -> Vec<CaseChip> {
    let all: Vec<ConnectionId> = cases.iter().map(|case| case.connection).collect();
    cases
        .into_iter()
        .enumerate()
        .map(|(n, case)| {
            let connection = connections.iter().find(|one| one.id == case.connection);
            // They come newest first: those behind this one were before it.
            let period = all.iter().skip(n).filter(|id| **id == case.connection).count();
            let url = connection.filter(|_| case.state != CaseState::Reserved).and_then(|one| page(one, &case));
            let connection_name = connection.map_or_else(|| "removed".to_owned(), |one| one.name.clone());
            CaseChip { case, connection_name, url, period }
        })
        .collect()
}

/// The address that leads people to a case, whichever page the tenant has for it.
fn page(connection: &Connection, case: &Case) -> Option<String> {
    if connection.kind == ConnectionKind::Salesforce {
        return crate::crm::salesforce_page(connection, case.native_id.unwrap_or(case.crm_id));
    }
    let case = case.crm_id;
    if let Some(template) = connection.settings.get("case_page").and_then(serde_json::Value::as_str) {
        return Some(template.replace("{id}", &case.to_string()));
    }
    let instance = connection.settings.get("url").and_then(serde_json::Value::as_str).unwrap_or(&connection.instance);
    Some(format!("{}/Navigation/Navigation.aspx?schemaName=Case&recordId={case}", instance.trim_end_matches('/')))
}

fn sync(cases: &[CaseChip], lanes: &[(Lane, Option<String>)], connections: &[Connection], now: Timestamp) -> Sync {
    let worst = lanes
        .iter()
        .filter_map(|(lane, why)| {
            let id = lane.consumer.connection()?;
            let connection = connections.iter().find(|one| one.id == id)?;
            Some(LaneView::new(lane, why.clone(), Some(connection), now))
        })
        .min_by_key(|lane| rank(lane.state.name()));
    let Some(lane) = worst else {
        let detail = if connections.is_empty() { "there is no connection" } else { "nothing was said yet" };
        return Sync { state: "no_case", detail: Some(detail.to_owned()), at: None, tries: None };
    };
    let (at, tries) = match &lane.state {
        LaneState::Retrying { tries, at } => (*at, Some(*tries)),
        LaneState::Waiting { until, .. } | LaneState::Paused { until, .. } => (*until, None),
        LaneState::Parked { reason } => (Some(reason.since), Some(reason.tries)),
        _ => (None, None),
    };
    let rests = matches!(lane.state, LaneState::Synced | LaneState::SkippedItems { .. });
    let linked = cases.first().is_some_and(|chip| chip.case.state != CaseState::Unlinked);
    let state = if rests && !linked { "no_case" } else { lane.state.name() };
    Sync { state, detail: lane.reason, at, tries }
}

/// The view that a word names.
#[must_use]
pub fn view_named(name: &str) -> Option<View> {
    serde_json::from_value(serde_json::Value::from(name)).ok()
}
