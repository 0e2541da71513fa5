//! The one window: made, hidden, brought back, and led somewhere.

use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Emitter as _, Manager as _, Url, WebviewWindow, WebviewWindowBuilder, WindowEvent};

use crate::deep_link::Destination;
use crate::desk::Desk;
use crate::{notify, outside, tray};

/// Its label; capabilities name it.
pub(crate) const MAIN: &str = "main";

/// Whether the window may show this: our pages, and nothing that a link in them names.
fn is_page_of_ours(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // What WebView2 makes of the scheme.
        "http" | "https" => url.host_str() == Some("tauri.localhost"),
        _ => false,
    }
}

/// Makes the window, hidden when the program was started to work in the background.
///
/// # Errors
///
/// When the system cannot draw a web view.
pub(crate) fn make(app: &AppHandle, hidden: bool) -> tauri::Result<()> {
    let Some(config) = app.config().app.windows.iter().find(|window| window.label == MAIN) else {
        return Err(tauri::Error::WindowNotFound);
    };
    let handle = app.clone();
    let window = WebviewWindowBuilder::from_config(app, config)?
        .on_navigation(is_page_of_ours)
        .on_new_window(move |address, _| {
            outside::asked_for(handle.clone(), address);
            NewWindowResponse::Deny
        })
        .visible(!hidden)
        .build()?;
    #[cfg(target_os = "linux")]
    if !crate::drawing::has_graphics_processor() {
        crate::drawing::by_processor(&window)?;
    }
    let handle = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event
            && handle.state::<Desk>().preferences().close_to_tray
        {
            api.prevent_close();
            hide(&handle);
        }
    });
    Ok(())
}

fn main_window(app: &AppHandle) -> Option<WebviewWindow> {
    app.get_webview_window(MAIN)
}

/// Hides the window; the engine goes on. The first time somebody is told how to come back.
fn hide(app: &AppHandle) {
    if let Some(window) = main_window(app)
        && let Err(error) = window.hide()
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "the window was not hidden");
        return;
    }
    tracing::info!("the window is hidden, the engine goes on");
    let desk = app.state::<Desk>();
    if !desk.preferences().told_of_hiding {
        desk.change_preferences(|chosen| chosen.told_of_hiding = true).ok();
        let back = if tray::can_be_seen() {
            "Its icon in the tray brings the window back, and Quit there ends it."
        } else {
            "This desktop shows no tray: start Casebridge again to bring the window back."
        };
        notify::show(app, "Casebridge goes on working", back, Destination::NeedsPerson);
    }
}

/// Takes the window away: the program ends.
pub(crate) fn leave(app: &AppHandle) {
    // A window that is gone already has nothing to hide.
    main_window(app).and_then(|window| window.hide().ok());
}

/// Brings the window to the front.
pub(crate) fn show(app: &AppHandle) {
    let Some(window) = main_window(app) else { return };
    let shown = window.show().and_then(|()| window.unminimize()).and_then(|()| window.set_focus());
    if let Err(error) = shown {
        tracing::warn!(error = &error as &dyn std::error::Error, "the window was not brought to the front");
    }
}

/// Brings the window to the front and leads it somewhere; before the page is there, the page asks for it.
pub(crate) fn lead(app: &AppHandle, to: Destination) {
    show(app);
    let desk = app.state::<Desk>();
    if let Some(to) = desk.for_the_page(to)
        && let Err(error) = app.emit_to(MAIN, "navigate", to)
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "the page was not led anywhere");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_shows_our_pages_and_no_others() {
        for ours in ["tauri://localhost/index.html#/inbox/all", "http://tauri.localhost/", "https://tauri.localhost/x"]
        {
            assert!(is_page_of_ours(&ours.parse().expect("an address")), "{ours} is a page of the console");
        }
        for other in [
            "https://example.com/",
            "http://localhost/",
            "tauri://evil/",
            "http://tauri.localhost.evil.example/",
            "file:///etc/passwd",
            "data:text/html,x",
            "javascript:alert(1)",
            "about:blank",
        ] {
            assert!(!is_page_of_ours(&other.parse().expect("an address")), "{other} must not be shown in the window");
        }
    }
}
