//! A blank Tauri window: the yardstick of `cargo xtask bench scale`. It says how many milliseconds passed from `main`
//! to the second frame of an empty page, and ends.

use std::time::Instant;

use tauri::test::{mock_context, noop_assets};
use tauri::{Context, Url, WebviewUrl, WebviewWindowBuilder, Wry, http};

/// The second frame begins when the first one was painted, as the console's page measures it.
const PAGE: &str = "<!doctype html><title>Blank</title>\
    <script>requestAnimationFrame(() => requestAnimationFrame(() => fetch('painted')))</script>";

fn main() -> tauri::Result<()> {
    let begin = Instant::now();
    let context: Context<Wry> = mock_context(noop_assets());
    tauri::Builder::default()
        .register_uri_scheme_protocol("blank", move |context, request| {
            let painted = request.uri().path().ends_with("painted");
            if painted {
                println!("blank: {}", begin.elapsed().as_millis());
                context.app_handle().exit(0);
            }
            let body = if painted { Vec::new() } else { PAGE.into() };
            let mut answer = http::Response::new(body);
            let kind = http::HeaderValue::from_static("text/html; charset=utf-8");
            answer.headers_mut().insert(http::header::CONTENT_TYPE, kind);
            answer
        })
        .setup(|app| {
            let page: Url = "blank://localhost/".parse()?;
            WebviewWindowBuilder::new(app, "blank", WebviewUrl::CustomProtocol(page))
                .title("Blank")
                .inner_size(1280.0, 800.0)
                .build()?;
            Ok(())
        })
        .run(context)
}
