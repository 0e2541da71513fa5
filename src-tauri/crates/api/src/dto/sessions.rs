//! Lists of conversations.

use casebridge_domain::CaseState;
use casebridge_engine::inbox::{CaseChip as Chip, Row, Sync};
use casebridge_engine::{Holder as Has, SessionHead, ViewCounts as Counts};
use serde::Serialize;
use ts_rs::TS;

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
