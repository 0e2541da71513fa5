//! Checks that hold for every save: required columns, sizes, and lookups that name an existing row.

use super::database::Database;
use super::refusal::Refusal;
use super::schema::{Entity, Kind};
use super::switches::OverLength;
use super::value::Value;

impl Database {
    /// Cuts or refuses over-long text in the columns that were just set.
    pub(crate) fn fit_texts(&self, entity: &Entity, values: &mut [Value], set: &[usize]) -> Result<(), Refusal> {
        for at in set {
            let Kind::Text { max: Some(max), .. } = entity.columns[*at].kind else { continue };
            let Value::Text(text) = &mut values[*at] else { continue };
            let Some((cut, _)) = text.char_indices().nth(max) else { continue };
            match self.config.over_length {
                OverLength::Refuse => return Err(Refusal::too_long(self.config.database, max)),
                OverLength::Cut => text.truncate(cut),
            }
        }
        Ok(())
    }

    /// Every required column must have a value, those that an admin made required since included.
    pub(crate) fn require_columns(&self, entity: &Entity, values: &[Value]) -> Result<(), Refusal> {
        for (column, value) in entity.columns.iter().zip(values) {
            let wanted = column.required
                || (!self.required_since.is_empty()
                    && self.required_since.contains(&(entity.name.clone(), column.name.clone())));
            if wanted && value.is_empty() {
                return Err(Refusal::required(&entity.name, &column.name));
            }
        }
        Ok(())
    }

    /// A lookup that names no row is refused by the database itself.
    pub(crate) fn check_lookups(&self, entity: &Entity, values: &[Value], set: &[usize]) -> Result<(), Refusal> {
        for at in set {
            let Some(target) = entity.columns[*at].target() else { continue };
            let Some(id) = values[*at].guid() else { continue };
            if !self.table(target).is_some_and(|table| table.contains(id)) {
                return Err(Refusal::foreign_key(
                    self.config.database,
                    &entity.name,
                    &entity.columns[*at].name,
                    target,
                ));
            }
        }
        Ok(())
    }
}
