//! Conversations a second into a CRM that answers at once, and what a conversation costs in calls.

use std::time::{Duration, Instant};

use casebridge_domain::pace::Pace;
use casebridge_sandbox::creatio::CreatioConfig;
use casebridge_tests::{Conversation, World, WorldOptions, seeded};
use serde_json::json;

use crate::report::{heading, line, median};

const ROUNDS: usize = 5;
const CONVERSATIONS: usize = 400;

async fn null_world() -> World {
    World::with(WorldOptions {
        creatio: CreatioConfig { null_sink: true, ..CreatioConfig::default() },
        // A CRM that stores nothing has no employees either.
        settings: json!({ "concurrency": 32, "owner": "410006e1-ca4e-4502-a9ec-e54d922d2c00" }),
        pace: Pace::default(),
        ..WorldOptions::default()
    })
    .await
}

/// Conversations that no look-up of a status is needed for: this CRM has none.
fn unresolved(count: usize, seed: u64) -> Vec<Conversation> {
    let mut all = seeded(count, seed);
    for conversation in &mut all {
        conversation.lines.retain(|line| line.kind.name() != "resolved");
    }
    all
}

/// What the CRM itself takes from one client without an engine, in calls a second.
async fn bare_calls(world: &World) -> f64 {
    casebridge_connectors::install_crypto();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/$batch", world.creatio.odata_url());
    let body = json!({ "requests": [] });
    let began = Instant::now();
    let calls = 2_000;
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (client, url, body) = (client.clone(), url.clone(), body.clone());
            tokio::spawn(async move {
                for _ in 0..calls / 32 {
                    client.post(&url).json(&body).send().await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    f64::from(calls) / began.elapsed().as_secs_f64()
}

pub async fn run() {
    heading("end to end into a CRM that answers at once");
    let (mut rates, mut bares, mut calls) = (Vec::new(), Vec::new(), Vec::new());
    let mut messages = 0;
    for round in 0..ROUNDS {
        let world = null_world().await;
        bares.push(bare_calls(&world).await);
        world.crm().clear_requests();
        let conversations = unresolved(CONVERSATIONS, 100 + round as u64);
        messages = conversations.iter().map(|one| one.messages().len()).sum::<usize>();
        let began = Instant::now();
        for conversation in &conversations {
            let id = world.side.session(conversation).await;
            world.engine().append(id, conversation.events()).await.unwrap();
        }
        world.side.settled().await;
        rates.push(CONVERSATIONS as f64 / began.elapsed().as_secs_f64());
        calls.push(world.crm().data_calls() as f64 / CONVERSATIONS as f64);
    }
    line(
        &format!("conversations of {:.1} messages", messages as f64 / CONVERSATIONS as f64),
        &format!("{:.0}/s", median(rates.clone())),
        &format!("bare calls to the same CRM {:.0}/s", median(bares.clone())),
        &format!("{:.2}", median(rates) / median(bares)),
    );
    line("calls per finished conversation", &format!("{:.2}", median(calls)), "least possible 1", "");

    // Live: a message every 300 ms, so that bursts are gathered and not the whole conversation.
    let world = null_world().await;
    let conversations = unresolved(40, 200);
    let began = Instant::now();
    let tasks = conversations.iter().map(|conversation| async {
        let id = world.side.session(conversation).await;
        for event in conversation.events() {
            world.engine().append(id, vec![event]).await.unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    });
    futures::future::join_all(tasks).await;
    world.side.settled().await;
    let messages: usize = conversations.iter().map(|one| one.messages().len()).sum();
    line(
        "live, a message every 300 ms",
        &format!("{:.2} calls/conversation", world.crm().data_calls() as f64 / conversations.len() as f64),
        &format!("one call a message: {:.2}", messages as f64 / conversations.len() as f64),
        &format!("in {:.0} s", began.elapsed().as_secs_f64()),
    );
}
