//! What the commands about a connection have in common: mode, settings and secret.

use std::io::{IsTerminal as _, Read as _};

use anyhow::Context as _;
use casebridge_api::Secret;
use casebridge_domain::Mode;
use clap::{Args, ValueEnum};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::Usage;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ModeArg {
    /// Every conversation becomes a case.
    Every,
    /// Only conversations handed to a person.
    Handoff,
}

impl From<ModeArg> for Mode {
    fn from(mode: ModeArg) -> Self {
        match mode {
            ModeArg::Every => Mode::Every,
            ModeArg::Handoff => Mode::Handoff,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct SettingsArgs {
    /// Default case owner: id of a contact.
    #[arg(long)]
    pub(crate) owner: Option<String>,
    /// Default case group: id of a role.
    #[arg(long)]
    pub(crate) group: Option<String>,
    /// Owner of activities when the case has none: id of a contact.
    #[arg(long)]
    pub(crate) activity_owner: Option<String>,
    /// Any other setting, as NAME=JSON; `null` clears it.
    #[arg(long = "set", value_name = "NAME=JSON")]
    pub(crate) others: Vec<String>,
}

impl SettingsArgs {
    pub(crate) fn members(self) -> anyhow::Result<Map<String, Value>> {
        let mut members = Map::new();
        for (name, value) in [("owner", self.owner), ("group", self.group), ("activity_owner", self.activity_owner)] {
            if let Some(value) = value {
                members.insert(name.to_owned(), Value::String(value));
            }
        }
        for other in self.others {
            let Some((name, value)) = other.split_once('=') else {
                return Err(Usage(format!("give --set as NAME=JSON, not `{other}`")).into());
            };
            // A bare word is a text: quoting JSON in a shell is no fun.
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
            members.insert(name.to_owned(), value);
        }
        Ok(members)
    }
}

/// A secret comes from standard input or the environment, never from an argument that others can see.
pub(crate) fn secret(from_stdin: bool) -> anyhow::Result<Secret> {
    let text = if from_stdin {
        let mut text = String::new();
        if std::io::stdin().is_terminal() {
            eprintln!("Type the client secret, then Enter and Ctrl-D (it will be visible):");
        }
        std::io::stdin().read_to_string(&mut text).context("the secret could not be read from standard input")?;
        text
    } else {
        std::env::var("CASEBRIDGE_CLIENT_SECRET").unwrap_or_default()
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(Usage(
            "give the client secret on standard input with --secret-stdin, or in CASEBRIDGE_CLIENT_SECRET".into(),
        )
        .into());
    }
    Ok(Secret(SecretString::from(text.to_owned())))
}
