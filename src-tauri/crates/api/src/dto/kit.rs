//! The set-up kit of a CRM: what of it is there, how a deployment goes on, and its files.

use casebridge_engine::kit::{KitDeploy, KitFile, KitFileKind, KitPart, KitProgress, KitStage, KitState, KitStep};
use serde::Serialize;
use ts_rs::TS;

/// How much of the kit the CRM has.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KitView {
    /// Its fields.
    pub fields: Vec<KitFieldView>,
    /// There, and given to the connection's user?
    pub permission_set: KitPartView,
    /// The rule that refuses calls which arrive late.
    pub rule: KitPartView,
    /// The version that is there, if it can be told.
    pub version: Option<u32>,
    /// The version that would be deployed.
    pub offered: u32,
    /// Whether nothing is known to be missing.
    pub complete: bool,
}

/// A field of the kit.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KitFieldView {
    /// API name.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// Whether the CRM shows it to the connection's user.
    pub present: bool,
    /// Whether it can be used.
    pub ok: bool,
    /// What is wrong with it; empty when nothing is.
    pub problem: String,
}

/// Another piece of the kit.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KitPartView {
    /// Its name in the CRM.
    pub name: &'static str,
    /// Whether it is there and right.
    #[ts(type = "\"yes\" | \"missing\" | \"not_proven\"")]
    pub proof: casebridge_engine::kit::Proof,
    /// The evidence.
    pub detail: String,
}

/// A deployment that began.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KitDeployView {
    /// Its id in the CRM.
    pub id: String,
    /// Whether it only tries.
    pub check_only: bool,
}

/// How a deployment goes on.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KitProgressView {
    /// Its id in the CRM.
    pub id: String,
    /// Whether it only tries.
    pub check_only: bool,
    /// Where it is; the first two go on.
    #[ts(type = "\"waiting\" | \"running\" | \"done\" | \"failed\" | \"canceled\"")]
    pub state: KitStage,
    /// Pieces done.
    pub done: u32,
    /// Pieces in all; 0 while they are not counted yet.
    pub total: u32,
    /// What was refused; also of one that was done, when the rights could not be given.
    pub errors: Vec<KitErrorView>,
}

/// What the CRM has against a piece.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KitErrorView {
    /// Kind and name of the piece.
    pub component: String,
    /// The CRM's words.
    pub message: String,
}

/// The kit to be read, copied and saved.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KitFilesView {
    /// All files, in the order in which one reads them.
    pub files: Vec<KitFileView>,
    /// What an admin does by hand so that the triggers may call.
    pub steps: Vec<KitStepView>,
}

/// One file.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KitFileView {
    /// Below the folder that it is saved to.
    pub path: &'static str,
    /// What it is.
    #[ts(
        type = "\"readme\" | \"manifest\" | \"metadata\" | \"permission_set\" | \"apex_class\" | \"apex_trigger\" | \
                 \"apex_test\""
    )]
    pub kind: KitFileKind,
    /// Its text.
    pub text: &'static str,
}

/// One step.
#[derive(Debug, Clone, Serialize, TS)]
pub struct KitStepView {
    /// Where in the CRM's set-up.
    pub place: &'static str,
    /// What to do there.
    pub action: String,
    /// Values to copy, each with the name of its field there.
    pub values: Vec<(&'static str, String)>,
}

impl From<KitPart> for KitPartView {
    fn from(part: KitPart) -> Self {
        Self { name: part.name, proof: part.proof, detail: part.detail }
    }
}

impl From<KitState> for KitView {
    fn from(state: KitState) -> Self {
        let complete = state.is_complete();
        let fields = state.fields.into_iter().map(|field| KitFieldView {
            name: field.name,
            purpose: field.purpose,
            present: field.present,
            ok: field.ok,
            problem: field.problem,
        });
        Self {
            fields: fields.collect(),
            permission_set: state.permission_set.into(),
            rule: state.rule.into(),
            version: state.version,
            offered: state.offered,
            complete,
        }
    }
}

impl From<KitDeploy> for KitDeployView {
    fn from(deploy: KitDeploy) -> Self {
        Self { id: deploy.id, check_only: deploy.check_only }
    }
}

impl From<KitProgress> for KitProgressView {
    fn from(progress: KitProgress) -> Self {
        let errors = progress.errors.into_iter();
        let errors = errors.map(|error| KitErrorView { component: error.component, message: error.message });
        Self {
            id: progress.id,
            check_only: progress.check_only,
            state: progress.state,
            done: progress.done,
            total: progress.total,
            errors: errors.collect(),
        }
    }
}

impl KitFilesView {
    pub(crate) fn new(files: &'static [KitFile], steps: Vec<KitStep>) -> Self {
        let files = files.iter().map(|file| KitFileView { path: file.path, kind: file.kind, text: file.text });
        let steps =
            steps.into_iter().map(|step| KitStepView { place: step.place, action: step.action, values: step.values });
        Self { files: files.collect(), steps: steps.collect() }
    }
}
