//! Rows for pickers. Names are shown, never compared.

use casebridge_domain::CallFailure;
use serde_json::Value;
use uuid::Uuid;

use super::Salesforce;
use super::ids::value_id;
use super::read::{Ask, id, string};
use super::shape::case_uuid;
use super::soql;
use crate::port::{CallLog, Choice, ChoiceKind, Meaning};

/// Most rows given.
const GIVEN: usize = 100;

impl Salesforce {
    pub(crate) async fn choose(
        &self,
        what: ChoiceKind,
        query: Option<&str>,
        log: &CallLog,
    ) -> Result<Vec<Choice>, CallFailure> {
        let part = query.map(str::trim).filter(|part| !part.is_empty());
        let like = |field: &str| part.map(|part| format!("{field} LIKE {}", soql::part(part)));
        let mut found = match what {
            ChoiceKind::Owner => self.named("User", Some("IsActive = true".into()), like("Name"), log).await?,
            ChoiceKind::Contact => self.named("Contact", None, like("Name"), log).await?,
            ChoiceKind::Account => self.named("Account", None, like("Name"), log).await?,
            ChoiceKind::Group => self.queues(log).await?,
            ChoiceKind::Status => {
                let statuses = self.statuses(log).await?;
                let means = |closed| Some(if closed { Meaning::Closed } else { Meaning::Open });
                statuses
                    .iter()
                    .map(|status| Choice { id: status.id(), name: status.label.clone(), means: means(status.closed) })
                    .collect()
            }
            ChoiceKind::Origin => self.values("Origin", log).await?,
            ChoiceKind::Category => self.values("Type", log).await?,
            // Comments have neither.
            ChoiceKind::ActivityCategory | ChoiceKind::ActivityType => Vec::new(),
        };
        if let Some(part) = part {
            let part = part.to_lowercase();
            found.retain(|choice| choice.name.to_lowercase().contains(&part));
        }
        found.sort_by_cached_key(|choice| (choice.name.to_lowercase(), choice.id));
        found.dedup();
        found.truncate(GIVEN);
        Ok(found)
    }

    async fn named(
        &self,
        object: &str,
        always: Option<String>,
        like: Option<String>,
        log: &CallLog,
    ) -> Result<Vec<Choice>, CallFailure> {
        let conditions: Vec<String> = always.into_iter().chain(like).collect();
        let filter = if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) };
        let soql = format!("SELECT Id,Name FROM {object}{filter} ORDER BY Name LIMIT {GIVEN}");
        let rows = self.rows(&Ask::new("reading names", soql), log).await?;
        let choice =
            |row: &Value| Some(Choice { id: id(row, "Id")?.to_uuid(), name: string(row, "Name")?, means: None });
        Ok(rows.iter().filter_map(choice).collect())
    }

    /// Queues that may own cases.
    async fn queues(&self, log: &CallLog) -> Result<Vec<Choice>, CallFailure> {
        let soql = "SELECT QueueId,Queue.Name FROM QueueSobject WHERE SobjectType = 'Case'";
        let rows = self.rows(&Ask::new("reading queues", soql.into()), log).await?;
        let choice = |row: &Value| {
            Some(Choice { id: id(row, "QueueId")?.to_uuid(), name: string(&row["Queue"], "Name")?, means: None })
        };
        Ok(rows.iter().filter_map(choice).collect())
    }

    async fn values(&self, field: &str, log: &CallLog) -> Result<Vec<Choice>, CallFailure> {
        let shape = self.shape(log).await?;
        let choice = |value: &String| Choice { id: value_id(field, value), name: value.clone(), means: None };
        Ok(shape.values(field).iter().map(choice).collect())
    }

    /// The case with this number; more where numbers repeat.
    pub(crate) async fn cases_numbered(&self, number: &str, log: &CallLog) -> Result<Vec<Uuid>, CallFailure> {
        let shape = self.shape(log).await?;
        let (keys, number) = (shape.key_fields(""), soql::text(number.trim()));
        let soql = format!("SELECT Id{keys} FROM Case WHERE CaseNumber = {number} LIMIT 5");
        let rows = self.rows(&Ask::new("reading Case", soql), log).await?;
        Ok(rows.iter().filter_map(|row| id(row, "Id").map(|id| case_uuid(row, id))).collect())
    }
}
