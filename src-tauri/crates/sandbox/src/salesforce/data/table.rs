//! The rows of one object in the order in which they were made, with indexes for look-ups.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::super::ids;
use super::super::schema::{Field, Kind, Object};

/// One row; values stand at the places of the object's fields, and those of younger fields may be missing.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Grows with each row of the org.
    pub seq: u64,
    pub id: String,
    pub values: Vec<Json>,
}

impl Row {
    pub fn get(&self, at: usize) -> &Json {
        self.values.get(at).unwrap_or(&Json::Null)
    }

    pub fn set(&mut self, at: usize, value: Json) {
        if self.values.len() <= at {
            self.values.resize(at + 1, Json::Null);
        }
        self.values[at] = value;
    }
}

/// All rows of one object.
#[derive(Default)]
pub(crate) struct Table {
    pub rows: Vec<Row>,
    by_id: HashMap<String, usize>,
    indexes: HashMap<usize, HashMap<String, Vec<usize>>>,
}

/// What a value is found by.
pub(crate) fn index_key(field: &Field, value: &Json) -> Option<String> {
    match (value, &field.kind) {
        (Json::String(text), Kind::Reference(_)) => ids::key(text),
        (Json::String(text), _) if field.case_sensitive => Some(text.clone()),
        (Json::String(text), _) => Some(text.to_lowercase()),
        (Json::Null, _) => None,
        (other, _) => Some(other.to_string()),
    }
}

impl Table {
    pub fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(&ids::key(id)?).copied()
    }

    pub fn row(&self, id: &str) -> Option<&Row> {
        self.place(id).map(|at| &self.rows[at])
    }

    pub fn push(&mut self, object: &Object, row: Row) {
        let place = self.rows.len();
        if let Some(key) = ids::key(&row.id) {
            self.by_id.insert(key, place);
        }
        self.index(object, place, &row, true);
        self.rows.push(row);
    }

    /// Takes the newest row out again.
    pub fn pop(&mut self, object: &Object) {
        let Some(row) = self.rows.pop() else { return };
        let place = self.rows.len();
        if let Some(key) = ids::key(&row.id) {
            self.by_id.remove(&key);
        }
        self.index(object, place, &row, false);
    }

    pub fn replace(&mut self, object: &Object, place: usize, row: Row) -> Row {
        let old = std::mem::replace(&mut self.rows[place], row);
        self.index(object, place, &old, false);
        let new = self.rows[place].clone();
        self.index(object, place, &new, true);
        old
    }

    /// Builds the index of a field that is new, or newly unique.
    pub fn reindex(&mut self, object: &Object) {
        self.indexes.clear();
        let rows = std::mem::take(&mut self.rows);
        for (place, row) in rows.iter().enumerate() {
            self.index(object, place, row, true);
        }
        self.rows = rows;
    }

    fn index(&mut self, object: &Object, place: usize, row: &Row, add: bool) {
        for (at, field) in object.live().filter(|(_, field)| field.is_indexed()) {
            let Some(key) = index_key(field, row.get(at)) else { continue };
            let places = self.indexes.entry(at).or_default().entry(key).or_default();
            match add {
                true => places.push(place),
                false => places.retain(|each| *each != place),
            }
        }
    }

    /// The rows with this value in an indexed field.
    pub fn find(&self, object: &Object, at: usize, value: &Json) -> Vec<usize> {
        let Some(key) = index_key(&object.fields[at], value) else { return Vec::new() };
        self.indexes.get(&at).and_then(|index| index.get(&key)).cloned().unwrap_or_default()
    }
}
