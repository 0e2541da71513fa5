//! Stories over real HTTP, one per fact of the real product that the stand-in has to keep. Names in assertions such
//! as "§2.2" are sections of docs/SALESFORCE.md.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bundles;
mod callbacks;
mod control;
mod deploys;
mod faults;
mod objects;
mod people;
mod query;
mod rows;
mod sign_in;
mod support;
mod tokens;
