//! The desktop program. Everything it does is in the library beside it.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    match casebridge_shell::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("casebridge: the window could not be opened: {failure}");
            eprintln!("hint: without a desktop, run the engine alone: cargo xtask run");
            ExitCode::FAILURE
        }
    }
}
