//! How one stand-in is set up.

use serde::{Deserialize, Serialize};

use super::ids;
use crate::clock::SandboxClock;

/// A client of the org: an existing Connected App or an External Client App.
#[derive(Clone, Debug)]
pub struct ConnectedApp {
    /// The consumer key.
    pub client_id: String,
    /// The consumer secret; `None` for an app that has none, which must not send one.
    pub client_secret: Option<String>,
    /// The name shown when access is asked for, and in `per-app-api-usage`.
    pub name: String,
    /// Callback addresses, compared letter by letter, port and slash included.
    pub redirect_uris: Vec<String>,
    /// Scopes that the app may ask for.
    pub scopes: Vec<String>,
    /// Whether a sign-in without a code challenge is refused.
    pub pkce_required: bool,
    /// Whether each refresh gives a new refresh token and voids the old one.
    pub rotate_refresh_tokens: bool,
    /// Days without use after which a refresh token is dead; 0 keeps it until it is revoked.
    pub idle_days: u32,
    /// Whether the app is usable.
    pub state: AppState,
    /// Whether users approve for themselves; otherwise only `pre_authorized` ones get in.
    pub self_authorize: bool,
    /// Users that an admin approved, by username.
    pub pre_authorized: Vec<String>,
}

/// Whether an app is usable, and if not why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppState {
    /// It is.
    #[default]
    Active,
    /// Younger than ten minutes, or gone: `invalid_client_id`.
    Unknown,
    /// The block of September 2025: the page shows OAUTH_APPROVAL_ERROR_GENERIC and nothing reaches the caller.
    Uninstalled,
    /// The browser holds a session of another org: the page shows OAUTH_AUTHORIZATION_BLOCKED.
    ForeignOrg,
}

/// A user of the org.
#[derive(Clone, Debug)]
pub struct OrgUser {
    /// 18 characters.
    pub id: String,
    /// What one signs in with.
    pub username: String,
    /// Compared as it is.
    pub password: String,
    /// Shown as the author of what the user writes.
    pub name: String,
    /// The address of the user.
    pub email: String,
    /// Inactive users cannot sign in, and their tokens are dead.
    pub active: bool,
    /// The permission "API Enabled".
    pub api_enabled: bool,
    /// The permission "Modify Metadata Through Metadata API Functions".
    pub modify_metadata: bool,
    /// The permission "Modify All Data".
    pub modify_all: bool,
    /// The permission "View Setup and Configuration", which `/limits` needs.
    pub view_setup: bool,
    /// Whether the user's addresses are outside of the trusted ones: `ip restricted`.
    pub ip_restricted: bool,
}

/// One value of `CaseStatus`.
#[derive(Clone, Debug)]
pub struct StatusValue {
    /// Label and API name; customers translate it.
    pub label: String,
    /// Whether new cases get it.
    pub default: bool,
    /// Whether it means closed.
    pub closed: bool,
}

/// What merging two cases leaves behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeShape {
    /// The loser goes to the recycle bin with its `MasterRecordId`.
    #[default]
    LoserDeleted,
    /// The loser stays, closed, with its `MasterRecordId`.
    LoserKept,
}

/// What numbers that were never set are in a validation rule (UNCONFIRMED for rules).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BlankNumbers {
    /// Nothing: a comparison with one is never true.
    #[default]
    Null,
    /// Zero.
    Zero,
}

/// The set-up of a stand-in. The default org has no custom field: the kit is not installed.
#[derive(Clone, Debug)]
pub struct SalesforceConfig {
    /// 15 or 18 characters starting with `00D`.
    pub org_id: String,
    /// The org's name.
    pub org_name: String,
    /// Whether it is a sandbox org.
    pub is_sandbox: bool,
    /// Apps that may sign in.
    pub apps: Vec<ConnectedApp>,
    /// Users; the first is the administrator.
    pub users: Vec<OrgUser>,
    /// Case statuses.
    pub statuses: Vec<StatusValue>,
    /// Case origins beside the stock ones.
    pub origins: Vec<String>,
    /// Whether the ready-made kit (see [`super::kit`]) is deployed and visible to everybody.
    pub kit: bool,
    /// The queue, or user, that the active case assignment rule gives every case to.
    pub assignment_rule: Option<String>,
    /// Whether a comment moves its case's `SystemModstamp` (UNCONFIRMED; the default is the unpleasant reading).
    pub comment_touches_case: bool,
    /// What merging two cases leaves behind.
    pub merge_shape: MergeShape,
    /// What unset numbers are in validation rules.
    pub blank_numbers: BlankNumbers,
    /// Calls in any 24 hours.
    pub daily_limit: u64,
    /// Calls that others made already.
    pub used_by_others: u64,
    /// Whether `Sforce-Limit-Info` also names the app's own use.
    pub per_app_usage: bool,
    /// Highest API version served, such as 67.
    pub max_version: u32,
    /// Rows of a page of a query.
    pub page_size: usize,
    /// Minutes without use after which an access token is dead.
    pub session_minutes: i64,
    /// Skips the sign-in page: the first user allows at once.
    pub auto_approve: bool,
    /// Whether the generic login host is switched off for this org, so that only its own address works.
    pub own_domain_only: bool,
    /// Production orgs run tests when Apex is deployed.
    pub is_production: bool,
    /// Reads of a deployment until it is done.
    pub deploy_polls: u32,
    /// The token of `/sandbox/`; without one the control pages do not exist.
    pub control_token: Option<String>,
    /// Where the time comes from.
    pub clock: SandboxClock,
    /// Whether HTTPS is served beside HTTP, with a certificate of an authority made for this stand-in.
    pub tls: bool,
}

/// The consumer key of [`ConnectedApp::desktop`].
pub const DESKTOP_CLIENT_ID: &str = "3MVG9SandboxDesktop.Client_Key_for_the_External_Client_App_01";
/// The consumer key of [`ConnectedApp::connected`].
pub const CONNECTED_CLIENT_ID: &str = "3MVG9SandboxConnected.Client_Key_for_the_old_Connected_App_02";
/// The consumer secret of [`ConnectedApp::connected`]; no real system knows it.
pub const CONNECTED_CLIENT_SECRET: &str = "6E0C4B1D97A25F83C6E0B4D19A7F5283E6C0B41D";

impl ConnectedApp {
    /// An External Client App for desktops: no secret, PKCE required, rotation and thirty idle days on.
    pub fn desktop() -> Self {
        let ports = [1717, 1718, 1719, 1720];
        let mut redirect_uris: Vec<String> =
            ports.map(|port| format!("http://localhost:{port}/oauth/salesforce/callback")).to_vec();
        redirect_uris.extend(ports.map(|port| format!("http://localhost:{port}/OauthRedirect")));
        Self {
            client_id: DESKTOP_CLIENT_ID.to_owned(),
            client_secret: None,
            name: "Casebridge".to_owned(),
            redirect_uris,
            scopes: ["api", "refresh_token", "id", "openid", "web"].map(str::to_owned).to_vec(),
            pkce_required: true,
            rotate_refresh_tokens: true,
            idle_days: 30,
            state: AppState::Active,
            self_authorize: true,
            pre_authorized: Vec::new(),
        }
    }

    /// A Connected App as older instructions had it: secret required, full access, refresh tokens for good.
    pub fn connected() -> Self {
        Self {
            client_id: CONNECTED_CLIENT_ID.to_owned(),
            client_secret: Some(CONNECTED_CLIENT_SECRET.to_owned()),
            name: "OpenCX".to_owned(),
            scopes: ["full", "api", "refresh_token", "offline_access", "id", "openid", "web"]
                .map(str::to_owned)
                .to_vec(),
            pkce_required: false,
            rotate_refresh_tokens: false,
            idle_days: 0,
            ..Self::desktop()
        }
    }
}

impl OrgUser {
    /// A user with every permission.
    pub fn admin(number: u64, username: &str, name: &str) -> Self {
        Self {
            id: ids::made("005", number),
            username: username.to_owned(),
            password: "sandbox".to_owned(),
            name: name.to_owned(),
            email: username.to_owned(),
            active: true,
            api_enabled: true,
            modify_metadata: true,
            modify_all: true,
            view_setup: true,
            ip_restricted: false,
        }
    }

    /// A user who works on cases and administers nothing.
    pub fn rep(number: u64, username: &str, name: &str) -> Self {
        Self { modify_metadata: false, modify_all: false, view_setup: false, ..Self::admin(number, username, name) }
    }
}

impl SalesforceConfig {
    /// The default org with the kit deployed.
    pub fn with_kit() -> Self {
        Self { kit: true, ..Self::default() }
    }
}

impl Default for SalesforceConfig {
    fn default() -> Self {
        let status =
            |label: &str, default: bool, closed: bool| StatusValue { label: label.to_owned(), default, closed };
        Self {
            org_id: ids::made(ids::ORG, 1),
            org_name: "Sandbox Org".to_owned(),
            is_sandbox: false,
            apps: vec![ConnectedApp::desktop(), ConnectedApp::connected()],
            users: vec![
                OrgUser::admin(1, "admin@sandbox.example", "Ada Admin"),
                OrgUser::rep(2, "integration@sandbox.example", "Integration User"),
                OrgUser::rep(3, "rep@sandbox.example", "Rita Rep"),
                OrgUser::rep(4, "second@sandbox.example", "Sam Second"),
                OrgUser { active: false, ..OrgUser::rep(5, "gone@sandbox.example", "Gina Gone") },
            ],
            statuses: vec![
                status("New", true, false),
                status("Working", false, false),
                status("Escalated", false, false),
                status("Closed", false, true),
                status("Spam", false, true),
            ],
            origins: Vec::new(),
            kit: false,
            assignment_rule: None,
            comment_touches_case: false,
            merge_shape: MergeShape::default(),
            blank_numbers: BlankNumbers::default(),
            daily_limit: 100_000,
            used_by_others: 0,
            per_app_usage: false,
            max_version: 67,
            page_size: 2000,
            session_minutes: 120,
            auto_approve: false,
            own_domain_only: false,
            is_production: true,
            deploy_polls: 2,
            control_token: None,
            clock: SandboxClock::default(),
            tls: true,
        }
    }
}
