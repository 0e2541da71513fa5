//! Rows as JSON.

use serde_json::{Map, Value as Json};

use super::super::database::Database;
use super::super::schema::{Entity, Kind};
use super::super::table::Row;
use super::super::value::{Spelling, to_json};
use super::expand::{Expansion, Via};
use super::read::children;

/// A row with the selected columns, or with all but the binary ones, and what was expanded.
pub(super) fn row(
    database: &Database,
    entity: &Entity,
    row: &Row,
    select: Option<&[usize]>,
    expand: &[Expansion],
    spelling: Spelling,
) -> Map<String, Json> {
    let mut map = Map::new();
    let mut show = |at: usize| {
        let column = &entity.columns[at];
        map.insert(column.name.clone(), to_json(&row.values[at], &column.kind, spelling));
    };
    match select {
        Some(columns) => columns.iter().copied().for_each(&mut show),
        None => (0..entity.columns.len()).filter(|at| entity.columns[*at].kind != Kind::Binary).for_each(&mut show),
    }
    for expansion in expand {
        map.insert(expansion.name.clone(), expanded(database, row, expansion, spelling));
    }
    map
}

fn expanded(database: &Database, from: &Row, expansion: &Expansion, spelling: Spelling) -> Json {
    let Expansion { to, query, .. } = expansion;
    let shown = |other: &Row| Json::Object(row(database, to, other, query.select.as_deref(), &query.expand, spelling));
    match expansion.via {
        Via::Lookup(at) => {
            let other = from.values[at].guid().and_then(|id| database.row(&to.name, id));
            other.map_or(Json::Null, shown)
        }
        Via::Reverse(column) => children(database, to, column, from.id(), query).into_iter().map(shown).collect(),
    }
}

/// The part after `$metadata#` when columns were selected: `(Id,Subject)`.
pub(super) fn selection(entity: &Entity, select: Option<&[usize]>) -> String {
    match select {
        Some(columns) if !columns.is_empty() => {
            let names: Vec<&str> = columns.iter().map(|at| entity.columns[*at].name.as_str()).collect();
            format!("({})", names.join(","))
        }
        _ => String::new(),
    }
}
