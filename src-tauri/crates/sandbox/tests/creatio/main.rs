//! Stories over real HTTP, one per fact of the real product that the stand-in has to keep.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod activity_rules;
mod batch;
mod case_rules;
mod control;
mod errors;
mod faults;
mod identity;
mod odata;
mod pages;
mod query;
mod signals;
mod support;
mod values;
