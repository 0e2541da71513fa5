//! Stories of the HTTP surface, over a real store; the engine behind it is not started, so nothing leaves.

mod console;
mod document;
mod doors;
mod events;
mod refusals;
mod sessions;
mod shortcuts;
mod socket;
mod support;
