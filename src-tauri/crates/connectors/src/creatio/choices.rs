//! Rows for pickers. Names are shown, never compared: they follow the user's language.

use casebridge_domain::CallFailure;
use serde_json::Value;
use uuid::Uuid;

use super::Creatio;
use super::odata::{Filter, Query, flag, id, string};
use super::stock;
use crate::port::{CallLog, Choice, ChoiceKind, Meaning};

/// Most rows asked for.
const ASKED: usize = 500;
/// Most rows given.
const GIVEN: usize = 100;

impl Creatio {
    pub(crate) async fn choose(
        &self,
        what: ChoiceKind,
        query: Option<&str>,
        log: &CallLog,
    ) -> Result<Vec<Choice>, CallFailure> {
        let part = query.map(str::trim).filter(|part| !part.is_empty());
        let mut found = match what {
            ChoiceKind::Owner => self.units(log, employee).await?,
            ChoiceKind::Group => self.units(log, role).await?,
            ChoiceKind::Category => self.named("CaseCategory", None, log).await?,
            ChoiceKind::Status => self.case_statuses(log).await?,
            ChoiceKind::ActivityCategory => self.named("ActivityCategory", None, log).await?,
            ChoiceKind::ActivityType => {
                let mut types = self.named("ActivityType", None, log).await?;
                types.retain(|one| one.id != stock::TYPE_EMAIL);
                types
            }
            ChoiceKind::Origin => self.named("CaseOrigin", None, log).await?,
            ChoiceKind::Contact => self.named("Contact", part, log).await?,
            ChoiceKind::Account => self.named("Account", part, log).await?,
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

    /// The cases with this number; a few, where numbers repeat.
    pub(crate) async fn cases_numbered(&self, number: &str, log: &CallLog) -> Result<Vec<Uuid>, CallFailure> {
        let filter = Some(Filter::text("Number", number));
        let rows = self.rows(&Query { set: "Case", select: "Id,Number", filter, top: 5 }, log).await?;
        Ok(rows.iter().filter_map(|row| id(row, "Id")).collect())
    }

    async fn named(&self, set: &str, part: Option<&str>, log: &CallLog) -> Result<Vec<Choice>, CallFailure> {
        let filter = part.map(|part| Filter::part("Name", part));
        let rows = self.rows(&Query { set, select: "Id,Name", filter, top: ASKED }, log).await?;
        Ok(rows.iter().filter_map(|row| plain(id(row, "Id")?, row)).collect())
    }

    /// Statuses with what their flags mean: names are translated, and tenants add dozens.
    async fn case_statuses(&self, log: &CallLog) -> Result<Vec<Choice>, CallFailure> {
        let select = "Id,Name,IsFinal,IsResolved,IsPaused";
        let rows = self.rows(&Query { set: "CaseStatus", select, filter: None, top: ASKED }, log).await?;
        let choice = |row: &Value| {
            let means = match (flag(row, "IsFinal"), flag(row, "IsResolved"), flag(row, "IsPaused")) {
                (true, _, _) => Meaning::Closed,
                (_, true, _) => Meaning::Resolved,
                (_, _, true) => Meaning::Paused,
                _ => Meaning::Open,
            };
            Some(Choice { means: Some(means), ..plain(id(row, "Id")?, row)? })
        };
        Ok(rows.iter().filter_map(choice).collect())
    }

    async fn units(
        &self,
        log: &CallLog,
        pick: impl Fn(&Value, i64) -> Option<Uuid>,
    ) -> Result<Vec<Choice>, CallFailure> {
        let query = Query {
            set: "SysAdminUnit",
            select: "Id,Name,Active,ConnectionType,SysAdminUnitTypeValue,ContactId",
            filter: None,
            top: ASKED,
        };
        let rows = self.rows(&query, log).await.map_err(|failure| CallFailure {
            hint: "give the integration user read access to SysAdminUnit, or type the id".into(),
            ..failure
        })?;
        Ok(rows
            .iter()
            .filter(|row| row.get("ConnectionType").and_then(Value::as_i64) == Some(0))
            .filter_map(|row| {
                let kind = row.get("SysAdminUnitTypeValue").and_then(Value::as_i64)?;
                plain(pick(row, kind)?, row)
            })
            .collect())
    }
}

fn plain(id: Uuid, row: &Value) -> Option<Choice> {
    Some(Choice { id, name: string(row, "Name")?, means: None })
}

/// The contact of an active user: owners are contacts.
fn employee(row: &Value, kind: i64) -> Option<Uuid> {
    (kind == 4 && flag(row, "Active")).then(|| id(row, "ContactId")).flatten()
}

/// Organisations, divisions, teams and functional roles; everything but users.
fn role(row: &Value, kind: i64) -> Option<Uuid> {
    (kind != 4).then(|| id(row, "Id")).flatten()
}
