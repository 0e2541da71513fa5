//! What a CRM said to a column, and how far that is remembered (R26).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::effect::FieldValue;
use crate::mapping::{ColumnKind, TextFormat};

/// What the CRM said to a column, remembered for the version of the mappings (R26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The CRM's words.
    pub words: String,
    /// What to do about it.
    pub hint: String,
    /// The length that the column turned out to have: texts are cut to it, and the column is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// What it says no to.
    #[serde(default)]
    pub blame: Blame,
}

impl Refusal {
    /// Whether texts are only cut for it: the column is written all the same. An address is never cut.
    #[must_use]
    pub fn only_cuts(&self, kind: &ColumnKind) -> bool {
        self.limit.is_some() && matches!(kind, ColumnKind::Text { format: TextFormat::Plain, .. })
    }
}

/// What a refusal says no to: how far it is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blame {
    /// The column: no conversation can fill it.
    #[default]
    Column,
    /// These of its values, as they are sent; others are taken.
    Values(Vec<Value>),
    /// This case as it is now: a rule of the CRM, another program in it, a record that is closed to us. Nothing is
    /// remembered.
    Once,
}

impl Blame {
    /// Of a refusal that is about the value: one of a list can be remembered; what a customer said is no reason to leave
    /// out what the next one says.
    #[must_use]
    pub fn value(of: &FieldValue) -> Self {
        match of.kind.allowed() {
            Some(_) => Blame::Values(vec![of.value.clone()]),
            None => Blame::Once,
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, before: &Self) -> Self {
        match (self, before) {
            (Blame::Values(mut values), Blame::Values(known)) => {
                values.extend(known.iter().filter(|value| !values.contains(value)).cloned().collect::<Vec<_>>());
                Blame::Values(values)
            }
            (now, _) => now,
        }
    }
}
