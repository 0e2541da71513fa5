//! Removing a connection: its sign-in is given back, its lanes stop, its secrets are wiped, its history stays.

use casebridge_connectors::salesforce::{self, SESSION};
use casebridge_connectors::{CLIENT_SECRET, REFRESH_TOKEN};
use casebridge_domain::{CallFailure, Connection};
use casebridge_store::SecretName;
use serde_json::json;

use crate::Engine;
use crate::changes::Change;
use crate::crm::CrmSettings;
use crate::error::EngineError;
use crate::webhooks::WEBHOOK_TOKEN;

/// What became of a connection that was removed.
#[derive(Debug)]
pub struct Removed {
    /// As it was.
    pub connection: Connection,
    /// What became of its sign-in at the CRM.
    pub sign_in: GivenBack,
    /// What stays in the CRM until somebody deletes it there, in words.
    pub left_there: Vec<String>,
}

/// What became of a sign-in.
#[derive(Debug)]
pub enum GivenBack {
    /// There was none, or none that the CRM could revoke.
    Nothing,
    /// The CRM revoked it.
    Revoked,
    /// It could not be revoked: the CRM did not answer, or refused. It is of no use to this engine any more.
    Failed(CallFailure),
}

impl Engine {
    /// Removes a connection. A CRM that does not answer keeps nobody from it: what it could not be told is in the answer.
    pub async fn remove_connection(&self, name: &str, actor: &str) -> Result<Removed, EngineError> {
        let connection = self.connection(name).await?;
        // Nothing may ask for another token while this one is given back.
        self.unfollow(connection.id);
        let sign_in = self.give_back(&connection).await;
        let now = self.clock().now();
        self.store().remove_connection(connection.id, now).await?;
        self.load_tokens().await?;
        if let Some(secrets) = &self.inner.secrets {
            for secret in [CLIENT_SECRET, REFRESH_TOKEN, SESSION, WEBHOOK_TOKEN] {
                secrets.delete(&SecretName(format!("{}/{secret}", connection.id))).await?;
            }
            secrets.forget(&connection.id.to_string());
        }
        let detail = json!({ "name": connection.name, "revoked": matches!(sign_in, GivenBack::Revoked) });
        self.store().audit(actor, "connection.remove", &connection.id.to_string(), detail, now).await?;
        self.tell([Change::Connections, Change::Lanes]);
        let left_there =
            CrmSettings::read(connection.kind, &connection.settings).map_or_else(|_| Vec::new(), left_there);
        Ok(Removed { connection, sign_in, left_there })
    }

    async fn give_back(&self, connection: &Connection) -> GivenBack {
        let Ok(CrmSettings::Salesforce(settings)) = CrmSettings::read(connection.kind, &connection.settings) else {
            return GivenBack::Nothing;
        };
        match salesforce::revoke(&settings, self.vault(connection.id).as_ref()).await {
            Ok(true) => GivenBack::Revoked,
            Ok(false) => GivenBack::Nothing,
            Err(failure) => {
                tracing::warn!(connection.id = %connection.id, "a sign-in could not be revoked");
                GivenBack::Failed(failure)
            }
        }
    }
}

/// What an admin of the CRM may delete now, in the order in which it can be deleted.
fn left_there(settings: CrmSettings) -> Vec<String> {
    let settings = match settings {
        CrmSettings::Creatio(_) => {
            return vec![
                "the business process, or the web service, that calls this engine's webhook".into(),
                "the OAuth application (OAuth 2.0 integrated applications)".into(),
            ];
        }
        CrmSettings::Salesforce(settings) => settings,
    };
    let fields = [salesforce::KEY, salesforce::SOURCE, salesforce::SEQ, salesforce::WRITE, &settings.case_from.field];
    vec![
        "the Apex triggers and classes that call this engine's webhook".into(),
        "the Named Credential, and the External Credential, with this engine's address".into(),
        "the set-up kit's validation rule on Case and its permission set".into(),
        format!("fields of Case, with what they hold: {}", fields.join(", ")),
        "the External Client App, or Connected App, unless something else uses it".into(),
    ]
}
