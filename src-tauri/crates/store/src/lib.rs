//! The store: session log, lanes, cases, ledger, attempts, connections, secrets.
//!
//! [`port`] says what a store does; [`sqlite`] is the one on a desktop. The only crate that names sqlx or
//! the keychain. Nothing is acknowledged before it is on disk, and no transaction waits for a network.

pub mod back;
pub mod console;
pub mod error;
pub mod folder;
pub mod links;
pub mod mappings;
pub mod measures;
pub mod people;
pub mod port;
pub mod secrets;
pub mod sqlite;

pub use back::*;
pub use console::*;
pub use error::StoreError;
pub use folder::{DataFolder, EngineAddress, FolderLock};
pub use links::*;
pub use mappings::*;
pub use measures::*;
pub use people::*;
pub use port::*;
pub use secrets::{SecretError, SecretName, Secrets};
pub use sqlite::Sqlite;
