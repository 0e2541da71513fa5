//! One pass of one lane: snapshot, plan, intents, call, settle, record.
//!
//! The order is what keeps effects single: nothing is sent before its intent is on disk, and after any
//! answer that is not wholly good the CRM is asked, by id, what stands.

mod ending;
mod fields;
mod settling;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use casebridge_connectors::{Applied, Batch, CallLog, CaseSystem, MappedPart};
use casebridge_domain::plan::fields::unnamed;
use casebridge_domain::plan::rows::Rows;
use casebridge_domain::plan::{Fields, Plan, Snapshot, UNLINKED, plan};
use casebridge_domain::{
    Case, CaseDraft, CaseState, Effect, Event, EventKind, Lane, RecordKind, RecordRef, Session, SessionStatus,
    StatusClass, StatusWish,
};
use casebridge_store::{CaseUpdate, FieldsResult, Intent, LaneEnd, OpenCase, Reservation, Step, StoreError};
use jiff::Timestamp;
use serde_json::json;

pub(crate) use self::ending::attempt;
use self::ending::unusable;
use crate::Engine;
use crate::mappings::rows_named;
use crate::pass::fields::KeepFailed;
use crate::runtime::Runtime;

/// Events read at once for a case that stands; more wait for the next pass.
const EVENTS_AHEAD: usize = 40;

/// When it is asked again whether a case that another conversation makes stands.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Why nothing is written for a conversation that another connection takes.
const ELSEWHERE: &str = "the connection's rule sends this conversation elsewhere";

/// Runs one pass of a claimed lane to its end.
pub(crate) async fn run(engine: Engine, runtime: Arc<Runtime>, lane: Lane) {
    let session = lane.session_id;
    let log = CallLog::default();
    let pass = Pass { engine: &engine, runtime: &runtime, lane: &lane, log, routed: OnceLock::new() };
    match pass.go().await {
        // A fence that moved means that somebody else has the lane: what stands is read back by them.
        Ok(()) | Err(StoreError::FenceMoved) => {}
        Err(error) => {
            tracing::error!(
                session.id = %session, error = &error as &dyn std::error::Error,
                "a pass could not use the store; its lease will run out and it will be repeated"
            );
        }
    }
    runtime.let_go(session);
}

struct Pass<'a> {
    engine: &'a Engine,
    runtime: &'a Runtime,
    lane: &'a Lane,
    log: CallLog,
    /// What the connection's rule says of the session, once it was asked.
    routed: OnceLock<bool>,
}

/// What a pass has found out so far.
#[derive(Default)]
struct Progress {
    steps: Vec<Step>,
    stands: HashSet<RecordRef>,
    /// Records that stood before this pass sent anything.
    fresh: Vec<RecordRef>,
    case: Option<CaseUpdate>,
    /// What became of mapped columns.
    fields: Option<FieldsResult>,
    /// Whether an earlier try may have written the mapped columns, and nobody knows.
    fields_unclear: bool,
    /// What that try turned out to have written.
    fields_there: BTreeMap<String, serde_json::Value>,
    /// The case that is written to, and when its place was reserved.
    case_id: Option<uuid::Uuid>,
    reserved_at: Option<Timestamp>,
    /// What the status changes among the effects make of the case.
    wishes: Vec<(RecordRef, StatusClass)>,
}

impl Pass<'_> {
    async fn go(&self) -> Result<(), StoreError> {
        let crm = match &self.runtime.crm {
            Ok(crm) => crm.as_ref(),
            Err(failure) => return self.fail(failure.clone(), Progress::default(), &[], 0).await,
        };
        let store = self.engine.store();
        let Some(session) = store.session(self.lane.session_id).await? else {
            return self.end(LaneEnd::Considered { seq: self.lane.dirty_seq, why: "the session is gone" }).await;
        };
        let case = store.case(self.runtime.connection.id, session.id).await?;
        if case.as_ref().is_some_and(|case| case.state == CaseState::Unlinked) {
            return self.end(LaneEnd::Considered { seq: self.lane.dirty_seq, why: UNLINKED }).await;
        }
        if case.is_none() && !self.is_for_us(&session) {
            return self.end(LaneEnd::Considered { seq: self.lane.dirty_seq, why: ELSEWHERE }).await;
        }
        let Some(events) = self.events(case.as_ref(), crm.batch_limit()).await? else {
            let why = "handoff only: this conversation was not handed to a person";
            return self.end(LaneEnd::Considered { seq: self.lane.dirty_seq, why }).await;
        };
        let skipped = self.left_to_others(case.as_ref(), &events).await?;
        let known = match self.known_fields().await? {
            fields::Known::Wait(end) => return self.end(end).await,
            fields::Known::Nothing => None,
            fields::Known::All(mapped, said) => Some((mapped, said)),
        };
        let plan_with = |rows: &Rows| {
            plan(Snapshot {
                session: &session,
                events: &events,
                written_seq: self.lane.written_seq,
                case: case.as_ref(),
                modes: &self.runtime.connection.modes,
                namespace: self.runtime.namespace,
                batch_limit: crm.batch_limit(),
                skipped: &skipped,
                connection: self.runtime.connection.id,
                reopen: self.runtime.back.reopen,
                fields: known.as_ref().map(|(mapped, said)| Fields {
                    version: mapped.set.version,
                    sources: mapped.sources(&session, said, rows),
                }),
            })
        };
        let none = Rows::default();
        let planned = plan_with(&none);
        let names = match &known {
            Some((mapped, said)) if fields::sets_fields(&planned) => unnamed(mapped.sources(&session, said, &none)),
            _ => Vec::new(),
        };
        let planned = if names.is_empty() {
            planned
        } else {
            match rows_named(crm, names, self.lane.failure.is_none(), &self.log).await {
                Ok(rows) => plan_with(&rows),
                Err(failure) => return self.fail(failure, Progress::default(), &[], 0).await,
            }
        };
        match planned {
            // Nothing here can still open a case: these events are done with, and the next pass must read on behind
            // them.
            Plan::Nothing { considered, done: true, .. } => {
                self.finish(LaneEnd::Written, Progress::default(), Some(considered)).await
            }
            Plan::Nothing { considered, why, .. } => self.end(LaneEnd::Considered { seq: considered, why }).await,
            Plan::Park { kind, failure } => self.park(kind, failure, Progress::default(), None).await,
            Plan::Write { effects, through } => {
                let opening = effects.iter().find_map(|effect| match effect {
                    Effect::OpenCase(draft) => Some(draft.as_ref()),
                    _ => None,
                });
                match opening.filter(|_| case.is_none() && self.runtime.joins_open_cases) {
                    Some(draft) if session.contact.verified_email().is_some() => {
                        self.join_or_open(crm, &session, draft, &effects, through).await
                    }
                    _ => self.write(crm, &session, case, effects, through).await,
                }
            }
        }
    }

    /// A returning customer's conversation goes on in the open case, and gets one of its own when there is none (R4).
    async fn join_or_open(
        &self,
        crm: &dyn CaseSystem,
        session: &Session,
        draft: &CaseDraft,
        effects: &[Effect],
        through: i64,
    ) -> Result<(), StoreError> {
        let store = self.engine.store();
        let me = (self.lane.consumer, self.lane.session_id, self.lane.fence);
        let now = self.engine.clock().now();
        let reserve = Reservation {
            crm_id: draft.id,
            case_key: session.key.path(),
            previous: None,
            opening_seq: draft.opening_seq,
        };
        match store.join_or_reserve(me, reserve, now).await? {
            OpenCase::None => self.write(crm, session, None, effects.to_vec(), through).await,
            OpenCase::InTheMaking { due } => {
                // One that failed is not made before it is tried again.
                let at = due.unwrap_or(now).max(now + LOOK_AGAIN);
                self.finish(LaneEnd::Later(at), Progress::default(), None).await
            }
            OpenCase::Joined(case) => {
                let mut progress = Progress::default();
                progress.steps.push(self.step("join", json!({ "case": case, "why": "the customer's open case" })));
                // The lane goes on at once, and plans with the case.
                self.finish(LaneEnd::Wait, progress, None).await
            }
        }
    }

    /// The events that are not written: those that a person left out, and what a session says of its own end while its
    /// case is that of another open session, too. Only the last of them closes the case (R4).
    async fn left_to_others(&self, case: Option<&Case>, events: &[Event]) -> Result<Vec<i64>, StoreError> {
        let mut skipped = self.lane.skipped.clone();
        let Some(case) = case else { return Ok(skipped) };
        let is_left = |event: &&Event| match event.kind {
            EventKind::Resolved { via: None, .. } => true,
            // What was not closed for this session need not be opened for it, and a person's status stays.
            EventKind::Reopened { via: None, .. } => case.state == CaseState::Open,
            _ => false,
        };
        let left: Vec<i64> = events.iter().filter(is_left).map(|event| event.seq).collect();
        if left.is_empty() {
            return Ok(skipped);
        }
        let store = self.engine.store();
        for other in store.cases_on(case.connection, case.crm_id).await? {
            if other.session_id == case.session_id || other.crm_id != case.crm_id {
                continue;
            }
            let session = store.session(other.session_id).await?;
            if session.is_some_and(|session| session.status == SessionStatus::Open) {
                skipped.extend(left);
                break;
            }
        }
        Ok(skipped)
    }

    /// Whether the session goes to this connection: decided when its lane is first due, and so for good. A session with a
    /// case is not asked about.
    fn is_for_us(&self, session: &Session) -> bool {
        let rule = || self.runtime.connection.route.takes(&session.channel, &session.tags);
        *self.routed.get_or_init(|| self.lane.routed.unwrap_or_else(rule))
    }

    /// The log after `written_seq`. `None`: the events that are new open no case, and those before them
    /// did not either.
    async fn events(&self, case: Option<&Case>, batch_limit: usize) -> Result<Option<Vec<Event>>, StoreError> {
        let store = self.engine.store();
        let Lane { session_id, written_seq, considered_seq, .. } = *self.lane;
        match case {
            // A closed case may have a successor, which takes along what was said since.
            Some(case) if case.state == CaseState::Closed => {}
            Some(case) if case.state != CaseState::Reserved => {
                let limit = i64::try_from(batch_limit + EVENTS_AHEAD).unwrap_or(i64::MAX);
                return store.events(session_id, written_seq, limit).await.map(Some);
            }
            Some(_) => {}
            None if considered_seq > written_seq => {
                let fresh = store.events(session_id, considered_seq, i64::MAX).await?;
                if !fresh.iter().any(|event| self.runtime.connection.modes.opens(event)) {
                    return Ok(None);
                }
            }
            None => {}
        }
        store.events(session_id, written_seq, i64::MAX).await.map(Some)
    }

    async fn write(
        &self,
        crm: &dyn CaseSystem,
        session: &Session,
        case: Option<Case>,
        effects: Vec<Effect>,
        through: i64,
    ) -> Result<(), StoreError> {
        let opening = effects.iter().find_map(|effect| match effect {
            Effect::OpenCase(draft) => Some(draft),
            _ => None,
        });
        let Some(case_id) = opening.map(|draft| draft.id).or(case.as_ref().map(|case| case.crm_id)) else {
            // Plans without a case write nothing.
            return self.end(LaneEnd::Considered { seq: through, why: "no case" }).await;
        };
        let previous = case.as_ref().map(|case| case.crm_id).filter(|id| *id != case_id);
        let case = case.filter(|case| case.crm_id == case_id);
        let reserve = opening.filter(|_| case.is_none()).map(|draft| Reservation {
            crm_id: draft.id,
            case_key: session.key.path(),
            previous,
            opening_seq: draft.opening_seq,
        });
        let intents: Vec<Intent> =
            effects.iter().map(|effect| Intent { record: effect.record(), seq: effect.seq() }).collect();
        let why = match (&opening, reserve.is_some()) {
            (Some(_), true) => "open a case",
            (Some(_), false) => "the case is reserved but not yet known to stand",
            (None, _) => "the case takes what is new",
        };
        let step = self.step(
            "plan",
            json!({
                "why": why, "case": case_id, "through": through, "from": self.lane.written_seq + 1,
                "effects": effects.iter().map(|effect| format!("{effect:?}")).collect::<Vec<_>>(),
            }),
        );
        let me = (self.lane.consumer, self.lane.session_id, self.lane.fence);
        let new = reserve.is_some();
        let known = self.engine.store().commit_plan(me, reserve, intents, step).await?;

        let mut progress = Progress {
            case_id: Some(case_id),
            reserved_at: Some(case.as_ref().map_or(self.engine.clock().now(), |case| case.reserved_at)),
            wishes: effects.iter().filter_map(wish).collect(),
            fields_unclear: known.iter().any(|row| row.kind == RecordKind::Fields && !row.stands),
            ..Progress::default()
        };
        for row in known.iter().filter(|row| row.stands) {
            progress.stands.insert(RecordRef { kind: row.kind, id: row.record_id });
        }
        let open = case.as_ref().is_some_and(|case| matches!(case.state, CaseState::Open | CaseState::Closed));
        // An intent from before whose fate nobody knows: ask first, or a repeat might run into itself.
        if known.iter().any(|row| !row.stands) {
            let todo = remaining(&effects, &progress);
            let batch = Batch { case_id, session: &session.key, effects: &todo };
            match self.read_back(crm, &batch).await {
                Ok(standing) => {
                    if self.another_made_it(&standing, opening.map(AsRef::as_ref), &progress, None).await? {
                        return self.stand_back(case_id).await;
                    }
                    self.note("settle", &standing, &todo, &mut progress);
                    if let Some((kind, failure)) = unusable(&standing, open, &progress) {
                        return self.park(kind, failure, progress, Some(case_id)).await;
                    }
                    self.amend(crm, session, case_id, &todo, &standing, &mut progress).await;
                }
                Err(failure) => return self.fail(failure, progress, &effects, through).await,
            }
        }
        let mut todo = remaining(&effects, &progress);
        if todo.is_empty() {
            return self.succeed(progress, through).await;
        }
        if !self.runtime.fits_lease(self.lane.session_id) {
            return self.finish(LaneEnd::Wait, progress, None).await;
        }
        match self.keep_theirs(crm, case_id, &mut todo, &mut progress).await {
            Ok(()) => {}
            Err(KeepFailed::Crm(failure)) => return self.fail(failure, progress, &effects, through).await,
            Err(KeepFailed::Store(error)) => return Err(error),
        }
        let batch = Batch { case_id, session: &session.key, effects: &todo };
        let is_nothing = |effect: &Effect| matches!(effect, Effect::SetFields(draft) if draft.values.is_empty());
        let applied = if todo.iter().all(is_nothing) {
            // All is kept as it stands: a write of nothing would still be a write.
            Applied::All { case: None, fields: MappedPart::Stands }
        } else {
            crm.apply(&batch, &self.log).await
        };
        match applied {
            Applied::All { case, fields } => {
                for effect in todo.iter().filter(|effect| !matches!(effect, Effect::SetFields(_))) {
                    stood(&mut progress, effect.record());
                }
                if let Some(case) = case {
                    progress.case = Some(self.opened(case_id, &case, &progress));
                }
                match self.settle_fields(crm, case_id, &mut todo, fields, &mut progress).await {
                    Ok(()) => self.succeed(progress, through).await,
                    Err(failure) => self.fail(failure, progress, &effects, through).await,
                }
            }
            Applied::NotSent(failure) => self.fail(failure, progress, &effects, through).await,
            Applied::Unsettled(failure) => {
                let Ok(standing) = self.read_back(crm, &batch).await else {
                    return self.fail(failure, progress, &effects, through).await;
                };
                if self
                    .another_made_it(&standing, opening.map(AsRef::as_ref), &progress, new.then_some(&failure))
                    .await?
                {
                    return self.stand_back(case_id).await;
                }
                self.note("settle", &standing, &todo, &mut progress);
                if let Some((kind, failure)) = unusable(&standing, open, &progress) {
                    return self.park(kind, failure, progress, Some(case_id)).await;
                }
                self.amend(crm, session, case_id, &todo, &standing, &mut progress).await;
                if remaining(&effects, &progress).is_empty() {
                    self.succeed(progress, through).await
                } else {
                    self.fail(failure, progress, &effects, through).await
                }
            }
        }
    }

    fn step(&self, what: &str, detail: serde_json::Value) -> Step {
        Step { at: self.engine.clock().now(), what: what.to_owned(), detail }
    }
}

fn stood(progress: &mut Progress, record: RecordRef) {
    if progress.stands.insert(record) {
        progress.fresh.push(record);
    }
}

fn remaining(effects: &[Effect], progress: &Progress) -> Vec<Effect> {
    effects.iter().filter(|effect| !progress.stands.contains(&effect.record())).cloned().collect()
}

fn wish(effect: &Effect) -> Option<(RecordRef, StatusClass)> {
    match effect {
        Effect::SetStatus { to: StatusWish::Resolved, .. } => Some((effect.record(), StatusClass::Resolved)),
        Effect::SetStatus { to: StatusWish::Reopened, .. } => Some((effect.record(), StatusClass::Open)),
        _ => None,
    }
}

/// A status of ours that stands now decides where the case stands, until the CRM says otherwise (R13).
fn status_stands(progress: &mut Progress) {
    let newest = progress.wishes.iter().rev().find(|(record, _)| progress.fresh.contains(record));
    let (Some((_, class)), Some(crm_id)) = (newest.copied(), progress.case_id) else { return };
    let state = if class.is_over() { CaseState::Closed } else { CaseState::Open };
    let before = progress.case.take();
    progress.case = Some(match before {
        Some(case) => CaseUpdate { state, wrote: Some(class), ..case },
        None => CaseUpdate { crm_id, state, number: None, native_id: None, deliver_after: None, wrote: Some(class) },
    });
}
