//! The archive that is deployed: a manifest and files.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use super::field::{child, children};

/// Limits of one archive.
const MAX_FILES: usize = 10_000;
const MAX_BYTES: u64 = 600 * 1024 * 1024;

/// What was packed.
#[derive(Debug)]
pub(super) struct Archive {
    pub files: BTreeMap<String, Vec<u8>>,
    /// The members named, by type.
    pub members: BTreeMap<String, Vec<String>>,
    /// Those to be deleted.
    pub destroy: BTreeMap<String, Vec<String>>,
}

/// Reads an archive; the error is what the whole deployment ends with.
pub(super) fn read(bytes: &[u8]) -> Result<Archive, String> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| format!("INVALID_ZIP: {error}"))?;
    if zip.len() > MAX_FILES {
        return Err("LIMIT_EXCEEDED: Maximum number of files (10,000) in the archive".to_owned());
    }
    let mut files = BTreeMap::new();
    let mut left = MAX_BYTES;
    for at in 0..zip.len() {
        let file = zip.by_index(at).map_err(|error| format!("INVALID_ZIP: {error}"))?;
        if file.is_dir() {
            continue;
        }
        let name = file.name().to_owned();
        let mut content = Vec::new();
        file.take(left).read_to_end(&mut content).map_err(|error| format!("INVALID_ZIP: {error}"))?;
        left = left.saturating_sub(u64::try_from(content.len()).unwrap_or(u64::MAX));
        files.insert(name, content);
    }
    // Without singlePackage everything lies in one folder.
    let folder = files.keys().find_map(|name| name.strip_suffix("package.xml")).unwrap_or_default().to_owned();
    let files: BTreeMap<String, Vec<u8>> = files
        .into_iter()
        .map(|(name, content)| (name.strip_prefix(&folder).unwrap_or(&name).to_owned(), content))
        .collect();
    let manifest = files.get("package.xml").ok_or("No package.xml found")?;
    let members = types(manifest)?;
    let destroy = match files.get("destructiveChanges.xml") {
        Some(manifest) => types(manifest)?,
        None => BTreeMap::new(),
    };
    Ok(Archive { files, members, destroy })
}

fn types(manifest: &[u8]) -> Result<BTreeMap<String, Vec<String>>, String> {
    let text = String::from_utf8_lossy(manifest);
    let document = roxmltree::Document::parse(&text).map_err(|error| format!("Error parsing package.xml: {error}"))?;
    let root = document.root_element();
    if root.tag_name().name() != "Package" {
        return Err("Error parsing package.xml: root element must be Package".to_owned());
    }
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for group in children(root, "types") {
        let name = child(group, "name").ok_or("Error parsing package.xml: types without a name")?;
        let members = children(group, "members").filter_map(|member| member.text()).map(|text| text.trim().to_owned());
        found.entry(name.to_owned()).or_default().extend(members);
    }
    Ok(found)
}
