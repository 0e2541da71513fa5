//! A gateway over a store in a temporary folder, and a client that checks every answer against the document.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use casebridge_domain::{ConnectionId, EventKind, NewEvent, RecordKind, RecordRef, ReplyId, SessionKey, Speaker};
use casebridge_engine::{Clock, CrmConnectors, Engine, SystemClock};
use casebridge_gateway::{GatewayState, console_router};
use casebridge_store::{Append, DataFolder, Secrets, SessionLog as _, Sqlite};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;
use uuid::Uuid;

/// What the command line of the same computer shows.
pub const LOCAL: &str = "local-token-of-this-start";

pub struct Gateway {
    pub engine: Engine,
    pub store: Sqlite,
    pub router: Router,
    pub key: String,
    _folder: TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("the answer is not JSON: {}", self.text))
    }

    /// Asserts a refusal in the one form that there is, and gives it back.
    pub fn problem(&self, status: u16, why: &str) -> Value {
        assert_eq!(self.status, status, "{why}: {}", self.text);
        let media_type = self.headers.get("content-type").and_then(|value| value.to_str().ok());
        assert_eq!(media_type, Some("application/problem+json"), "every refusal has one form: {}", self.text);
        let body = self.json();
        assert_eq!(body["status"], status, "the body repeats the status: {body}");
        for member in ["type", "title", "detail"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "`{member}` is missing: {body}");
        }
        body
    }

    /// Asserts a refusal that names a member.
    pub fn names(&self, status: u16, member: &str, why: &str) -> Value {
        let body = self.problem(status, why);
        assert_eq!(body["member"], member, "{why}: {body}");
        body
    }
}

impl Gateway {
    pub async fn start() -> Self {
        Self::start_with(|state| state).await
    }

    pub async fn start_with(change: impl FnOnce(GatewayState) -> GatewayState) -> Self {
        Self::open(Arc::new(SystemClock), false, change).await
    }

    /// With a clock, and with a place for secrets if wanted: making one takes its time.
    pub async fn open(
        clock: Arc<dyn Clock>,
        keeps_secrets: bool,
        change: impl FnOnce(GatewayState) -> GatewayState,
    ) -> Self {
        let temp = tempfile::tempdir().expect("a temporary folder");
        let folder = DataFolder::open(temp.path()).expect("a data folder");
        let store = Sqlite::open(&folder.database().expect("its database")).await.expect("a new store");
        let secrets = match keeps_secrets {
            true => {
                let key = SecretString::from("a key for tests, long enough");
                Some(Secrets::open(folder.secrets_file(), Some(key), "tests").await.expect("a place for secrets"))
            }
            false => None,
        };
        // There is no connection with a client of a CRM: none is started.
        let engine = Engine::new(Arc::new(store.clone()), secrets, clock, Arc::new(CrmConnectors));
        let (_, key) = engine.create_key("tests", "test").await.expect("a key");
        let key = key.expose_secret().to_owned();
        let state = change(GatewayState::new(engine.clone(), SecretString::from(LOCAL)));
        Self { engine, store, router: console_router(state), key, _folder: temp }
    }

    /// Sends a request as it is; `Host` is added when missing.
    pub async fn send(&self, mut request: Request<Body>) -> Answer {
        if !request.headers().contains_key("host") {
            request.headers_mut().insert("host", "127.0.0.1:4100".parse().expect("a host"));
        }
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.expect("a router does not fail");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a whole body");
        let text = String::from_utf8(body.to_vec()).expect("UTF-8");
        let answer = Answer { status: parts.status, headers: parts.headers, text };
        is_documented(&method, &path, &answer);
        answer
    }

    pub fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", self.key))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path).body(Body::empty()).expect("a request")).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, body.to_string()).await
    }

    pub async fn post_text(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = self.request(Method::POST, path).header("content-type", "application/json");
        self.send(request.body(body.into()).expect("a request")).await
    }

    /// A session's path.
    pub async fn session(&self, external_id: &str) -> String {
        let body = json!({"source": "livechat", "external_id": external_id, "channel": "web"});
        let answer = self.post("/v1/sessions", &body).await;
        assert_eq!(answer.status, 201, "a new session is made: {}", answer.text);
        format!("/v1/sessions/{}", answer.json()["id"].as_str().expect("an id"))
    }

    /// What a person wrote in the CRM stands in the log of `livechat/{external_id}`, as the way back puts it there.
    pub async fn person_says(&self, source: &str, external_id: &str, number: u128, text: &str) -> ReplyId {
        let reply_id = ReplyId(Uuid::from_u128(number));
        let kind = EventKind::CrmMessage {
            from: Speaker::Agent,
            text: text.into(),
            author: Some("Mary".into()),
            connection: ConnectionId(Uuid::from_u128(1)),
            case: Uuid::from_u128(2),
            record: RecordRef { kind: RecordKind::Activity, id: Uuid::from_u128(number) },
            reply_id,
            sent_by_crm: false,
        };
        let key = SessionKey { source: source.into(), external_id: external_id.into() };
        let events = Arc::from(vec![NewEvent::new(format!("crm-{number}"), None, kind)]);
        let append = Append { session_id: key.session_id(), events };
        self.store.append(append, Timestamp::now()).await.expect("a store").expect("it is appended");
        self.engine.wake();
        reply_id
    }

    /// The whole log of a session.
    pub async fn log(&self, session: &str) -> Vec<Value> {
        let answer = self.get(&format!("{session}/events?limit=500")).await;
        assert_eq!(answer.status, 200, "the log can be read: {}", answer.text);
        answer.json()["events"].as_array().expect("a list").clone()
    }
}

/// A status that a program meets but the document does not know is a mistake of the document.
fn is_documented(method: &Method, path: &str, answer: &Answer) {
    if !path.starts_with("/v1/") {
        return;
    }
    let document: Value = serde_json::from_str(casebridge_gateway::openapi_json()).expect("the document is JSON");
    let steps: Vec<&str> = path.split('/').collect();
    let paths = document["paths"].as_object().expect("paths");
    let fits = |template: &str| {
        let template: Vec<&str> = template.split('/').collect();
        template.len() == steps.len() && template.iter().zip(&steps).all(|(t, s)| t == s || t.starts_with('{'))
    };
    // The literal path first, as the router does.
    let operations = paths.get(path).or_else(|| paths.iter().find(|(template, _)| fits(template)).map(|(_, o)| o));
    let Some(operation) = operations.and_then(|o| o.get(method.as_str().to_ascii_lowercase())) else { return };
    let known = &operation["responses"];
    let status = answer.status.as_str();
    assert!(known.get(status).is_some(), "{method} {path} answered {status}, which the document does not know");
}

pub fn message(id: &str, text: &str) -> Value {
    json!({"id": id, "kind": "message", "from": "customer", "text": text})
}

pub async fn nap(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}
