//! The fault plan: everything optional, repeatable from its seed, readable as JSON.

use serde::{Deserialize, Serialize};

use crate::chance::{Chance, Paced, SlowAnswer, TokenExpiry};

/// An error that the API answers instead of working.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refuse {
    /// When.
    pub when: Chance,
    /// HTTP status.
    pub status: u16,
    /// `errorCode`.
    pub code: String,
    /// `message`.
    #[serde(default)]
    pub message: String,
    /// `fields`.
    #[serde(default)]
    pub fields: Vec<String>,
}

/// An error that a sign-in or a token request is answered with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OAuthRefusal {
    /// When.
    pub when: Chance,
    /// `error`.
    pub error: String,
    /// `error_description`.
    #[serde(default)]
    pub description: String,
}

/// A part of a composite that is refused without being run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartFails {
    /// When.
    pub when: Chance,
    /// Which part, counted from 1.
    pub part: usize,
    /// `errorCode`.
    pub code: String,
    /// `message`.
    #[serde(default)]
    pub message: String,
}

/// What somebody does to the case just before a write to it arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnderUsAct {
    /// Deletes it.
    #[default]
    Delete,
    /// Closes it.
    Close,
}

/// Somebody is faster.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnderUs {
    /// When; only writes that name a case count.
    pub when: Chance,
    /// What they do.
    #[serde(default)]
    pub act: UnderUsAct,
}

/// A permission that an admin took from everybody who is not an administrator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawn {
    /// The object.
    pub object: String,
    /// `read`, `create`, `edit` or `delete`.
    pub right: String,
}

/// Everything that may go wrong. Faults strike data calls only, except those whose name starts with `token` or
/// `authorize`. Of the faults that replace an answer at most one strikes a request, in the order in which they stand.
/// Entities of a chance are object names, `query`, `composite`, `composite/graph`, `composite/sobjects`,
/// `composite/batch`, `limits` or `metadata`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultPlan {
    /// Where the dice start.
    pub seed: u64,
    /// Every connection is dropped without a word; the control pages stay.
    pub down: bool,
    /// The connection is dropped before anything was done.
    pub cut_before: Option<Chance>,
    /// 500 with `UNKNOWN_EXCEPTION` before anything was done.
    pub error_500: Option<Chance>,
    /// 500 with an HTML page.
    pub html_500: Option<Chance>,
    /// 502 with a proxy's page.
    pub bad_gateway_502: Option<Chance>,
    /// 503 `SERVER_UNAVAILABLE`; `Retry-After` is never sent by the real one, and only if asked for here.
    pub unavailable_503: Option<Paced>,
    /// 504 with a proxy's page; nothing was done.
    pub gateway_timeout_504: Option<Chance>,
    /// 200 with an HTML page: the site is down, or the org moved.
    pub html_login_200: Option<Chance>,
    /// 403 `REQUEST_LIMIT_EXCEEDED` although there are calls left, as for too many long calls at once.
    pub limit_exceeded: Option<Chance>,
    /// 401 although the token had time left.
    pub session_expired: Option<TokenExpiry>,
    /// 401 with a text after which a refresh changes nothing.
    pub session_not_for_rest: Option<Chance>,
    /// `UNABLE_TO_LOCK_ROW`; nothing was done.
    pub lock_row: Option<Chance>,
    /// An error of one's own choice; nothing was done.
    pub refuse: Option<Refuse>,
    /// The work is done and the connection dropped without an answer.
    pub answer_lost_after_commit: Option<Chance>,
    /// The work is done and the connection dropped half way through the answer.
    pub cut_mid_body: Option<Chance>,
    /// A write is done, and 500 is answered all the same.
    pub error_after_write: Option<Chance>,
    /// A write is done twice by the CRM itself; the second answer is given.
    pub committed_twice: Option<Chance>,
    /// The answer takes its time; goes together with any other fault. With `work: "after"` the commit comes late.
    pub slow_answer: Option<SlowAnswer>,
    /// A part of a composite is refused.
    pub composite_part_fails: Option<PartFails>,
    /// The answer to the last part of a composite is missing.
    pub composite_part_missing: Option<Chance>,
    /// Somebody deletes or closes the case first.
    pub under_us: Option<UnderUs>,
    /// Permissions that are gone.
    pub withdrawn: Vec<Withdrawn>,
    /// The token endpoint drops the connection.
    pub token_down: Option<Chance>,
    /// A token is made, a refresh token is spent, and the answer is lost.
    pub token_answer_lost: Option<Chance>,
    /// The token endpoint answers 500.
    pub token_error_500: Option<Chance>,
    /// The token endpoint answers 200 with a page.
    pub token_html_200: Option<Chance>,
    /// The token endpoint takes its time; a second refresh with the same token meets the first one.
    pub token_slow: Option<SlowAnswer>,
    /// The token endpoint refuses.
    pub token_refused: Option<OAuthRefusal>,
    /// A sign-in comes back with an error.
    pub authorize_refused: Option<OAuthRefusal>,
}
