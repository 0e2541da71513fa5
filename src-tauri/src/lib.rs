//! The desktop shell: the engine in this process, one window, and the commands its page may call.
//!
//! This is the only package that names Tauri. What the console can do is in `casebridge-api`; the page in the window
//! is the one that `casebridged` serves to browsers.

mod commands;
mod engine;

use std::path::PathBuf;
use std::sync::Arc;

use casebridge_api::{ApiError, Host};
use casebridge_tryout::StandIn;
use serde_json::json;
use tauri::{Emitter as _, Manager as _, RunEvent};

use crate::engine::Running;

/// What the window's commands share.
pub(crate) struct Opened {
    running: Result<Arc<Running>, ApiError>,
    pub(crate) data: PathBuf,
    pub(crate) host: Host,
    stand_in: Option<StandIn>,
}

impl Opened {
    fn running(&self) -> Result<&Arc<Running>, ApiError> {
        self.running.as_ref().map_err(Clone::clone)
    }

    fn sandbox_page(&self) -> Option<String> {
        self.stand_in.as_ref().and_then(StandIn::page)
    }
}

/// Where everything is kept, unless the environment names another folder.
fn data_folder(app: &tauri::App) -> tauri::Result<PathBuf> {
    match std::env::var_os("CASEBRIDGE_DATA") {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => app.path().app_data_dir(),
    }
}

/// Opens the window and returns when the last one is closed.
///
/// # Errors
///
/// When the system has no display or no web view to draw with.
pub fn run() -> tauri::Result<()> {
    casebridge_connectors::install_crypto();
    let app = tauri::Builder::default()
        .setup(|app| {
            let data = data_folder(app)?;
            let running = tauri::async_runtime::block_on(engine::open(&data)).map(Arc::new);
            let stand_in = running.as_ref().ok().map(|running| StandIn::new(running.engine.clone(), None));
            let host = Host { sandbox: stand_in.as_ref().map(StandIn::starter) };
            if let Ok(running) = &running {
                tell_of_changes(app.handle().clone(), running);
            }
            app.manage(Opened { running, data, host, stand_in });
            Ok(())
        })
        .invoke_handler(tauri::generate_handler![commands::call, commands::me])
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event
            && let Ok(running) = app.state::<Opened>().running()
        {
            tauri::async_runtime::block_on(running.stop());
        }
    });
    Ok(())
}

/// The page refetches by tag; it is told at most ten times a second.
fn tell_of_changes(app: tauri::AppHandle, running: &Running) {
    let mut changes = running.engine.changes();
    let stopping = running.engine.stopping();
    tauri::async_runtime::spawn(async move {
        loop {
            let first = tokio::select! {
                () = stopping.cancelled() => return,
                first = changes.recv() => first,
            };
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            let mut tags = std::collections::BTreeSet::new();
            match first {
                Ok(change) => drop(tags.insert(change.to_string())),
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {
                    tags.extend(casebridge_engine::changes::Change::COARSE.iter().map(ToString::to_string));
                }
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            }
            while let Ok(change) = changes.try_recv() {
                tags.insert(change.to_string());
            }
            // A window that is gone hears nothing, and needs nothing.
            drop(app.emit("changed", json!({ "tags": tags })));
        }
    });
}
