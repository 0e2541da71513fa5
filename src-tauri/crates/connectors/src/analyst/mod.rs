//! Analysts: the port and the one built in (from their own crate, which calls nobody).

pub use casebridge_analyst::{Analyst, Ask, BuiltIn};
