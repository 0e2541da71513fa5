//! What may go wrong, when, and in which order the dice are thrown.

mod dice;
mod plan;

pub(crate) use dice::{DataFault, FaultState, Thrown, TokenFault};
pub use plan::{FaultPlan, OAuthRefusal, PartFails, Refuse, UnderUs, UnderUsAct, Withdrawn};
