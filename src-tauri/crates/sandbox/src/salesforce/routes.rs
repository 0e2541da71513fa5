//! Which address answers what, on the login host and on the org's own.

use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State as From};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;
use tower_http::compression::CompressionLayer;
use tower_http::decompression::RequestDecompressionLayer;

use super::answer::Answer;
use super::data_call::{Ending, data_call};
use super::oauth::{self, Form};
use super::refusal::Refusal;
use super::shared::Shared;
use super::{control, pages};
use crate::clock::http_date;
use crate::requests::RequestKind;
use crate::wire::{CutHandle, half_body};

/// Larger bodies are cut off, as a front proxy would.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// Which host a request came to.
#[derive(Clone, Copy)]
pub(crate) struct Host {
    /// The login host of all orgs, which serves no data.
    pub generic: bool,
    pub tls: bool,
}

type Inside = From<(Arc<Shared>, Host)>;

/// Everything that one host answers.
pub(crate) fn host(shared: Arc<Shared>, host: Host) -> Router {
    let guard = axum::middleware::from_fn_with_state(Arc::clone(&shared), control::guard);
    let inside = control::routes().route_layer(guard).merge(pages::routes(&shared));
    let inside = inside.with_state(Arc::clone(&shared));
    let dated = axum::middleware::from_fn_with_state(Arc::clone(&shared), dated);
    let outside = Router::new().fallback(answer).with_state((shared, host));
    Router::new()
        .merge(inside)
        .fallback_service(outside)
        .layer(RequestDecompressionLayer::new())
        .layer(CompressionLayer::new().gzip(true))
        .layer(dated)
}

/// Every answer says what the time is here.
async fn dated(From(shared): From<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Ok(date) = HeaderValue::from_str(&http_date(shared.config.clock.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

async fn answer(
    From((shared, host)): Inside,
    ConnectInfo(connection): ConnectInfo<CutHandle>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else { return cut(&connection) };
    let path = head.uri.path().to_owned();
    let kind = if path.starts_with("/services/oauth2/") { RequestKind::Token } else { RequestKind::Ping };
    if shared.lock().faults.plan.down {
        let kind = if path.starts_with("/services/data/") { RequestKind::Data } else { kind };
        note(&shared, &head, kind, None, Some("down"));
        return cut(&connection);
    }
    let below = path.strip_prefix("/services/data/").is_some_and(|rest| !rest.is_empty());
    if below && !host.generic {
        // A caller who hangs up does not stop the work: what has begun is committed.
        return match tokio::spawn(data_call(shared, head, body)).await {
            Ok(ending) => end(&connection, &ending),
            Err(error) => {
                tracing::error!(%error, "a request broke the sandbox");
                cut(&connection)
            }
        };
    }
    let (answer, fault) = other(&shared, host, &head, &body, &path).await;
    note(&shared, &head, kind, answer.as_ref().map(|answer| answer.status), fault);
    answer.map_or_else(|| cut(&connection), |answer| answer.respond())
}

/// Everything but data.
async fn other(
    shared: &Arc<Shared>,
    host: Host,
    head: &Parts,
    body: &Bytes,
    path: &str,
) -> (Option<Answer>, Option<&'static str>) {
    let now = shared.config.clock.now();
    let addresses = shared.addresses.get().cloned().unwrap_or_default();
    let (login, instance) = match host.tls {
        true => (addresses.tls_login, addresses.tls_instance),
        false => (addresses.login, addresses.instance),
    };
    let query = Form::parse(head.uri.query().unwrap_or_default().as_bytes());
    let authorization =
        head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let token =
        authorization.strip_prefix("Bearer ").or_else(|| authorization.strip_prefix("OAuth ")).unwrap_or_default();
    let form = || Form::parse(body);
    let answer = match (head.method.as_str(), path) {
        ("POST", "/services/oauth2/token") => {
            let (shared, form) = (Arc::clone(shared), form());
            // As for data: whoever hangs up may have spent a token all the same.
            let work = async move { oauth::token(&shared, &form, (login.as_str(), instance.as_str())).await };
            return tokio::spawn(work).await.unwrap_or((None, Some("broken")));
        }
        ("GET", "/services/oauth2/authorize") => oauth::authorize(&mut shared.lock(), &query, None, host.generic, now),
        ("POST", "/services/oauth2/authorize") => {
            oauth::authorize(&mut shared.lock(), &query, Some(&form()), host.generic, now)
        }
        ("POST", "/services/oauth2/revoke") => oauth::revoke(&mut shared.lock(), &form()),
        ("GET", "/services/oauth2/revoke") => oauth::revoke(&mut shared.lock(), &query),
        ("POST", "/services/oauth2/introspect") => oauth::introspect(&shared.lock(), &form(), now),
        ("GET" | "POST", "/services/oauth2/userinfo") => {
            oauth::userinfo(&mut shared.lock(), token, &login, &instance, now)
        }
        ("GET", path) if path.starts_with("/id/") => {
            oauth::identity(&mut shared.lock(), token, path, &login, &instance, now)
        }
        // Whether this needs no session is UNCONFIRMED.
        ("GET", "/services/data" | "/services/data/") if !host.generic => {
            Answer::json(200, versions(shared.config.max_version))
        }
        (_, path) if path.starts_with("/services/") => Refusal::not_found().into(),
        _ => Answer::page(
            404,
            "URL No Longer Exists",
            "You have attempted to reach a URL that no longer exists on salesforce.com.",
        ),
    };
    (Some(answer), None)
}

fn versions(max: u32) -> serde_json::Value {
    let list = (31..=max).map(|version| {
        let season = ["Winter", "Spring", "Summer"][usize::try_from((version + 1) % 3).unwrap_or_default()];
        // Version 65 is Winter '26.
        let year = 26 + (i64::from(version) - 65).div_euclid(3);
        json!({ "version": format!("{version}.0"), "url": format!("/services/data/v{version}.0"), "label": format!("{season} '{year}") })
    });
    list.collect()
}

fn note(shared: &Shared, head: &Parts, kind: RequestKind, status: Option<u16>, fault: Option<&'static str>) {
    let now = shared.config.clock.now();
    let requests = &mut shared.lock().requests;
    // The query of a sign-in holds nothing that a token is made of; that of a revocation would.
    let query = if head.uri.path().ends_with("/revoke") { "" } else { head.uri.query().unwrap_or_default() };
    let no = requests.arrived(now, kind, head.method.as_str(), head.uri.path(), query);
    if let Some(entry) = requests.entry(no) {
        entry.status = status;
        entry.faults.extend(fault.map(str::to_owned));
    }
}

/// The answer is made up, but the connection under it is gone, so the caller sees a transport error.
fn cut(connection: &CutHandle) -> Response {
    connection.cut();
    Response::default()
}

fn end(connection: &CutHandle, ending: &Ending) -> Response {
    match ending {
        Ending::Answer(answer) => answer.respond(),
        Ending::Cut => cut(connection),
        Ending::CutMidBody(answer) => {
            let bytes = answer.bytes();
            if bytes.is_empty() {
                return cut(connection);
            }
            let mut response = answer.head();
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
            *response.body_mut() = half_body(&bytes, connection.clone());
            response
        }
    }
}
