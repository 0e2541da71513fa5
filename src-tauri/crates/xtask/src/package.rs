//! Packs the headless engine for machines without the sources.

use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::setup::{self, Scope};
use crate::workspace::{Workspace, capture, stream, succeeds};

/// Builds `casebridged` in release mode and packs it with its licence and its manual.
pub fn headless(workspace: &Workspace) -> Result<ExitCode> {
    setup::all(workspace, Scope::Engine)?;
    stream(&mut workspace.cargo(["build", "--release", "--workspace", "--locked", "--bin", "casebridged"]))?;

    let name = format!("casebridged-{}-{}", env!("CARGO_PKG_VERSION"), host(workspace)?);
    let packages = workspace.target.join("package");
    let folder = packages.join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("could not empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let program = format!("casebridged{}", env::consts::EXE_SUFFIX);
    copy(&workspace.target.join("release").join(&program), &folder.join(&program))?;
    for text in ["LICENSE", "README.md"] {
        copy(&workspace.root.join(text), &folder.join(text))?;
    }

    let archive = format!("{name}.tar.gz");
    stream(workspace.command("tar").current_dir(&packages).args(["-czf", &archive, &name]))?;
    let sum = checksum(workspace, &packages, &archive)?;
    fs::write(packages.join(format!("{archive}.sha256")), &sum).context("could not write the checksum")?;
    println!("{}", packages.join(&archive).display());
    print!("{sum}");
    Ok(ExitCode::SUCCESS)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("could not copy {} into the package", from.display()))?;
    Ok(())
}

/// The line that `sha256sum --check` understands; macOS calls the program differently.
fn checksum(workspace: &Workspace, folder: &Path, archive: &str) -> Result<String> {
    let mut program = workspace.command("sha256sum");
    if !succeeds(workspace.command("sha256sum").arg("--version")) {
        program = workspace.command("shasum");
        program.args(["--algorithm", "256"]);
    }
    capture(program.current_dir(folder).arg(archive))
}

fn host(workspace: &Workspace) -> Result<String> {
    let facts = capture(workspace.command("rustc").arg("-vV"))?;
    let line = facts.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.context("`rustc -vV` names no host")?.to_owned())
}
