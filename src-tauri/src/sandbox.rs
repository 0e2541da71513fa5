//! The stand-in CRM for a first look: started from the first-run page, gone with the program.

use std::sync::{Arc, Mutex, PoisonError};

use casebridge_api::error::Code;
use casebridge_api::{ApiError, StartSandbox};
use casebridge_domain::Mode;
use casebridge_engine::Engine;
use casebridge_engine::connections::{NewCreatio, creatio_settings};
use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, CreatioSandbox, RunningCreatio};
use secrecy::SecretString;
use serde_json::json;
use uuid::Uuid;

const NAME: &str = "sandbox";

/// The stand-in, once somebody asked for it.
#[derive(Default)]
pub(crate) struct Sandbox {
    running: Mutex<Option<(RunningCreatio, String)>>,
}

impl Sandbox {
    /// Address of its page, while it runs.
    pub(crate) fn page(&self) -> Option<String> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.as_ref().map(|(_, page)| page.clone())
    }

    /// What the console calls to start it.
    pub(crate) fn starter(self: &Arc<Self>, engine: Engine) -> StartSandbox {
        let sandbox = Arc::clone(self);
        Arc::new(move || {
            let (sandbox, engine) = (Arc::clone(&sandbox), engine.clone());
            Box::pin(async move { sandbox.start(&engine).await })
        })
    }

    async fn start(&self, engine: &Engine) -> Result<String, ApiError> {
        if let Some(page) = self.page() {
            return Ok(page);
        }
        // Nobody else is to reach the stand-in's control pages (R31).
        let control = Uuid::new_v4().simple().to_string();
        let secret = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let client = ClientApp { client_secret: secret.clone(), ..ClientApp::demo() };
        let client_id = client.client_id.clone();
        let config =
            CreatioConfig { clients: vec![client], control_token: Some(control.clone()), ..CreatioConfig::default() };
        let creatio = CreatioSandbox::start(config).await.map_err(|error| ApiError {
            code: Code::Unavailable,
            message: format!("the sandbox could not start: {error}"),
            hint: "check that this computer lets programs listen on 127.0.0.1".into(),
            retry_after: None,
        })?;
        if engine.connection(NAME).await.is_ok() {
            engine.remove_connection(NAME, NAME).await?;
        }
        let settings = creatio_settings(&json!({
            "url": creatio.instance_url, "identity_url": creatio.identity_url,
            "auth": { "kind": "client_credentials", "client_id": client_id },
            "session_column": "UsrSessionId", "back": { "poll_seconds": 5, "idle_poll_seconds": 5 },
        }))?;
        let secret = Some(SecretString::from(secret));
        engine.add_creatio(NewCreatio { name: NAME.into(), mode: Mode::Every, settings, secret }, NAME).await?;
        let page = format!("{}/sandbox/?token={control}", creatio.instance_url.trim_end_matches('/'));
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some((creatio, page.clone()));
        Ok(page)
    }
}
