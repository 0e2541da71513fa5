//! A stand-in, a client of it, and conversations to write.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use casebridge_connectors::creatio::{Creatio, CreatioAuth, CreatioSettings, normalise_instance_url};
use casebridge_connectors::{
    Alone, Applied, Batch, CLIENT_SECRET, CallLog, CallRecord, CaseReading, CaseStands, CaseSystem, Standing, Vault,
    VaultError,
};
use casebridge_domain::{
    ActivityDraft, ActivityKind, CallFailure, CaseDraft, Contact, Effect, FailureClass, FailureScope, Identifier,
    SessionKey, Speaker, StatusWish, ids,
};
use casebridge_sandbox::creatio::{
    ClientApp, CreatioConfig, CreatioSandbox, FaultPlan, HostKind, RunningCreatio, ids as stock,
};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Secrets in memory, with a lock that can be turned.
#[derive(Default)]
pub struct MemoryVault {
    secrets: Mutex<HashMap<String, SecretString>>,
    /// Everything that was ever written, in order.
    pub written: Mutex<Vec<(String, String)>>,
    /// Whether writes fail.
    pub locked: Mutex<bool>,
    renews: Arc<tokio::sync::Mutex<()>>,
}

impl MemoryVault {
    pub fn with(name: &str, value: &str) -> Arc<Self> {
        let vault = Self::default();
        vault.secrets.lock().unwrap().insert(name.to_owned(), SecretString::from(value.to_owned()));
        Arc::new(vault)
    }

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
        self.written.lock().unwrap().push((name.to_owned(), value.expose_secret().to_owned()));
        self.secrets.lock().unwrap().insert(name.to_owned(), value);
        Ok(())
    }

    async fn alone(&self) -> Result<Alone, VaultError> {
        Ok(Box::new(Arc::clone(&self.renews).lock_owned().await))
    }
}

/// A stand-in and what a client of it needs.
pub struct World {
    pub running: RunningCreatio,
    pub settings: CreatioSettings,
    pub vault: Arc<MemoryVault>,
    pub log: CallLog,
}

impl World {
    pub async fn start(config: CreatioConfig) -> Self {
        let running = CreatioSandbox::start(config).await.unwrap();
        let client = ClientApp::demo();
        let url = normalise_instance_url(&running.instance_url).unwrap();
        let mut settings = CreatioSettings::new(url, CreatioAuth::ClientCredentials { client_id: client.client_id });
        settings.owner = Some(stock::AGENT_CONTACT);
        World {
            running,
            settings,
            vault: MemoryVault::with(CLIENT_SECRET, &client.client_secret),
            log: CallLog::default(),
        }
    }

    pub async fn plain() -> Self {
        Self::start(CreatioConfig::default()).await
    }

    pub async fn on(host: HostKind) -> Self {
        Self::start(CreatioConfig { host, ..CreatioConfig::default() }).await
    }

    pub fn sandbox(&self) -> &CreatioSandbox {
        &self.running.sandbox
    }

    pub fn namespace(&self) -> Uuid {
        ids::instance_namespace(&self.settings.instance())
    }

    pub fn client(&self) -> Creatio {
        Creatio::new(self.settings.clone(), self.namespace(), self.vault.clone()).unwrap()
    }

    pub fn calls(&self) -> Vec<CallRecord> {
        self.log.take()
    }

    pub fn fail(&self, plan: FaultPlan) {
        self.sandbox().set_faults(plan);
    }

    pub fn case(&self, story: &Story) -> Map<String, Value> {
        self.sandbox().record("Case", story.case_id).expect("the case stands")
    }

    /// The titles of the activities in the order in which they were made.
    pub fn titles(&self) -> Vec<String> {
        self.sandbox()
            .records("Activity")
            .iter()
            .map(|row| row["Title"].as_str().unwrap_or_default().to_owned())
            .collect()
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
    pub fn of(world: &World, messages: usize) -> Self {
        let session = SessionKey { source: "chat".into(), external_id: "c-1".into() };
        let case_id = ids::case_id(world.namespace(), &session.path(), None);
        let mut effects = vec![Effect::OpenCase(Box::new(CaseDraft {
            id: case_id,
            opening_seq: 1,
            subject: "Where is my order?".into(),
            first_message: Some("Where is <my> order?".into()),
            summary: None,
            language: None,
            sentiment: None,
            reason: None,
            channel: "web".into(),
            contact: Contact { name: Some("Anna".into()), ..Contact::default() },
            session: session.clone(),
            registered_on: began(),
        }))];
        for at in 1..=messages {
            effects.push(message(world, &session, at));
        }
        Story { session, case_id, effects }
    }

    pub fn contact(mut self, change: impl FnOnce(&mut Contact)) -> Self {
        if let Some(Effect::OpenCase(draft)) = self.effects.first_mut() {
            change(&mut draft.contact);
        }
        self
    }

    pub fn draft(mut self, change: impl FnOnce(&mut CaseDraft)) -> Self {
        if let Some(Effect::OpenCase(draft)) = self.effects.first_mut() {
            change(draft);
        }
        self
    }

    pub fn then(mut self, to: StatusWish) -> Self {
        self.effects.push(Effect::SetStatus { id: Uuid::from_u128(0x5747), seq: 99, to });
        self
    }

    pub fn only_status(mut self, to: StatusWish) -> Self {
        self.effects.clear();
        self.then(to)
    }

    pub fn batch(&self) -> Batch<'_> {
        Batch { case_id: self.case_id, session: &self.session, effects: &self.effects }
    }

    pub async fn apply(&self, client: &Creatio, world: &World) -> Applied {
        client.apply(&self.batch(), &world.log).await
    }

    /// Writes it; anything but full success is the test's failure.
    pub async fn write(&self, client: &Creatio, world: &World) -> Option<CaseStands> {
        match self.apply(client, world).await {
            Applied::All { case, .. } => case,
            other => panic!("the batch was to be written: {other:?}"),
        }
    }

    /// Writes it; anything but an unsettled end is the test's failure.
    pub async fn unsettled(&self, client: &Creatio, world: &World) -> CallFailure {
        match self.apply(client, world).await {
            Applied::Unsettled(failure) => failure,
            other => panic!("the batch was to end unsettled: {other:?}"),
        }
    }

    pub async fn not_sent(&self, client: &Creatio, world: &World) -> CallFailure {
        match self.apply(client, world).await {
            Applied::NotSent(failure) => failure,
            other => panic!("nothing was to be sent: {other:?}"),
        }
    }

    pub async fn standing(&self, client: &Creatio, world: &World) -> Standing {
        client.standing(&self.batch(), &world.log).await.expect("what stands can be read")
    }

    /// The effects that do not stand yet.
    pub fn rest(&self, standing: &Standing) -> Story {
        let effects =
            self.effects.iter().filter(|effect| !standing.records.contains(&effect.record())).cloned().collect();
        Story { session: self.session.clone(), case_id: self.case_id, effects }
    }
}

pub fn stands(standing: &Standing) -> &CaseStands {
    match &standing.case {
        CaseReading::Stands(case) => case,
        other => panic!("the case was to stand: {other:?}"),
    }
}

pub fn began() -> Timestamp {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

pub fn message(world: &World, session: &SessionKey, at: usize) -> Effect {
    let from = if at % 2 == 1 { Speaker::Customer } else { Speaker::Ai };
    Effect::AddActivity(Box::new(ActivityDraft {
        id: ids::activity_id(world.namespace(), &session.source, &format!("{}/m{at}", session.external_id)),
        seq: i64::try_from(at).unwrap(),
        at: began() + SignedDuration::from_secs(i64::try_from(at).unwrap()),
        first: at == 1,
        what: ActivityKind::Message { from, author: None, text: format!("message {at}") },
    }))
}

pub fn verified(value: &str) -> Option<Identifier> {
    Some(Identifier { value: value.into(), verified: true })
}

pub fn unverified(value: &str) -> Option<Identifier> {
    Some(Identifier { value: value.into(), verified: false })
}

/// What can help, and how far it reaches.
pub fn judged(failure: &CallFailure) -> (FailureClass, FailureScope) {
    (failure.class.clone(), failure.scope)
}
