//! The fault plan: everything optional, repeatable from its seed, readable as JSON.

use serde::{Deserialize, Serialize};

use super::super::rights::Right;

/// When a fault strikes: the next so many matching requests, then by chance, each time in a burst.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Chance {
    /// Between 0 and 1, for each matching request.
    pub probability: f64,
    /// So many matching requests for certain; counts down.
    pub next: u32,
    /// Lets so many matching requests pass first; counts down.
    pub skip: u32,
    /// Once struck, so many matching requests in a row; 0 and 1 are the same.
    pub burst: u32,
    /// What is left of a burst; counts down.
    pub burst_left: u32,
    /// Only requests with this method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests on this entity set, or on `$batch`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
}

impl Chance {
    /// The next `count` requests.
    pub fn next(count: u32) -> Self {
        Self { next: count, ..Self::default() }
    }

    /// Every request.
    pub fn always() -> Self {
        Self::probability(1.0)
    }

    /// Each request with this probability.
    pub fn probability(probability: f64) -> Self {
        Self { probability, ..Self::default() }
    }

    /// Only requests with this method on this entity set (or `$batch`).
    #[must_use]
    pub fn on(mut self, method: &str, entity: &str) -> Self {
        self.method = Some(method.to_owned());
        self.entity = Some(entity.to_owned());
        self
    }

    /// Lets so many matching requests pass first.
    #[must_use]
    pub fn after(mut self, requests: u32) -> Self {
        self.skip = requests;
        self
    }

    /// In bursts of this length.
    #[must_use]
    pub fn in_bursts_of(mut self, length: u32) -> Self {
        self.burst = length;
        self
    }
}

/// Whether the work is done before or after the wait; either way it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenWork {
    /// The work commits at once and the answer comes late.
    #[default]
    First,
    /// The work commits late, after the caller may have given up.
    After,
}

/// An answer that takes its time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SlowAnswer {
    /// When.
    pub when: Chance,
    /// For how long.
    pub ms: u64,
    /// Where the work falls.
    #[serde(default)]
    pub work: WhenWork,
}

/// A `Retry-After` header.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// So many seconds.
    Seconds(u64),
    /// A date so many seconds from now.
    DateIn(i64),
    /// These very words, however absurd.
    Words(String),
}

/// A refusal that may say when to come back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paced {
    /// When.
    pub when: Chance,
    /// The header, if any.
    #[serde(default)]
    pub retry_after: Option<RetryAfter>,
}

/// A token that stops being good before its time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenExpiry {
    /// When; `Chance::always` is the 401 that no new token cures.
    pub when: Chance,
    /// Whether the token is really gone, so that only a new one works.
    #[serde(default)]
    pub revoke: bool,
}

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
