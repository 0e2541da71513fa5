//! How long a start takes: from `main` to the page's first list. Logged under the target `casebridge::start`.

use std::sync::OnceLock;
use std::time::Instant;

static BEGIN: OnceLock<Instant> = OnceLock::new();

/// Called first thing in the process.
pub(crate) fn begin() {
    BEGIN.get_or_init(Instant::now);
}

/// The page is usable: its first list was painted, after so many calls.
pub(crate) fn usable(ipc_calls: u32) {
    let milliseconds = BEGIN.get().map_or(0, |begin| begin.elapsed().as_millis());
    tracing::info!(target: "casebridge::start", milliseconds, ipc_calls, "the window is usable");
}
