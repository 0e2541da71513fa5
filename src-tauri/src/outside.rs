//! Opens pages and folders in other programs of this computer. What may be opened, [`addresses`] decides.

use std::path::Path;

use casebridge_api::ApiError;
use casebridge_api::error::Code;
use serde_json::json;
use tauri::{AppHandle, Emitter as _, Manager as _};
use url::Url;

use crate::addresses::{self, NotOpened};
use crate::desk::Desk;
use crate::window::MAIN;

/// The page asked for a new window: a page of the CRM, of the stand-in or of the joined server is opened in the
/// browser, and of anything else the page is told why it is not.
pub(crate) fn asked_for(app: AppHandle, address: Url) {
    tauri::async_runtime::spawn(async move {
        if let Err(error) = open(&app, &address).await {
            tracing::info!(message = %error, "an address was not opened");
            drop(app.emit_to(MAIN, "not_opened", json!({ "message": error.message, "hint": error.hint })));
        }
    });
}

async fn open(app: &AppHandle, address: &Url) -> Result<(), ApiError> {
    let desk = app.state::<Desk>();
    let place = desk.place();
    let connections = place.call(json!({ "command": "connection_list" })).await.unwrap_or_default();
    let mut known = addresses::of_connections(&connections);
    // A sign-in for a connection that is only being made leads to a host that no connection names yet.
    let pages = place.call(json!({ "command": "sign_in_pages" })).await.unwrap_or_default();
    known.extend(addresses::of_list(&pages));
    known.extend(place.remote().map(|remote| remote.base().clone()));
    let me = place.me(&desk.data).await.unwrap_or_default();
    let pages = me["sandbox_pages"].as_array().into_iter().flatten().filter_map(|one| one["page"].as_str());
    known.extend(pages.filter_map(|page| Url::parse(page).ok()));
    let url = addresses::judge(address.as_str(), &known).map_err(|error| ApiError {
        code: Code::Forbidden,
        message: error.to_string(),
        hint: match error {
            NotOpened::Foreign => "Only pages of your CRM are opened from here. Copy the address if you trust it.",
            NotOpened::NotWeb | NotOpened::WithUser => "Copy it if you trust it.",
        }
        .into(),
        retry_after: None,
    })?;
    done(tauri_plugin_opener::open_url(url.as_str(), None::<&str>), "Copy the address into a browser.")
}

/// Shows a folder in the system's file browser.
///
/// # Errors
///
/// When none can be started.
pub(crate) fn folder(path: &Path) -> Result<(), ApiError> {
    done(tauri_plugin_opener::open_path(path, None::<&str>), "Its path is shown beside the button.")
}

fn done(result: Result<(), tauri_plugin_opener::Error>, hint: &str) -> Result<(), ApiError> {
    result.map_err(|error| ApiError {
        code: Code::Unavailable,
        message: format!("Nothing on this computer opened it: {error}"),
        hint: hint.into(),
        retry_after: None,
    })
}
