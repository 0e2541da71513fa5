//! `casebridged connection`.

use casebridge_api::Command;
use casebridge_api::commands::ConnectionSet;
use casebridge_domain::Mode;
use clap::{Args, Subcommand};

use super::Usage;
use super::creatio::AddCreatio;
use super::route;
use super::salesforce::AddSalesforce;
use super::settings::{ModeArg, SettingsArgs, secret};

#[derive(Debug, Subcommand)]
pub(crate) enum ConnectionCommand {
    /// Add a connection.
    #[command(subcommand)]
    Add(AddCommand),
    /// List connections.
    List,
    /// Test address, credentials and rights; a good test ends a pause.
    Test {
        /// Name or id.
        name: String,
    },
    /// Change a connection.
    Set(SetArgs),
    /// Go on with what another engine wrote to the same CRM until now: stop that one first. Replies that it may have
    /// delivered are held.
    TakeOver {
        /// Name or id.
        name: String,
    },
    /// Remove a connection; its history stays.
    Remove {
        /// Name or id.
        name: String,
    },
    /// Sign in as a person in the browser (authorization code with PKCE).
    SignIn {
        /// Name or id.
        name: String,
        /// Ask for the address that the browser ended on: for a browser that cannot reach this computer.
        #[arg(long)]
        paste: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AddCommand {
    /// A Creatio instance.
    Creatio(AddCreatio),
    /// A Salesforce org: a person signs in, and the connection is added when the sign-in is good.
    Salesforce(AddSalesforce),
}

#[derive(Debug, Args)]
pub(crate) struct SetArgs {
    /// Name or id.
    name: String,
    /// Which conversations become cases, from now on.
    #[arg(long, value_enum)]
    mode: Option<ModeArg>,
    /// Read another client secret from standard input.
    #[arg(long)]
    secret_stdin: bool,
    /// Which conversations come here: `channels=web,chat`, `not-channels=…`, `tags=…`, `not-tags=…`; `all` for all of
    /// them. Replaces the rule; conversations that have a case, or were decided about, stay where they are.
    #[arg(long, value_name = "RULE")]
    route: Vec<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl ConnectionCommand {
    /// What the engine is asked, for the commands that are one question.
    pub(crate) fn command(self) -> anyhow::Result<Command> {
        Ok(match self {
            ConnectionCommand::Add(AddCommand::Creatio(add)) => Command::ConnectionAdd(Box::new(add.wish()?)),
            ConnectionCommand::Add(AddCommand::Salesforce(_)) => {
                return Err(Usage("adding a Salesforce org runs by itself".into()).into());
            }
            ConnectionCommand::List => Command::ConnectionList,
            ConnectionCommand::Test { name } => Command::ConnectionTest { name },
            ConnectionCommand::Set(set) => {
                let secret = if set.secret_stdin { Some(secret(true)?) } else { None };
                let settings = set.settings.members()?;
                let route = route::read(&set.route)?;
                let mode = set.mode.map(Mode::from);
                Command::ConnectionSet(ConnectionSet { name: set.name, mode, settings, secret, route })
            }
            ConnectionCommand::TakeOver { name } => Command::ConnectionTakeOver { name },
            ConnectionCommand::Remove { name } => Command::ConnectionRemove { name },
            ConnectionCommand::SignIn { .. } => return Err(Usage("sign-in runs by itself".into()).into()),
        })
    }
}
