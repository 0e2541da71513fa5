//! Which rows a filter can be true for, found through the indexes; only these are looked at.

use std::collections::BTreeSet;

use super::super::schema::{ID, MODIFIED_ON};
use super::super::table::{IndexKey, Table};
use super::filter::{Compare, Expr, Literal};

/// The sequence numbers of rows that may match, or `None` when every row may.
pub(super) fn candidates(table: &Table, expr: &Expr) -> Option<BTreeSet<u64>> {
    match expr {
        Expr::And(left, right) => match (candidates(table, left), candidates(table, right)) {
            (Some(a), Some(b)) => Some(if a.len() <= b.len() { a } else { b }),
            (a, b) => a.or(b),
        },
        Expr::Or(left, right) => {
            let mut both = candidates(table, left)?;
            both.extend(candidates(table, right)?);
            Some(both)
        }
        Expr::Compare { op: Compare::Eq, path, literal } => {
            let key = match literal {
                Literal::Guid(id) => IndexKey::Guid(*id),
                Literal::Text(text) if !text.is_empty() => IndexKey::Text(text.to_lowercase()),
                _ => return None,
            };
            let column = path.own_column()?;
            if column == ID
                && let IndexKey::Guid(id) = key
            {
                return Some(table.seq_of(id).into_iter().collect());
            }
            Some(table.find(column, &key)?.into_iter().collect())
        }
        Expr::Compare { op: Compare::Gt | Compare::Ge, path, literal: Literal::Time(from) } => {
            (path.own_column()? == MODIFIED_ON).then(|| table.modified_since(*from).into_iter().collect())
        }
        _ => None,
    }
}
