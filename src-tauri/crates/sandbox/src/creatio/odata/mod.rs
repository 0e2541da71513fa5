//! OData 4 as the vendor's hosts answer it.

mod answer;
mod batch;
mod candidates;
mod evaluate;
mod expand;
mod filter;
mod lexer;
mod metadata;
mod multipart;
mod node_count;
mod options;
mod path;
mod read;
mod render;
mod resource;
mod service;
mod write;

pub(crate) use answer::{Answer, AnswerBody};
pub(crate) use batch::{BatchFaults, BatchRun, run_batch};
pub(crate) use evaluate::holds;
pub(crate) use filter::parse as parse_filter;
pub(crate) use service::{Call, handle};
