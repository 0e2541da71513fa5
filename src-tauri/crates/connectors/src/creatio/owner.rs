//! Who owns our activities. Creatio refuses an activity without an owner, and a technical user may have no
//! contact that could stand in, so an owner is always sent.

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use uuid::Uuid;

use super::Creatio;
use super::odata::{Filter, Query, flag, id, string};
use super::stock;
use crate::port::CallLog;

/// Employees looked at; more are no better.
const ROWS: usize = 50;

impl Creatio {
    /// The owner that the settings name, else an employee found once: the Supervisor of stock installations
    /// if the contact is there, else the first active employee by name.
    pub(crate) async fn owner_of_activities(&self, log: &CallLog) -> Result<Uuid, CallFailure> {
        if let Some(owner) = self.settings.activity_owner() {
            return Ok(owner);
        }
        self.employee.get(async || self.find_employee(log).await).await
    }

    async fn find_employee(&self, log: &CallLog) -> Result<Uuid, CallFailure> {
        let stock = Query { set: "Contact", select: "Id", filter: Some(Filter::guid("Id", stock::SUPERVISOR)), top: 1 };
        if !self.rows(&stock, log).await?.is_empty() {
            return Ok(stock::SUPERVISOR);
        }
        // The system table may be closed to OData; then only the admin can say.
        let query = Query {
            set: "SysAdminUnit",
            select: "Id,Name,Active,ConnectionType,SysAdminUnitTypeValue,ContactId",
            filter: None,
            top: ROWS,
        };
        let rows = self.rows(&query, log).await.map_err(|failure| CallFailure { hint: no_owner().hint, ..failure })?;
        let is_employee = |row: &&serde_json::Value| {
            let number = |column: &str| row.get(column).and_then(serde_json::Value::as_i64);
            number("SysAdminUnitTypeValue") == Some(4) && number("ConnectionType") == Some(0) && flag(row, "Active")
        };
        rows.iter()
            .filter(is_employee)
            .filter_map(|row| Some((string(row, "Name")?, id(row, "ContactId")?)))
            .min()
            .map(|(_, contact)| contact)
            .ok_or_else(no_owner)
    }
}

pub(crate) fn no_owner() -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status: None,
        message: "this connection has no owner for activities".into(),
        hint: "set an owner or an activity owner: Creatio takes no activity without one".into(),
        item: None,
    }
}
