//! HTTP: the sessions API, the door of the console and the command line, the public listener.
//!
//! The only crate that serves HTTP for the product. It decides nothing about conversations: it reads what
//! was sent, refuses what is not usable with an `application/problem+json` answer that names the member,
//! and hands the rest to the engine. A 2xx leaves only after the engine said that the effect is on disk.
//!
//! There are two routers, one for each listener: [`console_router`] (loopback unless a team server says
//! otherwise) and [`public_router`] (what a tunnel or proxy is pointed at). [`serve`] runs the first of them, and
//! [`serve_public`] the second.

mod body;
mod console;
mod events;
mod guard;
mod health;
mod json;
mod keys;
mod observe;
mod openapi;
mod path;
mod problem;
mod query;
pub mod redirect;
mod replies;
mod return_page;
mod returned;
mod routes;
mod serve;
mod sessions;
mod shortcuts;
mod state;
mod ui;
mod visitor;
mod webhooks;
mod wire;

pub use console::{ConsoleError, ConsoleFacts, ConsoleHandler};
pub use routes::{console_router, public_router};
pub use serve::{PublicLimits, serve, serve_public};
pub use state::GatewayState;
pub use ui::Ui;
pub use webhooks::read_call as read_webhook_call;
pub use webhooks::read_salesforce_call;

/// The OpenAPI document of the sessions API, as served at `/v1/openapi.json`.
#[must_use]
pub fn openapi_json() -> &'static str {
    openapi::text()
}
