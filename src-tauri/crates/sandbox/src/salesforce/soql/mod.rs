//! SOQL: a real parser over the subset that clients of cases use.

mod ast;
mod lexer;
mod order;
mod parse;
mod resolve;
mod run;

pub(crate) use run::run;
