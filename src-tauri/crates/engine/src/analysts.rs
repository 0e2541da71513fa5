//! Who reads conversations: the settings, and asking them.

use std::sync::Arc;
use std::time::Duration;

use casebridge_connectors::analyst::{Analyst, Ask, BuiltIn};
use casebridge_domain::analysis::{Analysis, AnalystKind, Question, TranscriptLine};
use casebridge_domain::{CallFailure, Connection, FailureClass, FailureScope};
use casebridge_store::SecretName;
use jiff::tz::TimeZone;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;

/// How long a case waits for its analysis.
pub const PATIENCE: Duration = Duration::from_secs(6);
/// How long an analyst may take all in all.
const DEADLINE: Duration = Duration::from_secs(60);
const SETTING: &str = "analyst";
const KEY: &str = "analyst/key";

/// What a provider speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProviderApi {
    /// Chat completions, as many servers offer them.
    #[default]
    Openai,
    /// Anthropic's messages.
    Anthropic,
}

/// Who analyses. The key is in the secret store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnalystSettings {
    /// Ours, or a provider.
    pub kind: AnalystKind,
    /// The provider's address.
    #[serde(default)]
    pub base_url: String,
    /// The model.
    #[serde(default)]
    pub model: String,
    /// What the provider speaks.
    #[serde(default)]
    pub api: ProviderApi,
}

impl Default for AnalystSettings {
    fn default() -> Self {
        Self { kind: AnalystKind::BuiltIn, base_url: String::new(), model: String::new(), api: ProviderApi::default() }
    }
}

/// Who analyses, and whether there is a key.
#[derive(Debug, Clone)]
pub struct AnalystState {
    /// The settings.
    pub settings: AnalystSettings,
    /// Whether a key is kept.
    pub has_key: bool,
}

impl Engine {
    /// Who analyses.
    pub async fn analyst_state(&self) -> Result<AnalystState, EngineError> {
        let settings = self.analyst_settings().await?;
        let has_key = match &self.inner.secrets {
            Some(secrets) if settings.kind == AnalystKind::Provider => {
                secrets.get(&SecretName(KEY.into())).await?.is_some()
            }
            _ => false,
        };
        Ok(AnalystState { settings, has_key })
    }

    /// Decides who analyses from now on. A key is kept until another one, or an empty one, is given, or another provider is
    /// named.
    pub async fn set_analyst(
        &self,
        settings: AnalystSettings,
        key: Option<SecretString>,
        actor: &str,
    ) -> Result<AnalystState, EngineError> {
        use secrecy::ExposeSecret as _;
        if settings.kind == AnalystKind::Provider {
            let address = url::Url::parse(&settings.base_url).ok();
            if !address.is_some_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host()) {
                let hint = "give the address of the provider's API, such as https://host/v1";
                return Err(EngineError::invalid("base_url", "is no address", hint));
            }
            if settings.model.trim().is_empty() {
                return Err(EngineError::invalid("model", "is empty", "name the model to be asked"));
            }
        }
        let before = self.analyst_settings().await?;
        let elsewhere = before.api != settings.api || host_of(&before.base_url) != host_of(&settings.base_url);
        // The key belongs to who it was given for: another address never gets it.
        let key = key.or_else(|| elsewhere.then(SecretString::default));
        if let Some(key) = key.filter(|key| self.inner.secrets.is_some() || !key.expose_secret().is_empty()) {
            let secrets = self.inner.secrets.as_ref().ok_or_else(|| {
                EngineError::invalid(
                    "key",
                    "cannot be kept: there is no secret store",
                    "unlock the keychain, or set CASEBRIDGE_SECRETS_KEY",
                )
            })?;
            let name = SecretName(KEY.into());
            if key.expose_secret().is_empty() { secrets.delete(&name).await? } else { secrets.put(&name, key).await? }
        }
        let text = serde_json::to_string(&settings)
            .map_err(|_| EngineError::invalid("settings", "cannot be kept", "report this"))?;
        self.store().set_setting(SETTING, &text).await?;
        let detail = json!({ "kind": settings.kind, "base_url": settings.base_url, "model": settings.model });
        self.store().audit(actor, "analyst.set", SETTING, detail, self.clock().now()).await?;
        self.tell([Change::Connections]);
        self.analyst_state().await
    }

    /// Asks whoever analyses about two made-up lines; answers what it cost.
    pub async fn test_analyst(&self) -> Result<Analysis, EngineError> {
        let now = self.clock().now();
        let line = |seq, from, text: &str| TranscriptLine { seq, from, at: now, text: text.to_owned() };
        let lines = [
            line(1, casebridge_domain::Speaker::Customer, "Hello, my order number is 4711."),
            line(2, casebridge_domain::Speaker::Ai, "Thank you. A colleague will look at order 4711."),
        ];
        let question = Question {
            id: Uuid::nil(),
            title: "Order number".into(),
            instruction: String::new(),
            kind: casebridge_domain::mapping::ColumnKind::Integer,
            synonyms: std::collections::BTreeMap::new(),
        };
        self.ask(&TimeZone::system(), &lines, &[question], DEADLINE).await.map_err(EngineError::Crm)
    }

    /// Asks whoever analyses.
    pub(crate) async fn ask_analyst(
        &self,
        connection: &Connection,
        lines: &[TranscriptLine],
        asked: &[Question],
        deadline: Option<Duration>,
    ) -> Result<Analysis, CallFailure> {
        let zone = connection.settings.get("time_zone").and_then(serde_json::Value::as_str);
        let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or_else(TimeZone::system);
        self.ask(&zone, lines, asked, deadline.unwrap_or(DEADLINE)).await
    }

    async fn ask(
        &self,
        time_zone: &TimeZone,
        lines: &[TranscriptLine],
        questions: &[Question],
        deadline: Duration,
    ) -> Result<Analysis, CallFailure> {
        let analyst = self.analyst().await?;
        let ask = Ask { lines, questions, time_zone, now: self.clock().now(), deadline };
        analyst.analyse(&ask).await
    }

    async fn analyst(&self) -> Result<Arc<dyn Analyst>, CallFailure> {
        let settings = self.analyst_settings().await.map_err(|error| unusable(&error))?;
        if settings.kind == AnalystKind::BuiltIn {
            return Ok(Arc::new(BuiltIn));
        }
        let key = match &self.inner.secrets {
            Some(secrets) => secrets.get(&SecretName(KEY.into())).await.map_err(|error| unusable(&error.into()))?,
            None => None,
        };
        self.inner.connectors.analyst(&settings, key)
    }

    async fn analyst_settings(&self) -> Result<AnalystSettings, EngineError> {
        let kept = self.store().setting(SETTING).await?;
        Ok(kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }
}

/// Scheme, host and port, which decide who is asked.
fn host_of(address: &str) -> Option<url::Origin> {
    url::Url::parse(address).ok().map(|url| url.origin())
}

fn unusable(error: &EngineError) -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Lane,
        status: None,
        message: format!("whoever analyses cannot be asked: {error}"),
        hint: error.hint(),
        item: None,
    }
}
