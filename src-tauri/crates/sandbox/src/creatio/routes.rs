//! Which address answers what, on each of the two hosts.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Request, State as From};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::data_call::{Ending, data_call};
use super::identity;
use super::odata::Answer;
use super::refusal::Refusal;
use super::shared::Shared;
use super::{control, pages};
use crate::clock::http_date;
use crate::requests::RequestKind;
use crate::wire::CutHandle;

/// Larger bodies are cut off, as a front proxy would.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// The instance: OData, discovery, the login page, and the control pages.
pub(crate) fn instance(shared: Arc<Shared>) -> Router {
    let guard = axum::middleware::from_fn_with_state(Arc::clone(&shared), control::guard);
    let inside = Router::new().merge(control::routes()).merge(pages::routes()).route_layer(guard);
    let dated = axum::middleware::from_fn_with_state(Arc::clone(&shared), dated);
    Router::new().merge(inside).fallback(on_instance).layer(dated).with_state(shared)
}

/// The Identity Service.
pub(crate) fn identity_service(shared: Arc<Shared>) -> Router {
    let dated = axum::middleware::from_fn_with_state(Arc::clone(&shared), dated);
    Router::new().fallback(on_identity).layer(dated).with_state(shared)
}

/// Every answer says what the time is here: clients read the CRM's clock from `Date`.
async fn dated(From(shared): From<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Ok(date) = HeaderValue::from_str(&http_date(shared.config.clock.now())) {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

async fn on_instance(
    From(shared): From<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<CutHandle>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else { return cut(&connection) };
    let is_down = shared.lock().faults.plan.down;
    let path = head.uri.path().to_owned();
    let host = shared.config.host;
    if let Some(rest) = under(&path, host.service_root()) {
        if is_down {
            return drop_unanswered(&shared, &connection, &head, RequestKind::Data);
        }
        let rest = rest.to_owned();
        if shared.config.null_sink {
            return end(&connection, data_call(shared, head, body, rest).await);
        }
        // A caller who hangs up does not stop the work: what has begun is committed.
        let work = tokio::spawn(data_call(shared, head, body, rest));
        return match work.await {
            Ok(ending) => end(&connection, ending),
            Err(error) => {
                tracing::error!(%error, "a request broke the sandbox");
                cut(&connection)
            }
        };
    }
    if is_down {
        return drop_unanswered(&shared, &connection, &head, RequestKind::Ping);
    }
    let identity_path = path.strip_prefix("/0").filter(|path| path.starts_with("/connect/"));
    if let Some(identity_path) = identity_path {
        let identity_path = identity_path.to_owned();
        return on_identity_path(&shared, &connection, &head, &body, &identity_path).await;
    }
    let answer = match path.as_str() {
        "/0/.well-known/openid-configuration" | "/.well-known/openid-configuration" => {
            Answer::json(200, identity::discovery(&identity_base(&shared, &head)))
        }
        // The instance is not the Identity Service: what comes back is the login page, with status 200.
        "/connect/token" | "/connect/authorize" | "/" | "/0/" | "/0" => identity::login_page(),
        "/0/ping" | "/ping" | "/0/api/HealthCheck/Ping" | "/api/HealthCheck/Ping" => {
            Answer::text("text/plain", "Pong".to_owned())
        }
        path if path.starts_with("/Login/") => identity::login_page(),
        // The service root of the other kind of host, and everything else.
        _ => Refusal::not_found_page().into(),
    };
    let kind = if under(&path, host.other_root()).is_some() { RequestKind::Data } else { RequestKind::Ping };
    note(&shared, &head, kind, Some(answer.status), None);
    respond(answer)
}

async fn on_identity(
    From(shared): From<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<CutHandle>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else { return cut(&connection) };
    if shared.lock().faults.plan.down {
        return drop_unanswered(&shared, &connection, &head, RequestKind::Token);
    }
    let path = head.uri.path().to_owned();
    let path = path.strip_prefix("/0").unwrap_or(&path);
    on_identity_path(&shared, &connection, &head, &body, path).await
}

async fn on_identity_path(
    shared: &Arc<Shared>,
    connection: &CutHandle,
    head: &axum::http::request::Parts,
    body: &Bytes,
    path: &str,
) -> Response {
    let method = head.method.as_str();
    let query = head.uri.query().unwrap_or_default();
    let mut fault = None;
    let answer = match (method, path) {
        ("POST", "/connect/token") => {
            let (answer, met) = identity::token(shared, &head.headers, body).await;
            fault = met;
            answer
        }
        ("POST", "/connect/revocation") => Some(identity::revocation(shared, &head.headers, body)),
        ("GET", "/connect/authorize") => Some(identity::authorize(shared, query, None)),
        ("POST", "/connect/authorize") => {
            Some(identity::authorize(shared, query, Some(&String::from_utf8_lossy(body))))
        }
        ("GET", "/.well-known/openid-configuration") => {
            Some(Answer::json(200, identity::discovery(&identity_base(shared, head))))
        }
        ("GET", "/.well-known/openid-configuration/jwks") => Some(Answer::json(200, serde_json::json!({ "keys": [] }))),
        _ => Some(Refusal::not_found_page().into()),
    };
    note(shared, head, RequestKind::Token, answer.as_ref().map(|answer| answer.status), fault);
    match answer {
        Some(answer) => respond(answer),
        None => cut(connection),
    }
}

/// The rest of a path under a root, if it is under it.
fn under<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(root)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

fn identity_base(shared: &Shared, head: &axum::http::request::Parts) -> String {
    let host = head.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let bound = shared.identity_url.get().cloned();
    let chosen = shared.config.identity_url.clone().or(bound).unwrap_or_else(|| format!("http://{host}"));
    chosen.trim_end_matches('/').to_owned()
}

fn note(
    shared: &Shared,
    head: &axum::http::request::Parts,
    kind: RequestKind,
    status: Option<u16>,
    fault: Option<&'static str>,
) {
    let now = shared.config.clock.now();
    let requests = &mut shared.lock().requests;
    let query = head.uri.query().unwrap_or_default();
    let no = requests.arrived(now, kind, head.method.as_str(), head.uri.path(), query);
    if let Some(entry) = requests.entry(no) {
        entry.status = status;
        entry.faults.extend(fault.map(str::to_owned));
    }
}

fn drop_unanswered(
    shared: &Shared,
    connection: &CutHandle,
    head: &axum::http::request::Parts,
    kind: RequestKind,
) -> Response {
    note(shared, head, kind, None, Some("down"));
    cut(connection)
}

/// The answer is made up, but the connection under it is gone, so the caller sees a transport error.
fn cut(connection: &CutHandle) -> Response {
    connection.cut();
    Response::new(Body::empty())
}

fn end(connection: &CutHandle, ending: Ending) -> Response {
    match ending {
        Ending::Answer(answer) => respond(answer),
        Ending::Cut => cut(connection),
        Ending::CutMidBody(answer) => {
            let mut response = respond_with(&answer);
            let bytes = answer.into_bytes();
            if bytes.is_empty() {
                return cut(connection);
            }
            let length = HeaderValue::from(bytes.len());
            response.headers_mut().insert(header::CONTENT_LENGTH, length);
            *response.body_mut() = crate::wire::half_body(&bytes, connection.clone());
            response
        }
    }
}

fn respond(answer: Answer) -> Response {
    let mut response = respond_with(&answer);
    *response.body_mut() = Body::from(answer.into_bytes());
    response
}

fn respond_with(answer: &Answer) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(content_type) = answer.content_type() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    for (name, value) in &answer.headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
