//! Analysts: the port and the one built in (from their own crate, which calls nobody), and a language model's client.

mod failure;
mod provider;

pub use casebridge_analyst::{Analyst, Ask, BuiltIn, PatternFault, pattern_faults};
pub use provider::{Provider, ProviderApi, ProviderSettings};
