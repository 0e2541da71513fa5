//! The set-up kit: fields with their permission set and rule, which are deployed from here, and triggers with their
//! tests, which an admin deploys. The files beside this one are what goes to the org, as they are.

mod deploy;
mod files;
mod state;
mod steps;

use async_trait::async_trait;
use casebridge_domain::CallFailure;

use super::Salesforce;
use crate::port::CallLog;
use crate::set_up::{KitDeploy, KitProgress, KitState, SetUpKit};

pub use self::files::{KitFile, KitFileKind, apex_archive, files};
pub use self::steps::{ADDRESS_TO_COME, KitStep, named_credential_steps};

/// The version of the fields, the permission set and the rule. It stands in the permission set's description.
pub const VERSION: u32 = 1;
/// The permission set.
pub const PERMISSION_SET: &str = "Casebridge";
/// The rule that refuses a call which arrives late.
pub const RULE: &str = "Casebridge_Write";

#[async_trait]
impl SetUpKit for Salesforce {
    async fn kit_state(&self, log: &CallLog) -> Result<KitState, CallFailure> {
        self.read_kit(log).await
    }

    async fn kit_deploy(&self, check_only: bool, log: &CallLog) -> Result<KitDeploy, CallFailure> {
        self.deploy_kit(check_only, log).await
    }

    async fn kit_progress(&self, id: &str, log: &CallLog) -> Result<KitProgress, CallFailure> {
        self.progress_of_kit(id, log).await
    }
}
