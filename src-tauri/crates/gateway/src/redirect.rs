//! A listener for one sign-in: it is bound before the person is sent away, waits for the browser to come back, and closes.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use casebridge_api::error::Code;
use casebridge_api::{ApiError, Listen, Listening};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::return_page;
use crate::serve::{PublicLimits, serve_public};

/// One browser comes back; whoever is slow is somebody else.
const LIMITS: PublicLimits =
    PublicLimits { connections: 64, head: Duration::from_secs(10), stall: Duration::from_secs(10) };
/// How long the listener of a sign-in that was given up just now may take to close.
const CLOSING: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Listens for one sign-in at the first of its redirect addresses that is free on this computer.
#[must_use]
pub fn listen() -> Listen {
    Arc::new(|addresses| {
        Box::pin(async move {
            let (listener, address) = first_free(addresses).await?;
            let path = address.path().to_owned();
            let returned = move |state: String| -> casebridge_api::Returned {
                Box::pin(async move { receive(listener, &path, &state).await })
            };
            Ok(Listening { address, returned: Box::new(returned) })
        })
    })
}

async fn first_free(addresses: Vec<Url>) -> Result<(TcpListener, Url), ApiError> {
    let give_up = Instant::now() + CLOSING;
    loop {
        let mut failed = None;
        for address in &addresses {
            let (host, port) = here(address)?;
            match TcpListener::bind((host, port)).await {
                Ok(listener) => return Ok((listener, address.clone())),
                Err(error) => failed = Some((port, error)),
            }
        }
        let Some((port, error)) = failed else {
            return Err(ApiError::invalid("there is no redirect address", "give the one that is registered"));
        };
        if error.kind() == io::ErrorKind::AddrInUse && Instant::now() < give_up {
            tokio::time::sleep(LOOK_AGAIN).await;
            continue;
        }
        return Err(ApiError {
            code: Code::Conflict,
            message: format!("port {port} cannot be listened on for the browser's return: {error}"),
            hint: match addresses.len() {
                1 => "end what uses it, or paste the final address instead".into(),
                _ => "other programs use all that are registered: end one, or paste the final address instead".into(),
            },
            retry_after: None,
        });
    }
}

/// Where to listen for a redirect address, when that is on this computer.
fn here(address: &Url) -> Result<(&str, u16), ApiError> {
    let host = address.host_str().unwrap_or_default();
    if address.scheme() != "http" || !matches!(host, "localhost" | "127.0.0.1" | "[::1]") {
        let words = format!("the browser returns to {address}, which is not this computer");
        return Err(ApiError::invalid(words, "paste the final address instead"));
    }
    Ok((host.trim_matches(['[', ']']), address.port_or_known_default().unwrap_or(80)))
}

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
