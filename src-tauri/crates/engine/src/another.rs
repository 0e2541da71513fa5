//! Another engine at the same CRM: noticed, stopped for, taken over from.
//!
//! Record ids hang on the CRM and the conversation alone, so two engines that are fed with the same conversations write
//! the same records, each once. But each would also give the people's replies to the customer. Without a shared store
//! exactly one engine may do that, and nothing in the CRM says which: a person does.

use std::time::Duration;

use casebridge_connectors::CaseStands;
use casebridge_domain::absorb::CLOCK_MARGIN;
use casebridge_domain::{Adoption, CallFailure, Consumer, FailureClass, FailureScope, Pause, PauseKind, RecordRef};
use casebridge_store::StoreError;
use jiff::Timestamp;
use serde_json::json;

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;
use crate::runtime::Runtime;

/// Clocks that were set between two passes may lie by this much.
const CLOCKS_SET: Duration = Duration::from_secs(10 * 60);

/// How a case came to be found that this pass was about to make.
pub(crate) struct Found<'a> {
    /// The case as it stands.
    pub(crate) case: &'a CaseStands,
    /// When this store came to want it, by our clock.
    pub(crate) wanted_at: Timestamp,
    /// Whether that was in the pass that found it, so that no clock was set in between.
    pub(crate) in_this_pass: bool,
    /// Whether the CRM refused the very first attempt to make it: its id was taken.
    pub(crate) refused_at_once: bool,
}

impl Found<'_> {
    /// Whether somebody else made the case: it is older than our wish for it, or its id was taken when we first tried.
    /// `adopts_before`: what was made before is ours to go on with. Times of the case are the CRM's; `now` is ours.
    pub(crate) fn is_anothers(&self, adopts_before: Option<Timestamp>, now: Timestamp) -> bool {
        let made: Option<Timestamp> = self.case.created_on.as_deref().and_then(|text| text.parse().ok());
        let (Some(made), Some(clock)) = (made, self.case.seen_at) else { return self.refused_at_once };
        if adopts_before.is_some_and(|before| made <= clock.latest(before, now) + CLOCK_MARGIN) {
            return false;
        }
        let margin = if self.in_this_pass { CLOCK_MARGIN } else { CLOCKS_SET };
        self.refused_at_once || made + margin < clock.earliest(self.wanted_at, now)
    }
}

/// Stops the connection, if these records of ours are no work of this store. Returns whether it did.
pub(crate) async fn stop_for(engine: &Engine, runtime: &Runtime, records: Vec<RecordRef>) -> Result<bool, StoreError> {
    let store = engine.store();
    if records.is_empty() || store.meant_elsewhere(runtime.connection.id, records).await? {
        return Ok(false);
    }
    let since = engine.clock().now();
    let failure = CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status: None,
        message: "another engine writes to this CRM: this one stopped, so that no reply reaches a customer twice"
            .into(),
        hint: "join the other engine as its console, or stop it and take over here: `casebridged connection take-over`"
            .into(),
        item: None,
    };
    let pause = Pause { kind: PauseKind::AnotherEngine, since, until: None, failures: 0, failure: Some(failure) };
    if runtime.stand_back(store.as_ref(), pause).await {
        tracing::warn!(connection.id = %runtime.connection.id, "another engine writes to this CRM: stopped here");
        engine.tell([Change::Connections, Change::Lanes, Change::Sessions]);
    }
    Ok(true)
}

impl Engine {
    /// Makes this engine the one that delivers on a connection: whatever another engine wrote until now is gone on with,
    /// and replies from before that may have been delivered are held. Returns how many known cases that concerns.
    ///
    /// The other engine is not asked: whoever calls this has stopped it, or it stops when it meets what is written from
    /// now on.
    pub async fn take_over(&self, name: &str, actor: &str) -> Result<u64, EngineError> {
        let mut connection = self.connection(name).await?;
        let now = self.inner.clock.now();
        let paused = connection.pause.as_ref().filter(|pause| pause.kind == PauseKind::AnotherEngine);
        let adoption = Adoption { before: now, unsure_since: paused.map_or(now, |pause| pause.since) };
        let cases = self.inner.store.take_over(connection.id, adoption).await?;
        let detail = json!({ "cases": cases });
        self.inner.store.audit(actor, "connection.take_over", &connection.id.to_string(), detail, now).await?;
        connection.pause = None;
        connection.adoption = Some(adoption);
        self.inner.store.redo(Consumer::Crm(connection.id), now).await?;
        self.follow(connection)?;
        self.tell([Change::Connections, Change::Lanes, Change::Sessions]);
        Ok(cases)
    }
}

impl Runtime {
    /// Pauses until a person decides. Returns whether that is new.
    async fn stand_back(&self, store: &dyn casebridge_store::Store, pause: Pause) -> bool {
        let new = self.set_pause_of_a_person(pause.clone());
        if new {
            self.keep_pause(store, Some(pause)).await;
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use casebridge_connectors::CrmClock;

    use super::*;

    fn case(made: &str, seen: &str) -> CaseStands {
        CaseStands {
            native_id: None,
            number: None,
            created_on: Some(made.into()),
            status: None,
            closed: false,
            seen_at: Some(CrmClock::new(seen.parse().unwrap(), Instant::now(), Instant::now())),
            differs: Vec::new(),
        }
    }

    fn anothers(case: &CaseStands, wanted: &str, refused: bool, in_this_pass: bool, adopts: Option<&str>) -> bool {
        let found = Found { case, wanted_at: wanted.parse().unwrap(), in_this_pass, refused_at_once: refused };
        // Our clock is ten minutes behind the CRM's.
        found.is_anothers(adopts.map(|at| at.parse().unwrap()), "2026-03-01T08:00:05Z".parse().unwrap())
    }

    #[test]
    fn a_case_older_than_our_wish_for_it_is_anothers_by_the_crms_clock() {
        let (seen, wanted) = ("2026-03-01T08:10:05Z", "2026-03-01T08:00:04Z");
        let older = case("2026-03-01T08:09:00Z", seen);
        assert!(anothers(&older, wanted, false, true, None), "made a minute before we wanted it");
        let ours = case("2026-03-01T08:10:04.5Z", seen);
        assert!(!anothers(&ours, wanted, false, true, None), "made after our wish: our own answer was lost");
        assert!(anothers(&ours, wanted, true, true, None), "unless the id was taken when we first tried");
        assert!(!anothers(&older, wanted, false, false, None), "between passes a clock may have been set");
        let old = case("2026-03-01T07:00:00Z", seen);
        assert!(anothers(&old, wanted, false, false, None), "not by an hour");
    }

    #[test]
    fn what_was_there_before_a_take_over_is_ours_to_go_on_with() {
        let (seen, wanted) = ("2026-03-01T08:10:05Z", "2026-03-01T08:00:04Z");
        let older = case("2026-03-01T08:09:00Z", seen);
        assert!(!anothers(&older, wanted, true, true, Some("2026-03-01T08:00:00Z")), "it was made before");
        assert!(anothers(&older, wanted, false, true, Some("2026-03-01T07:58:00Z")), "made since: the other goes on");
    }

    #[test]
    fn without_the_crms_clock_only_a_taken_id_tells() {
        let mut blind = case("2026-03-01T08:09:00Z", "2026-03-01T08:10:05Z");
        blind.seen_at = None;
        assert!(!anothers(&blind, "2026-03-01T08:00:04Z", false, true, None));
        assert!(anothers(&blind, "2026-03-01T08:00:04Z", true, true, None));
    }
}
