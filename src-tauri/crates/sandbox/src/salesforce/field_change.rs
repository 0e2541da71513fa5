//! What an admin does to a field while a client works: each change makes saves fail in a way of its own.

use super::data::Database;
use super::schema::Kind;

/// A change to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldChange {
    /// It is deleted, or hidden from everybody: the same to a client.
    Gone,
    /// It can be seen and not written.
    ReadOnly,
    /// It can be written again.
    Writable,
    /// It takes texts of this length.
    Length(usize),
    /// It takes these values only.
    Restricted(Vec<String>),
    /// A record without it is refused.
    Required,
}

pub(super) fn change(database: &mut Database, object: &str, field: &str, change: &FieldChange) {
    if *change == FieldChange::Gone {
        if let Some(object) = database.object_mut(object) {
            object.remove(field);
        }
        return;
    }
    let Some(mut shape) = database.object(object).and_then(|object| object.field(field)).cloned() else { return };
    match change {
        FieldChange::Gone => {}
        FieldChange::ReadOnly => (shape.create, shape.update) = (false, false),
        FieldChange::Writable => (shape.create, shape.update) = (true, true),
        FieldChange::Length(length) => shape.kind = Kind::Text(*length),
        FieldChange::Restricted(values) => {
            let values = values.iter().map(|value| (value.clone(), false)).collect();
            shape.kind = match shape.kind {
                Kind::MultiPicklist { .. } => Kind::MultiPicklist { values, restricted: true },
                _ => Kind::Picklist { values, restricted: true },
            };
        }
        FieldChange::Required => shape.required = true,
    }
    database.put_field(object, shape);
}
