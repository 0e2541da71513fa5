//! Stories over real HTTP, one per fact of the real product that the stand-in has to keep.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod acting;
mod activity_rules;
mod batch;
mod case_rules;
mod changes;
mod control;
mod errors;
mod faults;
mod hook;
mod identity;
mod odata;
mod pages;
mod person;
mod query;
mod recipes;
mod signals;
mod support;
mod values;
