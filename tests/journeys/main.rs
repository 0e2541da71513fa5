//! Journeys: the whole engine against the stand-in CRMs, one module per journey.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a journey that cannot go on stops where it is"
)]

mod calls;
mod carrier;
mod cli;
mod faults;
mod field_memory;
mod field_types;
mod fields;
mod fields_analysed;
mod history;
mod keychain;
mod killed;
mod links;
mod lookups;
mod modes;
mod null_sink;
mod outage;
mod parking;
mod replies;
mod roles;
mod routing;
mod salesforce;
mod salesforce_access;
mod salesforce_bulk;
mod salesforce_door;
mod salesforce_fields;
mod salesforce_identity;
mod salesforce_kit;
mod salesforce_modes;
mod salesforce_renewal;
mod second_engine;
mod sign_in;
mod sign_in_ways;
mod status;
mod two_desktops;
