//! The commands that the page may call. Each is listed in `build.rs` and in a capability file.

use casebridge_api::{ApiError, Command, call_on};
use serde_json::{Value, json};
use tauri::State;

use crate::Opened;

/// Carries out a command of the console: the same list as over HTTP.
///
/// # Errors
///
/// What the engine answers instead, with a hint; also when the engine could not be opened at all.
#[tauri::command]
pub async fn call(command: Value, opened: State<'_, Opened>) -> Result<Value, ApiError> {
    let running = opened.running()?;
    let command: Command = serde_json::from_value(command).map_err(|error| ApiError {
        code: casebridge_api::error::Code::Invalid,
        message: format!("the command is not usable: {error}"),
        hint: "this is a mistake of the console: report it".into(),
        retry_after: None,
    })?;
    call_on(&running.engine, &opened.host, command, &running.caller).await
}

/// Who sits in front of the window.
///
/// # Errors
///
/// When the engine could not be opened.
#[tauri::command]
pub fn me(opened: State<'_, Opened>) -> Result<Value, ApiError> {
    let running = opened.running()?;
    Ok(json!({
        "name": running.caller.name, "role": running.caller.role, "token": "", "version": env!("CARGO_PKG_VERSION"),
        "data_folder": opened.data.display().to_string(), "public_url": null, "sandbox_page": opened.sandbox_page(),
    }))
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_command_is_permitted_to_the_main_window_only() {
        let capability: serde_json::Value =
            serde_json::from_str(include_str!("../capabilities/main.json")).expect("valid JSON");
        assert_eq!(
            capability["windows"],
            serde_json::json!(["main"]),
            "a wildcard would give future windows these rights too"
        );
        assert_eq!(
            capability["permissions"],
            serde_json::json!(["allow-call", "allow-me", "core:event:allow-listen", "core:event:allow-unlisten"]),
            "the page asks the engine, hears of changes, and needs no other right"
        );
    }
}
