//! Support for journeys: a world with a real store, the real engine and the stand-in Creatio on port 0,
//! conversations from files and from a seed, and what the CRM must hold afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a journey that cannot go on stops where it is"
)]

pub mod analyst;
pub mod bulk;
pub mod conversations;
pub mod crm;
pub mod days;
pub mod faults;
pub mod mapping;
pub mod people;
pub mod process;
pub mod salesforce;
pub mod world;

pub use conversations::{Conversation, Line, scenarios, seeded};
pub use crm::{CaseInCrm, cases, expect_exactly};
pub use world::{World, WorldOptions};
