//! `casebridged connection add salesforce`.

use casebridge_api::commands::ConnectionAdd;
use casebridge_domain::ConnectionKind;
use clap::Args;
use serde_json::Value;
use url::Url;

use super::Usage;
use super::route::RouteArgs;
use super::settings::{ModeArg, SettingsArgs, secret};

#[derive(Debug, Args)]
pub(crate) struct AddSalesforce {
    /// Unique name.
    #[arg(long)]
    name: String,
    /// Where people sign in: login.salesforce.com, test.salesforce.com or the org's My Domain.
    #[arg(long, default_value = "https://login.salesforce.com")]
    login_url: String,
    /// Consumer key of the External Client App or Connected App.
    #[arg(long)]
    client_id: String,
    /// Read the consumer secret from standard input (else from CASEBRIDGE_CLIENT_SECRET); apps without one need none.
    #[arg(long)]
    secret_stdin: bool,
    /// Where the browser returns to, as registered with the app; one of the loopback addresses when not given.
    #[arg(long)]
    redirect_uri: Option<Url>,
    /// Paste the final address instead of listening for it.
    #[arg(long)]
    paste: bool,
    /// Which conversations become cases.
    #[arg(long, value_enum, default_value = "every")]
    mode: ModeArg,
    #[command(flatten)]
    route: RouteArgs,
    /// Owner of new cases: id of a user or a queue.
    #[arg(long)]
    owner: Option<String>,
    /// Any other setting, as NAME=JSON.
    #[arg(long = "set", value_name = "NAME=JSON")]
    others: Vec<String>,
}

impl AddSalesforce {
    /// What is to be added, and whether the final address is pasted.
    pub(crate) fn wish(self) -> anyhow::Result<(ConnectionAdd, bool)> {
        // Standard input is where the address is pasted.
        if self.secret_stdin && self.paste {
            return Err(Usage("give the secret in CASEBRIDGE_CLIENT_SECRET when you paste the address".into()).into());
        }
        let from_outside = std::env::var("CASEBRIDGE_CLIENT_SECRET").is_ok_and(|secret| !secret.is_empty());
        let secret = if self.secret_stdin || from_outside { Some(secret(self.secret_stdin)?) } else { None };
        let plain = SettingsArgs { owner: self.owner, group: None, activity_owner: None, others: self.others };
        let mut settings = plain.members()?;
        settings.insert("login_url".into(), Value::String(self.login_url));
        settings.insert("client_id".into(), Value::String(self.client_id));
        settings.insert("confidential".into(), Value::Bool(secret.is_some()));
        if let Some(redirect_uri) = self.redirect_uri {
            settings.insert("redirect_uri".into(), Value::String(redirect_uri.into()));
        }
        let (kind, route) = (ConnectionKind::Salesforce, self.route.route()?);
        Ok((ConnectionAdd { kind, name: self.name, mode: self.mode.into(), route, settings, secret }, self.paste))
    }
}
