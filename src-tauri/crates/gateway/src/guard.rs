//! Host and Origin: what keeps a web page in a browser on this computer from talking to the engine (R31).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::problem::{Kind, Problem};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const LOOPBACK: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Lets a request through when it was sent to one of our names, and by no other web site.
pub(crate) async fn guard(State(extra): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    match check(&request, &extra) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check(request: &Request, extra: &[String]) -> Result<(), Problem> {
    // A name of somebody else that resolves to this computer is DNS rebinding.
    let host = match only(request.headers(), &header::HOST) {
        Some(host) => host,
        None => request.uri().authority().map(Authority::as_str).unwrap_or_default(),
    };
    let is_ours = host.parse::<Authority>().is_ok_and(|authority| {
        let name = authority.host();
        let known = LOOPBACK.into_iter().chain(extra.iter().map(String::as_str));
        !host.contains('@') && { known }.any(|ours| ours.eq_ignore_ascii_case(name))
    });
    if !is_ours {
        return Err(Problem::new(Kind::Host, "`Host` is not a name of this engine")
            .member("Host")
            .hint("use 127.0.0.1 or localhost, or add the name to the engine's settings"));
    }
    if asked_by_another_site(request) {
        return Err(foreign("Sec-Fetch-Site", "the browser says that another web site asks"));
    }
    if !request.headers().contains_key(header::ORIGIN) {
        return Ok(());
    }
    let origin = only(request.headers(), &header::ORIGIN).unwrap_or_default();
    let same = origin
        .split_once("://")
        .is_some_and(|(scheme, authority)| matches!(scheme, "http" | "https") && authority.eq_ignore_ascii_case(host));
    if same {
        return Ok(());
    }
    Err(foreign("Origin", "`Origin` is another web site"))
}

fn foreign(header: &'static str, detail: &'static str) -> Problem {
    let hint = "call the API from a server or program, not from a web page";
    Problem::new(Kind::ForeignOrigin, detail).member(header).hint(hint)
}

/// Whether a browser says that a page of another site sends this. Such a request need not carry `Origin`, and from
/// another port of this computer it carries the cookie. Whoever follows a link to here is welcome.
fn asked_by_another_site(request: &Request) -> bool {
    let headers = request.headers();
    let Some(site) = only(headers, &SITE) else { return false };
    let follows = request.method() == Method::GET && only(headers, &MODE) == Some("navigate");
    !matches!(site, "same-origin" | "none") && !follows
}

/// The value of a header that was sent exactly once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() {
        return Some("");
    }
    Some(first.to_str().unwrap_or_default())
}
