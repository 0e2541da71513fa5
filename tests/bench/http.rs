//! Durable acknowledgements through HTTP.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use casebridge_store::DataFolder;
use casebridge_tests::process::Served;
use serde_json::json;

use crate::report::{fdatasync, heading, line, median, percentile};

const SLICE: Duration = Duration::from_secs(2);
const PAIRS: usize = 7;

/// A client of the sessions API of the engine on this folder.
#[derive(Clone)]
pub struct Api {
    client: reqwest::Client,
    url: String,
    token: String,
}

impl Api {
    /// Finds the engine as the command line does.
    pub fn of(data: &Path) -> Self {
        let engine = DataFolder::open(data).unwrap().engine().unwrap();
        casebridge_connectors::install_crypto();
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(256).build().unwrap();
        Self { client, url: engine.url, token: engine.token }
    }

    /// Makes a session and gives its id.
    pub async fn session(&self, name: &str) -> String {
        let body = json!({ "source": "bench", "external_id": name, "channel": "web" });
        let answer: serde_json::Value = self.post("/v1/sessions", &body).await.json().await.unwrap();
        answer["id"].as_str().unwrap().to_owned()
    }

    /// Appends one message.
    pub async fn message(&self, session: &str, id: &str) {
        let body = json!({ "id": id, "kind": "message", "from": "customer",
            "text": "I would like to know when my parcel arrives, it was due on Tuesday." });
        self.post(&format!("/v1/sessions/{session}/events"), &body).await;
    }

    async fn post(&self, path: &str, body: &serde_json::Value) -> reqwest::Response {
        let sent = self.client.post(format!("{}{path}", self.url)).bearer_auth(&self.token).json(body).send().await;
        sent.unwrap().error_for_status().unwrap()
    }
}

async fn rate(api: &Api, clients: usize, round: usize) -> f64 {
    let mut sessions = Vec::new();
    for client in 0..clients {
        sessions.push(api.session(&format!("rate-{round}-{clients}-{client}")).await);
    }
    let done = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let tasks: Vec<_> = sessions
        .into_iter()
        .map(|session| {
            let (api, done) = (api.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                for number in 0_u64.. {
                    if began.elapsed() >= SLICE {
                        break;
                    }
                    api.message(&session, &format!("m{number}")).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    done.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64()
}

/// Open-loop arrivals: the next message does not wait for the answer to the last.
async fn latencies(api: &Api, per_second: u32, seconds: u32) -> Vec<Duration> {
    let mut sessions = Vec::new();
    for number in 0..50 {
        sessions.push(api.session(&format!("latency-{number}")).await);
    }
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
    let mut tasks = Vec::new();
    for number in 0..per_second * seconds {
        ticks.tick().await;
        let (api, session) = (api.clone(), sessions[number as usize % sessions.len()].clone());
        tasks.push(tokio::spawn(async move {
            let began = Instant::now();
            api.message(&session, &format!("l{number}")).await;
            began.elapsed()
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.push(task.await.unwrap());
    }
    all
}

pub async fn run() {
    heading("sessions API, durable acknowledgements (client and engine share the cores)");
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let _engine = Served::start(&data, &[]);
    let api = Api::of(&data);
    let (mut one, mut many, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..PAIRS {
        let alone = rate(&api, 1, round).await;
        let together = rate(&api, 64, round).await;
        one.push(alone);
        many.push(together);
        ratios.push(together / alone);
    }
    line(
        "acknowledgements, 64 clients",
        &format!("{:.0}/s", median(many)),
        &format!("1 client {:.0}/s", median(one)),
        &format!("{:.1}x", median(ratios)),
    );
    let mut acks = latencies(&api, 200, 10).await;
    let mut syncs = fdatasync(1000);
    let (ack, sync) = (percentile(&mut acks, 0.99), percentile(&mut syncs, 0.99));
    line(
        "acknowledgement at 200/s, p99",
        &format!("{:.2} ms", ack.as_secs_f64() * 1e3),
        &format!("one fdatasync, p99 {:.2} ms", sync.as_secs_f64() * 1e3),
        &format!("{:.1}x", ack.as_secs_f64() / sync.as_secs_f64()),
    );
}
