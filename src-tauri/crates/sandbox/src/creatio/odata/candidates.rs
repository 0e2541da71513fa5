//! Which rows a filter can be true for, found through the indexes; only these are looked at.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::schema::{ID, MODIFIED_ON};
use super::super::table::{IndexKey, Table};
use super::filter::{Compare, Expr, Literal};

/// Since when rows must have been changed to meet the filter, when that is all that an index can tell of it.
pub(super) fn changed_since(table: &Table, expr: &Expr) -> Option<Timestamp> {
    match expr {
        Expr::And(left, right) => match (changed_since(table, left), changed_since(table, right)) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (Some(at), None) if !selects(table, right) => Some(at),
            (None, Some(at)) if !selects(table, left) => Some(at),
            _ => None,
        },
        Expr::Compare { op: Compare::Gt | Compare::Ge, path, literal: Literal::Time(from) } => {
            (path.own_column()? == MODIFIED_ON).then_some(*from)
        }
        _ => None,
    }
}

/// Whether an index names the rows that can match, and so few of them that no order needs to be walked.
fn selects(table: &Table, expr: &Expr) -> bool {
    match expr {
        Expr::And(left, right) => selects(table, left) || selects(table, right),
        Expr::Or(left, right) => selects(table, left) && selects(table, right),
        other => changed_since(table, other).is_none() && candidates(table, other).is_some(),
    }
}

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

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::super::super::config::CreatioConfig;
    use super::super::super::database::Database;
    use super::super::super::ids;
    use super::super::filter::parse;
    use super::*;

    fn looked_at(set: &str, filter: &str) -> Option<usize> {
        let database = Database::new(Arc::new(CreatioConfig::default()));
        let entity = database.entity(set).unwrap();
        let expr = parse(&database, &entity, filter).unwrap();
        candidates(database.table(set).unwrap(), &expr).map(|found| found.len())
    }

    #[test]
    fn lookups_by_id_and_by_case_touch_only_the_rows_they_name() {
        let ids = format!("Id eq {} or Id eq {}", ids::CUSTOMER_ANNA, ids::CUSTOMER_OMAR);
        assert_eq!(looked_at("Contact", &ids), Some(2));
        let of_case = format!("Case/Id eq {} and CreatedOn gt 2026-01-01T00:00:00Z", Uuid::new_v4());
        assert_eq!(looked_at("Activity", &of_case), Some(0), "no scan for a case without activities");
        assert_eq!(looked_at("Contact", "Email eq 'omar+shop@haddad.example'"), Some(1));
        assert_eq!(looked_at("Contact", "ModifiedOn ge 2999-01-01T00:00:00Z"), Some(0));
    }

    #[test]
    fn what_no_index_answers_looks_at_every_row() {
        assert_eq!(looked_at("Contact", "contains(Name,'a')"), None);
        let mixed = format!("Id eq {} or contains(Name,'a')", ids::CUSTOMER_ANNA);
        assert_eq!(looked_at("Contact", &mixed), None, "one side of an or is not enough");
    }
}
