//! `casebridged salesforce kit`: what of the kit the org has, saving its files, trying and deploying it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use casebridge_api::Command;
use casebridge_domain::ConnectionKind;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::Usage;
use crate::engine_access::Access;
use crate::output;

/// Pause between two looks at a deployment, which takes some seconds in a real org.
const PAUSE: Duration = Duration::from_secs(1);
/// Looks after which it is left to the org: it goes on without us.
const LOOKS: usize = 600;

#[derive(Debug, Subcommand)]
pub(crate) enum SalesforceCommand {
    /// The set-up kit: without an option, how much of it the org has.
    Kit(KitArgs),
}

#[derive(Debug, Args)]
pub(crate) struct KitArgs {
    /// Connection, by name or id; not needed when there is one.
    connection: Option<String>,
    /// Save all files of the kit below this folder; no org is asked.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["deploy", "check", "connection"])]
    out: Option<PathBuf>,
    /// Deploy the fields, the permission set and the rule, and give the rights to the connection's user.
    #[arg(long, conflicts_with = "check")]
    deploy: bool,
    /// Only try to deploy: nothing is changed.
    #[arg(long)]
    check: bool,
}

pub(crate) async fn run(data: PathBuf, args: KitArgs, json: bool) -> anyhow::Result<ExitCode> {
    if let Some(folder) = &args.out {
        return save(folder);
    }
    let access = Access::open(data).await?;
    let done = act(&access, args, json).await;
    access.close().await;
    done
}

async fn act(access: &Access, args: KitArgs, json: bool) -> anyhow::Result<ExitCode> {
    let name = match args.connection {
        Some(name) => name,
        None => only_one(&access.call(Command::ConnectionList).await?)?,
    };
    if !args.deploy && !args.check {
        let command = Command::KitState { name };
        let answer = access.call(command.clone()).await?;
        return output::print(&command, &answer, json);
    }
    let begun = access.call(Command::KitDeploy { name: name.clone(), check_only: args.check }).await?;
    let id = begun["id"].as_str().context("the engine's answer names no deployment")?.to_owned();
    let command = Command::KitProgress { name, id };
    for _ in 0..LOOKS {
        let answer = access.call(command.clone()).await?;
        if !matches!(answer["state"].as_str(), Some("waiting" | "running")) {
            let printed = output::print(&command, &answer, json)?;
            let good = answer["state"] == "done" && answer["errors"].as_array().is_none_or(Vec::is_empty);
            return Ok(if good { printed } else { ExitCode::from(4) });
        }
        tokio::time::sleep(PAUSE).await;
    }
    bail!("the org is still at work on the deployment: see Setup > Deployment Status there")
}

fn only_one(connections: &Value) -> anyhow::Result<String> {
    let kind = ConnectionKind::Salesforce.as_str();
    let mut orgs = connections.as_array().into_iter().flatten().filter(|connection| connection["kind"] == kind);
    match (orgs.next(), orgs.next()) {
        (Some(one), None) => Ok(output::text(one, "name")),
        (None, _) => {
            Err(Usage("add a Salesforce connection first: casebridged connection add salesforce".into()).into())
        }
        _ => Err(Usage("there are several Salesforce connections: name one".into()).into()),
    }
}

fn save(folder: &Path) -> anyhow::Result<ExitCode> {
    let files = casebridge_engine::kit::files();
    for file in files {
        let path = folder.join(file.path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(|| format!("{} cannot be made", parent.display()))?;
        }
        fs::write(&path, file.text).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    println!("saved {} files in {}; begin with README.md", files.len(), folder.display());
    Ok(ExitCode::SUCCESS)
}
