//! Throwing the dice for one request, in the order of arrival.

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::super::refusal::Refusal;
use super::plan::{FaultPlan, OAuthRefusal, UnderUsAct};
use crate::chance::{Dice, Paced, SlowAnswer};

/// The fault that decides how a data call is answered.
#[derive(Clone, Debug)]
pub(crate) enum DataFault {
    CutBefore,
    Error500,
    Page(u16),
    Unavailable(Paced),
    Limit,
    Expired { revoke: bool },
    NotForRest,
    Refuse(&'static str, Refusal),
    AnswerLost,
    CutMidBody,
    ErrorAfterWrite,
    Twice,
}

impl DataFault {
    /// The name that the request ledger shows.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CutBefore => "cut_before",
            Self::Error500 => "error_500",
            Self::Page(200) => "html_login_200",
            Self::Page(500) => "html_500",
            Self::Page(502) => "bad_gateway_502",
            Self::Page(_) => "gateway_timeout_504",
            Self::Unavailable(_) => "unavailable_503",
            Self::Limit => "limit_exceeded",
            Self::Expired { .. } => "session_expired",
            Self::NotForRest => "session_not_for_rest",
            Self::Refuse(name, _) => name,
            Self::AnswerLost => "answer_lost_after_commit",
            Self::CutMidBody => "cut_mid_body",
            Self::ErrorAfterWrite => "error_after_write",
            Self::Twice => "committed_twice",
        }
    }
}

/// The fault that decides how a token request is answered.
#[derive(Clone, Debug)]
pub(crate) enum TokenFault {
    Down,
    AnswerLost,
    Error500,
    Html200,
    Refused(OAuthRefusal),
}

/// Everything that was thrown for one data call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thrown {
    pub fault: Option<DataFault>,
    pub slow: Option<SlowAnswer>,
    pub part: Option<(usize, Refusal)>,
    pub last_missing: bool,
    pub under_us: Option<UnderUsAct>,
}

/// The plan with its dice.
pub(crate) struct FaultState {
    pub plan: FaultPlan,
    rng: StdRng,
}

impl FaultState {
    pub fn new(plan: FaultPlan) -> Self {
        let rng = StdRng::seed_from_u64(plan.seed);
        Self { plan, rng }
    }

    pub fn is_withdrawn(&self, object: &str, right: &str) -> bool {
        self.plan.withdrawn.iter().any(|gone| gone.object == object && gone.right == right)
    }

    /// Throws for a data call on `target`. `names_case` is whether it is a write that concerns a case.
    pub fn data(&mut self, method: &str, target: &str, names_case: bool) -> Thrown {
        let (plan, mut dice) = (&mut self.plan, Dice { rng: &mut self.rng, method, target });
        let slow = dice.with(&mut plan.slow_answer, |slow| &mut slow.when);
        let part = dice.with(&mut plan.composite_part_fails, |part| &mut part.when);
        let last_missing = dice.plain(&mut plan.composite_part_missing);
        let under_us = if names_case { dice.with(&mut plan.under_us, |under| &mut under.when) } else { None };
        let simple = [
            (&mut plan.cut_before, DataFault::CutBefore),
            (&mut plan.error_500, DataFault::Error500),
            (&mut plan.html_500, DataFault::Page(500)),
            (&mut plan.bad_gateway_502, DataFault::Page(502)),
            (&mut plan.gateway_timeout_504, DataFault::Page(504)),
            (&mut plan.html_login_200, DataFault::Page(200)),
            (&mut plan.limit_exceeded, DataFault::Limit),
            (&mut plan.session_not_for_rest, DataFault::NotForRest),
            (&mut plan.lock_row, DataFault::Refuse("lock_row", Refusal::locked())),
        ];
        let mut fault = simple.into_iter().find_map(|(chance, fault)| dice.plain(chance).then_some(fault));
        fault = fault
            .or_else(|| dice.with(&mut plan.unavailable_503, |paced| &mut paced.when).map(DataFault::Unavailable))
            .or_else(|| {
                let expiry = dice.with(&mut plan.session_expired, |expiry| &mut expiry.when)?;
                Some(DataFault::Expired { revoke: expiry.revoke })
            })
            .or_else(|| {
                let refuse = dice.with(&mut plan.refuse, |refuse| &mut refuse.when)?;
                let fields: Vec<&str> = refuse.fields.iter().map(String::as_str).collect();
                Some(DataFault::Refuse(
                    "refuse",
                    Refusal::new(refuse.status, &refuse.code, refuse.message.clone()).on(&fields),
                ))
            });
        let after = [
            (&mut plan.answer_lost_after_commit, DataFault::AnswerLost),
            (&mut plan.cut_mid_body, DataFault::CutMidBody),
            (&mut plan.error_after_write, DataFault::ErrorAfterWrite),
            (&mut plan.committed_twice, DataFault::Twice),
        ];
        let fault = fault.or_else(|| after.into_iter().find_map(|(chance, fault)| dice.plain(chance).then_some(fault)));
        let part = part.map(|part| (part.part, Refusal::new(400, &part.code, part.message).on(&[])));
        Thrown { fault, slow, part, last_missing, under_us: under_us.map(|under| under.act) }
    }

    /// Throws for a token request.
    pub fn token(&mut self) -> (Option<TokenFault>, Option<SlowAnswer>) {
        let (plan, mut dice) = (&mut self.plan, Dice { rng: &mut self.rng, method: "POST", target: "token" });
        let slow = dice.with(&mut plan.token_slow, |slow| &mut slow.when);
        let simple = [
            (&mut plan.token_down, TokenFault::Down),
            (&mut plan.token_error_500, TokenFault::Error500),
            (&mut plan.token_html_200, TokenFault::Html200),
            (&mut plan.token_answer_lost, TokenFault::AnswerLost),
        ];
        let fault = simple.into_iter().find_map(|(chance, fault)| dice.plain(chance).then_some(fault));
        let refused = || dice.with(&mut plan.token_refused, |refusal| &mut refusal.when).map(TokenFault::Refused);
        (fault.or_else(refused), slow)
    }

    /// Throws for a sign-in.
    pub fn authorize(&mut self) -> Option<OAuthRefusal> {
        let mut dice = Dice { rng: &mut self.rng, method: "GET", target: "authorize" };
        dice.with(&mut self.plan.authorize_refused, |refusal| &mut refusal.when)
    }
}
