//! Follows an engine's changes, wherever it is: the page refetches by tag, the tray and the notifications look again.

use std::collections::BTreeSet;
use std::time::Duration;

use casebridge_api::ApiError;
use casebridge_engine::changes::Change;
use casebridge_store::DataFolder;
use futures::StreamExt as _;
use serde_json::json;
use tauri::{AppHandle, Emitter as _, Manager as _};
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::desk::Desk;
use crate::engine::Running;
use crate::place::{Place, SharedPlace};
use crate::window::MAIN;

/// The page is told at most ten times a second.
const TOGETHER: Duration = Duration::from_millis(100);
/// How soon a lost line is tried again.
const AGAIN: Duration = Duration::from_secs(2);

/// How often an open window says that it is still used, far inside the time after which a browser is shut out.
const STILL_HERE: Duration = Duration::from_secs(60 * 60);

/// Follows a place until it is left.
pub(crate) fn follow(app: AppHandle, place: SharedPlace, left: CancellationToken) {
    tauri::async_runtime::spawn(async move {
        let following = async {
            match &*place {
                Place::Own(running) => own(&app, running).await,
                Place::Beside { .. } | Place::Joined { .. } => other(&app, &place).await,
                Place::Nowhere(_) => {}
            }
        };
        tokio::select! {
            () = left.cancelled() => {}
            () = following => {}
        }
    });
}

fn tell(app: &AppHandle, tags: impl IntoIterator<Item = String>) {
    let tags: BTreeSet<String> = tags.into_iter().collect();
    // A page that is gone hears nothing, and needs nothing.
    drop(app.emit_to(MAIN, "changed", json!({ "tags": tags })));
    app.state::<Desk>().stirred.notify_one();
}

async fn own(app: &AppHandle, running: &Running) {
    let mut changes = running.engine.changes();
    let stopping = running.engine.stopping();
    loop {
        let first = tokio::select! {
            () = stopping.cancelled() => return,
            first = changes.recv() => first,
        };
        tokio::time::sleep(TOGETHER).await;
        let mut tags = BTreeSet::new();
        match first {
            Ok(change) => drop(tags.insert(change.to_string())),
            // Too many to tell one by one.
            Err(RecvError::Lagged(_)) => tags.extend(Change::COARSE.iter().map(ToString::to_string)),
            Err(RecvError::Closed) => return,
        }
        while let Ok(change) = changes.try_recv() {
            tags.insert(change.to_string());
        }
        tell(app, tags);
    }
}

async fn other(app: &AppHandle, place: &SharedPlace) {
    let desk = app.state::<Desk>();
    let Some(remote) = place.remote() else { return };
    loop {
        let lost = match remote.changes().await {
            Ok(mut changes) => {
                desk.note(app, place, None, false);
                drop(app.emit_to(MAIN, "line", true));
                let mut lost = None;
                let mut still_here = tokio::time::interval(STILL_HERE);
                loop {
                    tokio::select! {
                        tags = changes.next() => match tags {
                            Some(Ok(tags)) => tell(app, tags),
                            Some(Err(error)) => lost = Some(error),
                            None => break,
                        },
                        // Its owner's own program, unlike a page: a team's server must not forget it overnight. What
                        // it answers does not matter here; who is shut out hears so when the line ends.
                        _ = still_here.tick() => drop(remote.me().await),
                    }
                }
                lost
            }
            Err(error) => Some(error),
        };
        drop(app.emit_to(MAIN, "line", false));
        let gone = matches!(**place, Place::Beside { .. }) && nobody_holds(&desk);
        // A line that broke is tried again without words; a door that was shut stays shut.
        let trouble = lost.filter(|error| gone || !error.is_passing()).map(ApiError::from);
        if trouble.is_some() || gone {
            tracing::info!(gone, "the engine in another process does not answer");
        }
        desk.note(app, place, trouble, gone);
        tokio::time::sleep(AGAIN).await;
    }
}

/// Whether the folder's engine is gone: its lock says so, whatever its address file says.
fn nobody_holds(desk: &Desk) -> bool {
    DataFolder::open(&desk.data).is_ok_and(|folder| folder.engine().is_none())
}
