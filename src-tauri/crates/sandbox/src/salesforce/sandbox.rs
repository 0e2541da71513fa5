//! The handle of a stand-in: looking inside, acting as a person, and making things go wrong.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::callback::{self, Callout, Recipe};
use super::config::{ConnectedApp, OrgUser, SalesforceConfig};
use super::data::{Database, RecordEntry, Saver, moment};
use super::fault::{FaultPlan, FaultState};
use super::field_change::FieldChange;
use super::hold::HoldPoint;
use super::oauth;
use super::person::{self, Act};
use super::refusal::Refusal;
use super::server::RunningSalesforce;
use super::shared::{Shared, State};
use crate::requests::{RequestCounts, RequestEntry};

/// A stand-in for a Salesforce org. Clones share one org.
#[derive(Clone)]
pub struct SalesforceSandbox {
    pub(crate) shared: Arc<Shared>,
}

impl SalesforceSandbox {
    /// A fresh org, not yet served.
    pub fn new(config: SalesforceConfig) -> Self {
        Self { shared: Arc::new(Shared::new(config)) }
    }

    /// Starts one on loopback ports of its own.
    pub async fn start(config: SalesforceConfig) -> io::Result<RunningSalesforce> {
        RunningSalesforce::start(config, [0; 4]).await
    }

    /// Starts one on these ports: login host, instance, and the same two over TLS; 0 chooses.
    pub async fn start_on(config: SalesforceConfig, ports: [u16; 4]) -> io::Result<RunningSalesforce> {
        RunningSalesforce::start(config, ports).await
    }

    /// How it was set up.
    pub fn config(&self) -> &SalesforceConfig {
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

    /// Holds requests at this point from now on.
    pub fn hold(&self, point: HoldPoint) {
        self.shared.holds.close(point);
    }

    /// How many requests are held there now.
    pub fn held(&self, point: HoldPoint) -> usize {
        self.shared.holds.waiting(point)
    }

    /// Ends the hold: those who were held go on, whether or not their callers are still there.
    pub fn let_go(&self, point: HoldPoint) {
        self.shared.holds.open(point, false);
    }

    /// Ends the hold: those who were held are lost where they were, as by a network that fails there.
    pub fn lose(&self, point: HoldPoint) {
        self.shared.holds.open(point, true);
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

    /// Empties the ledger of requests.
    pub fn clear_requests(&self) {
        self.shared.lock().requests.clear();
    }

    /// Every write that was committed since set-up, whether or not its writer heard of it.
    pub fn record_ledger(&self) -> Vec<RecordEntry> {
        self.shared.lock().database.ledger.clone()
    }

    /// All rows of an object in the order in which they were made, deleted ones too, each with its place `@seq`.
    pub fn records(&self, object: &str) -> Vec<Map<String, Json>> {
        let state = self.shared.lock();
        let Some(shape) = state.database.object(object) else { return Vec::new() };
        state.database.table(&shape.name).rows.iter().map(|row| state.database.shown(&shape.name, row)).collect()
    }

    /// One row, by an id of either length.
    pub fn record(&self, object: &str, id: &str) -> Option<Map<String, Json>> {
        let state = self.shared.lock();
        let row = state.database.row(object, id)?;
        Some(state.database.shown(object, row))
    }

    /// Calls that triggers made.
    pub fn callouts(&self) -> Vec<Callout> {
        self.shared.lock().callbacks.calls.clone()
    }

    /// Replaces all triggers.
    pub fn set_recipes(&self, recipes: Vec<Recipe>) {
        self.shared.lock().callbacks.recipes = recipes;
    }

    /// Metadata other than fields, rules and permission sets that was deployed, as (type, name).
    pub fn deployed(&self) -> Vec<(String, String)> {
        self.shared.lock().database.metadata.keys().cloned().collect()
    }

    // People.

    /// Does something as a user, by id; the first user without one. Answers the row made, or the case changed.
    pub fn act(&self, by: Option<&str>, act: &Act) -> Result<String, Refusal> {
        self.save(by, |database, saver| person::perform(database, saver, act))
    }

    /// Makes a row as an admin of the org would; answers its id.
    pub fn insert(&self, object: &str, fields: &Map<String, Json>) -> Result<String, Refusal> {
        self.save(None, |database, saver| database.insert(saver, object, fields))
    }

    /// FICTIONAL, for tests of readers: gives rows one `SystemModstamp` and changes nothing else, as a bulk load does.
    pub fn stamp_all(&self, object: &str, ids: &[String], at: Timestamp) -> Result<(), Refusal> {
        self.save(None, |database, saver| {
            let saver = Saver { now: at, ..saver.clone() };
            ids.iter().try_for_each(|id| database.touch(&saver, object, id))
        })
    }

    fn save<T>(&self, by: Option<&str>, work: impl FnOnce(&mut Database, &Saver) -> T) -> T {
        let now = self.shared.config.clock.now();
        let mut state = self.shared.lock();
        let first = || state.database.users.first().map(|user| user.id.clone()).unwrap_or_default();
        let user = by.map_or_else(first, super::ids::to_18);
        let saver = Saver { user, request: None, now, auto_assign: false, person: true, system: false };
        let done = work(&mut state.database, &saver);
        let happened = state.database.commit();
        let calls = callback::due(&mut state, &happened, now);
        callback::leave(&self.shared, calls);
        done
    }

    // Sign-in, users and limits.

    /// Ends all sessions at once; with `refresh_too` refresh tokens as well.
    pub fn revoke_tokens(&self, refresh_too: bool) {
        self.shared.lock().oauth.end_all(refresh_too);
    }

    /// A session of a user, by username, without signing in; for tests of the data API.
    pub fn session(&self, username: &str) -> Option<String> {
        let now = self.shared.config.clock.now();
        let mut state = self.shared.lock();
        let user = state.database.users.iter().find(|user| user.username == username)?.id.clone();
        let client = state.apps.first()?.client_id.clone();
        Some(oauth::session(&mut state, &client, &user, now))
    }

    /// Presses Allow on a sign-in page, as this user; the address that the browser ends on.
    pub fn allow(&self, page: &str, username: &str) -> Option<String> {
        let query = page.split_once('?')?.1;
        let now = self.shared.config.clock.now();
        let mut state = self.shared.lock();
        let user = state.database.users.iter().find(|user| user.username == username)?;
        let pressed = [("username", username), ("password", &user.password), ("decision", "allow")];
        let pressed = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pressed).finish();
        let (query, pressed) = (oauth::Form::parse(query.as_bytes()), oauth::Form::parse(pressed.as_bytes()));
        oauth::authorize(&mut state, &query, Some(&pressed), false, now).location()
    }

    /// Changes an app in place.
    pub fn change_app(&self, client_id: &str, change: impl FnOnce(&mut ConnectedApp)) {
        let mut state = self.shared.lock();
        if let Some(app) = state.apps.iter_mut().find(|app| app.client_id == client_id) {
            change(app);
        }
    }

    /// Changes a user's permissions in place.
    pub fn change_user(&self, username: &str, change: impl FnOnce(&mut OrgUser)) {
        let mut state = self.shared.lock();
        if let Some(user) = state.database.users.iter_mut().find(|user| user.username == username) {
            change(user);
        }
    }

    /// Changes a field, whoever is using it.
    pub fn change_field(&self, object: &str, field: &str, change: &FieldChange) {
        super::field_change::change(&mut self.shared.lock().database, object, field, change);
    }

    /// Sets how many calls others have made in the last 24 hours.
    pub fn set_used_by_others(&self, calls: u64) {
        self.shared.lock().used_by_others = calls;
    }

    /// Puts the org back to how it was set up; apps, users, sessions and triggers too.
    pub fn reset(&self) {
        *self.shared.lock() = State::new(&self.shared.config);
    }

    /// The time here, as the API spells it.
    pub fn now(&self) -> String {
        moment(self.shared.config.clock.now())
    }
}
