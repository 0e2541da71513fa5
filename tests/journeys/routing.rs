//! Two CRMs in one workspace, and a rule for each that says which conversations are its.

use casebridge_domain::{Connection, Consumer, EventKind, Mode, NewEvent, Route, SessionId, Speaker};
use casebridge_engine::NewSession;
use casebridge_engine::connections::{ConnectionChange, NewCreatio, creatio_settings};
use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, CreatioSandbox, RunningCreatio};
use casebridge_sandbox::salesforce::{RunningSalesforce, SalesforceConfig, SalesforceSandbox};
use casebridge_store::Lanes as _;
use casebridge_tests::world::{Side, WorldOptions, eventually};
use casebridge_tests::{Conversation, crm, salesforce, seeded};
use secrecy::SecretString;
use serde_json::{Value, json};

/// A workspace with an org and a Creatio.
struct Two {
    side: Side,
    org: RunningSalesforce,
    creatio: RunningCreatio,
    second: Connection,
}

impl Two {
    async fn open() -> Self {
        let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
        let org = SalesforceSandbox::start(config).await.unwrap();
        let creatio = CreatioSandbox::start(CreatioConfig::default()).await.unwrap();
        let side = Side::in_salesforce(&org, &WorldOptions::default()).await;
        let client = ClientApp::demo();
        let settings = json!({
            "url": creatio.instance_url,
            "identity_url": creatio.identity_url,
            "auth": { "kind": "client_credentials", "client_id": client.client_id },
            "session_column": "UsrSessionId",
        });
        let new = NewCreatio {
            name: "creatio".into(),
            mode: Mode::Every,
            settings: creatio_settings(&settings).unwrap(),
            secret: Some(SecretString::from(client.client_secret)),
        };
        let second = side.engine.add_creatio(new, "test").await.unwrap();
        Two { side, org, creatio, second }
    }

    async fn rule(&self, name: &str, rule: Value) {
        let route: Route = serde_json::from_value(rule).unwrap();
        let change = ConnectionChange { route: Some(route), ..ConnectionChange::default() };
        self.side.engine.change_connection(name, change, "test").await.unwrap();
    }

    async fn begin(&self, conversation: &Conversation, channel: &str, tags: &[&str]) -> SessionId {
        let new = NewSession {
            key: conversation.key.clone(),
            channel: channel.into(),
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            topic: conversation.topic.clone(),
            contact: Default::default(),
        };
        let id = self.side.engine.ensure_session(new).await.unwrap().0.id;
        for event in conversation.events() {
            self.side.engine.append(id, vec![event]).await.unwrap();
        }
        id
    }

    /// One more message, in the conversation and in what is expected of it.
    async fn goes_on(&self, conversation: &mut Conversation, text: &str) {
        let kind = EventKind::Message { from: Speaker::Customer, text: text.into(), author: None };
        let event = NewEvent::new(format!("more-{text}"), None, kind.clone());
        self.side.engine.append(conversation.key.session_id(), vec![event]).await.unwrap();
        conversation.lines.push(casebridge_tests::Line { id: format!("more-{text}"), kind });
    }

    async fn settled(&self) {
        self.side.settled().await;
        eventually("the other connection's lanes are settled, too", async || {
            let counts = self.side.store.lane_counts(Consumer::Crm(self.second.id)).await.unwrap();
            (counts.due == 0 && counts.leased == 0).then_some(())
        })
        .await;
    }

    fn expect(&self, in_salesforce: &[&Conversation], in_creatio: &[&Conversation]) {
        salesforce::expect_exactly(&self.org.sandbox, in_salesforce.iter().copied());
        crm::expect_exactly(&self.creatio.sandbox, in_creatio.iter().copied());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_conversation_goes_where_the_rules_say_and_stays_there_when_they_change() {
    let two = Two::open().await;
    two.rule("salesforce", json!({ "channels": ["email"], "not_tags": ["internal"] })).await;
    two.rule("creatio", json!({ "not_channels": ["Email"] })).await;
    let mut all = seeded(8, 41);
    for (place, conversation) in all.iter().enumerate() {
        match place % 4 {
            0 => two.begin(conversation, "email", &[]).await,
            1 => two.begin(conversation, "web", &["vip"]).await,
            2 => two.begin(conversation, "EMAIL", &["Internal"]).await,
            _ => two.begin(conversation, "chat", &["internal"]).await,
        };
    }
    two.settled().await;
    let at = |all: &[Conversation], places: &[usize]| -> Vec<Conversation> {
        places.iter().map(|place| all[*place].clone()).collect()
    };
    let (org, creatio) = (at(&all, &[0, 4]), at(&all, &[1, 3, 5, 7]));
    two.expect(&org.iter().collect::<Vec<_>>(), &creatio.iter().collect::<Vec<_>>());
    // The rules change places.
    two.rule("salesforce", json!({ "not_channels": ["email"] })).await;
    two.rule("creatio", json!({ "channels": ["email"] })).await;
    for conversation in &mut all {
        two.goes_on(conversation, "and then").await;
    }
    let fresh = seeded(2, 42);
    two.begin(&fresh[0], "web", &[]).await;
    two.begin(&fresh[1], "email", &[]).await;
    two.settled().await;
    let (mut org, mut creatio) = (at(&all, &[0, 4]), at(&all, &[1, 3, 5, 7]));
    org.push(fresh[0].clone());
    creatio.push(fresh[1].clone());
    // Neither moved nor doubled: what was decided stays, and what nobody took is still nobody's.
    two.expect(&org.iter().collect::<Vec<_>>(), &creatio.iter().collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_cannot_be_is_refused_and_changes_nothing() {
    let two = Two::open().await;
    two.rule("salesforce", json!({ "channels": ["email"] })).await;
    let wrong: Route = serde_json::from_value(json!({ "tags": ["a"], "not_tags": ["A"] })).unwrap();
    let change = ConnectionChange { route: Some(wrong), mode: Some(Mode::Handoff), ..ConnectionChange::default() };
    let refused = two.side.engine.change_connection("salesforce", change, "test").await.unwrap_err();
    assert!(refused.to_string().contains("not_tags"), "{refused}");
    let kept = two.side.engine.connection("salesforce").await.unwrap();
    assert_eq!(kept.route.channels, ["email"], "the rule before holds");
    assert_eq!(kept.modes.current(), Mode::Every, "and nothing else of the change was kept");
}
