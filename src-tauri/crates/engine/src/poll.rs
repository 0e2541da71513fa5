//! The poller: what changed anywhere in the CRM, matched to our cases here, never case by case (R16).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casebridge_connectors::{CallLog, CaseSystem, ChangedCase, Changes};
use casebridge_domain::{Case, Mark, Marks};
use casebridge_store::{PollNeed, PollRound, PollState, PullWant, StoreError};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Engine;
use crate::pulls::{OVERLAP, later};
use crate::runtime::Runtime;

/// How often the whole overlap is read again; in between a short one does.
const FULL_EVERY: Duration = Duration::from_secs(5 * 60);
const SHORT_OVERLAP: Duration = Duration::from_secs(60);
/// Most pages of one round; the next round goes on from there.
const MOST_PAGES: usize = 200;

/// Polls in its period, as long as the connection is followed.
pub(crate) async fn run(engine: Engine, runtime: Arc<Runtime>) {
    let Ok(crm) = runtime.crm.clone() else { return };
    while !runtime.stop.is_cancelled() {
        let due = match due(&engine, &runtime).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the poller could not read its marks");
                Some(engine.clock().now() + Duration::from_secs(5))
            }
        };
        if due.is_some_and(|at| at <= engine.clock().now()) {
            if let Err(error) = round(&engine, &runtime, crm.as_ref()).await {
                tracing::error!(error = &error as &dyn std::error::Error, "a round of the poller could not be kept");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            continue;
        }
        tokio::select! {
            () = runtime.stop.cancelled() => {}
            () = runtime.poller_poked() => {}
            () = async {
                match due {
                    Some(at) => engine.clock().sleep_until(at).await,
                    None => std::future::pending().await,
                }
            } => {}
        }
    }
}

/// When the next round is due; `None`: not before something changes.
async fn due(engine: &Engine, runtime: &Runtime) -> Result<Option<Timestamp>, StoreError> {
    let store = engine.store();
    let id = runtime.connection.id;
    let need = store.poll_need(id).await?;
    if !need.cases {
        return Ok(None);
    }
    let now = engine.clock().now();
    let state = match store.poll_state(id).await? {
        Some(state) => state,
        None => {
            let state = first(&need, now);
            store.want_pulls(id, Vec::new(), "poll", Some(state.clone()), now).await?;
            state
        }
    };
    let next = state.at + runtime.back.period(need.handed_off);
    Ok(match runtime.pause() {
        None => Some(next),
        // The end of the pause is somebody's to say: a person's, or a probe's.
        Some(pause) => pause.until.map(|until| until.max(next)),
    })
}

/// The poller begins where the first case of this store began: nothing before it can be for us.
fn first(need: &PollNeed, now: Timestamp) -> PollState {
    let mark = Mark { at: need.from.clone(), skip: 0 };
    let marks = Marks { activities: mark.clone(), portal: mark.clone(), cases: mark };
    PollState { marks, at: now, full_at: now }
}

async fn round(engine: &Engine, runtime: &Runtime, crm: &dyn CaseSystem) -> Result<(), StoreError> {
    let store = engine.store();
    let id = runtime.connection.id;
    let began = Instant::now();
    let now = engine.clock().now();
    let Some(before) = store.poll_state(id).await? else { return Ok(()) };
    let full = now.duration_since(before.full_at).unsigned_abs() >= FULL_EVERY;
    let overlap = if full { OVERLAP } else { SHORT_OVERLAP };
    let mut marks = back(&before.marks, overlap);
    let mut reached = PollState { at: now, full_at: if full { now } else { before.full_at }, ..before };
    let log = CallLog::default();
    let mut kept = PollRound { at: now, took_us: 0, calls: 0, seen: 0, matched: 0, failure: None };
    for _ in 0..MOST_PAGES {
        match crm.changes(&marks, &log).await {
            Ok(changes) => {
                kept.seen += i64::try_from(changes.records.len() + changes.cases.len()).unwrap_or(0);
                let wants = matched(engine, runtime, &changes).await?;
                kept.matched += i64::try_from(wants.len()).unwrap_or(0);
                reached.marks = ahead(&reached.marks, &changes.marks);
                store.want_pulls(id, wants, "poll", Some(reached.clone()), now).await?;
                runtime.wake();
                if !changes.more || runtime.stop.is_cancelled() {
                    runtime.answered(store.as_ref()).await;
                    break;
                }
                marks = changes.marks;
            }
            Err(failure) => {
                runtime.failed(store.as_ref(), &failure, now, engine.clock().random()).await;
                kept.failure = Some(failure.message);
                // The round counts: a CRM that is ill is not asked more often for it.
                store.want_pulls(id, Vec::new(), "poll", Some(reached.clone()), now).await?;
                break;
            }
        }
    }
    kept.calls = i64::try_from(log.take().len()).unwrap_or(0);
    kept.took_us = i64::try_from(began.elapsed().as_micros()).unwrap_or(i64::MAX);
    store.add_round(id, kept).await
}

fn back(marks: &Marks, overlap: Duration) -> Marks {
    let one = |mark: &Mark| {
        let at = mark.at.as_deref().map(|text| match text.parse::<Timestamp>() {
            Ok(at) => (at - overlap).to_string(),
            Err(_) => text.to_owned(),
        });
        Mark { at, skip: 0 }
    };
    Marks { activities: one(&marks.activities), portal: one(&marks.portal), cases: one(&marks.cases) }
}

/// Marks only ever move on. The way through rows of one time is walked anew when it was cut off.
fn ahead(before: &Marks, now: &Marks) -> Marks {
    let one = |before: &Mark, now: &Mark| Mark { at: later(before.at.clone(), now.at.clone()), skip: 0 };
    Marks {
        activities: one(&before.activities, &now.activities),
        portal: one(&before.portal, &now.portal),
        cases: one(&before.cases, &now.cases),
    }
}

/// The cases of ours that must be looked at.
async fn matched(engine: &Engine, runtime: &Runtime, changes: &Changes) -> Result<Vec<PullWant>, StoreError> {
    let store = engine.store();
    let id = runtime.connection.id;
    let names = changes.records.iter().map(|changed| (changed.record, changed.case)).collect();
    let ledger = store.ledger_of(id, names).await?;
    let mut ids: Vec<Uuid> = changes.cases.iter().map(|case| case.id).collect();
    ids.extend(
        changes.records.iter().filter(|one| !ledger.get(&one.record).is_some_and(|row| row.done)).map(|one| one.case),
    );
    ids.sort_unstable();
    ids.dedup();
    let cases: HashMap<Uuid, Case> =
        store.known_cases(id, ids).await?.into_iter().map(|case| (case.crm_id, case)).collect();
    let mut wants: HashMap<Uuid, PullWant> = HashMap::new();
    let mut want = |case: Uuid, moved_to: Option<Uuid>| {
        let one = wants.entry(case).or_insert(PullWant { case, moved_to: None });
        one.moved_to = one.moved_to.or(moved_to);
    };
    for changed in &changes.records {
        match ledger.get(&changed.record) {
            // Ours, but on a case of others: its own case was merged into that one.
            Some(row) if row.ours && !row.on_our_case => {
                if let Some(case) = store.case(id, row.session).await? {
                    want(case.crm_id, Some(changed.case));
                }
            }
            Some(row) if row.ours || row.done => {}
            // Seen as a draft: only a change is news.
            Some(_) => {
                if let Some(case) = cases.get(&changed.case)
                    && is_after(&changed.modified, case.pulled_to.as_deref())
                {
                    want(case.crm_id, None);
                }
            }
            None => {
                if cases.contains_key(&changed.case) {
                    want(changed.case, None);
                }
            }
        }
    }
    for changed in &changes.cases {
        if cases.get(&changed.id).is_some_and(|case| is_news(case, changed)) {
            want(changed.id, None);
        }
    }
    Ok(wants.into_values().collect())
}

fn is_after(text: &str, other: Option<&str>) -> bool {
    let time = |text: &str| text.parse::<Timestamp>().ok();
    other.and_then(time).is_none_or(|other| time(text).is_none_or(|at| at > other))
}

/// Whether a case's row tells more than is known.
fn is_news(case: &Case, changed: &ChangedCase) -> bool {
    let Some(facts) = &case.known.facts else { return true };
    changed.status != Some(facts.status.id)
        || changed.owner != facts.owner.as_ref().map(|owner| owner.id)
        || changed.priority != facts.priority.as_ref().map(|priority| priority.id)
}
