//! The connection test: what can be proven is proven, the rest is called not proven (R23). It leaves
//! nothing behind.

mod column;
mod lookup;
mod right;

use casebridge_domain::{CallFailure, FailureClass, StatusWish};

use super::Creatio;
use super::odata::Query;
use super::settings::{ContactPolicy, ODataRoot};
use crate::port::{CallLog, Check, Proof, TestReport};

/// What is read while we work.
const READ: &[&str] = &["Case", "Activity", "Contact", "ContactCommunication", "CaseStatus"];

impl Creatio {
    pub(crate) async fn check(&self, log: &CallLog) -> TestReport {
        let mut checks = Vec::new();
        let failure = self.run_checks(&mut checks, log).await.err().map(|failure| match failure.class {
            // Work is repeated by itself; a test is not.
            FailureClass::Unreachable => {
                CallFailure { hint: "check the address and the network, then test again".into(), ..failure }
            }
            _ => failure,
        });
        TestReport { identity: None, checks, failure }
    }

    /// Stops at a failure that makes all later answers meaningless.
    async fn run_checks(&self, checks: &mut Vec<Check>, log: &CallLog) -> Result<(), CallFailure> {
        let endpoint = self.http.tokens.endpoint().await?;
        checks.push(yes("Identity Service", endpoint));
        self.http.tokens.bearer().await?;
        checks.push(yes("access token", "the Identity Service gave one".into()));
        checks.push(self.check_root(log).await?);
        for object in READ {
            let query = Query { set: object, select: "Id", filter: None, top: 1 };
            let read = self.rows(&query, log).await.map(|_| ());
            checks.push(judge(&format!("read {object}"), read, "rows can be read")?);
        }
        for (wish, what) in
            [(StatusWish::Resolved, "status of resolved cases"), (StatusWish::Reopened, "status of reopened cases")]
        {
            let found = self.wished_status(wish, log).await;
            checks.push(match found {
                Ok(status) => yes(what, status.to_string()),
                Err(failure) => judge(what, Err(failure), "")?,
            });
        }
        self.check_lookups(checks, log).await?;
        self.check_rights(checks, log).await?;
        if let Some(column) = &self.settings.session_column {
            checks.push(self.check_column(column, log).await?);
        }
        if self.settings.contact_policy == ContactPolicy::LeaveEmpty {
            checks.push(Check {
                what: "customer of cases".into(),
                proof: Proof::NotProven,
                detail: "cases of unknown customers are made without contact and account; a person must choose one before saving such a case".into(),
                hint: "choose to create a contact, or a default contact or account, if people shall save at once".into(),
            });
        }
        Ok(())
    }

    /// Asks both roots, the remembered one first: an instance may have moved to another kind of host.
    async fn check_root(&self, log: &CallLog) -> Result<Check, CallFailure> {
        let order = match self.settings.odata_root {
            Some(ODataRoot::Core) => [ODataRoot::Core, ODataRoot::Framework],
            _ => [ODataRoot::Framework, ODataRoot::Core],
        };
        let found = self.ask_roots(order, log).await?;
        Ok(match self.settings.odata_root {
            Some(remembered) if remembered != found => Check {
                what: "OData address".into(),
                proof: Proof::Missing,
                detail: format!("OData answers at {}, not at {}", found.path(), remembered.path()),
                hint: format!("set odata_root to {}", found.path()),
            },
            _ => {
                // The rest of the test need not ask again.
                self.root.get(async || Ok(found)).await?;
                yes("OData address", found.path().to_owned())
            }
        })
    }
}

fn yes(what: &str, detail: String) -> Check {
    Check { what: what.to_owned(), proof: Proof::Yes, detail, hint: String::new() }
}

fn missing(what: &str, detail: String, hint: &str) -> Check {
    Check { what: what.to_owned(), proof: Proof::Missing, detail, hint: hint.to_owned() }
}

fn not_proven(what: &str, detail: String, hint: &str) -> Check {
    Check { what: what.to_owned(), proof: Proof::NotProven, detail, hint: hint.to_owned() }
}

/// A line from a read: no answer ends the test, a refusal is a line.
fn judge(what: &str, outcome: Result<(), CallFailure>, good: &str) -> Result<Check, CallFailure> {
    let failure = match outcome {
        Ok(()) => return Ok(yes(what, good.to_owned())),
        Err(failure) => failure,
    };
    match failure.class {
        FailureClass::Unreachable | FailureClass::Throttled { .. } => Err(failure),
        // The token was good a moment ago: 401 is how some hosts say that a right is missing.
        FailureClass::Rights | FailureClass::Credentials | FailureClass::Setup => {
            Ok(missing(what, failure.message, &failure.hint))
        }
        FailureClass::Refused | FailureClass::Unknown => Ok(not_proven(what, failure.message, &failure.hint)),
    }
}
