//! Writing a batch: look-ups first, then everything in one call.

use casebridge_domain::{CallFailure, Effect, FailureClass};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::batch::{self, MOST_PARTS, Part};
use super::contact::Choice;
use super::http::{Call, Deadline, NoAnswer};
use super::odata::{Operation, guid, id, segment, string};
use super::owner::no_owner;
use super::read::strange;
use super::{Creatio, activity, case};
use crate::port::{Applied, Batch, CallLog, CaseStands};

impl Creatio {
    /// Everything ends within the write time-out: the engine's lease is measured by it.
    pub(crate) async fn write_batch(&self, batch: &Batch<'_>, log: &CallLog) -> Applied {
        let deadline = Deadline::after(self.settings.write_timeout());
        if batch.effects.is_empty() {
            return Applied::All { case: None };
        }
        let prepared = async {
            let parts = self.parts(batch, log).await?;
            Ok((self.path("$batch", log).await?, parts))
        };
        let (path, parts) = match prepared.await {
            Ok(prepared) => prepared,
            Err(failure) => return Applied::NotSent(failure),
        };
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
            let bodies = batch::judge(&parts, &answers, &self.settings, answer.fresh_token);
            if bodies.as_ref().is_err_and(|failure| failure.status == Some(401)) {
                self.http.tokens.forget().await;
            }
            bodies
        };
        match bodies.await {
            Err(failure) => Applied::Unsettled(failure),
            Ok(bodies) => {
                self.pace.took(parts.len(), answer.took);
                let made = parts
                    .iter()
                    .zip(&bodies)
                    .find(|(part, _)| part.object == "Case" && part.operation == Operation::Insert);
                let case = match made {
                    Some((_, row)) => Some(CaseStands { seen_at: answer.at, ..self.made(row).await }),
                    None => None,
                };
                Applied::All { case }
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

    /// The requests of a batch: the contact if one is made, the case, its activities, its status last. A
    /// case that is closed first might refuse what follows.
    async fn parts(&self, batch: &Batch<'_>, log: &CallLog) -> Result<Vec<Part>, CallFailure> {
        let mut parts = Vec::with_capacity(batch.effects.len() + 1);
        let mut last = Vec::new();
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
                        object: "Case",
                        operation: Operation::Update,
                        item,
                    });
                }
            }
        }
        parts.append(&mut last);
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
    Part { method: "POST", url: object.to_owned(), body, object, operation: Operation::Insert, item }
}
