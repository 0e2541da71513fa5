//! The gate for documentation: every link resolves and rustdoc warns about nothing.
//!
//! `cargo doc` would first *check* several hundred dependencies which the tests have already
//! built. Documentation tests, though, run on the tests' build: there Cargo calls rustdoc with
//! everything it needs to know. This program stands in for rustdoc in that call and asks the real
//! one for documentation instead of tests.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::workspace::{Workspace, capture};

/// Tells this program that Cargo calls it as rustdoc, and where the pages go.
const PAGES: &str = "CASEBRIDGE_XTASK_RUSTDOC_PAGES";

/// Documents every library of the workspace.
pub fn check(workspace: &Workspace) -> Result<String> {
    let this_program = env::current_exe().context("the path of xtask itself is unknown")?;
    capture(
        workspace
            .cargo(["test", "--workspace", "--locked", "--doc", "--quiet", "--no-fail-fast"])
            .env("RUSTDOC", this_program)
            .env(PAGES, workspace.target.join("doc")),
    )
    .context("warnings of rustdoc are errors here")?;
    Ok(String::new())
}

/// When Cargo called this program as rustdoc: does that work and says how it ended.
pub fn stand_in() -> Option<ExitCode> {
    let pages = env::var_os(PAGES)?;
    let args = for_pages(env::args_os().skip(1));
    let status = Command::new("rustdoc")
        .args(&args)
        .arg("--out-dir")
        .arg(Path::new(&pages))
        .args(["-D", "warnings"])
        .env_remove(PAGES)
        .env_remove("RUSTDOC")
        .status();
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("could not start `rustdoc`: {failure}");
            ExitCode::FAILURE
        }
    })
}

/// The arguments of a documentation test without those that make it a test.
fn for_pages(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut args = args.peekable();
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--test" | "--no-run") => {}
            Some("--test-run-directory" | "--test-args" | "--test-runtool" | "--test-builder") => {
                args.next();
            }
            Some(text) if text.starts_with("--test-") => {}
            _ => kept.push(arg),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::for_pages;

    #[test]
    fn a_documentation_test_becomes_documentation() {
        let call = [
            "--crate-type",
            "lib",
            "--crate-name",
            "store",
            "--test",
            "src/lib.rs",
            "--test-run-directory",
            "src",
            "--test-args=--quiet",
            "--extern",
            "serde=libserde.rlib",
        ];
        assert_eq!(
            for_pages(call.into_iter().map(Into::into)),
            ["--crate-type", "lib", "--crate-name", "store", "src/lib.rs", "--extern", "serde=libserde.rlib"],
            "only what makes it a test may go: the rest says how to find the dependencies"
        );
    }
}
