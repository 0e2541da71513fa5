//! OData 4 as Creatio speaks it: literals, addresses, values and errors.

mod address;
mod classify;
mod error;
mod literal;
mod value;

pub(crate) use address::{Filter, IDS_PER_FILTER, Page, Query, entity, segment};
pub(crate) use classify::{Answered, Operation, Target, classify, is_foreign_key};
pub(crate) use error::{ErrorBody, failure_inside, is_html};
pub(crate) use literal::{guid, instant, percent};
pub(crate) use value::{flag, id, id_of, moment, raw, string};
