//! The whole verdict: every test, then every gate.
//!
//! The tests' build comes first and the gates reuse it; a failed gate does not keep the tests
//! from running, nor the other way round.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::check;
use crate::clients;
use crate::report::Report;
use crate::setup::{self, Scope};
use crate::ui;
use crate::workspace::{Workspace, stream};

/// Runs everything and prints the count as the last line.
pub fn all(workspace: &Workspace) -> Result<ExitCode> {
    let mut report = Report::default();
    if !report.gate("setup", || setup::all(workspace, Scope::Everything)) {
        return Ok(report.verdict());
    }
    report.gate("pages", || ui::build(workspace));
    ui::run_tests(workspace, &mut report);
    let build = ["test", "--workspace", "--locked", "--no-run"];
    if report.gate("build", || stream(&mut workspace.cargo(build)).map(|()| String::new())) {
        let home = Home::fresh(workspace)?;
        tests(workspace, &home, &mut report)?;
        clients::run_tests(workspace, &mut report);
        ui::browser_tests(workspace, &mut report);
        ui::desktop_tests(workspace, &mut report);
        report.gate("hermetic", || home.untouched());
    }
    check::gates(workspace, &mut report);
    report.times();
    Ok(report.verdict())
}

/// Runs the tests, shows their output as it comes, and adds up their results.
fn tests(workspace: &Workspace, home: &Home, report: &mut Report) -> Result<()> {
    let start = Instant::now();
    let mut command = workspace.cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
    home.isolate(&mut command)?;
    let mut cargo = command.stdout(Stdio::piped()).spawn().context("could not start the tests")?;
    let output = cargo.stdout.take().context("the tests have no output")?;
    let (mut passed, mut failed) = (0, 0);
    for line in BufReader::new(output).split(b'\n') {
        let line = line.context("the output of the tests broke off")?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        if let Some((good, bad)) = result(&line) {
            passed += good;
            failed += bad;
        }
    }
    let status = cargo.wait().context("the end of the tests was not seen")?;
    if !status.success() && failed == 0 {
        println!("the tests ended with {status} although none reported a failure: one did not live to report");
        failed = 1;
    }
    report.count(passed, failed);
    report.stage("tests", start.elapsed(), failed == 0);
    Ok(())
}

/// Passed and failed of a line such as `test result: ok. 5 passed; 0 failed; 0 ignored; ...`.
fn result(line: &str) -> Option<(usize, usize)> {
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let mut numbers = counts.split("; ").map(|part| part.split(' ').next()?.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// A home folder for the tests, so that none can reach the data or the keychain of a person.
struct Home {
    folder: PathBuf,
}

impl Home {
    fn fresh(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.target.join("test-home");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("could not empty {}", folder.display()))?;
        }
        for name in ["config", "data", "state", "cache", "runtime"] {
            fs::create_dir_all(folder.join(name)).with_context(|| format!("could not make {}", folder.display()))?;
        }
        Ok(Self { folder })
    }

    /// Points the program to this home. Cargo and rustup keep theirs; settings of the product that
    /// the caller has in the environment are left out, except those made for the tests.
    fn isolate(&self, command: &mut Command) -> Result<()> {
        let home = env::home_dir().context("this user has no home folder")?;
        for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            command.env(name, env::var_os(name).unwrap_or_else(|| home.join(folder).into()));
        }
        for (name, _) in env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CASEBRIDGE_") && !text.starts_with("CASEBRIDGE_TEST_") {
                command.env_remove(&name);
            }
        }
        command
            .env("HOME", &self.folder)
            .env("XDG_CONFIG_HOME", self.folder.join("config"))
            .env("XDG_DATA_HOME", self.folder.join("data"))
            .env("XDG_STATE_HOME", self.folder.join("state"))
            .env("XDG_CACHE_HOME", self.folder.join("cache"))
            .env("XDG_RUNTIME_DIR", self.folder.join("runtime"))
            .env_remove("DBUS_SESSION_BUS_ADDRESS");
        Ok(())
    }

    /// Fails when a test wrote where the installed product would.
    fn untouched(&self) -> Result<String> {
        let mut found = Vec::new();
        ours_below(&self.folder, &mut found)?;
        if found.is_empty() {
            return Ok(String::new());
        }
        bail!(
            "a test wrote into the home folder instead of a temporary one:\n{}",
            found.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join("\n")
        )
    }
}

/// Every file or folder below that carries the product's name.
fn ours_below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("could not look into {}", folder.display()))?;
    for entry in entries {
        let entry = entry.context("a folder changed while it was read")?;
        if entry.file_name().to_string_lossy().to_lowercase().contains("casebridge") {
            found.push(entry.path());
        } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            ours_below(&entry.path(), found)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::result;

    #[test]
    fn results_are_read_and_other_lines_are_not() {
        let good = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.01s";
        assert_eq!(result(good), Some((12, 0)), "what a good binary prints");
        assert_eq!(result("test result: FAILED. 3 passed; 2 failed; 0 ignored"), Some((3, 2)), "and a bad one");
        assert_eq!(result("test a::b ... ok"), None, "single tests are in the sum already");
    }
}
