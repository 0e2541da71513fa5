//! Writing a batch: look-ups first, then everything in one call.

use std::sync::atomic::Ordering;

use casebridge_domain::{CallFailure, Effect, FailureClass, FieldValue};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::batch::{self, MOST_PARTS, Part};
use super::contact::Choice;
use super::http::Call;
use super::odata::{Operation, guid, id, segment, string};
use super::owner::no_owner;
use super::read::strange;
use super::{Creatio, activity, case, fields};
use crate::port::{Applied, Batch, CallLog, CaseStands, MappedPart};
use crate::wire::{Deadline, NoAnswer};

impl Creatio {
    /// Everything ends within the write time-out: the engine's lease is measured by it.
    pub(crate) async fn write_batch(&self, batch: &Batch<'_>, log: &CallLog) -> Applied {
        let deadline = Deadline::after(self.settings.write_timeout());
        if batch.effects.is_empty() {
            return Applied::All { case: None, fields: MappedPart::Stands };
        }
        let prepared = async {
            let parts = self.parts(batch, log).await?;
            Ok((self.path("$batch", log).await?, parts))
        };
        let (path, parts) = match prepared.await {
            Ok(prepared) => prepared,
            Err(failure) => return Applied::NotSent(failure),
        };
        if parts.is_empty() {
            return Applied::All { case: None, fields: MappedPart::Stands };
        }
        let mapped_parts = mapped_count(batch, &parts);
        let mut call = Call::send(Method::POST, path, batch::write(&parts), self.settings.write_timeout());
        call.parts = parts.len();
        let answer = match self.http.call(&call, Some(deadline), log).await {
            Ok(answer) => answer,
            Err(NoAnswer::NotSent(failure)) => return Applied::NotSent(failure),
            Err(NoAnswer::Unclear(failure)) => {
                if deadline.left().is_zero() {
                    self.pace.timed_out(parts.len());
                }
                return Applied::Unsettled(failure);
            }
        };
        let bodies = async {
            let target = self.target("$batch", Operation::Batch, None);
            let body = self.good(&answer, &target, &[]).await?;
            let answers = body.as_ref().and_then(batch::read).ok_or_else(|| strange(&answer))?;
            let (parts, mapped) = parts.split_at(parts.len() - mapped_parts);
            let bodies = batch::judge(parts, &answers, &self.settings, answer.fresh_token);
            let fields = match &bodies {
                Ok(_) => {
                    let values = mapped_values(batch).unwrap_or_default();
                    self.judge_mapped(parts.len(), mapped, &answers, answer.fresh_token, values)
                }
                Err(_) => Ok(MappedPart::Stands),
            };
            let bodies = bodies.and_then(|bodies| Ok((bodies, fields?)));
            if bodies.as_ref().is_err_and(|failure| failure.status == Some(401)) {
                self.http.tokens.forget().await;
            }
            bodies
        };
        match bodies.await {
            Err(failure) => Applied::Unsettled(failure),
            Ok((bodies, fields)) => {
                self.pace.took(parts.len(), answer.took);
                let made = parts
                    .iter()
                    .zip(&bodies)
                    .find(|(part, _)| part.object == "Case" && part.operation == Operation::Insert);
                let case = match made {
                    Some((_, row)) => Some(CaseStands { seen_at: answer.at, ..self.made(row).await }),
                    None => None,
                };
                Applied::All { case, fields }
            }
        }
    }

    async fn made(&self, row: &Value) -> CaseStands {
        let status = id(row, "StatusId");
        CaseStands {
            native_id: None,
            number: string(row, "Number"),
            created_on: string(row, "CreatedOn"),
            status: status.map(guid),
            closed: match status {
                Some(status) => self.is_closed_as_known(status).await,
                None => false,
            },
            seen_at: None,
            differs: Vec::new(),
        }
    }

    /// What became of the mapped columns: their part was refused, or read back without what it wrote.
    pub(crate) fn judge_mapped(
        &self,
        place: usize,
        mapped: &[Part],
        answers: &std::collections::HashMap<String, batch::PartAnswer>,
        fresh_token: bool,
        values: &[FieldValue],
    ) -> Result<MappedPart, CallFailure> {
        let Some(part) = mapped.first() else { return Ok(MappedPart::Stands) };
        if let Err(failure) = batch::judge_at(place, part, answers, &self.settings, fresh_token) {
            return if fields::is_refusal(&failure) { Ok(MappedPart::Refused(failure)) } else { Err(failure) };
        }
        let row = mapped.get(1).map(|read| batch::judge_at(place + 1, read, answers, &self.settings, fresh_token));
        Ok(match row {
            Some(Ok(row)) => fields::compared(&row, values),
            // The read names a column that is gone: of such a PATCH old builds drop everything.
            Some(Err(failure)) if failure.status == Some(400) => MappedPart::Refused(failure),
            // A host that takes no reads in a batch leaves the columns unproven.
            _ => MappedPart::Stands,
        })
    }

    /// The requests of a batch: the contact if one is made, the case, its activities, its status, since a case that is
    /// closed first might refuse what follows; mapped columns last, since they may be refused. They are read back in the
    /// same call: old builds accept what they drop (R23).
    async fn parts(&self, batch: &Batch<'_>, log: &CallLog) -> Result<Vec<Part>, CallFailure> {
        let mut parts = Vec::with_capacity(batch.effects.len() + 1);
        let (mut last, mut mapped) = (Vec::new(), Vec::new());
        for effect in batch.effects {
            let item = Some(effect.record().id);
            match effect {
                Effect::OpenCase(draft) => {
                    let Choice { customer, create } = self.choose_customer(draft, log).await?;
                    if let Some((id, body)) = create {
                        parts.insert(0, insert("Contact", Some(body), Some(id)));
                    }
                    parts.push(insert("Case", Some(case::body(draft, &self.settings, customer)), item));
                }
                Effect::AddActivity(draft) => {
                    let owner = self.owner_of_activities(log).await?;
                    let body = activity::body(draft, batch.case_id, batch.session, owner, &self.settings);
                    parts.push(insert("Activity", Some(body), item));
                }
                Effect::SetStatus { to, .. } => {
                    let status = self.wished_status(*to, log).await?;
                    let mut body = Map::new();
                    body.insert("StatusId".into(), json!(guid(status)));
                    last.push(Part {
                        method: "PATCH",
                        url: segment("Case", batch.case_id),
                        body: Some(body),
                        object: "Case".into(),
                        operation: Operation::Update,
                        item,
                    });
                }
                Effect::SetFields(draft) if draft.values.is_empty() => {}
                Effect::SetFields(draft) => {
                    let body = fields::body(&draft.values, &self.settings);
                    let url = segment("Case", batch.case_id);
                    mapped.push(part("PATCH", url, Some(body), Operation::Update, item));
                    if !self.reads_singly.load(Ordering::Relaxed) {
                        let read = fields::address(batch.case_id, &draft.values);
                        mapped.push(part("GET", read, None, Operation::Read, None));
                    }
                }
            }
        }
        parts.append(&mut last);
        parts.append(&mut mapped);
        if parts.len() > MOST_PARTS {
            return Err(CallFailure {
                class: FailureClass::Refused,
                message: format!("{} records are more than one batch of Creatio may carry", parts.len()),
                hint: "this is a fault of the program: report it".into(),
                ..no_owner()
            });
        }
        Ok(parts)
    }
}

fn insert(object: &'static str, body: Option<Map<String, Value>>, item: Option<uuid::Uuid>) -> Part {
    Part { method: "POST", url: object.to_owned(), body, object: object.into(), operation: Operation::Insert, item }
}

/// A request about a case.
pub(crate) fn part(
    method: &'static str,
    url: String,
    body: Option<Map<String, Value>>,
    operation: Operation,
    item: Option<uuid::Uuid>,
) -> Part {
    Part { method, url, body, object: "Case".into(), operation, item }
}

/// How many parts at the end are about mapped columns.
fn mapped_count(batch: &Batch<'_>, parts: &[Part]) -> usize {
    let fields = batch.effects.iter().find(|effect| matches!(effect, Effect::SetFields(_)));
    let id = fields.map(|effect| effect.record().id);
    parts.iter().rposition(|part| id.is_some() && part.item == id).map_or(0, |place| parts.len() - place)
}

/// The values of mapped columns in a batch.
fn mapped_values<'a>(batch: &Batch<'a>) -> Option<&'a [FieldValue]> {
    batch.effects.iter().find_map(|effect| match effect {
        Effect::SetFields(draft) => Some(draft.values.as_slice()),
        _ => None,
    })
}
