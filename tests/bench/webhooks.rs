//! The webhook door: what is forged, how fast what is right is on disk, and from a person's reply to its carrier.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use casebridge_domain::{
    Connection, Consumer, Contact, EventKind, Mode, NewEvent, Pause, PauseKind, SessionKey, Speaker,
};
use casebridge_engine::connections::{NewCreatio, creatio_settings};
use casebridge_engine::{CrmConnectors, Engine, SystemClock};
use casebridge_sandbox::creatio::{Recipe, RecipeKind};
use casebridge_store::{
    Append, DataFolder, Inbound as _, Lanes as _, NewSession, Registry as _, Reservation, Secrets, SessionLog as _,
    Sqlite, Step, Traces as _,
};
use casebridge_tests::people::case_ids;
use casebridge_tests::process::Served;
use casebridge_tests::world::SECRETS_KEY;
use casebridge_tests::{World, WorldOptions, seeded};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::forged::Forger;
use crate::memory::resident;
use crate::report::{fdatasync, heading, line, median, percentile};

/// Names the port on which this program is only a handler that does nothing.
pub const EMPTY_HANDLER: &str = "CASEBRIDGE_BENCH_EMPTY_HANDLER";

const CASES: usize = 1_000;
const CLIENTS: usize = 64;
const SLICE: Duration = Duration::from_secs(5);
const PAIRS: usize = 3;
const FORGED: u64 = 100_000;
const REPLIES: usize = 200;

/// The yardstick: the same way to the same body, and nothing behind it.
pub async fn empty_handler(port: OsString) {
    let router = axum::Router::new()
        .route("/webhooks/creatio/{token}", post(async |_: Bytes| "{}"))
        .layer(DefaultBodyLimit::max(64 * 1024));
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{}", port.to_string_lossy())).await.unwrap();
    let listener =
        axum::serve::ListenerExt::tap_io(listener, |stream: &mut TcpStream| stream.set_nodelay(true).unwrap());
    axum::serve(listener, router).await.unwrap();
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

struct Empty(Child);

impl Empty {
    fn start(port: u16) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        Self(command.env(EMPTY_HANDLER, port.to_string()).stdout(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// A connection that is kept, with as little around it as there can be.
struct Line(BufReader<TcpStream>);

impl Line {
    async fn open(port: u16) -> Self {
        let began = Instant::now();
        loop {
            match TcpStream::connect(("127.0.0.1", port)).await {
                Ok(stream) => {
                    stream.set_nodelay(true).unwrap();
                    return Self(BufReader::new(stream));
                }
                Err(error) => assert!(began.elapsed().as_secs() < 20, "nobody listens on {port}: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Status of the answer, and whether the connection goes on; `None` when there was no answer.
    async fn exchange(&mut self, request: &[u8]) -> Option<(u16, bool)> {
        // Who refuses a large body need not read it: then writing ends early, and the answer may be there.
        let written = self.0.get_mut().write_all(request).await.is_ok();
        let (mut status, mut length, mut goes_on) = (None, 0, written);
        let mut text = Vec::new();
        loop {
            text.clear();
            if self.0.read_until(b'\n', &mut text).await.ok()? == 0 {
                return None;
            }
            let head = String::from_utf8_lossy(&text).to_ascii_lowercase();
            if status.is_none() {
                status = Some(head.split(' ').nth(1)?.parse().ok()?);
            } else if head.trim().is_empty() {
                break;
            } else if let Some(value) = head.strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            } else if head.starts_with("connection: close") {
                goes_on = false;
            }
        }
        text.resize(length, 0);
        self.0.read_exact(&mut text).await.ok()?;
        Some((status?, goes_on))
    }
}

/// Data folder with a connection whose cases the engine knows; it is paused, so that only the door is measured.
struct Prepared {
    path: String,
    connection: Connection,
    cases: Vec<Uuid>,
}

async fn prepare(data: &Path) -> Prepared {
    let folder = DataFolder::open(data).unwrap();
    let store = Sqlite::open(&folder.database().unwrap()).await.unwrap();
    let secrets = Secrets::open(folder.secrets_file(), Some(SecretString::from(SECRETS_KEY)), "bench").await.unwrap();
    let engine = Engine::new(Arc::new(store.clone()), Some(secrets), Arc::new(SystemClock), Arc::new(CrmConnectors));
    let settings = json!({ "url": "http://127.0.0.1:1", "identity_url": "http://127.0.0.1:1",
        "auth": { "kind": "client_credentials", "client_id": "x" }, "session_column": "UsrSessionId" });
    let new = NewCreatio {
        name: "creatio".into(),
        mode: Mode::Every,
        settings: creatio_settings(&settings).unwrap(),
        secret: Some(SecretString::from("x")),
    };
    let connection = engine.add_creatio(new, "bench").await.unwrap();
    let now = Timestamp::now();
    let one = |number: usize| {
        let store = store.clone();
        async move {
            let key = SessionKey { source: "bench".into(), external_id: format!("s{number}") };
            let new =
                NewSession { key, channel: "web".into(), tags: Vec::new(), topic: None, contact: Contact::default() };
            let session_id = store.ensure_session(new, now).await.unwrap().0.id;
            let kind = EventKind::Message { from: Speaker::Customer, text: "Where is it?".into(), author: None };
            let events = Arc::from(vec![NewEvent::new("m1", None, kind)]);
            store.append(Append { session_id, events }, now).await.unwrap().unwrap();
        }
    };
    futures::future::join_all((0..CASES).map(one)).await;
    let later = now + Duration::from_secs(3600);
    let consumer = Consumer::Crm(connection.id);
    let mut cases = Vec::new();
    for lane in store.claim(consumer, later, CASES as i64, Duration::from_secs(1)).await.unwrap() {
        let crm_id = Uuid::now_v7();
        let reserve = Reservation { crm_id, case_key: crm_id.to_string(), previous: None, opening_seq: 1 };
        let step = Step { at: now, what: "plan".into(), detail: json!({}) };
        store.commit_plan((consumer, lane.session_id, lane.fence), Some(reserve), Vec::new(), step).await.unwrap();
        cases.push(crm_id);
    }
    assert_eq!(cases.len(), CASES, "every session has its case");
    let pause = Pause { kind: PauseKind::ByHand, since: now, until: None, failures: 0, failure: None };
    store.set_pause(connection.id, Some(pause)).await.unwrap();
    let path = engine.webhook_address("creatio", "bench").await.unwrap().path.expose_secret().to_owned();
    store.close().await;
    Prepared { path, connection, cases }
}

fn serve(data: &Path) -> (Served, u16) {
    let port = free_port();
    (Served::start(data, &["--public-listen", &format!("127.0.0.1:{port}")]), port)
}

/// Answers by status and by what was wrong; 0 stands for a connection that was closed without an answer.
type Answers = BTreeMap<(u16, &'static str), u64>;

fn by_status(answers: &Answers) -> BTreeMap<u16, u64> {
    let mut all = BTreeMap::new();
    for ((status, _), count) in answers {
        *all.entry(*status).or_default() += count;
    }
    all
}

/// Forged calls from 32 connections until `enough` says so.
async fn flood(port: u16, path: &str, seed: u64, enough: impl Fn(u64) -> bool + Clone + Send + 'static) -> Answers {
    let sent = Arc::new(AtomicU64::new(0));
    let clients = (0..32).map(|client| {
        let (sent, enough) = (Arc::clone(&sent), enough.clone());
        let mut forger = Forger::new(seed * 1_000 + client, path);
        tokio::spawn(async move {
            let mut answers = Answers::new();
            let mut connection = Line::open(port).await;
            while !enough(sent.fetch_add(1, Ordering::Relaxed)) {
                let forged = forger.next();
                let answer = connection.exchange(&forged.bytes).await;
                let (status, goes_on) = answer.unwrap_or((0, false));
                assert!(
                    status == 0 || (400..500).contains(&status),
                    "{} was answered with {status}: {}",
                    forged.what,
                    String::from_utf8_lossy(&forged.bytes[..forged.bytes.len().min(600)])
                );
                *answers.entry((status, forged.what)).or_default() += 1;
                if !goes_on {
                    connection = Line::open(port).await;
                }
            }
            answers
        })
    });
    let mut all = Answers::new();
    for client in clients.collect::<Vec<_>>() {
        for (answer, count) in client.await.unwrap() {
            *all.entry(answer).or_default() += count;
        }
    }
    all
}

async fn nothing_is_left(data: &Path, prepared: &Prepared) {
    let folder = DataFolder::open(data).unwrap();
    let store = Sqlite::open(&folder.database().unwrap()).await.unwrap();
    let receipt = store.last_receipt(prepared.connection.id).await.unwrap();
    assert!(receipt.is_none(), "a forged call left a receipt: {receipt:?}");
    let pull = store.next_pull(prepared.connection.id).await.unwrap();
    assert!(pull.is_none(), "a forged call made a pull due: {pull:?}");
    store.close().await;
}

async fn forged(data: &Path, prepared: &Prepared) {
    let (mut engine, port) = serve(data);
    let fresh = resident(engine.pid());
    let warm = flood(port, &prepared.path, 1, |sent| sent >= FORGED / 10).await;
    let before = resident(engine.pid());
    let began = Instant::now();
    let answers = flood(port, &prepared.path, 2, |sent| sent >= FORGED).await;
    let rate = FORGED as f64 / began.elapsed().as_secs_f64();
    let after = resident(engine.pid());
    assert!(warm.len() > 3 && answers.len() > 3, "refused in several ways: {answers:?}");
    line(
        &format!("{FORGED} forged, broken, oversized calls"),
        &format!("{after:.1} MiB resident after, {rate:.0}/s"),
        &format!("{before:.1} MiB before ({fresh:.1} MiB at the start)"),
        &format!("{:.2}x", after / before),
    );
    println!("   answers by status (0: closed without one): {:?}", by_status(&answers));
    let closed: Vec<_> =
        answers.iter().filter(|((status, _), _)| *status == 0).map(|((_, what), count)| (what, count)).collect();
    println!("   closed without one: {closed:?}");
    let seconds = std::env::var("CASEBRIDGE_BENCH_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(20);
    let left = Duration::from_secs(seconds).saturating_sub(began.elapsed());
    if !left.is_zero() {
        let until = Instant::now() + left;
        let more = flood(port, &prepared.path, 3, move |_| Instant::now() >= until).await;
        line(
            &format!("the same for {seconds} s in all"),
            &format!("{:.1} MiB resident after", resident(engine.pid())),
            &format!("{} calls more", more.values().sum::<u64>()),
            &format!("{:.2}x", resident(engine.pid()) / before),
        );
    }
    assert!(engine.stop().success(), "it is as well as before, and stops in order");
    nothing_is_left(data, prepared).await;
}

fn right(prepared: &Prepared, number: usize) -> Vec<u8> {
    let event = ["new_activity", "case_closed", "case_updated"][number % 3];
    let body = json!({ "event_type": event, "caseId": prepared.cases[number % CASES] }).to_string();
    let path = &prepared.path;
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: door\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

async fn rate(port: u16, requests: &Arc<Vec<Vec<u8>>>) -> f64 {
    let began = Instant::now();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let requests = Arc::clone(requests);
            tokio::spawn(async move {
                let mut connection = Line::open(port).await;
                let mut done = 0_u64;
                while began.elapsed() < SLICE {
                    let request = &requests[(client + done as usize * CLIENTS) % requests.len()];
                    let (status, _) = connection.exchange(request).await.expect("an answer");
                    assert_eq!(status, 200, "a right call is taken");
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut all = 0;
    for client in clients {
        all += client.await.unwrap();
    }
    all as f64 / began.elapsed().as_secs_f64()
}

/// Open-loop arrivals over connections that are kept.
async fn latencies(port: u16, requests: &Arc<Vec<Vec<u8>>>, per_second: u32, seconds: u32) -> Vec<Duration> {
    let idle = Arc::new(Mutex::new(Vec::new()));
    for _ in 0..16 {
        idle.lock().await.push(Line::open(port).await);
    }
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
    let mut tasks = Vec::new();
    for number in 0..(per_second * seconds) as usize {
        ticks.tick().await;
        let (idle, requests) = (Arc::clone(&idle), Arc::clone(requests));
        tasks.push(tokio::spawn(async move {
            let began = Instant::now();
            let kept = idle.lock().await.pop();
            let mut connection = match kept {
                Some(connection) => connection,
                None => Line::open(port).await,
            };
            let (status, _) = connection.exchange(&requests[number % requests.len()]).await.expect("an answer");
            assert_eq!(status, 200, "a right call is taken");
            let took = began.elapsed();
            idle.lock().await.push(connection);
            took
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }
    all
}

async fn acknowledgements(data: &Path, prepared: &Prepared) {
    let (_engine, port) = serve(data);
    let empty_port = free_port();
    let _empty = Empty::start(empty_port);
    let requests = Arc::new((0..CASES).map(|number| right(prepared, number)).collect::<Vec<_>>());
    let (mut ours, mut empty, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let nothing = rate(empty_port, &requests).await;
        let durable = rate(port, &requests).await;
        empty.push(nothing);
        ours.push(durable);
        ratios.push(durable / nothing);
    }
    line(
        &format!("durable webhook acks, {CLIENTS} clients, {CASES} cases"),
        &format!("{:.0}/s", median(ours)),
        &format!("an empty handler {:.0}/s", median(empty)),
        &format!("{:.2}x", median(ratios)),
    );
    // Before and after: the disk has its moods.
    let mut syncs = fdatasync(1_000);
    let mut acks = latencies(port, &requests, 200, 10).await;
    let mut nothing = latencies(empty_port, &requests, 200, 10).await;
    syncs.extend(fdatasync(1_000));
    let ms = |duration: Duration| format!("{:.2} ms", duration.as_secs_f64() * 1e3);
    let (ack, sync) = (percentile(&mut acks, 0.99), percentile(&mut syncs, 0.99));
    line(
        "webhook ack at 200/s, p99",
        &format!("{} (p50 {})", ms(ack), ms(percentile(&mut acks, 0.5))),
        &format!(
            "one fdatasync {} (p50 {}); empty handler {}",
            ms(sync),
            ms(percentile(&mut syncs, 0.5)),
            ms(percentile(&mut nothing, 0.99))
        ),
        &format!("{:.1}x", ack.as_secs_f64() / sync.as_secs_f64()),
    );
}

/// From the moment before a person sends a reply to the moment at which the carrier can read it.
async fn replies() {
    let mut world = World::with(WorldOptions::default().with_task_replies()).await;
    let url = world.side.open_door().await;
    let plain: Recipe = serde_json::from_value(json!({ "kind": "plain", "url": url })).unwrap();
    world.crm().set_recipe(&Recipe { kind: RecipeKind::Guided, ..plain });
    let conversations: Vec<_> =
        seeded(120, 5).into_iter().filter(|one| one.lines.iter().all(|line| line.kind.name() == "message")).collect();
    world.side.send_all(&conversations).await;
    world.side.settled().await;
    while world.side.store.next_pull(world.side.connection.id).await.unwrap().is_some() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let cases: Vec<Uuid> = case_ids(world.crm()).into_values().collect();
    let engine = world.engine().clone();
    let reading = tokio::spawn(async move {
        let (mut read, mut after, mut changed) = (BTreeMap::new(), 0, engine.offered());
        while read.len() < REPLIES {
            changed.borrow_and_update();
            for offer in engine.offers(after, None, 500).await.unwrap() {
                after = offer.no;
                if let EventKind::CrmMessage { text, .. } = offer.kind {
                    read.insert(text, Instant::now());
                    engine.take_reply(offer.id).await.unwrap();
                }
            }
            let wait = tokio::time::timeout(Duration::from_secs(60), changed.changed()).await;
            if wait.is_err() {
                break;
            }
        }
        read
    });
    let since = Timestamp::now();
    let mut sent = BTreeMap::new();
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    for number in 0..REPLIES {
        ticks.tick().await;
        let text = format!("Reply {number}: it is on its way.");
        sent.insert(text.clone(), Instant::now());
        let person = world.crm().person(casebridge_sandbox::creatio::ids::AGENT_CONTACT);
        person.email_reply(cases[number * 7 % cases.len()], &format!("<p>{text}</p>")).unwrap();
    }
    let read = reading.await.unwrap();
    assert_eq!(read.len(), REPLIES, "every reply arrives");
    let mut took: Vec<Duration> = sent.iter().map(|(text, began)| read[text] - *began).collect();
    let mut looks = Vec::new();
    for conversation in &conversations {
        let attempts = world.side.store.attempts(conversation.key.session_id()).await.unwrap();
        let looked = attempts.iter().filter(|(_, call)| call.started_at > since && call.path.contains("$batch"));
        looks.extend(looked.map(|(_, call)| Duration::from_micros(call.took_us.unsigned_abs())));
    }
    let ms = |duration: Duration| format!("{:.0} ms", duration.as_secs_f64() * 1e3);
    let (p50, p95) = (percentile(&mut took, 0.5), percentile(&mut took, 0.95));
    let (look50, look95) = (percentile(&mut looks, 0.5), percentile(&mut looks, 0.95));
    line(
        &format!("reply of a person to its carrier, {REPLIES} at 10/s"),
        &format!("p50 {}, p95 {}", ms(p50), ms(p95)),
        &format!("one look by $batch p50 {}, p95 {} ({})", ms(look50), ms(look95), looks.len()),
        &format!("{:.1}x", p95.as_secs_f64() / look95.as_secs_f64()),
    );
}

pub async fn run() {
    heading("webhooks (client, engine and yardstick share the cores)");
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let prepared = prepare(&data).await;
    forged(&data, &prepared).await;
    acknowledgements(&data, &prepared).await;
    replies().await;
}
