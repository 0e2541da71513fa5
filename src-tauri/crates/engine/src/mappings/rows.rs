//! Rows of lookups that are said by their label: asked of the CRM, all of a case with one question.

use casebridge_connectors::{CallLog, CaseSystem};
use casebridge_domain::plan::rows::{NamedRow, RowName, Rows};
use casebridge_domain::{CallFailure, FailureScope};

/// Asks the CRM which rows bear these names. Nothing is asked without names. An error: it cannot be asked now, and
/// `again` says that it will be.
pub(crate) async fn rows_named(
    crm: &dyn CaseSystem,
    names: Vec<RowName>,
    again: bool,
    log: &CallLog,
) -> Result<Rows, CallFailure> {
    if names.is_empty() {
        return Ok(Rows::default());
    }
    match crm.named_rows(&names, log).await {
        Ok(found) => Ok(names.into_iter().zip(found).collect()),
        Err(failure) if failure.scope == FailureScope::Connection || (again && failure.is_transient()) => Err(failure),
        // One column without its value never costs the case.
        Err(failure) => Ok(names.into_iter().map(|name| (name, NamedRow::Unread(failure.message.clone()))).collect()),
    }
}
