//! Whether a row meets a condition, with the database's three-valued look at what is empty.

use std::cmp::Ordering;

use super::super::database::Database;
use super::super::switches::TextCompare;
use super::super::table::Row;
use super::super::value::Value;
use super::filter::{Compare, Expr, Literal, TextFunction};

/// Whether the row meets the condition.
pub(crate) fn holds(database: &Database, expr: &Expr, row: &Row) -> bool {
    match expr {
        Expr::And(left, right) => holds(database, left, row) && holds(database, right, row),
        Expr::Or(left, right) => holds(database, left, row) || holds(database, right, row),
        Expr::Not(inside) => !holds(database, inside, row),
        Expr::Truth(path) => path.value(database, row).is_true(),
        Expr::Compare { op, path, literal } => compare(database, *op, &path.value(database, row), literal),
        Expr::Function { function, path, text } => {
            let value = path.value(database, row);
            let (value, text) = (folded(database, value.text().unwrap_or_default()), folded(database, text));
            match function {
                TextFunction::Contains => value.contains(&text),
                TextFunction::StartsWith => value.starts_with(&text),
                TextFunction::EndsWith => value.ends_with(&text),
            }
        }
    }
}

fn folded(database: &Database, text: &str) -> String {
    match database.config.text_compare {
        TextCompare::IgnoreCase => text.to_lowercase(),
        TextCompare::Exact => text.to_owned(),
    }
}

fn compare(database: &Database, op: Compare, value: &Value, literal: &Literal) -> bool {
    if *literal == Literal::Null {
        return match op {
            Compare::Eq => value.is_empty(),
            Compare::Ne => !value.is_empty(),
            _ => false,
        };
    }
    let order = match (value, literal) {
        (Value::Guid(a), Literal::Guid(b)) => Some(a.cmp(b)),
        (Value::Text(a), Literal::Text(b)) => Some(folded(database, a).cmp(&folded(database, b))),
        (Value::Null, Literal::Text(b)) => Some("".cmp(b.as_str())),
        #[expect(clippy::cast_precision_loss, reason = "the columns hold small numbers")]
        (Value::Int(a), Literal::Number(b)) => (*a as f64).partial_cmp(b),
        (Value::Decimal(a), Literal::Number(b)) => a.partial_cmp(b),
        (Value::Null, Literal::Number(b)) => 0.0.partial_cmp(b),
        (Value::Bool(a), Literal::Bool(b)) => Some(a.cmp(b)),
        (Value::Null, Literal::Bool(b)) => Some(false.cmp(b)),
        (Value::Time(a), Literal::Time(b)) => Some(a.cmp(b)),
        // An empty date or lookup is NULL in the database and meets no comparison, except that it differs.
        _ => return op == Compare::Ne,
    };
    matches!(
        (op, order),
        (Compare::Eq, Some(Ordering::Equal))
            | (Compare::Ne, Some(Ordering::Less | Ordering::Greater))
            | (Compare::Gt, Some(Ordering::Greater))
            | (Compare::Ge, Some(Ordering::Greater | Ordering::Equal))
            | (Compare::Lt, Some(Ordering::Less))
            | (Compare::Le, Some(Ordering::Less | Ordering::Equal))
    )
}

/// The order of two values under `$orderby`; empty ones come first.
pub(super) fn order(database: &Database, a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Guid(a), Value::Guid(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => folded(database, a).cmp(&folded(database, b)),
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Decimal(a), Value::Decimal(b)) => a.partial_cmp(b).unwrap_or(Ordering::Equal),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Time(a), Value::Time(b)) => a.cmp(b),
        (a, b) => b.is_empty().cmp(&a.is_empty()),
    }
}
