//! The round trip with a Salesforce org, and what holds of it when answers are lost.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use casebridge_domain::pace::Pace;
use casebridge_sandbox::salesforce::{
    Act, Chance, DESKTOP_CLIENT_ID, FaultPlan, RunningSalesforce, SalesforceConfig, SalesforceSandbox, SlowAnswer,
    WhenWork, seed,
};
use casebridge_tests::people::Carrier;
use casebridge_tests::process::{command, ok};
use casebridge_tests::salesforce::{allowed, cases, expect_exactly};
use casebridge_tests::seeded;
use casebridge_tests::world::{Side, WorldOptions, eventually};
use serde_json::{Value, json};

async fn org(config: SalesforceConfig) -> RunningSalesforce {
    SalesforceSandbox::start(SalesforceConfig { tls: false, ..config }).await.unwrap()
}

fn options(settings: Value) -> WorldOptions {
    WorldOptions { settings, ..WorldOptions::default() }
}

fn act(org: &RunningSalesforce, act: Value) {
    let act: Act = serde_json::from_value(act).unwrap();
    org.sandbox.act(None, &act).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_becomes_a_case_and_the_reply_comes_back() {
    let org = org(SalesforceConfig::with_kit()).await;
    let polls = json!({ "back": { "poll_seconds": 5, "idle_poll_seconds": 5 } });
    let side = Side::in_salesforce(&org, &options(polls)).await;
    let conversation = seeded(1, 7).remove(0).with_handoff();
    side.send(&conversation).await;
    side.settled().await;
    expect_exactly(&org.sandbox, [&conversation].into_iter());
    let name = conversation.key.path();
    let case = cases(&org.sandbox)[&name].clone();
    act(&org, json!({ "act": "comment", "case": case, "body": "she is lying" }));
    act(&org, json!({ "act": "comment", "case": case, "body": "We are on it", "published": true }));
    let mut carrier = Carrier::default();
    eventually("the reply arrives with no webhook at all", async || {
        carrier.drain(&side.engine).await;
        (!carrier.replies().is_empty()).then_some(())
    })
    .await;
    act(&org, json!({ "act": "close", "case": case }));
    eventually("the closure resolves the session", async || {
        carrier.drain(&side.engine).await;
        (carrier.count(&name, "resolved") == 1).then_some(())
    })
    .await;
    assert_eq!(carrier.replies(), [(name, "We are on it".to_owned())], "R5, R7: neither ours nor what is internal");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r15_with_the_kit_lost_answers_and_late_commits_double_nothing() {
    let org = org(SalesforceConfig { assignment_rule: Some(seed::queue_id(1)), ..SalesforceConfig::with_kit() }).await;
    let settings = json!({ "owner": seed::queue_id(0), "write_timeout_ms": 1000, "concurrency": 4 });
    let pace = Pace { quiet: std::time::Duration::ZERO, at_most: std::time::Duration::ZERO };
    let side = Side::in_salesforce(&org, &WorldOptions { pace, ..options(settings) }).await;
    let slow = SlowAnswer { when: Chance::probability(0.15), ms: 2_500, work: WhenWork::After };
    org.sandbox.set_faults(FaultPlan {
        seed: 15,
        answer_lost_after_commit: Some(Chance::probability(0.2)),
        cut_before: Some(Chance::probability(0.1)),
        lock_row: Some(Chance::probability(0.1)),
        slow_answer: Some(slow),
        ..FaultPlan::default()
    });
    let conversations = seeded(12, 15);
    side.send_all(&conversations).await;
    eventually("half of the cases stand", async || (org.sandbox.records("Case").len() > 8).then_some(())).await;
    org.sandbox.set_faults(FaultPlan::default());
    side.settled().await;
    let struck = org.sandbox.requests().iter().filter(|entry| !entry.faults.is_empty()).count();
    assert!(struck > 3, "{struck} faults prove nothing");
    expect_exactly(&org.sandbox, conversations.iter());
    let owners = org.sandbox.records("Case");
    assert!(owners.iter().all(|row| row["OwnerId"] == json!(seed::queue_id(0))), "R8: retries take no owner away");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r32_the_command_line_adds_an_org_by_signing_in() {
    let org = org(SalesforceConfig::default()).await;
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let arguments = ["connection", "add", "salesforce", "--name", "org", "--paste", "--client-id", DESKTOP_CLIENT_ID];
    let mut child = command(&data)
        .args(arguments)
        .args(["--login-url", &org.login_url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http"))).expect("the address is printed");
    let reader = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>().join("\n"));
    let brought = allowed(&url).await;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{brought}\n").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "the sign-in is good");
    assert!(reader.join().unwrap().contains("added `org`"));
    let report = ok(&data, &["connection", "test", "org"], "");
    assert!(report.contains("the connection can be used"), "the next start goes on with the sign-in: {report}");
}
