//! Mapped columns in a pass: waiting for their analysis, keeping what people wrote, leaving out what the CRM refuses.

use std::collections::BTreeMap;
use std::sync::Arc;

use casebridge_connectors::{CaseSystem, Isolated, MappedPart};
use casebridge_domain::mapping::Overwrite;
use casebridge_domain::plan::Plan;
use casebridge_domain::plan::fields::{Blame, Decision, FieldOutcome, Outcome, Refusal, Said, decide};
use casebridge_domain::plan::said::unread_handoff;
use casebridge_domain::{CallFailure, Effect, FieldsDraft};
use casebridge_store::{FieldsResult, LaneEnd, StoreError};
use serde_json::json;
use uuid::Uuid;

use super::{Pass, Progress, stood};
use crate::analysts::PATIENCE;
use crate::mappings::Mapped;

/// What is known of mapped columns, or why the pass waits.
pub(super) enum Known {
    /// Nothing is mapped.
    Nothing,
    /// This.
    All(Arc<Mapped>, Said),
    /// An analyst reads the conversation; the lane is due again when it is done, or when patience ends (R27).
    Wait(LaneEnd),
}

impl Pass<'_> {
    /// What the mappings of this connection and the log say. A handoff that nobody read yet is given to an analyst first.
    pub(super) async fn known_fields(&self) -> Result<Known, StoreError> {
        let connection = &self.runtime.connection;
        let Some(mapped) = self.engine.mapped(connection.id).await? else { return Ok(Known::Nothing) };
        let events = self.engine.store().field_events(self.lane.session_id).await?;
        let unread = unread_handoff(&events, connection.id, mapped.set.version);
        // What was handed off before the mappings were made, or was written without them, is not read any more.
        if let Some(handoff) = unread.filter(|handoff| handoff.seq > self.lane.written_seq && mapped.asks()) {
            self.engine.begin_analysis(connection, handoff, &mapped);
            let at = handoff.recorded_at + PATIENCE;
            if self.engine.clock().now() < at {
                return Ok(Known::Wait(LaneEnd::Until { at, why: "the conversation is being analysed" }));
            }
        }
        Ok(Known::All(mapped, Said::of(&events, connection.id)))
    }

    /// Takes out of the effects what people wrote: on a case that stands its columns are read first (R37).
    pub(super) async fn keep_theirs(
        &self,
        crm: &dyn CaseSystem,
        case: Uuid,
        todo: &mut [Effect],
        progress: &mut Progress,
    ) -> Result<(), KeepFailed> {
        if todo.iter().any(|effect| matches!(effect, Effect::OpenCase(_))) {
            return Ok(());
        }
        let Some(draft) = draft_in(todo) else { return Ok(()) };
        if draft.values.iter().all(|value| value.overwrite == Overwrite::Always) {
            return Ok(());
        }
        let there = match crm.fields(case, &draft.values, &self.log).await {
            Ok(there) => there,
            // What keeps us from the CRM as a whole says nothing about this case.
            Err(failure) if failure.is_transient() || failure.concerns_connection() => {
                return Err(KeepFailed::Crm(failure));
            }
            // Nobody can tell what would be overwritten, so nothing is.
            Err(failure) => {
                let note = format!("what stands there cannot be read: {}", failure.message);
                let kept: Vec<Uuid> = draft.values.drain(..).map(|value| value.mapping).collect();
                mark(&mut draft.outcomes, &kept, Outcome::Kept, &note);
                return Ok(());
            }
        };
        let ours =
            self.engine.store().fields_written(self.runtime.connection.id, case).await.map_err(KeepFailed::Store)?;
        let FieldsDraft { values, outcomes, .. } = draft;
        values.retain(|value| {
            let decision = decide(value, ours.get(&value.column), there.get(&value.column));
            if decision == Decision::Same && progress.fields_unclear {
                // Written by the try whose answer was lost: ours, and no person's.
                progress.fields_there.insert(value.column.clone(), value.value.clone());
            }
            let Some(note) = decision.why_kept() else { return true };
            mark(outcomes, &[value.mapping], Outcome::Kept, note);
            false
        });
        Ok(())
    }

    /// Notes what became of the mapped columns. Those that were refused together are told apart first. An error means that
    /// it is not known of all of them: they are written again.
    pub(super) async fn settle_fields(
        &self,
        crm: &dyn CaseSystem,
        case: Uuid,
        todo: &mut [Effect],
        part: MappedPart,
        progress: &mut Progress,
    ) -> Result<(), CallFailure> {
        let record = todo.iter().find(|effect| matches!(effect, Effect::SetFields(_))).map(Effect::record);
        let (Some(record), Some(draft)) = (record, draft_in(todo)) else { return Ok(()) };
        let all = || draft.values.iter().map(|value| (value.column.clone(), value.value.clone()));
        let (found, failure) = match part {
            MappedPart::Stands => (Isolated { wrote: all().collect(), refused: BTreeMap::new() }, None),
            MappedPart::LeftOut(refused) => {
                let wrote = all().filter(|(column, _)| !refused.contains_key(column)).collect();
                (Isolated { wrote, refused }, None)
            }
            MappedPart::Refused(together) => match crm.isolate(case, &draft.values, &together, &self.log).await {
                Ok(found) => (found, None),
                Err(failure) => (Isolated::default(), Some(failure)),
            },
        };
        for (column, refusal) in &found.refused {
            let Some(value) = draft.values.iter().find(|value| value.column == *column) else { continue };
            match found.wrote.get(column) {
                None => mark(&mut draft.outcomes, &[value.mapping], Outcome::Refused, &refusal.words),
                Some(less) => {
                    let note = format!("cut to the {} characters of the column", refusal.limit.unwrap_or_default());
                    mark(&mut draft.outcomes, &[value.mapping], Outcome::Write, &note);
                    let outcome = draft.outcomes.iter_mut().find(|outcome| outcome.mapping == value.mapping);
                    if let Some(outcome) = outcome {
                        outcome.shown = less.as_str().unwrap_or_default().to_owned();
                        outcome.value = Some(less.clone());
                    }
                }
            }
        }
        let mut wrote = found.wrote;
        wrote.append(&mut progress.fields_there);
        let refused = self.remembered(found.refused).await;
        progress.fields = Some(FieldsResult { case, version: draft.version, wrote, refused });
        if let Some(failure) = failure {
            return Err(failure);
        }
        let lines: Vec<serde_json::Value> =
            draft.outcomes.iter().map(|one| line(one, progress.fields.as_ref())).collect();
        progress.steps.push(self.step("fields", json!({ "version": draft.version, "fields": lines })));
        stood(progress, record);
        Ok(())
    }
}

impl Pass<'_> {
    /// Values that were refused before are refused still.
    async fn remembered(&self, mut refused: BTreeMap<String, Refusal>) -> BTreeMap<String, Refusal> {
        if refused.values().any(|one| matches!(one.blame, Blame::Values(_)))
            && let Ok(Some(mapped)) = self.engine.mapped(self.runtime.connection.id).await
        {
            for (column, now) in &mut refused {
                if let Some(before) = mapped.refused.get(column) {
                    now.blame = std::mem::take(&mut now.blame).and(&before.blame);
                }
            }
        }
        refused
    }
}

/// Whether a plan writes mapped columns, or tells what became of them.
pub(super) fn sets_fields(plan: &Plan) -> bool {
    matches!(plan, Plan::Write { effects, .. } if effects.iter().any(|effect| matches!(effect, Effect::SetFields(_))))
}

/// Why what stands could not be compared.
pub(super) enum KeepFailed {
    Crm(CallFailure),
    Store(StoreError),
}

fn draft_in(todo: &mut [Effect]) -> Option<&mut FieldsDraft> {
    todo.iter_mut().find_map(|effect| match effect {
        Effect::SetFields(draft) => Some(draft.as_mut()),
        _ => None,
    })
}

fn mark(outcomes: &mut [FieldOutcome], mappings: &[Uuid], outcome: Outcome, note: &str) {
    for one in outcomes.iter_mut().filter(|one| mappings.contains(&one.mapping)) {
        one.outcome = outcome;
        one.note = Some(note.to_owned());
    }
}

/// A line of the trace: the mapping that it leads to, what became of it, and the CRM's words where it refused.
fn line(one: &FieldOutcome, fields: Option<&FieldsResult>) -> serde_json::Value {
    let refusal: Option<&Refusal> = fields.and_then(|fields| fields.refused.get(&one.column));
    json!({
        "mapping": one.mapping, "column": one.column, "outcome": one.outcome, "shown": one.shown, "note": one.note,
        "confidence": one.confidence, "hint": refusal.map(|refusal| refusal.hint.as_str()),
    })
}
