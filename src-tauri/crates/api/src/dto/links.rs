//! What a decision about a conversation's case does.

use casebridge_engine::links::LinkEffect;
use serde::Serialize;
use ts_rs::TS;

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
