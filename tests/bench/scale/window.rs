//! How long the desktop window takes to its first list, beside a blank window: `window.mjs` beside this file does it.

use std::path::Path;
use std::process::Command;

use casebridge_tests::conversations::root;

use crate::report::heading;

/// The folder must be free: the window opens its own engine on it.
pub fn run(data: &Path) {
    heading("the desktop window, beside a blank one");
    let program = std::env::current_exe().expect("the path of this program");
    let folder = program.parent().expect("a folder of programs");
    let (Some(target), Some(profile)) = (folder.parent(), folder.file_name()) else { return };
    let mut node = Command::new("node");
    node.arg(root().join("tests/bench/scale/window.mjs")).arg(data);
    match node.env("CASEBRIDGE_TEST_TARGET", target).env("CASEBRIDGE_TEST_PROFILE", profile).status() {
        Ok(status) if status.success() => {}
        other => println!("not measured: {other:?}"),
    }
}
