//! Benchmarks: a program of the tests' package, built in release mode.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::setup::{self, Scope};
use crate::ui;
use crate::workspace::{Workspace, stream};

/// By their programs and not by their packages: with the features of the whole workspace nothing is built twice.
const BUILD: [&str; 7] = ["build", "--release", "--locked", "--bin", "bench", "--bin", "casebridged"];

/// Builds the benchmarks and runs those that the arguments choose.
pub fn run(workspace: &Workspace, args: Vec<OsString>) -> Result<ExitCode> {
    let with_window = args.is_empty() || args.iter().any(|one| one == "scale");
    setup::all(workspace, if with_window { Scope::Everything } else { Scope::Engine })?;
    // The engine that is measured is the real program in a process of its own.
    let mut build = workspace.cargo(BUILD);
    if with_window {
        ui::build(workspace)?;
        build.args(["--bin", "casebridge", "--example", "blank"]);
    }
    stream(&mut build)?;
    stream(bench(workspace).args(args))?;
    Ok(ExitCode::SUCCESS)
}

fn bench(workspace: &Workspace) -> Command {
    workspace.command(workspace.target.join("release/bench"))
}

/// Fills a folder with as many conversations and messages as are asked for, from a seed.
pub fn generate(workspace: &Workspace, [sessions, messages, seed]: [u64; 3], into: &Path) -> Result<ExitCode> {
    setup::all(workspace, Scope::Engine)?;
    // The program runs elsewhere than whoever typed the path.
    let into = std::path::absolute(into)?;
    stream(&mut workspace.cargo(BUILD))?;
    let mut bench = bench(workspace);
    bench.arg("generate");
    for (name, value) in [("--sessions", sessions), ("--messages", messages), ("--seed", seed)] {
        bench.arg(name).arg(value.to_string());
    }
    stream(bench.arg("--into").arg(into))?;
    Ok(ExitCode::SUCCESS)
}
