//! The login page that the pages of cases send a browser to that is not signed in, and who is let in to which page.

use std::sync::Arc;

use axum::extract::{RawQuery, Request, State as From};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use html_escape::encode_safe;
use rand::RngCore as _;

use super::super::control;
use super::super::shared::Shared;
use super::layout::{Links, attribute, frame};

/// The name of the cookie, as the real one calls it.
const COOKIE: &str = "sid";
/// Below this stand the addresses that the product itself gives its pages; a browser without a session is sent on.
const PRODUCT: &str = "/lightning/";

/// Who is signed in in this browser, by user id; nobody for who came with the control token.
#[derive(Clone, Default)]
pub(super) struct Visitor(pub Option<String>);

/// Lets in who knows the control token or has signed in; others go to the login page from the product's addresses.
pub(super) async fn guard(From(shared): From<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    let user = user_of(&shared, request.headers());
    if user.is_none() && !control::knows_token(&shared, &request) {
        let uri = request.uri();
        let sent_on = shared.config.control_token.is_some() && request.method() == Method::GET;
        return match sent_on && uri.path().starts_with(PRODUCT) {
            true => go(&format!("/login?{}", pair("startURL", uri.path()))),
            false => control::refused_entry(&shared),
        };
    }
    request.extensions_mut().insert(Visitor(user));
    next.run(request).await
}

/// Everybody who may sign in, each with a button: whoever tries the stand-in has no password to remember.
pub(super) async fn show(From(shared): From<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    if shared.config.control_token.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let start = field(query.as_deref().unwrap_or_default(), "startURL");
    let state = shared.lock();
    let buttons = state.database.users.iter().filter(|user| user.active).map(|user| {
        format!(
            "<p><button name=\"username\" value=\"{}\">Log in as {}</button></p>",
            attribute(&user.username),
            encode_safe(&user.name)
        )
    });
    let body = format!(
        "<h1>Log in</h1><p class=\"soft\">This is a stand-in: nobody needs a password here.</p>\
         <form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"startURL\" value=\"{}\">{}</form>",
        attribute(inside(&start)),
        buttons.collect::<String>()
    );
    Html(frame("Log in", "", &Links::from_query(None), &body)).into_response()
}

/// Begins a session, and leads on to the page that was asked for.
pub(super) async fn enter(From(shared): From<Arc<Shared>>, body: String) -> Response {
    if shared.config.control_token.is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (username, start) = (field(&body, "username"), field(&body, "startURL"));
    let mut state = shared.lock();
    let user = state.database.users.iter().find(|user| user.active && user.username == username);
    let Some(user) = user.map(|user| user.id.clone()) else { return StatusCode::FORBIDDEN.into_response() };
    let mut bytes = [0; 24];
    rand::rng().fill_bytes(&mut bytes);
    let session = URL_SAFE_NO_PAD.encode(bytes);
    state.page_sessions.insert(session.clone(), user);
    let mut response = go(inside(&start));
    if let Ok(cookie) = HeaderValue::from_str(&format!("{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax")) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn user_of(shared: &Shared, headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut sessions = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, session) = sessions.find(|(name, _)| *name == COOKIE)?;
    shared.lock().page_sessions.get(session).cloned()
}

/// A page of this host: who signs in is sent nowhere else.
fn inside(start: &str) -> &str {
    let own = start.starts_with('/') && !start.starts_with("//") && !start.contains('\\');
    if own { start } else { "/sandbox/" }
}

fn go(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

fn pair(name: &str, value: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}

fn field(text: &str, wanted: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(text.as_bytes());
    pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned()).unwrap_or_default()
}
