//! Deploying the fields with their permission set and rule by the Metadata API over REST. No tests are needed: there is
//! no Apex in it.

use casebridge_domain::text::cut;
use casebridge_domain::{CallFailure, FailureClass};
use reqwest::Method;
use serde_json::{Value, json};

use super::super::Salesforce;
use super::super::http::{Call, VERSION};
use super::super::ids::SalesforceId;
use super::super::read::{Ask, id, strange};
use super::super::{setup, soql};
use super::PERMISSION_SET;
use super::files::archive;
use crate::port::CallLog;
use crate::set_up::{KitDeploy, KitError, KitProgress, KitStage};
use crate::wire::NoAnswer;

const DEPLOYING: &str = "deploying the set-up kit";
/// What an admin does when the connection's user may not deploy.
const MAY_NOT: &str = "give the connection's user `Modify Metadata Through Metadata API Functions` for the time of the \
                       set-up, or download the kit and have an admin deploy it";
const MAY_NOT_ASSIGN: &str = "give the connection's user the permission set Casebridge in Salesforce";
/// Longest text of an error that is shown.
const WORDS: usize = 600;

impl Salesforce {
    pub(super) async fn deploy_kit(&self, check_only: bool, log: &CallLog) -> Result<KitDeploy, CallFailure> {
        let options = json!({ "deployOptions": {
            "allowMissingFiles": false, "autoUpdatePackage": false, "checkOnly": check_only, "ignoreWarnings": false,
            "performRetrieve": false, "purgeOnDelete": false, "rollbackOnError": true, "singlePackage": true,
        }});
        let call = Call {
            method: Method::POST,
            path: format!("{VERSION}/metadata/deployRequest"),
            body: Some(options),
            parts: 1,
            timeout: self.settings.write_timeout(),
        };
        let answer = self.http.upload(DEPLOYING, &call, archive("fields")?, log).await;
        let body = answer.map_err(NoAnswer::into_failure)?.good(DEPLOYING).map_err(may_not)?;
        let id = body["id"].as_str().ok_or_else(|| strange(DEPLOYING))?.to_owned();
        Ok(KitDeploy { id, check_only })
    }

    pub(super) async fn progress_of_kit(&self, deploy: &str, log: &CallLog) -> Result<KitProgress, CallFailure> {
        // It becomes a part of an address.
        let deploy: SalesforceId =
            deploy.parse().ok().filter(|id: &SalesforceId| id.prefix() == "0Af").ok_or_else(|| CallFailure {
                class: FailureClass::Refused,
                ..setup(
                    format!("`{}` is not the id of a deployment", cut(deploy, 40)),
                    "give the id that deploying answered",
                )
            })?;
        let path = format!("{VERSION}/metadata/deployRequest/{deploy}?includeDetails=true");
        let body = self.get(DEPLOYING, path, log).await?.good(DEPLOYING).map_err(may_not)?;
        let mut progress = read(&deploy.to_string(), &body["deployResult"]);
        if progress.state == KitStage::Done && !progress.check_only {
            if let Err(failure) = self.take_permission_set(log).await {
                let message = format!("{}: {MAY_NOT_ASSIGN}", failure.message);
                progress
                    .errors
                    .push(KitError { component: format!("PermissionSetAssignment {PERMISSION_SET}"), message });
            }
            self.reshape();
        }
        Ok(progress)
    }

    /// Fields that were deployed are seen by those who were given the permission set: our user first of all.
    async fn take_permission_set(&self, log: &CallLog) -> Result<(), CallFailure> {
        let what = "giving the permission set to the connection's user";
        let user = self.http.tokens.bearer().await?.user;
        let set = format!("SELECT Id FROM PermissionSet WHERE Name = {}", soql::text(PERMISSION_SET));
        let rows = self.rows(&Ask::new(what, set), log).await?;
        let set = rows.first().and_then(|row| id(row, "Id")).ok_or_else(|| strange(what))?;
        let given = format!(
            "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = {} AND PermissionSetId = {}",
            soql::text(&user.to_string()),
            soql::text(&set.to_string())
        );
        if !self.rows(&Ask::new(what, given), log).await?.is_empty() {
            return Ok(());
        }
        let call = Call {
            method: Method::POST,
            path: format!("{VERSION}/sobjects/PermissionSetAssignment"),
            body: Some(json!({ "AssigneeId": user.to_string(), "PermissionSetId": set.to_string() })),
            parts: 1,
            timeout: self.settings.write_timeout(),
        };
        self.http.call(what, &call, None, log).await.map_err(NoAnswer::into_failure)?.good(what).map(drop)
    }
}

/// A user who may not deploy needs another right than those of cases.
fn may_not(failure: CallFailure) -> CallFailure {
    match failure.class {
        FailureClass::Rights => CallFailure { hint: MAY_NOT.into(), ..failure },
        _ => failure,
    }
}

/// Reads a `deployResult`. Salesforce's own samples print truths as texts.
fn read(id: &str, result: &Value) -> KitProgress {
    let is = |member: &str| result[member] == true || result[member] == "true";
    let number = |member: &str| {
        let value = &result[member];
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok()).unwrap_or(0);
        u32::try_from(number).unwrap_or(u32::MAX)
    };
    let state = match result["status"].as_str().unwrap_or_default() {
        "Pending" => KitStage::Waiting,
        "Succeeded" => KitStage::Done,
        "Canceled" => KitStage::Canceled,
        "Failed" | "SucceededPartial" => KitStage::Failed,
        _ if is("done") && is("success") => KitStage::Done,
        _ if is("done") => KitStage::Failed,
        _ => KitStage::Running,
    };
    let mut errors: Vec<KitError> = list(&result["details"]["componentFailures"]).map(error).collect();
    if let Some(message) = result["errorMessage"].as_str().filter(|text| !text.is_empty()) {
        errors.push(KitError { component: "deployment".into(), message: cut(message, WORDS) });
    }
    if state == KitStage::Failed && errors.is_empty() {
        let message = "Salesforce says only that it failed: see Setup > Deployment Status".to_owned();
        errors.push(KitError { component: "deployment".into(), message });
    }
    let (done, total) = (number("numberComponentsDeployed"), number("numberComponentsTotal"));
    KitProgress { id: id.to_owned(), check_only: is("checkOnly"), state, done, total, errors }
}

fn error(failure: &Value) -> KitError {
    let text = |member: &str| failure[member].as_str().unwrap_or_default();
    let component = format!("{} {}", text("componentType"), text("fullName"));
    let component = Some(component.trim()).filter(|name| !name.is_empty()).unwrap_or("deployment").to_owned();
    KitError { component, message: cut(text("problem"), WORDS) }
}

/// One row comes alone, several as a list.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    let (many, one) = match value {
        Value::Array(many) => (Some(many.iter()), None),
        Value::Object(_) => (None, Some(value)),
        _ => (None, None),
    };
    many.into_iter().flatten().chain(one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_truths_and_numbers_may_come_as_texts_and_one_error_alone() {
        let progress = read(
            "0Af",
            &json!({
                "status": "Failed", "done": "true", "checkOnly": "true", "numberComponentsDeployed": "6",
                "numberComponentsTotal": "7",
                "details": { "componentFailures": { "componentType": "CustomField", "fullName": "Case.A__c", "problem": "no" } },
            }),
        );
        assert_eq!((progress.state, progress.check_only), (KitStage::Failed, true), "§5.4");
        assert_eq!((progress.done, progress.total), (6, 7));
        assert_eq!(progress.errors, [KitError { component: "CustomField Case.A__c".into(), message: "no".into() }]);
    }

    #[test]
    fn a_status_that_is_not_known_is_judged_by_its_end() {
        let state = |result: Value| read("0Af", &result).state;
        assert_eq!(state(json!({ "status": "FinalizingDeploy", "done": false })), KitStage::Running);
        assert_eq!(state(json!({ "status": "New", "done": true, "success": true })), KitStage::Done);
        let failed = read("0Af", &json!({ "status": "New", "done": true }));
        assert_eq!(
            (failed.state, failed.errors.len()),
            (KitStage::Failed, 1),
            "a failure without a word is still told"
        );
    }
}
