//! A stand-in org, a client that signed in to it, and conversations to write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use casebridge_connectors::salesforce::{
    CALLBACK_PATH, Salesforce, SalesforceSettings, SignIn, begin_sign_in, finish_sign_in, ids::SalesforceId,
    normalise_login_url,
};
use casebridge_connectors::{Applied, Batch, CallLog, CaseStands, CaseSystem, Standing, Vault, VaultError};
use casebridge_domain::{
    ActivityDraft, ActivityKind, CallFailure, CaseDraft, Contact, Effect, Identifier, SessionKey, Speaker, StatusWish,
    ids,
};
use casebridge_sandbox::salesforce::{
    Act, DESKTOP_CLIENT_ID, FaultPlan, RunningSalesforce, SalesforceConfig, SalesforceSandbox,
};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::Url;
use uuid::Uuid;

pub const INTEGRATION: &str = "integration@sandbox.example";
pub const ADMIN: &str = "admin@sandbox.example";
pub const REP: &str = "rep@sandbox.example";

/// Secrets in memory, with a lock that can be turned.
#[derive(Default)]
pub struct MemoryVault {
    secrets: Mutex<HashMap<String, SecretString>>,
    /// Whether writes fail.
    pub locked: Mutex<bool>,
}

impl MemoryVault {
    pub fn peek(&self, name: &str) -> Option<String> {
        self.secrets.lock().unwrap().get(name).map(|secret| secret.expose_secret().to_owned())
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn get(&self, name: &str) -> Result<Option<SecretString>, VaultError> {
        Ok(self.secrets.lock().unwrap().get(name).cloned())
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        if *self.locked.lock().unwrap() {
            return Err(VaultError("the keychain is locked".into()));
        }
        self.secrets.lock().unwrap().insert(name.to_owned(), value);
        Ok(())
    }
}

/// An org and what a client of it needs.
pub struct World {
    pub running: RunningSalesforce,
    pub settings: SalesforceSettings,
    pub vault: Arc<MemoryVault>,
    pub log: CallLog,
}

impl World {
    /// An org that nobody signed in to yet.
    pub async fn unsigned(config: SalesforceConfig) -> Self {
        let running = SalesforceSandbox::start(SalesforceConfig { tls: false, ..config }).await.unwrap();
        let url = normalise_login_url(&running.login_url).unwrap();
        let settings = SalesforceSettings::new(url, DESKTOP_CLIENT_ID);
        World { running, settings, vault: Arc::default(), log: CallLog::default() }
    }

    /// An org with the integration user signed in.
    pub async fn start(config: SalesforceConfig) -> Self {
        let mut world = Self::unsigned(config).await;
        let sign_in = world.begin();
        let brought = world.pressed(&sign_in, "allow").await;
        let signed_in = finish_sign_in(&world.settings, world.vault.as_ref(), &sign_in, &brought).await.unwrap();
        world.settings.org = Some(signed_in.org);
        world.sandbox().clear_requests();
        world
    }

    pub async fn with_kit() -> Self {
        Self::start(SalesforceConfig::with_kit()).await
    }

    pub async fn plain() -> Self {
        Self::start(SalesforceConfig::default()).await
    }

    pub fn begin(&self) -> SignIn {
        let redirect = Url::parse(&format!("http://localhost:1717{CALLBACK_PATH}")).unwrap();
        begin_sign_in(&self.settings, redirect).unwrap()
    }

    /// Where the browser ends after somebody pressed a button on the page.
    pub async fn pressed(&self, sign_in: &SignIn, decision: &str) -> String {
        casebridge_connectors::install_crypto();
        let none = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().no_proxy().redirect(none).build().unwrap();
        let form = [("username", INTEGRATION), ("password", "sandbox"), ("decision", decision)];
        let answer = http.post(sign_in.url.clone()).form(&form).send().await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    pub fn sandbox(&self) -> &SalesforceSandbox {
        &self.running.sandbox
    }

    pub fn client(&self) -> Salesforce {
        Salesforce::new(self.settings.clone(), self.vault.clone()).unwrap()
    }

    pub fn fail(&self, plan: FaultPlan) {
        self.sandbox().set_faults(plan);
    }

    pub fn rows(&self, object: &str) -> Vec<Map<String, Value>> {
        self.sandbox().records(object)
    }

    /// Deploys an archive as an admin does with a tool of their own; answers what became of it.
    pub async fn deploys(&self, archive: &[u8], tests: &[&str]) -> Value {
        casebridge_connectors::install_crypto();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let token = self.sandbox().session(ADMIN).unwrap();
        let options = serde_json::json!({ "deployOptions": {
            "singlePackage": true, "testLevel": "RunSpecifiedTests", "runTests": tests,
        }});
        let file = reqwest::multipart::Part::bytes(archive.to_vec()).file_name("deploy.zip");
        let form = reqwest::multipart::Form::new().text("json", options.to_string()).part("file", file);
        let address = format!("{}/services/data/v66.0/metadata/deployRequest", self.running.instance_url);
        let started = http.post(&address).bearer_auth(&token).multipart(form).send().await.unwrap();
        let started: Value = started.json().await.unwrap();
        let address = format!("{address}/{}?includeDetails=true", started["id"].as_str().unwrap());
        loop {
            let answer = http.get(&address).bearer_auth(&token).send().await.unwrap();
            let answer: Value = answer.json().await.unwrap();
            if answer["deployResult"]["done"] == true {
                return answer["deployResult"].clone();
            }
        }
    }

    /// The only case.
    pub fn case(&self) -> Map<String, Value> {
        let cases = self.rows("Case");
        assert_eq!(cases.len(), 1, "one conversation makes one case");
        cases.into_iter().next().unwrap()
    }

    /// The words of the comments, in the order in which they were made.
    pub fn comments(&self) -> Vec<String> {
        let body = |row: &Map<String, Value>| row["CommentBody"].as_str().unwrap().lines().nth(1).unwrap().to_owned();
        self.rows("CaseComment").iter().map(body).collect()
    }

    /// What a rep does; answers the id of what it left.
    pub fn act(&self, act: Value) -> SalesforceId {
        let act: Act = serde_json::from_value(act).unwrap();
        let rep = self.sandbox().config().users.iter().find(|user| user.username == REP).unwrap();
        self.sandbox().act(Some(&rep.id), &act).unwrap().parse().unwrap()
    }
}

/// A conversation and the batch that writes it.
pub struct Story {
    pub session: SessionKey,
    pub case_id: Uuid,
    pub effects: Vec<Effect>,
}

impl Story {
    /// A case and so many messages.
    pub fn of(world: &World, messages: i64) -> Self {
        Self::named(world, "c-1", messages)
    }

    /// The same of a conversation with this name.
    pub fn named(world: &World, name: &str, messages: i64) -> Self {
        let session = SessionKey { source: "chat".into(), external_id: name.into() };
        let namespace = ids::instance_namespace(&world.settings.instance());
        let case_id = ids::case_id(namespace, &session.path(), None);
        let draft = CaseDraft {
            id: case_id,
            opening_seq: 1,
            subject: "Where is my order?".into(),
            first_message: Some("Where is <my> order?".into()),
            summary: Some("Order 12 is late".into()),
            language: None,
            sentiment: None,
            reason: None,
            channel: "web".into(),
            contact: Contact { name: Some("Anna".into()), ..Contact::default() },
            session: session.clone(),
            registered_on: began(),
        };
        let mut story = Story { session, case_id, effects: vec![Effect::OpenCase(Box::new(draft))] };
        story.say(1..=messages);
        story
    }

    /// The same conversation after its case was opened: only these messages.
    pub fn goes_on(&self, messages: std::ops::RangeInclusive<i64>) -> Self {
        let mut story = Story { session: self.session.clone(), case_id: self.case_id, effects: Vec::new() };
        story.say(messages);
        story
    }

    fn say(&mut self, messages: std::ops::RangeInclusive<i64>) {
        for seq in messages {
            let text = format!("message {seq}");
            let what = ActivityKind::Message { from: Speaker::Customer, author: None, text };
            let at = began() + SignedDuration::from_secs(seq);
            let id = ids::activity_id(self.case_id, "chat", &format!("m{seq}"));
            self.effects.push(Effect::AddActivity(Box::new(ActivityDraft { id, seq, at, first: seq == 1, what })));
        }
    }

    pub fn wishing(mut self, to: StatusWish) -> Self {
        self.effects.push(Effect::SetStatus { id: Uuid::from_u128(77), seq: 99, to });
        self
    }

    pub fn from(mut self, email: &str, verified: bool) -> Self {
        if let Effect::OpenCase(draft) = &mut self.effects[0] {
            draft.contact.email = Some(Identifier { value: email.into(), verified });
        }
        self
    }

    pub fn batch(&self) -> Batch<'_> {
        Batch { case_id: self.case_id, session: &self.session, effects: &self.effects }
    }

    pub async fn applied(&self, client: &Salesforce, world: &World) -> Option<CaseStands> {
        match client.apply(&self.batch(), &world.log).await {
            Applied::All { case, .. } => case,
            other => panic!("everything is written: {other:?}"),
        }
    }

    pub async fn unsettled(&self, client: &Salesforce, world: &World) -> CallFailure {
        match client.apply(&self.batch(), &world.log).await {
            Applied::Unsettled(failure) => failure,
            other => panic!("the outcome is not clear: {other:?}"),
        }
    }

    pub async fn standing(&self, client: &Salesforce, world: &World) -> Standing {
        client.standing(&self.batch(), &world.log).await.unwrap()
    }
}

pub fn began() -> Timestamp {
    "2026-03-01T10:00:00Z".parse().unwrap()
}
