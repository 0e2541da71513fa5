//! Benchmarks: a program of the tests' package, built in release mode.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::setup::{self, Scope};
use crate::ui;
use crate::workspace::{Workspace, stream};

const PACKAGES: [&str; 6] =
    ["--release", "--locked", "--package", "casebridge-server", "--package", "casebridge-tests"];

/// Builds the benchmarks and runs those that the arguments choose.
pub fn run(workspace: &Workspace, args: Vec<OsString>) -> Result<ExitCode> {
    let with_window = args.is_empty() || args.iter().any(|one| one == "scale");
    setup::all(workspace, if with_window { Scope::Everything } else { Scope::Engine })?;
    // The engine that is measured is the real program in a process of its own.
    stream(workspace.cargo(["build", "--bins"]).args(PACKAGES))?;
    if with_window {
        ui::build(workspace)?;
        let window = ["--package", "casebridge", "--bin", "casebridge", "--example", "blank"];
        stream(workspace.cargo(["build", "--release", "--locked"]).args(window))?;
    }
    stream(workspace.cargo(["run"]).args(PACKAGES).args(["--bin", "bench", "--"]).args(args))?;
    Ok(ExitCode::SUCCESS)
}

/// Fills a folder with as many conversations and messages as are asked for, from a seed.
pub fn generate(workspace: &Workspace, [sessions, messages, seed]: [u64; 3], into: &Path) -> Result<ExitCode> {
    setup::all(workspace, Scope::Engine)?;
    // The program runs elsewhere than whoever typed the path.
    let into = std::path::absolute(into)?;
    let mut bench = workspace.cargo(["run"]);
    bench.args(PACKAGES).args(["--bin", "bench", "--", "generate"]);
    for (name, value) in [("--sessions", sessions), ("--messages", messages), ("--seed", seed)] {
        bench.arg(name).arg(value.to_string());
    }
    stream(bench.arg("--into").arg(into))?;
    Ok(ExitCode::SUCCESS)
}
