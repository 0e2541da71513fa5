//! The commands that the page may call. Each is listed in `build.rs` and in the capability of the main window.

use casebridge_api::ApiError;
use casebridge_api::error::Code;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tauri::{AppHandle, State};
use tauri_plugin_autostart::ManagerExt as _;

use crate::deep_link::Destination;
use crate::desk::Desk;
use crate::place::PlaceView;
use crate::preferences::Wanted;
use crate::{outside, start, tray};

/// Carries out a command of the console: the same list as over HTTP.
///
/// # Errors
///
/// What the engine answers instead, with a hint; also when there is no engine.
#[tauri::command]
pub(crate) async fn call(command: Value, desk: State<'_, Desk>) -> Result<Value, ApiError> {
    desk.opened().await;
    desk.place().call(command).await
}

/// Who sits in front of the window.
///
/// # Errors
///
/// When there is no engine.
#[tauri::command]
pub(crate) async fn me(desk: State<'_, Desk>) -> Result<Value, ApiError> {
    desk.opened().await;
    desk.place().me(&desk.data).await
}

/// What the page learns once it is ready.
#[derive(Debug, Serialize)]
pub(crate) struct Ready {
    place: PlaceView,
    /// Where a link that started the program leads.
    to: Option<Destination>,
}

/// The page has painted its first list, after `ipc_calls` calls. Told once; the time is logged for the bench.
#[tauri::command]
pub(crate) async fn ready(ipc_calls: u32, desk: State<'_, Desk>) -> Result<Ready, ApiError> {
    if !desk.is_ready() {
        start::usable(ipc_calls);
    }
    desk.opened().await;
    Ok(Ready { to: desk.take_ready(), place: desk.view() })
}

/// Makes this window the console of a team's server, by a link that was made there.
///
/// # Errors
///
/// When the link is none, is spent, or its server cannot be asked; nothing has changed then.
#[tauri::command]
pub(crate) async fn join(link: String, app: AppHandle, desk: State<'_, Desk>) -> Result<PlaceView, ApiError> {
    desk.join(&app, &link).await
}

/// Leaves the team's server, and starts the engine of this computer.
///
/// # Errors
///
/// When the sign-in cannot be forgotten, or the engine does not start.
#[tauri::command]
pub(crate) async fn leave(app: AppHandle, desk: State<'_, Desk>) -> Result<PlaceView, ApiError> {
    desk.leave(&app).await
}

/// Looks for the engine again: one that was started meanwhile, else our own.
///
/// # Errors
///
/// When there is none and ours does not start.
#[tauri::command]
pub(crate) async fn find_engine(app: AppHandle, desk: State<'_, Desk>) -> Result<PlaceView, ApiError> {
    desk.retry(&app).await
}

/// Shows the data folder in the system's file browser.
///
/// # Errors
///
/// When none can be started.
#[tauri::command]
pub(crate) async fn open_data_folder(desk: State<'_, Desk>) -> Result<(), ApiError> {
    outside::folder(&desk.data)
}

/// What is chosen for this computer, and what it can do.
#[derive(Debug, Serialize)]
pub(crate) struct ThisComputer {
    close_to_tray: bool,
    notify: Wanted,
    /// Whether the program starts with the session; unknown where the system does not tell.
    autostart: Option<bool>,
    /// Whether this desktop shows tray icons.
    tray: bool,
    data_folder: String,
    place: PlaceView,
}

/// What is chosen for this computer.
#[tauri::command]
pub(crate) async fn this_computer(app: AppHandle, desk: State<'_, Desk>) -> Result<ThisComputer, ApiError> {
    desk.opened().await;
    let chosen = desk.preferences();
    Ok(ThisComputer {
        close_to_tray: chosen.close_to_tray,
        notify: chosen.notify,
        autostart: app.autolaunch().is_enabled().ok(),
        tray: tray::can_be_seen(),
        data_folder: desk.data.display().to_string(),
        place: desk.view(),
    })
}

/// A change of what is chosen; what is left out stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    close_to_tray: Option<bool>,
    notify: Option<Wanted>,
    autostart: Option<bool>,
}

/// Changes what is chosen for this computer.
///
/// # Errors
///
/// When the system or the disk does not take it.
#[tauri::command]
pub(crate) async fn choose(choice: Choice, app: AppHandle, desk: State<'_, Desk>) -> Result<ThisComputer, ApiError> {
    if let Some(on) = choice.autostart {
        let launch = app.autolaunch();
        let set = if on { launch.enable() } else { launch.disable() };
        set.map_err(|error| ApiError {
            code: Code::Unavailable,
            message: format!("starting with the session could not be switched: {error}"),
            hint: "use the settings of this system".into(),
            retry_after: None,
        })?;
    }
    desk.change_preferences(|chosen| {
        chosen.close_to_tray = choice.close_to_tray.unwrap_or(chosen.close_to_tray);
        chosen.notify = choice.notify.unwrap_or(chosen.notify);
    })?;
    this_computer(app, desk).await
}
