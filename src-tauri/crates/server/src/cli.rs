//! The command line.

use std::io::{IsTerminal as _, Read as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use casebridge_api::commands::{ConnectionAdd, ConnectionSet, LaneName, LaneSelection};
use casebridge_api::{Command, Role, Secret};
use casebridge_domain::{ConnectionKind, Mode};
use clap::{Args, Parser, Subcommand, ValueEnum};
use secrecy::SecretString;
use serde_json::{Map, Value};
use url::Url;

use crate::cli_back::{ExportArgs, RepliesCommand, WebhookCommand};
use crate::cli_kit::SalesforceCommand;
use crate::cli_salesforce::AddSalesforce;
use crate::engine_access::Access;
use crate::entrance::Entrance;
use crate::{cli_kit, export, output, replay, serve, sign_in};

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

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Console and sessions API.
    #[arg(long, default_value = "127.0.0.1:4180")]
    pub listen: SocketAddr,
    /// A name that the console answers to beside those of this computer, as it stands in the browser's address, without
    /// scheme and port; repeatable. For a team server behind a proxy that encrypts.
    #[arg(long, env = "CASEBRIDGE_CONSOLE_HOST", value_name = "NAME", value_delimiter = ',', value_parser = host_name)]
    pub console_host: Vec<String>,
    /// Webhooks and callbacks; closed when not given.
    #[arg(long)]
    pub public_listen: Option<SocketAddr>,
    /// How the internet reaches the public listener.
    #[arg(long)]
    pub public_url: Option<Url>,
    /// Start a stand-in Creatio as well, and connect to it.
    #[arg(long)]
    pub sandbox: bool,
}

/// A bare host name or address, so that nothing but this name is let in.
fn host_name(text: &str) -> Result<String, String> {
    match url::Host::parse(text) {
        Ok(host) if !text.contains('*') && host.to_string().eq_ignore_ascii_case(text) => Ok(host.to_string()),
        _ => Err("give the name alone, such as cases.example.com: no scheme, port, path or `*`".to_owned()),
    }
}

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

#[derive(Debug, Subcommand)]
enum ConnectionCommand {
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
enum AddCommand {
    /// A Creatio instance.
    Creatio(AddCreatio),
    /// A Salesforce org: a person signs in, and the connection is added when the sign-in is good.
    Salesforce(AddSalesforce),
}

#[derive(Debug, Args)]
struct AddCreatio {
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
    settings: SettingsArgs,
}

#[derive(Debug, Args)]
struct SetArgs {
    /// Name or id.
    name: String,
    /// Which conversations become cases, from now on.
    #[arg(long, value_enum)]
    mode: Option<ModeArg>,
    /// Read another client secret from standard input.
    #[arg(long)]
    secret_stdin: bool,
    #[command(flatten)]
    settings: SettingsArgs,
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

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleArg {
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
enum ConsoleCommand {
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
enum KeyCommand {
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

#[derive(Debug, Subcommand)]
enum LanesCommand {
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
struct SelectionArgs {
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

/// Options of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Conversations, one JSON object a line, plain or gzipped.
    pub file: PathBuf,
    /// Conversations a second; as fast as possible when not given.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Share of conversations that are handed off, 0 to 1; the same ones in each run.
    #[arg(long, default_value_t = 0.0)]
    pub handoff_share: f64,
    /// Source name of the sessions.
    #[arg(long, default_value = "replay")]
    pub source: String,
    /// Conversations at the same time.
    #[arg(long, default_value_t = 32)]
    pub parallel: usize,
    /// Begin anew instead of going on where an earlier run of the same file stopped.
    #[arg(long)]
    pub restart: bool,
}

pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli { data, json, what } = cli;
    let command = match what {
        What::Serve(args) => {
            serve::run(data, args).await?;
            return Ok(ExitCode::SUCCESS);
        }
        What::Replay(args) => return replay::run(data, args, json).await,
        What::Connection(ConnectionCommand::SignIn { name, paste }) => return sign_in::run(data, &name, paste).await,
        What::Connection(ConnectionCommand::Add(AddCommand::Salesforce(add))) => {
            let (wish, paste) = add.wish()?;
            return sign_in::add(data, wish, paste, json).await;
        }
        What::Salesforce(SalesforceCommand::Kit(args)) => return cli_kit::run(data, args, json).await,
        What::Connection(command) => connection(command)?,
        What::Key(KeyCommand::Create { name }) => Command::KeyCreate { name },
        What::Key(KeyCommand::List) => Command::KeyList,
        What::Key(KeyCommand::Revoke { name }) => Command::KeyRevoke { name },
        What::Console(ConsoleCommand::Link { name, role }) => Command::ConsoleLink { name, role: role.into() },
        What::Console(ConsoleCommand::Visitors) => Command::ConsoleVisitors,
        What::Console(ConsoleCommand::Dismiss { id }) => Command::ConsoleDismiss { id },
        What::Lanes(command) => lanes(command)?,
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

fn connection(command: ConnectionCommand) -> anyhow::Result<Command> {
    Ok(match command {
        ConnectionCommand::Add(AddCommand::Creatio(add)) => {
            let secret = if add.as_person { None } else { Some(secret(add.secret_stdin)?) };
            let auth = if add.as_person {
                serde_json::json!({
                    "kind": "authorization_code", "client_id": add.client_id, "redirect_uri": add.redirect_uri,
                })
            } else {
                serde_json::json!({ "kind": "client_credentials", "client_id": add.client_id })
            };
            let mut settings = add.settings.members()?;
            settings.insert("url".into(), Value::String(add.url));
            if let Some(identity_url) = add.identity_url {
                settings.insert("identity_url".into(), Value::String(identity_url));
            }
            settings.insert("auth".into(), auth);
            Command::ConnectionAdd(Box::new(ConnectionAdd {
                kind: ConnectionKind::Creatio,
                name: add.name,
                mode: add.mode.into(),
                settings,
                secret,
            }))
        }
        ConnectionCommand::Add(AddCommand::Salesforce(_)) => {
            return Err(Usage("adding a Salesforce org runs by itself".into()).into());
        }
        ConnectionCommand::List => Command::ConnectionList,
        ConnectionCommand::Test { name } => Command::ConnectionTest { name },
        ConnectionCommand::Set(set) => {
            let secret = if set.secret_stdin { Some(secret(true)?) } else { None };
            let settings = set.settings.members()?;
            Command::ConnectionSet(ConnectionSet { name: set.name, mode: set.mode.map(Mode::from), settings, secret })
        }
        ConnectionCommand::TakeOver { name } => Command::ConnectionTakeOver { name },
        ConnectionCommand::Remove { name } => Command::ConnectionRemove { name },
        ConnectionCommand::SignIn { .. } => return Err(Usage("sign-in runs by itself".into()).into()),
    })
}

fn lanes(command: LanesCommand) -> anyhow::Result<Command> {
    Ok(match command {
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
