//! Serving the stand-in, and its ledger.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::reply::{LlmReply, answer, failed};
use super::request::{LlmApi, LlmRequest};

/// How the stand-in is set.
#[derive(Clone, Debug)]
pub struct LlmConfig {
    /// The key that it wants; `None`: none, as local servers do.
    pub key: Option<String>,
    /// Answers, one after the other.
    pub replies: Vec<LlmReply>,
    /// The answer when those are used up.
    pub then: LlmReply,
}

impl LlmConfig {
    /// Always the same answer, to whoever asks.
    #[must_use]
    pub fn always(reply: LlmReply) -> Self {
        LlmConfig { key: None, replies: Vec::new(), then: reply }
    }
}

struct Shared {
    config: Mutex<LlmConfig>,
    replies: Mutex<VecDeque<LlmReply>>,
    requests: Mutex<Vec<LlmRequest>>,
}

/// A stand-in on a loopback port of its own. It stops when dropped.
pub struct LlmSandbox {
    /// Where it answers, up to and with `/v1`.
    pub url: String,
    shared: Arc<Shared>,
    _running: DropGuard,
}

impl LlmSandbox {
    /// Starts one.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(config: LlmConfig) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/v1", listener.local_addr()?);
        let replies = Mutex::new(config.replies.iter().cloned().collect());
        let shared = Arc::new(Shared { config: Mutex::new(config), replies, requests: Mutex::default() });
        let router = Router::new()
            .route("/v1/chat/completions", post(openai))
            .route("/v1/messages", post(anthropic))
            .with_state(Arc::clone(&shared));
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                served = async { axum::serve(listener, router).await } => {
                    if let Err(error) = served {
                        tracing::warn!(error = &error as &dyn std::error::Error, "the stand-in for a model stopped");
                    }
                }
                () = stopped.cancelled() => {}
            }
        });
        Ok(LlmSandbox { url, shared, _running: stop.drop_guard() })
    }

    /// What it was asked so far.
    #[must_use]
    pub fn requests(&self) -> Vec<LlmRequest> {
        held(&self.shared.requests).clone()
    }

    /// Sets the answers anew.
    pub fn script(&self, replies: impl IntoIterator<Item = LlmReply>, then: LlmReply) {
        *held(&self.shared.replies) = replies.into_iter().collect();
        held(&self.shared.config).then = then;
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn openai(State(shared): State<Arc<Shared>>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = bearer.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    take(&shared, LlmApi::OpenAi, key, body).await
}

async fn anthropic(State(shared): State<Arc<Shared>>, headers: HeaderMap, Json(body): Json<Value>) -> Response {
    let key = headers.get("x-api-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    // The real one refuses a request that does not say which version of the API it speaks.
    if !headers.contains_key("anthropic-version") || body["max_tokens"].as_u64().is_none() {
        return failed(LlmApi::Anthropic, 400, None);
    }
    take(&shared, LlmApi::Anthropic, key, body).await
}

async fn take(shared: &Shared, api: LlmApi, key: Option<String>, body: Value) -> Response {
    let (wanted, then) = {
        let config = held(&shared.config);
        (config.key.clone(), config.then.clone())
    };
    let request = {
        let mut requests = held(&shared.requests);
        let no = requests.len() as u64 + 1;
        requests.push(LlmRequest::of(no, api, key.clone(), body));
        requests[requests.len() - 1].clone()
    };
    if wanted.is_some() && wanted != key {
        return failed(api, 401, None);
    }
    let reply = held(&shared.replies).pop_front().unwrap_or(then);
    answer(reply, &request).await
}
