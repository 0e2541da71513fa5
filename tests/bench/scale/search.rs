//! How long people wait for a list and a search, through the engine's own door, beside the bare question to the index.

use std::path::Path;
use std::time::{Duration, Instant};

use casebridge_store::DataFolder;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use super::words::{COMMONEST, RAREST};
use crate::report::{heading, line, percentile};

const ROUNDS: usize = 15;
/// What an answer may take however it is asked.
const BOUND: Duration = Duration::from_millis(100);

struct Console {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Console {
    fn of(data: &Path) -> Self {
        let engine = DataFolder::open(data).unwrap().engine().unwrap();
        casebridge_connectors::install_crypto();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { client, url: format!("{}/console/call", engine.url), token: engine.token }
    }

    /// One command: what it answers, and how long that took.
    async fn ask(&self, command: &Value) -> (Value, Duration) {
        let began = Instant::now();
        let sent = self.client.post(&self.url).bearer_auth(&self.token).json(command).send().await.unwrap();
        let answer = sent.error_for_status().unwrap().json().await.unwrap();
        (answer, began.elapsed())
    }
}

async fn bare(pool: &SqlitePool, question: &str) -> Duration {
    let began = Instant::now();
    let found: Vec<String> =
        sqlx::query_scalar("select session_id from search where search match $1 order by rowid desc limit 50")
            .bind(question)
            .fetch_all(pool)
            .await
            .unwrap();
    let took = began.elapsed();
    drop(found);
    took
}

/// Words as they are typed, with what the index is asked: whole words, beginnings of two to five letters, pairs.
fn mix() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for typed in [
        COMMONEST,
        "parcel",
        "refund",
        "courier",
        "password",
        RAREST,
        "or",
        "par",
        "invo",
        "cou",
        "deli",
        "mond",
        "ба",
        "βα",
        "verdol",
        "balomi",
        "taskuver",
        "late parcel",
        "refund card",
        "order par",
        "p4242",
        "photo",
        "hal",
    ] {
        let words: Vec<&str> = typed.split(' ').collect();
        let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
        all.push((typed.to_owned(), format!("{}*", quoted.join(" "))));
    }
    all
}

pub async fn run(data: &Path) {
    heading("lists and searches, 100,000 conversations, 1,000,000 messages");
    let console = Console::of(data);
    let options =
        SqliteConnectOptions::new().filename(data.join("casebridge.db")).pragma("cache_size", "-16000").read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        for (typed, question) in mix() {
            let command = json!({ "command": "sessions_list", "view": "all", "query": typed });
            let (_, took) = console.ask(&command).await;
            let alone = bare(&pool, &question).await;
            // The first round warms both.
            if round > 0 {
                ours.push(took);
                theirs.push(alone);
            }
            if round == ROUNDS && std::env::var_os("CASEBRIDGE_BENCH_EACH").is_some() {
                println!("  {typed:<20} {took:?} bare {alone:?}");
            }
        }
    }
    for (name, share) in [("p50", 0.5), ("p95", 0.95)] {
        let (took, alone) = (percentile(&mut ours, share), percentile(&mut theirs, share));
        let ratio = took.saturating_sub(Duration::from_millis(2)).as_secs_f64() / alone.as_secs_f64();
        line(
            &format!("search as you type, {name}"),
            &format!("{:.1} ms", took.as_secs_f64() * 1e3),
            &format!("the bare question {:.1} ms", alone.as_secs_f64() * 1e3),
            &format!("{ratio:.2}x + 2 ms"),
        );
    }
    adversarial(&console).await;
}

async fn adversarial(console: &Console) {
    let list = |view: &str, query: Option<&str>| {
        let mut command = json!({ "command": "sessions_list", "view": view });
        if let Some(query) = query {
            command["query"] = json!(query);
        }
        command
    };
    let asked = [
        ("first page of all", list("all", None)),
        ("first page: needs a person", list("needs_person", None)),
        ("first page: AI", list("ai", None)),
        ("first page: resolved", list("resolved", None)),
        ("first page: trouble", list("trouble", None)),
        ("a view that nothing is in", list("mine", None)),
        ("counts of the views", json!({ "command": "sessions_counts" })),
        ("the commonest word", list("all", Some(COMMONEST))),
        ("the commonest word, in trouble", list("trouble", Some(COMMONEST))),
        ("the commonest word, a view nothing is in", list("mine", Some(COMMONEST))),
        ("the commonest word and the rarest", list("all", Some(&format!("{COMMONEST} {RAREST}")))),
        ("the rarest word, needs a person", list("needs_person", Some(RAREST))),
        ("one letter", list("all", Some("o"))),
        ("one letter, a view nothing is in", list("mine", Some("o"))),
        ("beginning of the commonest", list("all", Some("orde"))),
        ("the commonest twenty times", list("all", Some(&[COMMONEST; 20].join(" ")))),
        ("a common pair", list("resolved", Some("order parcel late"))),
        ("what nobody said", list("all", Some("qqqqqqqq"))),
        ("beginning of ids", list("all", Some("c-"))),
        ("beginning of case numbers", list("trouble", Some("SR"))),
        ("case links", json!({ "command": "case_links" })),
        ("case links, gone", json!({ "command": "case_links", "state": "gone" })),
        ("case links by number, gone", json!({ "command": "case_links", "state": "gone", "query": "SR" })),
        ("deliveries", json!({ "command": "deliveries" })),
        ("counts of lanes", json!({ "command": "connection_list" })),
    ];
    for (what, command) in asked {
        let mut times = Vec::new();
        let mut answer = Value::Null;
        for _ in 0..7 {
            let (said, took) = console.ask(&command).await;
            answer = said;
            times.push(took);
        }
        let (middle, worst) = (percentile(&mut times, 0.5), percentile(&mut times, 1.0));
        let rows = answer["rows"].as_array().map_or(String::new(), |rows| format!("{} rows", rows.len()));
        let more = if answer["bounded"] == true { ", more may exist" } else { "" };
        let within = if worst <= BOUND { "within 100 ms" } else { "OVER 100 ms" };
        let said = format!("{:.1} ms, worst {:.1} ms", middle.as_secs_f64() * 1e3, worst.as_secs_f64() * 1e3);
        line(what, &said, &format!("{rows}{more}"), within);
    }
}
