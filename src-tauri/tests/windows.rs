//! Who may call what: every command of the shell and of every Tauri plugin, from every window and from outside.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on should stop where it is")]

use std::collections::BTreeSet;

use serde_json::Value;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{App, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// All that the page in the main window may call. A new command comes with a line here.
const MAIN: &[&str] = &[
    "call",
    "me",
    "ready",
    "join",
    "leave",
    "find_engine",
    "open_data_folder",
    "this_computer",
    "choose",
    "plugin:event|listen",
    "plugin:event|unlisten",
];

const LOCAL: &str = "tauri://localhost";

fn app() -> App<MockRuntime> {
    mock_builder()
        .invoke_handler(|invoke| {
            invoke.resolver.resolve("reached");
            true
        })
        .build(tauri::generate_context!(test = true))
        .unwrap()
}

fn window(app: &App<MockRuntime>, label: &str) -> WebviewWindow<MockRuntime> {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/windows");
    WebviewWindowBuilder::new(app, label, WebviewUrl::default()).data_directory(folder.into()).build().unwrap()
}

/// Whether the call reaches the command; what the command makes of it is another matter.
fn reaches(window: &WebviewWindow<MockRuntime>, command: &str, from: &str) -> bool {
    let request = InvokeRequest {
        cmd: command.to_owned(),
        callback: CallbackFn(0),
        error: CallbackFn(1),
        url: from.parse().unwrap(),
        body: InvokeBody::default(),
        headers: Default::default(),
        invoke_key: INVOKE_KEY.to_owned(),
    };
    match get_ipc_response(window, request) {
        Ok(_) => true,
        Err(error) => !error.to_string().contains("not allowed"),
    }
}

/// Every command that the ACL knows, of every plugin that is built in.
fn every_command() -> BTreeSet<String> {
    let manifests = include_str!(concat!(env!("OUT_DIR"), "/tauri-build/gen/schemas/acl-manifests.json"));
    let manifests: Value = serde_json::from_str(manifests).unwrap();
    let mut all: BTreeSet<String> = MAIN.iter().map(|name| (*name).to_owned()).collect();
    for (plugin, manifest) in manifests.as_object().unwrap() {
        for permission in manifest["permissions"].as_object().unwrap().values() {
            for name in permission["commands"]["allow"].as_array().unwrap() {
                let name = name.as_str().unwrap();
                all.insert(match plugin.as_str() {
                    "__app-acl__" => name.to_owned(),
                    plugin => format!("plugin:{}|{name}", plugin.trim_start_matches("core:")),
                });
            }
        }
    }
    all
}

#[test]
fn the_main_window_reaches_what_the_table_names_and_nothing_else() {
    let app = app();
    let main = window(&app, "main");
    let all = every_command();
    assert!(all.len() > 100, "the plugins' commands are among them: {}", all.len());
    for command in &all {
        let expected = MAIN.contains(&command.as_str());
        assert_eq!(reaches(&main, command, LOCAL), expected, "`{command}` from the main window");
    }
    for unknown in ["shell", "plugin:shell|execute", "plugin:fs|read_text_file", "plugin:opener|open_url"] {
        assert!(!reaches(&main, unknown, LOCAL), "`{unknown}` is nobody's: what is not in the table is refused");
    }
}

#[test]
fn no_other_window_reaches_anything() {
    let app = app();
    for label in ["second", "main2", "Main", "mai", "main-popup"] {
        let other = window(&app, label);
        for command in every_command() {
            assert!(!reaches(&other, &command, LOCAL), "`{command}` from a window called `{label}`");
        }
    }
}

#[test]
fn no_page_from_elsewhere_reaches_anything_even_in_the_main_window() {
    let app = app();
    let main = window(&app, "main");
    let elsewhere = [
        "https://example.com/",
        "http://localhost:1420/",
        "http://127.0.0.1:4180/",
        "https://tauri.localhost.evil.example/",
    ];
    for from in elsewhere {
        for command in MAIN {
            assert!(!reaches(&main, command, from), "`{command}` from {from}");
        }
    }
}

#[test]
fn the_capability_names_its_permissions_one_by_one() {
    let capability: Value = serde_json::from_str(include_str!("../capabilities/main.json")).unwrap();
    assert_eq!(capability["windows"], serde_json::json!(["main"]), "a pattern would give future windows these rights");
    assert_eq!(capability["remote"], Value::Null, "no page from elsewhere has any right");
    for permission in capability["permissions"].as_array().unwrap() {
        let name = permission.as_str().unwrap();
        assert!(
            !name.contains('*') && !name.ends_with("default"),
            "`{name}` may grow with the next version of a plugin"
        );
    }
}
