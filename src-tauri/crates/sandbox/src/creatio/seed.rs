//! What a fresh installation holds: the stock lookup rows, roles, a few employees and a few customers.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::actor::Actor;
use super::assign;
use super::database::{Database, Saving};
use super::ids::*;
use super::switches::Language;

/// Fills an empty database. People come last: creators are contacts, and the first rows have none to name.
pub(crate) fn fill(database: &mut Database) {
    named(
        database,
        "CasePriority",
        &[(PRIORITY_CRITICAL, "Critical"), (PRIORITY_HIGH, "High"), (PRIORITY_MEDIUM, "Medium"), (PRIORITY_LOW, "Low")],
    );
    named(
        database,
        "CaseOrigin",
        &[
            (ORIGIN_CALL, "Call"),
            (ORIGIN_CHAT, "Chat"),
            (ORIGIN_EMAIL, "Email"),
            (ORIGIN_PORTAL, "Portal"),
            (ORIGIN_SOCIAL, "Social networks"),
            (ORIGIN_SITE, "Site"),
            (ORIGIN_FORUM, "Forum"),
            (ORIGIN_INTERNAL, "Internal"),
            (ORIGIN_VISIT, "Personal visit"),
        ],
    );
    let german = database.config.language == Language::German;
    let topic = |english: &'static str, german_name: &'static str| if german { german_name } else { english };
    named(
        database,
        "UsrTopic",
        &[
            (TOPIC_DELIVERY, topic("Delivery", "Lieferung")),
            (TOPIC_BILLING, topic("Billing", "Abrechnung")),
            (TOPIC_RETURN, topic("Return", "Rücksendung")),
            (TOPIC_WARRANTY, topic("Warranty", "Gewährleistung")),
        ],
    );
    named(database, "CaseCategory", &[(CATEGORY_INCIDENT, "Incident"), (CATEGORY_SERVICE_REQUEST, "Service request")]);
    named(
        database,
        "ClosureCode",
        &[
            (CLOSURE_RESOLVED, "Resolved successfully"),
            (CLOSURE_NO_FAULT, "No fault found"),
            (CLOSURE_SPAM, "Marked as spam"),
        ],
    );
    named(
        database,
        "ActivityType",
        &[(TYPE_TASK, "Task"), (TYPE_EMAIL, "Email"), (TYPE_CALL, "Call"), (TYPE_VISIT, "Visit")],
    );
    named(database, "ActivityPriority", &[(ACTIVITY_PRIORITY_MEDIUM, "Medium")]);
    named(database, "EmailType", &[(EMAIL_INCOMING, "Incoming"), (EMAIL_OUTGOING, "Outgoing")]);
    named(
        database,
        "EmailSendStatus",
        &[
            (SEND_NOT_SENT, "NotSend"),
            (SEND_IN_PROGRESS, "InProgress"),
            (SEND_SENT, "Sended"),
            (SEND_ERROR, "ErrorOnSend"),
            (SEND_OPENED, "Opened"),
        ],
    );
    named(database, "PortalMessageType", &[(PORTAL_COMMENT, "Comment"), (PORTAL_COMPLAINT, "Complaint")]);
    named(
        database,
        "MessageNotifier",
        &[(NOTIFIER_EMAIL, "Email"), (NOTIFIER_PORTAL, "Portal"), (NOTIFIER_SOCIAL, "Feed")],
    );
    named(
        database,
        "CommunicationType",
        &[
            (COMMUNICATION_EMAIL, "Email"),
            (COMMUNICATION_MOBILE, "Mobile phone"),
            (COMMUNICATION_WORK_PHONE, "Business phone"),
            (COMMUNICATION_FACEBOOK, "Facebook"),
        ],
    );
    statuses(database);
    categories(database);
    people(database);
    roles(database);
}

fn put(database: &mut Database, entity: &str, body: Json) {
    let (Some(shape), Some(body)) = (database.entity(entity), body.as_object()) else { return };
    let nobody = Actor { contact: None, ..Actor::server() };
    let saving = Saving { by: &nobody, request: None, now: database.config.clock.now() };
    let config = std::sync::Arc::clone(&database.config);
    let made = assign::insert_body(&shape, body, &config).and_then(|set| database.insert(entity, set, saving));
    if let Err(refusal) = made {
        tracing::error!(entity, %refusal, "a stock row was refused");
    }
}

fn named(database: &mut Database, entity: &str, rows: &[(Uuid, &str)]) {
    for (id, name) in rows {
        put(database, entity, json!({ "Id": id, "Name": name }));
    }
}

/// A status means what its flags say; names are in each user's language.
fn statuses(database: &mut Database) {
    let rows = [
        (STATUS_NEW, "New", "", 1),
        (STATUS_IN_PROGRESS, "In progress", "", 2),
        (STATUS_WAITING, "Waiting for response", "IsPaused", 3),
        (STATUS_RESOLVED, "Resolved", "IsResolved", 4),
        (STATUS_CLOSED, "Closed", "IsFinal", 5),
        (STATUS_CANCELED, "Canceled", "IsFinal", 6),
        (STATUS_REOPENED, "Reopened", "", 7),
    ];
    for (id, name, flag, stage) in rows {
        let mut body = json!({ "Id": id, "Name": name, "StageNumber": stage });
        if !flag.is_empty() {
            body[flag] = Json::Bool(true);
        }
        put(database, "CaseStatus", body);
    }
    let activity = [
        (ACTIVITY_NOT_STARTED, "Not started", false),
        (ACTIVITY_IN_PROGRESS, "In progress", false),
        (ACTIVITY_COMPLETED, "Completed", true),
        (ACTIVITY_CANCELED, "Canceled", true),
    ];
    for (id, name, finish) in activity {
        put(database, "ActivityStatus", json!({ "Id": id, "Name": name, "Finish": finish }));
    }
}

fn categories(database: &mut Database) {
    let rows = [
        (CATEGORY_TO_DO, "To do", TYPE_TASK),
        (CATEGORY_EMAIL, "Email", TYPE_EMAIL),
        (CATEGORY_CALL, "Call", TYPE_CALL),
        (CATEGORY_CALL_TASK, "Call", TYPE_TASK),
        (CATEGORY_MEETING, "Meeting", TYPE_TASK),
        (CATEGORY_PAPERWORK, "Paperwork", TYPE_TASK),
    ];
    for (id, name, of) in rows {
        put(database, "ActivityCategory", json!({ "Id": id, "Name": name, "ActivityTypeId": of }));
    }
}

fn people(database: &mut Database) {
    put(
        database,
        "Account",
        json!({ "Id": ACCOUNT_NORTHWIND, "Name": "Northwind Optics", "Code": "NW-01", "Phone": "+1 202 555 0117" }),
    );
    let contacts = [
        json!({ "Id": SUPERVISOR_CONTACT, "Name": "Supervisor", "Email": "supervisor@sandbox.example" }),
        json!({ "Id": AGENT_CONTACT, "Name": "Mary King", "Surname": "King", "GivenName": "Mary", "Email": "mary.king@sandbox.example", "JobTitle": "Support engineer" }),
        json!({ "Id": SECOND_AGENT_CONTACT, "Name": "Ruben Vance", "Surname": "Vance", "GivenName": "Ruben", "Email": "ruben.vance@sandbox.example", "JobTitle": "Support engineer" }),
        json!({ "Id": INTEGRATION_CONTACT, "Name": "Integration" }),
        json!({ "Id": CUSTOMER_ANNA, "Name": "Anna O'Neil", "Surname": "O'Neil", "GivenName": "Anna", "Email": "anna.oneil@northwind.example", "Phone": "+1 202 555 0142", "AccountId": ACCOUNT_NORTHWIND }),
        json!({ "Id": CUSTOMER_OMAR, "Name": "Omar Haddad", "Surname": "Haddad", "GivenName": "Omar", "Email": "omar+shop@haddad.example" }),
        json!({ "Id": CUSTOMER_NO_MAIL, "Name": "Pat Lee", "MobilePhone": "+1 202 555 0199" }),
    ];
    for contact in contacts {
        put(database, "Contact", contact);
    }
    let communications = [
        (CUSTOMER_ANNA, COMMUNICATION_EMAIL, "anna.oneil@northwind.example", true),
        // A second address lives only here.
        (CUSTOMER_ANNA, COMMUNICATION_EMAIL, "anna.private@mail.example", false),
        (CUSTOMER_ANNA, COMMUNICATION_WORK_PHONE, "+1 202 555 0142", true),
        (CUSTOMER_OMAR, COMMUNICATION_EMAIL, "omar+shop@haddad.example", true),
        (CUSTOMER_NO_MAIL, COMMUNICATION_MOBILE, "+1 202 555 0199", true),
    ];
    for (contact, of, number, primary) in communications {
        put(
            database,
            "ContactCommunication",
            json!({ "ContactId": contact, "CommunicationTypeId": of, "Number": number, "Primary": primary }),
        );
    }
}

fn roles(database: &mut Database) {
    let roles = [
        (ROLE_ALL_EMPLOYEES, "All employees", 0, 0),
        (ROLE_EXTERNAL_USERS, "All external users", 0, 1),
        (ROLE_ADMINISTRATORS, "System administrators", 6, 0),
        (ROLE_SECOND_LINE, "2nd-line support", 3, 0),
    ];
    for (id, name, of, connection) in roles {
        for entity in ["SysAdminUnit", "VwSysRole"] {
            put(
                database,
                entity,
                json!({ "Id": id, "Name": name, "SysAdminUnitTypeValue": of, "Active": true, "ConnectionType": connection }),
            );
        }
    }
    let mut users = vec![
        (SUPERVISOR_USER, "Supervisor".to_owned(), Some(SUPERVISOR_CONTACT)),
        (AGENT_USER, "Mary King".to_owned(), Some(AGENT_CONTACT)),
        (SECOND_AGENT_USER, "Ruben Vance".to_owned(), Some(SECOND_AGENT_CONTACT)),
    ];
    let config = std::sync::Arc::clone(&database.config);
    for (at, client) in config.clients.iter().enumerate() {
        let id = if at == 0 { INTEGRATION_USER } else { Uuid::new_v4() };
        users.push((id, client.user_name.clone(), client.contact));
    }
    for (id, name, contact) in users {
        let mut body = json!({ "Id": id, "Name": name, "SysAdminUnitTypeValue": 4, "Active": true });
        if let Some(contact) = contact {
            body["ContactId"] = json!(contact);
        }
        put(database, "SysAdminUnit", body);
    }
}
