//! Throwing the dice for one request, in the order of arrival.

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::super::odata::BatchFaults;
use super::super::rights::Right;
use super::plan::{FaultPlan, UnderUs, UnderUsAct};
use crate::chance::{Dice, Paced, SlowAnswer, TokenExpiry};

/// The fault that decides how an OData request is answered.
#[derive(Clone, Debug)]
pub(crate) enum DataFault {
    CutBefore,
    Error500,
    Gateway(u16, Option<Paced>),
    Throttled(Paced),
    HtmlLogin,
    ErrorBody200,
    TokenExpired { revoke: bool },
    AnswerLost,
    CutMidBody,
    ErrorAfterWrite,
}

impl DataFault {
    /// The name that the request ledger shows.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CutBefore => "cut_before",
            Self::Error500 => "error_500",
            Self::Gateway(502, _) => "bad_gateway_502",
            Self::Gateway(503, _) => "unavailable_503",
            Self::Gateway(..) => "gateway_timeout_504",
            Self::Throttled(_) => "throttled_429",
            Self::HtmlLogin => "html_login_200",
            Self::ErrorBody200 => "error_body_200",
            Self::TokenExpired { .. } => "token_expired_midway",
            Self::AnswerLost => "answer_lost_after_commit",
            Self::CutMidBody => "cut_mid_body",
            Self::ErrorAfterWrite => "error_after_write",
        }
    }
}

/// The fault that decides how a token request is answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TokenFault {
    Down,
    AnswerLost,
    Error500,
    Html200,
}

/// Everything that was thrown for one OData request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thrown {
    pub fault: Option<DataFault>,
    pub slow: Option<SlowAnswer>,
    pub batch: BatchFaults,
    pub under_us: Option<UnderUsAct>,
}

/// The plan with its dice.
pub(crate) struct FaultState {
    pub plan: FaultPlan,
    pub rng: StdRng,
}

impl FaultState {
    pub fn new(plan: FaultPlan) -> Self {
        let rng = StdRng::seed_from_u64(plan.seed);
        Self { plan, rng }
    }

    pub fn is_withdrawn(&self, object: &str, right: Right) -> bool {
        self.plan.withdrawn.iter().any(|gone| gone.object == object && gone.right == right)
    }

    /// Throws for an OData request on `target`. `names_case` is whether it is a write that concerns a case.
    pub fn data(&mut self, method: &str, target: &str, names_case: bool) -> Thrown {
        let plan = &mut self.plan;
        let mut dice = Dice { rng: &mut self.rng, method, target };
        let slow = dice.with(&mut plan.slow_answer, |fault| &mut fault.when);
        let fault = if dice.plain(&mut plan.cut_before) {
            Some(DataFault::CutBefore)
        } else if dice.plain(&mut plan.error_500) {
            Some(DataFault::Error500)
        } else if dice.plain(&mut plan.bad_gateway_502) {
            Some(DataFault::Gateway(502, None))
        } else if let Some(paced) = dice.with(&mut plan.unavailable_503, |fault| &mut fault.when) {
            Some(DataFault::Gateway(503, Some(paced)))
        } else if dice.plain(&mut plan.gateway_timeout_504) {
            Some(DataFault::Gateway(504, None))
        } else if let Some(paced) = dice.with(&mut plan.throttled_429, |fault| &mut fault.when) {
            Some(DataFault::Throttled(paced))
        } else if dice.plain(&mut plan.html_login_200) {
            Some(DataFault::HtmlLogin)
        } else if dice.plain(&mut plan.error_body_200) {
            Some(DataFault::ErrorBody200)
        } else if let Some(TokenExpiry { revoke, .. }) =
            dice.with(&mut plan.token_expired_midway, |fault| &mut fault.when)
        {
            Some(DataFault::TokenExpired { revoke })
        } else if dice.plain(&mut plan.answer_lost_after_commit) {
            Some(DataFault::AnswerLost)
        } else if dice.plain(&mut plan.cut_mid_body) {
            Some(DataFault::CutMidBody)
        } else if dice.plain(&mut plan.error_after_write) {
            Some(DataFault::ErrorAfterWrite)
        } else {
            None
        };
        let batch = if target == "$batch" {
            BatchFaults {
                cut_after: dice.with(&mut plan.batch_cut_after, |fault| &mut fault.when).map(|fault| fault.parts),
                error_after_write: dice
                    .with(&mut plan.batch_part_500_after_write, |fault| &mut fault.when)
                    .map(|fault| fault.part),
                answer_missing: dice
                    .with(&mut plan.batch_part_answer_missing, |fault| &mut fault.when)
                    .map(|fault| fault.part),
                fails: dice
                    .with(&mut plan.batch_part_fails, |fault| &mut fault.when)
                    .map(|fault| (fault.part, fault.status)),
                out_of_order: dice.plain(&mut plan.batch_out_of_order),
            }
        } else {
            BatchFaults::default()
        };
        let under_us = if names_case {
            dice.with(&mut plan.under_us, |fault| &mut fault.when).map(|UnderUs { act, .. }| act)
        } else {
            None
        };
        Thrown { fault, slow, batch, under_us }
    }

    /// Throws for a token request.
    pub fn token(&mut self) -> (Option<TokenFault>, Option<SlowAnswer>) {
        let plan = &mut self.plan;
        let mut dice = Dice { rng: &mut self.rng, method: "POST", target: "token" };
        let slow = dice.with(&mut plan.token_slow, |fault| &mut fault.when);
        let fault = if dice.plain(&mut plan.token_down) {
            Some(TokenFault::Down)
        } else if dice.plain(&mut plan.token_error_500) {
            Some(TokenFault::Error500)
        } else if dice.plain(&mut plan.token_html_200) {
            Some(TokenFault::Html200)
        } else if dice.plain(&mut plan.token_answer_lost) {
            Some(TokenFault::AnswerLost)
        } else {
            None
        };
        (fault, slow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn struck(plan: FaultPlan, requests: usize) -> Vec<bool> {
        let mut state = FaultState::new(plan);
        (0..requests).map(|_| state.data("POST", "Case", false).fault.is_some()).collect()
    }

    #[test]
    fn the_same_seed_throws_the_same_faults() {
        let plan = FaultPlan { seed: 7, error_500: Some(Chance::probability(0.3)), ..FaultPlan::default() };
        let first = struck(plan.clone(), 200);
        assert_eq!(first, struck(plan.clone(), 200), "a run must be repeatable from its seed");
        assert_ne!(first, struck(FaultPlan { seed: 8, ..plan }, 200), "another seed is another run");
    }

    #[test]
    fn a_burst_strikes_in_a_row_after_the_requests_let_pass() {
        let chance = Chance::next(1).after(2).in_bursts_of(3);
        let plan = FaultPlan { error_500: Some(chance), ..FaultPlan::default() };
        assert_eq!(struck(plan, 7), [false, false, true, true, true, false, false]);
    }

    #[test]
    fn a_fault_can_be_kept_to_one_method_and_set() {
        let plan = FaultPlan { error_500: Some(Chance::always().on("PATCH", "Case")), ..FaultPlan::default() };
        assert_eq!(struck(plan, 1), [false], "a POST is left alone by a fault on PATCH");
    }
}
