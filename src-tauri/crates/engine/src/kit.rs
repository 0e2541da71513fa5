//! The set-up kit of a connection's CRM: how much of it is there, and deploying it.

pub use casebridge_connectors::Proof;
pub use casebridge_connectors::salesforce::kit::{KitFile, KitFileKind, KitStep, files, named_credential_steps};
use casebridge_connectors::{CallLog, CaseSystem};
pub use casebridge_connectors::{KitDeploy, KitError, KitField, KitPart, KitProgress, KitStage, KitState};
use serde_json::json;

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;

impl Engine {
    /// How much of the kit the connection's CRM has, as our user sees it.
    pub async fn kit_state(&self, name: &str) -> Result<KitState, EngineError> {
        let connection = self.connection(name).await?;
        let crm = self.client(&connection)?;
        kit(crm.as_ref(), &connection.name)?.kit_state(&CallLog::default()).await.map_err(EngineError::Crm)
    }

    /// Deploys the kit, or only tries to: with `check_only` nothing is changed there. Answers at once;
    /// [`Engine::kit_deploy_status`] tells how it goes on.
    pub async fn kit_deploy(&self, name: &str, check_only: bool, actor: &str) -> Result<KitDeploy, EngineError> {
        let connection = self.connection(name).await?;
        let crm = self.client(&connection)?;
        let log = CallLog::default();
        let deploy = kit(crm.as_ref(), &connection.name)?.kit_deploy(check_only, &log).await;
        let deploy = deploy.map_err(EngineError::Crm)?;
        let action = if check_only { "kit.check" } else { "kit.deploy" };
        let detail = json!({ "deploy": deploy.id });
        let now = self.inner.clock.now();
        self.inner.store.audit(actor, action, &connection.id.to_string(), detail, now).await?;
        Ok(deploy)
    }

    /// How a deployment goes on. The last step of one that was done is giving the rights to the connection's user: until
    /// somebody asks here, the fields are there and not seen.
    pub async fn kit_deploy_status(&self, name: &str, id: &str) -> Result<KitProgress, EngineError> {
        let connection = self.connection(name).await?;
        let crm = self.client(&connection)?;
        let progress = kit(crm.as_ref(), &connection.name)?.kit_progress(id, &CallLog::default()).await;
        let progress = progress.map_err(EngineError::Crm)?;
        if progress.state == KitStage::Done && !progress.check_only {
            self.tell([Change::Connections]);
        }
        Ok(progress)
    }
}

fn kit<'a>(crm: &'a dyn CaseSystem, name: &str) -> Result<&'a dyn casebridge_connectors::SetUpKit, EngineError> {
    crm.kit().ok_or_else(|| {
        EngineError::invalid(
            "connection",
            format!("`{name}` has no set-up kit that can be deployed"),
            "name a Salesforce connection; for Creatio follow the recipe",
        )
    })
}
