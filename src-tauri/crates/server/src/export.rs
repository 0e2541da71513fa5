//! `casebridged export`: sessions as JSON lines, to a file that only its owner can read, or to standard output.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use casebridge_api::Command;

use crate::cli::ExportArgs;
use crate::engine_access::Access;

pub(crate) async fn run(data: PathBuf, args: ExportArgs) -> anyhow::Result<ExitCode> {
    let ExportArgs { sessions, out, redacted } = args;
    let access = Access::open(data).await?;
    let answer = access.call(Command::Export { sessions, redacted }).await;
    access.close().await;
    let mut to: Box<dyn Write> = match &out {
        Some(path) => {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            Box::new(options.open(path).with_context(|| format!("{} cannot be written", path.display()))?)
        }
        None => Box::new(std::io::stdout().lock()),
    };
    for session in answer?.as_array().into_iter().flatten() {
        writeln!(to, "{session}").context("the export could not be written")?;
    }
    to.flush().context("the export could not be written")?;
    Ok(ExitCode::SUCCESS)
}
