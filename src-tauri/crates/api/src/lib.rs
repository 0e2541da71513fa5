//! The console's commands and errors, once, for whoever carries them: the command line in its own
//! process, HTTP, later the desktop window.

pub mod commands;
pub mod error;

mod back;
mod connections;
mod keys;
mod lanes;
mod sessions;

pub use commands::{Command, Secret};
pub use error::ApiError;

use casebridge_engine::Engine;
use serde_json::Value;

/// Carries out one command. `actor` stands in the audit log.
pub async fn call(engine: &Engine, command: Command, actor: &str) -> Result<Value, ApiError> {
    match command {
        Command::ConnectionAdd(add) => connections::add(engine, *add, actor).await,
        Command::ConnectionSet(set) => connections::set(engine, set, actor).await,
        Command::ConnectionList => connections::list(engine).await,
        Command::ConnectionTest { name } => connections::test(engine, &name).await,
        Command::ConnectionRemove { name } => connections::remove(engine, &name, actor).await,
        Command::ConnectionSignInBegin { name } => connections::begin_sign_in(engine, &name).await,
        Command::ConnectionSignInFinish { name, brought } => {
            connections::finish_sign_in(engine, &name, &brought, actor).await
        }
        Command::KeyCreate { name } => keys::create(engine, &name, actor).await,
        Command::KeyList => keys::list(engine).await,
        Command::KeyRevoke { name } => keys::revoke(engine, &name, actor).await,
        Command::LanesList(filter) => lanes::list(engine, filter).await,
        Command::LanesRetry(filter) => lanes::retry(engine, filter, actor).await,
        Command::LanesSkip { lane, seq } => lanes::skip(engine, lane, seq, actor).await,
        Command::LanesPark { lane, why } => lanes::park(engine, lane, &why, actor).await,
        Command::LanesCount => lanes::count(engine).await,
        Command::Trace { session } => sessions::trace(engine, &session).await,
        Command::Explain { session } => sessions::explain(engine, &session).await,
        Command::WebhookUrl { name } => back::webhook_url(engine, &name, actor).await,
        Command::WebhookRegenerate { name, grace_minutes } => {
            back::webhook_regenerate(engine, &name, grace_minutes, actor).await
        }
        Command::RepliesList(selection) => back::replies_list(engine, selection).await,
        Command::RepliesRelease { reply, session } => {
            back::replies_release(engine, &reply, session.as_deref(), actor).await
        }
        Command::RepliesDiscard { reply } => back::replies_discard(engine, &reply, actor).await,
        Command::RepliesPreview(preview) => back::replies_preview(engine, preview).await,
        Command::Restored => back::restored(engine, actor).await,
        Command::Doctor => back::doctor(engine).await,
        Command::Export { sessions, redacted } => back::export(engine, &sessions, redacted).await,
    }
}
