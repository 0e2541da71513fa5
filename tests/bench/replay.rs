//! 1,500 conversations through the engine, in each mode, with the mode switched midway, and under faults with
//! kills: judged by the CRM's own records.

use std::io::{BufRead as _, BufReader};
use std::time::{Duration, Instant};

use casebridge_domain::Mode;
use casebridge_engine::connections::ConnectionChange;
use casebridge_sandbox::creatio::{CreatioConfig, CreatioSandbox};
use casebridge_tests::faults::mix;
use casebridge_tests::process::{Served, command, connect, ok, synced};
use casebridge_tests::world::Side;
use casebridge_tests::{Conversation, World, WorldOptions, cases, conversations, expect_exactly, seeded};

use crate::report::{heading, line};

pub fn load() -> Vec<Conversation> {
    let Some(path) = std::env::var_os("CASEBRIDGE_BENCH_CONVERSATIONS") else { return seeded(1_500, 1_000) };
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    BufReader::new(file)
        .lines()
        .map(|line| conversations::from_json(&serde_json::from_str(&line.unwrap()).unwrap()))
        .collect()
}

fn with_handoffs(mut all: Vec<Conversation>) -> Vec<Conversation> {
    for (number, conversation) in all.iter_mut().enumerate() {
        if number % 3 == 0 && !conversation.handed_off() {
            *conversation = conversation.clone().with_handoff();
        }
    }
    all
}

async fn mode(all: &[Conversation], mode: Mode) {
    let began = Instant::now();
    let world = World::new(mode).await;
    world.side.send_all(all).await;
    world.side.settled().await;
    let expected = || all.iter().filter(|one| mode == Mode::Every || one.handed_off());
    expect_exactly(world.crm(), expected());
    line(
        &format!("{} conversations, mode {mode:?}", all.len()),
        &format!("{} cases, {} activities", world.crm().count("Case"), world.crm().count("Activity")),
        &format!("exactly those expected: {}", expected().count()),
        &format!(
            "{:.0} s, {:.2} calls each",
            began.elapsed().as_secs_f64(),
            world.crm().data_calls() as f64 / all.len() as f64
        ),
    );
}

async fn switched(all: &[Conversation], first: Mode, second: Mode) {
    let world = World::new(first).await;
    let (before, after) = all.split_at(all.len() / 2);
    world.side.send_all(before).await;
    let change = ConnectionChange { mode: Some(second), ..ConnectionChange::default() };
    world.engine().change_connection("creatio", change, "bench").await.unwrap();
    world.side.send_all(after).await;
    world.side.settled().await;
    let has_case = |mode, one: &Conversation| mode == Mode::Every || one.handed_off();
    let expected =
        before.iter().filter(|one| has_case(first, one)).chain(after.iter().filter(|one| has_case(second, one)));
    expect_exactly(world.crm(), expected.clone());
    line(
        &format!("{first:?}, switched to {second:?} midway"),
        &format!("{} cases", world.crm().count("Case")),
        &format!("exactly those expected: {}", expected.count()),
        "",
    );
}

async fn faults_and_kills(all: &[Conversation]) {
    let messages: Vec<Conversation> = all
        .iter()
        .cloned()
        .map(|mut one| {
            one.lines.retain(|line| line.kind.name() == "message");
            one
        })
        .collect();
    let clean = World::new(Mode::Every).await;
    clean.side.send_all(&messages).await;
    clean.side.settled().await;

    let creatio = CreatioSandbox::start(CreatioConfig::default()).await.unwrap();
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    connect(&data, &creatio);
    creatio.sandbox.set_faults(mix(99));
    let file = temp.path().join("conversations.jsonl");
    std::fs::write(&file, messages.iter().map(conversations::to_json).collect::<String>()).unwrap();
    let source = messages[0].key.source.clone();
    let began = Instant::now();
    let mut engine = Served::start(&data, &[]);
    let mut replay = command(&data)
        .args(["replay", "--source", &source, file.to_str().unwrap()])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut kills = 0;
    while replay.try_wait().unwrap().is_none() || kills < 20 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        engine.kill();
        kills += 1;
        engine = Served::start(&data, &[]);
    }
    assert!(replay.wait().unwrap().success());
    synced(&data, Duration::from_secs(3600)).await;
    expect_exactly(&creatio.sandbox, messages.iter());
    assert!(cases(&creatio.sandbox) == cases(clean.crm()), "kind, key, text and order per case");
    line(
        &format!("faults, and SIGKILL every 2 s ({kills} times)"),
        &format!("{} cases, {} activities", creatio.sandbox.count("Case"), creatio.sandbox.count("Activity")),
        "identical to the run without faults",
        &format!("{:.0} s", began.elapsed().as_secs_f64()),
    );
    drop(engine);

    let rows = (creatio.sandbox.count("Case"), creatio.sandbox.count("Activity"));
    creatio.sandbox.set_faults(Default::default());
    let second = Side::open(&creatio, &WorldOptions::default()).await;
    second.engine.take_over("creatio", "bench").await.unwrap();
    second.send_all(&messages).await;
    second.settled().await;
    let after = (creatio.sandbox.count("Case"), creatio.sandbox.count("Activity"));
    assert_eq!(after, rows, "a second, empty data folder makes nothing new");
    line("a second, empty data folder", "0 new cases, 0 new activities", "", "");
    ok(&data, &["lanes", "list", "--count"], "");
}

pub async fn run() {
    heading("1,500 conversations, judged by the CRM's records");
    let all = with_handoffs(load());
    mode(&all, Mode::Every).await;
    mode(&all, Mode::Handoff).await;
    switched(&all, Mode::Every, Mode::Handoff).await;
    switched(&all, Mode::Handoff, Mode::Every).await;
}

pub async fn run_with_faults() {
    heading("1,500 conversations under faults and kills");
    faults_and_kills(&load()).await;
}
