//! The real binary, killed again and again while conversations come in.

use std::time::Duration;

use casebridge_sandbox::creatio::{Chance, CreatioConfig, CreatioSandbox, FaultPlan};
use casebridge_tests::process::{Served, command, connect, ok, synced};
use casebridge_tests::{cases, expect_exactly};

/// Lanes that were unlucky many times wait for minutes by the published schedule.
const PATIENCE: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_every_moment_nothing_is_missing_and_nothing_doubled() {
    let creatio = CreatioSandbox::start(CreatioConfig::default()).await.unwrap();
    creatio.sandbox.set_faults(FaultPlan {
        seed: 5,
        answer_lost_after_commit: Some(Chance::probability(0.2)),
        ..FaultPlan::default()
    });
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    connect(&data, &creatio);
    let conversations = casebridge_tests::seeded(120, 40);
    let file = temp.path().join("conversations.jsonl");
    std::fs::write(&file, conversations.iter().map(casebridge_tests::conversations::to_json).collect::<String>())
        .unwrap();

    let mut engine = Served::start(&data, &[]);
    let mut replay = command(&data)
        .args(["replay", "--source", "seed", "--parallel", "8", file.to_str().unwrap()])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut kills = 0;
    while replay.try_wait().unwrap().is_none() {
        tokio::time::sleep(Duration::from_millis(700)).await;
        engine.kill();
        kills += 1;
        engine = Served::start(&data, &[]);
    }
    assert!(replay.wait().unwrap().success(), "every message was acknowledged in the end");
    // And while the rest drains.
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        engine.kill();
        kills += 1;
        engine = Served::start(&data, &[]);
    }
    synced(&data, PATIENCE).await;
    let plain: Vec<_> = conversations
        .iter()
        .cloned()
        .map(|mut conversation| {
            conversation.lines.retain(|line| line.kind.name() == "message");
            conversation
        })
        .collect();
    assert!(kills >= 5, "the engine was killed {kills} times");
    expect_exactly(&creatio.sandbox, plain.iter());

    let trace = ok(&data, &["trace", &plain[0].key.path()], "");
    assert!(trace.contains("plan") && trace.contains("$batch"), "the whole story is told: {trace}");
    assert!(engine.stop().success(), "a graceful stop succeeds");
    let count = cases(&creatio.sandbox).len();

    // A second, empty data folder against the same CRM, told that the first is gone.
    let second = temp.path().join("second");
    connect(&second, &creatio);
    let told = ok(&second, &["connection", "take-over", "creatio"], "");
    assert!(told.contains("held"), "it says what becomes of replies in between: {told}");
    let _engine = Served::start(&second, &[]);
    ok(&second, &["replay", "--source", "seed", file.to_str().unwrap()], "");
    synced(&second, PATIENCE).await;
    assert_eq!(cases(&creatio.sandbox).len(), count);
    expect_exactly(&creatio.sandbox, plain.iter());
}
