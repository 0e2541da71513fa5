//! Development commands: `cargo xtask <command>`.
//!
//! Knows nothing of the product's crates: it calls Cargo and the programs they build.

mod bench;
mod check;
mod clients;
mod licences;
mod package;
mod report;
mod run;
mod rustdoc;
mod setup;
mod test;
mod tree;
mod ui;
mod unused;
mod workspace;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::setup::Scope;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Everything needed to build, try and check Casebridge")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing: system packages and Rust components
    Setup,
    /// Build and start it on a fresh data folder: the window where there is a display, else the engine with the sandbox
    Run {
        /// Arguments for `casebridged serve`, which then starts without a window
        #[arg(last = true)]
        args: Vec<OsString>,
    },
    /// Set up, build, run every test and every gate; the last line is `N passed, N failed`
    Test,
    /// Run every gate without the tests
    Check,
    /// Build the benchmarks in release mode and run them
    Bench {
        /// Arguments for the benchmarks, such as their names
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
    /// Fill a new data folder with made-up conversations, the same ones for the same seed
    Generate {
        /// How many conversations
        #[arg(long, default_value_t = 100_000)]
        sessions: u64,
        /// How many messages they have together
        #[arg(long, default_value_t = 1_000_000)]
        messages: u64,
        /// What they are drawn from
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The folder; it must not hold a store yet
        #[arg(long)]
        into: PathBuf,
    },
    /// Pack the headless engine (.tar.gz) and, on Linux, the desktop program (.deb) into target/package, with their SHA-256
    Package {
        /// Pack the debug build: quick to make, for trying out the packages themselves
        #[arg(long)]
        debug: bool,
    },
}

fn main() -> ExitCode {
    if let Some(code) = rustdoc::stand_in() {
        return code;
    }
    match dispatch(Cli::parse().command) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("error: {failure:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<ExitCode> {
    let workspace = Workspace::locate()?;
    match command {
        Command::Setup => {
            println!("{}", setup::all(&workspace, Scope::Everything)?);
            Ok(ExitCode::SUCCESS)
        }
        Command::Run { args } => run::serve(&workspace, args),
        Command::Test => test::all(&workspace),
        Command::Check => check::all(&workspace),
        Command::Bench { args } => bench::run(&workspace, args),
        Command::Generate { sessions, messages, seed, into } => {
            bench::generate(&workspace, [sessions, messages, seed], &into)
        }
        Command::Package { debug } => package::all(&workspace, debug),
    }
}
