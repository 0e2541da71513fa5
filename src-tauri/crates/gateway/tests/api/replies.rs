//! Replies of people, as a carrier reads them: a stream with places, a page, an acknowledgement.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Method, Request};
use casebridge_domain::ReplyId;
use casebridge_store::Replies as _;
use futures::StreamExt as _;
use jiff::Timestamp;
use serde_json::Value;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::support::Gateway;

const STREAM: &str = "/v1/replies/stream";

/// One event as a browser's `EventSource` reads it.
#[derive(Debug)]
struct Sent {
    id: i64,
    event: String,
    data: Value,
}

/// An open stream.
struct Stream {
    body: BodyDataStream,
    text: String,
}

impl Stream {
    async fn open(gateway: &Gateway, path: &str, last_event_id: Option<&str>) -> Self {
        let request = gateway.request(Method::GET, path).header("host", "127.0.0.1:4100");
        let request = last_event_id.iter().fold(request, |request, id| request.header("last-event-id", *id));
        let request = request.body(Body::empty()).expect("a request");
        let response = gateway.router.clone().oneshot(request).await.expect("a router does not fail");
        assert_eq!(response.status(), 200, "{path} behind {last_event_id:?} opens");
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        assert_eq!(header("content-type").as_deref(), Some("text/event-stream"), "it is a stream of events");
        assert_eq!(header("cache-control").as_deref(), Some("no-store"), "nobody on the way may keep it");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event, or `None` at the end.
    async fn next(&mut self) -> Option<Sent> {
        loop {
            if let Some(end) = self.text.find("\n\n") {
                let block: String = self.text.drain(..end + 2).collect();
                let field = |name: &str| block.lines().find_map(|line| Some(line.strip_prefix(name)?.trim_start()));
                let Some(data) = field("data:") else { continue };
                return Some(Sent {
                    id: field("id:").and_then(|id| id.parse().ok()).expect("each event has a place"),
                    event: field("event:").expect("each event has a type").to_owned(),
                    data: serde_json::from_str(data).expect("JSON"),
                });
            }
            let piece = tokio::time::timeout(Duration::from_secs(30), self.body.next()).await;
            match piece.expect("nothing was sent for 30 seconds") {
                Some(piece) => self.text += std::str::from_utf8(&piece.expect("a piece")).expect("UTF-8"),
                None => return None,
            }
        }
    }

    /// The texts of the next events.
    async fn texts(&mut self, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        for _ in 0..count {
            let sent = self.next().await.expect("there is one more");
            texts.push(sent.data["text"].as_str().expect("a text").to_owned());
        }
        texts
    }
}

/// Three replies in two sessions of two sources, offered in this order.
async fn three(gateway: &Gateway) -> [ReplyId; 3] {
    gateway.session("c1").await;
    let other = serde_json::json!({"source": "voice", "external_id": "v1", "channel": "phone"});
    assert_eq!(gateway.post("/v1/sessions", &other).await.status, 201, "a session of another source");
    let mut ids = Vec::new();
    for (number, source, external_id, text) in
        [(1, "livechat", "c1", "first"), (2, "voice", "v1", "second"), (3, "livechat", "c1", "third")]
    {
        ids.push(gateway.person_says(source, external_id, number, text).await);
        gateway.store.offer_due(Timestamp::now()).await.expect("the store");
    }
    ids.try_into().expect("three")
}

#[tokio::test]
async fn the_stream_sends_what_stands_and_what_comes_in_order_with_places() {
    let gateway = Gateway::start().await;
    let ids = three(&gateway).await;
    let mut stream = Stream::open(&gateway, STREAM, None).await;
    let mut places = Vec::new();
    for (id, text) in ids.iter().zip(["first", "second", "third"]) {
        let sent = stream.next().await.expect("it was offered before");
        assert_eq!((sent.event.as_str(), sent.data["text"].as_str()), ("reply", Some(text)), "in order: {sent:?}");
        assert_eq!(sent.data["reply_id"], id.to_string(), "under its id");
        assert_eq!(sent.data["no"], sent.id, "the place is in both");
        assert_eq!(sent.data["delivery"], "deliver", "the CRM has not sent it");
        assert_eq!(sent.data["author"], "Mary", "with the person's name");
        places.push(sent.id);
    }
    assert!(places.is_sorted() && places[0] > 0, "places grow: {places:?}");
    gateway.engine.start().await.expect("it starts");
    gateway.person_says("livechat", "c1", 4, "while you listen").await;
    let sent = stream.next().await.expect("it comes while the stream is open");
    assert_eq!(sent.data["text"], "while you listen", "{sent:?}");
    assert!(sent.id > places[2], "behind all others");
    assert_eq!(sent.data["external_id"], "c1", "it says whose it is");
    gateway.engine.stop().await;
}

#[tokio::test]
async fn a_reader_goes_on_behind_its_last_place() {
    let gateway = Gateway::start().await;
    three(&gateway).await;
    let mut all = Stream::open(&gateway, STREAM, None).await;
    let first = all.next().await.expect("the first").id;
    let second = all.next().await.expect("the second").id;
    let texts = Stream::open(&gateway, STREAM, Some(&first.to_string())).await.texts(2).await;
    assert_eq!(texts, ["second", "third"], "what was read is not sent again");
    let texts = Stream::open(&gateway, STREAM, Some(&format!(" {second} "))).await.texts(1).await;
    assert_eq!(texts, ["third"], "white space is no place");
    for none in ["", "0"] {
        let texts = Stream::open(&gateway, STREAM, Some(none)).await.texts(3).await;
        assert_eq!(texts, ["first", "second", "third"], "{none:?} is the beginning");
    }
    let lost = Stream::open(&gateway, STREAM, Some("9000000")).await.texts(3).await;
    assert_eq!(lost, ["first", "second", "third"], "a place of another data folder must not hide everything");
    let last = Stream::open(&gateway, STREAM, Some(&i64::MAX.to_string())).await.texts(1).await;
    assert_eq!(last, ["first"], "nor the largest number");
}

#[tokio::test]
async fn what_is_taken_is_not_sent_again() {
    let gateway = Gateway::start().await;
    let [first, ..] = three(&gateway).await;
    for (already, why) in [(false, "it is taken now"), (true, "a repetition is no mistake, and changes nothing")] {
        let answer = gateway.post_text(&format!("/v1/replies/{first}/taken"), "").await;
        assert_eq!(answer.status, 200, "{why}: {}", answer.text);
        let body = answer.json();
        assert_eq!((&body["state"], &body["already"]), (&"taken".into(), &already.into()), "{why}: {body}");
        assert_eq!(body["reply_id"], first.to_string(), "{why}");
    }
    let texts = Stream::open(&gateway, STREAM, None).await.texts(2).await;
    assert_eq!(texts, ["second", "third"], "a new reader gets what is left");
    for unknown in [ReplyId(Uuid::from_u128(77)).to_string(), "rep_1".into(), "first".into(), "%ff".into()] {
        let answer = gateway.post_text(&format!("/v1/replies/{unknown}/taken"), "").await;
        answer.problem(404, &format!("{unknown} was never offered"));
    }
}

#[tokio::test]
async fn a_reply_that_was_given_but_not_offered_cannot_be_taken() {
    let gateway = Gateway::start().await;
    gateway.session("c1").await;
    let reply = gateway.person_says("livechat", "c1", 1, "soon").await;
    let answer = gateway.post_text(&format!("/v1/replies/{reply}/taken"), "").await;
    answer.problem(404, "nobody can have read it");
}

#[tokio::test]
async fn each_carrier_can_read_its_own_source_only() {
    let gateway = Gateway::start().await;
    three(&gateway).await;
    let texts = Stream::open(&gateway, &format!("{STREAM}?source=livechat"), None).await.texts(2).await;
    assert_eq!(texts, ["first", "third"], "a chat carrier has no use for what is said on the phone");
    let mut none = Stream::open(&gateway, &format!("{STREAM}?source=mail"), None).await;
    gateway.engine.stop().await;
    assert!(none.next().await.is_none(), "a source without replies has none");
    let page = gateway.get("/v1/replies?source=voice").await.json();
    assert_eq!(page["replies"].as_array().map(Vec::len), Some(1), "the page knows sources too: {page}");
}

#[tokio::test]
async fn what_nobody_takes_is_offered_again_under_the_same_id_at_a_new_place() {
    let gateway = Gateway::start().await;
    let [first, ..] = three(&gateway).await;
    let mut stream = Stream::open(&gateway, STREAM, None).await;
    stream.texts(3).await;
    let later = Timestamp::now() + Duration::from_secs(3600);
    assert_eq!(gateway.store.offer_due(later).await.expect("the store").again, 3, "nobody took any of them");
    // Told as the engine's own round would tell it.
    gateway.engine.start().await.expect("it starts");
    gateway.person_says("livechat", "c1", 4, "fourth").await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(stream.next().await.expect("an open stream meets them again"));
    }
    let again = seen.iter().find(|sent| sent.data["reply_id"] == first.to_string()).expect("the first comes again");
    assert_eq!(again.data["tries"], 2, "it says so: {again:?}");
    gateway.engine.stop().await;
}

#[tokio::test]
async fn a_stream_ends_when_the_engine_stops() {
    let gateway = Gateway::start().await;
    gateway.engine.start().await.expect("it starts");
    let mut stream = Stream::open(&gateway, STREAM, None).await;
    gateway.engine.stop().await;
    assert!(stream.next().await.is_none(), "a reader must not keep the engine from stopping");
}

#[tokio::test]
async fn the_page_is_read_on_behind_its_end() {
    let gateway = Gateway::start().await;
    three(&gateway).await;
    let mut texts = Vec::new();
    let mut path = "/v1/replies?limit=2".to_owned();
    loop {
        let page = gateway.get(&path).await.json();
        for reply in page["replies"].as_array().expect("a list") {
            texts.push(reply["text"].as_str().expect("a text").to_owned());
        }
        match page["next_after"].as_i64() {
            Some(after) => path = format!("/v1/replies?limit=2&after={after}"),
            None => break,
        }
    }
    assert_eq!(texts, ["first", "second", "third"], "page by page");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_name() {
    let gateway = Gateway::start().await;
    for (path, member) in [
        ("/v1/replies?limit=0", "limit"),
        ("/v1/replies?limit=501", "limit"),
        ("/v1/replies?after=-1", "after"),
        ("/v1/replies?after=x", "after"),
        ("/v1/replies?source=a&source=b", "source"),
        ("/v1/replies?colour=red", "colour"),
        ("/v1/replies/stream?after=1", "after"),
        ("/v1/replies/stream?source=a&source=a", "source"),
    ] {
        gateway.get(path).await.names(422, member, path);
    }
    for bad in ["x", "-1", "1.5", "1,2", "99999999999999999999", "\u{e9}"] {
        let request = gateway.request(Method::GET, STREAM).header("last-event-id", bad.as_bytes());
        let answer = gateway.send(request.body(Body::empty()).expect("a request")).await;
        answer.names(422, "Last-Event-ID", &format!("{bad:?} is no place"));
    }
    for (method, path) in [
        (Method::GET, "/v1/replies".to_owned()),
        (Method::GET, STREAM.to_owned()),
        (Method::POST, format!("/v1/replies/{}/taken", ReplyId(Uuid::from_u128(1)))),
    ] {
        let request = Request::builder().method(&method).uri(&path).body(Body::empty()).expect("a request");
        gateway.send(request).await.problem(401, &format!("{method} {path} is for those who have a key"));
    }
}
