//! The door for the CRM's calls: who gets in, what is refused and leaves nothing, what is on disk when it is answered.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
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
    router: Router,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) connection: ConnectionId,
    pub(crate) session: SessionId,
    pub(crate) path: String,
}

impl Door {
    async fn open() -> Self {
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

    async fn regenerate(&mut self, grace: Duration) -> String {
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
    async fn refusals(&self) -> Vec<(String, Option<ConnectionId>, i64)> {
        let refusals = self.gateway.engine.webhook_refusals().await.expect("the counts");
        refusals.into_iter().map(|row| (row.what, row.connection, row.calls)).collect()
    }
}

fn token(path: &str) -> &str {
    path.rsplit('/').next().expect("a token")
}

fn known() -> String {
    json!({ "event_type": "new_activity", "caseId": CASE }).to_string()
}

pub(crate) fn refused(answer: &Answer, status: u16, error: &str, why: &str) -> Value {
    assert_eq!(answer.status, status, "{why}: {}", answer.text);
    let body = answer.json();
    assert_eq!(body["error"], error, "{why}: {body}");
    assert!(body["detail"].as_str().is_some_and(|text| !text.is_empty()), "it says what is wrong: {body}");
    body
}

#[tokio::test]
async fn a_call_about_a_known_case_is_on_disk_and_its_pull_is_due() {
    let door = Door::open().await;
    let answer = door.take(known()).await;
    assert_eq!(answer.status, 200, "a right call is taken: {}", answer.text);
    let body = answer.json();
    assert_eq!((&body["outcome"], &body["event_type"]), (&json!("accepted"), &json!("new_activity")), "{body}");
    let receipts = door.gateway.store.receipts(door.session).await.expect("the store");
    assert_eq!(receipts.len(), 1, "one call, one receipt: {receipts:?}");
    assert_eq!(body["receipt"], receipts[0].id.to_string(), "the answer names it");
    assert_eq!(receipts[0].case, CASE.to_string(), "under the case");
    let due = door.gateway.store.next_pull(door.connection).await.expect("the store");
    assert!(due.is_some_and(|due| due <= door.clock.now()), "the case is looked at next, not some time: {due:?}");
}

#[tokio::test]
async fn a_call_about_a_case_of_somebody_else_is_acknowledged_and_nothing_is_done() {
    let door = Door::open().await;
    let stranger = json!({ "event_type": "case_closed", "caseId": Uuid::from_u128(9) }).to_string();
    let answer = door.take(stranger).await;
    assert_eq!(answer.status, 200, "a CRM calls for all of its cases: {}", answer.text);
    let body = answer.json();
    assert_eq!(body["outcome"], "unknown_case", "{body}");
    assert!(body["reason"].as_str().is_some_and(|text| !text.is_empty()), "it says why nothing is done: {body}");
    let receipt = door.gateway.store.last_receipt(door.connection).await.expect("the store").expect("a receipt");
    assert_eq!(body["receipt"], receipt.id.to_string(), "the call is in the books all the same");
    assert_eq!(door.gateway.store.next_pull(door.connection).await.expect("the store"), None, "nothing to look at");
}

#[tokio::test]
async fn every_way_to_write_a_right_call_is_taken() {
    let door = Door::open().await;
    let braced = format!("{{{CASE}}}");
    let upper = CASE.to_string().to_uppercase();
    for body in [
        json!({ "event_type": "case_updated", "caseId": braced }),
        json!({ "event_type": "case_closed", "caseId": upper }),
        json!({ "event_type": "new_activity", "caseId": format!("  {CASE}\t\n") }),
        json!({ "event_type": "new_activity", "caseId": CASE, "recordId": "" }),
        json!({ "event_type": "new_activity", "caseId": CASE, "recordId": " " }),
        json!({ "event_type": "new_activity", "caseId": CASE, "recordId": null }),
        json!({ "event_type": "new_activity", "caseId": CASE, "recordId": Uuid::nil() }),
        json!({ "recordId": Uuid::from_u128(7), "caseId": CASE, "event_type": "new_activity" }),
    ] {
        let answer = door.take(body.to_string()).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["outcome"]), (200, &json!("accepted")), "{body}");
    }
    let newest = door.gateway.store.receipts(door.session).await.expect("the store");
    let records: Vec<_> = newest.iter().filter_map(|receipt| receipt.record.clone()).collect();
    assert_eq!(records, [Uuid::from_u128(7).to_string()], "empty ids are none, and the one that was given is kept");
    let marked = format!("\u{feff}{}", known());
    let answer = door.take(marked).await;
    assert_eq!(answer.status, 200, "a byte order mark is what .NET writes before UTF-8: {}", answer.text);
    for declared in [
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "APPLICATION/JSON",
        "application/vnd.creatio+json",
        "text/json",
    ] {
        let request = Request::post(&door.path).header("content-type", declared);
        let answer = door.send(request.body(Body::from(known())).expect("a request")).await;
        assert_eq!(answer.status, 200, "{declared} is JSON: {}", answer.text);
    }
}

#[tokio::test]
async fn each_bad_member_is_named_and_leaves_nothing() {
    let door = Door::open().await;
    let case = CASE.to_string();
    let long = "x".repeat(60_000);
    let mut bodies: Vec<(String, &str)> = vec![
        (json!({ "caseId": case }).to_string(), "event_type"),
        (json!({ "event_type": "new_activity" }).to_string(), "caseId"),
        (json!({}).to_string(), "event_type"),
        (json!({ "event_type": "new_activity", "caseId": case, "recordId": "7" }).to_string(), "recordId"),
        (json!({ "event_type": "new_activity", "caseId": case, "recordId": 7 }).to_string(), "recordId"),
        (json!({ "event_type": "new_activity", "caseId": case, "recordId": [] }).to_string(), "recordId"),
        (json!({ "event_type": "new_activity", "caseId": case, "CaseId": case }).to_string(), "CaseId"),
        (json!({ "event_type": "new_activity", "caseId": case, "token": "x" }).to_string(), "token"),
        (format!(r#"{{"event_type":"new_activity","caseId":"{case}","caseId":"{case}"}}"#), "caseId"),
        (format!(r#"{{"event_type":"a","event_type":"new_activity","caseId":"{case}"}}"#), "event_type"),
        (format!(r#"{{"event_type":"new_activity","caseId":"{case}","recordId":null,"recordId":""}}"#), "recordId"),
        (format!(r#"{{"event_type":"new_activity","caseId":"{case}","caseId\u0000":1}}"#), "caseId\u{0}"),
        (format!(r#"{{"event_type":"new_activity","caseId":1e400,"recordId":"{case}"}}"#), ""),
    ];
    for value in [json!(null), json!(1), json!(-1.5e300), json!([case]), json!({ "id": case }), json!(true)] {
        bodies.push((json!({ "event_type": value, "caseId": case }).to_string(), "event_type"));
        bodies.push((json!({ "event_type": "new_activity", "caseId": value }).to_string(), "caseId"));
    }
    for text in ["", "new activity", "NEW_ACTIVITY", "new_activity ", "deleted", long.as_str()] {
        bodies.push((json!({ "event_type": text, "caseId": case }).to_string(), "event_type"));
    }
    for text in ["", " ", "1", "null", "[#Case.Id#]", &case[1..], &format!("{case}0"), &format!("{{{case}"), &long] {
        bodies.push((json!({ "event_type": "new_activity", "caseId": text }).to_string(), "caseId"));
    }
    for (body, member) in bodies {
        let shown: String = body.chars().take(120).collect();
        let answer = refused(&door.take(body).await, 400, "Bad Request", &shown);
        if !member.is_empty() {
            assert_eq!(answer["member"], member, "{shown}: {answer}");
        }
        assert!(answer["detail"].as_str().is_some_and(|detail| detail.contains(member)), "it is named: {answer}");
    }
    let stranger = json!({ "event_type": "new_activity", "caseId": case, long.as_str(): 1 }).to_string();
    let answer = refused(&door.take(stranger).await, 400, "Bad Request", "a member that nobody knows");
    assert_eq!(answer["member"].as_str().map(str::len), Some(64), "only the beginning of its name is repeated");
    assert!(!answer.to_string().contains(&"x".repeat(65)), "nowhere more than that: {answer}");
    door.is_untouched("a bad member").await;
}

#[tokio::test]
async fn what_is_no_object_of_json_is_refused_and_leaves_nothing() {
    let door = Door::open().await;
    let broken_utf8 = [known().as_bytes()[..20].to_vec(), vec![0xc3, 0x28], known().as_bytes()[20..].to_vec()].concat();
    let utf16: Vec<u8> = known().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("a mark and nothing", "\u{feff}".into()),
        ("white space", b" \n\t ".to_vec()),
        ("cut off", known().as_bytes()[..30].to_vec()),
        ("something behind it", format!("{} x", known()).into_bytes()),
        ("two of them", format!("{0}{0}", known()).into_bytes()),
        ("a list", format!("[{}]", known()).into_bytes()),
        ("a text", b"\"new_activity\"".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"5".to_vec()),
        ("a number beyond all", format!("1{}", "0".repeat(60_000)).into_bytes()),
        ("a huge number inside", format!("{{\"caseId\":9{}}}", "9".repeat(400)).into_bytes()),
        ("a form", format!("event_type=new_activity&caseId={CASE}").into_bytes()),
        ("not UTF-8", broken_utf8),
        ("UTF-16", utf16),
        ("an overlong slash", b"{\"event_type\":\"\xc0\xaf\"}".to_vec()),
        ("half a pair", br#"{"event_type":"\ud800","caseId":"x"}"#.to_vec()),
        ("brackets without end", "[".repeat(60_000).into_bytes()),
        ("objects without end", "{\"caseId\":".repeat(6_000).into_bytes()),
        ("deep inside a member", format!("{{\"caseId\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000)).into_bytes()),
    ];
    for (name, body) in bodies {
        let answer = refused(&door.take(body).await, 400, "Bad Request", name);
        assert!(answer.to_string().len() < 400, "what was sent is not repeated: {answer}");
    }
    let deep = casebridge_gateway::read_webhook_call("[".repeat(100_000).as_bytes());
    assert_eq!(deep.expect_err("this is no call").0, 400, "nor may depth alone break the reader, whatever the limit");
    door.is_untouched("a body that is no call").await;
}

#[tokio::test]
async fn a_body_beyond_64_kib_is_refused_declared_or_not() {
    let door = Door::open().await;
    let mut body = known().into_bytes();
    body.resize(64 * 1024 + 1, b' ');
    refused(&door.take(body.clone()).await, 413, "Payload Too Large", "one byte too many");
    let pieces: Vec<_> =
        body.chunks(1000).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece))).collect();
    let chunked = Body::from_stream(futures::stream::iter(pieces));
    refused(&door.take(chunked).await, 413, "Payload Too Large", "nobody said how much there is");
    let declared = Request::post(&door.path).header("content-type", "application/json");
    let declared = declared.header("content-length", 1_u64 << 40).body(Body::empty()).expect("a request");
    let answer = door.send(declared).await;
    refused(&answer, 413, "Payload Too Large", "it is refused before it is read");
    let goes_on = answer.headers.get("connection").and_then(|value| value.to_str().ok());
    assert_eq!(goes_on, Some("close"), "a caller that keeps its connection must know that this one ends");
    door.is_untouched("a body that is too large").await;
    body.truncate(64 * 1024);
    assert_eq!(door.take(body).await.status, 200, "the limit itself is allowed");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_no_call() {
    let door = Door::open().await;
    let pieces = [
        Ok(Bytes::from(known())),
        Err(std::io::Error::new(std::io::ErrorKind::ConnectionReset, "the caller went away")),
    ];
    let answer = door.take(Body::from_stream(futures::stream::iter(pieces))).await;
    refused(&answer, 400, "Bad Request", "what is not whole is not too large either");
    door.is_untouched("half a body").await;
}

#[tokio::test]
async fn what_is_not_declared_as_json_or_not_posted_is_refused() {
    let door = Door::open().await;
    for declared in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/jsonp"),
        Some("application/xml"),
        Some("json"),
        Some(""),
    ] {
        let request = Request::post(&door.path);
        let request = declared.iter().fold(request, |request, declared| request.header("content-type", *declared));
        let answer = door.send(request.body(Body::from(known())).expect("a request")).await;
        refused(&answer, 415, "Unsupported Media Type", &format!("{declared:?} is not JSON"));
    }
    let packed =
        Request::post(&door.path).header("content-type", "application/json").header("content-encoding", "gzip");
    let answer = door.send(packed.body(Body::from(known())).expect("a request")).await;
    refused(&answer, 415, "Unsupported Media Type", "a packed body is not unpacked for a stranger");
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let request = Request::builder().method(&method).uri(&door.path).header("content-type", "application/json");
        let answer = door.send(request.body(Body::from(known())).expect("a request")).await;
        answer.problem(405, &format!("{method} is no call"));
    }
    door.is_untouched("another method or another type").await;
}

#[tokio::test]
async fn a_wrong_token_opens_nothing_and_is_counted() {
    let door = Door::open().await;
    let right = token(&door.path).to_owned();
    let wrong = [
        "x".to_owned(),
        right[..right.len() - 1].to_owned(),
        format!("{right}x"),
        format!("{right}%00"),
        right.to_ascii_uppercase(),
        "%ff%fe".to_owned(),
        "a".repeat(20_000),
        "..%2f".to_owned(),
    ];
    for (place, token) in wrong.iter().enumerate() {
        let shown: String = token.chars().take(60).collect();
        let answer = door.call(&format!("/webhooks/creatio/{token}"), known()).await;
        refused(&answer, 401, "Invalid token", &shown);
        assert!(!answer.text.contains("aaaaaaaa"), "it is not repeated: {}", answer.text);
        let count = i64::try_from(place + 1).expect("a small number");
        let counted = door.refusals().await;
        assert_eq!(counted, [("wrong_token".to_owned(), None, count)], "{shown} is counted");
    }
    door.is_untouched("a wrong token").await;
}

#[tokio::test]
async fn a_flood_of_wrong_tokens_is_slowed_down_and_a_right_one_passes_at_once() {
    let door = Door::open().await;
    let mut sent = 0;
    let slowed = loop {
        let answer = door.call("/webhooks/creatio/guess", "{}").await;
        sent += 1;
        if answer.status == 429 {
            break answer;
        }
        refused(&answer, 401, "Invalid token", "it is told so at first");
        assert!(sent < 100_000, "guessing must be slowed down some time");
    };
    refused(&slowed, 429, "Too Many Requests", "then it is told to wait");
    assert!(slowed.headers.contains_key("retry-after"), "and for how long");
    assert_eq!(door.take(known()).await.status, 200, "the CRM does not pay for what others send");
    assert_eq!(door.refusals().await, [("wrong_token".to_owned(), None, sent)], "each of them is counted");
}

#[tokio::test]
async fn both_addresses_work_during_the_grace_and_only_the_new_one_afterwards() {
    let mut door = Door::open().await;
    let hour = Duration::from_secs(3600);
    let old = door.regenerate(hour).await;
    assert_ne!(old, door.path, "a new address is another one");
    for path in [&old, &door.path] {
        assert_eq!(door.call(path, known()).await.status, 200, "both are good for now");
    }
    let receipts = door.gateway.store.receipts(door.session).await.expect("the store");
    let mut by_old: Vec<bool> = receipts.iter().map(|receipt| receipt.old_token).collect();
    by_old.sort_unstable();
    assert_eq!(by_old, [false, true], "the receipt tells which one was used");
    assert!(door.refusals().await.is_empty(), "and nothing is counted as refused");

    door.clock.advance_to(door.clock.now() + hour);
    for _ in 0..3 {
        refused(&door.call(&old, known()).await, 401, "Invalid token", "its time is over to the second");
    }
    assert_eq!(door.call(&door.path, known()).await.status, 200, "the new one goes on");
    let counted = [("old_token".to_owned(), Some(door.connection), 3)];
    assert_eq!(door.refusals().await, counted, "an admin sees whose address is out of date");
    assert_eq!(door.refusals().await, counted, "and looking does not count again");

    let second = door.regenerate(Duration::ZERO).await;
    refused(&door.call(&second, known()).await, 401, "Invalid token", "no grace is none");
    let shown = door.gateway.engine.webhook_address("creatio", "test").await.expect("an address");
    assert_eq!(shown.path.expose_secret(), door.path, "the address that is shown is the one that works");
}

#[tokio::test]
async fn the_address_of_a_removed_connection_opens_nothing() {
    let door = Door::open().await;
    door.gateway.engine.remove_connection("creatio", "test").await.expect("it is removed");
    refused(&door.take(known()).await, 401, "Invalid token", "nobody reads what comes for it");
    door.is_untouched("a removed connection").await;
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_acknowledged() {
    let door = Door::open().await;
    door.gateway.store.close().await;
    let answer = door.take(known()).await;
    refused(&answer, 503, "Service Unavailable", "a 200 would lose the call");
    assert!(answer.headers.contains_key("retry-after"), "the CRM may send it again");
    assert!(
        !answer.text.contains("pool") && !answer.text.contains("sqlite"),
        "the cause is in the log: {}",
        answer.text
    );
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn neither_token_nor_content_is_in_the_log() {
    let mut door = Door::open().await;
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    door.take(known()).await;
    door.take(r#"{"event_type":"a-secret-of-the-body"}"#).await;
    let old = door.regenerate(Duration::ZERO).await;
    door.call(&old, known()).await;
    door.call("/webhooks/creatio/a-guess-that-may-be-near", known()).await;
    door.call("/webhooks/creatio/a-guess-that-may-be-near%ff", known()).await;
    door.send(Request::get(&door.path).body(Body::empty()).expect("a request")).await;
    door.send(Request::post(format!("{}/more", door.path)).body(Body::empty()).expect("a request")).await;
    door.gateway.store.close().await;
    door.take(known()).await;
    drop(guard);
    let log = String::from_utf8(lines.0.lock().expect("nobody panicked").clone()).expect("UTF-8");
    assert!(log.contains("/webhooks/creatio/{token}"), "calls are logged, by the route's template: {log}");
    for secret in [token(&door.path), token(&old), "a-guess-that-may-be-near", "a-secret-of-the-body"] {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

#[tokio::test]
async fn the_public_address_is_known_to_lead_here_because_the_call_arrives() {
    use casebridge_engine::public_address::SelfTest;
    let door = Door::open().await;
    let engine = &door.gateway.engine;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let ours = format!("http://{}", listener.local_addr().expect("its address"));
    let stop = tokio_util::sync::CancellationToken::new();
    let limits = casebridge_gateway::PublicLimits::default();
    let served = tokio::spawn(casebridge_gateway::serve_public(listener, door.router.clone(), stop.clone(), limits));

    engine.started_with(None, Some(&ours)).await.expect("the store");
    assert_eq!(engine.test_public_address().await.expect("a test"), SelfTest::Us);
    door.is_untouched("a self-test").await;
    assert_eq!(door.refusals().await, [], "a probe is nobody's wrong call");

    // The same kind of door, of another engine: its answer looks the same, and the call is not here.
    let other = Door::open().await;
    let elsewhere = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let theirs = format!("http://{}", elsewhere.local_addr().expect("its address"));
    let limits = casebridge_gateway::PublicLimits::default();
    let there = tokio::spawn(casebridge_gateway::serve_public(elsewhere, other.router.clone(), stop.clone(), limits));
    engine.set_public_address(&theirs, "test").await.expect("it is usable");
    assert_eq!(engine.test_public_address().await.expect("a test"), SelfTest::Other(401));

    stop.cancel();
    let (_, _) = (served.await, there.await);
    let found = engine.test_public_address().await.expect("a test");
    assert!(
        matches!(&found, SelfTest::Nobody(words) if !words.contains("/webhooks/")),
        "no secret in words: {found:?}"
    );
}

#[tokio::test]
async fn a_former_address_can_be_let_live_longer_or_ended_at_once() {
    let mut door = Door::open().await;
    let engine = door.gateway.engine.clone();
    let hour = Duration::from_secs(3_600);
    assert!(engine.set_webhook_grace("creatio", hour, "test").await.is_err(), "there is no former address yet");
    let old = door.regenerate(hour).await;
    let body = json!({ "event_type": "new_activity", "caseId": CASE }).to_string();
    assert_eq!(door.call(&old, body.clone()).await.status, 200, "in its grace");
    let shown = engine.webhook_glimpse("creatio").await.expect("a webhook");
    assert!(shown.calls.iter().all(|call| call.old_token), "who still calls the old one is seen: {shown:?}");
    engine.set_webhook_grace("creatio", Duration::ZERO, "test").await.expect("there is one");
    assert_eq!(door.call(&old, body.clone()).await.status, 401, "ended at once");
    assert_eq!(door.take(body).await.status, 200, "the new one is not touched");
    let shown = engine.webhook_glimpse("creatio").await.expect("a webhook");
    assert_eq!(shown.calls.iter().map(|call| call.old_token).collect::<Vec<_>>(), [false, true], "the newest of each");
    assert_eq!(shown.grace_until, None);
}
