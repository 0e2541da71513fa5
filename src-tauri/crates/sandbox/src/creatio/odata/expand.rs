//! `$expand`: lookups and reverse collections, two levels deep at most.

use std::sync::Arc;

use super::super::database::Database;
use super::super::refusal::Refusal;
use super::super::schema::Entity;
use super::options::{Options, split_outside};
use super::read::Query;

/// `ODataMaxExpansionDepth` of the vendor's configuration.
const MAX_DEPTH: usize = 2;

/// One navigation to follow.
#[derive(Clone, Debug)]
pub(super) struct Expansion {
    pub name: String,
    pub to: Arc<Entity>,
    pub via: Via,
    pub query: Query,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Via {
    /// A lookup column of the row.
    Lookup(usize),
    /// A lookup column of the other object that names the row.
    Reverse(usize),
}

/// Parses `Status($select=Name),ActivityCollectionByCase($select=Title;$top=5)`.
pub(super) fn parse(
    database: &Database,
    entity: &Arc<Entity>,
    written: &str,
    depth: usize,
) -> Result<Vec<Expansion>, Refusal> {
    if depth >= MAX_DEPTH {
        return Err(Refusal::bad_query(
            "The request includes a $expand path which is too deep. The maximum depth allowed is 2. To increase the \
             limit, set the 'MaxExpansionDepth' property on EnableQueryAttribute or ODataValidationSettings.",
        ));
    }
    let mut expansions = Vec::new();
    for item in split_outside(written, ',') {
        let (name, inside) = match item.strip_suffix(')').and_then(|open| open.split_once('(')) {
            Some((name, inside)) => (name.trim(), inside),
            None => (item, ""),
        };
        let (to, via) = navigate(database, entity, name)?;
        let mut options = Options::default();
        for option in split_outside(inside, ';') {
            let (key, value) = option.split_once('=').unwrap_or((option, ""));
            options.set(key.trim(), value.to_owned())?;
        }
        let query = Query::read(database, &to, &options, depth + 1)?;
        expansions.push(Expansion { name: name.to_owned(), to, via, query });
    }
    Ok(expansions)
}

fn navigate(database: &Database, entity: &Entity, name: &str) -> Result<(Arc<Entity>, Via), Refusal> {
    if let Some(at) = entity.navigation(name)
        && let Some(to) = entity.columns[at].target().and_then(|target| database.entity(target))
    {
        return Ok((to, Via::Lookup(at)));
    }
    if let Some(reverse) = entity.reverse(name)
        && let Some(to) = database.entity(&reverse.child)
    {
        return Ok((to, Via::Reverse(reverse.column)));
    }
    Err(Refusal::unknown_property(name, &entity.name))
}
