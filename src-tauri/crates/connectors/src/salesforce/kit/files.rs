//! The files of the kit, and the archive that is deployed.

use std::io::{Cursor, Write as _};

use casebridge_domain::CallFailure;
use serde::Serialize;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KitFileKind {
    /// What to do with the others.
    Readme,
    /// A manifest, or a description beside Apex.
    Manifest,
    /// Fields and the rule.
    Metadata,
    /// The permission set.
    PermissionSet,
    /// Apex that runs in the org.
    ApexClass,
    /// A trigger.
    ApexTrigger,
    /// Apex that tests the other.
    ApexTest,
}

/// One file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct KitFile {
    /// Below the folder that it is saved to.
    pub path: &'static str,
    /// What it is.
    pub kind: KitFileKind,
    /// Its text.
    pub text: &'static str,
}

macro_rules! kit {
    ($($kind:ident $path:literal),+ $(,)?) => {
        [$(KitFile { path: $path, kind: KitFileKind::$kind, text: include_str!($path) }),+]
    };
}

static FILES: [KitFile; 19] = kit![
    Readme "README.md",
    Manifest "fields/package.xml",
    Metadata "fields/objects/Case.object",
    PermissionSet "fields/permissionsets/Casebridge.permissionset",
    Manifest "apex/package.xml",
    ApexClass "apex/classes/CasebridgeNotice.cls",
    Manifest "apex/classes/CasebridgeNotice.cls-meta.xml",
    ApexClass "apex/classes/CasebridgeMail.cls",
    Manifest "apex/classes/CasebridgeMail.cls-meta.xml",
    ApexTest "apex/classes/CasebridgeNoticeTest.cls",
    Manifest "apex/classes/CasebridgeNoticeTest.cls-meta.xml",
    ApexTest "apex/classes/CasebridgeMailTest.cls",
    Manifest "apex/classes/CasebridgeMailTest.cls-meta.xml",
    ApexTrigger "apex/triggers/CasebridgeOnCase.trigger",
    Manifest "apex/triggers/CasebridgeOnCase.trigger-meta.xml",
    ApexTrigger "apex/triggers/CasebridgeOnComment.trigger",
    Manifest "apex/triggers/CasebridgeOnComment.trigger-meta.xml",
    ApexTrigger "apex/triggers/CasebridgeOnMail.trigger",
    Manifest "apex/triggers/CasebridgeOnMail.trigger-meta.xml",
];

/// All files of the kit, in the order in which one reads them.
#[must_use]
pub fn files() -> &'static [KitFile] {
    &FILES
}

/// The archive of the package in a folder of the kit.
pub(super) fn archive(folder: &str) -> Result<Vec<u8>, CallFailure> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let below = |file: &'static KitFile| Some((file.path.strip_prefix(folder)?.strip_prefix('/')?, file.text));
    let packed = FILES.iter().filter_map(below).try_for_each(|(path, text)| {
        zip.start_file(path, SimpleFileOptions::default())?;
        Ok::<_, zip::result::ZipError>(zip.write_all(text.as_bytes())?)
    });
    let archive = packed.and_then(|()| zip.finish()).map_err(|error| {
        super::super::setup(
            format!("the kit could not be packed: {error}"),
            "this is a fault of the program: report it",
        )
    })?;
    Ok(archive.into_inner())
}

/// The archive of the triggers, as a tool for deploying takes it.
pub fn apex_archive() -> Result<Vec<u8>, CallFailure> {
    archive("apex")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::super::shape::{KEY, SEQ, SOURCE, WRITE};
    use super::super::{PERMISSION_SET, RULE, VERSION};
    use super::*;

    fn text(path: &str) -> &'static str {
        FILES.iter().find(|file| file.path == path).unwrap().text
    }

    #[test]
    fn what_is_on_disk_is_what_is_offered() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/salesforce/kit");
        let mut found = BTreeSet::new();
        let mut folders = vec![folder.clone()];
        while let Some(next) = folders.pop() {
            for entry in std::fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_none_or(|extension| extension != "rs") {
                    found.insert(path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        let offered: BTreeSet<String> = FILES.iter().map(|file| file.path.to_owned()).collect();
        assert_eq!(offered, found, "a file that is not listed reaches no org");
    }

    #[test]
    fn the_kit_has_the_names_that_the_client_uses() {
        let fields = text("fields/objects/Case.object");
        let set = text("fields/permissionsets/Casebridge.permissionset");
        for field in [KEY, SEQ, SOURCE, WRITE, "Case_From__c"] {
            assert!(fields.contains(&format!("<fullName>{field}</fullName>")), "{field} is made");
            assert!(set.contains(&format!("<field>Case.{field}</field>")), "{field} is given");
            assert!(text("fields/package.xml").contains(&format!("Case.{field}<")), "{field} is named");
        }
        assert!(fields.contains(&format!("<fullName>{RULE}</fullName>")));
        assert!(set.contains(&format!("kit, version {VERSION}:")), "by this the version is told");
        assert!(set.contains(&format!("<label>{PERMISSION_SET}</label>")));
        assert!(text("apex/classes/CasebridgeNotice.cls").contains("'[casebridge:'"), "our comments are skipped by it");
    }

    #[test]
    fn every_piece_of_apex_is_in_the_manifest_with_its_description() {
        let manifest = text("apex/package.xml");
        for file in FILES.iter().filter(|file| file.path.ends_with(".cls") || file.path.ends_with(".trigger")) {
            let (_, name) = file.path.rsplit_once('/').unwrap();
            let (name, _) = name.split_once('.').unwrap();
            assert!(manifest.contains(&format!("<members>{name}</members>")), "{name} is named");
            assert!(FILES.iter().any(|other| other.path == format!("{}-meta.xml", file.path)), "{name} is described");
        }
    }
}
