//! What people did in the CRM: looking at cases, following what changed, and the newest replies.

mod changes;
mod columns;
mod look;
mod names;
mod recent;
mod walk;

pub(crate) use columns::{Columns, names as names_column};
pub(crate) use names::Names;
pub(crate) use walk::Walked;

/// Rows of one page.
const PAGE: usize = 500;
/// Rows of one page where long mails made an answer of the usual size too long to read.
const SMALL_PAGE: usize = 25;
/// Oldest change first; ids tell rows of one time apart.
const ORDER: &str = "ModifiedOn asc,Id asc";
