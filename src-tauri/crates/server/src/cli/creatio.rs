//! `casebridged connection add creatio`.

use casebridge_api::commands::ConnectionAdd;
use casebridge_domain::ConnectionKind;
use clap::Args;
use serde_json::Value;
use url::Url;

use super::route::RouteArgs;
use super::settings::{ModeArg, SettingsArgs, secret};

#[derive(Debug, Args)]
pub(crate) struct AddCreatio {
    /// Unique name.
    #[arg(long)]
    name: String,
    /// Address of the instance; a pasted page address works.
    #[arg(long)]
    url: String,
    /// Address of the Identity Service, when it cannot be discovered.
    #[arg(long)]
    identity_url: Option<String>,
    /// Client id.
    #[arg(long)]
    client_id: String,
    /// Read the client secret from standard input (else from CASEBRIDGE_CLIENT_SECRET).
    #[arg(long)]
    secret_stdin: bool,
    /// Sign in as a person instead of with a client secret; go on with `connection sign-in`.
    #[arg(long)]
    as_person: bool,
    /// Where the browser returns to after a person's sign-in, as registered with the application.
    #[arg(long, default_value = "http://localhost:4182/oauth/creatio/callback")]
    redirect_uri: Url,
    /// Which conversations become cases.
    #[arg(long, value_enum, default_value = "every")]
    mode: ModeArg,
    #[command(flatten)]
    route: RouteArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl AddCreatio {
    /// What is to be added.
    pub(crate) fn wish(self) -> anyhow::Result<ConnectionAdd> {
        let secret = if self.as_person { None } else { Some(secret(self.secret_stdin)?) };
        let auth = if self.as_person {
            serde_json::json!({
                "kind": "authorization_code", "client_id": self.client_id, "redirect_uri": self.redirect_uri,
            })
        } else {
            serde_json::json!({ "kind": "client_credentials", "client_id": self.client_id })
        };
        let mut settings = self.settings.members()?;
        settings.insert("url".into(), Value::String(self.url));
        if let Some(identity_url) = self.identity_url {
            settings.insert("identity_url".into(), Value::String(identity_url));
        }
        settings.insert("auth".into(), auth);
        Ok(ConnectionAdd {
            kind: ConnectionKind::Creatio,
            name: self.name,
            mode: self.mode.into(),
            route: self.route.route()?,
            settings,
            secret,
        })
    }
}
