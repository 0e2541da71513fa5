//! `casebridged lanes`: what is written, waiting, failing or parked.

use casebridge_api::Command;
use casebridge_api::commands::{LaneName, LaneSelection};
use clap::{Args, Subcommand};

use super::Usage;

#[derive(Debug, Subcommand)]
pub(crate) enum LanesCommand {
    /// List lanes, those in trouble first.
    List {
        #[command(flatten)]
        selection: SelectionArgs,
        /// Only counts per connection.
        #[arg(long)]
        count: bool,
        /// At most this many; 0 means no limit.
        #[arg(long, default_value_t = 0)]
        limit: i64,
    },
    /// Try lanes again now; parked ones are released.
    Retry {
        #[command(flatten)]
        selection: SelectionArgs,
        /// All lanes with something left to do.
        #[arg(long)]
        all: bool,
    },
    /// Leave one event out; a line in the case takes its place.
    Skip {
        /// The session.
        session: String,
        /// The event's number.
        #[arg(long)]
        seq: i64,
        /// The connection, when there are several.
        #[arg(long)]
        connection: Option<String>,
    },
    /// Park a lane by hand.
    Park {
        /// The session.
        session: String,
        /// Why.
        #[arg(long, default_value = "no reason given")]
        why: String,
        /// The connection, when there are several.
        #[arg(long)]
        connection: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SelectionArgs {
    /// Only this session.
    session: Option<String>,
    /// Only this connection.
    #[arg(long)]
    connection: Option<String>,
    /// Only parked lanes.
    #[arg(long)]
    parked: bool,
    /// Only lanes with something left to do.
    #[arg(long)]
    unfinished: bool,
}

impl SelectionArgs {
    fn selection(self, limit: i64) -> LaneSelection {
        LaneSelection {
            session: self.session,
            connection: self.connection,
            parked: self.parked,
            unfinished: self.unfinished,
            limit,
        }
    }
}

impl LanesCommand {
    /// What the engine is asked.
    pub(crate) fn command(self) -> anyhow::Result<Command> {
        Ok(match self {
            LanesCommand::List { count: true, .. } => Command::LanesCount,
            LanesCommand::List { selection, limit, .. } => Command::LanesList(selection.selection(limit)),
            LanesCommand::Retry { selection, all } => {
                let mut selection = selection.selection(0);
                let named = selection.session.is_some() || selection.connection.is_some() || selection.parked;
                if !named && !all {
                    return Err(Usage("name a session, --connection or --parked, or say --all".into()).into());
                }
                selection.unfinished = true;
                Command::LanesRetry(selection)
            }
            LanesCommand::Skip { session, seq, connection } => {
                Command::LanesSkip { lane: LaneName { session, connection }, seq: Some(seq) }
            }
            LanesCommand::Park { session, why, connection } => {
                Command::LanesPark { lane: LaneName { session, connection }, why }
            }
        })
    }
}
