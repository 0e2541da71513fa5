//! The pure planner: snapshot + events after `written_seq` + case + settings -> effects.

pub mod fields;
pub mod rows;
pub mod said;

use uuid::Uuid;

use self::fields::FieldSources;
use crate::analysis::Analysis;
use crate::back::ReopenPolicy;
use crate::case::{Case, CaseState};
use crate::effect::{ActivityDraft, ActivityKind, CaseDraft, Effect, FieldsDraft, StatusWish};
use crate::event::{Event, EventKind, Speaker};
use crate::failure::CallFailure;
use crate::ids::{ConnectionId, activity_id, case_id};
use crate::lane::ParkKind;
use crate::mode::ModeHistory;
use crate::session::Session;
use crate::text::one_line;

/// Why nothing is written for a conversation that a person took off its case.
pub const UNLINKED: &str = "a person took this conversation off its case";

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
    /// The connection: what came from there is not written back.
    pub connection: ConnectionId,
    /// What a customer's message does to a closed case.
    pub reopen: ReopenPolicy,
    /// The mapped columns and what is known for them; `None`: nothing is mapped.
    pub fields: Option<Fields<'a>>,
}

/// What a plan knows of mapped columns.
#[derive(Debug, Clone, Copy)]
pub struct Fields<'a> {
    /// The mappings' version.
    pub version: i64,
    /// Where values come from.
    pub sources: FieldSources<'a>,
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
        /// Whether they are done with. Otherwise a later event may still open a case that takes them along.
        done: bool,
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
    let Snapshot { events, written_seq, .. } = snapshot;
    if events.is_empty() {
        return Plan::Nothing { considered: written_seq, why: "no new events", done: false };
    }
    let Some(case) = snapshot.case else { return without_case(snapshot, None) };
    match case.state {
        CaseState::Open | CaseState::Closed | CaseState::Reserved => {}
        CaseState::Gone => return unusable(ParkKind::CaseGone, "the case was deleted in the CRM"),
        CaseState::Merged => return unusable(ParkKind::CaseMerged, "the case was merged into another"),
        CaseState::Unreadable => return unusable(ParkKind::CaseUnreadable, "the case cannot be read any more"),
        CaseState::Unlinked => {
            let considered = events.last().map_or(written_seq, |last| last.seq);
            return Plan::Nothing { considered, why: UNLINKED, done: false };
        }
    }
    let Some(place) = next_case_begins(&snapshot, case) else { return into_case(snapshot, case) };
    // What was said before the reopening belongs to the case that is closed.
    let (before, after) = events.split_at(place);
    let rest = into_case(Snapshot { events: before, ..snapshot }, case);
    if matches!(rest, Plan::Write { .. }) {
        return rest;
    }
    let Some(reopening) = after.first() else { return rest };
    without_case(Snapshot { events: after, written_seq: reopening.seq - 1, ..snapshot }, Some(case.crm_id))
}

/// Where the log goes on after its case was closed, when that opens a new case and not the old one again.
fn next_case_begins(snapshot: &Snapshot<'_>, case: &Case) -> Option<usize> {
    if snapshot.reopen != ReopenPolicy::NewCase || case.state == CaseState::Reserved {
        return None;
    }
    let closed = closed_before(snapshot.events, snapshot.connection).unwrap_or(case.state == CaseState::Closed);
    first_reopening(snapshot, closed)
}

/// Whether the case was closed before these events: the first of them that the CRM told was the opposite of that.
fn closed_before(events: &[Event], connection: ConnectionId) -> Option<bool> {
    events.iter().find_map(|event| match &event.kind {
        EventKind::Resolved { via, .. } if *via == Some(connection) => Some(false),
        EventKind::Reopened { via, .. } if *via == Some(connection) => Some(true),
        _ => None,
    })
}

/// The first event that reopens what is closed, and does so here.
fn first_reopening(snapshot: &Snapshot<'_>, mut closed: bool) -> Option<usize> {
    snapshot.events.iter().position(|event| match &event.kind {
        _ if snapshot.case.is_some_and(|case| case.is_before_choice(event.seq)) => false,
        EventKind::Resolved { .. } => {
            closed = true;
            false
        }
        EventKind::Reopened { via, .. } if *via == Some(snapshot.connection) => {
            closed = false;
            false
        }
        EventKind::Reopened { .. } => closed,
        _ => false,
    })
}

/// A case is opened by the first event that does so in its mode; until then everything waits to be taken along.
fn without_case(snapshot: Snapshot<'_>, previous: Option<Uuid>) -> Plan {
    let Snapshot { events, modes, .. } = snapshot;
    if let Some(event) = events.iter().find(|event| event.echo_of.is_none() && modes.opens(event)) {
        let open = open_case(&snapshot, previous, event.seq);
        return effects(snapshot, vec![open], event.seq, None);
    }
    let why = if previous.is_some() {
        "the case is closed, and nothing has opened a new one yet"
    } else if events.iter().any(|event| event.kind.is_spoken_to_us()) {
        "handoff only: this conversation was not handed to a person"
    } else {
        "nothing was said yet"
    };
    Plan::Nothing { considered: events.last().map_or(snapshot.written_seq, |last| last.seq), why, done: false }
}

fn into_case(snapshot: Snapshot<'_>, case: &Case) -> Plan {
    if case.state != CaseState::Reserved {
        return effects(snapshot, Vec::new(), case.opening_seq, Some(case.crm_id));
    }
    if case.chosen_seq.is_some() {
        // A person asked for a new case: it tells the whole conversation.
        let open = open_case(&snapshot, case.previous, case.opening_seq);
        return effects(snapshot, vec![open], case.opening_seq, None);
    }
    // A case after a closed one begins where the session was reopened, whenever the plan runs.
    let begins = case.previous.and_then(|_| {
        let known = snapshot.events.iter().take_while(|event| event.seq <= case.opening_seq).count();
        let closed = closed_before(snapshot.events.get(..known)?, snapshot.connection).unwrap_or(true);
        first_reopening(&snapshot, closed)
    });
    let events = snapshot.events.get(begins.unwrap_or(0)..).unwrap_or_default();
    let snapshot = Snapshot { events, ..snapshot };
    let open = open_case(&snapshot, case.previous, case.opening_seq);
    effects(snapshot, vec![open], case.opening_seq, None)
}

/// The effects on one case: `stands` is the one that stands already, if it does.
fn effects(snapshot: Snapshot<'_>, mut effects: Vec<Effect>, opening_seq: i64, stands: Option<Uuid>) -> Plan {
    let Snapshot { session, events, .. } = snapshot;
    let opens = !effects.is_empty();
    let case = stands.or_else(|| effects.first().map(|effect| effect.record().id));
    let target = Target { connection: snapshot.connection, case, opening_seq };
    let first_seq = first_activity_seq(&snapshot, target, opens);
    let mut through = snapshot.written_seq;
    let mut status: Option<Effect> = None;
    for event in events {
        if effects.len() + usize::from(status.is_some()) >= snapshot.batch_limit {
            break;
        }
        through = event.seq;
        let skipped = snapshot.skipped.contains(&event.seq);
        let path = event_path(session, event);
        // A case that follows on another is not the chosen one.
        let chosen = snapshot.case.filter(|chosen| Some(chosen.crm_id) == case);
        let path = chosen.map_or_else(|| path.clone(), |chosen| chosen.record_path(&path));
        let id = activity_id(snapshot.namespace, &session.key.source, &path);
        match &event.kind {
            EventKind::Resolved { .. } | EventKind::Reopened { .. } if skipped => {}
            EventKind::Resolved { .. } | EventKind::Reopened { .. }
                if chosen.is_some_and(|chosen| chosen.is_before_choice(event.seq)) => {}
            // What happened there stands there, and is newer than what we meant to write.
            EventKind::Resolved { via, .. } | EventKind::Reopened { via, .. } if *via == Some(snapshot.connection) => {
                status = None;
            }
            // What is opened because of it is open.
            EventKind::Reopened { .. } if opens && event.seq <= opening_seq => status = None,
            EventKind::Resolved { .. } => {
                status = Some(Effect::SetStatus { id, seq: event.seq, to: StatusWish::Resolved });
            }
            EventKind::Reopened { .. } => {
                status = Some(Effect::SetStatus { id, seq: event.seq, to: StatusWish::Reopened });
            }
            _ if event.echo_of.is_some() => {}
            kind => {
                if let Some(what) = activity(kind, event.seq, target) {
                    let found = analysis_of(events, event.seq, snapshot.connection);
                    let what = if skipped { ActivityKind::LeftOut } else { with_found(what, found) };
                    let first = event.seq == first_seq;
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
    // Only the newest status counts, and it comes after the activities: a closed case may refuse them.
    effects.extend(status);
    // Last and as a part of its own: whatever is refused of them holds nothing else back (R26).
    effects.extend(set_fields(&snapshot, target, opens, through));
    if effects.is_empty() {
        return Plan::Nothing { considered: through, why: "nothing here concerns the CRM", done: true };
    }
    Plan::Write { effects, through }
}

/// The values that the newest event up to `through` made known.
fn set_fields(snapshot: &Snapshot<'_>, target: Target, opens: bool, through: i64) -> Option<Effect> {
    let Fields { version, sources } = snapshot.fields?;
    let tells = |event: &&Event| {
        let opened_by = opens && event.seq == target.opening_seq;
        event.seq <= through && (opened_by || event.kind.tells_fields(snapshot.connection))
    };
    let newest = snapshot.events.iter().filter(tells).max_by_key(|event| event.seq)?;
    let outcomes = fields::outcomes(sources);
    let values = fields::to_write(&outcomes, sources.mappings, sources.columns);
    // With nothing to write and nothing to tell there is no step either.
    outcomes.iter().any(|outcome| outcome.outcome != fields::Outcome::LeftOut).then(|| {
        let path = format!("{}#fields", event_path(snapshot.session, newest));
        let chosen = snapshot.case.filter(|chosen| Some(chosen.crm_id) == target.case);
        let path = chosen.map_or_else(|| path.clone(), |chosen| chosen.record_path(&path));
        let id = activity_id(snapshot.namespace, &snapshot.session.key.source, &path);
        Effect::SetFields(Box::new(FieldsDraft { id, seq: newest.seq, version, values, outcomes }))
    })
}

/// The event's name in the CRM instance's id space: unique per source, not only per session.
fn event_path(session: &Session, event: &Event) -> String {
    format!("{}/{}", session.key.external_id, event.event_id)
}

/// The first event that leaves an activity on a case carries the link to the session. Only a plan from the start
/// of the case can contain it.
fn first_activity_seq(snapshot: &Snapshot<'_>, target: Target, opens: bool) -> i64 {
    if snapshot.written_seq > 0 && !opens {
        return 0;
    }
    snapshot
        .events
        .iter()
        .find(|e| e.echo_of.is_none() && activity(&e.kind, e.seq, target).is_some())
        .map_or(0, |e| e.seq)
}

/// The case that effects go to.
#[derive(Clone, Copy)]
struct Target {
    connection: ConnectionId,
    case: Option<Uuid>,
    opening_seq: i64,
}

fn activity(kind: &EventKind, seq: i64, target: Target) -> Option<ActivityKind> {
    match kind {
        // What stands on this case already is not written to it; another CRM, or the case after a closed one, has yet
        // to hear of it.
        EventKind::CrmMessage { from, text, author, connection, case, .. }
            if *connection != target.connection || Some(*case) != target.case =>
        {
            Some(ActivityKind::Message { from: *from, author: author.clone(), text: text.clone() })
        }
        EventKind::Message { from, text, author } => {
            Some(ActivityKind::Message { from: *from, author: author.clone(), text: text.clone() })
        }
        EventKind::AgentReply { text, author, .. } => {
            Some(ActivityKind::Message { from: Speaker::Agent, author: Some(author.clone()), text: text.clone() })
        }
        EventKind::AttachmentAdded { from, attachment } => {
            Some(ActivityKind::File { from: *from, attachment: attachment.clone() })
        }
        // The handoff that opens the case is told in the case itself; a later one needs a note.
        EventKind::HandedOff { reason, summary, language, sentiment } if target.opening_seq != seq => {
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
            EventKind::Message { from, text, .. } if event.echo_of.is_none() => Some((*from, text)),
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
    let found = analysis_of(events, opening_seq, snapshot.connection);
    let summary = or_found(summary, found, |one| one.summary.as_ref());
    let language = or_found(language, found, |one| one.language.as_ref());
    let sentiment = or_found(sentiment, found, |one| one.sentiment.as_ref());
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

/// What was found about the conversation up to a handoff.
fn analysis_of(events: &[Event], handoff: i64, of: ConnectionId) -> Option<&Analysis> {
    events.iter().find_map(|event| match &event.kind {
        EventKind::Analysed { connection, handoff: read, analysis, .. } if *read == handoff && *connection == of => {
            analysis.as_deref()
        }
        _ => None,
    })
}

/// What the source of a handoff did not say the analyst may.
fn or_found(said: Option<String>, found: Option<&Analysis>, part: fn(&Analysis) -> Option<&String>) -> Option<String> {
    said.filter(|text| !text.trim().is_empty()).or_else(|| found.and_then(part).cloned())
}

fn with_found(what: ActivityKind, found: Option<&Analysis>) -> ActivityKind {
    match what {
        ActivityKind::HandoffNote { reason, summary, language, sentiment } => ActivityKind::HandoffNote {
            reason,
            summary: or_found(summary, found, |one| one.summary.as_ref()),
            language: or_found(language, found, |one| one.language.as_ref()),
            sentiment: or_found(sentiment, found, |one| one.sentiment.as_ref()),
        },
        what => what,
    }
}

fn unusable(kind: ParkKind, message: &str) -> Plan {
    Plan::Park { kind, failure: kind.failure(message) }
}

#[cfg(test)]
mod tests;
