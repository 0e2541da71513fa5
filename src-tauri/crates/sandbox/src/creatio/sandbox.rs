//! The handle of a stand-in: looking inside, acting as a person, and making things go wrong.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::actor::Actor;
use super::altered::Altered;
use super::config::{ClientApp, CreatioConfig};
use super::database::{Database, Saving};
use super::fault::{FaultPlan, FaultState};
use super::ids;
use super::ledger::RecordEntry;
use super::notification::Notification;
use super::person::{self, Person};
use super::refusal::Refusal;
use super::rights::Rights;
use super::rules;
use super::schema::Kind;
use super::server::{self, RunningCreatio};
use super::shared::{Shared, State};
use super::signal::{self, Recipe, Signal, SignalSubscription};
use super::value::{Spelling, to_json};
use crate::requests::{RequestCounts, RequestEntry};

/// A stand-in for Creatio. Clones share one installation.
#[derive(Clone)]
pub struct CreatioSandbox {
    pub(crate) shared: Arc<Shared>,
}

impl CreatioSandbox {
    /// A fresh installation, not yet served.
    pub fn new(config: CreatioConfig) -> Self {
        Self { shared: Arc::new(Shared::new(config)) }
    }

    /// Starts one on two loopback ports of its own.
    pub async fn start(config: CreatioConfig) -> io::Result<RunningCreatio> {
        RunningCreatio::start(config).await
    }

    /// Serves the instance and its Identity Service until told to stop.
    pub async fn serve(
        &self,
        instance: TcpListener,
        identity: TcpListener,
        shutdown: CancellationToken,
    ) -> io::Result<()> {
        server::serve(Arc::clone(&self.shared), instance, identity, shutdown).await
    }

    /// How it was set up.
    pub fn config(&self) -> &CreatioConfig {
        &self.shared.config
    }

    // Faults.

    /// Replaces the plan and starts its dice anew.
    pub fn set_faults(&self, plan: FaultPlan) {
        self.shared.lock().faults = FaultState::new(plan);
    }

    /// The plan as it stands, with its counters run down so far.
    pub fn faults(&self) -> FaultPlan {
        self.shared.lock().faults.plan.clone()
    }

    /// Makes a column required from now on, as an admin may at any time.
    pub fn require_column(&self, entity: &str, column: &str) {
        self.shared.lock().database.required_since.insert((entity.to_owned(), column.to_owned()));
    }

    /// Changes a column from now on, as an admin may at any time.
    pub fn alter_column(&self, entity: &str, column: &str, altered: Altered) {
        self.shared.lock().database.altered.insert((entity.to_owned(), column.to_owned()), altered);
    }

    // Ledgers.

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<RequestEntry> {
        self.shared.lock().requests.since(0)
    }

    /// The requests after this number.
    pub fn requests_since(&self, no: u64) -> Vec<RequestEntry> {
        self.shared.lock().requests.since(no)
    }

    /// How many requests there were.
    pub fn request_counts(&self) -> RequestCounts {
        self.shared.lock().requests.counts
    }

    /// OData calls so far, token requests aside; a `$batch` is one.
    pub fn data_calls(&self) -> u64 {
        self.request_counts().data
    }

    /// Empties the ledger of requests.
    pub fn clear_requests(&self) {
        self.shared.lock().requests.clear();
    }

    /// Every write since set-up, whether or not its writer heard of it.
    pub fn record_ledger(&self) -> Vec<RecordEntry> {
        self.shared.lock().database.records.clone()
    }

    /// All rows of an object in the order in which they were made, each with its place `@seq`.
    pub fn records(&self, entity: &str) -> Vec<Map<String, Json>> {
        let state = self.shared.lock();
        state
            .database
            .table(entity)
            .map(|table| table.rows().map(|row| shown(&state, entity, row.id())).collect())
            .unwrap_or_default()
    }

    /// One row with its place `@seq`.
    pub fn record(&self, entity: &str, id: Uuid) -> Option<Map<String, Json>> {
        let state = self.shared.lock();
        state.database.row(entity, id)?;
        Some(shown(&state, entity, id))
    }

    /// How many rows an object has.
    pub fn count(&self, entity: &str) -> usize {
        self.shared.lock().database.table(entity).map_or(0, super::table::Table::len)
    }

    /// Who would have been told about cases.
    pub fn notifications(&self) -> Vec<Notification> {
        self.shared.lock().database.notifications.clone()
    }

    /// The signals that saves fired, with the calls they led to.
    pub fn signals(&self) -> Vec<Signal> {
        self.shared.lock().signals.fired.clone()
    }

    /// Adds a process that listens to saves and calls a web service inside them.
    pub fn subscribe(&self, subscription: SignalSubscription) {
        self.shared.lock().signals.subscriptions.push(subscription);
    }

    /// Replaces all such processes by those of a recipe.
    pub fn set_recipe(&self, recipe: &Recipe) {
        self.set_subscriptions(recipe.subscriptions());
    }

    /// Replaces all such processes.
    pub fn set_subscriptions(&self, subscriptions: Vec<SignalSubscription>) {
        self.shared.lock().signals.subscriptions = subscriptions;
    }

    // A person at the keyboard: every right, the same server behaviour.

    /// Makes a row as the supervisor.
    pub fn insert(&self, entity: &str, body: &Json) -> Result<Uuid, Refusal> {
        self.save(|database| person::insert(database, &Actor::person(), entity, body))
    }

    /// Makes a row as another employee, named by contact.
    pub fn insert_by(&self, contact: Uuid, entity: &str, body: &Json) -> Result<Uuid, Refusal> {
        self.save(|database| person::insert(database, &person::actor(database, contact), entity, body))
    }

    /// Changes a row as the supervisor.
    pub fn update(&self, entity: &str, id: Uuid, body: &Json) -> Result<(), Refusal> {
        self.save(|database| person::update(database, &Actor::person(), entity, id, body))
    }

    /// Changes a row as another employee, named by contact.
    pub fn update_by(&self, contact: Uuid, entity: &str, id: Uuid, body: &Json) -> Result<(), Refusal> {
        self.save(|database| person::update(database, &person::actor(database, contact), entity, id, body))
    }

    /// Deletes a row as the supervisor.
    pub fn delete(&self, entity: &str, id: Uuid) -> Result<(), Refusal> {
        let now = self.shared.config.clock.now();
        self.save(|database| database.delete(entity, id, Saving { by: &Actor::person(), request: None, now }))
    }

    /// An employee who works on cases, named by contact.
    pub fn person(&self, contact: Uuid) -> Person<'_> {
        Person::new(self, contact)
    }

    /// The supervisor as such an employee.
    pub fn supervisor(&self) -> Person<'_> {
        self.person(ids::SUPERVISOR_CONTACT)
    }

    /// FICTIONAL, for tests of readers: gives these rows one `ModifiedOn` and changes nothing else, as a bulk import
    /// does. Each counts as modified and fires its signal. Stops at the first row that is not there.
    pub fn stamp_all(&self, entity: &str, ids: &[Uuid], at: Timestamp) -> Result<(), Refusal> {
        let now = self.shared.config.clock.now();
        self.save(|database| {
            let saving = Saving { by: &Actor::person(), request: None, now };
            ids.iter().try_for_each(|id| database.stamp(entity, *id, at, saving))
        })
    }

    /// Runs the job that closes what has been resolved long enough; returns the cases it closed.
    pub fn close_resolved_cases(&self) -> Vec<Uuid> {
        self.save(rules::close_resolved_cases)
    }

    /// Saves, and calls those who listen without waiting for them.
    pub(crate) fn save<T>(&self, work: impl FnOnce(&mut Database) -> T) -> T {
        let (made, calls) = self.save_and_ask(work);
        signal::detach(&self.shared, calls);
        made
    }

    /// Saves, and hands out the calls that this led to.
    pub(crate) fn save_and_ask<T>(&self, work: impl FnOnce(&mut Database) -> T) -> (T, Vec<signal::Call>) {
        let mut state = self.shared.lock();
        let made = work(&mut state.database);
        (made, signal::due(&mut state))
    }

    /// Puts the installation back to how it was set up; clients, rights and subscriptions stay.
    pub fn reset(&self) {
        let mut state = self.shared.lock();
        state.database = Database::new(Arc::clone(&self.shared.config));
        state.faults = FaultState::new(FaultPlan::default());
        state.requests.clear();
        state.signals.fired.clear();
    }

    // Rights and clients.

    /// The rights of technical users.
    pub fn rights(&self) -> Rights {
        self.shared.lock().rights.clone()
    }

    /// Replaces the rights of technical users.
    pub fn set_rights(&self, rights: Rights) {
        self.shared.lock().rights = rights;
    }

    /// Changes the rights of technical users in place.
    pub fn rights_mut(&self, change: impl FnOnce(&mut Rights)) {
        change(&mut self.shared.lock().rights);
    }

    /// Ends all access tokens at once; with `refresh_too` refresh tokens as well.
    pub fn revoke_tokens(&self, refresh_too: bool) {
        self.shared.lock().identity.revoke_all(refresh_too);
    }

    /// Switches a client off. Tokens that it has already stay good until they run out.
    pub fn disable_client(&self, client_id: &str) {
        self.change_client(client_id, |client| client.active = false);
    }

    /// Switches a client on again.
    pub fn enable_client(&self, client_id: &str) {
        self.change_client(client_id, |client| client.active = true);
    }

    /// Gives a client another secret; the old one is refused from now on.
    pub fn rotate_secret(&self, client_id: &str, secret: &str) {
        self.change_client(client_id, |client| secret.clone_into(&mut client.client_secret));
    }

    /// Changes a client in place.
    pub fn change_client(&self, client_id: &str, change: impl FnOnce(&mut ClientApp)) {
        let identity = &mut self.shared.lock().identity;
        if let Some(client) = identity.clients.iter_mut().find(|client| client.client_id == client_id) {
            change(client);
        }
    }
}

/// A row as an answer would show it, with `@seq` in front; binary columns by their length.
pub(crate) fn shown(state: &State, entity: &str, id: Uuid) -> Map<String, Json> {
    let mut map = Map::new();
    let (Some(shape), Some(row)) = (state.database.entity(entity), state.database.row(entity, id)) else { return map };
    let digits = state.database.config.host.date_digits();
    let spelling = Spelling { date_digits: digits, decimals_as_text: false };
    map.insert("@seq".to_owned(), Json::from(row.seq));
    for (column, value) in shape.columns.iter().zip(&row.values) {
        if column.kind != Kind::Binary {
            map.insert(column.name.clone(), to_json(value, &column.kind, spelling));
        }
    }
    map
}
