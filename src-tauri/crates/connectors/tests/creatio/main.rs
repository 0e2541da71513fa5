//! The client against a stand-in Creatio over HTTP. What counts is what the stand-in holds afterwards.
#![allow(clippy::unwrap_used, reason = "tests stop at the first thing that is not as expected")]

mod back;
mod choices;
mod customers;
mod following;
mod odd_hosts;
mod reading;
mod settling;
mod sign_in;
mod support;
mod testing;
mod tokens;
mod writing;
