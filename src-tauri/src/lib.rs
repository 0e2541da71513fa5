//! The desktop shell: one window, and the commands its page may call.
//!
//! This is the only package that names Tauri. In this release the window shows what the program
//! is and how to start the engine; the console itself arrives in a later one.

mod commands;

/// Opens the window and returns when the last one is closed.
///
/// # Errors
///
/// When the system has no display or no web view to draw with.
pub fn run() -> tauri::Result<()> {
    tauri::Builder::default().invoke_handler(tauri::generate_handler![commands::about]).run(tauri::generate_context!())
}
