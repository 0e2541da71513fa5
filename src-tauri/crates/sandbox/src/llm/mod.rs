//! A language model's server: chat completions as OpenAI-compatible servers have them, and Anthropic's messages.
//!
//! It understands nothing. Its answers are scripted, right or wrong in every way that real ones are, and what it was
//! asked stands in a ledger.

mod reply;
mod request;
mod server;

pub use reply::LlmReply;
pub use request::{LlmApi, LlmRequest};
pub use server::{LlmConfig, LlmSandbox};
