//! Connections and what is known of them.

use casebridge_domain::{Connection, Mode as Which, PauseKind, Route};
use casebridge_engine::access::Access;
use casebridge_engine::health::Health;
use serde::Serialize;
use serde_json::{Value, json};
use ts_rs::TS;

use super::time;

/// Why something failed.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Failure {
    /// With the CRM's words.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Why nothing is sent.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Pause {
    /// What stopped it.
    #[ts(type = "\"breaker\" | \"fault\" | \"by_hand\" | \"another_engine\"")]
    pub kind: PauseKind,
    /// Since when.
    pub since: String,
    /// The next probe.
    pub until: Option<String>,
    /// The newest failure.
    pub failure: Option<Failure>,
    /// Lanes that wait for it.
    #[ts(type = "number")]
    pub held: i64,
}

/// Lanes of a connection.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LaneCounts {
    /// All.
    #[ts(type = "number")]
    pub all: i64,
    /// With a due time.
    #[ts(type = "number")]
    pub due: i64,
    /// Held by a pass.
    #[ts(type = "number")]
    pub leased: i64,
    /// Failing.
    #[ts(type = "number")]
    pub failing: i64,
    /// Parked.
    #[ts(type = "number")]
    pub parked: i64,
}

/// How a connection is.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ConnectionHealth {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Which CRM.
    pub kind: String,
    /// The CRM's address.
    pub instance: String,
    /// Which conversations become cases.
    #[ts(type = "\"every\" | \"handoff\"")]
    pub mode: Which,
    /// Why nothing is sent, if so.
    pub paused: Option<Pause>,
    /// The last write that the CRM took.
    pub last_success_at: Option<String>,
    /// The newest webhook call.
    pub last_webhook_at: Option<String>,
    /// The poller's period.
    pub polls_every_s: u32,
    /// The poller's newest round.
    pub last_poll_at: Option<String>,
    /// Why it failed.
    pub last_poll_failure: Option<String>,
    /// Calls in 24 hours, by our own count.
    #[ts(type = "number")]
    pub calls_today: i64,
    /// Of them, by the poller.
    #[ts(type = "number")]
    pub polls_today: i64,
    /// Of them, those that failed.
    #[ts(type = "number")]
    pub failed_today: i64,
    /// Calls a day that the plan allows, as the admin knows it.
    pub calls_per_day: Option<u32>,
    /// Until when the access token in hand is used.
    pub token_until: Option<String>,
    /// How its sign-in stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub access: Option<AccessView>,
    /// Its lanes.
    pub lanes: LaneCounts,
}

/// How a connection's sign-in stands.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AccessView {
    /// `with_secret`: nobody signs in.
    #[ts(type = "\"with_secret\" | \"not_connected\" | \"connected\" | \"reconnect_needed\"")]
    pub state: &'static str,
    /// Who signed in, as `user @ host`, where the CRM told it.
    pub user: Option<String>,
    /// Why somebody has to sign in again.
    pub failure: Option<Failure>,
}

impl From<Access> for AccessView {
    fn from(access: Access) -> Self {
        let view = |state| Self { state, user: None, failure: None };
        match access {
            Access::WithSecret => view("with_secret"),
            Access::NotConnected => view("not_connected"),
            Access::Connected { user } => Self { user, ..view("connected") },
            Access::ReconnectNeeded { reason, hint } => {
                Self { failure: Some(Failure { message: reason, hint }), ..view("reconnect_needed") }
            }
        }
    }
}

impl ConnectionHealth {
    pub(crate) fn new(connection: &Connection, health: Health) -> Self {
        let lanes = health.lanes;
        let paused = health.pause.map(|pause| Pause {
            kind: pause.kind,
            since: time(pause.since),
            until: pause.until.map(time),
            failure: pause.failure.map(|failure| Failure { message: failure.message, hint: failure.hint }),
            held: lanes.due,
        });
        Self {
            id: connection.id.to_string(),
            name: connection.name.clone(),
            kind: connection.kind.as_str().to_owned(),
            instance: connection.instance.clone(),
            mode: connection.modes.current(),
            paused,
            last_success_at: health.last_success_at.map(time),
            last_webhook_at: health.last_webhook_at.map(time),
            polls_every_s: u32::try_from(health.polls_every.as_secs()).unwrap_or(u32::MAX),
            last_poll_at: health.last_round.as_ref().map(|round| time(round.at)),
            last_poll_failure: health.last_round.and_then(|round| round.failure),
            calls_today: health.calls_today,
            polls_today: health.polls_today,
            failed_today: health.failed_today,
            calls_per_day: health.calls_per_day,
            token_until: health.token_until.map(time),
            access: health.access.map(AccessView::from),
            lanes: LaneCounts {
                all: lanes.all,
                due: lanes.due,
                leased: lanes.leased,
                failing: lanes.failing,
                parked: lanes.parked,
            },
        }
    }
}

/// A connection with its settings. Secrets are elsewhere.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ConnectionView {
    /// How it is.
    #[serde(flatten)]
    pub health: ConnectionHealth,
    /// The connector's settings.
    #[ts(type = "Record<string, unknown>")]
    pub settings: Value,
    /// Which conversations come here; the empty rule takes all.
    #[ts(optional, type = "{ channels?: string[], not_channels?: string[], tags?: string[], not_tags?: string[] }")]
    pub route: Option<Route>,
    /// When it was made.
    #[ts(skip)]
    pub created_at: String,
}

/// A right in the CRM.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Right {
    /// What may be done.
    #[ts(type = "\"read\" | \"create\" | \"change\"")]
    pub verb: String,
    /// To which object.
    pub object: String,
}

/// One line of a connection test.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TestCheck {
    /// What was checked.
    pub what: String,
    /// How it stands.
    #[ts(type = "\"yes\" | \"missing\" | \"not_proven\"")]
    pub proof: Value,
    /// The evidence.
    pub detail: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub hint: Option<String>,
    /// The right that it is about, if it is about one.
    pub right: Option<Right>,
}

/// Why a test ended early.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TestFailure {
    /// What kind of failure.
    pub class: String,
    /// With the CRM's words.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// HTTP status.
    pub status: Option<u16>,
}

/// What a test found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TestResult {
    /// Who we are in the CRM.
    pub identity: Option<String>,
    /// The checks.
    pub checks: Vec<TestCheck>,
    /// What ended it early.
    pub failure: Option<TestFailure>,
}

/// A connection test.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TestReport {
    /// Whether the connection can be used.
    pub good: bool,
    /// What was found.
    pub report: TestResult,
}

/// A test, and the connection that was added after a good one.
#[derive(Debug, Clone, Serialize, TS)]
pub struct AddReport {
    /// The test.
    pub report: TestReport,
    /// The connection; none when the test was not good.
    pub added: Option<ConnectionView>,
}

/// A test of a change, and the connection as it is after a good one.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SetReport {
    /// The test.
    pub report: TestReport,
    /// The connection; none when the test was not good.
    pub saved: Option<ConnectionView>,
}

/// What a removal would stop, and what stays.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Footprint {
    /// Conversations that it follows.
    #[ts(type = "number")]
    pub conversations: i64,
    /// Of them, those with something left to write.
    #[ts(type = "number")]
    pub waiting: i64,
    /// Cases in the CRM; they stay.
    #[ts(type = "number")]
    pub cases: i64,
    /// Of them, the open ones.
    #[ts(type = "number")]
    pub open_cases: i64,
    /// Replies that wait for a person.
    #[ts(type = "number")]
    pub held_replies: i64,
}

/// Conversations of the last seven days.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Week {
    /// That began.
    #[ts(type = "number")]
    pub began: i64,
    /// Of the newest of them, how many were looked at.
    #[ts(type = "number")]
    pub looked_at: i64,
    /// Of those: in which somebody but the AI said something.
    #[ts(type = "number")]
    pub spoke: i64,
    /// Of those: handed off.
    #[ts(type = "number")]
    pub handed_off: i64,
    /// When the oldest conversation here began.
    pub oldest: Option<String>,
}

/// The address at which CRMs reach the engine.
#[derive(Debug, Clone, Serialize, TS)]
pub struct PublicAddress {
    /// What they are told to call.
    pub url: Option<String>,
    /// Whether it was fixed when the engine was started.
    pub fixed: bool,
    /// Where the engine listens for them; none: the public door is closed.
    pub listener: Option<String>,
    /// Whether the address leads beyond this computer.
    pub beyond: bool,
}

/// Where a call to the public address arrived.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SelfTest {
    /// Who answered.
    #[ts(type = "\"us\" | \"somebody_else\" | \"nobody\"")]
    pub reached: &'static str,
    /// How.
    pub detail: Option<String>,
}

/// The newest call of one kind.
#[derive(Debug, Clone, Serialize, TS)]
pub struct WebhookCallView {
    /// What it told.
    pub event_type: String,
    /// When.
    pub at: String,
    /// Whether it went to a former address.
    pub old: bool,
    /// Whether the case is one of ours.
    pub known: bool,
}

/// A row that a setting can name.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Choice {
    /// Its id in the CRM.
    pub id: String,
    /// Its name there.
    pub name: String,
    /// What it means; told of statuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "\"open\" | \"paused\" | \"resolved\" | \"closed\"")]
    pub means: Option<Value>,
}

impl From<casebridge_engine::connections::Choice> for Choice {
    fn from(choice: casebridge_engine::connections::Choice) -> Self {
        Self { id: choice.id.to_string(), name: choice.name, means: choice.means.map(|means| json!(means)) }
    }
}

/// The webhook of a connection, without its secret.
#[derive(Debug, Clone, Serialize, TS)]
pub struct WebhookView {
    /// The address, masked.
    pub masked: String,
    /// Its last four characters.
    pub last4: String,
    /// The public address in front of it.
    pub public_url: Option<String>,
    /// The newest call.
    pub last_call_at: Option<String>,
    /// What it said.
    pub last_call: Option<String>,
    /// When the present address was made.
    pub since: Option<String>,
    /// The newest call of each kind, to the present address and to former ones.
    pub calls: Vec<WebhookCallView>,
    /// Calls with no token of anybody's.
    #[ts(type = "number")]
    pub wrong_calls: i64,
    /// The last of them.
    pub wrong_last_at: Option<String>,
    /// Calls to addresses that have ended.
    #[ts(type = "number")]
    pub old_calls: i64,
    /// The last of them.
    pub old_last_at: Option<String>,
    /// Until when the former address works.
    pub grace_until: Option<String>,
}

/// The address that the CRM calls: a secret.
#[derive(Debug, Clone, Serialize, TS)]
pub struct WebhookUrl {
    /// The connection.
    pub connection: String,
    /// The whole address, where the public one is known.
    pub url: Option<String>,
    /// Its path.
    pub path: String,
}

/// One thing that the doctor looked at.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Finding {
    /// The connection.
    pub connection: Option<String>,
    /// What was looked at.
    pub what: String,
    /// How it is.
    #[ts(type = "\"good\" | \"note\" | \"bad\"")]
    pub grade: Value,
    /// What was found.
    pub detail: String,
    /// What to do.
    pub action: Option<String>,
}

/// What the doctor found.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Doctor {
    /// Whether nothing is bad.
    pub good: bool,
    /// Everything that was looked at.
    pub findings: Vec<Finding>,
}
