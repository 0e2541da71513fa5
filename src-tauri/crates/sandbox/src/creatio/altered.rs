//! Columns that an admin changed while callers were at work.

use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::database::Database;
use super::refusal::Refusal;
use super::schema::Entity;

/// What became of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Altered {
    /// It was removed: neither the metadata nor reads and writes know it.
    Removed,
    /// Technical users may not change it any more. The words over OData are FICTIONAL: the vendor's own for an object,
    /// with the column's name.
    Closed,
    /// Its texts have at most so many characters.
    Shorter(usize),
}

impl Database {
    fn altered(&self, entity: &str, column: &str) -> Option<Altered> {
        self.altered.get(&(entity.to_owned(), column.to_owned())).copied()
    }

    /// Whether a column is there no more.
    pub(crate) fn is_removed(&self, entity: &str, column: &str) -> bool {
        !self.altered.is_empty() && self.altered(entity, column) == Some(Altered::Removed)
    }

    /// Refuses a write body for the first of its columns that was changed against it.
    pub(crate) fn check_altered(&self, entity: &Entity, body: &Map<String, Json>) -> Result<(), Refusal> {
        if self.altered.is_empty() {
            return Ok(());
        }
        for (column, value) in body {
            match self.altered(&entity.name, column) {
                Some(Altered::Removed) => return Err(Refusal::undeclared(column, &entity.name)),
                Some(Altered::Closed) => {
                    return Err(Refusal::no_rights(self.config.rights_shape, &format!("{}.{column}", entity.name)));
                }
                Some(Altered::Shorter(max)) if value.as_str().is_some_and(|text| text.chars().count() > max) => {
                    return Err(Refusal::too_long(self.config.database, max));
                }
                Some(Altered::Shorter(_)) | None => {}
            }
        }
        Ok(())
    }

    /// Refuses a query that names a removed column.
    pub(crate) fn check_query(&self, entity: &Entity, query: &str) -> Result<(), Refusal> {
        let removed =
            self.altered.iter().filter(|((of, _), altered)| *of == entity.name && **altered == Altered::Removed);
        for ((_, column), _) in removed {
            if query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == column) {
                return Err(Refusal::unknown_property(column, &entity.name));
            }
        }
        Ok(())
    }
}
