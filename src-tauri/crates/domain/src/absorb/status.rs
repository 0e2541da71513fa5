//! Status, owner and priority of a case, merged three ways: last known there, there now, wanted (R13).

use super::{Absorbed, View, changes};
use crate::case::CaseState;
use crate::effect::StatusWish;
use crate::event::{CaseChange, EventKind, NewEvent};
use crate::ids::SessionId;
use crate::record::{CaseFacts, CaseSeen, StatusClass};

/// Puts what must stand before the case's messages into `out`, and gives what must stand after them.
pub(super) fn merge(view: &View<'_>, out: &mut Absorbed) -> Vec<(SessionId, NewEvent)> {
    match view.seen {
        CaseSeen::Stands(there) => stands(view, there, out),
        CaseSeen::Absent => lost(view, out, CaseState::Gone, "deleted"),
        CaseSeen::MergedInto(survivor) => {
            out.merged_into = Some(*survivor);
            lost(view, out, CaseState::Merged, "merged")
        }
        CaseSeen::Unreadable => lost(view, out, CaseState::Unreadable, "unreadable"),
    }
}

/// Gone, merged and unreadable are different states, and none makes a new case by itself (R12).
fn lost(view: &View<'_>, out: &mut Absorbed, state: CaseState, word: &str) -> Vec<(SessionId, NewEvent)> {
    // A case that is only reserved may not be made yet.
    if view.case.state == state || view.case.state == CaseState::Reserved {
        return Vec::new();
    }
    out.state = Some(state);
    let change = CaseChange { what: "state".into(), from: None, to: Some(word.into()) };
    // A case can be lost, come back and be lost again: what was seen in between makes another event of it.
    let seen = view.known.facts.as_ref().map_or("", |facts| facts.modified.as_str());
    vec![changed(view, format!("crm:{word}:{}:{seen}", view.case.crm_id), vec![change])]
}

fn stands(view: &View<'_>, there: &CaseFacts, out: &mut Absorbed) -> Vec<(SessionId, NewEvent)> {
    let known = view.known.facts.as_ref();
    let before = view.known.wrote.or(known.map(|facts| facts.class)).unwrap_or(StatusClass::Open);
    let same_row = known.is_some_and(|facts| facts.status.id == there.status.id && facts.modified == there.modified);
    let is_ours = |class: StatusClass| class.is_over() == there.class.is_over();
    if view.known.wrote.is_some_and(|wrote| !is_ours(wrote)) && same_row {
        // Some builds answer a change with 204 and write nothing: that is nobody's reopening.
        out.notes.push("the CRM confirmed our status and did not take it");
        return Vec::new();
    }
    let changed_sides = before.is_over() != there.class.is_over();
    let ours_waits = view.pending.is_some_and(|(wish, _)| is_ours(class_of(wish)));
    // Sent, and the answer was lost: what we wanted then is not somebody's news now.
    let ours_arrived = changed_sides && view.known.meant.is_some_and(is_ours);
    let status_is_ours = view.known.wrote.is_some_and(is_ours) || ours_waits || ours_arrived;
    out.known.facts = Some(there.clone());
    out.known.wrote = None;
    if changed_sides {
        out.known.meant = None;
    }
    let state = if there.class.is_over() { CaseState::Closed } else { CaseState::Open };
    if view.case.state != state {
        out.state = Some(state);
    }
    if let Some(facts) = known {
        let changes = changes(facts, there, status_is_ours);
        if !changes.is_empty() {
            out.events.push(changed(view, format!("crm:case:{}:{}", view.case.crm_id, there.modified), changes));
        }
    }
    if !changed_sides {
        return Vec::new();
    }
    if ours_arrived && !ours_waits {
        out.notes.push("a status of ours whose answer was lost stands there");
        return Vec::new();
    }
    if ours_waits {
        out.notes.push("the status that we mean to write stands there already");
        return Vec::new();
    }
    if there.class.is_over() { closed(view, there, out) } else { reopened(view, there, out) }
}

fn class_of(wish: StatusWish) -> StatusClass {
    match wish {
        StatusWish::Resolved => StatusClass::Resolved,
        StatusWish::Reopened => StatusClass::Open,
    }
}

fn closed(view: &View<'_>, there: &CaseFacts, out: &mut Absorbed) -> Vec<(SessionId, NewEvent)> {
    let over_since = there.over_since.unwrap_or(view.now);
    if let Some((StatusWish::Reopened, asked)) = view.pending
        && over_since <= asked
    {
        out.notes.push("closed there before it was reopened here: our reopening is still to be written");
        return Vec::new();
    }
    let by = there.owner.as_ref().and_then(|owner| owner.name.clone());
    let mut events = Vec::new();
    for session in view.sessions.iter().filter(|session| session.current && session.open) {
        let kind = EventKind::Resolved { by: by.clone(), via: Some(view.connection) };
        let event_id = format!("crm:over:{}:{}", view.case.crm_id, there.modified);
        events.push((session.id, NewEvent::new(event_id, Some(over_since), kind)));
        // Said after the closure but taken in before it was seen: nobody there has answered that.
        if let Some(at) = session.last_customer_at.filter(|at| *at > over_since) {
            let kind = EventKind::Reopened { by: Some("customer".into()), via: None };
            let event_id = format!("auto:reopened:over:{}:{}", view.case.crm_id, there.modified);
            events.push((session.id, NewEvent::new(event_id, Some(at), kind)));
        }
    }
    events
}

fn reopened(view: &View<'_>, there: &CaseFacts, out: &mut Absorbed) -> Vec<(SessionId, NewEvent)> {
    let sessions = view.sessions.iter().filter(|session| session.current && !session.open);
    for session in sessions {
        let event = NewEvent::new(
            format!("crm:open:{}:{}", view.case.crm_id, there.modified),
            None,
            EventKind::Reopened { by: None, via: Some(view.connection) },
        );
        // Before the messages: what the customer wrote to the CRM must not reopen what is open there.
        out.events.push((session.id, event));
    }
    Vec::new()
}

fn changed(view: &View<'_>, event_id: String, changes: Vec<CaseChange>) -> (SessionId, NewEvent) {
    let kind = EventKind::CaseChanged { connection: view.connection, case: view.case.crm_id, changes };
    (view.case.session_id, NewEvent::new(event_id, None, kind))
}
