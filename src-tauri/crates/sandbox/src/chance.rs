//! When a fault strikes and how it shows: what the stand-ins' fault plans have in common.

use rand::Rng as _;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};

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

/// The dice of one request, thrown in the order of arrival.
pub(crate) struct Dice<'a> {
    pub rng: &'a mut StdRng,
    pub method: &'a str,
    pub target: &'a str,
}

impl Dice<'_> {
    pub fn strikes(&mut self, chance: &mut Chance) -> bool {
        let other_method = chance.method.as_deref().is_some_and(|method| method != self.method);
        let other_target = chance.entity.as_deref().is_some_and(|entity| entity != self.target);
        if other_method || other_target {
            return false;
        }
        if chance.burst_left > 0 {
            chance.burst_left -= 1;
            return true;
        }
        if chance.skip > 0 {
            chance.skip -= 1;
            return false;
        }
        let hit = if chance.next > 0 {
            chance.next -= 1;
            true
        } else {
            chance.probability > 0.0 && self.rng.random::<f64>() < chance.probability
        };
        if hit {
            chance.burst_left = chance.burst.saturating_sub(1);
        }
        hit
    }

    pub fn plain(&mut self, chance: &mut Option<Chance>) -> bool {
        chance.as_mut().is_some_and(|chance| self.strikes(chance))
    }

    pub fn with<T: Clone>(&mut self, fault: &mut Option<T>, when: impl Fn(&mut T) -> &mut Chance) -> Option<T> {
        let fault = fault.as_mut()?;
        self.strikes(when(fault)).then(|| fault.clone())
    }
}
