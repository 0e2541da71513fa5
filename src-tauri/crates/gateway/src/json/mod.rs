//! JSON that remembers where a fault is: `events[3].attachment.size` instead of `line 1 column 5012`.

mod decode;
mod fault;
mod tree;

pub(crate) use decode::{Decoder, decode};
pub(crate) use fault::Fault;
pub(crate) use tree::Tree;
