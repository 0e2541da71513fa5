//! The set-up kit of a Salesforce org from the engine and the command line, and what an org that refuses a field costs.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use casebridge_engine::kit::KitStage;
use casebridge_sandbox::salesforce::{
    DESKTOP_CLIENT_ID, FieldChange, RunningSalesforce, SalesforceConfig, SalesforceSandbox,
};
use casebridge_tests::process::{command, ok, run};
use casebridge_tests::salesforce::{allowed, cases};
use casebridge_tests::seeded;
use casebridge_tests::world::{Side, WorldOptions};

const INTEGRATION: &str = "integration@sandbox.example";

async fn org(config: SalesforceConfig) -> RunningSalesforce {
    let config = SalesforceConfig { tls: false, deploy_polls: 1, ..config };
    let org = SalesforceSandbox::start(config).await.unwrap();
    org.sandbox.change_user(INTEGRATION, |user| (user.modify_metadata, user.view_setup) = (true, true));
    org
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_kit_is_deployed_while_conversations_come_in_and_guards_them_from_then_on() {
    let org = org(SalesforceConfig::default()).await;
    let side = Side::in_salesforce(&org, &WorldOptions::default()).await;
    let conversations = seeded(2, 3);
    side.send(&conversations[0]).await;
    side.settled().await;
    assert!(!side.engine.kit_state("salesforce").await.unwrap().is_complete(), "nobody deployed it");

    let deploy = side.engine.kit_deploy("salesforce", false, "Ada").await.unwrap();
    let done = loop {
        let progress = side.engine.kit_deploy_status("salesforce", &deploy.id).await.unwrap();
        if !matches!(progress.state, KitStage::Waiting | KitStage::Running) {
            break progress;
        }
    };
    assert_eq!((done.state, done.errors.len()), (KitStage::Done, 0), "{done:?}");
    assert!(side.engine.kit_state("salesforce").await.unwrap().is_complete());

    side.send(&conversations[1]).await;
    side.settled().await;
    let case = &cases(&org.sandbox)[&conversations[1].key.path()];
    let row = org.sandbox.record("Case", case).unwrap();
    assert!(
        row["Casebridge_Id__c"].is_string() && row["Casebridge_Write__c"].is_string(),
        "no restart is needed: {row:?}"
    );
    assert_eq!(row["Case_From__c"], "opencx");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_refused_field_is_on_the_trace_of_each_case_and_costs_one_call_once() {
    let org = org(SalesforceConfig::with_kit()).await;
    let side = Side::in_salesforce(&org, &WorldOptions::default()).await;
    let conversations = seeded(3, 26);
    side.send(&conversations[0]).await;
    side.settled().await;
    org.sandbox.change_field("Case", "Case_From__c", &FieldChange::ReadOnly);
    let mut refusals = 0;
    for conversation in &conversations[1..] {
        let session = side.send(conversation).await;
        side.settled().await;
        let trace = side.engine.trace(session).await.unwrap();
        let told = trace.timeline.iter().find(|entry| entry.what == "left_out").expect("the trace says so");
        for word in ["Case_From__c", "security settings"] {
            assert!(told.summary.contains(word), "in the org's words: {}", told.summary);
        }
        let calls = trace.timeline.iter().filter(|entry| entry.what == "call");
        let refused = calls.filter(|call| call.detail.to_string().contains("INVALID_FIELD_FOR_INSERT_UPDATE"));
        refusals += refused.count();
        assert_eq!(refusals, 1, "the next conversation does not pay for it again");
    }
    assert_eq!(cases(&org.sandbox).len(), 3, "each has its case");

    org.sandbox.change_field("Case", "Case_From__c", &FieldChange::Writable);
    side.engine.test_connection("salesforce").await.unwrap();
    let mended = &seeded(4, 26)[3];
    side.send(mended).await;
    side.settled().await;
    let row = org.sandbox.record("Case", &cases(&org.sandbox)[&mended.key.path()]).unwrap();
    assert_eq!(row["Case_From__c"], "opencx", "an admin mended it, and somebody tested the connection");
}

/// Adds the org as an admin would.
async fn connect(data: &Path, org: &RunningSalesforce) {
    let mut child = command(data)
        .args(["connection", "add", "salesforce", "--name", "org", "--paste", "--client-id", DESKTOP_CLIENT_ID])
        .args(["--login-url", &org.login_url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http"))).expect("the address is printed");
    let rest = std::thread::spawn(move || lines.map_while(Result::ok).count());
    let brought = allowed(&url).await;
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{brought}\n").as_bytes()).unwrap();
    assert!(child.wait().unwrap().success(), "the sign-in is good");
    rest.join().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_saves_tries_and_deploys_the_kit() {
    let org = org(SalesforceConfig::default()).await;
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let folder = temp.path().join("kit");
    ok(&data, &["salesforce", "kit", "--out", folder.to_str().unwrap()], "");
    assert!(folder.join("apex/triggers/CasebridgeOnCase.trigger").exists() && !data.exists(), "no engine is asked");

    assert_eq!(run(&data, &["salesforce", "kit"], "").status.code(), Some(2), "there is no org yet");
    connect(&data, &org).await;
    let missing = ok(&data, &["salesforce", "kit"], "");
    assert!(missing.contains("MISSING") && missing.contains("not complete"), "{missing}");
    let tried = ok(&data, &["salesforce", "kit", "--check"], "");
    assert!(tried.contains("7 of 7 pieces would be deployed; nothing was changed"), "{tried}");
    let deployed = ok(&data, &["salesforce", "kit", "org", "--deploy"], "");
    assert!(deployed.contains("7 of 7 pieces are deployed"), "{deployed}");
    let there = ok(&data, &["salesforce", "kit"], "");
    assert!(there.contains("version 1 of 1: the kit is there"), "{there}");

    org.sandbox.change_user(INTEGRATION, |user| user.modify_metadata = false);
    let refused = run(&data, &["salesforce", "kit", "--deploy"], "");
    assert_eq!(refused.status.code(), Some(4), "the CRM says no");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("Modify Metadata"), "and what to do is said");
}
