//! How one stand-in is set up.

use uuid::Uuid;

use super::ids;
use super::rights::Rights;
use super::switches::{
    DatabaseEngine, EmptyGuidPatch, HostKind, Language, MergeShape, NavigationInBody, OverLength, PatchUnknown,
    RightsShape, SystemTables, TextCompare, Unexecuted, UnknownSet, ZonelessDates,
};
use crate::clock::SandboxClock;

/// One OAuth client of the Identity Service, bound to one system user.
#[derive(Clone, Debug)]
pub struct ClientApp {
    /// Looks like 32 upper-case hex digits.
    pub client_id: String,
    /// Looks like 64 upper-case hex digits; empty for a public client, which must prove itself with PKCE.
    pub client_secret: String,
    /// The name of the technical user that the client acts as.
    pub user_name: String,
    /// The technical user's contact. Whether real technical users have one is UNCONFIRMED; without one an
    /// activity needs an explicit owner, and `CreatedById` stays the zero GUID.
    pub contact: Option<Uuid>,
    /// A disabled client is answered `invalid_client`.
    pub active: bool,
    /// The grants that the client may use.
    pub grants: Vec<Grant>,
    /// Addresses that a sign-in may return to; empty means any.
    pub redirect_uris: Vec<String>,
}

/// An OAuth grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Acts as the client's technical user; gives no refresh token.
    ClientCredentials,
    /// Acts as the person who signed in; refreshes.
    AuthorizationCode,
}

/// A person who can sign in on the authorization page.
#[derive(Clone, Debug)]
pub struct SignInUser {
    /// Login name.
    pub login: String,
    /// Password, compared as it is.
    pub password: String,
    /// The person's contact.
    pub contact: Uuid,
}

/// The type of a column that a tenant added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomKind {
    /// Text of at most so many characters.
    Text(usize),
    /// Text without a limit.
    LongText,
    /// A decimal number.
    Decimal,
    /// A whole number.
    Int,
    /// True or false.
    Bool,
    /// A date with time.
    Time,
}

/// A column that a tenant added to a stock object.
#[derive(Clone, Debug)]
pub struct CustomColumn {
    /// The object, such as `Case`.
    pub entity: String,
    /// The column; tenants usually start with `Usr`, but the prefix is theirs to choose.
    pub name: String,
    /// Its type.
    pub kind: CustomKind,
    /// Whether a save without it is refused.
    pub required: bool,
}

/// The set-up of a stand-in. The default is a .NET Framework host with one client that may do everything.
#[derive(Clone, Debug)]
pub struct CreatioConfig {
    /// Decides the service root, `/0/odata` or `/odata`.
    pub host: HostKind,
    /// What a PATCH with an unknown property does.
    pub patch_unknown: PatchUnknown,
    /// What a date without a zone does.
    pub zoneless_dates: ZonelessDates,
    /// What an empty GUID in a PATCH takes along.
    pub empty_guid_patch: EmptyGuidPatch,
    /// What over-long text does.
    pub over_length: OverLength,
    /// What a navigation name in a body does.
    pub navigation_in_body: NavigationInBody,
    /// How missing rights are answered.
    pub rights_shape: RightsShape,
    /// How an unknown entity set is answered.
    pub unknown_set: UnknownSet,
    /// Whether system tables can be read.
    pub system_tables: SystemTables,
    /// The language in which names of lookup rows are answered.
    pub language: Language,
    /// Whether text comparisons look at letter case.
    pub text_compare: TextCompare,
    /// How the rest of a stopped batch is reported.
    pub unexecuted: Unexecuted,
    /// What merging two cases leaves behind (FICTIONAL).
    pub merge_shape: MergeShape,
    /// Whether an `atomicityGroup` really rolls back (UNCONFIRMED; the default is the unpleasant reading).
    pub atomic_groups: bool,
    /// The database whose words appear in constraint errors.
    pub database: DatabaseEngine,
    /// For benches: answer at once and store nothing.
    pub null_sink: bool,
    /// The clients that the Identity Service knows.
    pub clients: Vec<ClientApp>,
    /// The people who can sign in.
    pub sign_in: Vec<SignInUser>,
    /// Skips the sign-in page: the first person is signed in at once.
    pub auto_approve: bool,
    /// Seconds that an access token lives; 3600 out of the box.
    pub token_lifetime: i64,
    /// Whether a refresh gives a new refresh token and spends the old one.
    pub rotate_refresh_tokens: bool,
    /// The public address of the Identity Service, when it is not the bound one.
    pub identity_url: Option<String>,
    /// The token of `/sandbox/`; without one the control pages do not exist.
    pub control_token: Option<String>,
    /// Where the time comes from.
    pub clock: SandboxClock,
    /// Rows that a list may return (`MaxEntityRowCount`).
    pub max_rows: usize,
    /// Hours that the server's own zone is ahead of UTC; date-only text is read in it.
    pub server_offset_hours: i8,
    /// The rights of technical users. Real ones start with none; the default here is after an admin granted all.
    pub rights: Rights,
    /// Columns added to stock objects, beside the ready-made `Usr...` columns of Case.
    pub custom_columns: Vec<CustomColumn>,
    /// `CloseResolvedCases`, true out of the box.
    pub close_resolved_cases: bool,
    /// `FirstReevaluationWaitingDays`.
    pub first_waiting_days: i64,
    /// `SecondReevaluationWaitingDays`.
    pub second_waiting_days: i64,
    /// `ClearAssigneeOnCaseReopening`, true out of the box.
    pub clear_assignee_on_reopening: bool,
    /// Whether a support mailbox is set up, so that customers are mailed about their cases.
    pub support_mailbox: bool,
    /// Whether a case without a category is mailed about too (stock rules name both categories; UNCONFIRMED).
    pub notify_without_category: bool,
    /// Whether activities may be owned by a role, which changes the words of the refusal.
    pub owner_roles: bool,
    /// Whether technical users hold the operation right `CanChangeCaseSatisfactionLevel`.
    pub may_change_satisfaction: bool,
    /// Whether `CaseMessageHistory` exists and is filled (UNCONFIRMED in 10.x).
    pub case_message_history: bool,
}

/// The client id of [`ClientApp::demo`].
pub(crate) const DEMO_CLIENT_ID: &str = "3C1F8A92D7E64B0FA5C2E81D09B7F463";
/// The client secret of [`ClientApp::demo`]; no real system knows it.
pub(crate) const DEMO_CLIENT_SECRET: &str = "5A0D7E1B94C83F62E7B1A5D09C4F8E3261B7D9A05C8E4F137D2B6A9E0C5F8314";

/// The client id of [`ClientApp::desktop`].
pub(crate) const DESKTOP_CLIENT_ID: &str = "8E02B7C4A91D4F56B3E70C2A5D81F94E";

impl ClientApp {
    /// A ready client for demonstrations: both grants, a technical user without a contact.
    pub fn demo() -> Self {
        Self {
            client_id: DEMO_CLIENT_ID.to_owned(),
            client_secret: DEMO_CLIENT_SECRET.to_owned(),
            user_name: "Integration user".to_owned(),
            contact: None,
            active: true,
            grants: vec![Grant::ClientCredentials, Grant::AuthorizationCode],
            redirect_uris: Vec::new(),
        }
    }

    /// A client for desktops: no secret, sign-in with PKCE only.
    pub fn desktop() -> Self {
        Self {
            client_id: DESKTOP_CLIENT_ID.to_owned(),
            client_secret: String::new(),
            user_name: "Desktop sign-in".to_owned(),
            contact: None,
            active: true,
            grants: vec![Grant::AuthorizationCode],
            redirect_uris: Vec::new(),
        }
    }

    /// The same client whose technical user has a contact.
    #[must_use]
    pub fn with_contact(mut self, contact: Uuid) -> Self {
        self.contact = Some(contact);
        self
    }
}

impl Default for CreatioConfig {
    fn default() -> Self {
        Self {
            host: HostKind::default(),
            patch_unknown: PatchUnknown::default(),
            zoneless_dates: ZonelessDates::default(),
            empty_guid_patch: EmptyGuidPatch::default(),
            over_length: OverLength::default(),
            navigation_in_body: NavigationInBody::default(),
            rights_shape: RightsShape::default(),
            unknown_set: UnknownSet::default(),
            system_tables: SystemTables::default(),
            language: Language::default(),
            text_compare: TextCompare::default(),
            unexecuted: Unexecuted::default(),
            merge_shape: MergeShape::default(),
            atomic_groups: false,
            database: DatabaseEngine::default(),
            null_sink: false,
            clients: vec![ClientApp::demo(), ClientApp::desktop()],
            sign_in: vec![SignInUser {
                login: "Supervisor".to_owned(),
                password: "Supervisor".to_owned(),
                contact: ids::SUPERVISOR_CONTACT,
            }],
            auto_approve: false,
            token_lifetime: 3600,
            rotate_refresh_tokens: false,
            identity_url: None,
            control_token: None,
            clock: SandboxClock::default(),
            max_rows: 20_000,
            server_offset_hours: 3,
            rights: Rights::all(),
            custom_columns: Vec::new(),
            close_resolved_cases: true,
            first_waiting_days: 1,
            second_waiting_days: 1,
            clear_assignee_on_reopening: true,
            support_mailbox: true,
            notify_without_category: true,
            owner_roles: false,
            may_change_satisfaction: false,
            case_message_history: true,
        }
    }
}
