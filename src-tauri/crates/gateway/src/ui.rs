//! The console's own files: from inside the program, or from a folder. A debug build reads `ui/dist` anew each time.

use std::borrow::Cow;
use std::path::PathBuf;

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::RustEmbed;

/// What the browser may load: our own files and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Pages that a path without a file leads to.
const PAGES: [&str; 1] = ["index.html"];

#[derive(RustEmbed)]
#[folder = "../../../ui/dist"]
#[allow_missing = true]
struct Built;

/// Where the console's files are.
#[derive(Debug, Clone)]
pub enum Ui {
    /// In the program.
    Embedded,
    /// In a folder.
    Folder(PathBuf),
}

impl Ui {
    async fn read(&self, name: &str) -> Option<Cow<'static, [u8]>> {
        match self {
            Ui::Embedded => Built::get(name).map(|file| file.data),
            Ui::Folder(folder) => tokio::fs::read(folder.join(name)).await.ok().map(Cow::Owned),
        }
    }
}

/// A file of the console, or a page of its own where a path names none; `None`: nothing here is meant.
pub(crate) async fn file(ui: &Ui, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return None;
    }
    let name = path.trim_start_matches('/');
    if is_plain(name)
        && let Some(bytes) = ui.read(name).await
    {
        return Some(answer(name, bytes));
    }
    let wants_page = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let is_ours = ["v1/", "console/", "webhooks/", "healthz"].iter().any(|prefix| name.starts_with(prefix));
    let last = name.rsplit('/').next().unwrap_or_default();
    if !name.is_empty() && (!wants_page || is_ours || last.contains('.')) {
        return None;
    }
    for page in PAGES {
        if let Some(bytes) = ui.read(page).await {
            return Some(answer(page, bytes));
        }
    }
    let text = "The engine runs, but this program was built without the console's pages. Build them in <code>ui/</code> \
                and build the program again; until then use the command line.";
    Some(words(StatusCode::SERVICE_UNAVAILABLE, text))
}

/// Names as a build gives them; anything else could lead out of the folder.
fn is_plain(name: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    name.split('/').all(plain)
}

fn answer(name: &str, bytes: Cow<'static, [u8]>) -> Response {
    let extension = name.rsplit('.').next().unwrap_or_default();
    let kind = match extension {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    };
    let keep = match extension {
        "html" => "no-store",
        _ if is_hashed(name) => "public, max-age=31536000, immutable",
        _ => "no-cache",
    };
    let mut response = bytes.into_owned().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    guarded(response)
}

/// Whether the name changes with the content: `assets/app-Bx3k9_Qz.js`.
fn is_hashed(name: &str) -> bool {
    let stem = name.rsplit('/').next().and_then(|file| file.rsplit_once('.')).map_or("", |(stem, _)| stem);
    let hash = stem.get(stem.len().saturating_sub(8)..).unwrap_or_default();
    name.starts_with("assets/")
        && stem.len() > 9
        && stem.get(..stem.len() - 8).is_some_and(|front| front.ends_with(['-', '.']))
        && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

/// A page of a few words. `text` is ours, never somebody's input.
pub(crate) fn words(status: StatusCode, text: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Casebridge</title><h1>Casebridge</h1><p>{text}</p></html>"
    );
    let mut response = (status, page).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    guarded(response)
}

fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        for good in ["index.html", "assets/app-Bx3k9_Qz.js", "a/b/c.svg"] {
            assert!(is_plain(good), "{good} is a file of a build");
        }
        for bad in ["", "..", "../x", "a/../b", ".env", "a//b", "a\\b", "%2e%2e/x", "a/.git/config", "/etc/passwd"] {
            assert!(!is_plain(bad), "{bad:?} may lead out of the folder");
        }
    }

    #[test]
    fn only_names_that_change_with_the_content_are_kept_for_ever() {
        assert!(is_hashed("assets/app-Bx3k9_Qz.js") && is_hashed("assets/style.Bx3k9_Qz.css"));
        for name in ["app.js", "assets/app.js", "assets/icon.svg", "favicon.ico"] {
            assert!(!is_hashed(name), "{name} may change under its name");
        }
    }
}
