//! How a pass ends: all written, failed and due again, parked; and what is recorded of it in one transaction.

use casebridge_connectors::{CallRecord, CaseReading, CaseStands, Standing};
use casebridge_domain::retry::{Verdict, after_failure};
use casebridge_domain::{CallFailure, CaseState, Effect, FailureScope, ParkKind, ParkReason, RecordKind};
use casebridge_store::{Attempt, CaseUpdate, LaneEnd, PassResult, Step, StoreError};
use serde_json::json;

use crate::crm_time::CrmTime;

use super::{Pass, Progress, status_stands};

impl Pass<'_> {
    pub(super) async fn succeed(&self, progress: Progress, through: i64) -> Result<(), StoreError> {
        self.runtime.succeeded(self.engine.store().as_ref(), self.engine.clock().now()).await;
        self.finish(LaneEnd::Written, progress, Some(through)).await
    }

    pub(super) async fn fail(
        &self,
        failure: CallFailure,
        mut progress: Progress,
        effects: &[Effect],
        through: i64,
    ) -> Result<(), StoreError> {
        let clock = self.engine.clock();
        let now = clock.now();
        if failure.scope == FailureScope::Lane && self.log.has_good_answer() {
            self.runtime.answered(self.engine.store().as_ref()).await;
        } else {
            self.runtime.failed(self.engine.store().as_ref(), &failure, now, clock.random()).await;
        }
        let written = written_up_to(effects, &progress, self.lane.written_seq, through);
        // Progress is a success of its own: what failed before was something else.
        let before = self.lane.failure.as_ref().filter(|_| progress.fresh.is_empty());
        let verdict = after_failure(before, &failure, self.runtime.last_success(), now, clock.random());
        let end = match verdict {
            Verdict::Retry { at, memory } => {
                let detail = json!({
                    "failure": failure.message, "hint": failure.hint, "tries": memory.count, "next": at,
                });
                progress.steps.push(self.step("retry", detail));
                LaneEnd::Retry { at, memory }
            }
            Verdict::Wait => {
                let detail = json!({ "failure": failure.message, "hint": failure.hint });
                progress.steps.push(self.step("wait_for_connection", detail));
                LaneEnd::Wait
            }
            Verdict::Park(reason) => {
                progress.steps.push(self.parked_step(&reason));
                LaneEnd::Park(reason)
            }
        };
        self.finish(end, progress, (written > self.lane.written_seq).then_some(written)).await
    }

    pub(super) async fn park(
        &self,
        kind: ParkKind,
        failure: CallFailure,
        mut progress: Progress,
        case: Option<uuid::Uuid>,
    ) -> Result<(), StoreError> {
        let now = self.engine.clock().now();
        let tries = self.lane.failure.as_ref().map_or(0, |memory| memory.count) + 1;
        let reason = ParkReason { kind, failure, since: now, tries };
        progress.steps.push(self.parked_step(&reason));
        let state = match kind {
            ParkKind::CaseGone => Some(CaseState::Gone),
            ParkKind::CaseMerged => Some(CaseState::Merged),
            ParkKind::CaseUnreadable => Some(CaseState::Unreadable),
            _ => None,
        };
        if let (Some(state), Some(crm_id)) = (state, case) {
            progress.case =
                Some(CaseUpdate { crm_id, state, number: None, native_id: None, deliver_after: None, wrote: None });
            progress.wishes.clear();
        }
        self.finish(LaneEnd::Park(reason), progress, None).await
    }

    pub(super) fn parked_step(&self, reason: &ParkReason) -> Step {
        self.step(
            "park",
            json!({ "kind": reason.kind, "failure": reason.failure.message, "remedy": reason.kind.remedy() }),
        )
    }

    pub(super) async fn end(&self, end: LaneEnd) -> Result<(), StoreError> {
        self.finish(end, Progress::default(), None).await
    }

    /// From when replies on the case are delivered: the time at which this store came to want it, on the CRM's clock
    /// (R2). For a case that was just made nothing can be older; one that stood before has a history.
    pub(super) fn opened(&self, crm_id: uuid::Uuid, case: &CaseStands, progress: &Progress) -> CaseUpdate {
        let now = self.engine.clock().now();
        let adopted = self.runtime.connection.adoption.map(|one| one.before);
        let reserved_at = progress.reserved_at.unwrap_or(now);
        let from = CrmTime::new(case.seen_at, now).deliver_after(reserved_at, adopted);
        CaseUpdate {
            crm_id,
            state: CaseState::Open,
            number: case.number.clone(),
            native_id: case.native_id,
            deliver_after: Some(from.to_string()),
            wrote: None,
        }
    }

    pub(super) async fn finish(
        &self,
        end: LaneEnd,
        mut progress: Progress,
        written: Option<i64>,
    ) -> Result<(), StoreError> {
        let fence = self.lane.fence;
        let left_out = self.log.take_left_out();
        if !left_out.is_empty() {
            progress.steps.push(self.step("left_out", json!({ "columns": left_out })));
        }
        status_stands(&mut progress);
        // A handoff shortens the period of the poller too.
        let moved = progress.case.is_some() || !progress.fresh.is_empty();
        let refused = progress.fields.as_ref().is_some_and(|fields| !fields.refused.is_empty());
        let result = PassResult {
            consumer: self.lane.consumer,
            session_id: self.lane.session_id,
            fence,
            written_seq: written,
            stands: progress.fresh,
            case: progress.case,
            fields: progress.fields,
            attempts: self.log.take().into_iter().map(|call| attempt(fence, call)).collect(),
            steps: progress.steps,
            end,
            routed: self.routed.get().copied(),
            at: self.engine.clock().now(),
        };
        self.engine.store().record(result).await?;
        if refused {
            // Only now: whoever asked before this would remember the mappings without the refusal.
            self.engine.forget_mapped(self.runtime.connection.id);
        }
        self.engine.tell_of(self.lane.session_id);
        if moved {
            // Only now can the poller see it.
            self.runtime.poke_poller();
        }
        Ok(())
    }
}

/// Everything before the first effect that does not stand is written. A case that does not stand holds
/// everything back.
pub(super) fn written_up_to(effects: &[Effect], progress: &Progress, written: i64, through: i64) -> i64 {
    let missing = effects.iter().filter(|effect| !progress.stands.contains(&effect.record()));
    let mut first = i64::MAX;
    for effect in missing {
        if effect.record().kind == RecordKind::Case {
            return written;
        }
        first = first.min(effect.seq());
    }
    if effects.is_empty() { written } else { through.min(first.saturating_sub(1)).max(written) }
}

/// States of a case in which nothing can be written, and none of which makes a new case (R12).
pub(super) fn unusable(standing: &Standing, known_open: bool, progress: &Progress) -> Option<(ParkKind, CallFailure)> {
    // A reserved case whose activities stand was made and then deleted: a retry must not resurrect it.
    let was_there = known_open || progress.stands.iter().any(|record| record.kind == RecordKind::Activity);
    let (kind, message) = match standing.case {
        CaseReading::Absent if was_there => (ParkKind::CaseGone, "the case was deleted in the CRM"),
        CaseReading::Unreadable => (ParkKind::CaseUnreadable, "the CRM does not let our user read the case"),
        _ => return None,
    };
    Some((kind, kind.failure(message)))
}

pub(crate) fn attempt(fence: i64, call: CallRecord) -> Attempt {
    Attempt {
        fence,
        started_at: call.started_at,
        took_us: i64::try_from(call.took.as_micros()).unwrap_or(i64::MAX),
        method: call.method.to_owned(),
        path: call.path,
        status: call.status,
        parts: i64::try_from(call.parts).unwrap_or(i64::MAX),
        failure: call.failure,
        request: call.request,
        answer: call.answer,
    }
}
