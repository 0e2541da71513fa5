//! Which changes of comments and e-mails are taken once they are there.

use serde_json::{Map, Value as Json, json};

use super::super::refusal::Refusal;
use super::super::schema::Object;
use super::database::{Database, Saver};
use super::table::Row;
use super::value::moment;

/// Without "Modify All Data" nothing but `IsPublished` of a comment may be changed.
pub(super) fn only_published(database: &Database, saver: &Saver, body: &Map<String, Json>) -> Result<(), Refusal> {
    let all = saver.person || saver.system || database.user(&saver.user).is_some_and(|user| user.modify_all);
    let harmless = |name: &str| ["IsPublished", "attributes"].iter().any(|each| each.eq_ignore_ascii_case(name));
    match body.keys().find(|name| !harmless(name)) {
        Some(_) if !all => Err(Refusal::rights()),
        _ => Ok(()),
    }
}

/// A draft may be edited; of anything else only the status may go from New to Read.
pub(super) fn before(object: &Object, saver: &Saver, old: Option<&Row>, row: &mut Row) -> Result<(), Refusal> {
    let at = |name: &str| object.at(name).unwrap_or_default();
    let status = at("Status");
    if row.get(at("MessageDate")).is_null() {
        row.set(at("MessageDate"), json!(moment(saver.now)));
    }
    let draft = *row.get(status) == json!("5");
    row.set(at("IsPrivateDraft"), json!(draft));
    let Some(old) = old.filter(|old| *old.get(status) != json!("5") && !saver.system) else { return Ok(()) };
    let allowed =
        ["LastModifiedDate", "LastModifiedById", "SystemModstamp", "Status", "IsDeleted", "IsExternallyVisible"];
    let other = object
        .live()
        .find(|(at, field)| old.get(*at) != row.get(*at) && !allowed.contains(&field.name.as_str()))
        .map(|(_, field)| field.name.clone());
    let read = *old.get(status) == json!("0") && *row.get(status) == json!("1");
    let turned = old.get(status) != row.get(status) && !read;
    match other.or(turned.then(|| "Status".to_owned())) {
        Some(field) => {
            let message = format!("{field}: only drafts can be edited, and a new e-mail can be marked as read");
            Err(Refusal::new(400, "INSUFFICIENT_ACCESS_OR_READONLY", message).on(&[&field]))
        }
        None => Ok(()),
    }
}
