//! The org's rows: tables with indexes, writes that can be taken back, and what a save has to pass.

mod case;
mod database;
mod email;
mod save;
mod table;
mod value;

pub(crate) use database::{Database, Happened, Saver, What};
pub use database::{RecordEntry, RecordOp};
pub(crate) use table::Row;
pub(crate) use value::{moment, parse_moment};
