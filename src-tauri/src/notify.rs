//! Native notifications. They are a courtesy: a desktop without a notification service loses nothing else.

use tauri::AppHandle;

use crate::deep_link::Destination;

#[cfg(target_os = "linux")]
use std::sync::atomic::{AtomicUsize, Ordering};

/// Clicks that are waited for at a time. A notification can stand for days, and each one holds a thread.
#[cfg(target_os = "linux")]
const MOST_AWAITED: usize = 8;
#[cfg(target_os = "linux")]
static AWAITED: AtomicUsize = AtomicUsize::new(0);

/// Shows a notification; a click on it leads to `to` where the system tells of clicks.
pub(crate) fn show(app: &AppHandle, title: &str, body: &str, to: Destination) {
    let mut notification = notify_rust::Notification::new();
    notification.appname("Casebridge").summary(title).body(body);
    #[cfg(target_os = "linux")]
    notification.icon("casebridge").action("default", "Open");
    #[cfg(windows)]
    notification.app_id(&app.config().identifier);
    let app = app.clone();
    // The call blocks on the session bus, and then on the person.
    let started = std::thread::Builder::new().name("notification".into()).spawn(move || match notification.show() {
        Ok(shown) => await_click(&app, shown, to),
        Err(error) => tracing::debug!(error = &error as &dyn std::error::Error, "no notification is shown here"),
    });
    if let Err(error) = started {
        tracing::warn!(error = &error as &dyn std::error::Error, "a notification was not shown");
    }
}

#[cfg(target_os = "linux")]
fn await_click(app: &AppHandle, shown: notify_rust::NotificationHandle, to: Destination) {
    if AWAITED.fetch_add(1, Ordering::Relaxed) < MOST_AWAITED {
        shown.wait_for_action(|action| {
            if action == "default" {
                crate::window::lead(app, to);
            }
        });
    }
    AWAITED.fetch_sub(1, Ordering::Relaxed);
}

#[cfg(not(target_os = "linux"))]
fn await_click<T>(_: &AppHandle, _: T, _: Destination) {
    // The systems bring the program to the front by themselves; which notification was clicked they do not tell.
}
