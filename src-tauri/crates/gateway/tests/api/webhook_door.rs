//! The public listener's router with one connection and one case, as the stories of its webhook doors call it.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use casebridge_domain::{
    Connection, ConnectionId, ConnectionKind, Consumer, EventKind, Mode, ModeHistory, NewEvent, SessionId, SessionKey,
    Speaker,
};
use casebridge_engine::{Clock as _, NewSession, VirtualClock};
use casebridge_gateway::{GatewayState, public_router};
use casebridge_store::{Append, Inbound as _, Lanes as _, Registry as _, Reservation, SessionLog as _, Step};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::support::{Answer, Gateway, LOCAL};

pub(crate) const CASE: Uuid = Uuid::from_u128(0x1f0a_2b3c_4d5e_4f60_8a7b_1c2d_3e4f_5a6b);

/// A public listener's router, with one connection that has one case.
pub(crate) struct Door {
    pub(crate) gateway: Gateway,
    pub(crate) router: Router,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) connection: ConnectionId,
    pub(crate) session: SessionId,
    pub(crate) path: String,
}

impl Door {
    pub(crate) async fn open() -> Self {
        Self::of(ConnectionKind::Creatio).await
    }

    /// The same for a kind of CRM, whose name is the connection's.
    pub(crate) async fn of(kind: ConnectionKind) -> Self {
        let clock = Arc::new(VirtualClock::new(Timestamp::now()));
        let gateway = Gateway::open(clock.clone(), true, |state| state).await;
        let now = clock.now();
        let connection = ConnectionId(Uuid::now_v7());
        let row = Connection {
            id: connection,
            name: kind.as_str().into(),
            kind,
            instance: "http://127.0.0.1:1".into(),
            settings: json!({}),
            modes: ModeHistory::new(Mode::Every),
            route: Default::default(),
            pause: None,
            last_success_at: None,
            adoption: None,
            created_at: now,
        };
        let store = &gateway.store;
        store.add_connection(row).await.expect("a connection");
        let key = SessionKey { source: "livechat".into(), external_id: "c1".into() };
        let new = NewSession { key, channel: "web".into(), tags: Vec::new(), topic: None, contact: Default::default() };
        let session = gateway.engine.ensure_session(new).await.expect("a session").0.id;
        let said = EventKind::Message { from: Speaker::Customer, text: "Where is it?".into(), author: None };
        let append = Append { session_id: session, events: Arc::from(vec![NewEvent::new("m1", None, said)]) };
        store.append(append, now).await.expect("a store").expect("it is appended");
        // The case stands in the store as a pass would have put it there.
        let (consumer, later) = (Consumer::Crm(connection), now + Duration::from_secs(60));
        let lane = store.claim(consumer, later, 1, Duration::from_secs(60)).await.expect("a lane").remove(0);
        let reserve = Reservation { crm_id: CASE, case_key: "livechat/c1".into(), previous: None, opening_seq: 1 };
        let step = Step { at: now, what: "plan".into(), detail: json!({}) };
        store
            .commit_plan((consumer, session, lane.fence), Some(reserve), Vec::new(), step)
            .await
            .expect("the case is reserved");
        store.release_all(now).await.expect("the lane is given back");
        let router = public_router(GatewayState::new(gateway.engine.clone(), SecretString::from(LOCAL)));
        let path = gateway.engine.webhook_address(kind.as_str(), "test").await.expect("an address").path;
        Self { gateway, router, clock, connection, session, path: path.expose_secret().to_owned() }
    }

    /// Sends a request as it is, and looks at what every answer has in common.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("a router does not fail");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 65_536).await.expect("a whole body");
        let text = String::from_utf8(body.to_vec()).expect("UTF-8");
        assert!(!text.contains(token(&self.path)), "an answer must not repeat the token: {text}");
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub(crate) async fn call(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request =
            Request::post(path).header("host", "tunnel.example.com").header("content-type", "application/json");
        self.send(request.body(body.into()).expect("a request")).await
    }

    pub(crate) async fn take(&self, body: impl Into<Body>) -> Answer {
        self.call(&self.path, body).await
    }

    pub(crate) async fn regenerate(&mut self, grace: Duration) -> String {
        let address = self.gateway.engine.regenerate_webhook("creatio", grace, "test").await.expect("a new address");
        std::mem::replace(&mut self.path, address.path.expose_secret().to_owned())
    }

    /// Neither receipt nor pull: what was refused leaves nothing.
    pub(crate) async fn is_untouched(&self, why: &str) {
        let receipt = self.gateway.store.last_receipt(self.connection).await.expect("the store");
        assert!(receipt.is_none(), "{why} left a receipt: {receipt:?}");
        let pull = self.gateway.store.next_pull(self.connection).await.expect("the store");
        assert!(pull.is_none(), "{why} made a pull due: {pull:?}");
    }

    /// Calls with bad tokens, by kind.
    pub(crate) async fn refusals(&self) -> Vec<(String, Option<ConnectionId>, i64)> {
        let refusals = self.gateway.engine.webhook_refusals().await.expect("the counts");
        refusals.into_iter().map(|row| (row.what, row.connection, row.calls)).collect()
    }
}

pub(crate) fn token(path: &str) -> &str {
    path.rsplit('/').next().expect("a token")
}

/// A right call.
pub(crate) fn known() -> String {
    json!({ "event_type": "new_activity", "caseId": CASE }).to_string()
}

pub(crate) fn refused(answer: &Answer, status: u16, error: &str, why: &str) -> Value {
    assert_eq!(answer.status, status, "{why}: {}", answer.text);
    let body = answer.json();
    assert_eq!(body["error"], error, "{why}: {body}");
    assert!(body["detail"].as_str().is_some_and(|text| !text.is_empty()), "it says what is wrong: {body}");
    body
}
