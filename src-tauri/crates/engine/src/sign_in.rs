//! Signing in to a connection as a person: begun here, finished with what the browser brought back.

use std::sync::PoisonError;

use casebridge_connectors::creatio::{CreatioAuth, SignIn, begin_sign_in, finish_sign_in};
use url::Url;

use crate::Engine;
use crate::connections::creatio_settings;
use crate::error::EngineError;

/// Where the person goes, and where the browser will come back to.
#[derive(Debug, Clone)]
pub struct SignInStep {
    /// To be opened in the browser.
    pub url: Url,
    /// The redirect address that is registered with the application.
    pub redirect_uri: Url,
}

impl Engine {
    /// Begins a sign-in; an earlier one that was not finished is forgotten.
    pub async fn begin_sign_in(&self, name: &str) -> Result<SignInStep, EngineError> {
        let connection = self.connection(name).await?;
        let settings = creatio_settings(&connection.settings)?;
        let CreatioAuth::AuthorizationCode { redirect_uri, .. } = &settings.auth else {
            return Err(EngineError::invalid(
                "name",
                format!("`{name}` signs in with a client secret, not as a person"),
                "add a connection with --as-person",
            ));
        };
        let sign_in = begin_sign_in(&settings).await.map_err(EngineError::Crm)?;
        let step = SignInStep { url: sign_in.url.clone(), redirect_uri: redirect_uri.clone() };
        self.sign_ins().insert(connection.id, sign_in);
        Ok(step)
    }

    /// Finishes a sign-in with the final address, or the code alone; the connection goes on.
    pub async fn finish_sign_in(&self, name: &str, brought: &str, actor: &str) -> Result<(), EngineError> {
        let connection = self.connection(name).await?;
        let settings = creatio_settings(&connection.settings)?;
        let Some(sign_in) = self.sign_ins().get(&connection.id).cloned() else {
            return Err(EngineError::invalid("name", "has no sign-in under way", "begin again"));
        };
        let vault = self.vault(connection.id);
        finish_sign_in(&settings, vault.as_ref(), &sign_in, brought).await.map_err(EngineError::Crm)?;
        self.sign_ins().remove(&connection.id);
        let now = self.clock().now();
        self.store().audit(actor, "connection.sign_in", &connection.id.to_string(), serde_json::json!({}), now).await?;
        self.store().set_pause(connection.id, None).await?;
        let fresh = self.connection(name).await?;
        self.follow(fresh)
    }

    fn sign_ins(
        &self,
    ) -> std::sync::MutexGuard<'_, std::collections::HashMap<casebridge_domain::ConnectionId, SignIn>> {
        self.inner.sign_ins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
