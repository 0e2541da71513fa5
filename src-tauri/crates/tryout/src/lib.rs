//! Trying Casebridge out: stand-in CRMs beside an engine, and recorded conversations to fill it with.

pub mod conversation;
pub mod stand_in;

pub use stand_in::StandIns;
