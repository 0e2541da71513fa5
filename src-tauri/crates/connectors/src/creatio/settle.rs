//! Reading back, by id, what stands of a batch, and writing again what a late creation left behind.

use std::collections::HashSet;
use std::time::Duration;

use casebridge_domain::{CallFailure, CaseDraft, Effect, FailureClass, RecordKind, RecordRef, StatusWish};
use reqwest::Method;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::case::{self, Customer};
use super::http::Call;
use super::many::Ask;
use super::odata::{Filter, Operation, Query, entity, guid, id, id_of, raw, string};
use super::settings::{ContactPolicy, CreatioAuth, CreatioSettings};
use super::{Creatio, odata};
use crate::crm_clock::CrmClock;
use crate::port::{Batch, CallLog, CaseReading, CaseStands, Standing};

/// Columns of a draft that can be compared with what stands. The contact is one only where the settings
/// name it: a contact that was looked up may have been merged since.
const COMPARED: &[&str] =
    &["Subject", "Symptoms", "OwnerId", "GroupId", "OriginId", "CategoryId", "ContactId", "AccountId"];

/// A row that was changed this soon after it was made was changed by the server's own rules.
const SAME_SAVE: Duration = Duration::from_secs(2);

impl Creatio {
    pub(crate) async fn read_standing(&self, batch: &Batch<'_>, log: &CallLog) -> Result<Standing, CallFailure> {
        let draft = batch.effects.iter().find_map(|effect| match effect {
            Effect::OpenCase(draft) => Some(draft.as_ref()),
            _ => None,
        });
        let row = self.case_row(batch.case_id, draft.is_some(), log).await?;
        let mut records: Vec<RecordRef> = Vec::new();
        let activities = self.activities(batch, log).await?;
        let case = match row {
            CaseRow::Absent => CaseReading::Absent,
            CaseRow::Unreadable => CaseReading::Unreadable,
            CaseRow::Stands { row, at } => {
                let stands = CaseStands { seen_at: at, ..self.stands(&row, draft, batch, log).await? };
                for effect in batch.effects {
                    let there = match effect {
                        Effect::OpenCase(_) => true,
                        // Values have no id: they are read when they are written again.
                        Effect::AddActivity(_) | Effect::SetFields(_) => false,
                        // A wish is about how the case is: a person who went further has fulfilled it.
                        Effect::SetStatus { to: StatusWish::Resolved, .. } => stands.closed,
                        Effect::SetStatus { to: StatusWish::Reopened, .. } => !stands.closed,
                    };
                    if there {
                        records.push(effect.record());
                    }
                }
                CaseReading::Stands(stands)
            }
        };
        let found = batch.effects.iter().map(Effect::record);
        records.extend(found.filter(|record| record.kind == RecordKind::Activity && activities.contains(&record.id)));
        Ok(Standing { case, records })
    }

    async fn case_row(&self, case: Uuid, with_draft: bool, log: &CallLog) -> Result<CaseRow, CallFailure> {
        let mut select = "Id,Number,CreatedOn,CreatedById,ModifiedOn,ModifiedById,StatusId".to_owned();
        if with_draft {
            for column in COMPARED {
                select.push(',');
                select.push_str(column);
            }
            if let Some(column) = &self.settings.session_column {
                select.push(',');
                select.push_str(column);
            }
        }
        self.case_by_key(case, &select, log).await
    }

    /// A case by its key: there, absent, or closed to us alone.
    pub(crate) async fn case_by_key(&self, case: Uuid, select: &str, log: &CallLog) -> Result<CaseRow, CallFailure> {
        let failure = match self.record_at("Case", case, select, log).await {
            Ok((row, at)) if id_of(&row) == Some(case) => return Ok(CaseRow::Stands { row, at }),
            Ok(_) => return Ok(CaseRow::Absent),
            Err(failure) => failure,
        };
        match failure.class {
            FailureClass::Refused if failure.status == Some(404) => Ok(CaseRow::Absent),
            // The body of "not found" is unconfirmed; a page says the same as a wrong address, a list does not.
            _ if failure.status == Some(404) => {
                let query = Query { set: "Case", select: "Id", filter: Some(Filter::guid("Id", case)), top: 1 };
                match self.rows(&query, log).await?.is_empty() {
                    true => Ok(CaseRow::Absent),
                    false => Err(failure),
                }
            }
            FailureClass::Rights => {
                // One record closed to us is that case's matter; the whole object is the connection's.
                let query = Query { set: "Case", select: "Id", filter: None, top: 1 };
                self.rows(&query, log).await.map(|_| CaseRow::Unreadable)
            }
            _ => Err(failure),
        }
    }

    /// Those of the batch's activities that stand: one plain read for a few, one batch of reads for many.
    async fn activities(&self, batch: &Batch<'_>, log: &CallLog) -> Result<HashSet<Uuid>, CallFailure> {
        let ids: Vec<Uuid> =
            batch.effects.iter().map(Effect::record).filter(|r| r.kind == RecordKind::Activity).map(|r| r.id).collect();
        let queries: Vec<Query<'static>> = Filter::ids(&ids)
            .into_iter()
            .map(|filter| Query { set: "Activity", select: "Id", filter: Some(filter), top: ids.len() })
            .collect();
        let rows = match queries.as_slice() {
            [] => Vec::new(),
            [one] => self.rows(one, log).await?,
            many => self.read_many(&many.iter().map(Ask::from).collect::<Vec<_>>(), log).await?.all()?.concat(),
        };
        Ok(rows.iter().filter_map(id_of).collect())
    }

    async fn stands(
        &self,
        row: &Value,
        draft: Option<&CaseDraft>,
        batch: &Batch<'_>,
        log: &CallLog,
    ) -> Result<CaseStands, CallFailure> {
        let status = id(row, "StatusId");
        let asks_status = batch.effects.iter().any(|effect| matches!(effect, Effect::SetStatus { .. }));
        let closed = match status {
            None => false,
            Some(status) if asks_status => self.is_closed(status, log).await?,
            // Without a wish an unreadable list of statuses must not keep the case from being found.
            Some(status) => match self.is_closed(status, log).await {
                Ok(closed) => closed,
                Err(_) => self.is_closed_as_known(status).await,
            },
        };
        let differs = draft.map_or_else(Vec::new, |draft| differs(row, draft, &self.settings));
        Ok(CaseStands {
            native_id: None,
            number: string(row, "Number"),
            created_on: string(row, "CreatedOn"),
            status: status.map(guid),
            closed,
            seen_at: None,
            differs,
        })
    }

    /// PATCHes columns of the draft. Old builds answer 204 to a PATCH that they drop, so the first change of
    /// each column is read back.
    pub(crate) async fn write_again(
        &self,
        batch: &Batch<'_>,
        columns: &[String],
        log: &CallLog,
    ) -> Result<(), CallFailure> {
        let draft = batch.effects.iter().find_map(|effect| match effect {
            Effect::OpenCase(draft) => Some(draft.as_ref()),
            _ => None,
        });
        let Some(draft) = draft else { return Ok(()) };
        let mut body = comparable(draft, &self.settings);
        body.retain(|column, _| columns.contains(column));
        if body.is_empty() {
            return Ok(());
        }
        let path = self.path(&entity("Case", draft.id), log).await?;
        let text = Value::Object(body.clone()).to_string();
        let call = Call::send(Method::PATCH, path, text, self.settings.write_timeout());
        let deadline = crate::wire::Deadline::after(self.settings.write_timeout());
        let answer = self.http.call(&call, Some(deadline), log).await.map_err(crate::wire::NoAnswer::into_failure)?;
        let sent: Vec<&str> =
            body.values().filter_map(Value::as_str).filter(|text| Uuid::try_parse(text).is_err()).collect();
        self.good(&answer, &self.target("Case", Operation::Update, Some(draft.id)), &sent).await?;
        self.prove(draft.id, &body, log).await
    }

    async fn prove(&self, case: Uuid, body: &Map<String, Value>, log: &CallLog) -> Result<(), CallFailure> {
        let mut proven = self.proven.lock().await;
        let new: Vec<&String> = body.keys().filter(|column| !proven.contains(*column)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let select = new.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(",");
        let row = self.record("Case", case, &format!("Id,{select}"), log).await?;
        let dropped: Vec<&str> = new.iter().filter(|c| !same(&row, c, &body[**c])).map(|c| c.as_str()).collect();
        if !dropped.is_empty() {
            return Err(CallFailure {
                class: FailureClass::Refused,
                item: Some(case),
                hint: "check these columns of Case: their names, their types and the right to change them".into(),
                ..crate::wire::unreachable(format!(
                    "Creatio accepted a change of {} and did not make it",
                    dropped.join(", ")
                ))
            });
        }
        proven.extend(new.into_iter().cloned());
        Ok(())
    }
}

pub(crate) enum CaseRow {
    Stands { row: Value, at: Option<CrmClock> },
    Absent,
    Unreadable,
}

/// Columns in which a case differs from its draft, none if anybody but us touched it.
fn differs(row: &Value, draft: &CaseDraft, settings: &CreatioSettings) -> Vec<String> {
    if !untouched(row, &settings.auth) {
        return Vec::new();
    }
    let body = comparable(draft, settings);
    body.iter().filter(|(column, wanted)| !same(row, column, wanted)).map(|(column, _)| column.clone()).collect()
}

/// Who signs in as a person shares the author with that person, so the time must tell as well then.
/// `ModifiedBy` is a contact, and technical users may have none.
fn untouched(row: &Value, auth: &CreatioAuth) -> bool {
    let same_save = match (odata::moment(row, "CreatedOn"), odata::moment(row, "ModifiedOn")) {
        (Some(created), Some(modified)) => {
            Duration::try_from(modified.duration_since(created)).unwrap_or_default() <= SAME_SAVE
        }
        _ => false,
    };
    let same_author = id(row, "CreatedById") == id(row, "ModifiedById");
    same_author && (same_save || matches!(auth, CreatioAuth::ClientCredentials { .. }))
}

fn comparable(draft: &CaseDraft, settings: &CreatioSettings) -> Map<String, Value> {
    let vouched = draft.contact.verified_email().is_some() || draft.contact.verified_phone().is_some();
    let customer = match settings.contact_policy {
        ContactPolicy::DefaultContact { id } if !vouched => Customer { contact: Some(id), account: None },
        ContactPolicy::DefaultAccount { id } if !vouched => Customer { contact: None, account: Some(id) },
        _ => Customer::default(),
    };
    let mut body = case::body(draft, settings, customer);
    body.retain(|column, _| COMPARED.contains(&column.as_str()) || settings.session_column.as_deref() == Some(column));
    body
}

fn same(row: &Value, column: &str, wanted: &Value) -> bool {
    let wanted = wanted.as_str().unwrap_or_default();
    match Uuid::try_parse(wanted) {
        Ok(wanted) if column.ends_with("Id") => odata::id(row, column) == Some(wanted),
        _ => raw(row, column).trim() == wanted.trim(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::case::tests::{draft, settings};
    use super::*;

    fn row(created: &str, modified: &str, by: u128) -> Value {
        let mut row = Value::Object(comparable(&draft(), &settings()));
        row["CreatedOn"] = json!(created);
        row["ModifiedOn"] = json!(modified);
        row["CreatedById"] = json!(Uuid::from_u128(7).to_string());
        row["ModifiedById"] = json!(Uuid::from_u128(by).to_string());
        row
    }

    #[test]
    fn r11_only_what_nobody_touched_is_written_again() {
        let (made, later) = ("2026-03-01T10:00:00.1234567Z", "2026-03-01T11:00:00.1234567Z");
        let mut ours = row(made, later, 7);
        ours["Subject"] = json!("Older subject");
        ours["OriginId"] = json!("019259AF-EC9C-4C87-9565-3C00700C7875");
        assert_eq!(
            differs(&ours, &draft(), &settings()),
            ["Subject"],
            "changed by us alone; letter case of ids is none"
        );
        let mut theirs = row(made, later, 8);
        theirs["Subject"] = json!("A person's words");
        assert!(differs(&theirs, &draft(), &settings()).is_empty(), "a person's edit must not be overwritten");
        let mut person = settings();
        person.auth = CreatioAuth::AuthorizationCode {
            client_id: "C".into(),
            confidential: false,
            redirect_uri: "http://localhost/".parse().unwrap(),
        };
        assert!(differs(&ours, &draft(), &person).is_empty(), "signed in as a person, our author is theirs");
        let mut theirs = row(made, made, 8);
        theirs["Subject"] = json!("A person's words");
        assert!(differs(&theirs, &draft(), &settings()).is_empty(), "a quick person is a person");
        let mut fresh = row(made, made, 7);
        fresh["Subject"] = json!("Older subject");
        assert_eq!(differs(&fresh, &draft(), &person), ["Subject"]);
    }

    #[test]
    fn a_looked_up_contact_is_no_difference() {
        assert!(!comparable(&draft(), &settings()).contains_key("ContactId"), "it may have been merged since");
        let mut settings = settings();
        settings.contact_policy = ContactPolicy::DefaultContact { id: Uuid::from_u128(3) };
        let mut unknown = draft();
        unknown.contact.phone = None;
        assert!(
            comparable(&unknown, &settings).contains_key("ContactId"),
            "the settings name it for unknown customers"
        );
        assert!(!comparable(&draft(), &settings).contains_key("ContactId"), "a verified number may have found another");
    }
}
