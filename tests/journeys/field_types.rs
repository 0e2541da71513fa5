//! A column of each type in each CRM, spoilt in every way: the case is made, the good columns are filled, the bad one is
//! named on the trace, and the next conversation does not pay for it again (R26).

use casebridge_domain::{Mode, SessionId};
use casebridge_sandbox::creatio::{Altered, ids};
use casebridge_sandbox::salesforce::{FieldChange, RunningSalesforce, SalesforceConfig, SalesforceSandbox, seed};
use casebridge_tests::mapping::{creatio_case, hand_off_with, is_empty, map, told, value};
use casebridge_tests::salesforce::cases;
use casebridge_tests::world::{Side, WorldOptions};
use casebridge_tests::{Conversation, World, seeded};
use serde_json::{Map, Value, json};

/// What an admin does to a column after it was mapped.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Spoilt {
    Removed,
    Closed,
    Shortened,
    ValueGone,
}

enum Crm {
    Creatio(World),
    Salesforce(RunningSalesforce, Side),
}

/// A CRM with a column of each type mapped to a good value.
struct Place {
    crm: Crm,
    good: Vec<(&'static str, Value)>,
    conversations: std::vec::IntoIter<Conversation>,
}

/// Nothing but the conversations themselves calls the CRM.
fn quiet() -> WorldOptions {
    let settings = json!({ "back": { "poll_seconds": 3600, "idle_poll_seconds": 3600 } });
    WorldOptions { mode: Mode::Handoff, settings, ..WorldOptions::default() }
}

impl Place {
    async fn creatio() -> Self {
        let good = vec![
            ("UsrOrderNumber", json!("4711")),
            ("UsrAiSummary", json!("O'Neil's printer <burns>")),
            ("UsrSeats", json!(3)),
            ("UsrAmount", json!(12.5)),
            ("UsrUrgent", json!(true)),
            ("UsrDueOn", json!("2026-11-21T08:00:00Z")),
            ("UsrTopicId", json!(ids::TOPIC_RETURN.to_string())),
        ];
        Self::mapped(Crm::Creatio(World::with(quiet()).await), good).await
    }

    async fn salesforce() -> Self {
        let good = vec![
            ("Order_Number__c", json!("4711")),
            ("Note__c", json!("The printer burns")),
            ("Story__c", json!("It <b>burns</b>")),
            ("Reply_To__c", json!("ann@acme.example")),
            ("Call_Back__c", json!("+44 20 7946 0000")),
            ("Page__c", json!("https://acme.example/printer")),
            ("Seats__c", json!(3)),
            ("Amount__c", json!(12.5)),
            ("Fee__c", json!(99.9)),
            ("Share__c", json!(7.5)),
            ("Urgent__c", json!(true)),
            ("Travel_Date__c", json!("2026-11-21")),
            ("Due_On__c", json!("2026-11-21T08:00:00Z")),
            ("Pickup_At__c", json!("14:30:00")),
            ("Topic__c", json!("Return")),
            ("Services__c", json!(["Seat", "Luggage"])),
            ("Branch__c", json!(seed::branch_id(0))),
        ];
        let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
        let org = SalesforceSandbox::start(config).await.unwrap();
        let side = Side::in_salesforce(&org, &quiet()).await;
        Self::mapped(Crm::Salesforce(org, side), good).await
    }

    async fn mapped(crm: Crm, good: Vec<(&'static str, Value)>) -> Self {
        let place = Self { crm, good, conversations: seeded(120, 91).into_iter() };
        let sources: Vec<_> = place.good.iter().map(|(column, good)| (*column, value(good.clone()))).collect();
        map(place.side(), &sources).await;
        place
    }

    fn side(&self) -> &Side {
        match &self.crm {
            Crm::Creatio(world) => &world.side,
            Crm::Salesforce(_, side) => side,
        }
    }

    fn calls(&self) -> u64 {
        match &self.crm {
            Crm::Creatio(world) => world.crm().data_calls(),
            Crm::Salesforce(org, _) => org.sandbox.request_counts().data,
        }
    }

    fn case(&self, conversation: &Conversation) -> Map<String, Value> {
        match &self.crm {
            Crm::Creatio(world) => creatio_case(world, conversation),
            Crm::Salesforce(org, _) => {
                let id = cases(&org.sandbox)[&conversation.key.path()].clone();
                org.sandbox.record("Case", &id).unwrap()
            }
        }
    }

    fn spoil(&self, column: &str, spoilt: Spoilt) {
        match &self.crm {
            Crm::Creatio(world) if spoilt == Spoilt::ValueGone => {
                world.crm().delete("UsrTopic", ids::TOPIC_RETURN).unwrap();
            }
            Crm::Creatio(world) => {
                let altered = match spoilt {
                    Spoilt::Removed | Spoilt::ValueGone => Altered::Removed,
                    Spoilt::Closed => Altered::Closed,
                    Spoilt::Shortened => Altered::Shorter(2),
                };
                world.crm().alter_column("Case", column, altered);
            }
            Crm::Salesforce(org, _) => {
                let change = match spoilt {
                    Spoilt::Removed => FieldChange::Gone,
                    Spoilt::Closed => FieldChange::ReadOnly,
                    Spoilt::Shortened => FieldChange::Length(2),
                    Spoilt::ValueGone => FieldChange::Restricted(vec!["Delivery".into(), "Meal".into()]),
                };
                org.sandbox.change_field("Case", column, &change);
            }
        }
    }

    /// Hands the next conversation off; its case, the conversation, and what that cost in calls.
    async fn hand_off(&mut self, given: Value) -> (Map<String, Value>, SessionId, u64) {
        let conversation = self.conversations.next().expect("there are conversations enough");
        let before = self.calls();
        let session = hand_off_with(self.side(), &conversation, given).await;
        self.side().settled().await;
        (self.case(&conversation), session, self.calls() - before)
    }

    fn columns(&self) -> Vec<&'static str> {
        self.good.iter().map(|(column, _)| *column).collect()
    }

    /// Spoils one column after the other, and sees that each costs one conversation a while and nobody a case.
    async fn each_is_spoilt(&mut self, columns: &[&'static str], spoilt: Spoilt) {
        self.hand_off(json!({})).await;
        for (at, column) in columns.iter().enumerate() {
            let bad = &columns[..=at];
            self.spoil(column, spoilt);
            let (case, session, _) = self.hand_off(json!({})).await;
            self.others_are_filled(&case, bad, &format!("{column}, {spoilt:?}"));
            let told = told(self.side(), session).await;
            assert!(told.contains(&format!("{column} was refused")), "{spoilt:?}: the bad one is named: {told}");
            let (case, _, cost) = self.hand_off(json!({})).await;
            self.others_are_filled(&case, bad, &format!("the case after {column}, {spoilt:?}"));
            assert_eq!(cost, 1, "{column}, {spoilt:?}: the next conversation does not pay for it again");
        }
        let refused = self.side().engine.refused_fields().await.unwrap();
        assert_eq!(refused.len(), columns.len(), "{spoilt:?}: people see each of them: {refused:?}");
        let first = refused.iter().find(|one| one.column == columns[0]).unwrap();
        let since = i64::try_from(columns.len() * 2).unwrap();
        assert_eq!((first.conversations, first.bounded), (since, false), "with how many went without it since");
        assert!(!first.refusal.words.is_empty() && first.since <= first.last_at, "and the CRM's words: {first:?}");
    }

    fn others_are_filled(&self, case: &Map<String, Value>, bad: &[&str], why: &str) {
        for column in self.columns() {
            let filled = !is_empty(case, column);
            assert_eq!(filled, !bad.contains(&column), "{why}: {column} holds {:?}", case.get(column));
        }
    }

    /// Values of the wrong type from the source itself, one column at a time.
    async fn each_is_given_wrongly(&mut self, wrong: &[(&'static str, Value)]) {
        self.hand_off(json!({})).await;
        for (column, value) in wrong {
            let (case, session, cost) = self.hand_off(json!({ *column: value })).await;
            self.others_are_filled(&case, &[column], &format!("{column} of the wrong type"));
            let told = told(self.side(), session).await;
            assert!(told.contains(&format!("{column} was refused")), "the bad one is named: {told}");
            assert_eq!(cost, 1, "{column}: what does not fit is not even sent");
            let (case, _, cost) = self.hand_off(json!({})).await;
            self.others_are_filled(&case, &[], "a value that does not fit is no fault of its column");
            assert_eq!(cost, 1, "{column}: the next conversation does not pay");
        }
        assert!(self.side().engine.refused_fields().await.unwrap().is_empty(), "the CRM refused nothing");
    }

    /// Texts that the CRM takes less of than it said: `cut` ones are written in part.
    async fn each_is_cut(&mut self, cut: &[&'static str]) {
        for column in cut {
            self.spoil(column, Spoilt::Shortened);
            for (which, most) in [("this", u64::MAX), ("the next", 1)] {
                let (case, _, cost) = self.hand_off(json!({})).await;
                self.others_are_filled(&case, &[], &format!("{column} is too short"));
                let text = case[*column].as_str().unwrap();
                assert!(text.ends_with('…'), "{which} text is cut with a mark: {text}");
                assert!(cost <= most, "{column}: {which} conversation cost {cost} calls");
            }
        }
        assert!(self.side().engine.refused_fields().await.unwrap().is_empty(), "a text that was cut is written");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_creatio_loses_columns_of_every_type_and_no_case() {
    for spoilt in [Spoilt::Removed, Spoilt::Closed] {
        let mut place = Place::creatio().await;
        let columns = place.columns();
        place.each_is_spoilt(&columns, spoilt).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_creatio_is_sent_nothing_of_the_wrong_type() {
    let nested = json!({ "a": 1 });
    let wrong = [
        ("UsrOrderNumber", nested.clone()),
        ("UsrAiSummary", nested),
        ("UsrSeats", json!("many")),
        ("UsrAmount", json!("dear")),
        ("UsrUrgent", json!("perhaps")),
        ("UsrDueOn", json!("soon")),
        ("UsrTopicId", json!("Furniture")),
    ];
    Place::creatio().await.each_is_given_wrongly(&wrong).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_creatio_gets_what_fits_of_a_text_and_no_row_that_is_gone() {
    Place::creatio().await.each_is_cut(&["UsrOrderNumber", "UsrAiSummary"]).await;
    let mut place = Place::creatio().await;
    place.spoil("UsrTopicId", Spoilt::ValueGone);
    let (case, session, _) = place.hand_off(json!({})).await;
    place.others_are_filled(&case, &["UsrTopicId"], "the topic's row is gone");
    assert!(told(place.side(), session).await.contains("UsrTopicId was refused"), "it is named");
    assert_eq!(place.hand_off(json!({})).await.2, 1, "the next conversation does not pay for it again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_salesforce_loses_fields_of_every_type_and_no_case() {
    for spoilt in [Spoilt::Removed, Spoilt::Closed] {
        let mut place = Place::salesforce().await;
        let columns = place.columns();
        place.each_is_spoilt(&columns, spoilt).await;
    }
    // An address is not cut: a part of it leads elsewhere.
    let mut place = Place::salesforce().await;
    place.each_is_spoilt(&["Reply_To__c", "Call_Back__c", "Page__c"], Spoilt::Shortened).await;
    let mut place = Place::salesforce().await;
    place.each_is_spoilt(&["Topic__c", "Services__c"], Spoilt::ValueGone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_salesforce_is_sent_nothing_of_the_wrong_type() {
    let nested = json!({ "a": 1 });
    let wrong = [
        ("Order_Number__c", nested.clone()),
        ("Note__c", nested.clone()),
        ("Story__c", nested),
        ("Reply_To__c", json!("no address")),
        ("Call_Back__c", json!("nobody")),
        ("Page__c", json!("no page")),
        ("Seats__c", json!("many")),
        ("Amount__c", json!("dear")),
        ("Fee__c", json!("dear")),
        ("Share__c", json!("much")),
        ("Urgent__c", json!("perhaps")),
        ("Travel_Date__c", json!("soon")),
        ("Due_On__c", json!("soon")),
        ("Pickup_At__c", json!("noon")),
        ("Topic__c", json!("Furniture")),
        ("Services__c", json!(["Seat", "Sauna"])),
        ("Branch__c", json!(true)),
    ];
    Place::salesforce().await.each_is_given_wrongly(&wrong).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_salesforce_gets_what_fits_of_a_text_and_no_row_that_is_not_there() {
    Place::salesforce().await.each_is_cut(&["Order_Number__c", "Note__c", "Story__c"]).await;
    let mut place = Place::salesforce().await;
    let (case, session, _) = place.hand_off(json!({ "Branch__c": seed::branch_id(80) })).await;
    place.others_are_filled(&case, &["Branch__c"], "there is no such branch");
    assert!(told(place.side(), session).await.contains("Branch__c was refused"), "it is named");
    assert_eq!(place.hand_off(json!({})).await.2, 1, "the next conversation does not pay for it again");
}
