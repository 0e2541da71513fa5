//! Writing a batch: look-ups first, then everything in one call, all or none of it.
//!
//! With the kit each write to a case counts it on by one from the number that was read, and carries a token of its own;
//! the kit's rule refuses a save that brings another token without a higher number. So of two attempts that began at
//! the same number one is refused, however late it arrives and whatever it carries.

use std::time::Duration;

use casebridge_domain::{CallFailure, CaseDraft, Effect, FailureClass, FailureScope};
use reqwest::Method;
use serde_json::{Map, Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::bundle::{self, MOST_PARTS, NotDone, Part};
use super::case::Making;
use super::http::Call;
use super::ids::SalesforceId;
use super::known::Known;
use super::read::{Ask, id, string};
use super::refusal::Refusal;
use super::shape::{SEQ, Shape, WRITE};
use super::statuses::wished;
use super::{Salesforce, case, comment, mapped, setup, soql};
use crate::port::{Applied, Batch, CallLog, CaseStands, CaseSystem as _, LeftOut, MappedPart};
use crate::wire::{Deadline, NoAnswer};

/// What is read of a case that was just made.
const MADE: &str = "CaseNumber,CreatedDate,Status,IsClosed";
/// How much longer than our patience a write may take to commit, where no rule refuses it then.
pub(crate) const LATE: Duration = Duration::from_secs(60);

/// The part that writes mapped fields.
const MAPPED: &str = "mapped";
/// What says that a field got no value although the org requires one.
const REQUIRED: &str = "REQUIRED_FIELD_MISSING";
/// Most refusals of fields that one write goes on after.
const MOST_REFUSALS: usize = 8;

/// What came of a try.
enum Outcome {
    Done(Box<Applied>),
    /// Nothing was written, and what was blamed is left out next time.
    Without,
}

/// A batch ready to be sent.
struct Prepared {
    parts: Vec<Part>,
    /// What the case is made without.
    left_out: Vec<LeftOut>,
    /// How often the case was written to when this batch stands; `None` without the kit.
    writes: Option<i64>,
    /// The case, unless this batch makes it.
    case: Option<SalesforceId>,
}

impl Salesforce {
    /// Everything ends within the write time-out: the engine's lease is measured by it.
    pub(crate) async fn write_batch(&self, batch: &Batch<'_>, log: &CallLog) -> Applied {
        let mapped = batch.effects.iter().find(|effect| matches!(effect, Effect::SetFields(_)));
        let fields = mapped.map(|effect| effect.record().id);
        match self.write_all(batch, log).await {
            // All or none: with the mapped fields everything was taken back. It goes without them, once (R26).
            // Whatever the reason, a mapped field costs nobody the case.
            Applied::Unsettled(refused) if fields.is_some() && refused.item == fields && refused.status.is_some() => {
                let rest: Vec<Effect> =
                    batch.effects.iter().filter(|effect| !matches!(effect, Effect::SetFields(_))).cloned().collect();
                match self.write_all(&Batch { effects: &rest, ..*batch }, log).await {
                    Applied::All { case, .. } => Applied::All { case, fields: MappedPart::Refused(refused) },
                    other => other,
                }
            }
            other => other,
        }
    }

    async fn write_all(&self, batch: &Batch<'_>, log: &CallLog) -> Applied {
        if batch.effects.is_empty() {
            return Applied::All { case: None, fields: MappedPart::Stands };
        }
        let deadline = Deadline::after(self.settings.write_timeout());
        for _ in 0..MOST_REFUSALS {
            match self.write_once(batch, deadline, log).await {
                Outcome::Done(applied) => return *applied,
                // The org took nothing of it: without the fields that it blames it is another write.
                Outcome::Without => {}
            }
        }
        let failure = setup(
            format!("the org refused fields of this record {MOST_REFUSALS} times"),
            "see the calls on the trace, then correct the connection's settings or the org's rights",
        );
        Applied::NotSent(CallFailure { class: FailureClass::Refused, scope: FailureScope::Lane, ..failure })
    }

    async fn write_once(&self, batch: &Batch<'_>, deadline: Deadline, log: &CallLog) -> Outcome {
        let prepared = match self.prepare(batch, log).await {
            Ok(prepared) => prepared,
            Err(failure) => return Outcome::Done(Box::new(Applied::NotSent(failure))),
        };
        if prepared.parts.is_empty() {
            return Outcome::Done(Box::new(Applied::All { case: None, fields: MappedPart::Stands }));
        }
        let applied = self.send(batch, &prepared, deadline, log).await;
        if !matches!(applied, Outcome::Without) {
            prepared.left_out.into_iter().for_each(|one| log.leave_out(one));
        }
        applied
    }

    async fn send(&self, batch: &Batch<'_>, prepared: &Prepared, deadline: Deadline, log: &CallLog) -> Outcome {
        let (path, body) = bundle::write(&prepared.parts);
        let timeout = self.settings.write_timeout();
        let call = Call { method: Method::POST, path, body: Some(body), parts: prepared.parts.len(), timeout };
        let answer = match self.http.call("the batch", &call, Some(deadline), log).await {
            Ok(answer) => answer,
            Err(NoAnswer::NotSent(failure)) => return Outcome::Done(Box::new(Applied::NotSent(failure))),
            Err(NoAnswer::Unclear(failure)) => {
                self.known.forget(batch.case_id);
                if prepared.writes.is_none() {
                    self.known.may_commit_until(batch.case_id, Instant::now() + deadline.left() + LATE);
                }
                return Outcome::Done(Box::new(Applied::Unsettled(failure)));
            }
        };
        let at = answer.at;
        let judged = answer.good("the batch").map_err(Box::<NotDone>::from);
        let bodies = match judged.and_then(|body| bundle::judge(&prepared.parts, &body)) {
            Ok(bodies) => bodies,
            Err(not_done) => return self.not_done(batch, prepared, *not_done),
        };
        let made = matches!(batch.effects.first(), Some(Effect::OpenCase(_)));
        let case = prepared.case.or_else(|| bodies.first().and_then(|body| id(body, "id")));
        if let Some(case) = case {
            self.known.put(batch.case_id, Known { id: case, writes: prepared.writes });
        }
        let native_id = case.map(SalesforceId::to_uuid);
        let stands = bodies.last().filter(|_| made).map(|row| CaseStands { seen_at: at, native_id, ..stands(row) });
        Outcome::Done(Box::new(Applied::All { case: stands, fields: MappedPart::Stands }))
    }

    /// What a refusal means for a batch: another try without what it blames, or an answer that is not wholly clear.
    fn not_done(&self, batch: &Batch<'_>, prepared: &Prepared, not_done: NotDone) -> Outcome {
        let NotDone { failure, refused } = not_done;
        let failure = match refused {
            Some((at, refusal)) if self.may_do_without(&prepared.parts[at], &refusal) => return Outcome::Without,
            Some((_, refusal)) => self.needed(failure, &refusal, &prepared.left_out),
            None => failure,
        };
        self.known.forget(batch.case_id);
        Outcome::Done(Box::new(Applied::Unsettled(self.read_differently(failure))))
    }

    /// A field that the org requires and that was left out: both are told, and it is tried again once somebody mended it.
    fn needed(&self, failure: CallFailure, refusal: &Refusal, left_out: &[LeftOut]) -> CallFailure {
        let required = |one: &&LeftOut| refusal.code == REQUIRED && refusal.message.contains(&one.column);
        let Some(one) = left_out.iter().find(required) else { return failure };
        self.forget_refusals();
        let message = format!("{}; {} was left out: {}", failure.message, one.column, one.why);
        let hint = format!("correct what is written to {}, or require it no longer", one.column);
        CallFailure { message, hint, ..failure }
    }

    /// Whether a refusal blames fields of a case that it can be written without. They are left out from now on.
    fn may_do_without(&self, part: &Part, refusal: &Refusal) -> bool {
        let Some(sent) = part.body.as_ref().filter(|_| part.can_lack) else { return false };
        let may = self.refused.learn(refusal, sent);
        if may && refusal.is_about_a_value() {
            // Its field may have become shorter, or its list another.
            self.reshape();
        }
        may
    }

    /// The kit's rule says only that the number was counted on from was not the newest: what stands is read, and the
    /// rest written again.
    fn read_differently(&self, failure: CallFailure) -> CallFailure {
        if failure.message.starts_with(COUNTING) && failure.message.contains("FIELD_CUSTOM_VALIDATION_EXCEPTION") {
            let hint = "nothing: what stands is read, and the rest is written again".into();
            return CallFailure { class: FailureClass::Unknown, hint, ..failure };
        }
        // A field that was there when the org was described last may be gone.
        if failure.message.contains("INVALID_FIELD") {
            self.reshape();
        }
        failure
    }

    async fn prepare(&self, batch: &Batch<'_>, log: &CallLog) -> Result<Prepared, CallFailure> {
        let shape = self.shape(log).await?;
        let write = Uuid::new_v4().simple().to_string();
        let opening = batch.effects.iter().find_map(|effect| match effect {
            Effect::OpenCase(draft) => Some(draft.as_ref()),
            _ => None,
        });
        let mut parts = Vec::with_capacity(batch.effects.len() + 2);
        let mut left_out = Vec::new();
        let (case, mut writes) = match opening {
            Some(draft) => {
                let (part, without) = self.opening(draft, &shape, &write, log).await?;
                parts.push(part);
                left_out = without;
                (None, shape.is_fenced().then_some(1))
            }
            None => {
                let known = self.known_case(batch.case_id, &shape, log).await?;
                (Some(known.id), known.writes)
            }
        };
        let parent = case.map_or_else(|| "@{case.id}".to_owned(), |id| id.to_string());
        // A status is counted as well: one that arrives late must not undo what a person did since.
        if let (Some(before), None) = (writes, opening) {
            let mut body = Map::new();
            body.insert(SEQ.into(), json!(before + 1));
            body.insert(WRITE.into(), write.into());
            parts.push(Part::update(format!("/sobjects/Case/{parent}"), COUNTING, "fence", body));
            writes = Some(before + 1);
        }
        for effect in batch.effects {
            if let Effect::AddActivity(draft) = effect {
                for body in comment::bodies(draft, batch.session) {
                    let reference = format!("c{}", parts.len());
                    let body = body_of(&[
                        ("ParentId", json!(parent)),
                        ("CommentBody", body.into()),
                        ("IsPublished", json!(false)),
                    ]);
                    let part = Part::insert("CaseComment", "making a comment", reference, body);
                    parts.push(Part { item: Some(draft.id), ..part });
                }
            }
        }
        for effect in batch.effects {
            if let Effect::SetFields(draft) = effect
                && !draft.values.is_empty()
            {
                let path = format!("/sobjects/Case/{parent}");
                let part = Part::update(path, "writing the mapped fields", MAPPED, mapped::body(&draft.values, &shape));
                parts.push(Part { item: Some(draft.id), ..part });
            }
        }
        // A case that is closed first might refuse what follows.
        for effect in batch.effects {
            if let Effect::SetStatus { id, to, .. } = effect {
                let statuses = self.statuses(log).await?;
                let status = wished(*to, &statuses, &self.settings)?;
                let body = body_of(&[("Status", status.value.as_str().into())]);
                let reference = format!("s{}", parts.len());
                let part = Part::update(format!("/sobjects/Case/{parent}"), "changing the status", &reference, body);
                parts.push(Part { item: Some(*id), ..part });
            }
        }
        if opening.is_some() {
            let path = format!("/sobjects/Case/{parent}?fields={MADE}");
            let made = Part::update(path, "reading the case", "made", Map::new());
            parts.push(Part { method: "GET", body: None, ..made });
        }
        if parts.len() > MOST_PARTS {
            return Err(CallFailure {
                class: FailureClass::Refused,
                ..setup(
                    format!("{} records are more than one call of Salesforce may carry", parts.len()),
                    "this is a fault of the program: report it",
                )
            });
        }
        Ok(Prepared { parts, left_out, writes, case })
    }

    async fn opening(
        &self,
        draft: &CaseDraft,
        shape: &Shape,
        write: &str,
        log: &CallLog,
    ) -> Result<(Part, Vec<LeftOut>), CallFailure> {
        let contact = self.contact_of(draft, log).await?;
        let making = Making { settings: &self.settings, shape, refused: &self.refused, contact, write };
        let (body, left_out) = case::body(draft, &making)?;
        let part = Part::insert("Case", "making the case", "case".into(), body);
        Ok((Part { assign: self.settings.owner.is_none(), item: Some(draft.id), can_lack: true, ..part }, left_out))
    }

    /// The one contact that a verified address names (R3). Of several none is taken.
    async fn contact_of(&self, draft: &CaseDraft, log: &CallLog) -> Result<Option<SalesforceId>, CallFailure> {
        let Some(email) = draft.contact.verified_email() else { return Ok(None) };
        let soql = format!("SELECT Id FROM Contact WHERE Email = {} LIMIT 2", soql::text(email));
        let rows = match self.rows(&Ask::new("reading Contact", soql), log).await {
            Ok(rows) => rows,
            // Contacts that are closed to us are no reason to leave the customer without a case.
            Err(failure) if failure.class == FailureClass::Rights => return Ok(None),
            Err(failure) => return Err(failure),
        };
        Ok(match rows.as_slice() {
            [one] => id(one, "Id"),
            _ => None,
        })
    }

    /// Where a case is, and how often it was written to: as remembered, else as read now.
    pub(crate) async fn known_case(&self, case: Uuid, shape: &Shape, log: &CallLog) -> Result<Known, CallFailure> {
        // One that was met before the kit came is read again.
        if let Some(known) = self.known.get(case).filter(|known| known.writes.is_some() == shape.is_fenced()) {
            return Ok(known);
        }
        let seq = if shape.is_fenced() { format!(",{SEQ}") } else { String::new() };
        let soql = format!("SELECT Id{seq} FROM Case WHERE {} LIMIT 2", shape.condition("", &[case]));
        let rows = self.rows(&Ask::new("reading Case", soql), log).await?;
        let known = rows.first().and_then(|row| Some(Known { id: id(row, "Id")?, writes: counted(row, shape) }));
        known.ok_or_else(|| not_there(case))
    }

    pub(crate) async fn write_again(
        &self,
        batch: &Batch<'_>,
        columns: &[String],
        log: &CallLog,
    ) -> Result<(), CallFailure> {
        let Some(Effect::OpenCase(draft)) = batch.effects.first() else { return Ok(()) };
        let shape = self.shape(log).await?;
        let mut body = case::words(draft, &shape, &self.refused);
        body.retain(|field, _| columns.iter().any(|one| one == field));
        if body.is_empty() {
            return Ok(());
        }
        let known = self.known_case(batch.case_id, &shape, log).await?;
        let path = format!("{}/sobjects/Case/{}", super::http::VERSION, known.id);
        let timeout = self.settings.write_timeout();
        let call = Call { method: Method::PATCH, path, body: Some(Value::Object(body)), parts: 1, timeout };
        let answer = self.http.call("changing the case", &call, None, log).await.map_err(NoAnswer::into_failure)?;
        answer.good("changing the case").map(drop)
    }
}

/// What the part that meets the kit's rule does, as messages call it.
const COUNTING: &str = "counting the transcript on";

/// A case that a read does not find.
pub(crate) fn not_there(case: Uuid) -> CallFailure {
    CallFailure {
        class: FailureClass::Refused,
        scope: FailureScope::Lane,
        item: Some(case),
        ..setup("the case is not there, or closed to the connection's user".into(), "look at the case in Salesforce")
    }
}

/// How often a case was written to; `None` where the kit is not there.
pub(crate) fn counted(row: &Value, shape: &Shape) -> Option<i64> {
    // Numbers come with a fraction (`3.0`).
    #[expect(clippy::cast_possible_truncation, reason = "a count of writes, whole by the field's definition")]
    let number = row[SEQ].as_f64().map_or(0, |number| number as i64);
    shape.is_fenced().then_some(number)
}

/// A row of Case as the port tells it.
pub(crate) fn stands(row: &Value) -> CaseStands {
    CaseStands {
        native_id: id(row, "Id").map(SalesforceId::to_uuid),
        number: string(row, "CaseNumber"),
        created_on: super::read::moment(row, "CreatedDate").map(soql::moment),
        status: string(row, "Status"),
        closed: row["IsClosed"] == true,
        seen_at: None,
        differs: Vec::new(),
    }
}

fn body_of(fields: &[(&str, Value)]) -> Map<String, Value> {
    fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect()
}
