//! The client against a stand-in Creatio over HTTP. What counts is what the stand-in holds afterwards.

mod customers;
mod reading;
mod settling;
mod sign_in;
mod support;
mod testing;
mod tokens;
mod writing;
