//! A set-up kit: what an admin would otherwise make by hand in the CRM, deployed and looked after from here.

use async_trait::async_trait;
use casebridge_domain::CallFailure;
use serde::Serialize;

use crate::port::{CallLog, Proof};

/// A field of the kit, as the connection's user sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KitField {
    /// API name.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Whether the CRM shows it to the user: one that the user may not read does not seem to be there.
    pub present: bool,
    /// Whether it is as the kit makes it, and the user may write it.
    pub ok: bool,
    /// What is wrong with it; empty when nothing is.
    pub problem: String,
}

/// Another piece of the kit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KitPart {
    /// Its name in the CRM.
    pub name: &'static str,
    /// Whether it is there and as it should be. `NotProven`: the user may not look.
    pub proof: Proof,
    /// The evidence.
    pub detail: String,
}

/// How much of the kit is in the CRM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KitState {
    /// Its fields.
    pub fields: Vec<KitField>,
    /// The permission set: there, and given to the connection's user.
    pub permission_set: KitPart,
    /// The rule that refuses calls which arrive late.
    pub rule: KitPart,
    /// The version that is there, if it can be told.
    pub version: Option<u32>,
    /// The version that would be deployed.
    pub offered: u32,
}

impl KitState {
    /// Whether nothing of the kit is known to be missing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.fields.iter().all(|field| field.ok)
            && [&self.permission_set, &self.rule].into_iter().all(|part| part.proof != Proof::Missing)
            && self.version.is_none_or(|version| version >= self.offered)
    }
}

/// A deployment that the CRM took in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KitDeploy {
    /// Its id there.
    pub id: String,
    /// Whether it only tries: nothing is changed.
    pub check_only: bool,
}

/// Where a deployment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KitStage {
    /// It waits for its turn.
    Waiting,
    /// It runs.
    Running,
    /// All of it was done, or would be.
    Done,
    /// Something was refused, and nothing was changed.
    Failed,
    /// Somebody ended it.
    Canceled,
}

/// What the CRM has against a piece of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KitError {
    /// Kind and name of the piece, as `CustomField Case.Casebridge_Id__c`.
    pub component: String,
    /// The CRM's words.
    pub message: String,
}

/// How a deployment goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KitProgress {
    /// Its id.
    pub id: String,
    /// Whether it only tries.
    pub check_only: bool,
    /// Where it is.
    pub state: KitStage,
    /// Pieces done.
    pub done: u32,
    /// Pieces in all; 0 while they are not counted yet.
    pub total: u32,
    /// What was refused.
    pub errors: Vec<KitError>,
}

/// A CRM whose kit can be deployed.
#[async_trait]
pub trait SetUpKit: Send + Sync {
    /// How much of the kit is there. Writes nothing.
    async fn kit_state(&self, log: &CallLog) -> Result<KitState, CallFailure>;

    /// Hands the kit over to be deployed, or only to be tried. Deploying again what is there changes nothing.
    async fn kit_deploy(&self, check_only: bool, log: &CallLog) -> Result<KitDeploy, CallFailure>;

    /// How a deployment goes on. Its last step is ours: once it is done, the connection's user is given the rights.
    async fn kit_progress(&self, id: &str, log: &CallLog) -> Result<KitProgress, CallFailure>;
}
