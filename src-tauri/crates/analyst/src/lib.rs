//! Reads conversations for the fields of a case (R27). Pure: an analyst of this crate calls nobody.
//!
//! [`Analyst`] is the port. [`BuiltIn`] is the one that works offline and is the default; a language model's client
//! is beside the other HTTP clients, in the connectors.

mod built_in;
mod port;

pub use built_in::BuiltIn;
pub use port::{Analyst, Ask};
