//! Who calls, and the one table of what they may do.

use crate::commands::Command;
use crate::error::{ApiError, Code};

pub use casebridge_engine::visitors::Role;

/// Whoever calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Their name; it stands in the audit log and on what they do.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl Caller {
    /// Somebody who may do everything: whoever can read the data folder.
    #[must_use]
    pub fn admin(name: impl Into<String>) -> Self {
        Self { name: name.into(), role: Role::Admin }
    }

    /// Refuses a command that is not this caller's to give.
    pub(crate) fn may(&self, command: &Command) -> Result<(), ApiError> {
        let least = least_role(command);
        if self.role >= least {
            return Ok(());
        }
        Err(ApiError {
            code: Code::Forbidden,
            message: format!("this needs the role `{}`; you have `{}`", least.as_str(), self.role.as_str()),
            hint: format!("ask somebody who is `{}`", least.as_str()),
            retry_after: None,
        })
    }
}

/// The least role that may give a command. A new command does not compile before it has one.
#[must_use]
pub fn least_role(command: &Command) -> Role {
    match command {
        Command::SessionsList(_)
        | Command::SessionsCounts
        | Command::SessionOpen { .. }
        | Command::SessionEvents { .. }
        | Command::CaseLinks(_)
        | Command::RepliesList(_)
        | Command::LanesList(_)
        | Command::LanesCount
        | Command::LanesCountMatching(_)
        | Command::Deliveries { .. }
        | Command::FieldsRefused
        | Command::Trace { .. }
        | Command::Explain { .. }
        | Command::Find { .. }
        | Command::ConnectionList
        | Command::SessionsWeek
        | Command::PublicAddressShow
        | Command::CasePreview(_)
        | Command::ProfileGet
        | Command::PeopleKnown
        | Command::FiltersList
        | Command::FilterSave(_)
        | Command::FilterDrop { .. }
        | Command::MappingsShow { .. }
        | Command::MappingsVersions { .. }
        | Command::MappingsVersion { .. }
        | Command::WebhookShow { .. } => Role::Viewer,
        Command::SessionReply(_)
        | Command::SessionTakeOver { .. }
        | Command::SessionGiveBack { .. }
        | Command::SessionAssign { .. }
        | Command::SessionHandOff { .. }
        | Command::SessionResolve { .. }
        | Command::SessionReopen { .. }
        | Command::RepliesRelease { .. }
        | Command::RepliesDiscard { .. }
        | Command::LanesRetry(_)
        | Command::CaseDecide(_)
        | Command::CaseLook { .. }
        | Command::ProfileSet(_)
        | Command::CrmPeople { .. }
        | Command::SuggestionTake(_)
        | Command::SuggestionDismiss(_)
        | Command::Doctor => Role::Agent,
        Command::ConnectionAdd(_)
        | Command::ConnectionSet(_)
        | Command::ConnectionTest { .. }
        | Command::ConnectionTakeOver { .. }
        | Command::ConnectionRemove { .. }
        | Command::ConnectionTry(_)
        | Command::ConnectionTryAndAdd(_)
        | Command::ConnectionTryAndSet(_)
        | Command::SignInWays
        | Command::SignInBegin(_)
        | Command::SignInState { .. }
        | Command::SignInPaste { .. }
        | Command::SignInCancel { .. }
        | Command::SignInPages
        | Command::ConnectionPause { .. }
        | Command::ConnectionResume { .. }
        | Command::ConnectionFootprint { .. }
        | Command::KitState { .. }
        | Command::KitDeploy { .. }
        | Command::KitProgress { .. }
        | Command::KitFiles
        | Command::PublicAddressSet { .. }
        | Command::PublicAddressTest
        | Command::WebhookGrace { .. }
        | Command::CrmChoices(_)
        | Command::KeyCreate { .. }
        | Command::KeyList
        | Command::KeyRevoke { .. }
        | Command::LanesSkip { .. }
        | Command::LanesPark { .. }
        | Command::WebhookUrl { .. }
        | Command::WebhookRegenerate { .. }
        | Command::RepliesPreview(_)
        | Command::Restored
        | Command::Export { .. }
        | Command::ConsoleLink { .. }
        | Command::ConsoleVisitors
        | Command::ConsoleDismiss { .. }
        | Command::ColumnsList { .. }
        | Command::LookupValues { .. }
        | Command::MappingsSave(_)
        | Command::MappingsCheck { .. }
        | Command::MappingsExport { .. }
        | Command::MappingsImport { .. }
        | Command::MappingsDryRun { .. }
        | Command::AnalystShow
        | Command::AnalystSet(_)
        | Command::AnalystTest
        | Command::LogShow
        | Command::LogSet { .. }
        | Command::SandboxStart { .. } => Role::Admin,
    }
}
