//! What a decision about a conversation's case does.

use casebridge_engine::links::LinkEffect;
use serde::Serialize;
use ts_rs::TS;

use super::sessions::{CaseChip, SyncState};

/// What would happen, or did.
#[derive(Debug, Clone, Serialize, TS)]
pub struct CaseEffect {
    /// What: `nothing` when it is so already.
    #[ts(type = "\"create\" | \"link\" | \"link_back\" | \"follow\" | \"unlink\" | \"nothing\"")]
    pub act: &'static str,
    /// The connection's name.
    pub connection: String,
    /// Number of the case until now.
    pub from: Option<String>,
    /// Number of the case that it gets, or of the one that it leaves.
    pub number: Option<String>,
    /// Its status in the CRM, as it was read just now.
    pub status: Option<String>,
    /// Who works on it there.
    pub owner: Option<String>,
    /// Messages that are written to it.
    #[ts(type = "number")]
    pub records: usize,
    /// Other conversations on it.
    #[ts(type = "number")]
    pub others: i64,
    /// The period that begins, if one does.
    #[ts(type = "number | null")]
    pub period: Option<usize>,
    /// The consequences, in sentences.
    pub sentences: Vec<String>,
}

impl From<LinkEffect> for CaseEffect {
    fn from(effect: LinkEffect) -> Self {
        let facts = effect.facts;
        Self {
            act: effect.act.name(),
            connection: effect.connection,
            from: effect.from.map(|case| case.number.unwrap_or_else(|| case.crm_id.to_string())),
            number: effect.number,
            status: facts.as_ref().and_then(|facts| facts.status.name.clone()),
            owner: facts.and_then(|facts| facts.owner).and_then(|owner| owner.name),
            records: effect.records,
            others: effect.others,
            period: effect.period,
            sentences: effect.sentences,
        }
    }
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
