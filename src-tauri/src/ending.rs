//! The end of the program: the engine stops first, while the window's loop still turns.
//!
//! Whatever asks the main thread for something (a tray's text, a window's place) waits for its loop, and keeps a worker
//! of the runtime while it waits. A main thread that itself waits for the engine would never answer, and with a worker
//! less the engine might never stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tauri::{AppHandle, Manager as _};

use crate::desk::Desk;
use crate::window;

/// How long the end of the program waits for an engine that is only just opening.
const OPENING: Duration = Duration::from_secs(10);
/// How long the engine may take to stop: as long as a write to a CRM.
const STOPPING: Duration = Duration::from_secs(30);

/// How far the end of the program is.
#[derive(Default)]
pub(crate) struct Ending {
    asked: AtomicBool,
    stopped: AtomicBool,
}

/// Whether the program may end now. Until it may, what is ours is stopped, and then the end is asked for again.
pub(crate) fn may_end(app: &AppHandle, code: Option<i32>) -> bool {
    let ending = app.state::<Ending>();
    if !ending.asked.swap(true, Ordering::SeqCst) {
        window::leave(app);
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            stop(&app).await;
            app.exit(code.unwrap_or(0));
        });
    }
    ending.stopped.load(Ordering::SeqCst)
}

/// The loop is over. Where the system ended it without asking, what is ours is stopped only now.
pub(crate) fn last(app: &AppHandle) {
    if app.try_state::<Ending>().is_some_and(|ending| !ending.stopped.load(Ordering::SeqCst)) {
        tauri::async_runtime::block_on(stop(app));
    }
}

async fn stop(app: &AppHandle) {
    let desk = app.state::<Desk>();
    desk.follow_no_more();
    // Whoever quits while the engine opens waits for it, but not for a keychain that nobody unlocks.
    tokio::time::timeout(OPENING, desk.opened()).await.ok();
    // What is cut off is taken up by the next start, as after a crash; a program that was told to end ends.
    if tokio::time::timeout(STOPPING, desk.place().close()).await.is_err() {
        tracing::warn!("the engine did not stop in time, and is left as it stands");
    }
    app.state::<Ending>().stopped.store(true, Ordering::SeqCst);
}
