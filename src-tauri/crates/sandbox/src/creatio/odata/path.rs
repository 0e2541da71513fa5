//! Column paths: `Subject`, `Case/Id`, `Contact/Account/Code`.

use std::sync::Arc;

use super::super::database::Database;
use super::super::refusal::Refusal;
use super::super::schema::{Entity, ID, Kind};
use super::super::table::Row;
use super::super::value::Value;

/// A path from a row to a value.
#[derive(Clone, Debug)]
pub(crate) struct ColumnPath {
    /// Lookup columns to follow, each in the object that the one before led to.
    hops: Vec<usize>,
    targets: Vec<String>,
    column: usize,
    pub(super) kind: Kind,
    /// Set when the path ends in a bare foreign key: legal to parse, fatal to run.
    pub(super) raw_key: Option<String>,
    /// Nodes that the framework counts for it.
    pub(super) nodes: usize,
}

impl ColumnPath {
    pub fn resolve(database: &Database, entity: &Arc<Entity>, written: &str) -> Result<Self, Refusal> {
        let segments: Vec<&str> = written.split('/').collect();
        let mut current = Arc::clone(entity);
        let (mut hops, mut targets) = (Vec::new(), Vec::new());
        let Some((last, before)) = segments.split_last() else {
            return Err(Refusal::unknown_property(written, &entity.name));
        };
        for segment in before {
            let (at, target) = follow(database, &current, segment)?;
            hops.push(at);
            targets.push(target.name.clone());
            current = target;
        }
        let nodes = 2 + hops.len();
        if let Some(column) = current.column(last) {
            let kind = current.columns[column].kind.clone();
            let raw_key = matches!(kind, Kind::Lookup { .. }).then(|| segments.join("."));
            return Ok(Self { hops, targets, column, kind, raw_key, nodes });
        }
        // A navigation property by itself stands for its key, so that it can be compared with null.
        let (column, _) = follow(database, &current, last)?;
        Ok(Self { hops, targets, column, kind: current.columns[column].kind.clone(), raw_key: None, nodes })
    }

    /// The value for one row; `Null` where a lookup on the way is empty.
    pub fn value(&self, database: &Database, row: &Row) -> Value {
        let mut current = row;
        for (hop, (at, target)) in self.hops.iter().zip(&self.targets).enumerate() {
            let Some(id) = current.values[*at].guid() else { return Value::Null };
            if hop + 1 == self.hops.len() && self.column == ID {
                return Value::Guid(id);
            }
            match database.row(target, id) {
                Some(next) => current = next,
                None => return Value::Null,
            }
        }
        current.values[self.column].clone()
    }

    /// The row's own column that decides the value: itself, or the lookup before a final `/Id`.
    pub fn own_column(&self) -> Option<usize> {
        match self.hops.as_slice() {
            [] => Some(self.column),
            [only] if self.column == ID => Some(*only),
            _ => None,
        }
    }
}

fn follow(database: &Database, entity: &Entity, segment: &str) -> Result<(usize, Arc<Entity>), Refusal> {
    let unknown = || Refusal::unknown_property(segment, &entity.name);
    let at = entity.navigation(segment).ok_or_else(unknown)?;
    let target = entity.columns[at].target().and_then(|name| database.entity(name)).ok_or_else(unknown)?;
    Ok((at, target))
}
