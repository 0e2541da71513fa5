//! One conversation: what was said, who said it, and what became of it.

use casebridge_domain::analysis::AnalystKind;
use casebridge_domain::{Event, EventKind, ReplyId};
use casebridge_engine::{Arrival, Reply};
use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

use super::mappings::SuggestionView;
use super::sessions::{CaseChip, SessionRow};
use super::time;

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
