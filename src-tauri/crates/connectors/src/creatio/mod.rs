//! Creatio over OData 4.
//!
//! Facts about Creatio stand where the code relies on them: "live hosts answer" was captured from a running
//! instance, "unconfirmed" was not. Nothing here repeats a write: what stands is read back by id.

mod activity;
mod address;
mod apply;
mod batch;
mod case;
mod case_page;
mod check;
mod choices;
mod contact;
mod fields;
mod http;
mod many;
mod markup;
mod oauth;
mod odata;
mod owner;
mod pace;
mod probe;
mod pull;
mod read;
mod record;
mod reply_kinds;
mod reply_text;
mod settings;
mod settle;
pub mod stock;

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use async_trait::async_trait;
use casebridge_domain::mapping::{Allowed, Column};
use casebridge_domain::plan::rows::{NamedRow, RowName};
use casebridge_domain::{CallFailure, CrmRecord, FieldValue, Marks};
use serde_json::Value;
use tokio::sync::Mutex;
use uuid::Uuid;

use self::http::Http;
use self::oauth::Tokens;
use self::pace::Pace;
use self::probe::Statuses;
use self::pull::{Columns, Names, Walked};
use crate::once::Once;
use crate::port::{
    Applied, Batch, CallLog, CaseSystem, Changes, Choice, ChoiceKind, Isolated, Look, LookAt, Standing, TestReport,
    Vault,
};

pub(crate) use self::activity::file as file_lines;
pub(crate) use self::address::{is_loopback, is_safe};
pub(crate) use self::case::{handoff as handoff_lines, present, session_link};
pub(crate) use self::markup::escaped;
pub(crate) use self::oauth::code_of;
pub(crate) use self::odata::percent;
pub(crate) use self::reply_text::{of_mail, of_note};

pub use self::address::{AddressError, normalise_instance_url};
pub use self::oauth::{SignIn, begin_sign_in, finish_sign_in};
pub use self::settings::{
    CALLBACK_PATH, ContactPolicy, CreatioAuth, CreatioSettings, EmailReplies, LOOPBACK_PORT, ODataRoot, ReplyKinds,
    TaskRule,
};

/// A client of one Creatio instance. Knows nothing of sessions; keeps a token, where OData answers, what the
/// case statuses mean, and how fast the instance is.
pub struct Creatio {
    settings: CreatioSettings,
    namespace: Uuid,
    http: Http,
    root: Once<ODataRoot>,
    statuses: Once<Arc<Statuses>>,
    /// Owner of activities, where the settings name none.
    employee: Once<Uuid>,
    /// Columns whose change was read back once.
    proven: Mutex<HashSet<String>>,
    /// Reads in a batch were refused, and single ones were not.
    reads_singly: AtomicBool,
    /// Portal messages cannot be read, and nobody asked for them.
    no_portal: AtomicBool,
    columns: Columns,
    lookups: fields::Lookups,
    names: Names,
    walked: Walked,
    pace: Pace,
}

impl Creatio {
    /// A client with these settings. `namespace` is the one that all record ids of the instance hang on.
    /// Makes no call.
    pub fn new(settings: CreatioSettings, namespace: Uuid, vault: Arc<dyn Vault>) -> Result<Self, CallFailure> {
        settings.check()?;
        let client = crate::wire::client(&settings.url)?;
        let tokens = Tokens::new(settings.clone(), client.clone(), vault);
        Ok(Creatio {
            namespace,
            http: Http::new(client, settings.url.clone(), tokens),
            root: Once::default(),
            statuses: Once::default(),
            employee: Once::default(),
            proven: Mutex::default(),
            reads_singly: AtomicBool::new(false),
            no_portal: AtomicBool::new(false),
            columns: Columns::default(),
            lookups: fields::Lookups::default(),
            names: Names::default(),
            walked: Walked::default(),
            pace: Pace::new(settings.write_timeout()),
            settings,
        })
    }

    /// Where OData answers, once known: worth remembering in the settings.
    #[must_use]
    pub fn odata_root(&self) -> Option<ODataRoot> {
        self.root.peek()
    }
}

impl fmt::Debug for Creatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Creatio").field("instance", &self.settings.instance()).finish_non_exhaustive()
    }
}

#[async_trait]
impl CaseSystem for Creatio {
    async fn apply(&self, batch: &Batch<'_>, log: &CallLog) -> Applied {
        self.write_batch(batch, log).await
    }

    async fn standing(&self, batch: &Batch<'_>, log: &CallLog) -> Result<Standing, CallFailure> {
        self.read_standing(batch, log).await
    }

    async fn amend(&self, batch: &Batch<'_>, columns: &[String], log: &CallLog) -> Result<(), CallFailure> {
        self.write_again(batch, columns, log).await
    }

    async fn look(&self, cases: &[LookAt], log: &CallLog) -> Result<Look, CallFailure> {
        self.look_at(cases, log).await
    }

    async fn changes(&self, marks: &Marks, log: &CallLog) -> Result<Changes, CallFailure> {
        self.changes_since(marks, log).await
    }

    async fn recent_replies(&self, limit: usize, log: &CallLog) -> Result<Vec<CrmRecord>, CallFailure> {
        self.newest_replies(limit, log).await
    }

    async fn choices(&self, what: ChoiceKind, query: Option<&str>, log: &CallLog) -> Result<Vec<Choice>, CallFailure> {
        self.choose(what, query, log).await
    }

    async fn numbered(&self, number: &str, log: &CallLog) -> Result<Vec<Uuid>, CallFailure> {
        self.cases_numbered(number, log).await
    }

    async fn columns(&self, log: &CallLog) -> Result<Vec<Column>, CallFailure> {
        self.case_columns(log).await
    }

    async fn lookup(&self, column: &str, query: Option<&str>, log: &CallLog) -> Result<Vec<Allowed>, CallFailure> {
        self.search_lookup(column, query, log).await
    }

    async fn named_rows(&self, names: &[RowName], log: &CallLog) -> Result<Vec<NamedRow>, CallFailure> {
        self.find_rows(names, log).await
    }

    async fn fields(
        &self,
        case: Uuid,
        wanted: &[FieldValue],
        log: &CallLog,
    ) -> Result<BTreeMap<String, Value>, CallFailure> {
        self.read_fields(case, wanted, log).await
    }

    async fn isolate(
        &self,
        case: Uuid,
        values: &[FieldValue],
        refused: &CallFailure,
        log: &CallLog,
    ) -> Result<Isolated, CallFailure> {
        self.find_refused(case, values, refused, log).await
    }

    fn look_limit(&self) -> usize {
        odata::IDS_PER_FILTER
    }

    async fn test(&self, log: &CallLog) -> TestReport {
        self.check(log).await
    }

    fn token_left(&self) -> Option<Duration> {
        self.http.tokens.left()
    }

    fn batch_limit(&self) -> usize {
        self.pace.limit()
    }

    fn write_timeout(&self) -> Duration {
        self.settings.write_timeout()
    }
}
