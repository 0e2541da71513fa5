//! The program starts. That this test exists also makes `cargo test --workspace` build the program, which the
//! journeys start as a process of its own.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it is")]

use std::process::Command;

#[test]
fn the_program_says_its_version_and_what_it_can_do() {
    let run = |argument: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_casebridged")).arg(argument).output().unwrap();
        assert!(output.status.success(), "{argument} must work without a data folder");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run("--version").trim(), concat!("casebridged ", env!("CARGO_PKG_VERSION")));
    let help = run("--help");
    for command in ["serve", "connection", "key", "lanes", "replay", "trace", "explain"] {
        assert!(help.contains(command), "help names `{command}`");
    }
}
