//! SOQL: a real parser over the subset that clients of cases use.

mod ast;
mod lexer;
mod parse;
mod resolve;
mod run;

pub(crate) use run::run;
