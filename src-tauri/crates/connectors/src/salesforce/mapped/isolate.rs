//! Leaving out the fields that the org refuses: those that its error names, then one by one (R26).

use casebridge_domain::plan::fields::Refusal as Told;
use casebridge_domain::text::cut;
use casebridge_domain::{CallFailure, FailureClass, FieldValue};
use reqwest::Method;
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::super::Salesforce;
use super::super::http::{Call, VERSION};
use super::super::refusal::Refusal;
use crate::port::{CallLog, Isolated};
use crate::wire::{Deadline, NoAnswer};

/// Most calls that one search for refused fields may cost.
const MOST_CALLS: usize = 24;
const WHAT: &str = "writing the mapped fields";

/// Whether an answer says that these values cannot be written, rather than that nothing can be written now.
pub(crate) fn is_refusal(failure: &CallFailure) -> bool {
    failure.status.is_some_and(|status| (400..500).contains(&status))
        && matches!(failure.class, FailureClass::Refused | FailureClass::Rights)
}

impl Salesforce {
    pub(crate) async fn find_refused(
        &self,
        case: Uuid,
        values: &[FieldValue],
        log: &CallLog,
    ) -> Result<Isolated, CallFailure> {
        let deadline = Deadline::after(self.settings.write_timeout());
        let mut found = Isolated::default();
        let mut left = values.to_vec();
        for _ in 0..MOST_CALLS {
            if left.is_empty() {
                return Ok(found);
            }
            let Some((failure, named)) = self.patch(case, &left, deadline, log).await? else {
                found.wrote.extend(left.into_iter().map(|one| (one.column, one.value)));
                return Ok(found);
            };
            if let Some((column, limit)) = shorten(&mut left, &failure, &named) {
                let told = Told { limit: Some(limit), ..told(&failure) };
                found.refused.insert(column, told);
                continue;
            }
            let before = left.len();
            left.retain(|one| !named.iter().any(|field| field.eq_ignore_ascii_case(&one.column)));
            if left.len() == before {
                return self.singly(case, left, &failure, found, deadline, log).await;
            }
            let refused = values.iter().filter(|one| named.iter().any(|field| field.eq_ignore_ascii_case(&one.column)));
            found.refused.extend(refused.map(|one| (one.column.clone(), told(&failure))));
        }
        Ok(found)
    }

    /// A rule of the org names no field: each is tried by itself.
    async fn singly(
        &self,
        case: Uuid,
        values: Vec<FieldValue>,
        together: &CallFailure,
        mut found: Isolated,
        deadline: Deadline,
        log: &CallLog,
    ) -> Result<Isolated, CallFailure> {
        let alone = values.len() == 1;
        for (calls, one) in values.into_iter().enumerate() {
            if alone || calls >= MOST_CALLS {
                found.refused.insert(one.column.clone(), told(together));
                continue;
            }
            match self.patch(case, std::slice::from_ref(&one), deadline, log).await? {
                None => drop(found.wrote.insert(one.column, one.value)),
                Some((failure, _)) => drop(found.refused.insert(one.column, told(&failure))),
            }
        }
        Ok(found)
    }

    /// `Some`: refused, with the fields that the org names. An error: nobody knows.
    async fn patch(
        &self,
        case: Uuid,
        values: &[FieldValue],
        deadline: Deadline,
        log: &CallLog,
    ) -> Result<Option<(CallFailure, Vec<String>)>, CallFailure> {
        let shape = self.shape(log).await?;
        let known = self.known_case(case, &shape, log).await?;
        let path = format!("{VERSION}/sobjects/Case/{}", known.id);
        let body = Some(Value::Object(super::body(values)));
        let call = Call { method: Method::PATCH, path, body, parts: 1, timeout: self.settings.write_timeout() };
        let answer = match self.http.call(WHAT, &call, Some(deadline), log).await {
            Ok(answer) => answer,
            Err(NoAnswer::NotSent(failure)) => return Err(failure),
            Err(NoAnswer::Unclear(failure)) => {
                if known.writes.is_none() {
                    self.known.may_commit_until(case, Instant::now() + deadline.left() + super::super::apply::LATE);
                }
                return Err(failure);
            }
        };
        let named = Refusal::of(&answer.body).map(|refusal| refusal.fields).unwrap_or_default();
        match answer.good(WHAT) {
            Ok(_) => Ok(None),
            Err(failure) if is_refusal(&failure) => Ok(Some((failure, named))),
            Err(failure) => Err(failure),
        }
    }
}

/// Cuts the text that was too long to the length that the org tells. `None`: nothing was cut.
fn shorten(values: &mut [FieldValue], failure: &CallFailure, named: &[String]) -> Option<(String, u32)> {
    let limit = failure.message.split("(max length=").nth(1)?.split(')').next()?.parse::<u32>().ok()?;
    let is_named = |value: &&mut FieldValue| named.iter().any(|field| field.eq_ignore_ascii_case(&value.column));
    let one = values.iter_mut().find(is_named)?;
    let text = one.value.as_str().filter(|text| text.encode_utf16().count() > limit as usize)?;
    one.value = Value::String(cut(text, limit as usize));
    Some((one.column.clone(), limit))
}

fn told(failure: &CallFailure) -> Told {
    let hint = match failure.class {
        FailureClass::Rights => "give the connection's user the right on this field, then read the columns again",
        _ => "look at the field in Salesforce, then read the columns again: the mapping is tried anew",
    };
    Told { words: failure.message.clone(), hint: hint.to_owned(), limit: None }
}
