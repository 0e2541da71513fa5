//! What a language model is asked, and what its answer must stand up to. The call itself is the connectors'.
//!
//! The transcript is data. It is masked, each line is a JSON string of its own, and the whole stands between two
//! marks that nobody in the conversation can know. None of that is relied upon: what counts is [`checked`].

mod check;
mod coerce;
mod form;
mod told;
mod window;

pub use check::{Unreadable, checked};
pub use form::{Form, form};
