//! Objects and their fields, as describe tells them.

mod describe;
mod stock;

use std::collections::{BTreeSet, HashMap};

use serde_json::Value as Json;

pub(crate) use describe::{describe, global, overview};
pub(crate) use stock::stock;

/// The type of a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    Id,
    Text(usize),
    Email,
    Phone,
    Url,
    /// Long text, which no filter takes; with `true` it is rich text.
    Area(usize, bool),
    Bool,
    Int,
    /// Digits before and after the point together, and after it.
    Number(u32, u32),
    /// The same as an amount of money.
    Currency(u32, u32),
    /// The same as a percentage.
    Percent(u32, u32),
    DateTime,
    Date,
    Time,
    /// Values with their default; restricted means that no other is taken.
    Picklist {
        values: Vec<(String, bool)>,
        restricted: bool,
    },
    /// The same of which several can be chosen; they are one text, with semicolons.
    MultiPicklist {
        values: Vec<(String, bool)>,
        restricted: bool,
    },
    Reference(Vec<String>),
}

impl Kind {
    /// Digits of a number all in all, and after the point.
    pub fn digits(&self) -> Option<(u32, u32)> {
        match *self {
            Kind::Number(precision, scale) | Kind::Currency(precision, scale) | Kind::Percent(precision, scale) => {
                Some((precision, scale))
            }
            _ => None,
        }
    }

    /// The values of a list, each with whether it is the default, and whether no other is taken.
    pub fn list(&self) -> Option<(&[(String, bool)], bool)> {
        match self {
            Kind::Picklist { values, restricted } | Kind::MultiPicklist { values, restricted } => {
                Some((values, *restricted))
            }
            _ => None,
        }
    }
}

/// One field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub name: String,
    pub kind: Kind,
    pub create: bool,
    pub update: bool,
    /// Refused when missing or null on create.
    pub required: bool,
    pub unique: bool,
    pub external: bool,
    pub case_sensitive: bool,
    /// The length counts bytes of UTF-8, not characters.
    pub in_bytes: bool,
    pub default: Option<Json>,
    /// `None`: everybody sees it. Otherwise only who has one of these permission sets does.
    pub granted: Option<BTreeSet<String>>,
}

impl Field {
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            create: true,
            update: true,
            required: false,
            unique: false,
            external: false,
            case_sensitive: false,
            in_bytes: false,
            default: None,
            granted: None,
        }
    }

    pub fn is_custom(&self) -> bool {
        self.name.ends_with("__c")
    }

    /// What a path through this field is called: `Contact` for `ContactId`, `X__r` for `X__c`.
    pub fn relationship(&self) -> Option<String> {
        let Kind::Reference(_) = self.kind else { return None };
        match self.name.strip_suffix("__c") {
            Some(name) => Some(format!("{name}__r")),
            None => self.name.strip_suffix("Id").map(str::to_owned),
        }
    }

    pub fn is_filterable(&self) -> bool {
        !matches!(self.kind, Kind::Area(..))
    }

    pub fn max_length(&self) -> Option<usize> {
        match self.kind {
            Kind::Text(max) | Kind::Area(max, _) => Some(max),
            Kind::Email => Some(80),
            Kind::Phone => Some(40),
            Kind::Url | Kind::Picklist { .. } => Some(255),
            Kind::MultiPicklist { .. } => Some(4099),
            _ => None,
        }
    }

    /// Whether look-ups by this field go through an index.
    pub fn is_indexed(&self) -> bool {
        self.unique || self.external || matches!(self.kind, Kind::Reference(_))
    }
}

/// One object.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub name: String,
    pub label: String,
    pub prefix: String,
    pub fields: Vec<Field>,
    by_name: HashMap<String, usize>,
}

impl Object {
    pub fn new(name: &str, label: &str, prefix: &str, fields: Vec<Field>) -> Self {
        let mut object = Self {
            name: name.to_owned(),
            label: label.to_owned(),
            prefix: prefix.to_owned(),
            fields: Vec::new(),
            by_name: HashMap::new(),
        };
        for field in fields {
            object.put(field);
        }
        object
    }

    /// Adds a field, or replaces the one with its name.
    pub fn put(&mut self, field: Field) {
        match self.at(&field.name) {
            Some(at) => self.fields[at] = field,
            None => {
                self.by_name.insert(field.name.to_lowercase(), self.fields.len());
                self.fields.push(field);
            }
        }
    }

    /// Takes a field's name out; its place stays, so that rows keep their shape.
    pub fn remove(&mut self, name: &str) -> bool {
        self.by_name.remove(&name.to_lowercase()).is_some()
    }

    /// The place of a field; names do not mind letter case.
    pub fn at(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_lowercase()).copied()
    }

    pub fn field(&self, name: &str) -> Option<&Field> {
        self.at(name).map(|at| &self.fields[at])
    }

    /// The fields that are there, in order, with their places.
    pub fn live(&self) -> impl Iterator<Item = (usize, &Field)> {
        self.fields.iter().enumerate().filter(|(at, field)| self.at(&field.name) == Some(*at))
    }

    /// The reference field that a path such as `Contact` goes through.
    pub fn through(&self, relationship: &str) -> Option<(usize, &Field)> {
        self.live().find(|(_, field)| field.relationship().is_some_and(|name| name.eq_ignore_ascii_case(relationship)))
    }
}
