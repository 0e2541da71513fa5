//! The store in one SQLite file: WAL, `synchronous=FULL`, one writer that commits groups, several readers.

mod append;
mod connections;
mod console;
mod doors;
mod inbound;
mod keys;
mod lanes;
mod links;
mod mappings;
mod measures;
mod offers;
mod passes;
mod people;
mod polls;
mod pulls;
mod receipts;
mod replies;
mod rows;
mod search;
mod sessions;
mod tokens;
mod traces;
mod witness;
mod writer;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use casebridge_domain::pace::Pace;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};

use crate::error::StoreError;
use writer::Writer;

/// Before 3.51.3 a checkpoint beside a write could lose committed pages (the WAL-reset bug).
pub const LEAST_SQLITE: &str = "3.51.3";

const READERS: u32 = 4;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");

/// A handle on the store; cheap to clone.
#[derive(Clone)]
pub struct Sqlite {
    readers: SqlitePool,
    writer: Arc<Writer>,
}

impl std::fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sqlite")
    }
}

impl Sqlite {
    /// Opens a database file, which must exist (see [`crate::DataFolder::database`]), and brings it up to date.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        check_version(linked_version().await?)?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
            // 32 MiB of log between checkpoints: a page that many commits touch is moved once.
            .pragma("wal_autocheckpoint", "8000")
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-16000")
            .disable_statement_logging();
        let mut writing = options.connect().await?;
        MIGRATIONS.run(&mut writing).await?;
        let restored = witness::check(&mut writing, path).await?;
        if restored > 0 {
            tracing::warn!(cases = restored, "the database is a copy or a restored backup: older replies are held");
        }
        let readers =
            SqlitePoolOptions::new().max_connections(READERS).connect_with(options.clone().read_only(true)).await?;
        Ok(Self { readers, writer: Arc::new(Writer::start(writing, options, Pace::default())) })
    }

    /// Waits for what was accepted, then closes.
    pub async fn close(&self) {
        // Readers first: the last to close folds the log into the file, and only the writer may.
        self.readers.close().await;
        self.writer.stop().await;
    }

    /// How many commits the writer made so far: each is one fsync.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }
}

/// The version of the SQLite that is linked in, as it says itself.
pub async fn linked_version() -> Result<String, StoreError> {
    let mut memory = SqliteConnection::connect_with(&SqliteConnectOptions::from_str("sqlite::memory:")?).await?;
    let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&mut memory).await?;
    memory.close().await?;
    Ok(version)
}

fn check_version(found: String) -> Result<(), StoreError> {
    let number = |text: &str| text.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u32>>();
    if number(&found) < number(LEAST_SQLITE) {
        return Err(StoreError::OldSqlite { found, least: LEAST_SQLITE });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_linked_sqlite_keeps_its_pages() {
        let version = linked_version().await.expect("SQLite answers");
        check_version(version).expect("a lock file that goes back below 3.51.3 must turn this red");
    }

    #[test]
    fn an_older_sqlite_is_refused() {
        for old in ["3.51.2", "3.50.4", "3.7.0", "2.9.9"] {
            assert!(check_version(old.into()).is_err(), "{old} can lose committed pages");
        }
        for good in ["3.51.3", "3.53.0", "4.0.0"] {
            assert!(check_version(good.into()).is_ok(), "{good} is mended");
        }
    }
}
