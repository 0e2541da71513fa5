//! The gate for dependencies: their licences, where they come from, and versions known to be bad.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Metadata, MetadataCommand, Package, semver::Version};
use spdx::{Expression, LicenseReq, Licensee, ParseMode};

use crate::workspace::Workspace;

/// Licences that ask for no more than a notice, and MPL-2.0, which covers only its own files.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Versions below these may not be used: package, first good version, what the others do.
const TOO_OLD: &[(&str, Version, &str)] = &[(
    "libsqlite3-sys",
    Version::new(0, 37, 0),
    "it brings an SQLite before 3.51.3, which can lose pages when a write-ahead log is reset",
)];

/// Checks every package of the lock file, those for other systems included.
pub fn check(workspace: &Workspace) -> Result<String> {
    let metadata = MetadataCommand::new()
        .current_dir(&workspace.root)
        .other_options(["--locked".to_owned()])
        .exec()
        .context("`cargo metadata` failed")?;
    let allowed = ALLOWED
        .iter()
        .map(|name| Licensee::parse(name).with_context(|| format!("{name} is no SPDX licence")))
        .collect::<Result<Vec<_>>>()?;

    let mut wrong = Vec::new();
    for package in &metadata.packages {
        wrong.extend(licence(package, &allowed).map(|what| format!("{} {}: {what}", package.name, package.version)));
        wrong.extend(age(package));
    }
    wrong.extend(origins(&metadata));
    if wrong.is_empty() {
        return Ok(format!("{} packages", metadata.packages.len()));
    }
    bail!("{}", wrong.join("\n"))
}

/// What is wrong with the licence of a package.
fn licence(package: &Package, allowed: &[Licensee]) -> Option<String> {
    let Some(text) = &package.license else {
        return Some("states no licence: read its sources, then replace it or allow it here by name".to_owned());
    };
    let Ok(expression) = Expression::parse_mode(text, ParseMode::LAX) else {
        return Some(format!("its licence `{text}` is no SPDX expression"));
    };
    let is_allowed = |wanted: &LicenseReq| allowed.iter().any(|licensee| licensee.satisfies(wanted));
    (!expression.evaluate(is_allowed)).then(|| format!("its licence `{text}` is not on the list"))
}

/// What is wrong with the version of a package.
fn age(package: &Package) -> Option<String> {
    let (name, good, reason) =
        TOO_OLD.iter().find(|(name, good, _)| package.name.as_str() == *name && package.version < *good)?;
    Some(format!("{name} {}: {reason}; use {good} or later", package.version))
}

/// Every package is ours or comes from one registry: no repository that may move or vanish.
fn origins(metadata: &Metadata) -> Option<String> {
    let origins: BTreeSet<&str> = metadata
        .packages
        .iter()
        .filter_map(|package| package.source.as_ref())
        .map(|source| source.repr.as_str())
        .collect();
    let is_one_registry = origins.len() <= 1 && origins.iter().all(|origin| origin.starts_with("registry+"));
    (!is_one_registry).then(|| {
        let list = origins.into_iter().collect::<Vec<_>>().join(", ");
        format!("packages may come from one registry only, but these are used: {list}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_good(licence_text: &str) -> bool {
        let allowed: Vec<Licensee> =
            ALLOWED.iter().map(|name| Licensee::parse(name).expect("a licence of the list")).collect();
        let package: Package = serde_json::from_value(serde_json::json!({
            "name": "sample", "version": "1.0.0", "id": "sample", "license": licence_text,
            "dependencies": [], "targets": [], "features": {}, "manifest_path": "Cargo.toml",
        }))
        .expect("a package as `cargo metadata` prints it");
        licence(&package, &allowed).is_none()
    }

    #[test]
    fn one_allowed_alternative_is_enough_but_every_part_counts() {
        assert!(is_good("LGPL-2.1-or-later OR MIT"), "we may choose the alternative");
        assert!(is_good("MIT/Apache-2.0"), "the old form of OR is still in use");
        assert!(!is_good("MIT AND GPL-3.0-only"), "both parts of AND bind us");
        assert!(!is_good("SSPL-1.0"), "a licence that is not listed was never read");
    }
}
