//! What an admin sets for a Creatio connection. Stored as JSON; secrets are elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use casebridge_domain::{BackSettings, CallFailure};
use serde::{Deserialize, Deserializer, Serialize};
use url::Url;
use uuid::Uuid;

use super::address::normalise_instance_url;
use super::stock;
use crate::settings::{is_name, read, read_timeout, write_timeout, wrong};

pub use super::reply_kinds::{EmailReplies, ReplyKinds, TaskRule};

/// Where the browser comes back to after a person's sign-in, below the host.
pub const CALLBACK_PATH: &str = "/oauth/creatio/callback";
/// The port on which it does so on this computer, where nothing else is registered.
pub const LOOPBACK_PORT: u16 = 4182;

/// Settings of one connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreatioSettings {
    /// Address of the instance.
    #[serde(deserialize_with = "instance_url")]
    pub url: Url,
    /// Address of the Identity Service, where the instance does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_url: Option<Url>,
    /// How we sign in.
    pub auth: CreatioAuth,
    /// Where OData answers; found by asking when it is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub odata_root: Option<ODataRoot>,
    /// Owner of new cases: a contact (not a user), who must be an employee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Uuid>,
    /// Group of new cases: a role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Uuid>,
    /// Owner of activities where no case owner is set: a contact. Creatio refuses activities without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_owner: Option<Uuid>,
    /// Type of our activities; Task when not set, never Email.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_type: Option<Uuid>,
    /// Category of our activities; To do when not set, better a category of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_category: Option<Uuid>,
    /// Origin of cases; by channel when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Uuid>,
    /// Category of cases (Incident, Service request); decides which of Creatio's own mails go out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Uuid>,
    /// Status of a resolved case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved_status: Option<Uuid>,
    /// Status of a case that goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened_status: Option<Uuid>,
    /// What becomes of a case whose customer is not exactly one contact.
    #[serde(default)]
    pub contact_policy: ContactPolicy,
    /// Text column of Case that holds the session's name; without it the name ends the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_column: Option<String>,
    /// Address of a case's page with `{id}` in the place of its id; Creatio's own redirect when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_page: Option<String>,
    /// Calls a day that the plan allows, as the admin knows it: Creatio tells no quota.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calls_per_day: Option<u32>,
    /// Columns (`Case.Symptoms`) that differ from stock in whether they hold HTML.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub html_columns: BTreeMap<String, bool>,
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
    /// Which records are replies to the customer.
    #[serde(default)]
    pub replies: ReplyKinds,
}

/// How a connection signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CreatioAuth {
    /// An OAuth application bound to a technical user; the secret is in the vault.
    ClientCredentials {
        /// The application's id.
        client_id: String,
    },
    /// A person signs in, and the connection has that person's rights.
    AuthorizationCode {
        /// The application's id.
        client_id: String,
        /// Whether the application has a secret (in the vault).
        #[serde(default)]
        confidential: bool,
        /// Where the browser returns to, as registered with the application.
        redirect_uri: Url,
    },
}

impl CreatioAuth {
    /// The application's id.
    #[must_use]
    pub fn client_id(&self) -> &str {
        match self {
            CreatioAuth::ClientCredentials { client_id } | CreatioAuth::AuthorizationCode { client_id, .. } => {
                client_id
            }
        }
    }
}

/// Where OData answers. Decided by the kind of web host; which one a cloud tenant has is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ODataRoot {
    /// .NET Framework hosts.
    #[serde(rename = "/0/odata")]
    Framework,
    /// .NET (Core) hosts.
    #[serde(rename = "/odata")]
    Core,
}

impl ODataRoot {
    /// The path below the instance.
    #[must_use]
    pub fn path(self) -> &'static str {
        match self {
            ODataRoot::Framework => "/0/odata",
            ODataRoot::Core => "/odata",
        }
    }
}

/// What becomes of a case whose customer is not exactly one contact. A case without contact and account
/// cannot be saved by a person in Creatio.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ContactPolicy {
    /// A contact is made for the customer.
    Create,
    /// One contact stands for all of them.
    DefaultContact {
        /// Its id.
        id: Uuid,
    },
    /// One account stands for all of them.
    DefaultAccount {
        /// Its id.
        id: Uuid,
    },
    /// The case stays without; whoever works it must choose one before saving. The default because it
    /// makes and assumes nothing.
    #[default]
    LeaveEmpty,
}

impl CreatioSettings {
    /// Settings with nothing but where and how.
    #[must_use]
    pub fn new(url: Url, auth: CreatioAuth) -> Self {
        CreatioSettings {
            url,
            identity_url: None,
            auth,
            odata_root: None,
            owner: None,
            group: None,
            activity_owner: None,
            activity_type: None,
            activity_category: None,
            origin: None,
            category: None,
            resolved_status: None,
            reopened_status: None,
            contact_policy: ContactPolicy::default(),
            session_column: None,
            case_page: None,
            calls_per_day: None,
            html_columns: BTreeMap::new(),
            read_timeout_ms: None,
            write_timeout_ms: None,
            concurrency: None,
            back: BackSettings::default(),
            replies: ReplyKinds::default(),
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

    /// The normalised address as text, without a slash at its end: what record ids hang on.
    #[must_use]
    pub fn instance(&self) -> String {
        self.url.as_str().trim_end_matches('/').to_owned()
    }

    /// Refuses what no client could work with.
    pub(crate) fn check(&self) -> Result<(), CallFailure> {
        if self.auth.client_id().trim().is_empty() {
            return Err(wrong("the client id is empty"));
        }
        if let Some(url) = &self.identity_url
            && !super::address::is_safe(url)
        {
            return Err(wrong("the Identity Service's address must begin with https://"));
        }
        if let Some(column) = &self.session_column
            && !is_column_name(column)
        {
            return Err(wrong(format!("`{column}` is not the name of a column")));
        }
        if let Some(page) = &self.case_page {
            super::case_page::check(page, &self.url).map_err(wrong)?;
        }
        if self.activity_type == Some(stock::TYPE_EMAIL) {
            return Err(wrong("activities of type Email would reopen cases and clear their owner"));
        }
        let own = self.activity_category.unwrap_or(stock::CATEGORY_TO_DO);
        self.replies.check(own).map_err(wrong)
    }

    /// Owner of our activities, if any is set.
    pub(crate) fn activity_owner(&self) -> Option<Uuid> {
        self.owner.or(self.activity_owner)
    }

    /// Whether a column holds HTML. Free text goes into HTML columns escaped and into text columns as it
    /// is; what is not known is escaped.
    pub(crate) fn is_html(&self, column: &str) -> bool {
        let stock_text =
            matches!(column, "Case.Subject" | "Activity.Title" | "Activity.DetailedResult" | "Contact.Name");
        self.html_columns.get(column).copied().unwrap_or(!stock_text)
    }

    /// Whether anybody said whether a column holds markup.
    pub(crate) fn knows_markup(&self, column: &str) -> bool {
        self.html_columns.contains_key(column) || matches!(column, "Case.Subject" | "Case.Symptoms" | "Case.Solution")
    }

    /// Origin of a case from this channel.
    pub(crate) fn origin_of(&self, channel: &str) -> Uuid {
        self.origin.unwrap_or_else(|| match channel.to_ascii_lowercase().as_str() {
            "email" | "e-mail" | "mail" => stock::ORIGIN_EMAIL,
            "phone" | "call" | "voice" => stock::ORIGIN_CALL,
            "facebook" | "instagram" | "twitter" | "x" | "linkedin" | "social" => stock::ORIGIN_SOCIAL,
            _ => stock::ORIGIN_CHAT,
        })
    }

    pub(crate) fn read_timeout(&self) -> Duration {
        read_timeout(self.read_timeout_ms)
    }

    pub(crate) fn write_timeout(&self) -> Duration {
        write_timeout(self.write_timeout_ms)
    }
}

/// Names that go into addresses and bodies as they are.
pub(super) fn is_column_name(name: &str) -> bool {
    is_name(name, 128)
}

fn instance_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Url, D::Error> {
    let text = String::deserialize(deserializer)?;
    normalise_instance_url(&text)
        .map_err(|failure| serde::de::Error::custom(format!("`url`: {failure} ({})", failure.hint)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn minimal() -> serde_json::Value {
        json!({ "url": "ACME.creatio.com/0/Nui/ViewModule.aspx", "auth": { "kind": "client_credentials", "client_id": "C1" } })
    }

    #[test]
    fn settings_survive_the_store_and_the_address_is_normalised() {
        let settings = CreatioSettings::from_json(&minimal()).unwrap();
        assert_eq!(settings.instance(), "https://acme.creatio.com", "ids hang on this text");
        assert_eq!(CreatioSettings::from_json(&settings.to_json()).unwrap(), settings);
        assert_eq!(settings.contact_policy, ContactPolicy::LeaveEmpty, "nothing is made in the CRM unasked");
    }

    #[test]
    fn a_misspelt_or_impossible_member_is_named() {
        let mut value = minimal();
        value["ownr"] = json!("x");
        let failure = CreatioSettings::from_json(&value).unwrap_err();
        assert!(failure.message.contains("ownr"), "the admin must see which member is wrong: {failure}");
        let mut value = minimal();
        value["session_column"] = json!("Usr') or 1 eq (1");
        assert!(CreatioSettings::from_json(&value).is_err(), "column names go into addresses as they are");
        let mut value = minimal();
        value["identity_url"] = json!("http://is.acme.com");
        assert!(CreatioSettings::from_json(&value).is_err(), "the secret must not travel in the clear");
    }

    #[test]
    fn r25_unknown_columns_are_taken_for_html() {
        let mut settings = CreatioSettings::from_json(&minimal()).unwrap();
        assert!(settings.is_html("Case.Symptoms") && settings.is_html("Case.UsrNobodyKnows"));
        assert!(!settings.is_html("Activity.DetailedResult") && !settings.is_html("Case.Subject"));
        settings.html_columns.insert("Activity.DetailedResult".into(), true);
        assert!(settings.is_html("Activity.DetailedResult"), "a tenant's rich text column can be named");
    }
}
