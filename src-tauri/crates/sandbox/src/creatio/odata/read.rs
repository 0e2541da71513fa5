//! Lists: filter, order, skip, top, count. There is no server paging and never a next link.

use std::sync::Arc;

use super::super::database::Database;
use super::super::refusal::Refusal;
use super::super::schema::{Entity, Kind, MODIFIED_ON};
use super::super::table::{IndexKey, Row, Table};
use super::super::value::Value;
use super::candidates::{candidates, changed_since};
use super::evaluate::{holds, order};
use super::expand::{self, Expansion};
use super::filter::{self, Expr};
use super::options::{Options, split_outside};
use super::path::ColumnPath;
use uuid::Uuid;

/// A parsed query on one object.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub select: Option<Vec<usize>>,
    pub filter: Option<Expr>,
    pub orderby: Vec<(ColumnPath, bool)>,
    pub expand: Vec<Expansion>,
    pub top: Option<usize>,
    pub skip: usize,
    pub count: bool,
}

impl Query {
    /// Parses all options; the first thing that is wrong is the one that is named.
    pub fn read(database: &Database, entity: &Arc<Entity>, options: &Options, depth: usize) -> Result<Self, Refusal> {
        let filter = options.filter.as_deref().map(|text| filter::parse(database, entity, text)).transpose()?;
        let orderby = match &options.orderby {
            Some(text) => read_orderby(database, entity, text)?,
            None => Vec::new(),
        };
        let select = options.select.as_deref().map(|text| read_select(entity, text)).transpose()?.flatten();
        let expand = match &options.expand {
            Some(text) => expand::parse(database, entity, text, depth)?,
            None => Vec::new(),
        };
        Ok(Self { select, filter, orderby, expand, top: options.top, skip: options.skip, count: options.count })
    }
}

fn read_select(entity: &Entity, text: &str) -> Result<Option<Vec<usize>>, Refusal> {
    let mut columns = Vec::new();
    for name in split_outside(text, ',') {
        if name == "*" {
            return Ok(None);
        }
        if let Some(at) = entity.column(name) {
            if entity.columns[at].kind == Kind::Binary {
                return Err(Refusal::binary_in_select());
            }
            columns.push(at);
        } else if entity.navigation(name).is_none() && entity.reverse(name).is_none() {
            return Err(Refusal::unknown_property(name, &entity.name));
        }
    }
    Ok(Some(columns))
}

fn read_orderby(database: &Database, entity: &Arc<Entity>, text: &str) -> Result<Vec<(ColumnPath, bool)>, Refusal> {
    let mut keys = Vec::new();
    for item in split_outside(text, ',') {
        let mut words = item.split_whitespace();
        let name = words.next().unwrap_or_default();
        let descending = match words.next() {
            None | Some("asc") => false,
            Some("desc") => true,
            Some(_) => return Err(Refusal::bad_query(&format!("Syntax error at position 0 in '{text}'."))),
        };
        let path = ColumnPath::resolve(database, entity, name)?;
        if let Some(raw) = &path.raw_key {
            return Err(Refusal::raw_foreign_key(raw, &entity.name));
        }
        keys.push((path, descending));
    }
    Ok(keys)
}

/// The rows of a list, and how many there were before `$skip` and `$top`.
pub(super) fn list<'a>(
    database: &'a Database,
    entity: &Entity,
    query: &Query,
) -> Result<(Vec<&'a Row>, usize), Refusal> {
    let Some(table) = database.table(&entity.name) else { return Err(Refusal::not_found_page()) };
    if let Some(rows) = by_change(database, table, query) {
        return Ok((rows, 0));
    }
    let mut rows: Vec<&Row> = match query.filter.as_ref().and_then(|expr| candidates(table, expr)) {
        Some(seqs) => seqs.iter().filter_map(|seq| table.by_seq(*seq)).collect(),
        None => table.rows().collect(),
    };
    if let Some(expr) = &query.filter {
        rows.retain(|row| holds(database, expr, row));
    }
    let total = rows.len();
    sort(database, &mut rows, query);
    let wanted = query.top.unwrap_or(usize::MAX);
    let rows: Vec<&Row> = rows.into_iter().skip(query.skip).take(wanted).collect();
    if rows.len() > database.config.max_rows {
        return Err(Refusal::too_many_rows(database.config.max_rows));
    }
    Ok((rows, total))
}

/// A page of what changed since some time, in that order: the index is walked as far as the page reaches. `None` when
/// the query is of another kind.
fn by_change<'a>(database: &'a Database, table: &'a Table, query: &Query) -> Option<Vec<&'a Row>> {
    let filter = query.filter.as_ref()?;
    let wanted = query.top.filter(|top| *top > 0 && *top <= database.config.max_rows && !query.count)?;
    let (first, descending) = query.orderby.first()?;
    if *descending || first.own_column() != Some(MODIFIED_ON) {
        return None;
    }
    let since = changed_since(table, filter)?;
    let mut rows: Vec<&Row> = Vec::new();
    // Rows of one time are put in order together; the time alone decides between such groups.
    let mut same: Vec<&Row> = Vec::new();
    for row in table.changed_since(since) {
        if same.last().is_some_and(|last| last.values[MODIFIED_ON] != row.values[MODIFIED_ON]) {
            sort(database, &mut same, query);
            rows.append(&mut same);
            if rows.len() >= query.skip.saturating_add(wanted) {
                break;
            }
        }
        if holds(database, filter, row) {
            same.push(row);
        }
    }
    sort(database, &mut same, query);
    rows.append(&mut same);
    Some(rows.into_iter().skip(query.skip).take(wanted).collect())
}

fn sort(database: &Database, rows: &mut [&Row], query: &Query) {
    if query.orderby.is_empty() {
        return;
    }
    rows.sort_by(|a, b| {
        for (path, descending) in &query.orderby {
            let way = order(database, &path.value(database, a), &path.value(database, b));
            let way = if *descending { way.reverse() } else { way };
            if way.is_ne() {
                return way;
            }
        }
        std::cmp::Ordering::Equal
    });
}

/// The rows of a reverse collection.
pub(super) fn children<'a>(
    database: &'a Database,
    entity: &Entity,
    column: usize,
    parent: Uuid,
    query: &Query,
) -> Vec<&'a Row> {
    let Some(table) = database.table(&entity.name) else { return Vec::new() };
    let mut rows: Vec<&Row> = match table.find(column, &IndexKey::Guid(parent)) {
        Some(seqs) => seqs.iter().filter_map(|seq| table.by_seq(*seq)).collect(),
        None => table.rows().filter(|row| row.values[column] == Value::Guid(parent)).collect(),
    };
    if let Some(expr) = &query.filter {
        rows.retain(|row| holds(database, expr, row));
    }
    sort(database, &mut rows, query);
    rows.into_iter().skip(query.skip).take(query.top.unwrap_or(usize::MAX)).collect()
}
