//! Looks at the engine's counts when something changed: for the tray, and for notifications.

use std::time::{Duration, Instant};

use casebridge_api::ApiError;
use serde_json::{Value, json};
use tauri::{AppHandle, Manager as _};
use tokio::time::timeout;

use crate::desk::Desk;
use crate::news::{Pace, Seen, between};
use crate::notify;
use crate::place::Place;
use crate::tray::Tray;

/// How many waiting conversations are told apart. Beyond them only the count is known.
const WAITING: u32 = 100;
/// Counts are read at most this often.
const APART: Duration = Duration::from_secs(1);
/// A page that never gets ready does not keep the tray from its counts.
const PAGE: Duration = Duration::from_secs(20);

/// Watches for as long as the program runs.
pub(crate) async fn watch(app: AppHandle, tray: Option<Tray>) {
    let desk = app.state::<Desk>();
    if !desk.is_ready() {
        // The first list is what somebody waits for; this can wait for it.
        timeout(PAGE, desk.page_is_ready.notified()).await.ok();
    }
    desk.opened().await;
    let (begin, mut pace) = (Instant::now(), Pace::default());
    let mut before: Option<(usize, Seen)> = None;
    loop {
        let place = desk.place();
        // Another engine's counts are no news about this one.
        let which = std::sync::Arc::as_ptr(&place).addr();
        match look(&place).await {
            Ok(now) => {
                if let Some(tray) = &tray {
                    tray.tell(&app, &now);
                }
                if let Some((_, before)) = before.as_ref().filter(|(seen, _)| *seen == which) {
                    pace.add(between(before, &now, desk.preferences().notify));
                }
                before = Some((which, now));
            }
            Err(error) => tracing::debug!(%error, "the counts for the tray are not known now"),
        }
        loop {
            for news in pace.due(begin.elapsed()) {
                let (title, body) = news.words();
                notify::show(&app, &title, body, news.to);
            }
            let stirred = desk.stirred.notified();
            match pace.next() {
                None => break stirred.await,
                Some(next) => {
                    if timeout(next.saturating_sub(begin.elapsed()), stirred).await.is_ok() {
                        break;
                    }
                }
            }
        }
        tokio::time::sleep(APART).await;
    }
}

async fn look(place: &Place) -> Result<Seen, ApiError> {
    let counts = place.call(json!({ "command": "sessions_counts" })).await?;
    let list = json!({ "command": "sessions_list", "view": "needs_person", "limit": WAITING });
    let waiting = place.call(list).await?;
    let connections = place.call(json!({ "command": "connection_list" })).await?;
    let number = |name: &str| counts[name].as_u64().unwrap_or_default();
    let rows = |list: &Value| list.as_array().cloned().unwrap_or_default();
    let id = |row: &Value| row["id"].as_str().map(str::to_owned);
    Ok(Seen {
        needs_person: number("needs_person"),
        waiting: rows(&waiting["rows"]).iter().filter_map(id).collect(),
        parked: number("parked"),
        held: number("held_replies"),
        broken: rows(&connections).iter().filter(|one| !one["paused"].is_null()).filter_map(id).collect(),
    })
}
