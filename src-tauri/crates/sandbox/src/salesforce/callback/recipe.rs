//! How the triggers were built.

use serde::{Deserialize, Serialize};

use super::super::kit;

/// Which triggers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipeKind {
    /// From public instructions: `Case (after insert)`, a `@future` job per case, `POST URL?caseId=...`, empty body.
    Old,
    /// One job per transaction; cases, published comments and e-mails; `{event, caseId, recordId, commitTime}`.
    Kit,
}

/// Triggers with what the way of their calls is like.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// How the triggers were built.
    pub kind: RecipeKind,
    /// The Named Credential's address; `http://` only.
    pub url: String,
    /// Ids in 15 characters.
    #[serde(default)]
    pub short_ids: bool,
    /// Kit only: all events of a transaction in one call, as `{"events":[...]}`.
    #[serde(default)]
    pub one_call: bool,
    /// Kit only: what these users, by id, save is not told of.
    #[serde(default)]
    pub skip_users: Vec<String>,
    /// Kit only: cases without a value in this field are not told of.
    #[serde(default)]
    pub only_with: Option<String>,
    /// Kit only: saves of a case that bring another value of this field are not told of.
    #[serde(default)]
    pub own_write: Option<String>,
    /// How often a call is lost, from 0 to 1.
    #[serde(default)]
    pub loss: f64,
    /// How many times each call is made; 1 by default.
    #[serde(default = "once")]
    pub times: u32,
    /// How long a call may take, in milliseconds; 10,000 by default.
    #[serde(default = "ten_seconds")]
    pub timeout_ms: u64,
}

fn once() -> u32 {
    1
}

fn ten_seconds() -> u64 {
    10_000
}

impl Recipe {
    /// What customers pasted into their org.
    pub fn old(url: &str) -> Self {
        Self {
            kind: RecipeKind::Old,
            url: url.to_owned(),
            short_ids: false,
            one_call: false,
            skip_users: Vec::new(),
            only_with: None,
            own_write: None,
            loss: 0.0,
            times: once(),
            timeout_ms: ten_seconds(),
        }
    }

    /// The kit's triggers.
    pub fn kit(url: &str) -> Self {
        Self { kind: RecipeKind::Kit, ..Self::old(url) }
    }

    /// The kit's triggers as they come with it: one call for a transaction, nothing of cases without the key of the
    /// ready-made kit, nothing of the writes that bring a token of their own.
    pub fn deployed(url: &str) -> Self {
        let (only_with, own_write) = (Some(kit::KEY.to_owned()), Some(kit::WRITE.to_owned()));
        Self { one_call: true, only_with, own_write, ..Self::kit(url) }
    }
}
