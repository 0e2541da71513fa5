//! A listener for one sign-in: it waits for the browser to come back, and closes.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::{OriginalUri, Query, State};
use axum::response::Html;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

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
