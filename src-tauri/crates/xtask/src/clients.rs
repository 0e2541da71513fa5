//! Programs that other people wrote, against the stand-ins and the set-up kit: public clients of Salesforce, and a parser
//! of Apex. Their packages are installed once, into `node_modules` and a Python environment of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::report::Report;
use crate::ui::node_tests;
use crate::workspace::{Workspace, capture, succeeds};

/// The kit's Apex on its parse tree, and the clients.
const TESTS: [&str; 3] =
    ["tests/clients/apex.test.mjs", "tests/clients/jsforce.test.mjs", "tests/clients/simple-salesforce.test.mjs"];

/// Installs what the lock file and the requirements name, when it is not there already.
pub fn install(workspace: &Workspace) -> Result<String> {
    let mut done = Vec::new();
    if !once(&folder(workspace).join("package-lock.json"), &folder(workspace).join("node_modules"), || {
        // Not `npm ci`: it refuses a lock file without the packages of other systems, which no mirror need have.
        let mut npm = workspace.command("npm");
        npm.args(["install", "--no-save", "--no-audit", "--no-fund"]).current_dir(folder(workspace));
        capture(&mut npm).map(drop)
    })? {
        done.push("JavaScript");
    }
    if !once(&folder(workspace).join("requirements.txt"), &environment(workspace), || python_packages(workspace))? {
        done.push("Python");
    }
    Ok(if done.is_empty() { String::new() } else { format!("clients in {}", done.join(" and ")) })
}

/// Runs them over the programs that were just built.
pub fn run_tests(workspace: &Workspace, report: &mut Report) {
    let sandbox = workspace.target.join("debug/examples").join(format!("salesforce{}", std::env::consts::EXE_SUFFIX));
    let with = [("SALESFORCE_SANDBOX", sandbox), ("PYTHON", python(&environment(workspace)))];
    node_tests(workspace, report, "clients", &TESTS, &with);
}

/// Installs unless what is wanted was installed before; answers whether it was.
fn once(wanted: &Path, into: &Path, install: impl FnOnce() -> Result<()>) -> Result<bool> {
    let wanted = fs::read(wanted).with_context(|| format!("{} is missing", wanted.display()))?;
    let mark = into.join(".installed-lock");
    if fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(true);
    }
    install()?;
    fs::write(&mark, wanted).with_context(|| format!("could not write {}", mark.display()))?;
    Ok(false)
}

fn python_packages(workspace: &Workspace) -> Result<()> {
    let program = if cfg!(windows) { "python" } else { "python3" };
    if !succeeds(workspace.command(program).args(["-c", "import ensurepip, venv"])) {
        bail!("`{program}` with its module `venv` is missing: install Python 3 (on Debian `python3-venv`)");
    }
    let environment = environment(workspace);
    capture(workspace.command(program).args(["-m", "venv", "--clear"]).arg(&environment))?;
    let mut pip = Command::new(python(&environment));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    capture(pip.arg(folder(workspace).join("requirements.txt"))).map(drop)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root.join("tests/clients")
}

fn environment(workspace: &Workspace) -> PathBuf {
    workspace.target.join("clients")
}

fn python(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}

#[cfg(test)]
mod tests {
    use super::once;

    #[test]
    fn what_was_installed_is_not_installed_again_until_something_else_is_wanted() {
        let folder = std::env::temp_dir().join(format!("casebridge-xtask-{}", std::process::id()));
        let (wanted, into) = (folder.join("wanted"), folder.join("into"));
        std::fs::create_dir_all(&into).expect("a folder");
        let mut installed = 0;
        for (text, known) in [("one", false), ("one", true), ("two", false)] {
            std::fs::write(&wanted, text).expect("a file");
            let was = once(&wanted, &into, || {
                installed += 1;
                Ok(())
            });
            assert_eq!(was.expect("it is installed"), known, "{text}");
        }
        assert_eq!(installed, 2);
        assert!(once(&wanted, &folder.join("none"), || anyhow::bail!("no")).is_err(), "a failure leaves no mark");
        std::fs::remove_dir_all(folder).expect("it was made here");
    }
}
