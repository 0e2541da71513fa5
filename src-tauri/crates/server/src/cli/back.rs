//! The command line of the way back: webhooks, replies, exports.

use std::path::PathBuf;

use casebridge_api::Command;
use casebridge_api::commands::{RepliesPreview, RepliesSelection};
use clap::{Args, Subcommand};

use super::Usage;

#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// Show the address; it is a secret, like a password.
    Url {
        /// Connection, by name or id.
        connection: String,
    },
    /// Make a new address; the old one works on for a while.
    Regenerate {
        /// Connection, by name or id.
        connection: String,
        /// Minutes that the old address works on; a day unless given.
        #[arg(long)]
        grace_minutes: Option<u64>,
    },
}

impl From<WebhookCommand> for Command {
    fn from(command: WebhookCommand) -> Self {
        match command {
            WebhookCommand::Url { connection } => Command::WebhookUrl { name: connection },
            WebhookCommand::Regenerate { connection, grace_minutes } => {
                Command::WebhookRegenerate { name: connection, grace_minutes }
            }
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum RepliesCommand {
    /// List replies, newest first.
    List {
        /// Only this session.
        session: Option<String>,
        /// Only these: held, given, released, discarded, offered or taken.
        #[arg(long)]
        state: Option<String>,
        /// At most this many.
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Deliver a held reply.
    Release {
        /// The reply.
        reply: String,
        /// The session, when several are on the case.
        #[arg(long)]
        session: Option<String>,
    },
    /// Leave a held reply undelivered for good.
    Discard {
        /// The reply.
        reply: String,
    },
    /// Show the last 20 records that a choice of reply kinds would deliver; tasks must be looked at before they can
    /// be switched on.
    Preview {
        /// Connection, by name or id.
        connection: String,
        /// The setting `replies` to be tried, as JSON; the present one unless given.
        #[arg(long)]
        replies: Option<String>,
    },
}

impl RepliesCommand {
    pub(crate) fn command(self) -> anyhow::Result<Command> {
        Ok(match self {
            RepliesCommand::List { session, state, limit } => {
                Command::RepliesList(RepliesSelection { session, state, limit })
            }
            RepliesCommand::Release { reply, session } => Command::RepliesRelease { reply, session },
            RepliesCommand::Discard { reply } => Command::RepliesDiscard { reply },
            RepliesCommand::Preview { connection, replies } => {
                let replies = match replies.as_deref().map(serde_json::from_str).transpose() {
                    Ok(replies) => replies,
                    Err(error) => return Err(Usage(format!("--replies is not JSON: {error}")).into()),
                };
                Command::RepliesPreview(RepliesPreview { connection, replies })
            }
        })
    }
}

/// Options of `export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// Sessions, named as for `trace`.
    #[arg(required = true)]
    pub(crate) sessions: Vec<String>,
    /// Where to; standard output unless given. An existing file is not overwritten.
    #[arg(long)]
    pub(crate) out: Option<PathBuf>,
    /// Leave out what people said, their names and the bodies of calls.
    #[arg(long)]
    pub(crate) redacted: bool,
}
