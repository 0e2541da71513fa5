//! Leaving out the fields that the org refuses: those that its error names, then one by one (R26).

use casebridge_domain::mapping::{ColumnKind, TextFormat};
use casebridge_domain::plan::fields::{Blame, Refusal as Told};
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
fn is_refusal(failure: &CallFailure, code: &str) -> bool {
    failure.status.is_some_and(|status| (400..500).contains(&status))
        && (matches!(failure.class, FailureClass::Refused | FailureClass::Rights) || code == "DUPLICATE_VALUE")
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
            let Some((failure, refusal)) = self.patch(case, &left, deadline, log).await? else {
                found.wrote.extend(left.into_iter().map(|one| (one.column, one.value)));
                return Ok(found);
            };
            if let Some((column, limit, told)) = shorten(&mut left, &failure, &refusal) {
                found.refused.insert(column, Told { limit: Some(limit), blame: Blame::Column, ..told });
                continue;
            }
            let is_named =
                |one: &FieldValue| refusal.fields.iter().any(|field| field.eq_ignore_ascii_case(&one.column));
            let (refused, others): (Vec<_>, Vec<_>) = left.into_iter().partition(is_named);
            if refused.is_empty() {
                return self.singly(case, others, (&failure, &refusal), found, deadline, log).await;
            }
            found.refused.extend(refused.iter().map(|one| (one.column.clone(), told(one, &failure, &refusal))));
            left = others;
        }
        Ok(found)
    }

    /// A rule of the org names no field: each is tried by itself.
    async fn singly(
        &self,
        case: Uuid,
        values: Vec<FieldValue>,
        together: (&CallFailure, &Refusal),
        mut found: Isolated,
        deadline: Deadline,
        log: &CallLog,
    ) -> Result<Isolated, CallFailure> {
        let alone = values.len() == 1;
        for (calls, one) in values.into_iter().enumerate() {
            if alone || calls >= MOST_CALLS {
                let (failure, refusal) = together;
                let blame = if alone { blame(&one, refusal) } else { Blame::Once };
                found.refused.insert(one.column.clone(), Told { blame, ..told(&one, failure, refusal) });
                continue;
            }
            match self.patch(case, std::slice::from_ref(&one), deadline, log).await? {
                None => drop(found.wrote.insert(one.column, one.value)),
                Some((failure, refusal)) => {
                    let told = told(&one, &failure, &refusal);
                    found.refused.insert(one.column, told);
                }
            }
        }
        Ok(found)
    }

    /// `Some`: refused, with the org's words. An error: nobody knows.
    async fn patch(
        &self,
        case: Uuid,
        values: &[FieldValue],
        deadline: Deadline,
        log: &CallLog,
    ) -> Result<Option<(CallFailure, Refusal)>, CallFailure> {
        let shape = self.shape(log).await?;
        let known = self.known_case(case, &shape, log).await?;
        let path = format!("{VERSION}/sobjects/Case/{}", known.id);
        let body = Some(Value::Object(super::body(values, &shape)));
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
        let refusal = Refusal::of(&answer.body).unwrap_or_default();
        match answer.good(WHAT) {
            Ok(_) => Ok(None),
            Err(failure) if is_refusal(&failure, &refusal.code) => Ok(Some((failure, refusal))),
            Err(failure) => Err(failure),
        }
    }
}

/// Cuts the text that was too long to the length that the org tells, and takes an address that was out: a part of it leads
/// elsewhere. `None`: nothing was too long.
fn shorten(values: &mut Vec<FieldValue>, failure: &CallFailure, refusal: &Refusal) -> Option<(String, u32, Told)> {
    let limit = failure.message.split("(max length=").nth(1)?.split(')').next()?.parse::<u32>().ok()?;
    let is_named = |value: &FieldValue| refusal.fields.iter().any(|field| field.eq_ignore_ascii_case(&value.column));
    let at = values.iter().position(is_named)?;
    let one = values.get_mut(at)?;
    let text = one.value.as_str().filter(|text| text.encode_utf16().count() > limit as usize)?;
    let (column, told, less) = (one.column.clone(), told(one, failure, refusal), cut(text, limit as usize));
    if matches!(one.kind, ColumnKind::Text { format: TextFormat::Plain, .. }) {
        one.value = Value::String(less);
    } else {
        values.remove(at);
    }
    Some((column, limit, told))
}

/// What a refusal of a field says no to. A rule of the org, a program in it or a value that is there already says nothing
/// of the next conversation.
fn blame(value: &FieldValue, refusal: &Refusal) -> Blame {
    let is_named = refusal.fields.iter().any(|field| field.eq_ignore_ascii_case(&value.column));
    match refusal.code.as_str() {
        "INVALID_FIELD"
        | "INVALID_FIELD_FOR_INSERT_UPDATE"
        | "INVALID_TYPE_ON_FIELD_IN_RECORD"
        | "JSON_PARSER_ERROR" => Blame::Column,
        "INSUFFICIENT_ACCESS_OR_READONLY" if is_named => Blame::Column,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
        | "FIELD_INTEGRITY_EXCEPTION"
        | "MALFORMED_ID"
        | "INVALID_CROSS_REFERENCE_KEY" => Blame::value(value),
        _ => Blame::Once,
    }
}

/// The org repeats what it was sent: what the customer said has no place in what every admin reads.
fn words(failure: &CallFailure, value: &FieldValue) -> String {
    match value.value.as_str() {
        Some(sent) if value.kind.allowed().is_none() && sent.len() > 2 => failure.message.replace(sent, "…"),
        _ => failure.message.clone(),
    }
}

fn told(value: &FieldValue, failure: &CallFailure, refusal: &Refusal) -> Told {
    let hint = match failure.class {
        FailureClass::Rights => "give the connection's user the right on this field, then read the columns again",
        _ => "look at the field in Salesforce, then read the columns again: the mapping is tried anew",
    };
    Told { words: words(failure, value), hint: hint.to_owned(), limit: None, blame: blame(value, refusal) }
}
