//! The console's commands on a real store, as people use them.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on should stop where it is")]

use std::sync::Arc;

use casebridge_api::{Caller, Command, Role, call, least_role};
use casebridge_engine::{CrmConnectors, Engine, SystemClock};
use casebridge_store::{DataFolder, Secrets, Sqlite};
use secrecy::SecretString;
use serde_json::{Value, json};

struct Place {
    _folder: tempfile::TempDir,
    store: Sqlite,
    engine: Engine,
}

async fn place() -> Place {
    let temp = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(temp.path()).unwrap();
    let store = Sqlite::open(&folder.database().unwrap()).await.unwrap();
    let key = SecretString::from("a key for tests, long enough");
    let secrets = Secrets::open(folder.secrets_file(), Some(key), "tests").await.unwrap();
    let engine = Engine::new(Arc::new(store.clone()), Some(secrets), Arc::new(SystemClock), Arc::new(CrmConnectors));
    Place { _folder: temp, store, engine }
}

fn person(name: &str, role: Role) -> Caller {
    Caller { name: name.into(), role }
}

impl Place {
    async fn try_as(&self, who: &Caller, command: Value) -> Result<Value, Value> {
        let command: Command = serde_json::from_value(command).unwrap();
        call(&self.engine, command, who).await.map_err(|error| json!(error))
    }

    async fn ask(&self, who: &Caller, command: Value) -> Value {
        let asked = command.clone();
        self.try_as(who, command).await.unwrap_or_else(|error| panic!("{asked} was refused: {error}"))
    }

    async fn session(&self, name: &str, events: Value) -> String {
        let key = casebridge_domain::SessionKey { source: "chat".into(), external_id: name.into() };
        let contact = serde_json::from_value(
            json!({ "name": "Ada Okafor", "email": { "value": "ada@example.com", "verified": true } }),
        );
        let new = casebridge_engine::NewSession {
            key,
            channel: "web".into(),
            tags: Vec::new(),
            topic: None,
            contact: contact.unwrap(),
        };
        let (session, _) = self.engine.ensure_session(new).await.unwrap();
        let events = events.as_array().unwrap().iter().enumerate().map(|(n, kind)| {
            casebridge_domain::NewEvent::new(format!("e{n}"), None, serde_json::from_value(kind.clone()).unwrap())
        });
        self.engine.append(session.id, events.collect()).await.unwrap();
        session.id.to_string()
    }

    async fn connection(&self, name: &str) {
        let add = json!({
            "command": "connection_add", "name": name, "mode": "every", "secret": "canary-of-the-client",
            "settings": { "url": "http://127.0.0.1:9", "identity_url": "http://127.0.0.1:9",
                "auth": { "kind": "client_credentials", "client_id": "C1" } },
        });
        self.ask(&Caller::admin("test"), add).await;
    }
}

fn hello() -> Value {
    json!({ "kind": "message", "from": "customer", "text": "Where is my parcel?" })
}

fn handed_off() -> Value {
    json!({ "kind": "handed_off", "reason": "asked for a person", "summary": "a late parcel", "language": "en" })
}

#[tokio::test]
async fn a_person_finds_takes_answers_and_gives_back_a_conversation() {
    let place = place().await;
    let (mary, ann) = (person("Mary", Role::Agent), person("Ann", Role::Agent));
    let id = place.session("late-parcel", json!([hello(), handed_off()])).await;
    let page = place.ask(&mary, json!({ "command": "sessions_list", "view": "needs_person" })).await;
    let row = &page["rows"][0];
    assert_eq!(
        (&row["id"], &row["holder"]),
        (&json!(id), &json!({ "kind": "nobody" })),
        "it waits for a person: {page}"
    );
    assert_eq!((&row["last_text"], &row["last_from"]), (&json!("Where is my parcel?"), &json!("customer")));
    assert_eq!((&row["contact_address"], &row["verified"]), (&json!("ada@example.com"), &json!(true)));
    assert_eq!((&page["next"], &page["bounded"]), (&Value::Null, &json!(false)));

    place.ask(&mary, json!({ "command": "session_take_over", "session": id })).await;
    let late = place.try_as(&ann, json!({ "command": "session_take_over", "session": id })).await.unwrap_err();
    assert_eq!(late["code"], "conflict", "the second is told so: {late}");
    assert!(late["message"].as_str().unwrap().contains("Mary"), "and who was first: {late}");
    let again = place.ask(&mary, json!({ "command": "session_take_over", "session": id })).await;
    assert_eq!(again["seq"], 3, "what one has already is not taken again");

    let reply = json!({ "command": "session_reply", "session": id, "id": uuid::Uuid::from_u128(7), "text": "It is on its way" });
    let first = place.ask(&mary, reply.clone()).await;
    let twice = place.ask(&mary, reply.clone()).await;
    assert_eq!(first, twice, "sent again, it is said once");
    let other = json!({ "command": "session_reply", "session": id, "id": uuid::Uuid::from_u128(7), "text": "Other" });
    assert_eq!(place.try_as(&mary, other).await.unwrap_err()["code"], "conflict", "an id stands for one answer");

    let detail = place.ask(&mary, json!({ "command": "session_open", "session": id })).await;
    assert_eq!(detail["row"]["holder"], json!({ "kind": "person", "name": "Mary", "me": true }));
    assert_eq!(
        (&detail["summary"], &detail["handoff_reason"]),
        (&json!("a late parcel"), &json!("asked for a person"))
    );
    let events = place.ask(&mary, json!({ "command": "session_events", "session": id, "limit": 2 })).await;
    let kinds: Vec<&str> = events["events"].as_array().unwrap().iter().map(|e| e["kind"].as_str().unwrap()).collect();
    assert_eq!((kinds, &events["before"]), (vec!["taken_over", "agent_reply"], &json!(3)), "the newest page, in order");
    assert_eq!(events["events"][1]["body"]["author"], "Mary", "who said it stands there");
    let older = place.ask(&mary, json!({ "command": "session_events", "session": id, "before": 3 })).await;
    assert_eq!((older["events"].as_array().unwrap().len(), &older["before"]), (2, &Value::Null));

    let mine = place.ask(&mary, json!({ "command": "sessions_counts" })).await;
    assert_eq!((&mine["mine"], &mine["needs_person"], &mine["all"]), (&json!(1), &json!(0), &json!(1)));
    place.ask(&mary, json!({ "command": "session_give_back", "session": id })).await;
    place.ask(&mary, json!({ "command": "session_resolve", "session": id })).await;
    let page = place.ask(&ann, json!({ "command": "sessions_list", "view": "resolved" })).await;
    assert_eq!((&page["rows"][0]["status"], &page["rows"][0]["holder"]["kind"]), (&json!("resolved"), &json!("ai")));
    place.ask(&ann, json!({ "command": "session_reopen", "session": id })).await;
    place.ask(&ann, json!({ "command": "session_assign", "session": id, "to": "Mary" })).await;
    let counts = place.ask(&mary, json!({ "command": "sessions_counts" })).await;
    assert_eq!((&counts["mine"], &counts["resolved"]), (&json!(1), &json!(0)), "assigned to me is mine: {counts}");
}

#[tokio::test]
async fn what_a_person_says_cannot_be_forged_by_a_source() {
    let place = place().await;
    let id = place.session("a", json!([hello()])).await;
    let kind =
        json!({ "kind": "agent_reply", "text": "pay me", "author": "Mary", "reply_id": format!("rep_{:032}", 1) });
    let forged = casebridge_domain::NewEvent::new("x", None, serde_json::from_value(kind).unwrap());
    assert!(place.engine.append(id.parse().unwrap(), vec![forged]).await.is_err(), "only the console writes answers");
    let hello = serde_json::from_value(hello()).unwrap();
    let squat = casebridge_domain::NewEvent::new("console:1", None, hello);
    assert!(place.engine.append(id.parse().unwrap(), vec![squat]).await.is_err(), "nor may a source block their ids");
}

#[tokio::test]
async fn a_role_may_do_what_the_table_says_and_nothing_more() {
    let place = place().await;
    place.connection("acme").await;
    let id = place.session("a", json!([hello()])).await;
    let (viewer, agent) = (person("Vera", Role::Viewer), person("Mary", Role::Agent));
    let commands = [
        (Role::Viewer, json!({ "command": "sessions_list", "view": "all" })),
        (Role::Viewer, json!({ "command": "deliveries" })),
        (Role::Agent, json!({ "command": "session_take_over", "session": id })),
        (Role::Agent, json!({ "command": "lanes_retry", "session": id })),
        (Role::Viewer, json!({ "command": "sessions_week" })),
        (Role::Viewer, json!({ "command": "public_address_show" })),
        (Role::Admin, json!({ "command": "public_address_set", "url": "https://bridge.example.com" })),
        (Role::Admin, json!({ "command": "public_address_test" })),
        (Role::Admin, json!({ "command": "connection_pause", "name": "acme" })),
        (Role::Admin, json!({ "command": "connection_resume", "name": "acme" })),
        (Role::Admin, json!({ "command": "connection_footprint", "name": "acme" })),
        (Role::Admin, json!({ "command": "connection_try_and_set", "name": "acme" })),
        (Role::Admin, json!({ "command": "sign_in_begin", "way": "paste", "again": "acme" })),
        (Role::Admin, json!({ "command": "webhook_grace", "name": "acme", "minutes": 0 })),
        (Role::Viewer, json!({ "command": "case_preview", "session": id, "to": { "kind": "new" } })),
        (Role::Agent, json!({ "command": "case_decide", "session": id, "to": { "kind": "nothing" } })),
        (Role::Viewer, json!({ "command": "filter_save", "name": "Mine", "view": "mine" })),
        (Role::Admin, json!({ "command": "webhook_url", "name": "acme" })),
        (Role::Admin, json!({ "command": "key_create", "name": "k" })),
        (Role::Admin, json!({ "command": "console_link", "name": "Ann", "role": "admin" })),
    ];
    for (least, command) in commands {
        assert_eq!(least_role(&serde_json::from_value(command.clone()).unwrap()), least, "{command}");
        for who in [&viewer, &agent] {
            let done = place.try_as(who, command.clone()).await;
            match who.role >= least {
                true => assert!(done.is_ok(), "{command} belongs to `{}`: {done:?}", who.role.as_str()),
                false => {
                    assert_eq!(done.unwrap_err()["code"], "forbidden", "{command} is above `{}`", who.role.as_str())
                }
            }
        }
    }
}

#[tokio::test]
async fn a_connection_that_a_person_paused_stays_paused_until_a_person_resumes_it() {
    let place = place().await;
    let boss = Caller::admin("boss");
    place.connection("acme").await;
    let paused = place.ask(&boss, json!({ "command": "connection_pause", "name": "acme" })).await;
    assert_eq!((&paused["paused"]["kind"], &paused["paused"]["until"]), (&json!("by_hand"), &Value::Null));
    place.ask(&boss, json!({ "command": "connection_set", "name": "acme", "mode": "handoff" })).await;
    let list = place.ask(&boss, json!({ "command": "connection_list" })).await;
    assert_eq!(list[0]["paused"]["kind"], "by_hand", "a changed setting is nobody's wish to go on: {list}");
    let resumed = place.ask(&boss, json!({ "command": "connection_resume", "name": "acme" })).await;
    assert_eq!(resumed["paused"], Value::Null);
    let unknown = place.try_as(&boss, json!({ "command": "connection_pause", "name": "nobody" })).await.unwrap_err();
    assert_eq!(unknown["code"], "not_found");
}

#[tokio::test]
async fn a_change_that_fails_its_test_changes_nothing() {
    let place = place().await;
    let boss = Caller::admin("boss");
    place.connection("acme").await;
    let before = place.ask(&boss, json!({ "command": "connection_list" })).await;
    // Nothing listens there: the test cannot be good.
    let change = json!({ "calls_per_day": 10_000 });
    let asked = json!({ "command": "connection_try_and_set", "name": "acme", "settings": change, "mode": "handoff" });
    let answer = place.ask(&boss, asked).await;
    assert_eq!((&answer["report"]["good"], &answer["saved"]), (&json!(false), &Value::Null), "{answer}");
    assert!(answer["report"]["report"]["failure"]["hint"].as_str().unwrap().contains("test again"), "{answer}");
    assert_eq!(place.ask(&boss, json!({ "command": "connection_list" })).await, before, "neither setting nor mode");
    for (settings, why) in [
        (json!({ "url": "https://other.example.com" }), "its cases are in the other Creatio"),
        (json!({ "case_page": "https://evil.example/{id}" }), "links lead to the CRM only"),
        (json!({ "activity_type": "e2831dec-cfc0-df11-b00f-001d60e938c6" }), "e-mails of ours would reopen cases"),
    ] {
        let refused = json!({ "command": "connection_try_and_set", "name": "acme", "settings": settings });
        assert_eq!(place.try_as(&boss, refused).await.unwrap_err()["code"], "invalid", "{why}");
    }
}

#[tokio::test]
async fn the_set_up_is_told_what_a_choice_would_mean() {
    let place = place().await;
    let boss = Caller::admin("boss");
    let none = place.ask(&boss, json!({ "command": "sessions_week" })).await;
    assert_eq!((&none["began"], &none["oldest"]), (&json!(0), &Value::Null), "nothing is made up: {none}");
    place.connection("acme").await;
    place.session("a", json!([hello(), handed_off()])).await;
    place.session("b", json!([{ "kind": "message", "from": "ai", "text": "Hello?" }])).await;
    let week = place.ask(&boss, json!({ "command": "sessions_week" })).await;
    let counts = ["began", "looked_at", "spoke", "handed_off"].map(|count| week[count].as_i64().unwrap());
    assert_eq!(counts, [2, 2, 1, 1], "a greeting to somebody who says nothing is no case: {week}");
    let footprint = place.ask(&boss, json!({ "command": "connection_footprint", "name": "acme" })).await;
    assert_eq!((&footprint["conversations"], &footprint["cases"]), (&json!(2), &json!(0)), "{footprint}");
}

#[tokio::test]
async fn the_public_address_is_the_admins_unless_it_was_fixed_at_the_start() {
    let place = place().await;
    let boss = Caller::admin("boss");
    let test = json!({ "command": "public_address_test" });
    assert_eq!(place.try_as(&boss, test).await.unwrap_err()["code"], "invalid", "there is nothing to call yet");
    place.engine.started_with(None, Some("http://127.0.0.1:9")).await.unwrap();
    let own = place.ask(&boss, json!({ "command": "public_address_show" })).await;
    assert_eq!((&own["url"], &own["beyond"]), (&json!("http://127.0.0.1:9"), &json!(false)), "only this computer");
    let set = json!({ "command": "public_address_set", "url": "bridge.example.com/" });
    let public = place.ask(&boss, set.clone()).await;
    assert_eq!((&public["url"], &public["beyond"]), (&json!("https://bridge.example.com"), &json!(true)));
    let plain = json!({ "command": "public_address_set", "url": "http://bridge.example.com" });
    assert_eq!(place.try_as(&boss, plain).await.unwrap_err()["code"], "invalid", "the token would travel in the clear");
    let option = "https://fixed.example.com".parse().unwrap();
    place.engine.started_with(Some(&option), Some("http://127.0.0.1:9")).await.unwrap();
    assert_eq!(place.try_as(&boss, set).await.unwrap_err()["code"], "invalid", "where it is started decides");
    let fixed = place.ask(&boss, json!({ "command": "public_address_show" })).await;
    assert_eq!((&fixed["url"], &fixed["fixed"]), (&json!("https://fixed.example.com"), &json!(true)));
}

#[tokio::test]
async fn no_answer_to_a_viewer_holds_a_secret() {
    let place = place().await;
    place.connection("acme").await;
    let viewer = person("Vera", Role::Viewer);
    let url = place.ask(&Caller::admin("boss"), json!({ "command": "webhook_url", "name": "acme" })).await;
    let token = url["path"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    for command in [
        json!({ "command": "connection_list" }),
        json!({ "command": "deliveries" }),
        json!({ "command": "webhook_show", "name": "acme" }),
    ] {
        let text = place.ask(&viewer, command.clone()).await.to_string();
        assert!(!text.contains("canary-of-the-client"), "{command} tells the client's secret: {text}");
        assert!(!text.contains(&token), "{command} tells the webhook's token: {text}");
    }
    let shown = place.ask(&viewer, json!({ "command": "webhook_show", "name": "acme" })).await;
    assert!(token.ends_with(shown["last4"].as_str().unwrap()) && shown["last4"].as_str().unwrap().len() == 4);
    let connection = &place.ask(&viewer, json!({ "command": "connection_list" })).await[0];
    assert_eq!((&connection["name"], &connection["lanes"]["all"]), (&json!("acme"), &json!(0)), "{connection}");
}

#[tokio::test]
async fn a_connection_that_does_not_work_is_not_stored() {
    let place = place().await;
    let admin = Caller::admin("boss");
    let settings = json!({ "url": "http://127.0.0.1:9", "identity_url": "http://127.0.0.1:9",
        "auth": { "kind": "client_credentials", "client_id": "C1" } });
    let wish = json!({ "command": "connection_try_and_add", "name": "acme", "mode": "every", "settings": settings, "secret": "canary" });
    let answer = place.ask(&admin, wish).await;
    assert_eq!((&answer["report"]["good"], &answer["added"]), (&json!(false), &Value::Null), "{answer}");
    assert!(answer["report"]["report"]["failure"]["message"].is_string(), "and it is said why: {answer}");
    assert_eq!(place.ask(&admin, json!({ "command": "connection_list" })).await, json!([]), "nothing stays behind");
    let tried =
        place.ask(&admin, json!({ "command": "connection_try", "settings": settings, "secret": "canary" })).await;
    assert_eq!(tried["good"], false);
    assert!(!tried.to_string().contains("canary"), "nor does the answer repeat the secret");
}

#[tokio::test]
async fn lists_can_be_searched_and_a_wrong_cursor_is_said() {
    let place = place().await;
    let viewer = person("Vera", Role::Viewer);
    for n in 0..3 {
        place.session(&format!("s{n}"), json!([hello()])).await;
    }
    let first = place.ask(&viewer, json!({ "command": "sessions_list", "view": "all", "limit": 2 })).await;
    let next = place.ask(&viewer, json!({ "command": "sessions_list", "view": "all", "cursor": first["next"] })).await;
    assert_eq!((first["rows"].as_array().unwrap().len(), next["rows"].as_array().unwrap().len()), (2, 1));
    let wrong = json!({ "command": "sessions_list", "view": "all", "cursor": "nonsense" });
    assert_eq!(place.try_as(&viewer, wrong).await.unwrap_err()["code"], "invalid");
    while casebridge_store::Console::index_search(&place.store).await.unwrap() > 0 {}
    let found = place.ask(&viewer, json!({ "command": "sessions_list", "view": "all", "query": "parc" })).await;
    assert_eq!(found["rows"].as_array().unwrap().len(), 3, "words are found as they are typed");
    let links = place.ask(&viewer, json!({ "command": "case_links" })).await;
    assert_eq!(links, json!({ "rows": [], "next": null }), "there is no case yet");
    let found = place.ask(&viewer, json!({ "command": "find", "text": "chat/s1" })).await;
    assert!(found["session"].as_str().unwrap().starts_with("ses_"));
    let nothing = place.try_as(&viewer, json!({ "command": "find", "text": "https://crm.example/x?id=1" })).await;
    assert_eq!(nothing.unwrap_err()["code"], "not_found");
}

#[tokio::test]
async fn a_person_signs_with_their_profile_and_what_they_have_goes_along() {
    let place = place().await;
    let id = place.session("a", json!([hello()])).await;
    let (mary, ann) = (person("mary.k", Role::Agent), person("ann", Role::Agent));
    place.ask(&mary, json!({ "command": "session_take_over", "session": id })).await;
    let profile = place.ask(&mary, json!({ "command": "profile_set", "name": " Mary Kay " })).await;
    assert_eq!((&profile["login"], &profile["name"]), (&json!("mary.k"), &json!("Mary Kay")), "{profile}");
    let counts = place.ask(&mary, json!({ "command": "sessions_counts" })).await;
    assert_eq!(counts["mine"], 1, "what she had under the old name is still hers: {counts}");
    let text = json!({ "command": "session_reply", "session": id, "id": uuid::Uuid::nil(), "text": "hello" });
    place.ask(&mary, text).await;
    let log = place.ask(&ann, json!({ "command": "session_events", "session": id })).await;
    let signed: Vec<&Value> = log["events"].as_array().unwrap().iter().map(|event| &event["body"]["author"]).collect();
    assert!(signed.contains(&&json!("Mary Kay")), "the reply is signed with the profile: {log}");
    let taken = place.try_as(&ann, json!({ "command": "profile_set", "name": "Mary Kay" })).await;
    assert_eq!(taken.unwrap_err()["code"], "invalid", "nobody signs as somebody else");
    let people = place.ask(&ann, json!({ "command": "people_known" })).await;
    assert!(people.as_array().unwrap().contains(&json!("Mary Kay")), "a conversation can be assigned to her: {people}");
}

#[tokio::test]
async fn a_saved_filter_is_its_owners_alone() {
    let place = place().await;
    let (mary, ann) = (person("Mary", Role::Viewer), person("Ann", Role::Viewer));
    let save = |name: &str, id: Value| {
        let id = if id.is_null() { json!({}) } else { json!({ "id": id }) };
        let mut save = json!({ "command": "filter_save", "name": name, "view": "trouble", "query": "refund" });
        save.as_object_mut().unwrap().extend(id.as_object().unwrap().clone());
        save
    };
    let kept = place.ask(&mary, save("Money", Value::Null)).await;
    let refused = place.try_as(&mary, save("Money", Value::Null)).await.unwrap_err();
    assert_eq!(refused["code"], "invalid", "two of one name could not be told apart: {refused}");
    assert_eq!(place.ask(&ann, json!({ "command": "filters_list" })).await, json!([]), "others do not see it");
    let foreign = place.try_as(&ann, save("Mine now", kept["id"].clone())).await.unwrap_err();
    assert_eq!(foreign["code"], "not_found", "nor change it");
    let gone = place.try_as(&ann, json!({ "command": "filter_drop", "id": kept["id"] })).await.unwrap_err();
    assert_eq!(gone["code"], "not_found", "nor delete it");
    place.ask(&mary, save("Money back", kept["id"].clone())).await;
    let list = place.ask(&mary, json!({ "command": "filters_list" })).await;
    assert_eq!(list, json!([{ "id": kept["id"], "name": "Money back", "view": "trouble", "query": "refund" }]));
    place.ask(&mary, json!({ "command": "filter_drop", "id": kept["id"] })).await;
    assert_eq!(place.ask(&mary, json!({ "command": "filters_list" })).await, json!([]));
}
