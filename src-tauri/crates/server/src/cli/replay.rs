//! Options of `casebridged replay`.

use std::path::PathBuf;

use clap::Args;

/// Options of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Conversations, one JSON object a line, plain or gzipped.
    pub file: PathBuf,
    /// Conversations a second; as fast as possible when not given.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Share of conversations that are handed off, 0 to 1; the same ones in each run.
    #[arg(long, default_value_t = 0.0)]
    pub handoff_share: f64,
    /// Source name of the sessions.
    #[arg(long, default_value = "replay")]
    pub source: String,
    /// Conversations at the same time.
    #[arg(long, default_value_t = 32)]
    pub parallel: usize,
    /// Begin anew instead of going on where an earlier run of the same file stopped.
    #[arg(long)]
    pub restart: bool,
}
