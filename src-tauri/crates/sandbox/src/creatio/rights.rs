//! What technical users may do with each object.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// One of the four rights on an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Right {
    /// Reading rows.
    Read,
    /// Making rows.
    Create,
    /// Changing rows.
    Update,
    /// Deleting rows.
    Delete,
}

/// The rights on one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectRights {
    /// Rows may be read.
    pub read: bool,
    /// Rows may be made.
    pub create: bool,
    /// Rows may be changed.
    pub update: bool,
    /// Rows may be deleted.
    pub delete: bool,
}

impl ObjectRights {
    /// Everything.
    pub const ALL: Self = Self { read: true, create: true, update: true, delete: true };
    /// Nothing, as a technical user starts out.
    pub const NONE: Self = Self { read: false, create: false, update: false, delete: false };
    /// Reading only.
    pub const READ: Self = Self { read: true, create: false, update: false, delete: false };

    /// Whether the right is granted.
    pub fn allows(self, right: Right) -> bool {
        match right {
            Right::Read => self.read,
            Right::Create => self.create,
            Right::Update => self.update,
            Right::Delete => self.delete,
        }
    }
}

/// The rights of technical users, object by object. They inherit nothing from roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rights {
    /// What holds for an object that is not listed.
    pub others: ObjectRights,
    /// Objects with rights of their own.
    #[serde(default)]
    pub objects: HashMap<String, ObjectRights>,
}

impl Rights {
    /// Everything on every object.
    pub fn all() -> Self {
        Self { others: ObjectRights::ALL, objects: HashMap::new() }
    }

    /// Nothing at all: a technical user as it is made.
    pub fn none() -> Self {
        Self { others: ObjectRights::NONE, objects: HashMap::new() }
    }

    /// The same with other rights on one object.
    #[must_use]
    pub fn with(mut self, object: &str, rights: ObjectRights) -> Self {
        self.objects.insert(object.to_owned(), rights);
        self
    }

    /// Whether a technical user may do this.
    pub fn allow(&self, object: &str, right: Right) -> bool {
        self.objects.get(object).copied().unwrap_or(self.others).allows(right)
    }
}
