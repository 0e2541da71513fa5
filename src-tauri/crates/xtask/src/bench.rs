//! Benchmarks: a program of the tests' package, built in release mode.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use crate::setup::{self, Scope};
use crate::workspace::{Workspace, stream};

/// Builds the benchmarks and runs those that the arguments choose.
pub fn run(workspace: &Workspace, args: Vec<OsString>) -> Result<ExitCode> {
    setup::all(workspace, Scope::Engine)?;
    // The engine that is measured is the real program in a process of its own.
    let packages = ["--release", "--locked", "--package", "casebridge-server", "--package", "casebridge-tests"];
    stream(workspace.cargo(["build", "--bins"]).args(packages))?;
    stream(workspace.cargo(["run"]).args(packages).args(["--bin", "bench", "--"]).args(args))?;
    Ok(ExitCode::SUCCESS)
}
