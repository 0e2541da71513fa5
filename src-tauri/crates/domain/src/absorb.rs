//! The pure reader of a case: what people did there -> new session events, and a reasoned decision for every record.

mod status;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::back::BackSettings;
use crate::case::{Case, CaseState};
use crate::effect::{RecordRef, StatusWish};
use crate::event::{CaseChange, EventKind, NewEvent, Speaker};
use crate::ids::{ConnectionId, SessionId, reply_id};
use crate::record::{CaseFacts, CaseSeen, CrmRecord, NotForCustomer, Role, StatusClass};

/// What becomes of one record on a linked case (R5). Each is shown on the trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// We made it.
    Ours,
    /// Not meant for the customer.
    Internal,
    /// Its kind was not chosen as a reply.
    KindNotChosen,
    /// It says nothing.
    Empty,
    /// Not finished: it is looked at again.
    Draft,
    /// The customer's own words, taken into the session.
    Incoming,
    /// Older than this engine's work on the case: never delivered (R2).
    History,
    /// Waits for a person to release it.
    Held,
    /// Offered to the carrier.
    Given,
    /// Taken into the session; the CRM sent it to the customer itself.
    Recorded,
}

impl Verdict {
    /// Text form in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Ours => "ours",
            Verdict::Internal => "internal",
            Verdict::KindNotChosen => "kind_not_chosen",
            Verdict::Empty => "empty",
            Verdict::Draft => "draft",
            Verdict::Incoming => "incoming",
            Verdict::History => "history",
            Verdict::Held => "held",
            Verdict::Given => "given",
            Verdict::Recorded => "recorded",
        }
    }

    /// Whether the record need not be looked at again (R16).
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Verdict::Draft
    }

    /// Why, for people.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Verdict::Ours => "Casebridge wrote it",
            Verdict::Internal => "it is internal: hidden, a feed post or a private note",
            Verdict::KindNotChosen => "this kind of record was not chosen as a reply",
            Verdict::Empty => "nothing is left of it without markup, quoted history and signature",
            Verdict::Draft => "it is a draft: it is looked at again when it changes",
            Verdict::Incoming => "the customer wrote it: it was taken into the conversation",
            Verdict::History => "it is older than this engine's work on the case",
            Verdict::Held => "it waits for a person's decision",
            Verdict::Given => "it was given to whoever carries the conversation",
            Verdict::Recorded => "the CRM sent it to the customer itself: it was taken into the conversation",
        }
    }
}

/// Why a reply is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldFor {
    /// It was seen long after it was written (R2).
    Late,
    /// Several conversations are on the case, and none is plainly meant (R4).
    Ambiguous,
    /// It was written before a backup was restored; whether it was delivered is not known (R20).
    Restored,
}

impl HeldFor {
    /// For people.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            HeldFor::Late => "it was seen long after it was written",
            HeldFor::Ambiguous => "several conversations are on the case and none is plainly meant",
            HeldFor::Restored => "another engine, or this one before a backup, may have delivered it already",
        }
    }
}

/// What the ledger knows of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// We mean to write it, or wrote it.
    Ours,
    /// It was decided for good.
    Decided,
}

/// A session on the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionOnCase {
    /// Which.
    pub id: SessionId,
    /// Whether it is open.
    pub open: bool,
    /// Whether it was handed to a person.
    pub handed_off: bool,
    /// When its customer wrote last, by the CRM's clock; asked for where the case is over or has several sessions.
    pub last_customer_at: Option<Timestamp>,
    /// The CRM contact of the case that this session opened.
    pub contact: Option<Uuid>,
    /// Whether this case is the newest of the session: only that one can resolve it (R13).
    pub current: bool,
}

/// What is known of a case from before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownCase {
    /// As it was seen last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<CaseFacts>,
    /// What our newest confirmed status change made of it, until it is seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wrote: Option<StatusClass>,
    /// What our newest status change would make of it, while nobody knows whether the CRM took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meant: Option<StatusClass>,
}

/// All that reading a case may depend on.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The connection.
    pub connection: ConnectionId,
    /// Namespace of record ids of the CRM instance.
    pub namespace: Uuid,
    /// The case, as the store has it.
    pub case: &'a Case,
    /// What was known of it.
    pub known: &'a KnownCase,
    /// The sessions on it.
    pub sessions: &'a [SessionOnCase],
    /// How it was found.
    pub seen: &'a CaseSeen,
    /// What stands on it.
    pub records: &'a [CrmRecord],
    /// What the ledger holds of those records.
    pub ledger: &'a HashMap<RecordRef, Entry>,
    /// Ids that events of the case's sessions have in this CRM (R5).
    pub derived: &'a HashSet<Uuid>,
    /// Our newest status change that is not confirmed yet, and when it was asked for, by the CRM's clock.
    pub pending: Option<(StatusWish, Timestamp)>,
    /// Records said before this are history, by the CRM's clock (R2).
    pub deliver_after: Timestamp,
    /// After a backup was restored: what was said from here to `deliver_after` may have been delivered (R2).
    pub unsure_from: Option<Timestamp>,
    /// The CRM's clock.
    pub now: Timestamp,
    /// The admin's settings.
    pub settings: &'a BackSettings,
}

/// The decision about one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Which.
    pub record: RecordRef,
    /// What.
    pub verdict: Verdict,
    /// Whose session it concerns, if one.
    pub session: Option<SessionId>,
    /// Why it is held, if it is.
    pub held_for: Option<HeldFor>,
    /// One of our ids that no intent of this engine accounts for: another engine writes here.
    pub foreign: bool,
}

/// What reading a case brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Absorbed {
    /// For the session logs, in order.
    pub events: Vec<(SessionId, NewEvent)>,
    /// For the ledger and the trace: one for each record that was not decided before.
    pub decisions: Vec<Decision>,
    /// What is known of the case now.
    pub known: KnownCase,
    /// Where the case stands now, if that changed.
    pub state: Option<CaseState>,
    /// The survivor, when the case was merged.
    pub merged_into: Option<Uuid>,
    /// Lines for the trace about the status, in words.
    pub notes: Vec<&'static str>,
}

/// Reads a case. The same view gives the same result, so a repeated pull changes nothing.
#[must_use]
pub fn absorb(view: View<'_>) -> Absorbed {
    let mut out = Absorbed { known: view.known.clone(), ..Absorbed::default() };
    // What must not stand before the case's messages, and from when on it must.
    let mut after = status::merge(&view, &mut out);
    let mut records: Vec<&CrmRecord> = view.records.iter().collect();
    records.sort_by_key(|record| (record.at, record.record.id));
    for record in records {
        // What the customer writes after a closure must find the conversation closed, to reopen it.
        if after.first().and_then(|(_, event)| event.occurred_at).is_some_and(|since| record.at > since) {
            out.events.append(&mut after);
        }
        match view.ledger.get(&record.record) {
            Some(Entry::Decided) => {}
            Some(Entry::Ours) => decide(&mut out, record, Verdict::Ours),
            None => judge(&view, record, &mut out),
        }
    }
    out.events.extend(after);
    out
}

fn decide(out: &mut Absorbed, record: &CrmRecord, verdict: Verdict) {
    let decision = Decision { record: record.record, verdict, session: None, held_for: None, foreign: false };
    out.decisions.push(decision);
}

fn judge(view: &View<'_>, record: &CrmRecord, out: &mut Absorbed) {
    if view.derived.contains(&record.record.id) {
        decide(out, record, Verdict::Ours);
        if let Some(decision) = out.decisions.last_mut() {
            decision.foreign = true;
        }
        return;
    }
    let verdict = match record.role {
        Role::No { why: NotForCustomer::Internal } => Verdict::Internal,
        Role::No { why: NotForCustomer::KindNotChosen } => Verdict::KindNotChosen,
        Role::No { why: NotForCustomer::Empty } => Verdict::Empty,
        Role::Draft => Verdict::Draft,
        Role::Incoming | Role::Reply { .. } if record.at < view.deliver_after => {
            match view.unsure_from.filter(|from| record.at >= *from && record.role != Role::Incoming) {
                Some(_) => return hold(out, record, HeldFor::Restored),
                None => Verdict::History,
            }
        }
        Role::Incoming => return incoming(view, record, out),
        Role::Reply { sent_by_crm } => return reply(view, record, sent_by_crm, out),
    };
    decide(out, record, verdict);
}

fn hold(out: &mut Absorbed, record: &CrmRecord, why: HeldFor) {
    decide(out, record, Verdict::Held);
    if let Some(decision) = out.decisions.last_mut() {
        decision.held_for = Some(why);
    }
}

fn reply(view: &View<'_>, record: &CrmRecord, sent_by_crm: bool, out: &mut Absorbed) {
    let Some(session) = addressee(view.sessions) else { return hold(out, record, HeldFor::Ambiguous) };
    // What the CRM sent itself was read long ago; it only completes the conversation.
    let late = view.now.duration_since(record.at).unsigned_abs() > view.settings.hold_after() && record.at < view.now;
    if late && !sent_by_crm {
        hold(out, record, HeldFor::Late);
        if let Some(decision) = out.decisions.last_mut() {
            decision.session = Some(session);
        }
        return;
    }
    give(view, record, Speaker::Agent, session, sent_by_crm, out);
    decide(out, record, if sent_by_crm { Verdict::Recorded } else { Verdict::Given });
    if let Some(decision) = out.decisions.last_mut() {
        decision.session = Some(session);
    }
}

fn incoming(view: &View<'_>, record: &CrmRecord, out: &mut Absorbed) {
    // The customer's own words harm nobody in the wrong place, but they belong to one conversation.
    let Some(session) = addressee(view.sessions) else { return hold(out, record, HeldFor::Ambiguous) };
    give(view, record, Speaker::Customer, session, true, out);
    decide(out, record, Verdict::Incoming);
    if let Some(decision) = out.decisions.last_mut() {
        decision.session = Some(session);
    }
}

fn give(view: &View<'_>, record: &CrmRecord, from: Speaker, session: SessionId, sent_by_crm: bool, out: &mut Absorbed) {
    out.events.push((session, message(view.connection, view.namespace, record, from, sent_by_crm)));
}

/// The event that a record becomes in a session's log.
#[must_use]
pub fn message(
    connection: ConnectionId,
    namespace: Uuid,
    record: &CrmRecord,
    from: Speaker,
    sent_by_crm: bool,
) -> NewEvent {
    NewEvent::new(
        format!("crm:{}:{}", record.record.kind.as_str(), record.record.id),
        Some(record.at),
        EventKind::CrmMessage {
            from,
            text: record.text.clone(),
            author: record.author.as_ref().and_then(|author| author.name.clone()),
            connection,
            case: record.case,
            record: record.record,
            reply_id: reply_id(namespace, record.record),
            sent_by_crm,
        },
    )
}

/// Exactly one session, or none (R4): the only one; else, when all are one contact's, the handed-off one whose
/// customer wrote last.
fn addressee(sessions: &[SessionOnCase]) -> Option<SessionId> {
    if let [only] = sessions {
        return Some(only.id);
    }
    let contact = sessions.first()?.contact?;
    if sessions.iter().any(|session| session.contact != Some(contact)) {
        return None;
    }
    let handed_off = || sessions.iter().filter(|session| session.handed_off);
    let newest = handed_off().max_by_key(|session| session.last_customer_at)?;
    let alone = handed_off().filter(|session| session.last_customer_at == newest.last_customer_at).count() == 1;
    alone.then_some(newest.id)
}

/// What is different now, by name where names are known.
fn changes(before: &CaseFacts, now: &CaseFacts, status_is_ours: bool) -> Vec<CaseChange> {
    let shown = |named: Option<&crate::record::Named>| {
        named.map(|named| named.name.clone().unwrap_or_else(|| named.id.to_string()))
    };
    let id = |named: Option<&crate::record::Named>| named.map(|named| named.id);
    let mut changes = Vec::new();
    let mut compare = |what: &str, from: Option<&crate::record::Named>, to: Option<&crate::record::Named>| {
        if id(from) != id(to) {
            changes.push(CaseChange { what: what.to_owned(), from: shown(from), to: shown(to) });
        }
    };
    if !status_is_ours {
        compare("status", Some(&before.status), Some(&now.status));
    }
    compare("owner", before.owner.as_ref(), now.owner.as_ref());
    compare("priority", before.priority.as_ref(), now.priority.as_ref());
    changes
}

/// The longest difference between two clocks that is not worth a thought.
pub const CLOCK_MARGIN: Duration = Duration::from_secs(2);
