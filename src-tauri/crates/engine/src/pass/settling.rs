//! What became of writes that nobody knows about: the CRM is asked what stands (R11, R33).

use std::time::Duration;

use casebridge_connectors::{Batch, CaseReading, CaseStands, CaseSystem, Standing};
use casebridge_domain::{CallFailure, CaseDraft, Effect, RecordKind, RecordRef, Session};
use casebridge_store::{LaneEnd, StoreError};
use serde_json::json;

use super::{Pass, Progress, stood};
use crate::another::{self, Found};

/// Pauses before a read is repeated.
const READ_AGAIN: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(400), Duration::from_millis(1500)];

impl Pass<'_> {
    /// Asks what stands. Reading changes nothing, so a lost answer is asked for again at once and counts as no
    /// failure (R33); a CRM that is down is not asked twice.
    pub(super) async fn read_back(&self, crm: &dyn CaseSystem, batch: &Batch<'_>) -> Result<Standing, CallFailure> {
        let mut pauses = READ_AGAIN.into_iter();
        loop {
            match crm.standing(batch, &self.log).await {
                Err(failure) if failure.is_transient() && self.runtime.pause().is_none() => match pauses.next() {
                    Some(pause) if !self.runtime.stop.is_cancelled() => tokio::time::sleep(pause).await,
                    _ => return Err(failure),
                },
                answer => return answer,
            }
        }
    }

    /// A case whose creation was answered late may hold less than the plan wants now (R11). What cannot
    /// be mended now is shown and left: the case stands.
    pub(super) async fn amend(
        &self,
        crm: &dyn CaseSystem,
        session: &Session,
        case_id: uuid::Uuid,
        todo: &[Effect],
        standing: &Standing,
        progress: &mut Progress,
    ) {
        let CaseReading::Stands(CaseStands { differs, .. }) = &standing.case else { return };
        if differs.is_empty() {
            return;
        }
        let outcome = crm.amend(&Batch { case_id, session: &session.key, effects: todo }, differs, &self.log).await;
        let failure = outcome.err().map(|failure| failure.message);
        progress.steps.push(self.step("amend", json!({ "columns": differs, "failure": failure })));
    }

    /// Whether a case that this pass was to make is another engine's work. `first`: how the very first attempt to make it
    /// failed.
    pub(super) async fn another_made_it(
        &self,
        standing: &Standing,
        opening: Option<&CaseDraft>,
        progress: &Progress,
        first: Option<&CallFailure>,
    ) -> Result<bool, StoreError> {
        let (Some(draft), CaseReading::Stands(case)) = (opening, &standing.case) else { return Ok(false) };
        let record = RecordRef { kind: RecordKind::Case, id: draft.id };
        if progress.stands.contains(&record) {
            return Ok(false);
        }
        let now = self.engine.clock().now();
        let found = Found {
            case,
            wanted_at: progress.reserved_at.unwrap_or(now),
            in_this_pass: first.is_some(),
            refused_at_once: first.is_some_and(|failure| failure.status.is_some() && failure.item == Some(draft.id)),
        };
        if !found.is_anothers(self.runtime.connection.adoption.map(|one| one.before), now) {
            return Ok(false);
        }
        another::stop_for(self.engine, self.runtime, vec![record]).await
    }

    /// Ends the pass without taking the case for ours: that is decided by whoever takes over.
    pub(super) async fn stand_back(&self, case_id: uuid::Uuid) -> Result<(), StoreError> {
        let mut progress = Progress::default();
        progress.steps.push(self.step("another_engine", json!({ "case": case_id })));
        self.finish(LaneEnd::Wait, progress, None).await
    }

    pub(super) fn note(&self, what: &str, standing: &Standing, todo: &[Effect], progress: &mut Progress) {
        for record in &standing.records {
            stood(progress, *record);
        }
        if let CaseReading::Stands(case) = &standing.case
            && let Some(Effect::OpenCase(draft)) = todo.first()
        {
            progress.case = Some(self.opened(draft.id, case, progress));
        }
        let case = match &standing.case {
            CaseReading::Stands(_) => "stands",
            CaseReading::Absent => "absent",
            CaseReading::Unreadable => "unreadable",
        };
        let detail = json!({ "asked": todo.len(), "stand": standing.records.len(), "case": case });
        progress.steps.push(self.step(what, detail));
    }
}
