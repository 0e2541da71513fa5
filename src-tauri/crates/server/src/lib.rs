//! `casebridged`: the engine without a window, and its command line.
//!
//! A command finds the engine that runs on `--data` and asks it; when none runs, it opens the data folder
//! itself. Exit codes: 0 done, 1 unexpected, 2 unusable input, 3 no such thing, 4 the CRM or its set-up
//! says no, 5 something else is there already, 6 store, secrets or engine cannot be used now.

mod cli;
mod engine_access;
mod entrance;
mod export;
mod output;
mod replay;
mod serve;
mod sign_in;
mod tables;

use std::process::ExitCode;

use casebridge_api::ApiError;
use casebridge_api::error::Code;
use casebridge_engine::EngineError;
use casebridge_remote::RemoteError;
use casebridge_store::{SecretError, StoreError};
use clap::Parser as _;

/// Parses the command line, runs the command, prints what failed and what to do.
#[must_use]
pub fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the asynchronous runtime could not start: {error}");
            return ExitCode::from(1);
        }
    };
    match runtime.block_on(cli::run(cli)) {
        Ok(code) => code,
        Err(error) => fail(&error),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    let (code, hint) = classify(error);
    eprintln!("error: {error:#}");
    if !hint.is_empty() {
        eprintln!("hint: {hint}");
    }
    ExitCode::from(code)
}

fn classify(error: &anyhow::Error) -> (u8, String) {
    if let Some(api) = error.downcast_ref::<ApiError>() {
        let code = match api.code {
            Code::Invalid | Code::Forbidden => 2,
            Code::NotFound => 3,
            Code::Crm => 4,
            Code::Conflict => 5,
            Code::Unavailable => 6,
        };
        return (code, api.hint.clone());
    }
    if let Some(error) = error.downcast_ref::<StoreError>() {
        let hint = match error {
            StoreError::FolderInUse { .. } => "use that engine, stop it, or choose another folder with --data",
            _ => "",
        };
        return (6, hint.to_owned());
    }
    if let Some(error) = error.downcast_ref::<SecretError>() {
        return (6, error.hint().to_owned());
    }
    if let Some(error) = error.downcast_ref::<RemoteError>() {
        return (6, error.hint());
    }
    if let Some(error) = error.downcast_ref::<EngineError>() {
        return (1, error.hint());
    }
    if let Some(cli::Usage(hint)) = error.downcast_ref::<cli::Usage>() {
        return (2, hint.clone());
    }
    (1, String::new())
}
