//! Whether a connection may enter its CRM, and as whom.

use casebridge_connectors::REFRESH_TOKEN;
use casebridge_connectors::creatio::CreatioAuth;
use casebridge_domain::{Connection, FailureClass, PauseKind};
use secrecy::ExposeSecret as _;

use crate::Engine;
use crate::connections::vault_failed;
use crate::crm::CrmSettings;
use crate::error::EngineError;

/// How a connection's sign-in stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// It enters with a client secret: nobody signs in.
    WithSecret,
    /// Nobody signed in yet.
    NotConnected,
    /// Somebody signed in, and nothing says that it ended.
    Connected {
        /// As `user @ host`, where the CRM told it.
        user: Option<String>,
    },
    /// The CRM takes the sign-in no more.
    ReconnectNeeded {
        /// With the CRM's words.
        reason: String,
        /// What to do.
        hint: String,
    },
}

impl Engine {
    /// How a connection's sign-in stands, as far as is known without a call.
    pub async fn access(&self, connection: &Connection) -> Result<Access, EngineError> {
        let user = match CrmSettings::read(connection.kind, &connection.settings)? {
            CrmSettings::Salesforce(settings) => settings.user,
            CrmSettings::Creatio(settings) => match settings.auth {
                CreatioAuth::AuthorizationCode { .. } => None,
                _ => return Ok(Access::WithSecret),
            },
        };
        let token = self.vault(connection.id).get(REFRESH_TOKEN).await.map_err(|error| vault_failed(&error))?;
        if token.is_none_or(|token| token.expose_secret().is_empty()) {
            return Ok(Access::NotConnected);
        }
        let refused = connection.pause.as_ref().filter(|pause| pause.kind == PauseKind::Fault);
        let refused = refused.and_then(|pause| pause.failure.as_ref());
        Ok(match refused.filter(|failure| failure.class == FailureClass::Credentials) {
            Some(failure) => Access::ReconnectNeeded { reason: failure.message.clone(), hint: failure.hint.clone() },
            None => Access::Connected { user },
        })
    }
}
