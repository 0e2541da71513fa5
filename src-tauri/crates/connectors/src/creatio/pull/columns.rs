//! Which columns are read. Products differ in some, so a column that the CRM does not know is left out from then
//! on; a condition of the settings on such a column is said.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use casebridge_domain::{CallFailure, FailureClass, FailureScope};

use super::super::settings::CreatioSettings;

const CASE: &[&str] = &[
    "Id",
    "Number",
    "StatusId",
    "OwnerId",
    "PriorityId",
    "ContactId",
    "ModifiedOn",
    "ClosureDate",
    "SolutionProvidedOn",
];
const ACTIVITY: &[&str] = &[
    "Id",
    "CaseId",
    "Title",
    "Body",
    "DetailedResult",
    "Notes",
    "TypeId",
    "ActivityCategoryId",
    "MessageTypeId",
    "EmailSendStatusId",
    "SendDate",
    "IsHtmlBody",
    "IsAutoSubmitted",
    "IsNotPublished",
    "AuthorId",
    "CreatedById",
    "CreatedOn",
    "ModifiedOn",
];
/// Columns of portal messages.
pub(super) const PORTAL: &str =
    "Id,EntitySchemaUId,EntityId,Message,HideOnPortal,FromPortal,CreatedById,CreatedOn,ModifiedOn";
/// Columns without which a row still says enough.
const OPTIONAL: &[&str] =
    &["ClosureDate", "SolutionProvidedOn", "Notes", "IsHtmlBody", "IsAutoSubmitted", "IsNotPublished"];

/// The columns that the CRM turned out not to have.
#[derive(Debug, Default)]
pub(crate) struct Columns(Mutex<HashSet<&'static str>>);

impl Columns {
    pub(super) fn of_case(&self) -> String {
        self.those(CASE.iter().copied())
    }

    pub(super) fn of_activity(&self, settings: &CreatioSettings) -> String {
        let asked = settings.replies.columns();
        let extra = asked.iter().map(String::as_str).filter(|column| !ACTIVITY.contains(column));
        self.those(ACTIVITY.iter().copied().chain(extra))
    }

    fn those<'a>(&self, columns: impl Iterator<Item = &'a str>) -> String {
        let absent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        columns.filter(|column| !absent.contains(column)).collect::<Vec<_>>().join(",")
    }

    /// Whether reading again can help: the failure names a column that can be done without, and it was just
    /// crossed out.
    pub(super) fn cross_out(&self, failure: &CallFailure) -> bool {
        let mut absent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = OPTIONAL.iter().find(|column| names(failure, column));
        named.is_some_and(|column| absent.insert(column))
    }
}

/// Whether a failure is about this column.
pub(crate) fn names(failure: &CallFailure, column: &str) -> bool {
    let refused = matches!(failure.status, Some(400 | 404 | 500));
    refused && failure.message.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == column)
}

/// A column of a task rule that the CRM does not know is the settings' fault, not one case's.
pub(super) fn blame_settings(failure: CallFailure, settings: &CreatioSettings) -> CallFailure {
    let asked = settings.replies.columns();
    match asked.iter().find(|column| names(&failure, column)) {
        Some(column) => CallFailure {
            class: FailureClass::Setup,
            scope: FailureScope::Connection,
            hint: format!("the rule for tasks names the column `{column}`, which Activity does not have"),
            ..failure
        },
        None => failure,
    }
}
