//! Salesforce over its REST API.
//!
//! Section numbers in messages of tests name the reference of facts that this client rests on. Nothing here repeats a
//! write: what stands is read back, by the key of the case and by the marker in each comment.

mod apply;
mod bundle;
mod case;
mod case_fields;
mod changes;
mod check;
mod choices;
mod comment;

mod http;
pub mod ids;
pub mod kit;
mod known;
mod look;
mod mapped;
mod oauth;
mod read;
mod record;
mod refusal;
mod settings;
mod shape;
mod soql;
mod standing;
mod statuses;
mod usage;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use casebridge_domain::mapping::{Allowed, Column};
use casebridge_domain::plan::rows::{NamedRow, RowName};
use casebridge_domain::{CallFailure, CrmRecord, FailureClass, FailureScope, FieldValue, Marks};
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use self::case_fields::Refused;
use self::http::{Http, VERSION};
use self::known::Memory;
use self::oauth::Tokens;
use self::shape::Shape;
use self::statuses::Status;
use self::usage::Usage;
use crate::once::Once;
use crate::port::{
    Applied, Batch, CallLog, CaseSystem, Changes, Choice, ChoiceKind, Isolated, Look, LookAt, Standing, TestReport,
    Vault,
};
use crate::set_up::SetUpKit;

pub use self::oauth::{SESSION, SignIn, SignedIn, begin_sign_in, finish_sign_in, redirect_uris, revoke};
pub use self::settings::{CALLBACK_PATH, CaseFrom, LOOPBACK_PORTS, Returning, SalesforceSettings, normalise_login_url};
pub use self::shape::{KEY, SEQ, SOURCE, WRITE};

/// Events that one batch carries: with the case, its number and a status they fit a composite of 25 parts.
const BATCH: usize = 22;
/// How long a description of Case is believed: the kit may be deployed, and rights given, at any time.
const SHAPE_AGE: Duration = Duration::from_secs(3600);

/// A client of one org. Knows nothing of sessions; keeps a token, what the org's Case looks like, and which cases it
/// met.
pub struct Salesforce {
    settings: SalesforceSettings,
    http: Http,
    shape: Once<(Instant, Arc<Shape>)>,
    /// The description may be wrong by now.
    stale: AtomicBool,
    statuses: Once<Arc<Vec<Status>>>,
    known: Memory,
    refused: Refused,
    /// The org has no e-mails on cases.
    no_mail: AtomicBool,
}

impl Salesforce {
    /// A client with these settings. Makes no call.
    pub fn new(settings: SalesforceSettings, vault: Arc<dyn Vault>) -> Result<Self, CallFailure> {
        settings.check()?;
        let client = crate::wire::client(&settings.login_url)?;
        let tokens = Tokens::new(settings.clone(), client.clone(), vault);
        Ok(Salesforce {
            http: Http::new(client, tokens, Usage::new(settings.reserve())),
            shape: Once::default(),
            stale: AtomicBool::new(false),
            statuses: Once::default(),
            known: Memory::default(),
            refused: Refused::default(),
            no_mail: AtomicBool::new(false),
            settings,
        })
    }

    /// What the org's Case looks like to our user.
    async fn shape(&self, log: &CallLog) -> Result<Arc<Shape>, CallFailure> {
        let old = |(at, _): &(Instant, Arc<Shape>)| at.elapsed() > SHAPE_AGE || self.stale.load(Ordering::Relaxed);
        let found = self.shape.get_unless(old, async || {
            let what = "describing Case";
            let body = self.get(what, format!("{VERSION}/sobjects/Case/describe"), log).await?.good(what)?;
            let shape = Shape::of(&body).ok_or_else(|| read::strange(what))?;
            self.stale.store(false, Ordering::Relaxed);
            Ok((Instant::now(), Arc::new(shape)))
        });
        found.await.map(|(_, shape)| shape)
    }

    /// Has Case described again before it is used next.
    fn reshape(&self) {
        self.stale.store(true, Ordering::Relaxed);
    }
}

impl fmt::Debug for Salesforce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Salesforce").field("instance", &self.settings.instance()).finish_non_exhaustive()
    }
}

#[async_trait]
impl CaseSystem for Salesforce {
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
        _refused: &CallFailure,
        log: &CallLog,
    ) -> Result<Isolated, CallFailure> {
        self.find_refused(case, values, log).await
    }

    fn look_limit(&self) -> usize {
        look::MOST
    }

    async fn test(&self, log: &CallLog) -> TestReport {
        self.check(log).await
    }

    fn forget_refusals(&self) {
        self.refused.forget();
        self.reshape();
    }

    fn kit(&self) -> Option<&dyn SetUpKit> {
        Some(self)
    }

    fn batch_limit(&self) -> usize {
        BATCH
    }

    fn write_timeout(&self) -> Duration {
        self.settings.write_timeout()
    }
}

fn setup(message: String, hint: &str) -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status: None,
        message,
        hint: hint.to_owned(),
        item: None,
    }
}
