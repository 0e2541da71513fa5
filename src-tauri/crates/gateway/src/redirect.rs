//! A listener for one sign-in: it waits for the browser to come back, and closes.

use std::io;
use std::time::Duration;

use std::sync::Arc;

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

use crate::return_page;
use crate::serve::{PublicLimits, serve_public};

/// One browser comes back; whoever is slow is somebody else.
const LIMITS: PublicLimits =
    PublicLimits { connections: 64, head: Duration::from_secs(10), stall: Duration::from_secs(10) };

/// Waits for the browser's return on `path` and gives the address that it ended on. Other requests (a
/// favicon, a pre-flight) and answers to another sign-in change nothing.
pub async fn receive(listener: TcpListener, path: &str, state: &str) -> io::Result<String> {
    let (returned, mut addresses) = mpsc::channel::<String>(1);
    let app = return_page::router(path, state, returned);
    // Closes with this, however it ends: a browser that holds its connection open keeps nobody waiting.
    let stop = CancellationToken::new();
    let _closes = stop.clone().drop_guard();
    tokio::spawn(serve_public(listener, app, stop, LIMITS));
    let address = addresses.recv().await;
    address.ok_or_else(|| io::Error::other("the listener ended before anybody came back"))
}
