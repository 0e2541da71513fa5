//! The console's reads and doors, as the store sees them.

use std::collections::HashMap;

use async_trait::async_trait;
use casebridge_domain::{Case, CaseState, ConnectionId, Event, Lane, NewEvent, Session, SessionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::port::{AppendRefused, Appended};

/// Counts stop here: past it the number says nothing to people and would cost time.
pub const MOST_COUNTED: i64 = 10_000;

/// Who has a conversation (R38).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    /// The AI agent.
    Ai,
    /// It was handed off and waits for a person.
    Nobody,
    /// A person, by name.
    Person(String),
}

/// Which conversations are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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

/// A place in the list: when a session changed last, and its id.
pub type ListPlace = (Timestamp, SessionId);

/// What is to be listed.
#[derive(Debug, Clone)]
pub struct ListWish {
    /// Which conversations.
    pub view: View,
    /// Who asks, for [`View::Mine`].
    pub me: String,
    /// What they look for, as they type it.
    pub query: Option<String>,
    /// Only those behind this place.
    pub after: Option<ListPlace>,
    /// At most this many.
    pub limit: i64,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionHead {
    /// The session.
    pub session: Session,
    /// The newest words, cut.
    pub last_text: Option<String>,
    /// Who said them: `customer`, `ai` or `agent`.
    pub last_from: Option<String>,
    /// When they were said.
    pub last_message_at: Option<Timestamp>,
    /// When the session changed last.
    pub updated_at: Timestamp,
    /// Messages of customer and agents.
    pub message_count: i64,
    /// Who has it.
    pub holder: Holder,
}

/// A page of the list.
#[derive(Debug, Clone, Default)]
pub struct HeadPage {
    /// Newest change first.
    pub heads: Vec<SessionHead>,
    /// Where to go on, if there is more.
    pub next: Option<ListPlace>,
    /// The search stopped at its bound: more may exist (R35).
    pub bounded: bool,
}

/// How many conversations each view has, and what waits for a person; none above [`MOST_COUNTED`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ViewCounts {
    /// All.
    pub all: i64,
    /// Handed off and nobody's.
    pub needs_person: i64,
    /// The AI's.
    pub ai: i64,
    /// Mine.
    pub mine: i64,
    /// Resolved.
    pub resolved: i64,
    /// With a lane or reply in trouble.
    pub trouble: i64,
    /// Parked lanes.
    pub parked: i64,
    /// Held replies.
    pub held_replies: i64,
}

/// Who must have the conversation for an event to be taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unless {
    /// No condition.
    Never,
    /// Not when another person has it.
    HeldByOther(String),
}

/// What became of an event with a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Acted {
    /// It stands in the log.
    Done(Appended),
    /// The log refused it.
    Refused(AppendRefused),
    /// Somebody else was first: who.
    HeldBy(String),
}

/// Which cases are listed.
#[derive(Debug, Clone, Default)]
pub struct CaseWish {
    /// The beginning of a case number, or of a session's external id.
    pub query: Option<String>,
    /// Only those in this state.
    pub state: Option<CaseState>,
    /// Only those behind this place.
    pub after: Option<(Timestamp, ConnectionId, uuid::Uuid)>,
    /// At most this many.
    pub limit: i64,
}

/// Somebody who came in with a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Visitor {
    /// The session's id: no secret.
    pub id: String,
    /// The person.
    pub name: String,
    /// `admin`, `agent` or `viewer`.
    pub role: String,
    /// Since when.
    pub since: Timestamp,
    /// When they called last, to within a minute.
    pub seen_at: Timestamp,
}

/// What the console reads, and how people get in.
#[async_trait]
pub trait Console: Send + Sync {
    /// A page of conversations.
    async fn list_heads(&self, wish: ListWish) -> Result<HeadPage, StoreError>;
    /// One conversation's line.
    async fn head(&self, id: SessionId) -> Result<Option<SessionHead>, StoreError>;
    /// The lines of these conversations, in no order.
    async fn heads(&self, ids: Vec<SessionId>) -> Result<Vec<SessionHead>, StoreError>;
    /// Counts for the views.
    async fn view_counts(&self, me: &str) -> Result<ViewCounts, StoreError>;
    /// All cases of these sessions, newest first.
    async fn cases_of(&self, ids: Vec<SessionId>) -> Result<Vec<Case>, StoreError>;
    /// The lanes of these sessions, with why there was nothing to do.
    async fn lanes_of(&self, ids: Vec<SessionId>) -> Result<Vec<(Lane, Option<String>)>, StoreError>;
    /// How many replies these sessions have held.
    async fn held_of(&self, ids: Vec<SessionId>) -> Result<HashMap<SessionId, i64>, StoreError>;
    /// Events before a place, newest last, at most `limit`; `None`: the newest.
    async fn events_before(&self, id: SessionId, before: Option<i64>, limit: i64) -> Result<Vec<Event>, StoreError>;
    /// Appends one event under a condition that is judged in the same transaction.
    async fn act(&self, id: SessionId, event: NewEvent, unless: Unless, now: Timestamp) -> Result<Acted, StoreError>;
    /// Cases, newest first.
    async fn list_cases(&self, wish: CaseWish) -> Result<Vec<Case>, StoreError>;
    /// Brings the search index up with the logs of a few sessions. Returns how many; 0: it is up with all.
    async fn index_search(&self) -> Result<u64, StoreError>;
    /// Keeps a single-use link.
    async fn add_link(
        &self,
        hash: Vec<u8>,
        name: &str,
        role: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError>;
    /// Uses a link up for a browser session; `None`: it is unknown, used or too old.
    async fn enter(&self, link: Vec<u8>, session: Vec<u8>, now: Timestamp) -> Result<Option<Visitor>, StoreError>;
    /// The live browser session with this hash that was seen since, and notes that it calls.
    async fn visitor(&self, hash: &[u8], since: Timestamp, now: Timestamp) -> Result<Option<Visitor>, StoreError>;
    /// The same without a note: whoever listens does not act.
    async fn visitor_unnoted(&self, hash: &[u8], since: Timestamp) -> Result<Option<Visitor>, StoreError>;
    /// Browser sessions seen since.
    async fn visitors(&self, since: Timestamp) -> Result<Vec<Visitor>, StoreError>;
    /// Ends a browser session; whether there was one.
    async fn dismiss(&self, id: &str, now: Timestamp) -> Result<bool, StoreError>;
}
