//! The commands that the page may call. Each is listed in `build.rs` and in a capability file.

use serde::Serialize;

/// What this program is, for the page that introduces it.
#[derive(Debug, Serialize)]
pub struct About {
    version: &'static str,
    engine: &'static str,
    start: &'static str,
    console: &'static str,
}

/// The facts that the page shows.
#[tauri::command]
pub fn about() -> About {
    About {
        version: env!("CARGO_PKG_VERSION"),
        engine: "casebridged runs without a window; this window does not start or show it yet",
        start: "cargo xtask run",
        console: "The console window arrives in a later release",
    }
}

#[cfg(test)]
mod tests {
    use super::about;

    #[test]
    fn about_tells_the_version_of_this_build() {
        assert_eq!(about().version, env!("CARGO_PKG_VERSION"), "support asks for this version first");
    }

    #[test]
    fn the_page_repeats_the_facts_for_when_scripts_are_off() {
        let page = include_str!("../../ui/index.html");
        let facts = about();
        for fact in [facts.engine, facts.start, facts.console] {
            assert!(page.contains(fact), "the page and the command must not differ: {fact}");
        }
    }

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
            serde_json::json!(["allow-about"]),
            "the page asks one question and needs no other right"
        );
    }
}
