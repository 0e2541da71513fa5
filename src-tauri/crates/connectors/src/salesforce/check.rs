//! The connection test: who we are, what we may do, whether the kit is there, and how many calls are left. It writes
//! nothing.

use casebridge_domain::CallFailure;

use super::Salesforce;
use super::http::VERSION;
use super::read::{Ask, string};
use super::shape::{KEY, SEQ, WRITE};
use super::soql;
use crate::port::{CallLog, Check, Proof, TestReport};

const PERMISSION: &str = "give the connection's user this right in Salesforce (permission set or profile)";

impl Salesforce {
    pub(crate) async fn check(&self, log: &CallLog) -> TestReport {
        let mut report = TestReport { identity: None, checks: Vec::new(), failure: None };
        if let Err(failure) = self.run_checks(&mut report, log).await {
            report.failure = Some(failure);
        }
        report
    }

    async fn run_checks(&self, report: &mut TestReport, log: &CallLog) -> Result<(), CallFailure> {
        let bearer = self.http.tokens.bearer().await?;
        report.checks.push(found("sign in", Proof::Yes, "Salesforce gave a token", ""));
        let soql = format!("SELECT Username FROM User WHERE Id = {}", soql::text(&bearer.user.to_string()));
        let rows = self.rows(&Ask::new("reading User", soql), log).await?;
        let host = bearer.instance.host_str().unwrap_or_default().to_owned();
        report.identity = rows.first().and_then(|row| string(row, "Username")).map(|name| format!("{name} @ {host}"));
        self.objects(report, log).await?;
        self.reshape();
        let shape = self.shape(log).await?;
        let hint = "deploy the set-up kit and give the user its permission set";
        report.checks.push(match shape.may_write(KEY) {
            true => found("kit: external id", Proof::Yes, &format!("Case.{KEY} can be written"), ""),
            false => {
                let detail = "without it cases are found again by Web Company (SuppliedCompany)";
                found("kit: external id", Proof::NotProven, detail, hint)
            }
        });
        report.checks.push(match shape.is_fenced() {
            // That the rule itself is there shows only when it refuses.
            true => {
                found("kit: write rule", Proof::NotProven, &format!("Case.{SEQ} and Case.{WRITE} can be written"), "")
            }
            false => {
                found("kit: write rule", Proof::NotProven, "doubled comments are possible after lost answers", hint)
            }
        });
        let field = &self.settings.case_from.field;
        if !shape.may_write(field) {
            let detail = format!("Case.{field} cannot be written: cases are made without it");
            report.checks.push(found("field of origin", Proof::NotProven, &detail, hint));
        }
        self.statuses(log).await?;
        if let Some(told) = self.http.usage.told() {
            let detail = format!("{} of {} calls of a day are used by the whole org", told.used, told.allowed);
            let left = told.used < told.allowed - told.allowed * self.settings.reserve() / 100;
            let proof = if left { Proof::Yes } else { Proof::Missing };
            let hint = if left { "" } else { "wait, buy calls, or make the connection's reserve smaller" };
            report.checks.push(found("calls left", proof, &detail, hint));
        }
        Ok(())
    }

    /// Rights on the objects, as their description tells them for our user.
    async fn objects(&self, report: &mut TestReport, log: &CallLog) -> Result<(), CallFailure> {
        let rights = |object, wants_change| {
            let mut rights = vec![("read", "queryable"), ("create", "createable")];
            if wants_change {
                rights.push(("change", "updateable"));
            }
            (object, rights)
        };
        for (object, rights) in [rights("Case", true), rights("CaseComment", false)] {
            let answer = self.get("describing", format!("{VERSION}/sobjects/{object}/describe"), log).await?;
            if answer.status == 404 || answer.status == 403 {
                for (verb, _) in rights {
                    let what = format!("{verb} {object}");
                    report.checks.push(found(&what, Proof::Missing, "the object is hidden from the user", PERMISSION));
                }
                continue;
            }
            let described = answer.good("describing")?;
            for (verb, flag) in rights {
                let may = described[flag] == true;
                let detail = format!("{object} says {flag}: {may}");
                let (proof, hint) = if may { (Proof::Yes, "") } else { (Proof::Missing, PERMISSION) };
                report.checks.push(found(&format!("{verb} {object}"), proof, &detail, hint));
            }
        }
        Ok(())
    }
}

fn found(what: &str, proof: Proof, detail: &str, hint: &str) -> Check {
    Check { what: what.to_owned(), proof, detail: detail.to_owned(), hint: hint.to_owned() }
}
