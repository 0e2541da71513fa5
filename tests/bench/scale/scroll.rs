//! How smoothly the list scrolls in a browser: `scroll.mjs` beside this file does it.

use std::path::Path;
use std::process::Command;

use casebridge_tests::conversations::root;
use casebridge_tests::process::{Served, ok};

use crate::report::heading;

pub fn run(data: &Path, engine: &Served) {
    heading("scrolling the list, in a browser");
    let link = ok(data, &["console", "link", "--role", "agent", "--name", "Mary"], "");
    let link = link.split_whitespace().find(|word| word.contains("/console/enter")).expect("a link").to_owned();
    let port = engine.url.rsplit(':').next().unwrap_or_default();
    assert!(link.contains(&format!(".localhost:{port}/")), "the link leads to the engine that is measured: {link}");
    let script = root().join("tests/bench/scale/scroll.mjs");
    let status = Command::new("node").arg(script).arg(link).status();
    match status {
        Ok(status) if status.success() => {}
        other => println!("not measured: {other:?}"),
    }
}
