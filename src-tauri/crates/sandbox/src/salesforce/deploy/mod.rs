//! Metadata: what a deployed archive holds, and validation rules whose formulas are really evaluated.

mod apply;
mod archive;
mod field;
mod formula;
mod job;
mod lexer;
mod rule;

pub(crate) use job::{Jobs, cancel, start, status};
pub(crate) use rule::{ValidationRule, validate};
