//! Names of a query against objects and fields, and values along a path.

use serde_json::Value as Json;

use super::super::data::{Database, Row};
use super::super::refusal::Refusal;
use super::super::schema::{Field, Kind, Object};
use super::ast::Path;

/// A path that leads somewhere.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    /// Canonical names: references by their relationship, then the field.
    pub names: Vec<String>,
    /// The place of the first field in its object.
    pub first: usize,
    pub field: Field,
}

/// The object of a FROM.
pub(super) fn object<'a>(database: &'a Database, name: &str) -> Result<&'a Object, Refusal> {
    database.object(name).ok_or_else(|| {
        let message = format!(
            "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append \
             the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
        );
        Refusal::new(400, "INVALID_TYPE", message)
    })
}

/// Follows a path from an object.
pub(super) fn resolve(database: &Database, user: &str, root: &Object, path: &Path) -> Result<Resolved, Refusal> {
    // `Case.Subject` and `c.Subject` style prefixes: the object's own name may stand first.
    let path = match path.as_slice() {
        [own, rest @ ..] if !rest.is_empty() && own.eq_ignore_ascii_case(&root.name) && root.through(own).is_none() => {
            rest
        }
        whole => whole,
    };
    let (mut objects, mut names, mut first) = (vec![root], Vec::new(), None);
    let Some((last, hops)) = path.split_last() else { return Err(Refusal::no_column("", &root.name)) };
    for hop in hops {
        let found = objects.iter().find_map(|object| object.through(hop));
        let Some((at, field)) = found.filter(|(_, field)| database.sees(user, field)) else {
            let message = format!(
                "Didn't understand relationship '{hop}' in field path. If you are attempting to use a custom \
                 relationship, be sure to append the '__r' after the custom relationship name."
            );
            return Err(Refusal::new(400, "INVALID_FIELD", message));
        };
        first.get_or_insert(at);
        names.push(field.relationship().unwrap_or_default());
        let Kind::Reference(to) = &field.kind else { return Err(Refusal::no_column(hop, &root.name)) };
        objects = to.iter().filter_map(|name| database.object(name)).collect();
    }
    let found = objects.iter().find_map(|object| object.field(last)).filter(|field| database.sees(user, field));
    let Some(field) = found else {
        let object = objects.first().map_or("", |object| object.name.as_str());
        let message = format!(
            "No such column '{last}' on entity '{object}'. If you are attempting to use a custom field, be sure to append \
             the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names."
        );
        return Err(Refusal::new(400, "INVALID_FIELD", message));
    };
    first = first.or_else(|| root.at(&field.name));
    names.push(field.name.clone());
    Ok(Resolved { names, first: first.unwrap_or_default(), field: field.clone() })
}

impl Resolved {
    /// What the path comes to for a row.
    pub fn value(&self, database: &Database, row: &Row) -> Json {
        let mut value = row.get(self.first).clone();
        for name in &self.names[1..] {
            let Some(id) = value.as_str() else { return Json::Null };
            let Some(object) = database.object_of(id) else { return Json::Null };
            let at = object.at(name).or_else(|| object.through(name).map(|(at, _)| at));
            let found = at.and_then(|at| database.row(&object.name, id).map(|row| row.get(at).clone()));
            value = found.unwrap_or_default();
        }
        value
    }
}
