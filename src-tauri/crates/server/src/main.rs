//! The headless binary `casebridged`.

use std::process::ExitCode;

fn main() -> ExitCode {
    casebridge_server::main()
}
