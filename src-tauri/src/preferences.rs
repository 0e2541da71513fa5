//! What is chosen for this computer: kept beside the data, without secrets.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Which notifications are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    /// A conversation needs a person.
    pub(crate) handed_off: bool,
    /// Work was parked.
    pub(crate) parked: bool,
    /// A reply is held.
    pub(crate) held: bool,
    /// A connection was paused.
    pub(crate) broken: bool,
}

impl Default for Wanted {
    fn default() -> Self {
        Self { handed_off: true, parked: true, held: true, broken: true }
    }
}

/// What is chosen for this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Preferences {
    /// Closing the window hides it, and the engine goes on.
    pub(crate) close_to_tray: bool,
    /// Which notifications are wanted.
    pub(crate) notify: Wanted,
    /// Whether it was said once that a closed window goes on working.
    pub(crate) told_of_hiding: bool,
    /// Whether this window is the console of a team's server; where that is, only the secret store knows.
    pub(crate) joined: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { close_to_tray: true, notify: Wanted::default(), told_of_hiding: false, joined: false }
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("window.json")
}

impl Preferences {
    /// Reads what was chosen. What cannot be read counts as not chosen: no window stays closed over it.
    pub(crate) fn read(data: &Path) -> Self {
        match fs::read(file(data)) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|error| {
                tracing::warn!(error = &error as &dyn std::error::Error, "the window's choices are unreadable");
                Self::default()
            }),
            Err(_) => Self::default(),
        }
    }

    /// Writes beside and renames: a crash leaves the old choices or the new ones.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written to.
    pub(crate) fn write(&self, data: &Path) -> io::Result<()> {
        let beside = file(data).with_extension("new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut open = options.open(&beside)?;
        open.write_all(&serde_json::to_vec_pretty(self)?)?;
        open.sync_all()?;
        fs::rename(beside, file(data))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_outlive_the_program_and_damage_falls_back() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(Preferences::read(folder.path()), Preferences::default(), "nothing was chosen yet");
        let chosen = Preferences { close_to_tray: false, joined: true, ..Preferences::default() };
        chosen.write(folder.path()).expect("written");
        assert_eq!(Preferences::read(folder.path()), chosen);
        fs::write(file(folder.path()), r#"{"close_to_tray":false}"#).expect("written");
        let older = Preferences::read(folder.path());
        assert!(!older.close_to_tray && older.notify.held, "what an older version did not ask is as it comes");
        fs::write(file(folder.path()), "{").expect("written");
        assert_eq!(
            Preferences::read(folder.path()),
            Preferences::default(),
            "a damaged file opens a window all the same"
        );
    }
}
