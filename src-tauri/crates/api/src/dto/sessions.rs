//! Conversations.

use casebridge_domain::analysis::AnalystKind;
use casebridge_domain::{CaseState, Event, EventKind, ReplyId};
use casebridge_engine::inbox::{CaseChip as Chip, Row, Sync};
use casebridge_engine::{Arrival, Holder as Has, Reply, SessionHead, ViewCounts as Counts};
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

use super::mappings::SuggestionView;
use super::time;

/// Who has a conversation.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Holder {
    /// The AI agent.
    Ai,
    /// Handed off; it needs a person.
    Nobody,
    /// A person.
    Person {
        /// Their name.
        name: String,
        /// Whether that is who asks.
        me: bool,
    },
}

impl Holder {
    fn new(holder: Has, me: &str) -> Self {
        match holder {
            Has::Ai => Holder::Ai,
            Has::Nobody => Holder::Nobody,
            Has::Person(name) => Holder::Person { me: name == me, name },
        }
    }
}

/// How the writing to the CRMs stands.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SyncState {
    /// In one word.
    #[ts(
        type = "\"synced\" | \"skipped_items\" | \"syncing\" | \"waiting\" | \"retrying\" | \"paused\" | \"parked\" | \"no_case\""
    )]
    pub state: &'static str,
    /// In words.
    pub detail: Option<String>,
    /// When it goes on.
    pub at: Option<String>,
    /// Tries so far.
    pub tries: Option<u32>,
}

impl From<Sync> for SyncState {
    fn from(sync: Sync) -> Self {
        Self { state: sync.state, detail: sync.detail, at: sync.at.map(time), tries: sync.tries }
    }
}

/// A case.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CaseChip {
    /// The connection's id.
    pub connection: String,
    /// The connection's name.
    pub connection_name: String,
    /// The case's id in the CRM.
    pub crm_id: String,
    /// Its number.
    pub number: Option<String>,
    /// Where it stands.
    #[ts(type = "\"reserved\" | \"open\" | \"closed\" | \"gone\" | \"merged\" | \"unreadable\" | \"unlinked\"")]
    pub state: &'static str,
    /// Where people open it.
    pub url: Option<String>,
    /// The how-manieth case of the conversation.
    pub period: u32,
    /// The case that took its records over, when it was merged.
    pub merged_into: Option<String>,
}

impl From<Chip> for CaseChip {
    fn from(chip: Chip) -> Self {
        Self {
            connection: chip.case.connection.to_string(),
            connection_name: chip.connection_name,
            crm_id: chip.case.crm_id.to_string(),
            number: chip.case.number,
            state: chip.case.state.as_str(),
            url: chip.url,
            period: u32::try_from(chip.period).unwrap_or(u32::MAX),
            merged_into: chip.case.merged_into.map(|id| id.to_string()),
        }
    }
}

/// A line of the list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionRow {
    /// Our id.
    pub id: String,
    /// Where it comes from.
    pub source: String,
    /// Its id there.
    pub external_id: String,
    /// Its channel.
    pub channel: String,
    /// The customer's name.
    pub contact_name: Option<String>,
    /// Their e-mail address, else phone number.
    pub contact_address: Option<String>,
    /// Whether the source vouches for the address.
    pub verified: bool,
    /// What it is about.
    pub topic: Option<String>,
    /// Open or resolved.
    #[ts(type = "\"open\" | \"resolved\"")]
    pub status: &'static str,
    /// Who has it.
    pub holder: Holder,
    /// The newest words, cut.
    pub last_text: Option<String>,
    /// Who said them.
    #[ts(type = "\"customer\" | \"ai\" | \"agent\" | null")]
    pub last_from: Option<String>,
    /// When it changed last.
    pub last_at: String,
    /// Messages of customer and agents.
    #[ts(type = "number")]
    pub message_count: i64,
    /// The newest case.
    pub case: Option<CaseChip>,
    /// How the writing stands.
    pub sync: SyncState,
    /// Replies that wait for a decision.
    #[ts(type = "number")]
    pub held_replies: i64,
}

impl SessionRow {
    pub(crate) fn new(row: Row, me: &str) -> Self {
        let SessionHead { session, last_text, last_from, updated_at, message_count, holder, .. } = row.head;
        let address = session.contact.email.or(session.contact.phone);
        Self {
            id: session.id.to_string(),
            source: session.key.source,
            external_id: session.key.external_id,
            channel: session.channel,
            contact_name: session.contact.name,
            verified: address.as_ref().is_some_and(|one| one.verified),
            contact_address: address.map(|one| one.value),
            topic: session.topic,
            status: session.status.as_str(),
            holder: Holder::new(holder, me),
            last_text,
            last_from,
            last_at: time(updated_at),
            message_count,
            // Nothing passes to a case that a person took the conversation off.
            case: row
                .cases
                .into_iter()
                .next()
                .filter(|chip| chip.case.state != CaseState::Unlinked)
                .map(CaseChip::from),
            sync: row.sync.into(),
            held_replies: row.held_replies,
        }
    }
}

/// Which conversations are listed.
#[derive(Debug, Clone, Copy, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// All of them.
    All,
    /// Handed off, and nobody has it yet.
    NeedsPerson,
    /// The AI has it.
    Ai,
    /// I have it.
    Mine,
    /// Resolved.
    Resolved,
    /// A lane fails or is parked, or a reply is held.
    Trouble,
}

impl From<casebridge_engine::View> for View {
    fn from(view: casebridge_engine::View) -> Self {
        use casebridge_engine::View as Inner;
        match view {
            Inner::All => View::All,
            Inner::NeedsPerson => View::NeedsPerson,
            Inner::Ai => View::Ai,
            Inner::Mine => View::Mine,
            Inner::Resolved => View::Resolved,
            Inner::Trouble => View::Trouble,
        }
    }
}

/// A page of the list.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionPage {
    /// Newest change first.
    pub rows: Vec<SessionRow>,
    /// Give it as `cursor` to read on.
    pub next: Option<String>,
    /// More may exist: search further.
    pub bounded: bool,
}

/// Counts, none above 10,000.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ViewCounts {
    /// All conversations.
    #[ts(type = "number")]
    pub all: i64,
    /// Handed off and nobody's.
    #[ts(type = "number")]
    pub needs_person: i64,
    /// The AI's.
    #[ts(type = "number")]
    pub ai: i64,
    /// Mine.
    #[ts(type = "number")]
    pub mine: i64,
    /// Resolved.
    #[ts(type = "number")]
    pub resolved: i64,
    /// With a failing or parked lane, or a held reply.
    #[ts(type = "number")]
    pub trouble: i64,
    /// Parked lanes.
    #[ts(type = "number")]
    pub parked: i64,
    /// Held replies.
    #[ts(type = "number")]
    pub held_replies: i64,
}

impl From<Counts> for ViewCounts {
    fn from(counts: Counts) -> Self {
        let Counts { all, needs_person, ai, mine, resolved, trouble, parked, held_replies } = counts;
        Self { all, needs_person, ai, mine, resolved, trouble, parked, held_replies }
    }
}

/// An event of the log.
#[derive(Debug, Clone, Serialize, TS)]
pub struct EventView {
    /// Its place.
    #[ts(type = "number")]
    pub seq: i64,
    /// Its id in the conversation.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// When it happened.
    pub at: String,
    /// When it was taken in.
    pub recorded_at: String,
    /// The reply that it is an echo of.
    pub echo_of: Option<String>,
    /// Its own members.
    #[ts(type = "Record<string, unknown>")]
    pub body: Value,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        let mut body = serde_json::to_value(&event.kind).unwrap_or_default();
        if let Some(members) = body.as_object_mut() {
            members.shift_remove("kind");
        }
        Self {
            seq: event.seq,
            id: event.event_id,
            kind: event.kind.name().to_owned(),
            at: time(event.occurred_at),
            recorded_at: time(event.recorded_at),
            echo_of: event.echo_of.as_ref().map(ReplyId::to_string),
            body,
        }
    }
}

/// A page of the log, in order.
#[derive(Debug, Clone, Serialize, TS)]
pub struct EventPage {
    /// The events.
    pub events: Vec<EventView>,
    /// Give it back to read older ones.
    #[ts(type = "number | null")]
    pub before: Option<i64>,
}

/// A reply of a person.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ReplyView {
    /// Its id.
    pub id: String,
    /// The connection's id.
    pub connection: String,
    /// The connection's name.
    pub connection_name: String,
    /// What was decided; `tries` and `taken_at` tell how far the carrier is with it.
    #[ts(type = "\"held\" | \"given\" | \"released\" | \"discarded\" | \"offered\" | \"taken\"")]
    pub state: String,
    /// Why it is held, as the engine names it; for the command line.
    #[ts(skip)]
    pub held_for: Option<Value>,
    /// Why it is held, in words.
    pub reason: Option<String>,
    /// The conversation it goes to.
    pub session: Option<String>,
    /// The case it stands on.
    pub case: String,
    /// When it was written.
    pub said_at: String,
    /// When it was seen first.
    pub at: String,
    /// Who decided.
    #[ts(skip)]
    pub decided_by: Option<String>,
    /// Who wrote it, while it is held.
    pub author: Option<String>,
    /// What was written, while it is held.
    pub text: Option<String>,
    /// How often it was offered.
    #[ts(type = "number")]
    pub tries: i64,
    /// When the carrier took it.
    pub taken_at: Option<String>,
    /// When somebody was alerted.
    pub alerted_at: Option<String>,
}

impl ReplyView {
    pub(crate) fn new(reply: Reply, connection_name: String, said: Option<(Option<String>, String)>) -> Self {
        let (author, text) = said.map_or((None, None), |(author, text)| (author, Some(text)));
        Self {
            id: reply.id.to_string(),
            connection: reply.connection.to_string(),
            connection_name,
            state: reply.state,
            held_for: reply.held_for.and_then(|why| serde_json::to_value(why).ok()),
            reason: reply.held_for.map(|why| why.reason().to_owned()),
            session: reply.session.map(|id| id.to_string()),
            case: reply.case.to_string(),
            said_at: time(reply.said_at),
            at: time(reply.at),
            decided_by: reply.decided_by,
            author,
            text,
            tries: reply.tries,
            taken_at: reply.taken_at.map(time),
            alerted_at: reply.alerted_at.map(time),
        }
    }
}

/// One answer.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Answer {
    /// The question.
    pub question: &'static str,
    /// Whether all is well.
    pub good: bool,
    /// The answer.
    pub sentence: String,
    /// What proves it.
    pub proof: String,
    /// What to do.
    pub action: Option<String>,
}

/// The questions answered, for one connection.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Explanation {
    /// The connection's name.
    pub connection: String,
    /// The answers.
    pub answers: Vec<Answer>,
}

impl From<casebridge_engine::explain::Explanation> for Explanation {
    fn from(explanation: casebridge_engine::explain::Explanation) -> Self {
        let answers = explanation.answers.into_iter().map(|one| Answer {
            question: one.question,
            good: one.good,
            sentence: one.sentence,
            proof: one.proof,
            action: one.action,
        });
        Self { connection: explanation.connection, answers: answers.collect() }
    }
}

/// An address of the customer.
#[derive(Debug, Clone, Serialize, TS)]
pub struct VerifiedValue {
    /// As the source gave it.
    pub value: String,
    /// Whether the source vouches for it.
    pub verified: bool,
}

impl From<casebridge_domain::Identifier> for VerifiedValue {
    fn from(one: casebridge_domain::Identifier) -> Self {
        Self { value: one.value, verified: one.verified }
    }
}

/// The customer.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ContactView {
    /// Name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<VerifiedValue>,
    /// Phone number.
    pub phone: Option<VerifiedValue>,
    /// Their id in the source system.
    pub external_id: Option<VerifiedValue>,
}

/// How far the carrier is with a reply that was written here.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ArrivalView {
    /// The reply.
    pub id: String,
    /// How often it was offered.
    #[ts(type = "number")]
    pub tries: i64,
    /// When the carrier took it.
    pub taken_at: Option<String>,
}

impl From<Arrival> for ArrivalView {
    fn from(arrival: Arrival) -> Self {
        Self { id: arrival.id.to_string(), tries: arrival.tries, taken_at: arrival.taken_at.map(time) }
    }
}

/// What an analyst read in a handoff, beside the values of fields.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AnalysisView {
    /// The handoff's place in the log.
    #[ts(type = "number")]
    pub handoff: i64,
    /// When it was read.
    pub at: String,
    /// Who read it.
    #[ts(type = "\"built_in\" | \"provider\"")]
    pub by: AnalystKind,
    /// The model's name, of a provider.
    pub model: Option<String>,
    /// Two or three sentences for the person who takes over.
    pub summary: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// `positive`, `neutral` or `negative`.
    pub sentiment: Option<String>,
    /// A short subject.
    pub topic: Option<String>,
}

impl AnalysisView {
    /// What was read in the newest handoff of these events; of several connections the newest reading. `None`: nobody read
    /// it, or nothing was found beside values.
    pub(crate) fn newest(events: &[Event]) -> Option<Self> {
        let newest = events.iter().rev().find(|event| matches!(event.kind, EventKind::HandedOff { .. }))?.seq;
        events.iter().rev().find_map(|event| match &event.kind {
            EventKind::Analysed { handoff, analysis: Some(one), .. } if *handoff == newest => {
                let told = [&one.summary, &one.language, &one.sentiment, &one.topic];
                told.iter().any(|part| part.is_some()).then(|| Self {
                    handoff: newest,
                    at: time(event.recorded_at),
                    by: one.by,
                    model: one.model.clone(),
                    summary: one.summary.clone(),
                    language: one.language.clone(),
                    sentiment: one.sentiment.clone(),
                    topic: one.topic.clone(),
                })
            }
            _ => None,
        })
    }
}

/// A conversation without its log.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SessionDetail {
    /// Its line of the list.
    pub row: SessionRow,
    /// The customer.
    pub contact: ContactView,
    /// Its cases, newest first.
    pub cases: Vec<CaseChip>,
    /// What people answered in the CRM.
    pub replies: Vec<ReplyView>,
    /// How far the carrier is with what people answered here.
    pub arrivals: Vec<ArrivalView>,
    /// The questions answered.
    pub explanation: Vec<Explanation>,
    /// When it was seen first.
    pub created_at: String,
    /// Language, as the newest handoff says.
    pub language: Option<String>,
    /// Mood, as the newest handoff says.
    pub sentiment: Option<String>,
    /// Summary, as the newest handoff says.
    pub summary: Option<String>,
    /// Why it was handed off.
    pub handoff_reason: Option<String>,
    /// What the analyst read in the newest handoff.
    pub analysis: Option<AnalysisView>,
    /// Values that the analyst was not sure of, and nobody decided about yet.
    pub suggestions: Vec<SuggestionView>,
}

/// A case and its conversation.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CaseLink {
    /// The conversation.
    pub session: String,
    /// The customer's name.
    pub contact_name: Option<String>,
    /// The conversation's id at its source.
    pub external_id: String,
    /// The case.
    pub case: CaseChip,
    /// How the writing stands.
    pub sync: SyncState,
    /// When the CRM was seen to hold it.
    pub opened_at: Option<String>,
    /// Whether it is the case that the conversation has now.
    pub current: bool,
    /// What differs here and there, as last known.
    pub drift: Vec<DriftView>,
    /// When the CRM was asked last.
    pub looked_at: Option<String>,
}

/// One thing that is not the same on both sides.
#[derive(Debug, Clone, Serialize, TS)]
pub struct DriftView {
    /// `status` or `owner`.
    pub what: &'static str,
    /// Here.
    pub ours: String,
    /// In the CRM.
    pub theirs: String,
}

/// A page of cases.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CaseLinkPage {
    /// Newest first.
    pub rows: Vec<CaseLink>,
    /// Give it as `cursor` to read on.
    pub next: Option<String>,
}
