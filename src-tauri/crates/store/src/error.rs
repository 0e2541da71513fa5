//! What can go wrong in a store.

use std::path::PathBuf;

/// A store's failure.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not take or give what was asked.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A migration failed.
    #[error("the database could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The linked SQLite can lose committed pages.
    #[error("SQLite {found} is linked, which can lose committed pages; at least {least} is needed")]
    OldSqlite {
        /// What is linked.
        found: String,
        /// What is needed.
        least: &'static str,
    },
    /// The data folder cannot be used.
    #[error("the data folder `{path}` cannot be used: {source}")]
    Folder {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another engine holds the data folder (R17).
    #[error("another engine uses the data folder `{path}`{}", .engine.as_ref().map(|e| format!(" (process {}, {})", e.pid, e.url)).unwrap_or_default())]
    FolderInUse {
        /// Which.
        path: PathBuf,
        /// Who, if it said so already.
        engine: Option<crate::folder::EngineAddress>,
    },
    /// A stored value cannot be read.
    #[error("the database holds a value of `{what}` that this version cannot read: {source}")]
    Unreadable {
        /// Table and column.
        what: &'static str,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// There is no such thing.
    #[error("there is no {what} `{name}`")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// The name it was looked for by.
        name: String,
    },
    /// The name is taken.
    #[error("a {what} named `{name}` exists already")]
    Taken {
        /// What.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// The lane was claimed by somebody else meanwhile; the result was not recorded.
    #[error("the lane was claimed again meanwhile, so this result was not recorded")]
    FenceMoved,
    /// The writer has stopped.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether repeating can help without anybody doing something.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Database(_) | Self::Closed)
    }

    /// Whether a name was taken.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        matches!(self, Self::Taken { .. })
    }

    pub(crate) fn unreadable(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unreadable { what, source: source.into() }
    }
}
