//! `casebridged connection sign-in`: a person signs in to Creatio in the browser.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::Usage;

pub(crate) async fn run(data: PathBuf, name: &str, paste: bool) -> anyhow::Result<ExitCode> {
    drop((data, paste));
    Err(Usage(format!("sign-in for `{name}`")).into())
}
