//! The pure planner: snapshot + events after `written_seq` + case + settings -> effects.

use uuid::Uuid;

use crate::case::{Case, CaseState};
use crate::effect::{ActivityDraft, ActivityKind, CaseDraft, Effect, StatusWish};
use crate::event::{Event, EventKind, Speaker};
use crate::failure::{CallFailure, FailureClass, FailureScope};
use crate::ids::{activity_id, case_id};
use crate::lane::ParkKind;
use crate::mode::ModeHistory;
use crate::session::Session;
use crate::text::one_line;

/// All that a plan may depend on.
#[derive(Debug, Clone, Copy)]
pub struct Snapshot<'a> {
    /// Head of the session.
    pub session: &'a Session,
    /// The log after the lane's `written_seq`, in order, without gaps.
    pub events: &'a [Event],
    /// The lane's place.
    pub written_seq: i64,
    /// The session's current case on this connection, if any.
    pub case: Option<&'a Case>,
    /// Which sessions become cases.
    pub modes: &'a ModeHistory,
    /// Namespace of record ids of the CRM instance.
    pub namespace: Uuid,
    /// Most records that one batch may carry.
    pub batch_limit: usize,
    /// Events left out by a person's decision.
    pub skipped: &'a [i64],
}

/// What to do with a lane.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan {
    /// Nothing yet: everything up to `considered` was looked at.
    Nothing {
        /// Place in the log.
        considered: i64,
        /// Why, for the trace.
        why: &'static str,
    },
    /// Do these, in this order; afterwards everything up to `through` stands.
    Write {
        /// What to do.
        effects: Vec<Effect>,
        /// Place in the log.
        through: i64,
    },
    /// The case cannot take anything: a person must choose (R42).
    Park {
        /// Why.
        kind: ParkKind,
        /// In words.
        failure: CallFailure,
    },
}

/// Plans one pass of one lane. The same snapshot gives the same plan, whenever and wherever it runs,
/// so that a repeated, late or second engine writes the same records (R10, R11).
#[must_use]
pub fn plan(snapshot: Snapshot<'_>) -> Plan {
    let Snapshot { session, events, modes, written_seq, .. } = snapshot;
    let Some(last) = events.last() else {
        return Plan::Nothing { considered: written_seq, why: "no new events" };
    };
    let mut effects = Vec::new();
    match snapshot.case {
        Some(case) => match case.state {
            CaseState::Open | CaseState::Closed => {}
            CaseState::Reserved => effects.push(open_case(&snapshot, case.previous, case.opening_seq)),
            CaseState::Gone => return unusable(ParkKind::CaseGone, "the case was deleted in the CRM"),
            CaseState::Merged => return unusable(ParkKind::CaseMerged, "the case was merged into another"),
            CaseState::Unreadable => return unusable(ParkKind::CaseUnreadable, "the case cannot be read any more"),
        },
        None => match events.iter().find(|event| modes.opens(event)) {
            Some(event) => effects.push(open_case(&snapshot, None, event.seq)),
            None => {
                let why = if events.iter().any(|event| event.kind.is_spoken_to_us()) {
                    "handoff only: this conversation was not handed to a person"
                } else {
                    "nothing was said yet"
                };
                return Plan::Nothing { considered: last.seq, why };
            }
        },
    }
    let opening_seq = snapshot.case.map(|case| case.opening_seq).or_else(|| effects.first().map(Effect::seq));

    let mut through = written_seq;
    let mut status: Option<Effect> = None;
    for event in events {
        if effects.len() + usize::from(status.is_some()) >= snapshot.batch_limit {
            break;
        }
        through = event.seq;
        let skipped = snapshot.skipped.contains(&event.seq);
        let id = activity_id(snapshot.namespace, &session.key.source, &event_path(session, event));
        match &event.kind {
            EventKind::Resolved { .. } | EventKind::Reopened { .. } if skipped => {}
            EventKind::Resolved { .. } => {
                status = Some(Effect::SetStatus { id, seq: event.seq, to: StatusWish::Resolved });
            }
            EventKind::Reopened { .. } => {
                status = Some(Effect::SetStatus { id, seq: event.seq, to: StatusWish::Reopened });
            }
            kind => {
                if let Some(what) = activity(kind, event.seq, opening_seq) {
                    let what = if skipped { ActivityKind::LeftOut } else { what };
                    let first = event.seq == first_activity_seq(&snapshot);
                    effects.push(Effect::AddActivity(Box::new(ActivityDraft {
                        id,
                        seq: event.seq,
                        at: event.ordered_at,
                        first,
                        what,
                    })));
                }
            }
        }
    }
    // Only the newest status counts, and it comes last: a closed case may refuse activities.
    effects.extend(status);
    if effects.is_empty() {
        return Plan::Nothing { considered: through, why: "nothing here concerns the CRM" };
    }
    Plan::Write { effects, through }
}

/// The event's name in the CRM instance's id space: unique per source, not only per session.
fn event_path(session: &Session, event: &Event) -> String {
    format!("{}/{}", session.key.external_id, event.event_id)
}

/// The first event that leaves an activity carries the link to the session. Only a plan from the start
/// of the log can contain it.
fn first_activity_seq(snapshot: &Snapshot<'_>) -> i64 {
    if snapshot.written_seq > 0 {
        return 0;
    }
    snapshot
        .events
        .iter()
        .find(|e| matches!(e.kind, EventKind::Message { .. } | EventKind::AttachmentAdded { .. }))
        .map_or(0, |e| e.seq)
}

fn activity(kind: &EventKind, seq: i64, opening_seq: Option<i64>) -> Option<ActivityKind> {
    match kind {
        EventKind::Message { from, text, author } => {
            Some(ActivityKind::Message { from: *from, author: author.clone(), text: text.clone() })
        }
        EventKind::AttachmentAdded { from, attachment } => {
            Some(ActivityKind::File { from: *from, attachment: attachment.clone() })
        }
        // The handoff that opens the case is told in the case itself; a later one needs a note.
        EventKind::HandedOff { reason, summary, language, sentiment } if opening_seq != Some(seq) => {
            Some(ActivityKind::HandoffNote {
                reason: reason.clone(),
                summary: summary.clone(),
                language: language.clone(),
                sentiment: sentiment.clone(),
            })
        }
        _ => None,
    }
}

fn open_case(snapshot: &Snapshot<'_>, previous: Option<Uuid>, opening_seq: i64) -> Effect {
    let Snapshot { session, events, .. } = snapshot;
    let known = || events.iter().take_while(|event| event.seq <= opening_seq);
    let messages = || {
        known().filter_map(|event| match &event.kind {
            EventKind::Message { from, text, .. } => Some((*from, text)),
            _ => None,
        })
    };
    let first = messages().find(|(from, _)| *from == Speaker::Customer).or_else(|| messages().next());
    let subject = session
        .topic
        .as_deref()
        .map(one_line)
        .filter(|topic| !topic.is_empty())
        .or_else(|| first.map(|(_, text)| one_line(text)).filter(|line| !line.is_empty()))
        .unwrap_or_else(|| format!("Conversation {}", session.key.external_id));
    let (reason, summary, language, sentiment) = known()
        .find_map(|event| match &event.kind {
            EventKind::HandedOff { reason, summary, language, sentiment } if event.seq == opening_seq => {
                Some((reason.clone(), summary.clone(), language.clone(), sentiment.clone()))
            }
            _ => None,
        })
        .unwrap_or_default();
    Effect::OpenCase(Box::new(CaseDraft {
        id: case_id(snapshot.namespace, &session.key.path(), previous),
        opening_seq,
        subject,
        first_message: first.map(|(_, text)| text.clone()),
        summary,
        language,
        sentiment,
        reason,
        channel: session.channel.clone(),
        contact: session.contact.clone(),
        session: session.key.clone(),
        registered_on: events.first().map_or(session.created_at, |event| event.ordered_at),
    }))
}

fn unusable(kind: ParkKind, message: &str) -> Plan {
    Plan::Park {
        kind,
        failure: CallFailure {
            class: FailureClass::Refused,
            scope: FailureScope::Lane,
            status: None,
            message: message.to_owned(),
            hint: kind.remedy().to_owned(),
            item: None,
        },
    }
}

#[cfg(test)]
mod tests;
