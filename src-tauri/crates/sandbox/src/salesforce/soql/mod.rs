//! SOQL: a real parser over the subset that clients of cases use.

mod ast;
mod lexer;
mod order;
mod parse;
mod resolve;
mod run;

use super::refusal::Refusal;
use ast::{Condition, Literal};

pub(crate) use run::run;

/// A query of the Tooling API, which has objects of its own: what it selects, from what, and the texts or truths that
/// fields must equal. Anything else is refused.
pub(crate) fn simple(text: &str) -> Result<(String, Vec<(String, String)>), Refusal> {
    let query = parse::parse(text)?;
    let parts = match query.condition {
        None => Vec::new(),
        Some(Condition::And(parts)) => parts,
        Some(one) => vec![one],
    };
    let equal = |part| match part {
        Condition::Compare(path, sign, literal) if sign == "=" => match literal {
            Literal::Text(text) => Ok((path.join("."), text)),
            Literal::Bool(truth) => Ok((path.join("."), truth.to_string())),
            _ => Err(unserved()),
        },
        _ => Err(unserved()),
    };
    Ok((query.from, parts.into_iter().map(equal).collect::<Result<_, _>>()?))
}

fn unserved() -> Refusal {
    Refusal::new(400, "MALFORMED_QUERY", "this stand-in compares fields of the Tooling API with = only")
}
