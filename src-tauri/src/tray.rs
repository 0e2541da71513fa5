//! The icon in the tray: two counts, open, quit.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tauri::menu::{MenuBuilder, MenuItem, MenuItemBuilder};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};

use crate::deep_link::Destination;
use crate::news::Seen;
use crate::window;

/// The icon and the items that change.
pub(crate) struct Tray {
    needs_person: MenuItem<Wry>,
    parked: MenuItem<Wry>,
    /// Gone from the tray when dropped.
    _icon: TrayIcon<Wry>,
}

impl Tray {
    /// Puts the icon into the tray. `None` where there is nothing to put it in.
    pub(crate) fn make(app: &AppHandle) -> Option<Self> {
        // The library behind it on Linux is loaded when first used, and panics where it is not installed.
        match catch_unwind(AssertUnwindSafe(|| Self::build(app))) {
            Ok(Ok(tray)) => Some(tray),
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "there is no icon in the tray");
                None
            }
            Err(_) => {
                tracing::warn!("there is no icon in the tray: its library is not installed");
                None
            }
        }
    }

    fn build(app: &AppHandle) -> tauri::Result<Self> {
        let needs_person = MenuItemBuilder::with_id("needs_person", words("Needs a person", 0)).build(app)?;
        let parked = MenuItemBuilder::with_id("parked", words("Parked", 0)).build(app)?;
        let menu = MenuBuilder::new(app)
            .items(&[&needs_person, &parked])
            .separator()
            .text("open", "Open Casebridge")
            .text("quit", "Quit")
            .build()?;
        let mut icon = TrayIconBuilder::with_id("main").tooltip("Casebridge").menu(&menu);
        if let Some(image) = app.default_window_icon() {
            icon = icon.icon(image.clone());
        }
        let icon = icon
            .show_menu_on_left_click(false)
            .on_menu_event(|app, event| match event.id().as_ref() {
                "needs_person" => window::lead(app, Destination::NeedsPerson),
                "parked" => window::lead(app, Destination::Deliveries),
                "quit" => app.exit(0),
                _ => window::show(app),
            })
            .on_tray_icon_event(|tray, event| {
                if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } =
                    event
                {
                    window::show(tray.app_handle());
                }
            })
            .build(app)?;
        Ok(Self { needs_person, parked, _icon: icon })
    }

    /// Shows the counts, as soon as the main thread can; nobody waits for it.
    pub(crate) fn tell(&self, app: &AppHandle, seen: &Seen) {
        let (needs_person, parked) = (self.needs_person.clone(), self.parked.clone());
        let (waiting, stuck) = (words("Needs a person", seen.needs_person), words("Parked", seen.parked));
        let told = app.run_on_main_thread(move || {
            // An old count does no harm; the next one is on its way.
            drop(needs_person.set_text(waiting).and_then(|()| parked.set_text(stuck)));
        });
        if let Err(error) = told {
            tracing::debug!(error = &error as &dyn std::error::Error, "the tray's counts are old");
        }
    }
}

fn words(what: &str, count: u64) -> String {
    if count >= 10_000 { format!("{what}  10,000+") } else { format!("{what}  {count}") }
}

/// Whether somebody on this desktop shows tray icons.
#[cfg(target_os = "linux")]
pub(crate) fn can_be_seen() -> bool {
    // Desktops without it (GNOME as it comes) have no tray at all.
    let watcher = || -> zbus::Result<bool> {
        let bus = zbus::blocking::Connection::session()?;
        let name = "org.kde.StatusNotifierWatcher".try_into()?;
        Ok(zbus::blocking::fdo::DBusProxy::new(&bus)?.name_has_owner(name)?)
    };
    // Asked away from any async worker, on which the bus's blocking calls may not be made.
    std::thread::spawn(move || watcher().unwrap_or(false)).join().unwrap_or(false)
}

/// Whether somebody on this desktop shows tray icons.
#[cfg(not(target_os = "linux"))]
pub(crate) fn can_be_seen() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn counts_end_where_the_engine_stops_counting() {
        assert_eq!(words("Parked", 0), "Parked  0");
        assert_eq!(words("Parked", 10_000), "Parked  10,000+");
    }
}
