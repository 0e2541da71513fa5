//! Benchmarks: a program of the tests' package, built in release mode.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;

use crate::setup::{self, Scope};
use crate::workspace::{Workspace, stream};

/// Builds the benchmarks and runs those that the arguments choose.
pub fn run(workspace: &Workspace, args: Vec<OsString>) -> Result<ExitCode> {
    setup::all(workspace, Scope::Engine)?;
    let program = ["run", "--release", "--locked", "--package", "casebridge-tests", "--bin", "bench", "--"];
    stream(workspace.cargo(program).args(args))?;
    Ok(ExitCode::SUCCESS)
}
