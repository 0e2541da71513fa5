//! Looking at cases: whatever hinted at it, a case is read under its lane's lease, and what people did there is
//! taken into the session.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casebridge_connectors::{CallLog, CaseSystem, Look, LookAt};
use casebridge_domain::absorb::{Absorbed, CLOCK_MARGIN, Entry, SessionOnCase, Verdict, View, absorb};
use casebridge_domain::retry::delay;
use casebridge_domain::{
    CallFailure, Case, CaseSeen, ConnectionId, CrmRecord, Event, EventKind, FailureScope, RecordKind, RecordRef,
    Session, SessionId, StatusWish, ids,
};
use casebridge_store::{Attempt, ClaimedPull, LaneFilter, NewReply, PullFailed, PullResult, Step, StoreError};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::Engine;
use crate::another;
use crate::changes::Change;
use crate::crm_time::CrmTime;
use crate::pass::attempt;
use crate::runtime::Runtime;

/// Changes may become visible later than they are stamped: this much is read again (R16).
pub(crate) const OVERLAP: Duration = Duration::from_secs(10 * 60);

/// Looks at what is due, as long as the connection is followed.
pub(crate) async fn run(engine: Engine, runtime: Arc<Runtime>) {
    let Ok(crm) = runtime.crm.clone() else { return };
    while !runtime.stop.is_cancelled() {
        if runtime.pause().is_none() {
            match claim(&engine, &runtime, crm.look_limit()).await {
                Ok(claimed) if !claimed.is_empty() => {
                    look(&engine, &runtime, crm.as_ref(), claimed).await;
                    continue;
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "cases to look at could not be claimed");
                }
            }
        }
        idle(&engine, &runtime).await;
    }
}

async fn claim(engine: &Engine, runtime: &Runtime, limit: usize) -> Result<Vec<ClaimedPull>, StoreError> {
    let since = Instant::now();
    let now = engine.clock().now();
    let claimed = engine.store().claim_pulls(runtime.connection.id, now, limit.max(1), runtime.lease()).await?;
    for pull in &claimed {
        runtime.hold(pull.case.session_id, pull.fence, since);
    }
    Ok(claimed)
}

async fn idle(engine: &Engine, runtime: &Runtime) {
    let clock = engine.clock();
    let until = match runtime.pause() {
        // Whoever ends the pause says so.
        Some(_) => None,
        None => {
            let fallback = clock.now() + Duration::from_secs(1);
            engine.store().next_pull(runtime.connection.id).await.unwrap_or(Some(fallback))
        }
    };
    tokio::select! {
        () = runtime.stop.cancelled() => {}
        () = runtime.pull_wanted() => {}
        () = async {
            match until {
                Some(at) => clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        } => {}
    }
}

/// Looks at claimed cases with one reading; when that fails for a reason of one case, at each by itself.
async fn look(engine: &Engine, runtime: &Runtime, crm: &dyn CaseSystem, claimed: Vec<ClaimedPull>) {
    let log = CallLog::default();
    let at: Vec<LookAt> = claimed
        .iter()
        .map(|pull| LookAt { case: pull.case.crm_id, since: pull.case.pulled_to.as_deref().and_then(overlapped) })
        .collect();
    match crm.look(&at, &log).await {
        Ok(look) => {
            runtime.answered(engine.store().as_ref()).await;
            let attempts = calls(&log, claimed.len() > 1);
            for (place, pull) in claimed.into_iter().enumerate() {
                let attempts = of_pull(&attempts, pull.fence, place);
                let session = pull.case.session_id;
                match take_in(engine, runtime, pull, &look, attempts).await {
                    Ok(()) | Err(StoreError::FenceMoved) => {}
                    Err(error) => {
                        tracing::error!(
                            session.id = %session, error = &error as &dyn std::error::Error,
                            "what was read could not be kept; it is read again when the lease has run out"
                        );
                    }
                }
                runtime.let_go(session);
            }
            engine.wake();
        }
        Err(failure) if claimed.len() > 1 && failure.scope == FailureScope::Lane && !failure.concerns_connection() => {
            for pull in claimed {
                Box::pin(look(engine, runtime, crm, vec![pull])).await;
            }
        }
        Err(failure) => give_back(engine, runtime, claimed, &failure, &log).await,
    }
}

async fn give_back(
    engine: &Engine,
    runtime: &Runtime,
    claimed: Vec<ClaimedPull>,
    failure: &CallFailure,
    log: &CallLog,
) {
    let clock = engine.clock();
    let now = clock.now();
    if failure.scope == FailureScope::Lane && log.has_good_answer() {
        runtime.answered(engine.store().as_ref()).await;
    } else {
        runtime.failed(engine.store().as_ref(), failure, now, clock.random()).await;
    }
    let attempts = calls(log, claimed.len() > 1);
    for (place, pull) in claimed.into_iter().enumerate() {
        let counts = failure.scope == FailureScope::Lane;
        let due_at = if counts { now + delay(pull.failures + 1, clock.random(), None) } else { now };
        let detail =
            json!({ "failure": failure.message, "hint": failure.hint, "next": due_at, "case": pull.case.crm_id });
        let session = pull.case.session_id;
        let failed = PullFailed {
            connection: runtime.connection.id,
            case: pull.case.crm_id,
            session,
            fence: pull.fence,
            due_at,
            counts,
            attempts: of_pull(&attempts, pull.fence, place),
            steps: vec![Step { at: now, what: "pull_failed".into(), detail }],
        };
        match engine.store().fail_pull(failed).await {
            Ok(()) | Err(StoreError::FenceMoved) => {}
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a failed look could not be noted");
            }
        }
        runtime.let_go(session);
    }
}

/// The calls of a look. One that brought several cases shows none of their rows on the trace of another.
fn calls(log: &CallLog, shared: bool) -> Vec<Attempt> {
    log.take()
        .into_iter()
        .map(|call| {
            let mut attempt = attempt(0, call);
            if shared {
                (attempt.request, attempt.answer) = (None, None);
            }
            attempt
        })
        .collect()
}

/// The calls as one case's trace keeps them. A call that several cases share is counted once: with the others it
/// carries -1 parts.
fn of_pull(attempts: &[Attempt], fence: i64, place: usize) -> Vec<Attempt> {
    let shared = |one: &Attempt| if place == 0 { one.parts } else { -1 };
    attempts.iter().map(|one| Attempt { fence, parts: shared(one), ..one.clone() }).collect()
}

/// The CRM's time, less the overlap, in a form that the CRM reads.
pub(crate) fn overlapped(text: &str) -> Option<String> {
    let at: Timestamp = text.parse().ok()?;
    Some((at - OVERLAP).to_string())
}

/// The later of two times in the CRM's own words.
pub(crate) fn later(one: Option<String>, other: Option<String>) -> Option<String> {
    let time = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<Timestamp>().ok());
    if time(&other) > time(&one) { other } else { one }
}

async fn take_in(
    engine: &Engine,
    runtime: &Runtime,
    pull: ClaimedPull,
    look: &Look,
    attempts: Vec<Attempt>,
) -> Result<(), StoreError> {
    let store = engine.store();
    let now = engine.clock().now();
    let crm = CrmTime::new(look.clock, now);
    let case = &pull.case;
    let records: Vec<CrmRecord> = look.records.iter().filter(|record| record.case == case.crm_id).cloned().collect();
    let found = look.cases.iter().find(|(id, _)| *id == case.crm_id).map(|(_, seen)| seen.clone());
    let seen = match (found.unwrap_or(CaseSeen::Absent), pull.moved_to) {
        // Its records stand on another case, and nothing goes on here.
        (CaseSeen::Absent, Some(survivor)) => CaseSeen::MergedInto(survivor),
        (CaseSeen::Stands(facts), Some(survivor)) if facts.class.is_over() => CaseSeen::MergedInto(survivor),
        (seen, _) => seen,
    };
    let names = records.iter().map(|record| (record.record, record.case)).collect();
    let held = store.ledger_of(runtime.connection.id, names).await?;
    let ledger = held
        .iter()
        .filter(|(_, row)| row.ours || row.done)
        .map(|(record, row)| (*record, if row.ours { Entry::Ours } else { Entry::Decided }))
        .collect();
    let cases = store.cases_on(runtime.connection.id, case.crm_id).await?;
    let over = matches!(&seen, CaseSeen::Stands(facts) if facts.class.is_over());
    let clock = (over || cases.len() > 1).then_some(crm);
    let sessions = sessions(engine, runtime.connection.id, &cases, clock).await?;
    let unknown =
        records.iter().any(|record| record.record.kind == RecordKind::Activity && !held.contains_key(&record.record));
    let derived = if unknown { derived(engine, runtime, &cases).await? } else { HashSet::new() };
    let deliver_after = case
        .deliver_after
        .as_deref()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| crm.deliver_after(case.reserved_at, case.restored_at));
    let unsure_from = case
        .restored_at
        .map(|_| case.pulled_to.as_deref().and_then(|text| text.parse().ok()))
        // What is older than our wish for the case was never ours to deliver.
        .map(|seen| seen.unwrap_or_else(|| crm.earliest(case.reserved_at)))
        .or_else(|| runtime.connection.adoption.map(|one| crm.earliest(one.unsure_since)));
    let pending = pending(engine, runtime, case.session_id).await?.map(|(wish, at)| (wish, crm.earliest(at)));
    let absorbed = absorb(View {
        connection: runtime.connection.id,
        namespace: runtime.namespace,
        case,
        known: &case.known,
        sessions: &sessions,
        seen: &seen,
        records: &records,
        ledger: &ledger,
        derived: &derived,
        pending,
        deliver_after,
        unsure_from,
        now: crm.now(),
        settings: &runtime.back,
    });
    let adopted = runtime.connection.adoption.map(|one| crm.latest(one.before) + CLOCK_MARGIN);
    let foreign = absorbed.decisions.iter().filter(|decision| decision.foreign).map(|decision| decision.record);
    let foreign: Vec<RecordRef> =
        foreign.filter(|named| records.iter().any(|one| one.record == *named && Some(one.at) > adopted)).collect();
    if another::stop_for(engine, runtime, foreign).await? {
        // What was read may be the other engine's to deliver: it is read again when somebody has taken over.
        let step = Step { at: now, what: "another_engine".into(), detail: json!({ "case": case.crm_id }) };
        let failed = PullFailed {
            connection: runtime.connection.id,
            case: case.crm_id,
            session: case.session_id,
            fence: pull.fence,
            due_at: now,
            counts: false,
            attempts,
            steps: vec![step],
        };
        return store.fail_pull(failed).await;
    }
    let step = step(now, &pull, &seen, &records, &absorbed);
    let newest = records.iter().map(|record| record.modified.clone()).chain(match &seen {
        CaseSeen::Stands(facts) => Some(facts.modified.clone()),
        _ => None,
    });
    let pulled_to = newest.fold(case.pulled_to.clone(), |before, one| later(before, Some(one)));
    let result = PullResult {
        connection: runtime.connection.id,
        case: case.crm_id,
        session: case.session_id,
        fence: pull.fence,
        asked: pull.asked,
        replies: replies(runtime.namespace, &records, &absorbed),
        events: absorbed.events,
        decisions: absorbed.decisions,
        known: absorbed.known,
        state: absorbed.state,
        merged_into: absorbed.merged_into,
        native_id: look.native_ids.get(&case.crm_id).copied(),
        deliver_after: deliver_after.to_string(),
        pulled_to,
        attempts,
        steps: vec![step],
        at: now,
    };
    let (session, moved) = (result.session, result.state.is_some());
    store.record_pull(result).await?;
    if moved {
        runtime.poke_poller();
    }
    engine.tell_of(session);
    engine.tell([Change::Replies]);
    Ok(())
}

fn replies(namespace: Uuid, records: &[CrmRecord], absorbed: &Absorbed) -> Vec<NewReply> {
    let decided = absorbed
        .decisions
        .iter()
        .filter(|decision| matches!(decision.verdict, Verdict::Held | Verdict::Given | Verdict::Recorded));
    decided
        .filter_map(|decision| {
            let record = records.iter().find(|record| record.record == decision.record)?;
            Some(NewReply {
                id: ids::reply_id(namespace, record.record),
                record: record.clone(),
                session: decision.session,
                held_for: decision.held_for,
            })
        })
        .collect()
}

/// What the trace says: how the case was found, and the decision about each record that is not ours.
fn step(now: Timestamp, pull: &ClaimedPull, seen: &CaseSeen, records: &[CrmRecord], absorbed: &Absorbed) -> Step {
    let ours = absorbed.decisions.iter().filter(|decision| decision.verdict == Verdict::Ours).count();
    let decisions: Vec<_> = absorbed
        .decisions
        .iter()
        .filter(|decision| decision.verdict != Verdict::Ours || decision.foreign)
        .map(|decision| {
            json!({
                "kind": decision.record.kind, "record": decision.record.id, "decision": decision.verdict,
                "reason": decision.held_for.map_or(decision.verdict.reason(), |why| why.reason()),
                "foreign": decision.foreign,
            })
        })
        .collect();
    let case = match seen {
        CaseSeen::Stands(facts) => json!({ "stands": facts.class, "status": facts.status.id }),
        CaseSeen::Absent => json!("absent"),
        CaseSeen::MergedInto(survivor) => json!({ "merged_into": survivor }),
        CaseSeen::Unreadable => json!("unreadable"),
    };
    Step {
        at: now,
        what: "pull".into(),
        detail: json!({
            "why": pull.why, "case": pull.case.crm_id, "seen": case, "records": records.len(), "ours": ours,
            "decisions": decisions, "events": absorbed.events.len(), "notes": absorbed.notes,
        }),
    }
}

async fn sessions(
    engine: &Engine,
    connection: ConnectionId,
    cases: &[Case],
    clock: Option<CrmTime>,
) -> Result<Vec<SessionOnCase>, StoreError> {
    let store = engine.store();
    let mut sessions = Vec::new();
    for case in cases {
        let Some(session) = store.session(case.session_id).await? else { continue };
        let newest = store.case(connection, case.session_id).await?;
        // Asked only where it decides something: it takes the whole log.
        let last_customer_at = match clock {
            Some(crm) => {
                let events = store.events(case.session_id, 0, i64::MAX).await?;
                let last = events.iter().filter(|event| event.kind.is_from_customer()).map(|event| event.occurred_at);
                last.max().map(|at| crm.earliest(at))
            }
            None => None,
        };
        sessions.push(SessionOnCase {
            id: session.id,
            open: session.status == casebridge_domain::SessionStatus::Open,
            handed_off: session.handed_off_seq.is_some(),
            last_customer_at,
            // Verified by the source is as good as known to the CRM: both say who the customer is.
            contact: case.known.facts.as_ref().and_then(|facts| facts.contact).or_else(|| verified(&session)),
            current: newest.is_some_and(|newest| newest.crm_id == case.crm_id),
        });
    }
    Ok(sessions)
}

/// One id for all sessions of one verified address.
fn verified(session: &Session) -> Option<Uuid> {
    let address = session.contact.verified_email()?.to_lowercase();
    Some(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("verified:{address}").as_bytes()))
}

/// The ids that the events of these cases' sessions have in the CRM (R5).
async fn derived(engine: &Engine, runtime: &Runtime, cases: &[Case]) -> Result<HashSet<Uuid>, StoreError> {
    let store = engine.store();
    let mut derived = HashSet::new();
    for case in cases {
        let Some(session) = store.session(case.session_id).await? else { continue };
        for event in store.events(case.session_id, 0, i64::MAX).await? {
            let path = case.record_path(&format!("{}/{}", session.key.external_id, event.event_id));
            derived.insert(ids::activity_id(runtime.namespace, &session.key.source, &path));
        }
    }
    Ok(derived)
}

/// The newest status change of ours that the CRM has not confirmed.
async fn pending(
    engine: &Engine,
    runtime: &Runtime,
    session: SessionId,
) -> Result<Option<(StatusWish, Timestamp)>, StoreError> {
    let filter = LaneFilter { session: Some(session), consumer: Some(runtime.consumer()), ..LaneFilter::default() };
    let lanes = engine.store().lanes(filter).await?;
    let Some((lane, _)) = lanes.first() else { return Ok(None) };
    if lane.written_seq >= lane.dirty_seq {
        return Ok(None);
    }
    let events: Vec<Event> = engine.store().events(session, lane.written_seq, i64::MAX).await?;
    let mine = Some(runtime.connection.id);
    Ok(events
        .iter()
        .rev()
        .filter(|event| !lane.skipped.contains(&event.seq))
        .find_map(|event| match &event.kind {
            EventKind::Resolved { via, .. } => {
                Some((*via != mine).then_some((StatusWish::Resolved, event.occurred_at)))
            }
            EventKind::Reopened { via, .. } => {
                Some((*via != mine).then_some((StatusWish::Reopened, event.occurred_at)))
            }
            _ => None,
        })
        .flatten())
}
