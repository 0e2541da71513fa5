//! What the CRM holds, read from the stand-in's own tables and never from ours.

use std::collections::BTreeMap;

use casebridge_sandbox::creatio::{CreatioSandbox, ids};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::Conversation;

/// A case as the CRM holds it, without ids and times, which differ from run to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseInCrm {
    /// Subject.
    pub subject: String,
    /// Description.
    pub symptoms: String,
    /// Status id.
    pub status: String,
    /// Title and text of its activities, in the order of their start.
    pub activities: Vec<(String, String)>,
}

impl CaseInCrm {
    /// The texts of the activities that carry a message.
    pub fn messages(&self) -> Vec<&str> {
        self.activities
            .iter()
            .filter(|(title, _)| title.starts_with("Incoming") || title.starts_with("Outgoing"))
            .map(|(_, text)| text.split("\n\ncasebridge://session/").next().unwrap_or(text))
            .collect()
    }
}

fn text(row: &Map<String, Value>, column: &str) -> String {
    row.get(column).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn start(row: &Map<String, Value>) -> Timestamp {
    text(row, "StartDate").parse().unwrap()
}

/// All cases by session, and a panic when a session has two or an activity belongs to none.
pub fn cases(crm: &CreatioSandbox) -> BTreeMap<String, CaseInCrm> {
    let mut by_id = BTreeMap::new();
    let mut found = BTreeMap::new();
    for row in crm.records("Case") {
        let session = text(&row, "UsrSessionId");
        assert!(!session.is_empty(), "a case names its session");
        by_id.insert(text(&row, "Id"), session.clone());
        let case = CaseInCrm {
            subject: text(&row, "Subject"),
            symptoms: text(&row, "Symptoms"),
            status: text(&row, "StatusId"),
            activities: Vec::new(),
        };
        assert!(found.insert(session.clone(), case).is_none(), "two cases for session {session}");
    }
    let mut activities = crm.records("Activity");
    activities.sort_by_key(start);
    let mut times: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    for row in activities {
        let case = text(&row, "CaseId");
        if case == Uuid::nil().to_string() {
            // What Creatio leaves of an activity whose case was deleted.
            continue;
        }
        let session = by_id.get(&case).expect("an activity belongs to a case of ours");
        // People's mails begin at the CRM's own whole second, several of them maybe at one.
        if text(&row, "TypeId") != ids::TYPE_EMAIL.to_string() {
            times.entry(session.clone()).or_default().push(start(&row));
        }
        let case = found.get_mut(session).unwrap();
        case.activities.push((text(&row, "Title"), text(&row, "DetailedResult")));
    }
    for (session, times) in times {
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "start times of {session} must grow strictly");
    }
    found
}

/// Exactly the cases of `with_case`, each with exactly the messages of its conversation, in order.
pub fn expect_exactly<'a>(crm: &CreatioSandbox, with_case: impl Iterator<Item = &'a Conversation>) {
    let mut held = cases(crm);
    for conversation in with_case {
        let path = conversation.key.path();
        let case = held.remove(&path).unwrap_or_else(|| panic!("no case for session {path}"));
        assert_eq!(case.messages(), conversation.messages(), "messages of {path}: all, once, in order");
    }
    assert!(held.is_empty(), "cases nobody asked for: {:?}", held.keys().collect::<Vec<_>>());
}
