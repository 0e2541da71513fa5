//! The gate for manifests: every dependency that one names is used by its sources.
//!
//! Works on the text like cargo-machete and honours the same exceptions
//! (`package.metadata.cargo-machete.ignored`), without minutes of building a tool first.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use cargo_metadata::{MetadataCommand, Package};

use crate::workspace::Workspace;

/// Checks every package of the workspace.
pub fn check(workspace: &Workspace) -> Result<String> {
    let metadata =
        MetadataCommand::new().current_dir(&workspace.root).no_deps().exec().context("`cargo metadata` failed")?;
    let mut count = 0;
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        count += package.dependencies.len();
        let unused = unused(package)?;
        if !unused.is_empty() {
            wrong.push(format!("{} does not use {}: remove it from its manifest", package.name, unused.join(", ")));
        }
    }
    if wrong.is_empty() {
        return Ok(format!("{count} dependencies"));
    }
    bail!("{}", wrong.join("\n"))
}

/// The dependencies that a package names in vain.
fn unused(package: &Package) -> Result<Vec<&str>> {
    let sources = sources(package)?;
    let names = package.dependencies.iter().map(|edge| edge.rename.as_ref().unwrap_or(&edge.name).as_str());
    Ok(names.filter(|name| !is_used(&sources, &name.replace('-', "_")) && !is_exempt(package, name)).collect())
}

/// All Rust code of a package: everything beside and below the roots of its targets.
fn sources(package: &Package) -> Result<String> {
    let mut text = String::new();
    for target in &package.targets {
        let root = target.src_path.as_std_path();
        if root.file_name().is_some_and(|name| name == "build.rs") {
            add(root, &mut text)?;
        } else if let Some(folder) = root.parent() {
            add(folder, &mut text)?;
        }
    }
    Ok(text)
}

fn add(path: &Path, text: &mut String) -> Result<()> {
    let reading = || format!("could not read {}", path.display());
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(reading)? {
            add(&entry.with_context(reading)?.path(), text)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        for line in fs::read_to_string(path).with_context(reading)?.lines() {
            // Words in comments use nothing.
            if !line.trim_start().starts_with("//") {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    Ok(())
}

/// Whether the code names the crate in a path, or imports it whole.
fn is_used(sources: &str, name: &str) -> bool {
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    sources.match_indices(name).any(|(at, _)| {
        let (before, after) = (&sources[..at], &sources[at + name.len()..]);
        if before.ends_with(is_word) || after.starts_with(is_word) {
            return false;
        }
        after.starts_with("::") || before.ends_with("use ") || before.ends_with("extern crate ")
    })
}

fn is_exempt(package: &Package, name: &str) -> bool {
    package.metadata["cargo-machete"]["ignored"]
        .as_array()
        .is_some_and(|names| names.iter().any(|exempt| exempt == name))
}

#[cfg(test)]
mod tests {
    use super::is_used;

    #[test]
    fn a_path_or_an_import_uses_a_crate() {
        assert!(is_used("#[tokio::main]", "tokio"), "an attribute is a path too");
        assert!(is_used("use rand as dice;", "rand"), "an import of the crate itself");
        assert!(!is_used("let url = text;", "url"), "a variable of the same name");
        assert!(!is_used("reqwest_mock::start()", "reqwest"), "a longer name");
    }
}
