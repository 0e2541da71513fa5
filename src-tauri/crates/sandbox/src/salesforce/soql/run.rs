//! Running a query: which rows, in which order, shown how.

use std::cmp::Ordering;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value as Json, json};

use super::super::data::{Database, Row, moment, parse_moment};
use super::super::ids;
use super::super::refusal::Refusal;
use super::super::schema::{Kind, Object};
use super::ast::{Condition, Literal, Query, Selected};
use super::order::{Sorted, like, order};
use super::parse::parse;
use super::resolve::{Resolved, object, resolve};

/// Everything that a query found, shown.
pub(crate) struct Page {
    pub total: usize,
    pub records: Vec<Json>,
}

struct Run<'a> {
    database: &'a Database,
    user: &'a str,
    base: &'a str,
    now: Timestamp,
    all: bool,
}

/// A condition with its names resolved and its literals in the spelling of stored values.
enum Check {
    Compare(Resolved, String, Json),
    In(Resolved, bool, Vec<Json>),
    Like(Resolved, Vec<char>),
    And(Vec<Check>),
    Or(Vec<Check>),
    Not(Box<Check>),
}

/// Runs a query as a user; `all` shows deleted rows too. `base` is the path of the API's version.
pub(crate) fn run(
    database: &Database,
    user: &str,
    base: &str,
    text: &str,
    now: Timestamp,
    all: bool,
) -> Result<Page, Refusal> {
    let query = parse(text)?;
    Run { database, user, base, now, all }.query(&query, None)
}

impl Run<'_> {
    fn query(&self, query: &Query, children_of: Option<(&Object, &str)>) -> Result<Page, Refusal> {
        let from = match children_of {
            Some((parent, _)) => self.child_object(parent, &query.from)?,
            None => object(self.database, &query.from)?,
        };
        let mut check = query.condition.as_ref().map(|condition| self.check(from, condition)).transpose()?;
        if let Some((parent, id)) = children_of {
            let own = self.parent_field(from, parent)?;
            let mine = Check::Compare(own, "=".to_owned(), json!(id));
            check = Some(Check::And(std::iter::once(mine).chain(check).collect()));
        }
        let orders = query.order.iter().map(|order| resolve(self.database, self.user, from, &order.path));
        let orders: Vec<Resolved> = orders.collect::<Result<_, _>>()?;
        if let Some(order) = orders.iter().find(|order| !order.field.is_filterable()) {
            let message = format!("field '{}' can not be sorted in a query call", order.field.name);
            return Err(Refusal::new(400, "INVALID_FIELD", message));
        }
        let table = self.database.table(&from.name);
        let deleted = from.at("IsDeleted").unwrap_or_default();
        let candidates = check.as_ref().and_then(|check| self.candidates(from, check));
        let rows: Box<dyn Iterator<Item = &Row>> = match candidates {
            Some(mut places) => {
                places.sort_unstable();
                places.dedup();
                Box::new(places.into_iter().map(|place| &table.rows[place]))
            }
            None => Box::new(table.rows.iter()),
        };
        let mut rows: Vec<&Row> = rows
            .filter(|row| self.all || *row.get(deleted) != json!(true))
            .filter(|row| check.as_ref().is_none_or(|check| self.holds(check, row)))
            .collect();
        if !orders.is_empty() {
            let key = |row: &&Row| orders.iter().map(|order| order.value(self.database, row)).collect::<Vec<Json>>();
            rows.sort_by_cached_key(|row| {
                Sorted(key(row), query.order.iter().map(|order| (order.descending, order.nulls_last)).collect())
            });
        }
        let rows: Vec<&Row> = rows.into_iter().skip(query.offset).take(query.limit.unwrap_or(usize::MAX)).collect();
        if query.select.is_empty() {
            return Ok(Page { total: rows.len(), records: Vec::new() });
        }
        let shown = self.shape(from, query)?;
        let records = rows.iter().map(|row| self.show(from, row, &shown)).collect::<Result<Vec<Json>, _>>()?;
        Ok(Page { total: records.len(), records })
    }

    fn child_object(&self, parent: &Object, name: &str) -> Result<&Object, Refusal> {
        let found = match name.to_lowercase().as_str() {
            "casecomments" => "CaseComment",
            "emailmessages" => "EmailMessage",
            "feeds" => "FeedItem",
            "cases" => "Case",
            "contacts" => "Contact",
            _ => "",
        };
        self.database.object(found).ok_or_else(|| {
            let message =
                format!("Didn't understand relationship '{name}' in FROM part of query call of {}.", parent.name);
            Refusal::new(400, "INVALID_TYPE", message)
        })
    }

    fn parent_field(&self, child: &Object, parent: &Object) -> Result<Resolved, Refusal> {
        let found =
            child.live().find(|(_, field)| matches!(&field.kind, Kind::Reference(to) if to.contains(&parent.name)));
        let name = found.map(|(_, field)| field.name.clone()).unwrap_or_default();
        resolve(self.database, self.user, child, &vec![name])
    }

    fn check(&self, from: &Object, condition: &Condition) -> Result<Check, Refusal> {
        let path = |path| {
            let found = resolve(self.database, self.user, from, path)?;
            if !found.field.is_filterable() {
                let message = format!("field '{}' can not be filtered in a query call", found.field.name);
                return Err(Refusal::new(400, "INVALID_FIELD", message));
            }
            Ok(found)
        };
        let each = |list: &[Condition]| list.iter().map(|one| self.check(from, one)).collect::<Result<Vec<_>, _>>();
        Ok(match condition {
            Condition::And(list) => Check::And(each(list)?),
            Condition::Or(list) => Check::Or(each(list)?),
            Condition::Not(one) => Check::Not(Box::new(self.check(from, one)?)),
            Condition::Like(name, text) => {
                let found = path(name)?;
                if matches!(found.field.kind, Kind::Id | Kind::Reference(_) | Kind::DateTime | Kind::Bool) {
                    let message = format!("invalid operator on id field: {}", found.field.name);
                    return Err(Refusal::new(400, "INVALID_QUERY_FILTER_OPERATOR", message));
                }
                Check::Like(found, text.to_lowercase().chars().collect())
            }
            Condition::Compare(name, sign, literal) => {
                let found = path(name)?;
                let value = self.literal(&found, literal)?;
                Check::Compare(found, sign.clone(), value)
            }
            Condition::In(name, negative, list) => {
                let found = path(name)?;
                let values = list.iter().map(|literal| self.literal(&found, literal)).collect::<Result<Vec<_>, _>>()?;
                Check::In(found, *negative, values)
            }
        })
    }

    /// A literal as the field's values are stored; the type has to be right.
    fn literal(&self, path: &Resolved, literal: &Literal) -> Result<Json, Refusal> {
        let wrong = |wanted: &str, quotes: &str| {
            let message =
                format!("value of filter criterion for field '{}' must be of type {wanted}{quotes}", path.field.name);
            Err(Refusal::new(400, "INVALID_FIELD", message))
        };
        let day = |back: i64| {
            let at = self.now - SignedDuration::from_hours(24 * back);
            at.strftime("%Y-%m-%d").to_string()
        };
        Ok(match (&path.field.kind, literal) {
            (_, Literal::Null) => Json::Null,
            (Kind::Bool, Literal::Bool(flag)) => json!(flag),
            (Kind::Bool, _) => return wrong("boolean", " and should not be enclosed in quotes"),
            (Kind::Int | Kind::Number(..) | Kind::Currency(..) | Kind::Percent(..), Literal::Number(number)) => {
                json!(number)
            }
            (Kind::Int | Kind::Number(..) | Kind::Currency(..) | Kind::Percent(..), _) => {
                return wrong("double", " and should not be enclosed in quotes");
            }
            (Kind::DateTime, Literal::Moment(text)) => match parse_moment(text) {
                Some(at) => json!(moment(at)),
                None => return wrong("dateTime", ""),
            },
            (Kind::DateTime, Literal::Relative(word, days)) => {
                let back = match word.as_str() {
                    "YESTERDAY" => 1,
                    "TOMORROW" => -1,
                    _ => *days,
                };
                json!(format!("{}T00:00:00.000+0000", day(back)))
            }
            (Kind::Date, Literal::Moment(text)) if text.len() == 10 => json!(text),
            (Kind::DateTime | Kind::Date, _) => return wrong("dateTime", " and should not be enclosed in quotes"),
            (Kind::Id | Kind::Reference(_), Literal::Text(text)) => match ids::key(text) {
                Some(key) => json!(ids::to_18(&key)),
                None => {
                    let message = format!("invalid ID field: {text}");
                    return Err(Refusal::new(400, "INVALID_QUERY_FILTER_OPERATOR", message));
                }
            },
            (_, Literal::Text(text)) => json!(text),
            (..) => return wrong("string", " and should be enclosed in quotes"),
        })
    }

    /// The rows that an index leaves to be looked at.
    fn candidates(&self, from: &Object, check: &Check) -> Option<Vec<usize>> {
        let table = self.database.table(&from.name);
        let look_up = |path: &Resolved, values: &[Json]| -> Option<Vec<usize>> {
            let plain = path.names.len() == 1 && values.iter().all(|value| !value.is_null());
            match path.field.kind {
                Kind::Id if plain => Some(values.iter().filter_map(|id| table.place(id.as_str()?)).collect()),
                _ if plain && path.field.is_indexed() => {
                    Some(values.iter().flat_map(|value| table.find(from, path.first, value)).collect())
                }
                _ => None,
            }
        };
        match check {
            Check::Compare(path, sign, value) if sign == "=" => look_up(path, std::slice::from_ref(value)),
            Check::In(path, false, values) => look_up(path, values),
            Check::And(all) => all.iter().find_map(|one| self.candidates(from, one)),
            _ => None,
        }
    }

    fn holds(&self, check: &Check, row: &Row) -> bool {
        let value = |path: &Resolved| path.value(self.database, row);
        match check {
            Check::And(all) => all.iter().all(|one| self.holds(one, row)),
            Check::Or(any) => any.iter().any(|one| self.holds(one, row)),
            Check::Not(one) => !self.holds(one, row),
            Check::In(path, negative, values) => {
                let own = value(path);
                values.iter().any(|each| order(&own, each, path.field.case_sensitive) == Some(Ordering::Equal))
                    != *negative
            }
            Check::Like(path, pattern) => {
                let own = value(path).as_str().unwrap_or_default().to_lowercase();
                like(&own.chars().collect::<Vec<char>>(), pattern)
            }
            Check::Compare(path, sign, wanted) => {
                let found = order(&value(path), wanted, path.field.case_sensitive);
                match sign.as_str() {
                    "=" => found == Some(Ordering::Equal),
                    "!=" => found != Some(Ordering::Equal),
                    "<" => found == Some(Ordering::Less),
                    ">" => found == Some(Ordering::Greater),
                    "<=" => found.is_some_and(Ordering::is_le),
                    _ => found.is_some_and(Ordering::is_ge),
                }
            }
        }
    }

    fn shape(&self, from: &Object, query: &Query) -> Result<Vec<Shown>, Refusal> {
        let mut out = Vec::new();
        for selected in &query.select {
            match selected {
                Selected::Path(path) => {
                    let found = resolve(self.database, self.user, from, path)?;
                    if out.iter().any(|shown| matches!(shown, Shown::Path(other) if other.names == found.names)) {
                        let message = format!("duplicate field selected: {}", found.names.join("."));
                        return Err(Refusal::new(400, "MALFORMED_QUERY", message));
                    }
                    out.push(Shown::Path(found));
                }
                Selected::Fields(which) => {
                    if which != "STANDARD" && query.limit.is_none_or(|limit| limit > 200) {
                        let message = "The SOQL FIELDS function must have a LIMIT of at most 200";
                        return Err(Refusal::new(400, "MALFORMED_QUERY", message));
                    }
                    for (_, field) in from.live().filter(|(_, field)| self.database.sees(self.user, field)) {
                        if which == "ALL" || (which == "CUSTOM") == field.is_custom() {
                            out.push(Shown::Path(resolve(self.database, self.user, from, &vec![field.name.clone()])?));
                        }
                    }
                }
                Selected::Children(inside) => out.push(Shown::Children(inside.clone())),
            }
        }
        Ok(out)
    }

    fn show(&self, from: &Object, row: &Row, shown: &[Shown]) -> Result<Json, Refusal> {
        let mut record = self.head(&from.name, &row.id);
        for one in shown {
            match one {
                Shown::Path(path) => self.put(&mut record, row, path),
                Shown::Children(query) => {
                    let page = self.query(query, Some((from, &row.id)))?;
                    let found = json!({ "totalSize": page.total, "done": true, "records": page.records });
                    record.insert(query.from.clone(), if page.total == 0 { Json::Null } else { found });
                }
            }
        }
        Ok(Json::Object(record))
    }

    fn head(&self, object: &str, id: &str) -> Map<String, Json> {
        let url = format!("{}/sobjects/{object}/{id}", self.base);
        Map::from_iter([("attributes".to_owned(), json!({ "type": object, "url": url }))])
    }

    /// Puts a value at the end of its path, making the records on the way.
    fn put(&self, record: &mut Map<String, Json>, row: &Row, path: &Resolved) {
        let Some((last, hops)) = path.names.split_last() else { return };
        let mut slot = record;
        let mut at = row.get(path.first).clone();
        for (number, hop) in hops.iter().enumerate() {
            let Some(id) = at.as_str().map(str::to_owned) else {
                slot.entry(hop.clone()).or_insert(Json::Null);
                return;
            };
            let object = self.database.object_of(&id).map(|object| object.name.clone()).unwrap_or_default();
            let head = self.head(&object, &id);
            let entry = slot.entry(hop.clone()).or_insert_with(|| Json::Object(head));
            let Json::Object(inside) = entry else { return };
            slot = inside;
            if let Some(next) = hops.get(number + 1) {
                let field = self
                    .database
                    .object(&object)
                    .and_then(|object| object.through(next))
                    .map(|(_, field)| field.name.clone());
                at = field.map(|field| self.database.value(&object, &id, &field)).unwrap_or_default();
            }
        }
        slot.insert(last.clone(), path.value(self.database, row));
    }
}

enum Shown {
    Path(Resolved),
    Children(Box<Query>),
}
