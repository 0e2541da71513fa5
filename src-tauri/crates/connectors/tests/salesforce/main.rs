//! The client against a stand-in org over HTTP. What counts is what the stand-in holds afterwards.
#![allow(clippy::unwrap_used, reason = "tests stop at the first thing that is not as expected")]

mod kit;
mod reading;
mod refused_fields;
mod sign_in;
mod support;
mod writing;
