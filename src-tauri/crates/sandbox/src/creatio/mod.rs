//! Creatio: an Identity Service and an instance with OData 4, case and activity rules, faults and a ledger.
//!
//! The two hosts are served apart, as the vendor does: the instance under one port, its Identity Service under
//! another. Everything that a caller did is kept in two ledgers, requests and records, so that a test can judge
//! what was *really* written rather than what was answered.

mod actor;
mod altered;
mod assign;
mod config;
mod control;
mod control_acts;
mod data_call;
mod database;
mod fault;
mod identity;
pub mod ids;
mod ledger;
mod notification;
mod odata;
mod pages;
mod person;
mod reference;
mod refusal;
mod rights;
mod routes;
mod rules;
mod sandbox;
mod schema;
mod seed;
mod server;
mod shared;
mod signal;
mod standalone;
mod switches;
mod table;
mod value;

pub use crate::chance::{Chance, Paced, RetryAfter, SlowAnswer, TokenExpiry, WhenWork};
pub use crate::clock::{SandboxClock, VirtualClock};
pub use crate::requests::{PartEntry, RequestCounts, RequestEntry, RequestKind};
pub use altered::Altered;
pub use config::{ClientApp, CreatioConfig, CustomColumn, CustomKind, Grant, SignInUser};
pub use fault::{BatchPart, BatchPartFails, CutBatch, FaultPlan, UnderUs, UnderUsAct, Withdrawn};
pub use ledger::{RecordEntry, RecordOp};
pub use notification::{Notification, NotificationKind};
pub use person::{Act, Person};
pub use refusal::Refusal;
pub use rights::{ObjectRights, Right, Rights};
pub use sandbox::CreatioSandbox;
pub use server::RunningCreatio;
pub use signal::{Delivery, DeliveryOutcome, Recipe, RecipeExt, RecipeKind, Signal, SignalEvent, SignalSubscription};
pub use standalone::run_standalone;
pub use switches::{
    DatabaseEngine, EmptyGuidPatch, HostKind, Language, MergeShape, NavigationInBody, OverLength, PatchUnknown,
    RightsShape, SystemTables, TextCompare, Unexecuted, UnknownSet, ZonelessDates,
};
