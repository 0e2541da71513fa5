//! The command line.

mod access;
mod back;
mod connection;
mod creatio;
mod kit;
mod lanes;
mod replay;
mod route;
mod salesforce;
mod serve;
mod settings;

use std::path::PathBuf;
use std::process::ExitCode;

use casebridge_api::Command;
use clap::{Parser, Subcommand};
use serde_json::Value;

use self::access::{ConsoleCommand, KeyCommand};
pub(crate) use self::back::ExportArgs;
use self::back::{RepliesCommand, WebhookCommand};
use self::connection::{AddCommand, ConnectionCommand};
use self::kit::SalesforceCommand;
use self::lanes::LanesCommand;
pub use self::replay::ReplayArgs;
pub use self::serve::ServeArgs;
use crate::engine_access::Access;
use crate::entrance::Entrance;
use crate::{export, output, sign_in};

/// Input that clap cannot judge; the text says what to give instead.
#[derive(Debug, thiserror::Error)]
#[error("the command line is not usable")]
pub struct Usage(pub String);

/// Casebridge without a window.
#[derive(Debug, Parser)]
#[command(name = "casebridged", version, about = "Turns AI conversations into CRM cases and keeps them true")]
pub struct Cli {
    /// The data folder.
    #[arg(long, global = true, env = "CASEBRIDGE_DATA", default_value = "casebridge-data")]
    data: PathBuf,
    /// Print JSON for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Run the engine.
    Serve(ServeArgs),
    /// CRM connections.
    #[command(subcommand)]
    Connection(ConnectionCommand),
    /// What Salesforce alone needs.
    #[command(subcommand)]
    Salesforce(SalesforceCommand),
    /// Keys of the sessions API.
    #[command(subcommand)]
    Key(KeyCommand),
    /// The console in the browser.
    #[command(subcommand)]
    Console(ConsoleCommand),
    /// Lanes: what is written, waiting, failing or parked.
    #[command(subcommand)]
    Lanes(LanesCommand),
    /// Send recorded conversations to the running engine.
    Replay(ReplayArgs),
    /// The whole story of a session.
    Trace {
        /// Session id, `source/external id`, external id, case number or case id.
        session: String,
    },
    /// Is there a case, are the messages there, did the replies arrive, are the fields filled, is anything stuck?
    Explain {
        /// As for `trace`.
        session: String,
    },
    /// The address that the CRM calls.
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// What people of the company answered.
    #[command(subcommand)]
    Replies(RepliesCommand),
    /// Tell that the data folder is a restored backup: replies from before are held, not delivered. A folder that was
    /// copied is noticed by itself.
    Restored,
    /// Look at everything that can keep cases and replies from arriving.
    Doctor,
    /// Write everything known of sessions, as JSON.
    Export(ExportArgs),
}

pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli { data, json, what } = cli;
    let command = match what {
        What::Serve(args) => {
            crate::serve::run(data, args).await?;
            return Ok(ExitCode::SUCCESS);
        }
        What::Replay(args) => return crate::replay::run(data, args, json).await,
        What::Connection(ConnectionCommand::SignIn { name, paste }) => return sign_in::run(data, &name, paste).await,
        What::Connection(ConnectionCommand::Add(AddCommand::Salesforce(add))) => {
            let (wish, paste) = add.wish()?;
            return sign_in::add(data, wish, paste, json).await;
        }
        What::Salesforce(SalesforceCommand::Kit(args)) => return kit::run(data, args, json).await,
        What::Connection(command) => command.command()?,
        What::Key(command) => command.into(),
        What::Console(command) => command.into(),
        What::Lanes(command) => command.command()?,
        What::Trace { session } => Command::Trace { session },
        What::Explain { session } => Command::Explain { session },
        What::Webhook(command) => command.into(),
        What::Replies(command) => command.command()?,
        What::Restored => Command::Restored,
        What::Doctor => Command::Doctor,
        What::Export(args) => return export::run(data, args).await,
    };
    let access = Access::open(data).await?;
    let answer = access.call(command.clone()).await;
    let front = access.url();
    access.close().await;
    let mut answer = answer?;
    if let (Command::ConsoleLink { .. }, Some(front)) = (&command, front) {
        let text = |member: &str| answer[member].as_str().unwrap_or_default().to_owned();
        let entrance = Entrance::new(&front, &text("host"), &text("path"));
        answer["path"] = Value::String(entrance.first);
        answer["plain"] = entrance.plain.into();
    }
    output::print(&command, &answer, json)
}
