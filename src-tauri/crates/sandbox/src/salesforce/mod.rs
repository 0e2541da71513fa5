//! Salesforce: a login host and an org with its REST API, metadata deployment, Apex-like callbacks, faults and ledgers.
//!
//! The login host of all orgs and the org's own host are served apart, each over HTTP and over TLS with a certificate
//! authority of the stand-in's own. Everything that a caller did is kept in two ledgers, requests and records, so that
//! a test can judge what was *really* written rather than what was answered.

mod answer;
mod callback;
mod config;
mod control;
mod data;
mod data_call;
mod deploy;
mod fault;
mod field_change;
mod hold;
pub mod ids;
pub mod kit;
mod oauth;
mod pages;
mod person;
mod refusal;
mod rest;
mod routes;
mod sandbox;
mod schema;
pub mod seed;
mod server;
mod shared;
mod soql;
mod standalone;
mod tls;

pub use crate::chance::{Chance, Paced, RetryAfter, SlowAnswer, TokenExpiry, WhenWork};
pub use crate::clock::{SandboxClock, VirtualClock};
pub use crate::requests::{PartEntry, RequestCounts, RequestEntry, RequestKind};
pub use callback::{Callout, CalloutOutcome, Recipe, RecipeKind};
pub use config::{
    AppState, BlankNumbers, CONNECTED_CLIENT_ID, CONNECTED_CLIENT_SECRET, ConnectedApp, DESKTOP_CLIENT_ID, MergeShape,
    OrgUser, SalesforceConfig, StatusValue,
};
pub use data::{RecordEntry, RecordOp};
pub use fault::{FaultPlan, OAuthRefusal, PartFails, Refuse, UnderUs, UnderUsAct, Withdrawn};
pub use field_change::FieldChange;
pub use hold::HoldPoint;
pub use person::Act;
pub use refusal::Refusal;
pub use sandbox::SalesforceSandbox;
pub use server::RunningSalesforce;
pub use standalone::run_standalone;
