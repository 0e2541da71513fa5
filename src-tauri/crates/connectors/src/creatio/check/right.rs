//! Rights to make records, proven by a write that must fail after the check of rights: it names a lookup
//! row that does not exist.

use casebridge_domain::{CallFailure, FailureClass};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::Creatio;
use super::super::http::Call;
use super::super::odata::{Operation, entity, guid, instant};
use super::super::settings::ContactPolicy;
use super::super::stock;
use super::{missing, not_proven, yes};
use crate::port::{CallLog, Check};
use crate::wire::NoAnswer;

const MARK: &str = "Casebridge connection test";
const LEFT: &str = "nothing was left behind";

impl Creatio {
    pub(super) async fn check_rights(&self, checks: &mut Vec<Check>, log: &CallLog) -> Result<(), CallFailure> {
        let nowhere = guid(stock::NOWHERE);
        let case = json!({ "Subject": MARK, "RegisteredOn": instant(Timestamp::now()), "StatusId": nowhere });
        checks.push(self.check_create("Case", case, log).await?);
        match self.owner_of_activities(log).await {
            Ok(owner) => {
                let at = instant(Timestamp::now());
                let activity = json!({
                    "Title": MARK, "StartDate": at, "DueDate": at, "OwnerId": guid(owner),
                    "TypeId": guid(stock::TYPE_TASK), "ActivityCategoryId": nowhere,
                });
                checks.push(self.check_create("Activity", activity, log).await?);
            }
            Err(_) => {
                checks.push(not_proven("create Activity", "needs an owner".into(), "set an owner, then test again"))
            }
        }
        if self.settings.contact_policy == ContactPolicy::Create {
            checks.push(self.check_create("Contact", json!({ "Name": MARK, "TypeId": nowhere }), log).await?);
        }
        checks.push(not_proven(
            "change Case",
            "a change cannot be tried without changing something".into(),
            "the first resolved conversation proves it",
        ));
        Ok(())
    }

    async fn check_create(&self, object: &str, mut body: Value, log: &CallLog) -> Result<Check, CallFailure> {
        let what = format!("create {object}");
        let id = Uuid::new_v4();
        body["Id"] = json!(guid(id));
        let path = self.path(object, log).await?;
        let call = Call::send(Method::POST, path, body.to_string(), self.settings.write_timeout());
        let answer = match self.http.call(&call, None, log).await {
            Ok(answer) => answer,
            Err(NoAnswer::NotSent(failure)) => return Err(failure),
            Err(NoAnswer::Unclear(failure)) => {
                self.remove_stray(object, id, log).await;
                return Err(failure);
            }
        };
        let outcome = self.good(&answer, &self.target(object, Operation::Insert, Some(id)), &[]).await;
        let failure = match outcome {
            Ok(_) => return Ok(self.unexpected(&what, object, id, log).await),
            Err(failure) => failure,
        };
        if super::super::odata::is_foreign_key(&answer.body) {
            return Ok(yes(&what, format!("a record was refused for its made-up lookup only; {LEFT}")));
        }
        match failure.class {
            // Refused before anything was done.
            FailureClass::Rights | FailureClass::Credentials => Ok(missing(&what, failure.message, &failure.hint)),
            FailureClass::Unreachable | FailureClass::Throttled { .. } => {
                self.remove_stray(object, id, log).await;
                Err(failure)
            }
            // An error may be answered after the row was written.
            _ => {
                let left = self.remove_stray(object, id, log).await;
                Ok(not_proven(&what, format!("{}; {left}", failure.message), "the first conversation proves it"))
            }
        }
    }

    /// An instance without foreign keys took the record.
    async fn unexpected(&self, what: &str, object: &str, id: Uuid, log: &CallLog) -> Check {
        let left = self.remove_stray(object, id, log).await;
        let detail = format!("a test record was made although it names a row that does not exist; {left}");
        if left == LEFT { yes(what, detail) } else { not_proven(what, detail, "delete that record in Creatio") }
    }

    async fn remove_stray(&self, object: &str, id: Uuid, log: &CallLog) -> String {
        match self.record(object, id, "Id", log).await {
            Err(failure) if failure.status == Some(404) => return LEFT.to_owned(),
            Ok(_) | Err(_) => {}
        }
        let removed = async {
            let path = self.path(&entity(object, id), log).await?;
            let mut call = Call::get(path, self.settings.write_timeout());
            call.method = Method::DELETE;
            let answer = self.http.call(&call, None, log).await.map_err(NoAnswer::into_failure)?;
            self.good(&answer, &self.target(object, Operation::Update, Some(id)), &[]).await
        };
        match removed.await {
            Ok(_) => LEFT.to_owned(),
            Err(failure) if failure.status == Some(404) => LEFT.to_owned(),
            Err(failure) => format!("the record {object} {id} may be left: {}", failure.message),
        }
    }
}
