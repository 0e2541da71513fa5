//! Reads conversations for the fields of a case (R27). Pure: an analyst of this crate calls nobody.
//!
//! [`Analyst`] is the port. [`BuiltIn`] is the one that works offline and is the default; a language model's client
//! is beside the other HTTP clients, in the connectors; what it sends is masked ([`mask`]), and what it answers is
//! believed as far as [`model::checked`] finds it in the conversation.

mod built_in;
mod cue;
mod dialogue;
mod instruction;
pub mod mask;
pub mod model;
pub mod orders;
mod port;
mod read;
mod text;
mod tone;

pub use built_in::BuiltIn;
pub use instruction::{PatternFault, pattern_faults};
pub use port::{Analyst, Ask};
