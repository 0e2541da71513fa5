//! The limit of 100 nodes in one filter.

use super::super::refusal::Refusal;
use super::filter::Expr;

const LIMIT: usize = 100;

/// Refuses a filter that is too large; some 14 to 16 terms of `Id eq x or ...` fit.
pub(super) fn check(expr: &Expr) -> Result<(), Refusal> {
    if count(expr) <= LIMIT {
        return Ok(());
    }
    Err(Refusal::bad_query(
        "The node count limit of '100' has been exceeded. To increase the limit, set the 'MaxNodeCount' property on \
         EnableQueryAttribute or ODataValidationSettings.",
    ))
}

/// A comparison is itself, a conversion, a constant, the property, the row it belongs to, and each step on the way.
fn count(expr: &Expr) -> usize {
    match expr {
        Expr::And(left, right) | Expr::Or(left, right) => 1 + count(left) + count(right),
        Expr::Not(inside) => 1 + count(inside),
        Expr::Compare { path, .. } => 3 + path.nodes,
        Expr::Function { path, .. } => 2 + path.nodes,
        Expr::Truth(path) => path.nodes,
    }
}
