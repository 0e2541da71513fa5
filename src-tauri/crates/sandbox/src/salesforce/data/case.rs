//! Rules of the case: status and closing, its contact's copies, owner and assignment.

use serde_json::{Map, Value as Json, json};

use super::super::refusal::Refusal;
use super::super::schema::Object;
use super::database::{Database, Saver};
use super::table::Row;
use super::value::moment;

/// Fills in what the server decides. Answers the text of `Comments`, the write-only door to a case comment.
pub(super) fn before(
    database: &mut Database,
    saver: &Saver,
    object: &Object,
    old: Option<&Row>,
    row: &mut Row,
    body: &Map<String, Json>,
) -> Result<Option<String>, Refusal> {
    let at = |name: &str| object.at(name).unwrap_or_default();
    if old.is_none() {
        row.set(at("CaseNumber"), json!(database.next_case_number()));
        if row.get(at("OwnerId")).is_null() {
            row.set(at("OwnerId"), json!(saver.user));
        }
    }
    if row.get(at("Status")).is_null() {
        row.set(at("Status"), json!(database.default_status()));
    }
    let closed = row.get(at("Status")).as_str().is_some_and(|status| database.closes(status));
    let was_closed = old.is_some_and(|old| *old.get(at("IsClosed")) == json!(true));
    row.set(at("IsClosed"), json!(closed));
    match (was_closed, closed) {
        (false, true) => row.set(at("ClosedDate"), json!(moment(saver.now))),
        (true, false) => row.set(at("ClosedDate"), Json::Null),
        _ => {}
    }
    row.set(
        at("IsClosedOnCreate"),
        json!(if old.is_none() { closed } else { was_closed_on_create(old, at("IsClosedOnCreate")) }),
    );

    let contact = row.get(at("ContactId")).as_str().unwrap_or_default().to_owned();
    for (field, from) in
        [("ContactEmail", "Email"), ("ContactPhone", "Phone"), ("ContactMobile", "MobilePhone"), ("ContactFax", "Fax")]
    {
        row.set(at(field), database.value("Contact", &contact, from));
    }
    if row.get(at("AccountId")).is_null() && !contact.is_empty() {
        row.set(at("AccountId"), database.value("Contact", &contact, "AccountId"));
    }
    // Active assignment rules run on every API save that does not forbid it, and take a chosen owner away.
    if let Some(queue) = database.config.assignment_rule.clone().filter(|_| saver.auto_assign && !saver.person) {
        row.set(at("OwnerId"), json!(queue));
    }
    let comment =
        body.iter().find(|(name, _)| name.eq_ignore_ascii_case("Comments")).and_then(|(_, text)| text.as_str());
    row.set(at("Comments"), Json::Null);
    Ok(comment.filter(|text| !text.is_empty()).map(str::to_owned))
}

fn was_closed_on_create(old: Option<&Row>, at: usize) -> bool {
    old.is_some_and(|old| *old.get(at) == json!(true))
}

impl Database {
    fn status(&self, wanted: impl Fn(&dyn Fn(&str) -> Json) -> bool) -> Option<String> {
        let object = self.object("CaseStatus")?;
        let get = |row: &Row, name: &str| object.at(name).map(|at| row.get(at).clone()).unwrap_or_default();
        let row = self.table("CaseStatus").rows.iter().find(|row| wanted(&|name| get(row, name)))?;
        get(row, "ApiName").as_str().map(str::to_owned)
    }

    /// The status that new cases get.
    pub fn default_status(&self) -> String {
        self.status(|get| get("IsDefault") == json!(true)).unwrap_or_default()
    }

    /// The first status that means closed, or open.
    pub fn first_status(&self, closed: bool) -> String {
        self.status(|get| get("IsClosed") == json!(closed)).unwrap_or_default()
    }

    /// Whether cases of this status are closed. Labels are the customer's; this flag decides.
    pub fn closes(&self, status: &str) -> bool {
        self.status(|get| {
            get("ApiName").as_str().is_some_and(|name| name.eq_ignore_ascii_case(status))
                && get("IsClosed") == json!(true)
        })
        .is_some()
    }
}
