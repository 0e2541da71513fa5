//! Who is let in: `casebridged key` and `casebridged console`.

use casebridge_api::{Command, Role};
use clap::{Subcommand, ValueEnum};

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RoleArg {
    /// Everything.
    Admin,
    /// Answers customers, decides about replies.
    Agent,
    /// Looks.
    Viewer,
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Admin => Role::Admin,
            RoleArg::Agent => Role::Agent,
            RoleArg::Viewer => Role::Viewer,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConsoleCommand {
    /// Make a link that opens the console once, within ten minutes.
    Link {
        /// For whom; the name stands on what they do.
        #[arg(long, default_value = "admin")]
        name: String,
        /// What they may do.
        #[arg(long, value_enum, default_value = "admin")]
        role: RoleArg,
    },
    /// List the browsers that are let in.
    Visitors,
    /// Shut a browser out.
    Dismiss {
        /// Which, by its id.
        id: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key; it is shown once.
    Create {
        /// What it is for.
        #[arg(long)]
        name: String,
    },
    /// List keys.
    List,
    /// Revoke a key.
    Revoke {
        /// Name or id.
        name: String,
    },
}

impl From<ConsoleCommand> for Command {
    fn from(command: ConsoleCommand) -> Self {
        match command {
            ConsoleCommand::Link { name, role } => Command::ConsoleLink { name, role: role.into() },
            ConsoleCommand::Visitors => Command::ConsoleVisitors,
            ConsoleCommand::Dismiss { id } => Command::ConsoleDismiss { id },
        }
    }
}

impl From<KeyCommand> for Command {
    fn from(command: KeyCommand) -> Self {
        match command {
            KeyCommand::Create { name } => Command::KeyCreate { name },
            KeyCommand::List => Command::KeyList,
            KeyCommand::Revoke { name } => Command::KeyRevoke { name },
        }
    }
}
