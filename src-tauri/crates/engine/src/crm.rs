//! The kinds of CRM side by side: their settings, their clients, and how a person signs in to them.

use std::sync::Arc;

use casebridge_connectors::analyst::{self, Analyst, Provider, ProviderSettings};
use casebridge_connectors::creatio::{self, Creatio, CreatioAuth, CreatioSettings};
use casebridge_connectors::salesforce::{self, Salesforce, SalesforceSettings};
use casebridge_connectors::{CaseSystem, Vault};
use casebridge_domain::{CallFailure, Connection, ConnectionKind, FailureClass, FailureScope, ids};
use secrecy::SecretString;
use url::Url;

use crate::analysts::{AnalystSettings, ProviderApi};
use crate::error::EngineError;
use crate::sign_in::SignInStep;

/// Settings of a connector, whichever it is.
#[derive(Debug, Clone)]
pub enum CrmSettings {
    /// Of a Creatio.
    Creatio(CreatioSettings),
    /// Of a Salesforce org.
    Salesforce(SalesforceSettings),
}

/// A person's sign-in that began.
#[derive(Debug, Clone)]
pub(crate) enum SignIn {
    Creatio(creatio::SignIn),
    Salesforce(salesforce::SignIn),
}

impl CrmSettings {
    /// Reads a connector's settings; says which member is wrong.
    pub fn read(kind: ConnectionKind, settings: &serde_json::Value) -> Result<Self, EngineError> {
        let read = match kind {
            ConnectionKind::Creatio => CreatioSettings::from_json(settings).map(CrmSettings::Creatio),
            ConnectionKind::Salesforce => SalesforceSettings::from_json(settings).map(CrmSettings::Salesforce),
        };
        read.map_err(|failure| EngineError::Invalid {
            member: "settings".into(),
            problem: format!("cannot be used: {}", failure.message),
            hint: failure.hint,
        })
    }

    /// Which CRM they are for.
    #[must_use]
    pub fn kind(&self) -> ConnectionKind {
        match self {
            CrmSettings::Creatio(_) => ConnectionKind::Creatio,
            CrmSettings::Salesforce(_) => ConnectionKind::Salesforce,
        }
    }

    /// What record ids hang on.
    #[must_use]
    pub fn instance(&self) -> String {
        match self {
            CrmSettings::Creatio(settings) => settings.instance(),
            CrmSettings::Salesforce(settings) => settings.instance(),
        }
    }

    /// The stored form.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            CrmSettings::Creatio(settings) => settings.to_json(),
            CrmSettings::Salesforce(settings) => settings.to_json(),
        }
    }

    /// Refuses settings with which no connection may be added yet: record ids hang on the org, which only a sign-in
    /// tells.
    pub(crate) fn may_be_added(&self) -> Result<(), EngineError> {
        match self {
            CrmSettings::Salesforce(settings) if settings.org.is_none() => Err(EngineError::invalid(
                "settings.org",
                "is not known before somebody signed in",
                "sign in first: the connection is added when the sign-in is good",
            )),
            _ => Ok(()),
        }
    }

    /// Where a browser may come back to with what is registered, best first. `member` is what to blame when nobody
    /// signs in as a person.
    pub(crate) fn return_addresses(&self, member: &str) -> Result<Vec<Url>, EngineError> {
        match self {
            CrmSettings::Creatio(CreatioSettings {
                auth: CreatioAuth::AuthorizationCode { redirect_uri, .. }, ..
            }) => Ok(vec![redirect_uri.clone()]),
            CrmSettings::Creatio(_) => Err(EngineError::invalid(
                member,
                "signs in with a client secret, not as a person",
                "add a connection with --as-person",
            )),
            CrmSettings::Salesforce(settings) => Ok(salesforce::redirect_uris(settings)),
        }
    }

    /// Begins a person's sign-in that comes back to this address, else to the first that is registered.
    pub(crate) async fn begin_sign_in(
        &self,
        member: &str,
        back: Option<Url>,
    ) -> Result<(SignIn, SignInStep), EngineError> {
        let registered = self.return_addresses(member)?.into_iter().next();
        let Some(redirect_uri) = back.or(registered) else {
            return Err(EngineError::invalid("settings.redirect_uri", "is missing", "give the registered address"));
        };
        let (url, sign_in) = match self {
            CrmSettings::Creatio(settings) => {
                let sign_in = creatio::begin_sign_in(settings, redirect_uri.clone()).await.map_err(EngineError::Crm)?;
                (sign_in.url.clone(), SignIn::Creatio(sign_in))
            }
            CrmSettings::Salesforce(settings) => {
                let sign_in = salesforce::begin_sign_in(settings, redirect_uri.clone()).map_err(EngineError::Crm)?;
                (sign_in.url.clone(), SignIn::Salesforce(sign_in))
            }
        };
        Ok((sign_in, SignInStep { url, redirect_uri }))
    }

    /// Finishes a sign-in. What it told of the CRM is in the settings afterwards, its token in the vault.
    pub(crate) async fn finish_sign_in(
        &mut self,
        vault: &dyn Vault,
        sign_in: &SignIn,
        brought: &str,
    ) -> Result<(), EngineError> {
        match (self, sign_in) {
            (CrmSettings::Creatio(settings), SignIn::Creatio(sign_in)) => {
                creatio::finish_sign_in(settings, vault, sign_in, brought).await.map_err(EngineError::Crm)
            }
            (CrmSettings::Salesforce(settings), SignIn::Salesforce(sign_in)) => {
                let signed_in = salesforce::finish_sign_in(settings, vault, sign_in, brought).await;
                let signed_in = signed_in.map_err(EngineError::Crm)?;
                settings.org = Some(signed_in.org);
                settings.instance_url = Some(signed_in.instance);
                settings.user = signed_in.name;
                Ok(())
            }
            _ => Err(EngineError::invalid("name", "is another kind of CRM by now", "begin the sign-in again")),
        }
    }
}

impl CrmSettings {
    /// Takes over what a sign-in told of the CRM, and nothing else.
    pub(crate) fn told_by(&mut self, signed_in: CrmSettings) {
        if let (CrmSettings::Salesforce(settings), CrmSettings::Salesforce(told)) = (self, signed_in) {
            settings.org = told.org;
            settings.instance_url = told.instance_url;
            settings.user = told.user;
        }
    }

    /// Whether a person signs in to it.
    pub(crate) fn is_by_person(&self) -> bool {
        match self {
            CrmSettings::Creatio(settings) => matches!(settings.auth, CreatioAuth::AuthorizationCode { .. }),
            CrmSettings::Salesforce(_) => true,
        }
    }

    /// Where secrets that are kept are sent to, other than the instance: at a change of it they would go to somebody else.
    /// With the name of the setting.
    pub(crate) fn confides_in(&self) -> (&'static str, Option<url::Origin>) {
        match self {
            CrmSettings::Creatio(settings) => {
                ("settings.identity_url", settings.identity_url.as_ref().map(Url::origin))
            }
            CrmSettings::Salesforce(settings) => ("settings.login_url", Some(settings.login_url.origin())),
        }
    }
}

/// The id of a row as its CRM writes it.
#[must_use]
pub fn crm_id(kind: ConnectionKind, id: uuid::Uuid) -> String {
    let own = match kind {
        ConnectionKind::Salesforce => salesforce::ids::SalesforceId::of_uuid(id).map(|id| id.to_string()),
        ConnectionKind::Creatio => None,
    };
    own.unwrap_or_else(|| id.to_string())
}

/// The case that an address or an id of Salesforce names.
pub(crate) fn salesforce_case(text: &str) -> Option<uuid::Uuid> {
    salesforce::ids::case_in(text).map(salesforce::ids::SalesforceId::to_uuid)
}

/// The page of a case of Salesforce, which is known there by an id of Salesforce's making.
pub(crate) fn salesforce_page(connection: &Connection, case: uuid::Uuid) -> Option<String> {
    let settings = SalesforceSettings::from_json(&connection.settings).ok()?;
    salesforce::ids::SalesforceId::of_uuid(case).map(|case| settings.case_page(case).into())
}

/// Clients of the real CRMs.
#[derive(Debug, Clone, Copy, Default)]
pub struct CrmConnectors;

impl crate::Connectors for CrmConnectors {
    fn build(&self, connection: &Connection, vault: Arc<dyn Vault>) -> Result<Arc<dyn CaseSystem>, CallFailure> {
        match connection.kind {
            ConnectionKind::Creatio => {
                let settings = CreatioSettings::from_json(&connection.settings)?;
                let namespace = ids::instance_namespace(&connection.instance);
                Ok(Arc::new(Creatio::new(settings, namespace, vault)?))
            }
            ConnectionKind::Salesforce => {
                let settings = SalesforceSettings::from_json(&connection.settings)?;
                Ok(Arc::new(Salesforce::new(settings, vault)?))
            }
        }
    }

    fn analyst(&self, settings: &AnalystSettings, key: Option<SecretString>) -> Result<Arc<dyn Analyst>, CallFailure> {
        let base_url = Url::parse(&settings.base_url).map_err(|error| CallFailure {
            class: FailureClass::Setup,
            scope: FailureScope::Lane,
            status: None,
            message: format!("the provider's address cannot be read: {error}"),
            hint: "give the address of the provider's API, such as https://host/v1".into(),
            item: None,
        })?;
        let api = match settings.api {
            ProviderApi::Openai => analyst::ProviderApi::OpenAi,
            ProviderApi::Anthropic => analyst::ProviderApi::Anthropic,
        };
        let settings = ProviderSettings { api, base_url, model: settings.model.clone(), key };
        Ok(Arc::new(Provider::new(&settings)?))
    }

    fn concurrency(&self, connection: &Connection) -> usize {
        connection
            .settings
            .get("concurrency")
            .and_then(serde_json::Value::as_u64)
            .map_or(8, |n| n.clamp(1, 64) as usize)
    }
}
