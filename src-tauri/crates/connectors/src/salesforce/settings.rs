//! What an admin sets for a Salesforce connection. Stored as JSON; secrets are elsewhere.

use std::time::Duration;

use casebridge_domain::{BackSettings, CallFailure};
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;

use super::ids::SalesforceId;
use crate::creatio::is_safe;
use crate::settings::{is_name, read, read_timeout, write_timeout, wrong};

/// Ports on which the browser may come back. Salesforce compares the whole address, so each is registered.
pub const LOOPBACK_PORTS: [u16; 4] = [1717, 1718, 1719, 1720];
/// Where the browser comes back to, below the host.
pub const CALLBACK_PATH: &str = "/oauth/salesforce/callback";

/// Settings of one connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SalesforceSettings {
    /// Where people sign in: `login.salesforce.com`, `test.salesforce.com`, or the org's My Domain.
    #[serde(deserialize_with = "login_url")]
    pub login_url: Url,
    /// Consumer key of the External Client App or Connected App.
    pub client_id: String,
    /// Whether the app has a secret, which is in the vault. External Client Apps for desktops have none.
    #[serde(default)]
    pub confidential: bool,
    /// Where the browser returns to; a free one of the loopback addresses when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<Url>,
    /// Scopes asked for, where the app insists on others than `api refresh_token`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<String>,
    /// The org, as the sign-in told it. Record ids hang on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<SalesforceId>,
    /// The org's own address, as the sign-in told it: where people open its pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_url: Option<Url>,
    /// Who signed in, as `user @ host`, for people; as the sign-in told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Where a returning customer's new conversation goes, by verified identity; used by the engine.
    #[serde(default)]
    pub returning: Returning,
    /// Owner of new cases: a user or a queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<SalesforceId>,
    /// `Origin` of cases; by channel when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// The field that marks where a case comes from, and its value.
    #[serde(default)]
    pub case_from: CaseFrom,
    /// Status of a resolved case, by its API name; the first that means closed when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_status: Option<String>,
    /// Status of a case that goes on; the org's default when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened_status: Option<String>,
    /// Part of the org's calls of a day that this connection never eats, in per cent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reserve_percent: Option<u8>,
    /// Longest time of a read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_timeout_ms: Option<u64>,
    /// Longest time of a write, everything before it included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_timeout_ms: Option<u64>,
    /// Conversations written at the same time; used by the engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// The way back, as it is for every CRM; used by the engine.
    #[serde(default)]
    pub back: BackSettings,
}

/// Where a returning customer's new conversation goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Returning {
    /// To the open case that the customer has; to a new one when there is none.
    #[default]
    OpenCase,
    /// Always to a case of its own.
    OwnCase,
}

/// A text field of Case and what is written into it. An org without the field gets the case without it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CaseFrom {
    /// API name.
    pub field: String,
    /// Its value.
    pub value: String,
}

impl Default for CaseFrom {
    fn default() -> Self {
        CaseFrom { field: "Case_From__c".into(), value: "opencx".into() }
    }
}

impl SalesforceSettings {
    /// Settings with nothing but where and as which app.
    #[must_use]
    pub fn new(login_url: Url, client_id: impl Into<String>) -> Self {
        SalesforceSettings {
            login_url,
            client_id: client_id.into(),
            confidential: false,
            redirect_uri: None,
            scopes: None,
            org: None,
            instance_url: None,
            user: None,
            returning: Returning::default(),
            owner: None,
            origin: None,
            case_from: CaseFrom::default(),
            resolved_status: None,
            reopened_status: None,
            reserve_percent: None,
            read_timeout_ms: None,
            write_timeout_ms: None,
            concurrency: None,
            back: BackSettings::default(),
        }
    }

    /// Reads stored settings; says which member is wrong.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, CallFailure> {
        let settings: Self = read(value)?;
        settings.check()?;
        Ok(settings)
    }

    /// The stored form.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// What record ids hang on: the org, whatever address one signs in at. Before the first sign-in the login address.
    #[must_use]
    pub fn instance(&self) -> String {
        match self.org {
            Some(org) => format!("salesforce:{org}"),
            None => self.login_url.as_str().trim_end_matches('/').to_owned(),
        }
    }

    /// The address of a case's page.
    #[must_use]
    pub fn case_page(&self, case: SalesforceId) -> Url {
        let mut page = self.instance_url.as_ref().unwrap_or(&self.login_url).clone();
        page.set_path(&format!("/lightning/r/Case/{case}/view"));
        page
    }

    /// Refuses what no client could work with.
    pub(crate) fn check(&self) -> Result<(), CallFailure> {
        if self.client_id.trim().is_empty() {
            return Err(wrong("the client id (consumer key) is empty"));
        }
        if let Some(redirect) = &self.redirect_uri
            && !is_safe(redirect)
        {
            return Err(wrong("`redirect_uri` must begin with https://, or with http://localhost"));
        }
        if !is_field_name(&self.case_from.field) {
            return Err(wrong(format!("`{}` is not the API name of a field", self.case_from.field)));
        }
        if self.org.is_some_and(|org| org.prefix() != "00D") {
            return Err(wrong("`org` is not the id of an org: it begins with 00D"));
        }
        if self.owner.is_some_and(|owner| !matches!(owner.prefix(), "005" | "00G")) {
            return Err(wrong("`owner` is neither a user (005…) nor a queue (00G…)"));
        }
        if self.reserve_percent.is_some_and(|percent| percent > 95) {
            return Err(wrong("`reserve_percent` leaves this connection nothing: give at most 95"));
        }
        Ok(())
    }

    /// Part of the day's calls that is left to others.
    pub(crate) fn reserve(&self) -> u64 {
        u64::from(self.reserve_percent.unwrap_or(20).min(95))
    }

    /// `Origin` of a case from this channel. Whether the org has the value is for its description to say.
    pub(crate) fn origin_of(&self, channel: &str) -> &str {
        self.origin.as_deref().unwrap_or_else(|| match channel.to_ascii_lowercase().as_str() {
            "email" | "e-mail" | "mail" => "Email",
            "phone" | "call" | "voice" => "Phone",
            _ => "Web",
        })
    }

    pub(crate) fn read_timeout(&self) -> Duration {
        read_timeout(self.read_timeout_ms)
    }

    pub(crate) fn write_timeout(&self) -> Duration {
        write_timeout(self.write_timeout_ms)
    }
}

/// The login address, whatever part of the browser's address bar was pasted. The pages of an org are on hosts of their
/// own (`*.lightning.force.com`, and Setup's `*.my.salesforce-setup.com`), which serve no sign-in of apps.
pub fn normalise_login_url(text: &str) -> Result<Url, CallFailure> {
    let url = crate::creatio::normalise_instance_url(text).map_err(|failure| CallFailure {
        hint: "give https://login.salesforce.com, https://test.salesforce.com or the org's My Domain".into(),
        ..failure
    })?;
    let mut url = url;
    url.set_path("/");
    let host = url.host_str().unwrap_or_default().to_owned();
    let org = [".lightning.force.com", ".my.salesforce-setup.com"].iter().find_map(|pages| host.strip_suffix(pages));
    if let Some(org) = org {
        url.set_host(Some(&format!("{org}.my.salesforce.com"))).map_err(|_| wrong("no such host"))?;
    }
    Ok(url)
}

/// Names that go into queries as they are.
pub(super) fn is_field_name(name: &str) -> bool {
    !name.starts_with('_') && is_name(name, 80)
}

fn login_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    let text = String::deserialize(deserializer)?;
    normalise_login_url(&text)
        .map_err(|failure| serde::de::Error::custom(format!("`login_url`: {failure} ({})", failure.hint)))
}

#[cfg(test)]
mod tests {
    use casebridge_domain::FailureClass;
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_survive_the_store_and_ids_hang_on_the_org() {
        let mut value = json!({ "login_url": "acme.lightning.force.com/lightning/page/home", "client_id": "K" });
        let settings = SalesforceSettings::from_json(&value).unwrap();
        assert_eq!(settings.login_url.as_str(), "https://acme.my.salesforce.com/", "§1.1: lightning is no login host");
        assert_eq!(SalesforceSettings::from_json(&settings.to_json()).unwrap(), settings);
        let setup = normalise_login_url("https://acme.my.salesforce-setup.com/lightning/setup/SetupOneHome").unwrap();
        assert_eq!(setup, settings.login_url, "the page where the app is made");
        value["org"] = json!("00D000000000001EAA");
        let signed_in = SalesforceSettings::from_json(&value).unwrap();
        value["login_url"] = json!("https://login.salesforce.com");
        let elsewhere = SalesforceSettings::from_json(&value).unwrap();
        assert_eq!(signed_in.instance(), elsewhere.instance(), "one org has two login addresses, and one set of ids");
    }

    #[test]
    fn a_misspelt_or_impossible_member_is_named() {
        for (member, bad) in [
            ("ownr", json!("x")),
            ("owner", json!("001M000000qfPyS")),
            ("case_from", json!({ "field": "a, (select", "value": "" })),
            ("redirect_uri", json!("http://example.com/back")),
            ("reserve_percent", json!(100)),
        ] {
            let mut value = json!({ "login_url": "https://login.salesforce.com", "client_id": "K" });
            value[member] = bad;
            let failure = SalesforceSettings::from_json(&value).unwrap_err();
            assert_eq!(failure.class, FailureClass::Setup, "{member}: {failure}");
        }
        let value = json!({ "login_url": "http://login.salesforce.com", "client_id": "K" });
        assert!(SalesforceSettings::from_json(&value).is_err(), "tokens must not travel in the clear");
    }
}
