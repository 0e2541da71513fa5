//! The door of the console and the command line: one call in, one answer out. What a call may be, the
//! crate `api` says; the server plugs it in.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use casebridge_api::dto::people::SandboxPage;
use casebridge_engine::Engine;
use casebridge_engine::changes::Change;
use casebridge_engine::visitors::Person;
use futures::future::BoxFuture;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::body::JsonBytes;
use crate::problem::{Kind, Problem};
use crate::query::Params;
use crate::serve::Peer;
use crate::state::Shared;
use crate::ui;
use crate::visitor::{AtConsole, COOKIE};

/// Changes of this long are told at once, together.
const TOGETHER: Duration = Duration::from_millis(100);
/// How often a listening browser is asked for its right to listen.
const STILL_LET_IN: Duration = Duration::from_secs(60);

/// Carries out one call of the console, for a person.
pub type ConsoleHandler = Arc<dyn Fn(Value, Person) -> BoxFuture<'static, Result<Value, ConsoleError>> + Send + Sync>;

/// What a browser is told about the engine.
#[derive(Clone, Default)]
pub struct ConsoleFacts {
    /// The engine's version.
    pub version: String,
    /// Where the data is.
    pub data_folder: String,
    /// The pages of the stand-in CRMs that run.
    pub sandbox_pages: Option<Arc<dyn Fn() -> Vec<SandboxPage> + Send + Sync>>,
}

/// A call that was refused.
#[derive(Debug, Clone)]
pub struct ConsoleError {
    /// HTTP status.
    pub status: u16,
    /// The error as the console reads it.
    pub body: Value,
}

/// `POST /console/call`
pub(crate) async fn call(at: AtConsole, State(state): State<Shared>, body: JsonBytes) -> Result<Response, Problem> {
    let Some(handler) = &state.console else {
        return Err(Problem::new(Kind::NotFound, "this engine has no console"));
    };
    Ok(match handler(body.parse()?, at.person).await {
        Ok(answer) => ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, Json(error.body)).into_response()
        }
    })
}

/// `GET /console/me`
pub(crate) async fn me(at: AtConsole, State(state): State<Shared>) -> Result<Response, Problem> {
    let facts = &state.facts;
    let me = json!({
        "name": at.person.name, "role": at.person.role, "token": at.token(), "version": facts.version,
        "data_folder": facts.data_folder, "public_url": state.engine.public_url().await?,
        "sandbox_pages": facts.sandbox_pages.as_ref().map(|pages| pages()).unwrap_or_default(),
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(me)).into_response())
}

/// `GET /console/enter?link=`: the link is used up, and the browser is let in.
pub(crate) async fn enter(
    State(state): State<Shared>,
    peer: Option<Extension<ConnectInfo<Peer>>>,
    method: Method,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, Problem> {
    let link = params.text("link")?.unwrap_or_default();
    // Whoever only looks ahead must not use the link up.
    let ahead = ["sec-purpose", "purpose", "x-moz"]
        .iter()
        .any(|name| headers.get(*name).is_some_and(|value| value.as_bytes().starts_with(b"prefetch")));
    if method != Method::GET || ahead {
        return Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response());
    }
    let Some((key, person)) = state.engine.enter(&link).await? else {
        let text = "This link was used before, or it is older than ten minutes. Make another one with \
                    <code>casebridged console link</code>.";
        return Ok(ui::words(StatusCode::UNAUTHORIZED, text));
    };
    tracing::info!(person = %person.name, role = person.role.as_str(), "a browser was let into the console");
    let secure = if came_encrypted(peer.map(|Extension(ConnectInfo(peer))| peer), &headers) { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict{secure}", key.expose_secret());
    let mut response = (
        StatusCode::SEE_OTHER,
        [(header::LOCATION, "/"), (header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")],
    )
        .into_response();
    if let Ok(mut value) = HeaderValue::from_str(&cookie) {
        value.set_sensitive(true);
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// Whether the browser spoke TLS, to a proxy on this computer: what anybody else says of it is hearsay.
fn came_encrypted(peer: Option<Peer>, headers: &HeaderMap) -> bool {
    let mut said = headers.get_all("x-forwarded-proto").iter();
    let is_https = said.next().is_some_and(|scheme| scheme == "https") && said.next().is_none();
    is_https && peer.is_some_and(|Peer(address)| address.ip().to_canonical().is_loopback())
}

struct Listening {
    engine: Engine,
    changes: Receiver<Change>,
    stopping: CancellationToken,
    key: Option<String>,
    begun: bool,
}

/// `GET /console/events`: tags of what changed, as server-sent events; the content is asked for afterwards.
pub(crate) async fn events(at: AtConsole, State(state): State<Shared>) -> impl IntoResponse {
    let listening = Listening {
        changes: state.engine.changes(),
        stopping: state.engine.stopping(),
        engine: state.engine.clone(),
        key: at.key,
        begun: false,
    };
    let stream = futures::stream::unfold(listening, |mut listening| async move {
        let tags = listening.next().await?;
        let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
        let event = Event::default().event("changed").data(json!({ "tags": tags }).to_string());
        Some((Ok::<Event, Infallible>(event), listening))
    });
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15)).text("still here");
    ([("cache-control", "no-store"), ("x-accel-buffering", "no")], Sse::new(stream).keep_alive(keep_alive))
}

impl Listening {
    /// What changed; `None` when the engine stops or the browser is shut out.
    async fn next(&mut self) -> Option<BTreeSet<Change>> {
        // Whoever comes back looks at everything: something may have changed meanwhile.
        if !std::mem::replace(&mut self.begun, true) {
            return Some(Change::COARSE.into());
        }
        let mut tags = BTreeSet::new();
        loop {
            tokio::select! {
                () = self.stopping.cancelled() => return None,
                change = self.changes.recv() => { add(&mut tags, change)?; }
                () = tokio::time::sleep(STILL_LET_IN) => {
                    if let Some(key) = &self.key && !matches!(self.engine.visitor_at_rest(key).await, Ok(Some(_))) {
                        return None;
                    }
                    continue;
                }
            }
            tokio::time::sleep(TOGETHER).await;
            while !self.changes.is_empty() {
                add(&mut tags, self.changes.recv().await)?;
            }
            return Some(tags);
        }
    }
}

fn add(tags: &mut BTreeSet<Change>, change: Result<Change, RecvError>) -> Option<()> {
    match change {
        Ok(change) => {
            tags.insert(change);
        }
        // Too many to tell one by one.
        Err(RecvError::Lagged(_)) => tags.extend(Change::COARSE),
        Err(RecvError::Closed) => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(schemes: &[&'static str]) -> HeaderMap {
        schemes.iter().map(|scheme| ("x-forwarded-proto".parse().unwrap(), HeaderValue::from_static(scheme))).collect()
    }

    #[test]
    fn only_a_proxy_on_this_computer_can_say_that_the_browser_spoke_tls() {
        let at = |address: &str| Some(Peer(address.parse().unwrap()));
        for peer in ["127.0.0.1:9", "[::1]:9", "[::ffff:127.0.0.1]:9"] {
            assert!(came_encrypted(at(peer), &says(&["https"])), "{peer} is a proxy of ours");
            assert!(!came_encrypted(at(peer), &says(&[])), "a browser that takes no encrypted cookie must get one");
            for other in [&["http"][..], &["HTTPS, http"], &["https", "http"], &["https", "https"], &[""]] {
                assert!(!came_encrypted(at(peer), &says(other)), "{other:?} says nothing clear");
            }
        }
        for peer in [at("10.0.0.7:443"), at("[2001:db8::1]:443"), at("[::ffff:10.0.0.7]:443"), None] {
            assert!(!came_encrypted(peer, &says(&["https"])), "what {peer:?} says of itself is hearsay");
        }
    }
}
