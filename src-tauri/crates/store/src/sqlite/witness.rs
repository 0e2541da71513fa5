//! Notices that the database file is not the one that was written last: a backup was restored, or a copy is run (R2).
//! A backup that is copied *over* the file keeps what the file system knows it by and goes unnoticed: the command
//! `restored` says so instead.

use std::path::Path;

use sqlx::SqliteConnection;

use super::rows::ms;
use crate::error::StoreError;

const NAME: &str = "file.witness";

/// What names this very file on its file system; a restored or copied file is another. `None` where nothing does.
fn witness(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    #[cfg(unix)]
    let file = {
        use std::os::unix::fs::MetadataExt as _;
        metadata.ino().to_string()
    };
    #[cfg(not(unix))]
    let file = String::new();
    let born = metadata
        .created()
        .ok()
        .and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok())
        .map(|at| at.as_millis().to_string());
    match (file.as_str(), born) {
        ("", None) => None,
        (file, born) => Some(format!("{file}:{}", born.unwrap_or_default())),
    }
}

/// Compares the file with what was noted when it was opened last. After a restore no reply from before is delivered:
/// it may have been, by the engine whose work the backup does not hold. Returns how many cases that concerns.
pub(super) async fn check(conn: &mut SqliteConnection, path: &Path) -> Result<u64, StoreError> {
    let Some(now) = witness(path) else { return Ok(0) };
    let before: Option<String> =
        sqlx::query_scalar("select value from settings where name = $1").bind(NAME).fetch_optional(&mut *conn).await?;
    if before.as_deref() == Some(now.as_str()) {
        return Ok(0);
    }
    let mut cases = 0;
    if before.is_some() {
        cases = restored(conn, jiff::Timestamp::now()).await?;
    }
    sqlx::query(
        "insert into settings (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value",
    )
    .bind(NAME)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(cases)
}

/// Every case begins anew: what is delivered is said from now on. What the CRM holds beyond the backup is this engine's
/// own work, not another's.
pub(super) async fn restored(conn: &mut SqliteConnection, now: jiff::Timestamp) -> Result<u64, StoreError> {
    sqlx::query("update connections set adopts_before_ms = $1, unsure_since_ms = $1")
        .bind(ms(now))
        .execute(&mut *conn)
        .await?;
    Ok(sqlx::query("update cases set restored_ms = $1, deliver_after = null where state <> 'reserved'")
        .bind(ms(now))
        .execute(conn)
        .await?
        .rows_affected())
}
