//! The desktop shell: one window, its tray icon and its notifications, over the engine in this process or in another.
//!
//! This is the only package that names Tauri. What the console can do is in `casebridge-api`; the page in the window
//! is the one that `casebridged` serves to browsers. [`run`] joins the parts.

mod addresses;
mod commands;
mod deep_link;
mod desk;
#[cfg(target_os = "linux")]
mod drawing;
mod ending;
mod engine;
mod follow;
mod joined;
mod news;
mod notify;
mod outside;
mod place;
mod preferences;
mod start;
mod tray;
mod watch;
mod window;

use std::hash::{Hash as _, Hasher as _};
use std::path::PathBuf;

use tauri::ipc::Invoke;
use tauri::plugin::TauriPlugin;
use tauri::{App, Manager as _, RunEvent, Wry};
use tauri_plugin_window_state::StateFlags;

use crate::desk::Desk;
use crate::ending::Ending;
use crate::preferences::Preferences;
use crate::tray::Tray;

/// Names another data folder.
const DATA_VARIABLE: &str = "CASEBRIDGE_DATA";
/// Started with the session: the window stays hidden.
const BACKGROUND: &str = "--background";

/// Where everything is kept, unless the environment names another folder.
fn data_folder(app: &App) -> tauri::Result<PathBuf> {
    match std::env::var_os(DATA_VARIABLE) {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => app.path().app_data_dir(),
    }
}

/// Opens the window and returns when the program is quit.
///
/// # Errors
///
/// When the system has no display or no web view to draw with.
pub fn run() -> tauri::Result<()> {
    start::begin();
    casebridge_engine::logging::log_to_stderr("warn,casebridge=info");
    casebridge_connectors::install_crypto();
    let app = tauri::Builder::default()
        .plugin(single_instance())
        .plugin(window_state())
        .plugin(tauri_plugin_autostart::Builder::new().arg(BACKGROUND).build())
        .setup(|app| Ok(set_up(app)?))
        .invoke_handler(handler())
        .build(tauri::generate_context!())?;
    app.run(|app, event| match event {
        RunEvent::ExitRequested { api, code, .. } if !ending::may_end(app, code) => api.prevent_exit(),
        RunEvent::Exit => ending::last(app),
        #[cfg(target_os = "macos")]
        RunEvent::Opened { urls } => {
            if let Some(link) = urls.first() {
                window::lead(app, deep_link::read(link.as_str()));
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    });
    Ok(())
}

/// Every command that the page may call.
fn handler() -> impl Fn(Invoke) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        commands::call,
        commands::me,
        commands::ready,
        commands::join,
        commands::leave,
        commands::find_engine,
        commands::open_data_folder,
        commands::this_computer,
        commands::choose,
    ]
}

fn set_up(app: &App) -> tauri::Result<()> {
    let data = data_folder(app)?;
    let preferences = Preferences::read(&data);
    let arguments: Vec<String> = std::env::args().collect();
    let link = deep_link::among(arguments.iter().map(String::as_str)).map(deep_link::read);
    let app = app.handle();
    app.manage(Desk::new(data, preferences, link));
    app.manage(Ending::default());
    // The slowest part of a start is the web view: the engine opens beside it.
    tauri::async_runtime::spawn(open_engine(app.clone()));
    let hidden = arguments.iter().skip(1).any(|argument| argument == BACKGROUND);
    window::make(app, hidden)?;
    let tray = Tray::make(app);
    tauri::async_runtime::spawn(watch::watch(app.clone(), tray));
    #[cfg(unix)]
    tauri::async_runtime::spawn(quit_when_asked(app.clone()));
    Ok(())
}

async fn open_engine(app: tauri::AppHandle) {
    app.state::<Desk>().open(&app).await;
}

/// A second start shows the window of the first one, and hands over the link that it was started with.
fn single_instance() -> TauriPlugin<Wry> {
    let builder = tauri_plugin_single_instance::Builder::new().callback(|app, arguments, _| {
        match deep_link::among(arguments.iter().map(String::as_str)) {
            Some(link) => window::lead(app, deep_link::read(link)),
            None => window::show(app),
        }
    });
    // Each data folder has its own first instance: whoever names another folder wants another window.
    match std::env::var_os(DATA_VARIABLE) {
        Some(folder) => {
            let mut hasher = std::hash::DefaultHasher::new();
            std::path::absolute(&folder).unwrap_or_else(|_| folder.into()).hash(&mut hasher);
            builder.dbus_id(format!("dev.casebridge.console.Data{:x}", hasher.finish())).build()
        }
        None => builder.build(),
    }
}

/// Size and place of the window. Whether it is to be seen, the start decides.
fn window_state() -> TauriPlugin<Wry> {
    tauri_plugin_window_state::Builder::new().with_state_flags(StateFlags::all() & !StateFlags::VISIBLE).build()
}

/// The end of the session is a quit: what is under way is finished first.
#[cfg(unix)]
async fn quit_when_asked(app: tauri::AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            terminate.recv().await;
            app.exit(0);
        }
        Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "SIGTERM ends this program at once"),
    }
}
