//! Packs the programs for machines without the sources.

use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::setup::{self, Scope};
use crate::ui;
use crate::workspace::{Workspace, capture, stream, succeeds};

/// Builds and packs both programs; prints where the packages are.
pub fn all(workspace: &Workspace, debug: bool) -> Result<ExitCode> {
    let desktop = cfg!(target_os = "linux");
    setup::all(workspace, if desktop { Scope::Everything } else { Scope::Engine })?;
    ui::build(workspace)?;
    let mut build = workspace.cargo(["build", "--workspace", "--locked", "--bin", "casebridged"]);
    if desktop {
        build.args(["--bin", "casebridge"]);
    }
    if !debug {
        build.arg("--release");
    }
    stream(&mut build)?;
    let packages = workspace.target.join("package");
    fs::create_dir_all(&packages).with_context(|| format!("could not make {}", packages.display()))?;
    let mut made = vec![headless(workspace, &packages, debug)?];
    if desktop {
        made.push(deb(workspace, &packages, debug)?);
    }
    for package in made {
        let sum = checksum(workspace, &packages, &package)?;
        fs::write(packages.join(format!("{package}.sha256")), &sum).context("could not write the checksum")?;
        println!("{}", packages.join(&package).display());
        print!("{sum}");
    }
    Ok(ExitCode::SUCCESS)
}

fn profile(debug: bool) -> &'static str {
    if debug { "debug" } else { "release" }
}

/// Packs `casebridged` with its licence and its manual; answers the archive's name.
fn headless(workspace: &Workspace, packages: &Path, debug: bool) -> Result<String> {
    let name = format!("casebridged-{}-{}", env!("CARGO_PKG_VERSION"), host(workspace)?);
    let folder = packages.join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("could not empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("could not make {}", folder.display()))?;
    let program = format!("casebridged{}", env::consts::EXE_SUFFIX);
    copy(&workspace.target.join(profile(debug)).join(&program), &folder.join(&program))?;
    for text in ["LICENSE", "README.md"] {
        copy(&workspace.root.join(text), &folder.join(text))?;
    }
    let archive = format!("{name}.tar.gz");
    stream(workspace.command("tar").current_dir(packages).args(["-czf", &archive, &name]))?;
    Ok(archive)
}

/// Lets Tauri's bundler pack the desktop program that was built; answers the package's name.
fn deb(workspace: &Workspace, packages: &Path, debug: bool) -> Result<String> {
    let made = workspace.target.join(profile(debug)).join("bundle/deb");
    if made.exists() {
        fs::remove_dir_all(&made).with_context(|| format!("could not empty {}", made.display()))?;
    }
    let mut bundle = workspace.command(workspace.root.join("ui/node_modules/.bin/tauri"));
    bundle.args(["bundle", "--bundles", "deb", "--ci"]).current_dir(&workspace.root);
    if debug {
        bundle.arg("--debug");
    }
    stream(&mut bundle)?;
    let entries = fs::read_dir(&made).with_context(|| format!("the bundler made no {}", made.display()))?;
    let mut packed = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let name = packed.find(|name| name.ends_with(".deb")).context("the bundler made no .deb")?;
    copy(&made.join(&name), &packages.join(&name))?;
    Ok(name)
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
