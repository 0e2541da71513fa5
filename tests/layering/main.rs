//! Who may know whom: reads the manifests through `cargo metadata` and fails on any other edge.
//!
//! The rule is `domain <- store, connectors <- engine <- api <- gateway, shell, server`; the store
//! and the connectors never meet. Development and build dependencies count as well.

mod rules;

use std::collections::BTreeSet;

use cargo_metadata::{Dependency, DependencyKind, Metadata, MetadataCommand, Package};
use rules::{Home, ONLY, Only, PLACES, Place};

fn workspace() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .no_deps()
        .exec()
        .expect("`cargo metadata` reads the manifests of this workspace")
}

/// Every dependency of every package.
fn edges(metadata: &Metadata) -> impl Iterator<Item = (&Package, &Dependency)> {
    metadata
        .packages
        .iter()
        .flat_map(|package| package.dependencies.iter().map(move |dependency| (package, dependency)))
}

#[test]
fn every_package_of_the_workspace_has_a_place_in_the_table() {
    let metadata = workspace();
    let real: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let table: BTreeSet<&str> = PLACES.iter().map(|place| place.package).collect();
    assert_eq!(real, table, "a package that is not in the table may know anybody; give it a place in rules.rs");
}

#[test]
fn packages_know_only_those_below_them() {
    let metadata = workspace();
    for (package, dependency) in edges(&metadata) {
        let is_ours = PLACES.iter().any(|place| place.package == dependency.name);
        let place = PLACES.iter().find(|place| place.package == package.name.as_str());
        let Some(Place { knows: Some(knows), reason, .. }) = place.filter(|_| is_ours) else {
            continue;
        };
        // Tests run on real parts: a CRM client against the stand-in, HTTP over a real store.
        let parts = [("casebridge-connectors", "casebridge-sandbox"), ("casebridge-gateway", "casebridge-store")];
        let in_tests = dependency.kind == DependencyKind::Development
            && parts.contains(&(package.name.as_str(), dependency.name.as_str()));
        assert!(
            in_tests || knows.contains(&dependency.name.as_str()),
            "{} may not know {}: {reason}",
            package.name,
            dependency.name
        );
    }
}

#[test]
fn every_outside_library_with_one_home_is_named_only_there() {
    let metadata = workspace();
    for (package, dependency) in edges(&metadata) {
        for Only { library, homes, reason } in ONLY.iter().filter(|only| only.library == dependency.name) {
            let is_at_home = homes.iter().any(|home| home.allows(package.name.as_str(), dependency.kind));
            let list = homes.iter().map(Home::describe).collect::<Vec<_>>().join("; ");
            assert!(is_at_home, "{} may not name {library}: {reason}. Its places: {list}", package.name);
        }
    }
}

#[test]
fn the_tables_name_no_library_that_is_gone() {
    let metadata = workspace();
    for Only { library, .. } in ONLY {
        assert!(
            edges(&metadata).any(|(_, dependency)| dependency.name == *library),
            "nobody depends on {library} any more: a rule about it protects nothing"
        );
    }
}

#[test]
fn a_home_for_tests_is_no_home_for_the_product() {
    let home = Home::InTests("casebridge-sandbox", "drives itself over HTTP");
    assert!(home.allows("casebridge-sandbox", DependencyKind::Development), "its tests are what the exception is for");
    assert!(
        !home.allows("casebridge-sandbox", DependencyKind::Normal),
        "an exception for tests must not reach what is shipped"
    );
}
