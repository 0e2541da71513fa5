//! The door for the CRM's calls: what is taken, what is refused and leaves nothing, what is on disk when it is answered.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Method, Request};
use casebridge_engine::Clock as _;
use casebridge_store::Inbound as _;
use serde_json::json;
use uuid::Uuid;

use crate::webhook_door::{CASE, Door, known, refused, token};

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
