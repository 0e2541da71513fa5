//! The real binary: webhooks in, replies out over HTTP, killed in between.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::time::Duration;

use casebridge_sandbox::creatio::{CreatioConfig, CreatioSandbox};
use casebridge_store::DataFolder;
use casebridge_tests::people::{HttpCarrier, REPLY_CATEGORY, Shares, Work, case_ids};
use casebridge_tests::process::{Served, connect, ok, run, synced};
use casebridge_tests::world::eventually;
use casebridge_tests::{conversations, seeded};
use serde_json::{Value, json};

/// A port that is free now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_every_moment_with_webhooks_repeated_and_shuffled_each_reply_is_taken_once() {
    let creatio = CreatioSandbox::start(CreatioConfig::default()).await.unwrap();
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    connect(&data, &creatio);
    let replies = format!(r#"{{"tasks":[{{"category":"{REPLY_CATEGORY}"}}]}}"#);
    let refused = run(&data, &["connection", "set", "creatio", "--set", &format!("replies={replies}")], "");
    assert_eq!(refused.status.code(), Some(2), "R7: tasks are internal until somebody has looked");
    ok(&data, &["replies", "preview", "creatio", "--replies", &replies], "");
    ok(&data, &["connection", "set", "creatio", "--set", &format!("replies={replies}")], "");
    ok(&data, &["connection", "set", "creatio", "--set", r#"back={"poll_seconds":5,"idle_poll_seconds":5}"#], "");
    let conversations: Vec<_> = seeded(60, 23)
        .into_iter()
        .map(|mut one| {
            one.lines.retain(|line| line.kind.name() == "message");
            one
        })
        .collect();
    let file = temp.path().join("conversations.jsonl");
    std::fs::write(&file, conversations.iter().map(conversations::to_json).collect::<String>()).unwrap();
    let door = format!("127.0.0.1:{}", free_port());
    let public = ["--public-listen", door.as_str()];
    let mut engine = Served::start(&data, &public);
    let url = ok(&data, &["webhook", "url", "creatio"], "");
    let recipe = json!({ "kind": "plain", "url": url.trim(), "duplication": 10, "shuffled": 3, "background": true });
    creatio.sandbox.set_recipe(&serde_json::from_value(recipe).unwrap());
    ok(&data, &["replay", "--source", "seed", file.to_str().unwrap()], "");
    synced(&data, Duration::from_secs(120)).await;

    let closable: BTreeSet<String> = conversations.iter().map(|one| one.key.path()).collect();
    let shares = Shares { replies: 60, closures: 12, reopenings: 6, incoming: 6, internal: 12 };
    let mut carrier = HttpCarrier::of(&data);
    let mut work = Work::day(&creatio.sandbox, &closable, shares);
    work.send_drafts(&creatio.sandbox);
    let mut kills = 0;
    while !work.arrived(&carrier.carrier) || kills < 5 {
        assert!(kills < 60, "replies do not arrive: {} of {}", carrier.carrier.took.len(), work.replies.len());
        // Long enough to do something, too short to do everything.
        let until = tokio::time::Instant::now() + Duration::from_millis(600);
        while tokio::time::Instant::now() < until {
            carrier.drain().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        engine.kill();
        kills += 1;
        engine = Served::start(&data, &public);
    }
    work.reopen(&creatio.sandbox, shares.reopenings);
    eventually("the reopenings arrive", async || {
        carrier.drain().await;
        work.arrived(&carrier.carrier).then_some(())
    })
    .await;
    carrier.drain().await;
    work.expect(&carrier.carrier);
    let doctor = run(&data, &["doctor"], "");
    let said = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(said.contains("the newest call came"), "the doctor knows of the webhooks: {said}");
    assert!(engine.stop().success(), "a graceful stop succeeds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_carrier_reads_the_stream_acknowledges_and_its_echo_is_written_nowhere() {
    let creatio = CreatioSandbox::start(CreatioConfig::default()).await.unwrap();
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    connect(&data, &creatio);
    let door = format!("127.0.0.1:{}", free_port());
    let _engine = Served::start(&data, &["--public-listen", &door]);
    let url = ok(&data, &["webhook", "url", "creatio"], "");
    assert!(url.starts_with(&format!("http://{door}/webhooks/creatio/")), "{url}");
    creatio.sandbox.set_recipe(&serde_json::from_value(json!({ "kind": "guided", "url": url.trim() })).unwrap());
    let address = DataFolder::open(&data).unwrap().engine().unwrap();
    casebridge_connectors::install_crypto();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let api = |path: &str| format!("{}{path}", address.url);
    let post = async |path: &str, body: Value| {
        let sent = client.post(api(path)).bearer_auth(&address.token).json(&body).send().await.unwrap();
        let status = sent.status();
        let answer: Value = sent.json().await.unwrap();
        assert!(status.is_success(), "{path}: {answer}");
        answer
    };
    let session = post("/v1/sessions", json!({ "source": "chat", "external_id": "c1", "channel": "web" })).await;
    let events = format!("/v1/sessions/{}/events", session["id"].as_str().unwrap());
    post(&events, json!({ "id": "m1", "kind": "message", "from": "customer", "text": "hello" })).await;
    synced(&data, Duration::from_secs(60)).await;

    let mut stream = client
        .get(api("/v1/replies/stream?source=chat"))
        .bearer_auth(&address.token)
        .send()
        .await
        .unwrap()
        .error_for_status()
        .unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let (_, case) = case_ids(&creatio.sandbox).pop_first().unwrap();
    creatio.sandbox.supervisor().portal_message(case, "Your parcel is on its way.", false, false).unwrap();
    let mut text = String::new();
    while !text.contains("\n\n") {
        let chunk = tokio::time::timeout(Duration::from_secs(30), stream.chunk()).await;
        text.push_str(&String::from_utf8_lossy(&chunk.expect("the reply comes").unwrap().unwrap()));
    }
    assert!(text.contains("event: reply"), "{text}");
    let data_line = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let reply: Value = serde_json::from_str(data_line).unwrap();
    assert_eq!(reply["text"], "Your parcel is on its way.");
    assert_eq!(reply["delivery"], "deliver", "a portal message reached nobody in the chat yet");
    let id = reply["reply_id"].as_str().unwrap();

    // The carrier's own log sends the message back, once with the reply's id and once without.
    let echo = json!({ "id": "a1", "kind": "message", "from": "agent", "text": "Your parcel is on its way.",
        "reply_id": id });
    post(&events, echo.clone()).await;
    assert_eq!(post(&events, echo).await["results"][0]["duplicate"], true, "sent again it is the same event");
    post(&events, json!({ "id": "a2", "kind": "message", "from": "agent", "text": "Your  parcel is on its way." }))
        .await;
    post(&events, json!({ "id": "m2", "kind": "message", "from": "customer", "text": "thanks" })).await;
    synced(&data, Duration::from_secs(60)).await;
    let taken = post(&format!("/v1/replies/{id}/taken"), json!({})).await;
    assert_eq!(taken["already"], true, "what comes back was taken");
    assert_eq!(creatio.sandbox.count("Activity"), 2, "R19: the echo is not written again");
    let trace = ok(&data, &["trace", "chat/c1"], "");
    for word in ["webhook", "looked at the case", "taken by the carrier", "echo of"] {
        assert!(trace.contains(word), "the trace tells `{word}`: {trace}");
    }
    let export = ok(&data, &["export", "chat/c1", "--redacted"], "");
    let export: Value = serde_json::from_str(&export).unwrap();
    assert!(!export.to_string().contains("parcel"), "R41: a support bundle holds nothing that people said");
    assert_eq!(export["replies"][0]["state"], "given");

    let old = url.trim().to_owned();
    let new = ok(&data, &["webhook", "regenerate", "creatio", "--grace-minutes", "0"], "");
    assert_ne!(new.lines().next(), Some(old.as_str()));
    let call = json!({ "event_type": "new_activity", "caseId": case });
    let answer = client.post(&old).json(&call).send().await.unwrap();
    assert_eq!(answer.status(), 401, "the old address has ended");
    eventually("the doctor tells of it", async || {
        let doctor = run(&data, &["doctor"], "");
        String::from_utf8_lossy(&doctor.stdout).contains("an address that has ended").then_some(())
    })
    .await;
}
