//! The console's commands and errors, once, for whoever carries them: the command line in its own
//! process, HTTP, later the desktop window.

pub mod caller;
pub mod commands;
pub mod dto;
pub mod error;

mod acts;
mod back;
mod connections;
mod console;
mod keys;
mod kit;
mod lanes;
mod links;
mod lists;
mod mappings;
mod people;
mod sessions;
mod sign_in;
mod webhooks;

pub use caller::{Caller, Role, least_role};
pub use commands::{Command, Secret};
pub use error::ApiError;

use std::io;
use std::sync::Arc;

use casebridge_domain::ConnectionKind;
use casebridge_engine::Engine;
use futures::future::BoxFuture;
use serde_json::Value;
use url::Url;

/// Starts a stand-in CRM; answers the address of its page.
pub type StartSandbox = Arc<dyn Fn(ConnectionKind) -> BoxFuture<'static, Result<String, ApiError>> + Send + Sync>;

/// The address that a browser ended on, once it comes back.
pub type Returned = BoxFuture<'static, io::Result<String>>;

/// A listener on this computer. It is bound before the person is sent away, so that nobody takes the port in between.
pub struct Listening {
    /// Where the browser comes back to.
    pub address: Url,
    /// Waits for the answer with this state.
    pub returned: Box<dyn FnOnce(String) -> Returned + Send>,
}

impl std::fmt::Debug for Listening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listening").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Listens at the first of several redirect addresses that is free on this computer.
pub type Listen = Arc<dyn Fn(Vec<Url>) -> BoxFuture<'static, Result<Listening, ApiError>> + Send + Sync>;

/// What a host adds to the engine; what it leaves out is refused in words.
#[derive(Clone, Default)]
pub struct Host {
    /// Starts a stand-in CRM.
    pub sandbox: Option<StartSandbox>,
    /// Waits for browsers that come back from a sign-in.
    pub listen: Option<Listen>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sandbox, listen) = (self.sandbox.is_some(), self.listen.is_some());
        f.debug_struct("Host").field("sandbox", &sandbox).field("listen", &listen).finish()
    }
}

/// Carries out one command, with nothing but the engine behind it.
pub async fn call(engine: &Engine, command: Command, caller: &Caller) -> Result<Value, ApiError> {
    call_on(engine, &Host::default(), command, caller).await
}

/// Carries out one command. The caller's role must allow it; their name stands in the audit log.
pub async fn call_on(engine: &Engine, host: &Host, command: Command, caller: &Caller) -> Result<Value, ApiError> {
    caller.may(&command)?;
    let actor = caller.name.as_str();
    match command {
        Command::SessionsList(wish) => lists::sessions(engine, wish, &me(engine, caller).await?).await,
        Command::SessionsCounts => lists::counts(engine, &me(engine, caller).await?).await,
        Command::CaseLinks(wish) => lists::cases(engine, wish).await,
        Command::SessionOpen { session } => sessions::open(engine, &session, &me(engine, caller).await?).await,
        Command::SessionEvents { session, before, limit } => sessions::events(engine, &session, before, limit).await,
        Command::Trace { session } => sessions::trace(engine, &session).await,
        Command::Explain { session } => sessions::explain(engine, &session).await,
        Command::Find { text } => sessions::find(engine, &text).await,
        Command::SessionReply(reply) => acts::reply(engine, reply, &me(engine, caller).await?).await,
        Command::SessionTakeOver { session } => acts::take_over(engine, &session, &me(engine, caller).await?).await,
        Command::SessionGiveBack { session } => acts::give_back(engine, &session, &me(engine, caller).await?).await,
        Command::SessionAssign { session, to } => acts::assign(engine, &session, to, &me(engine, caller).await?).await,
        Command::SessionHandOff { session, reason } => {
            acts::hand_off(engine, &session, reason, &me(engine, caller).await?).await
        }
        Command::SessionResolve { session } => acts::resolve(engine, &session, &me(engine, caller).await?).await,
        Command::SessionReopen { session } => acts::reopen(engine, &session, &me(engine, caller).await?).await,
        Command::ConnectionAdd(add) => connections::add(engine, *add, actor).await,
        Command::ConnectionSet(set) => connections::set(engine, set, actor).await,
        Command::ConnectionList => connections::list(engine).await,
        Command::ConnectionTest { name } => connections::test(engine, &name).await,
        Command::ConnectionTry(trial) => connections::try_out(engine, *trial).await,
        Command::ConnectionTryAndAdd(add) => connections::try_and_add(engine, *add, actor).await,
        Command::ConnectionTakeOver { name } => connections::take_over(engine, &name, actor).await,
        Command::ConnectionRemove { name } => connections::remove(engine, &name, actor).await,
        Command::ConnectionTryAndSet(set) => connections::try_and_set(engine, *set, actor).await,
        Command::SignInWays => sign_in::ways(engine, host).await,
        Command::SignInBegin(wish) => sign_in::begin(engine, host, *wish, actor).await,
        Command::SignInState { flow } => sign_in::state(engine, flow),
        Command::SignInPaste { flow, address } => sign_in::paste(engine, flow, &address).await,
        Command::SignInCancel { flow } => Ok(sign_in::cancel(engine, flow)),
        Command::SignInPages => Ok(sign_in::pages(engine)),
        Command::ConnectionPause { name } => connections::pause(engine, &name, actor).await,
        Command::ConnectionResume { name } => connections::resume(engine, &name, actor).await,
        Command::ConnectionFootprint { name } => connections::footprint(engine, &name).await,
        Command::KitState { name } => kit::state(engine, &name).await,
        Command::KitDeploy { name, check_only } => kit::deploy(engine, &name, check_only, actor).await,
        Command::KitProgress { name, id } => kit::progress(engine, &name, &id).await,
        Command::KitFiles => Ok(kit::all_files()),
        Command::SessionsWeek => connections::week(engine).await,
        Command::PublicAddressShow => webhooks::public_address(engine).await,
        Command::PublicAddressSet { url } => webhooks::set_public_address(engine, &url, actor).await,
        Command::PublicAddressTest => webhooks::test_public_address(engine).await,
        Command::WebhookGrace { name, minutes } => webhooks::grace(engine, &name, minutes, actor).await,
        Command::CrmChoices(wish) => connections::choices(engine, wish).await,
        Command::KeyCreate { name } => keys::create(engine, &name, actor).await,
        Command::KeyList => keys::list(engine).await,
        Command::KeyRevoke { name } => keys::revoke(engine, &name, actor).await,
        Command::LanesList(filter) => lanes::list(engine, filter).await,
        Command::LanesRetry(filter) => lanes::retry(engine, filter, actor).await,
        Command::LanesSkip { lane, seq } => lanes::skip(engine, lane, seq, actor).await,
        Command::LanesPark { lane, why } => lanes::park(engine, lane, &why, actor).await,
        Command::LanesCount => lanes::count(engine).await,
        Command::LanesCountMatching(filter) => lanes::count_matching(engine, filter).await,
        Command::Deliveries { most } => lanes::deliveries(engine, most).await,
        Command::FieldsRefused => lanes::refused_fields(engine).await,
        Command::WebhookUrl { name } => webhooks::url(engine, &name, actor).await,
        Command::WebhookShow { name } => webhooks::show(engine, &name).await,
        Command::WebhookRegenerate { name, grace_minutes } => {
            webhooks::regenerate(engine, &name, grace_minutes, actor).await
        }
        Command::MappingsShow { connection } => mappings::show(engine, &connection).await,
        Command::ColumnsList { connection, refresh } => mappings::columns(engine, &connection, refresh).await,
        Command::LookupValues { connection, column, query } => {
            mappings::lookup_values(engine, &connection, &column, query.as_deref()).await
        }
        Command::MappingsSave(save) => mappings::save(engine, save, actor).await,
        Command::MappingsCheck { connection, mappings } => mappings::check(engine, &connection, &mappings).await,
        Command::MappingsVersions { connection } => mappings::versions(engine, &connection).await,
        Command::MappingsVersion { connection, version } => mappings::version(engine, &connection, version).await,
        Command::MappingsExport { connection } => mappings::export(engine, &connection).await,
        Command::MappingsImport { connection, text } => mappings::import(engine, &connection, &text).await,
        Command::MappingsDryRun { connection, sessions, mappings } => {
            mappings::dry_run(engine, &connection, &sessions, mappings).await
        }
        Command::SuggestionTake(name) => {
            mappings::decide_suggestion(engine, name, true, &me(engine, caller).await?).await
        }
        Command::SuggestionDismiss(name) => {
            mappings::decide_suggestion(engine, name, false, &me(engine, caller).await?).await
        }
        Command::AnalystShow => mappings::analyst(engine).await,
        Command::AnalystSet(set) => mappings::set_analyst(engine, set, actor).await,
        Command::AnalystTest => mappings::test_analyst(engine).await,
        Command::RepliesList(selection) => back::replies_list(engine, selection).await,
        Command::RepliesRelease { reply, session } => {
            back::replies_release(engine, &reply, session.as_deref(), actor).await
        }
        Command::RepliesDiscard { reply } => back::replies_discard(engine, &reply, actor).await,
        Command::RepliesPreview(preview) => back::replies_preview(engine, preview).await,
        Command::Restored => back::restored(engine, actor).await,
        Command::Doctor => back::doctor(engine).await,
        Command::Export { sessions, redacted } => back::export(engine, &sessions, redacted).await,
        Command::ConsoleLink { name, role } => console::link(engine, &name, role, actor).await,
        Command::ConsoleVisitors => console::visitors(engine).await,
        Command::ConsoleDismiss { id } => console::dismiss(engine, &id, actor).await,
        Command::SandboxStart { kind } => console::sandbox(host, kind).await,
        Command::LogShow => console::log(engine).await,
        Command::LogSet { area, level, keep } => console::set_log(engine, area, level, keep, actor).await,
        Command::CasePreview(decision) => links::preview(engine, decision).await,
        Command::CaseDecide(decision) => links::decide(engine, decision, &me(engine, caller).await?).await,
        Command::CaseLook { session, connection } => links::look(engine, &session, connection).await,
        Command::ProfileGet => people::profile(engine, actor).await,
        Command::ProfileSet(set) => people::set_profile(engine, set, actor).await,
        Command::CrmPeople { connection, query } => people::crm_people(engine, &connection, query.as_deref()).await,
        Command::PeopleKnown => people::known(engine).await,
        Command::FiltersList => people::filters(engine, actor).await,
        Command::FilterSave(save) => people::save_filter(engine, save, actor).await,
        Command::FilterDrop { id } => people::drop_filter(engine, id, actor).await,
    }
}

/// What the caller signs with, and what *mine* is.
async fn me(engine: &Engine, caller: &Caller) -> Result<String, ApiError> {
    Ok(engine.signature(&caller.name).await?)
}
