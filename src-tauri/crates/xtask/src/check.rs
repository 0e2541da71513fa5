//! The gates: what must hold for every commit, apart from the tests.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::report::Report;
use crate::setup::{self, Scope};
use crate::workspace::{Workspace, capture};
use crate::{licences, rustdoc, tree, ui, unused};

/// Sets up and runs every gate.
pub fn all(workspace: &Workspace) -> Result<ExitCode> {
    let mut report = Report::default();
    if report.gate("setup", || setup::all(workspace, Scope::Everything)) {
        gates(workspace, &mut report);
    }
    Ok(report.verdict())
}

/// Every gate, the quick ones first.
pub fn gates(workspace: &Workspace, report: &mut Report) {
    report.gate("format", || format(workspace));
    report.gate("tree", || tree::check(workspace));
    report.gate("licences", || licences::check(workspace));
    report.gate("unused", || unused::check(workspace));
    ui::gates(workspace, report);
    report.gate("rustdoc", || rustdoc::check(workspace));
    report.gate("clippy", || clippy(workspace));
}

fn format(workspace: &Workspace) -> Result<String> {
    let list = workspace.cargo(["fmt", "--all", "--", "--check", "--files-with-diff"]).output();
    let list = list.context("could not start `cargo fmt`")?;
    if list.status.success() {
        return Ok(String::new());
    }
    let root = format!("{}/", workspace.root.display());
    let files = String::from_utf8_lossy(&list.stdout).replace(&root, "");
    let problem = String::from_utf8_lossy(&list.stderr);
    bail!("run `cargo fmt --all`; these files are not formatted:\n{files}{problem}")
}

/// Clippy as a compiler around the workspace's own crates, on the tests' build.
///
/// `cargo clippy` would first *check* several hundred dependencies which the tests have already
/// built, and that takes minutes. Cargo applies this wrapper to our crates only, keeps its results
/// apart from the ordinary ones, and takes the dependencies as they were built.
fn clippy(workspace: &Workspace) -> Result<String> {
    let sysroot = capture(workspace.command("rustc").args(["--print", "sysroot"]))?;
    let in_sysroot = Path::new(sysroot.trim()).join("bin").join(format!("clippy-driver{}", env::consts::EXE_SUFFIX));
    let driver = if in_sysroot.exists() { in_sysroot } else { "clippy-driver".into() };
    capture(
        workspace
            .cargo(["test", "--workspace", "--locked", "--no-run", "--quiet", "--no-fail-fast"])
            .env("RUSTC_WORKSPACE_WRAPPER", driver)
            .env("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__"),
    )
    .context("warnings are errors here")?;
    Ok(String::new())
}
