//! The fault plan: everything optional, repeatable from its seed, readable as JSON.

use serde::{Deserialize, Serialize};

use super::super::rights::Right;
use crate::chance::{Chance, Paced, SlowAnswer, TokenExpiry};

/// A batch whose connection is dropped when so many parts were committed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutBatch {
    /// When.
    pub when: Chance,
    /// So many parts run.
    pub parts: usize,
}

/// A fault on one part of a batch.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchPart {
    /// When.
    pub when: Chance,
    /// Which part, counted from 1.
    pub part: usize,
}

/// A part of a batch that is refused without being run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BatchPartFails {
    /// When.
    pub when: Chance,
    /// Which part, counted from 1.
    pub part: usize,
    /// Its status.
    pub status: u16,
}

/// A right that an admin took away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawn {
    /// The object.
    pub object: String,
    /// The right.
    pub right: Right,
}

/// What somebody does to the case just before our write to it arrives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnderUsAct {
    /// Deletes it.
    #[default]
    Delete,
    /// Closes it.
    Close,
    /// Cancels it.
    Cancel,
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

/// Everything that may go wrong. Faults strike OData calls only, except those whose name starts with `token`.
/// Of the faults that replace an answer at most one strikes a request, in the order in which they stand here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FaultPlan {
    /// Where the dice start.
    pub seed: u64,
    /// Both hosts drop every connection without a word; the control pages stay.
    pub down: bool,
    /// The connection is dropped before anything was done.
    pub cut_before: Option<Chance>,
    /// 500 before anything was done.
    pub error_500: Option<Chance>,
    /// 502 with a proxy's page.
    pub bad_gateway_502: Option<Chance>,
    /// 503 with a proxy's page.
    pub unavailable_503: Option<Paced>,
    /// 504 with a proxy's page; nothing was done.
    pub gateway_timeout_504: Option<Chance>,
    /// 429. FICTIONAL: the vendor documents no such answer anywhere.
    pub throttled_429: Option<Paced>,
    /// 200 with the login page, as a lost session answers.
    pub html_login_200: Option<Chance>,
    /// 200 with an error in the body, as some transports show it; nothing was done.
    pub error_body_200: Option<Chance>,
    /// 401 although the token had time left.
    pub token_expired_midway: Option<TokenExpiry>,
    /// The work is done and the connection dropped without an answer.
    pub answer_lost_after_commit: Option<Chance>,
    /// The work is done and the connection dropped half way through the answer.
    pub cut_mid_body: Option<Chance>,
    /// A write is done, and 500 is answered all the same: a handler threw after the row was in.
    pub error_after_write: Option<Chance>,
    /// The answer takes its time; goes together with any other fault.
    pub slow_answer: Option<SlowAnswer>,
    /// A batch is cut after so many parts.
    pub batch_cut_after: Option<CutBatch>,
    /// A part is written and answered 500 all the same.
    pub batch_part_500_after_write: Option<BatchPart>,
    /// A part is run and missing from the answer.
    pub batch_part_answer_missing: Option<BatchPart>,
    /// A part is refused without being run.
    pub batch_part_fails: Option<BatchPartFails>,
    /// The parts are answered in the opposite order.
    pub batch_out_of_order: Option<Chance>,
    /// Somebody deletes or closes the case first.
    pub under_us: Option<UnderUs>,
    /// Rights that are gone.
    pub withdrawn: Vec<Withdrawn>,
    /// The token endpoint drops the connection.
    pub token_down: Option<Chance>,
    /// A token is made, a refresh token is spent, and the answer is lost.
    pub token_answer_lost: Option<Chance>,
    /// The token endpoint answers 500.
    pub token_error_500: Option<Chance>,
    /// The token endpoint answers 200 with a page.
    pub token_html_200: Option<Chance>,
    /// The token endpoint takes its time.
    pub token_slow: Option<SlowAnswer>,
}
