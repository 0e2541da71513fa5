//! Objects, their columns and the navigation between them.

mod activity;
mod case;
mod lookups;
mod messages;
mod people;

use std::collections::HashMap;
use std::sync::Arc;

use super::config::{CustomColumn, CustomKind};

/// The type of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Guid,
    /// A reference; its OData name ends in `Id`, its navigation property is the name without it.
    Lookup {
        to: String,
    },
    /// ShortText 50, MediumText 250, LongText 500, or without a limit. `html` columns hold markup.
    Text {
        max: Option<usize>,
        html: bool,
    },
    Int,
    Decimal,
    Bool,
    Time,
    Binary,
}

/// What becomes of a row when the row that a lookup names is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDelete {
    Block,
    Clear,
    Cascade,
}

/// A column of an object.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub name: String,
    pub kind: Kind,
    pub required: bool,
    pub indexed: bool,
    pub on_delete: OnDelete,
}

impl Column {
    fn new(name: &str, kind: Kind) -> Self {
        Self { name: name.to_owned(), kind, required: false, indexed: false, on_delete: OnDelete::Block }
    }

    pub fn lookup(name: &str, to: &str) -> Self {
        Self::new(name, Kind::Lookup { to: to.to_owned() })
    }

    pub fn guid(name: &str) -> Self {
        Self::new(name, Kind::Guid)
    }

    pub fn short(name: &str) -> Self {
        Self::sized(name, 50)
    }

    pub fn medium(name: &str) -> Self {
        Self::sized(name, 250)
    }

    pub fn long(name: &str) -> Self {
        Self::sized(name, 500)
    }

    pub fn sized(name: &str, max: usize) -> Self {
        Self::new(name, Kind::Text { max: Some(max), html: false })
    }

    pub fn max_text(name: &str) -> Self {
        Self::new(name, Kind::Text { max: None, html: false })
    }

    pub fn html(name: &str) -> Self {
        Self::new(name, Kind::Text { max: None, html: true })
    }

    pub fn int(name: &str) -> Self {
        Self::new(name, Kind::Int)
    }

    pub fn decimal(name: &str) -> Self {
        Self::new(name, Kind::Decimal)
    }

    pub fn bool(name: &str) -> Self {
        Self::new(name, Kind::Bool)
    }

    pub fn time(name: &str) -> Self {
        Self::new(name, Kind::Time)
    }

    pub fn binary(name: &str) -> Self {
        Self::new(name, Kind::Binary)
    }

    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub fn indexed(mut self) -> Self {
        self.indexed = true;
        self
    }

    pub fn on_delete(mut self, rule: OnDelete) -> Self {
        self.on_delete = rule;
        self
    }

    /// The navigation property of a lookup: `Status` for `StatusId`.
    pub fn navigation(&self) -> Option<&str> {
        match self.kind {
            Kind::Lookup { .. } => self.name.strip_suffix("Id"),
            _ => None,
        }
    }

    pub fn target(&self) -> Option<&str> {
        match &self.kind {
            Kind::Lookup { to } => Some(to),
            _ => None,
        }
    }

    pub fn is_html(&self) -> bool {
        matches!(self.kind, Kind::Text { html: true, .. })
    }

    pub fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text { .. })
    }
}

/// A collection on the one side of a lookup: `ActivityCollectionByCase` of Case.
#[derive(Clone, Debug)]
pub(crate) struct Reverse {
    pub name: String,
    pub child: String,
    pub column: usize,
}

/// An object with its columns.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    pub name: String,
    pub columns: Vec<Column>,
    pub reverse: Vec<Reverse>,
    by_name: HashMap<String, usize>,
}

/// `Id`'s place; every object starts with the same six columns.
pub(crate) const ID: usize = 0;
pub(crate) const CREATED_ON: usize = 1;
pub(crate) const CREATED_BY: usize = 2;
pub(crate) const MODIFIED_ON: usize = 3;
pub(crate) const MODIFIED_BY: usize = 4;
pub(crate) const PROCESS_LISTENERS: usize = 5;

impl Entity {
    /// An object with the columns that every row has, then its own. `CreatedBy` and `ModifiedBy` are contacts.
    pub fn new(name: &str, own: Vec<Column>) -> Self {
        let mut columns = vec![
            Column::guid("Id"),
            Column::time("CreatedOn"),
            Column::lookup("CreatedById", "Contact").on_delete(OnDelete::Clear),
            Column::time("ModifiedOn"),
            Column::lookup("ModifiedById", "Contact").on_delete(OnDelete::Clear),
            Column::int("ProcessListeners"),
        ];
        columns.extend(own);
        let mut entity = Self { name: name.to_owned(), columns, reverse: Vec::new(), by_name: HashMap::new() };
        entity.index_names();
        entity
    }

    fn index_names(&mut self) {
        self.by_name = self.columns.iter().enumerate().map(|(at, column)| (column.name.clone(), at)).collect();
    }

    /// A column by its OData name; letter case counts.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// The lookup column behind a navigation property.
    pub fn navigation(&self, name: &str) -> Option<usize> {
        let at = self.column(&format!("{name}Id"))?;
        self.columns[at].target().map(|_| at)
    }

    pub fn reverse(&self, name: &str) -> Option<&Reverse> {
        self.reverse.iter().find(|reverse| reverse.name == name)
    }
}

/// All objects of one installation.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub entities: Vec<Arc<Entity>>,
    by_name: HashMap<String, usize>,
}

impl Schema {
    /// The stock objects with a tenant's own columns.
    pub fn stock(custom: &[CustomColumn]) -> Self {
        let mut entities = vec![case::case(), activity::activity()];
        entities.extend(lookups::all());
        entities.extend(people::all());
        entities.extend(messages::all());
        for extra in custom {
            if let Some(entity) = entities.iter_mut().find(|entity| entity.name == extra.entity) {
                entity.columns.push(custom_column(extra));
                entity.index_names();
            }
        }
        link_collections(&mut entities);
        let by_name = entities.iter().enumerate().map(|(at, entity)| (entity.name.clone(), at)).collect();
        Self { entities: entities.into_iter().map(Arc::new).collect(), by_name }
    }

    pub fn entity(&self, name: &str) -> Option<&Arc<Entity>> {
        self.by_name.get(name).map(|at| &self.entities[*at])
    }
}

fn custom_column(extra: &CustomColumn) -> Column {
    let name = extra.name.as_str();
    let column = match extra.kind {
        CustomKind::Text(max) => Column::sized(name, max),
        CustomKind::LongText => Column::max_text(name),
        CustomKind::Decimal => Column::decimal(name),
        CustomKind::Int => Column::int(name),
        CustomKind::Bool => Column::bool(name),
        CustomKind::Time => Column::time(name),
    };
    if extra.required { column.required() } else { column }
}

/// Reverse navigations are called `<Child>CollectionBy<Column>`.
fn link_collections(entities: &mut [Entity]) {
    let mut found = Vec::new();
    for child in entities.iter() {
        for (at, column) in child.columns.iter().enumerate().skip(PROCESS_LISTENERS) {
            if let (Some(target), Some(navigation)) = (column.target(), column.navigation()) {
                let name = format!("{}CollectionBy{navigation}", child.name);
                found.push((target.to_owned(), Reverse { name, child: child.name.clone(), column: at }));
            }
        }
    }
    for (target, reverse) in found {
        if let Some(parent) = entities.iter_mut().find(|entity| entity.name == target) {
            parent.reverse.push(reverse);
        }
    }
}
