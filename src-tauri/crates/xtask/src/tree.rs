//! The gate for files: nothing of one machine, no secrets, nothing too large to review.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};

use crate::workspace::{Workspace, capture};

/// A source file beyond this is split; 100 to 200 lines is the aim.
const MOST_LINES: usize = 600;

/// Only generated lists and pictures come near this.
const MOST_BYTES: usize = 1_000_000;

/// Beginnings of keys that real services hand out, with the length of what follows.
const KEYS: &[(&str, usize)] = &[
    (concat!("AK", "IA"), 16),
    (concat!("gh", "p_"), 36),
    (concat!("git", "hub_pat_"), 60),
    (concat!("sk", "-ant-"), 20),
    (concat!("xo", "xb-"), 20),
];

/// Homes of people: a file that names one works on one machine only.
const HOMES: &[&str] =
    &[concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/"), concat!("C:\\Us", "ers\\")];

/// Checks every file that is, or would be, committed.
pub fn check(workspace: &Workspace) -> Result<String> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let files = capture(workspace.command("git").args(list))?;
    let mut wrong = Vec::new();
    let mut count = 0;
    for name in files.split('\0').filter(|name| !name.is_empty()) {
        // A file that was deleted but not yet committed is still listed.
        let Ok(bytes) = fs::read(workspace.root.join(name)) else {
            continue;
        };
        count += 1;
        if bytes.len() > MOST_BYTES {
            wrong.push(format!("{name}: {} bytes; keep large data out of the sources", bytes.len()));
        }
        if let Ok(text) = str::from_utf8(&bytes) {
            wrong.extend(faults(name, text, &workspace.root));
        }
    }
    if wrong.is_empty() {
        return Ok(format!("{count} files"));
    }
    bail!("{}", wrong.join("\n"))
}

/// What is wrong with the text of one file.
fn faults(name: &str, text: &str, root: &Path) -> Vec<String> {
    let mut wrong = Vec::new();
    let lines = text.lines().count();
    if name.ends_with(".rs") && lines > MOST_LINES {
        wrong.push(format!("{name}: {lines} lines; split it, {MOST_LINES} is the most"));
    }
    let here = root.to_string_lossy();
    for (line, content) in text.lines().zip(1..).map(|(content, line)| (line, content)) {
        if HOMES.iter().any(|home| starts_a_path(content, home)) || starts_a_path(content, &here) {
            wrong.push(format!("{name}:{line}: a path of one machine"));
        }
        if content.contains(concat!("PRIVATE", " KEY-----"))
            || KEYS.iter().any(|(prefix, rest)| holds_key(content, prefix, *rest))
        {
            wrong.push(format!("{name}:{line}: looks like a secret; use a made-up one that no service hands out"));
        }
    }
    wrong
}

/// Whether the path stands there on its own: not as the middle of an address or a longer path.
fn starts_a_path(content: &str, path: &str) -> bool {
    let is_inside = |before: char| before.is_alphanumeric() || "._-~}$>".contains(before);
    // The root of the file system is no path of one machine.
    path.len() > 1 && content.match_indices(path).any(|(at, _)| !content[..at].ends_with(is_inside))
}

fn holds_key(content: &str, prefix: &str, rest: usize) -> bool {
    content.match_indices(prefix).any(|(at, _)| {
        let tail = content[at + prefix.len()..].chars();
        tail.take_while(|sign| sign.is_ascii_alphanumeric() || "_-".contains(*sign)).count() >= rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        faults("notes.md", text, Path::new("/builds/here")).len()
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        assert_eq!(count(concat!("see /ho", "me/ada/notes")), 1, "a home folder exists on one machine");
        assert_eq!(count("log in /builds/here/target"), 1, "so does the folder it was built in");
        assert_eq!(count(concat!("https://example.com/ho", "me/ada")), 0, "an address is no path");
        assert_eq!(count("~/.local/share"), 0, "this one everybody has");
    }

    #[test]
    fn a_secret_is_found_and_its_name_is_not() {
        assert_eq!(count(&format!("{}IA0123456789ABCDEF", "AK")), 1, "a whole access key");
        assert_eq!(count("a key begins with four letters such as AK and IA"), 0, "nobody can use this");
        assert_eq!(count(concat!("-----BEGIN PRIVATE", " KEY-----")), 1, "the armour of a private key");
    }

    #[test]
    fn a_source_file_has_a_largest_size() {
        let long = "// line\n".repeat(MOST_LINES + 1);
        assert_eq!(faults("long.rs", &long, Path::new("/")).len(), 1, "nobody reviews it whole");
        assert_eq!(faults("long.json", &long, Path::new("/")).len(), 0, "data is not read line by line");
    }
}
