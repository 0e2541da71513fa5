//! The page on which a browser ends that comes back from a sign-in to this computer: what is no answer to this sign-in
//! is refused, says so, and leaves the listener as it was.
//!
//! Nothing of what is brought is shown or logged: whoever sends a browser here puts no words of theirs into the page.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use subtle::ConstantTimeEq as _;
use tokio::sync::mpsc;

/// Longest query that is read: codes and states have a few hundred characters.
const LONGEST: usize = 8 * 1024;
/// What an answer says at most once.
const ONCE: [&str; 4] = ["code", "state", "error", "iss"];

/// What an answer says, by name.
pub(crate) type Answer = HashMap<String, String>;

struct Waiting {
    state: String,
    returned: mpsc::Sender<String>,
}

/// Serves `path` and nothing else, until an answer with this `state` was sent to `returned`.
pub(crate) fn router(path: &str, state: &str, returned: mpsc::Sender<String>) -> Router {
    let waiting = Arc::new(Waiting { state: state.to_owned(), returned });
    let elsewhere =
        || async { page(StatusCode::NOT_FOUND, "Nothing is here", "This address only waits for a sign-in.") };
    // HEAD looks and must not use the answer up; the pre-flights of browsers get no leave.
    let routes = get(back).head(only_get).options(only_get);
    Router::new().route(path, routes).fallback(elsewhere).method_not_allowed_fallback(only_get).with_state(waiting)
}

/// For whoever asks in another way than a browser that comes back.
pub(crate) async fn only_get() -> Response {
    page(StatusCode::METHOD_NOT_ALLOWED, "Not an answer", "A browser comes back from a sign-in with GET.")
}

async fn back(State(waiting): State<Arc<Waiting>>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    if !is_here(&headers) {
        return page(StatusCode::FORBIDDEN, "Not this computer", "The address names another host than this computer.");
    }
    let answer = match read(&uri, &headers) {
        Ok(answer) => answer,
        Err(refused) => return *refused,
    };
    let given = answer.get("state").map(String::as_bytes).unwrap_or_default();
    if !bool::from(given.ct_eq(waiting.state.as_bytes())) {
        return not_awaited();
    }
    if let Some(empty) = without_code(&answer) {
        return empty;
    }
    if waiting.returned.try_send(uri.to_string()).is_err() {
        let words = "Each answer counts once, and this one was taken. Look in Casebridge how the sign-in went.";
        return page(StatusCode::CONFLICT, "Used already", words);
    }
    taken(&answer)
}

/// What an answer says; else the page that refuses it.
pub(crate) fn read(uri: &Uri, headers: &HeaderMap) -> Result<Answer, Box<Response>> {
    let refuse = |status, title, words| Err(Box::new(page(status, title, words)));
    if headers.get("sec-purpose").is_some_and(|value| value.as_bytes().starts_with(b"prefetch")) {
        return refuse(StatusCode::SERVICE_UNAVAILABLE, "Not yet", "Looking ahead does not sign in.");
    }
    let query = uri.query().unwrap_or_default();
    if query.len() > LONGEST {
        let words = "No answer of a sign-in is this long. Nothing has changed.";
        return refuse(StatusCode::URI_TOO_LONG, "Too long", words);
    }
    match parse(query) {
        Some(answer) => Ok(answer),
        None => {
            let words = "It says something twice, or is not written as addresses are. Nothing has changed.";
            refuse(StatusCode::BAD_REQUEST, "Not an answer", words)
        }
    }
}

/// The page for an answer to nothing that waits here.
pub(crate) fn not_awaited() -> Response {
    let words = "It belongs to another sign-in, or to none. Nothing has changed: finish the sign-in that you began, or \
                 begin again in Casebridge.";
    page(StatusCode::BAD_REQUEST, "This answer is not for this sign-in", words)
}

/// The page for an answer that is none, if it is.
pub(crate) fn without_code(answer: &Answer) -> Option<Response> {
    let nothing = !answer.contains_key("error") && answer.get("code").is_none_or(String::is_empty);
    nothing.then(|| page(StatusCode::BAD_REQUEST, "Not an answer", "It holds no code. Nothing has changed."))
}

/// The page for an answer that was taken in.
pub(crate) fn taken(answer: &Answer) -> Response {
    match answer.contains_key("error") {
        true => page(
            StatusCode::OK,
            "The sign-in was not granted",
            "Casebridge shows why. You can close this page and begin again there.",
        ),
        false => {
            page(StatusCode::OK, "Casebridge has the answer", "You can close this page and go back to Casebridge.")
        }
    }
}

/// Whether the browser was led to this computer by one of its own names: a name of somebody else that leads here is a
/// page of theirs at work.
fn is_here(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) else { return false };
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "::1"
}

/// What a query says; `None` when it cannot be told: said twice, or not encoded as UTF-8.
fn parse(query: &str) -> Option<Answer> {
    let bytes = query.as_bytes();
    let escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    for (at, _) in escapes {
        let digits = bytes.get(at + 1..at + 3)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
    }
    let mut answer = HashMap::new();
    for (name, value) in url::form_urlencoded::parse(bytes) {
        if value.contains('\u{fffd}') || name.contains('\u{fffd}') {
            return None;
        }
        let twice = answer.insert(name.to_string(), value.into_owned()).is_some();
        if twice && ONCE.contains(&name.as_ref()) {
            return None;
        }
    }
    Some(answer)
}

pub(crate) fn page(status: StatusCode, title: &str, words: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title} - Casebridge</title><h1>{title}</h1><p>{words}</p></html>"
    );
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, Html(html)).into_response()
}
