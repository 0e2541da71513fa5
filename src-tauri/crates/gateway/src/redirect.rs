//! A listener for one sign-in: it waits for the browser to come back, and closes.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::{OriginalUri, Query, State};
use axum::response::Html;
use axum::routing::get;
use casebridge_api::error::Code;
use casebridge_api::{ApiError, Listen, Returned};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use url::Url;

/// Listens for one sign-in at its redirect address, when that is on this computer.
#[must_use]
pub fn listen() -> Listen {
    Arc::new(|redirect_uri, state| {
        Box::pin(async move {
            let listener = bind(&redirect_uri).await?;
            let returned: Returned = Box::pin(async move { receive(listener, redirect_uri.path(), &state).await });
            Ok(returned)
        })
    })
}

async fn bind(redirect_uri: &Url) -> Result<TcpListener, ApiError> {
    let host = redirect_uri.host_str().unwrap_or_default();
    if redirect_uri.scheme() != "http" || !matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
        let words = format!("the browser returns to {redirect_uri}, which is not this computer");
        return Err(ApiError::invalid(words, "paste the final address instead"));
    }
    let port = redirect_uri.port_or_known_default().unwrap_or(80);
    TcpListener::bind((host.trim_matches(['[', ']']), port)).await.map_err(|error| ApiError {
        code: Code::Conflict,
        message: format!("port {port} cannot be listened on: {error}"),
        hint: "end what uses it, or paste the final address instead".into(),
        retry_after: None,
    })
}

/// Waits for the browser's return on `path` and gives the address that it ended on. Other requests (a
/// favicon, a pre-flight) and answers to another sign-in change nothing.
pub async fn receive(listener: TcpListener, path: &str, state: &str) -> io::Result<String> {
    let (returned, mut addresses) = mpsc::channel::<String>(1);
    let app = Router::new().route(path, get(back)).with_state(Arc::new((returned, state.to_owned())));
    let stop = CancellationToken::new();
    let serving = tokio::spawn({
        let stop = stop.clone();
        async move { axum::serve(listener, app).with_graceful_shutdown(stop.cancelled_owned()).await }
    });
    let address = addresses.recv().await;
    stop.cancel();
    serving.await.map_err(io::Error::other)??;
    address.ok_or_else(|| io::Error::other("the listener ended before anybody came back"))
}

type Waiting = Arc<(mpsc::Sender<String>, String)>;

async fn back(
    State(waiting): State<Waiting>,
    OriginalUri(uri): OriginalUri,
    Query(answered): Query<BTreeMap<String, String>>,
) -> Html<&'static str> {
    let (returned, state) = waiting.as_ref();
    if answered.get("state") != Some(state) {
        return Html("<!doctype html><title>Casebridge</title><p>This answer belongs to another sign-in.</p>");
    }
    // A reload of the page comes second and has nothing new to say.
    returned.try_send(uri.to_string()).ok();
    Html("<!doctype html><title>Casebridge</title><p>You can close this page and go back to Casebridge.</p>")
}
