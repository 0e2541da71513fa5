//! What every stand-in starts with: its org, users, queues, statuses, two accounts and a few contacts.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::data::{Database, Saver, moment};
use super::ids;
use super::kit;
use super::schema::Kind;

/// The queues that may own cases.
pub const QUEUES: [(&str, &str); 2] = [("Tier_1", "Tier 1"), ("Billing", "Billing")];

/// Contacts, each with the account of its number.
pub const CONTACTS: [(&str, &str, &str, usize); 4] = [
    ("Alice", "Anders", "alice@example.com", 0),
    ("Bob", "Berg", "bob@example.com", 0),
    ("Carla", "Costa", "carla@example.org", 1),
    // Two people share one address, so a match by it is no match.
    ("Karl", "Costa", "carla@example.org", 1),
];

/// The id of a queue, by its number in [`QUEUES`].
pub fn queue_id(number: usize) -> String {
    ids::made("00G", u64::try_from(number).unwrap_or_default() + 1)
}

/// The id of a contact, by its number in [`CONTACTS`].
pub fn contact_id(number: usize) -> String {
    ids::made("003", u64::try_from(number).unwrap_or_default() + 1)
}

/// Rows of an object of the org's own that a case can name.
pub const BRANCHES: [&str; 3] = ["Lisbon", "Porto", "Faro"];

/// The id of a branch, by its number in [`BRANCHES`].
pub fn branch_id(number: usize) -> String {
    ids::made("a00", 900_001 + u64::try_from(number).unwrap_or_default())
}

pub(super) fn fill(database: &mut Database) {
    let config = std::sync::Arc::clone(&database.config);
    let user = database.users.first().map(|user| user.id.clone()).unwrap_or_default();
    let now: Timestamp = config.clock.now();
    let saver = Saver { user, request: None, now, auto_assign: false, person: true, system: true };
    let org = json!({
        "Name": config.org_name, "IsSandbox": config.is_sandbox, "InstanceName": "SBX1",
        "OrganizationType": "Enterprise Edition", "LanguageLocaleKey": "en_US", "TimeZoneSidKey": "Europe/London",
    });
    row(database, &saver, "Organization", &ids::to_18(&config.org_id), &org);
    for user in database.users.clone() {
        let (first, last) = user.name.split_once(' ').unwrap_or(("", &user.name));
        let fields = json!({
            "Username": user.username, "Name": user.name, "FirstName": first, "LastName": last, "Email": user.email,
            "IsActive": user.active, "ProfileId": ids::made("00e", 1),
        });
        row(database, &saver, "User", &user.id, &fields);
    }
    for (number, (name, label)) in QUEUES.iter().enumerate() {
        let fields = json!({ "Name": label, "DeveloperName": name, "Type": "Queue" });
        row(database, &saver, "Group", &queue_id(number), &fields);
        let allowed = json!({ "QueueId": queue_id(number), "SobjectType": "Case" });
        row(
            database,
            &saver,
            "QueueSobject",
            &ids::made("03g", u64::try_from(number).unwrap_or_default() + 1),
            &allowed,
        );
    }
    let plain = json!({ "Name": "All Internal Users", "DeveloperName": "AllInternalUsers", "Type": "Organization" });
    row(database, &saver, "Group", &ids::made("00G", 900), &plain);
    for (number, status) in config.statuses.iter().enumerate() {
        let order = u64::try_from(number).unwrap_or_default() + 1;
        let fields = json!({
            "MasterLabel": status.label, "ApiName": status.label, "SortOrder": order, "IsDefault": status.default,
            "IsClosed": status.closed,
        });
        row(database, &saver, "CaseStatus", &ids::made("01J", order), &fields);
    }
    let statuses = config.statuses.iter().map(|status| (status.label.clone(), status.default)).collect();
    set_values(database, "Status", statuses);
    set_values(database, "Origin", config.origins.iter().map(|origin| (origin.clone(), false)).collect());
    for (number, name) in ["Example Ltd", "Costa and Costa"].into_iter().enumerate() {
        let id = ids::made("001", u64::try_from(number).unwrap_or_default() + 1);
        row(database, &saver, "Account", &id, &json!({ "Name": name, "OwnerId": saver.user }));
    }
    for (number, (first, last, email, account)) in CONTACTS.iter().enumerate() {
        let account = ids::made("001", u64::try_from(*account).unwrap_or_default() + 1);
        let fields = json!({
            "FirstName": first, "LastName": last, "Name": format!("{first} {last}"), "Email": email,
            "AccountId": account, "OwnerId": saver.user,
        });
        row(database, &saver, "Contact", &contact_id(number), &fields);
    }
    for (number, name) in BRANCHES.into_iter().enumerate() {
        row(database, &saver, "Branch__c", &branch_id(number), &json!({ "Name": name }));
    }
    if config.kit {
        kit::install(database);
    }
    database.commit();
    database.ledger.clear();
}

fn set_values(database: &mut Database, field: &str, more: Vec<(String, bool)>) {
    let Some(case) = database.object("Case") else { return };
    let Some(mut field) = case.field(field).cloned() else { return };
    if let Kind::Picklist { values, .. } = &mut field.kind {
        values.extend(more);
    }
    database.put_field("Case", field);
}

/// A row with the id that it is to have; only for what the org starts with.
fn row(database: &mut Database, saver: &Saver, object: &str, id: &str, fields: &Json) {
    let Some(shape) = database.object(object).cloned() else { return };
    let mut values = vec![Json::Null; shape.fields.len()];
    let now = json!(moment(saver.now));
    let mut all: Map<String, Json> = fields.as_object().cloned().unwrap_or_default();
    all.insert("Id".to_owned(), json!(id));
    for name in ["CreatedDate", "LastModifiedDate", "SystemModstamp"] {
        all.insert(name.to_owned(), now.clone());
    }
    for name in ["CreatedById", "LastModifiedById"] {
        all.insert(name.to_owned(), json!(saver.user));
    }
    for (at, field) in shape.live() {
        values[at] = all.get(&field.name).cloned().or_else(|| field.default.clone()).unwrap_or_default();
    }
    database.put(saver, object, id, values);
}
