//! A listener for one sign-in: it waits for the browser to come back, and closes.

use std::io;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

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
