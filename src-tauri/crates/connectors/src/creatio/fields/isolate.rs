//! Finding the column that spoils the others: halving, then one by one, with a bounded number of calls (R26).

use std::sync::atomic::Ordering;

use casebridge_domain::mapping::ColumnKind;
use casebridge_domain::plan::fields::{Blame, Refusal};
use casebridge_domain::text::cut;
use casebridge_domain::{CallFailure, FailureClass, FieldValue};
use reqwest::Method;
use serde_json::Value;
use uuid::Uuid;

use super::super::Creatio;
use super::super::apply::part;
use super::super::batch;
use super::super::http::Call;
use super::super::odata::{Operation, segment};
use super::super::read::strange;
use crate::port::{CallLog, Isolated, MappedPart};
use crate::wire::{Deadline, NoAnswer};

/// Most calls that one search for bad columns may cost: three bad ones among a hundred are found with fewer.
const MOST_CALLS: usize = 24;
/// The lengths that texts have by the platform's convention.
const LENGTHS: [u32; 3] = [500, 250, 50];

/// Whether an answer says that these values cannot be written, rather than that nothing can be written now.
pub(crate) fn is_refusal(failure: &CallFailure) -> bool {
    // A case that is not there is another matter: the pass asks what became of it.
    failure.status.is_some_and(|status| status != 404)
        && matches!(
            failure.class,
            FailureClass::Refused | FailureClass::Rights | FailureClass::Setup | FailureClass::Unknown
        )
}

/// What is remembered of a column that was refused by itself.
fn refusal(value: &FieldValue, failure: &CallFailure) -> Refusal {
    let blame = match value.kind.allowed() {
        // Another of its values may be taken, unless the right is missing.
        Some(_) if failure.class != FailureClass::Rights => Blame::value(value),
        _ => Blame::Column,
    };
    Refusal { words: failure.message.clone(), hint: hint(failure), limit: None, blame }
}

/// What is said of a column that was only refused with others.
fn untold(failure: &CallFailure) -> Refusal {
    Refusal { words: failure.message.clone(), hint: hint(failure), limit: None, blame: Blame::Once }
}

impl Creatio {
    pub(crate) async fn find_refused(
        &self,
        case: Uuid,
        values: &[FieldValue],
        refused: &CallFailure,
        log: &CallLog,
    ) -> Result<Isolated, CallFailure> {
        let deadline = Deadline::after(self.settings.write_timeout());
        let mut found = Isolated::default();
        let mut calls = 0;
        // Each group stands with how it was refused as a whole; the smaller half comes next.
        let mut groups: Vec<(Vec<FieldValue>, CallFailure)> = vec![(values.to_vec(), refused.clone())];
        while let Some((group, failure)) = groups.pop() {
            if let [one] = group.as_slice() {
                // A bare 500 may be a deadlock: only what is refused twice is refused.
                if failure.class == FailureClass::Unknown && calls < MOST_CALLS {
                    calls += 1;
                    if self.patch(case, &group, deadline, log).await? == MappedPart::Stands {
                        found.wrote.insert(one.column.clone(), one.value.clone());
                        continue;
                    }
                }
                let shorter = shorter(one, &failure).filter(|_| calls < MOST_CALLS);
                let mut told = refusal(one, &failure);
                if let Some((limit, value)) = shorter {
                    calls += 1;
                    let less = FieldValue { value, ..one.clone() };
                    if self.patch(case, std::slice::from_ref(&less), deadline, log).await? == MappedPart::Stands {
                        told.limit = Some(limit);
                        found.wrote.insert(less.column, less.value);
                    }
                }
                found.refused.insert(one.column.clone(), told);
                continue;
            }
            let (left, right) = group.split_at(group.len() / 2);
            for half in [left, right].into_iter().filter(|half| !half.is_empty()) {
                if calls >= MOST_CALLS {
                    found.refused.extend(half.iter().map(|one| (one.column.clone(), untold(&failure))));
                    continue;
                }
                calls += 1;
                let refused = match self.patch(case, half, deadline, log).await? {
                    MappedPart::Stands => std::collections::BTreeMap::new(),
                    MappedPart::LeftOut(refused) => refused,
                    MappedPart::Refused(failure) => {
                        groups.push((half.to_vec(), failure));
                        continue;
                    }
                };
                let stand = half.iter().filter(|one| !refused.contains_key(&one.column));
                found.wrote.extend(stand.map(|one| (one.column.clone(), one.value.clone())));
                found.refused.extend(refused);
            }
        }
        if values.len() > 1 && found.wrote.is_empty() && refused.class == FailureClass::Rights {
            // Not one of them: the record is closed to us, and not its columns.
            found.refused.values_mut().for_each(|one| one.blame = Blame::Once);
        }
        Ok(found)
    }

    /// Writes values and reads them back, in one call. An error: nobody knows.
    async fn patch(
        &self,
        case: Uuid,
        values: &[FieldValue],
        deadline: Deadline,
        log: &CallLog,
    ) -> Result<MappedPart, CallFailure> {
        let body = super::body(values, &self.settings);
        let mut parts = vec![part("PATCH", segment("Case", case), Some(body), Operation::Update, Some(case))];
        if !self.reads_singly.load(Ordering::Relaxed) {
            parts.push(part("GET", super::address(case, values), None, Operation::Read, None));
        }
        let path = self.path("$batch", log).await?;
        let mut call = Call::send(Method::POST, path, batch::write(&parts), self.settings.write_timeout());
        call.parts = parts.len();
        let answer = self.http.call(&call, Some(deadline), log).await.map_err(NoAnswer::into_failure)?;
        let body = self.good(&answer, &self.target("$batch", Operation::Batch, None), &[]).await?;
        let answers = body.as_ref().and_then(batch::read).ok_or_else(|| strange(&answer))?;
        self.judge_mapped(0, &parts, &answers, answer.fresh_token, values)
    }
}

/// Less of a text that was too long, with the length that the column seems to have.
fn shorter(value: &FieldValue, failure: &CallFailure) -> Option<(u32, Value)> {
    let (ColumnKind::Text { .. }, Value::String(text)) = (&value.kind, &value.value) else { return None };
    let words = failure.message.to_ascii_lowercase();
    let too_long = ["value too long", "would be truncated", "22001"].iter().any(|sign| words.contains(sign));
    let length = u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    // One database tells the length, the other does not.
    let told = words.split("varying(").nth(1).and_then(|rest| rest.split(')').next()?.parse().ok());
    let limit = told.or_else(|| LENGTHS.into_iter().find(|limit| *limit < length))?;
    (too_long && limit < length).then(|| (limit, Value::String(cut(text, limit as usize))))
}

fn hint(failure: &CallFailure) -> String {
    match failure.class {
        FailureClass::Rights => {
            "grant the connection's user the right to change this column, then read the columns again"
        }
        _ => "look at the column in Creatio, then read the columns again: the mapping is tried anew",
    }
    .to_owned()
}
