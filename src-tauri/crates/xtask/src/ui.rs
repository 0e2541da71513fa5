//! The console's pages: their packages, gates, tests and the build that the engine serves.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::report::Report;
use crate::workspace::{Workspace, capture, succeeds};

/// The stories that run in a real browser.
const BROWSER_TESTS: [&str; 13] = [
    "tests/e2e/another-engine.test.mjs",
    "tests/e2e/console.test.mjs",
    "tests/e2e/creatio-person.test.mjs",
    "tests/e2e/deliveries.test.mjs",
    "tests/e2e/first-run.test.mjs",
    "tests/e2e/hostile.test.mjs",
    "tests/e2e/inbox.test.mjs",
    "tests/e2e/integrations.test.mjs",
    "tests/e2e/links.test.mjs",
    "tests/e2e/salesforce.test.mjs",
    "tests/e2e/mapped.test.mjs",
    "tests/e2e/mappings.test.mjs",
    "tests/e2e/secrets.test.mjs",
];

/// The stories of the desktop program.
const DESKTOP_TESTS: [&str; 5] = [
    "tests/e2e/desktop.test.mjs",
    "tests/e2e/desktop-hostile.test.mjs",
    "tests/e2e/desktop-places.test.mjs",
    "tests/e2e/desktop-salesforce.test.mjs",
    "tests/e2e/desktop-start.test.mjs",
];

/// Installs the packages of the lock file, when they are not there already.
pub fn install(workspace: &Workspace) -> Result<String> {
    if !succeeds(workspace.command("npm").arg("--version")) {
        bail!("`npm` is missing: install Node.js 20 or later");
    }
    let wanted = fs::read(folder(workspace).join("package-lock.json")).context("ui/package-lock.json is missing")?;
    let mark = folder(workspace).join("node_modules/.installed-lock");
    if fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(String::new());
    }
    // Not `npm ci`: it refuses a lock file without the packages of other systems, which no mirror need have.
    capture(&mut npm(workspace, &["install", "--no-save", "--no-audit", "--no-fund"]))?;
    fs::write(&mark, wanted).with_context(|| format!("could not write {}", mark.display()))?;
    Ok("installed the packages".to_owned())
}

/// Builds the pages.
pub fn build(workspace: &Workspace) -> Result<String> {
    capture(&mut npm(workspace, &["run", "build"]))?;
    Ok(String::new())
}

/// Types and lint.
pub fn gates(workspace: &Workspace, report: &mut Report) {
    report.gate("tsc", || capture(&mut npm(workspace, &["run", "typecheck"])).map(|_| String::new()));
    report.gate("eslint", || capture(&mut npm(workspace, &["run", "lint"])).map(|_| String::new()));
}

/// Runs the tests of components and adds up their results.
pub fn run_tests(workspace: &Workspace, report: &mut Report) {
    let start = Instant::now();
    let (passed, failed) = match npm(workspace, &["test"]).env("NO_COLOR", "1").output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            println!("{text}{}", String::from_utf8_lossy(&output.stderr));
            let (passed, failed) = text.lines().find_map(counts).unwrap_or((0, 0));
            // A run that says nothing of its tests is a failed one.
            let silent = failed == 0 && (passed == 0 || !output.status.success());
            (passed, failed + usize::from(silent))
        }
        Err(error) => {
            println!("the tests of the pages could not be started: {error}");
            (0, 1)
        }
    };
    report.count(passed, failed);
    report.stage("vitest", start.elapsed(), failed == 0);
}

/// Runs the console in a real browser over the programs that were just built.
pub fn browser_tests(workspace: &Workspace, report: &mut Report) {
    node_tests(workspace, report, "browser", &BROWSER_TESTS, &[]);
}

/// Runs the desktop program, each test file on a display and a session bus of its own.
pub fn desktop_tests(workspace: &Workspace, report: &mut Report) {
    if cfg!(target_os = "linux") {
        node_tests(workspace, report, "desktop", &DESKTOP_TESTS, &[]);
    }
}

/// Runs tests with Node's runner, and with these paths in their environment; adds up their results.
pub fn node_tests(
    workspace: &Workspace,
    report: &mut Report,
    stage: &'static str,
    files: &[&str],
    with: &[(&str, PathBuf)],
) {
    let start = Instant::now();
    let mut node = workspace.command("node");
    node.args(["--test", "--test-reporter=tap", "--test-concurrency=1", "--test-force-exit"]).args(files);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CASEBRIDGE_") && !text.starts_with("CASEBRIDGE_TEST_") {
            node.env_remove(&name);
        }
    }
    node.env("CASEBRIDGE_TEST_TARGET", &workspace.target).envs(with.iter().map(|(name, path)| (name, path)));
    let (passed, failed) = match node.output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            println!("{text}{}", String::from_utf8_lossy(&output.stderr));
            let count = |word: &str| {
                let line = text.lines().rev().find_map(|line| line.strip_prefix("# ")?.strip_prefix(word));
                line.and_then(|number| number.trim().parse::<usize>().ok()).unwrap_or(0)
            };
            let (passed, failed) = (count("pass "), count("fail "));
            let silent = failed == 0 && (passed == 0 || !output.status.success());
            (passed, failed + usize::from(silent))
        }
        Err(error) => {
            println!("the tests of stage {stage} could not be started: {error}");
            (0, 1)
        }
    };
    report.count(passed, failed);
    report.stage(stage, start.elapsed(), failed == 0);
}

/// Passed and failed of a line such as `      Tests  1 failed | 41 passed (42)`.
fn counts(line: &str) -> Option<(usize, usize)> {
    let rest = line.trim_start().strip_prefix("Tests ")?;
    let number = |word: &str| {
        let parts: Vec<&str> = rest.split_whitespace().collect();
        parts.iter().position(|part| *part == word).and_then(|at| parts.get(at.checked_sub(1)?)?.parse().ok())
    };
    Some((number("passed").unwrap_or(0), number("failed").unwrap_or(0)))
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("ui")
}

fn npm(workspace: &Workspace, args: &[&str]) -> Command {
    let mut command = workspace.command("npm");
    command.args(args).current_dir(folder(workspace));
    command
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn the_summary_of_the_pages_tests_is_read() {
        assert_eq!(counts("      Tests  41 passed (41)"), Some((41, 0)));
        assert_eq!(counts("      Tests  1 failed | 40 passed (41)"), Some((40, 1)));
        assert_eq!(counts(" Test Files  3 passed (3)"), None, "files are not tests");
    }
}
