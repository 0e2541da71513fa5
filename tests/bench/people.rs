//! People at work on 1,500 conversations: replies of each kind, closures, reopenings, mails, drafts, notes; by polling
//! in virtual time, and through webhooks that are lost, repeated and shuffled, with kills.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casebridge_domain::SessionId;
use casebridge_engine::Clock;
use casebridge_sandbox::creatio::{CreatioConfig, CreatioSandbox, ids};
use casebridge_store::Inbound as _;
use casebridge_tests::days::Days;
use casebridge_tests::people::{Carrier, HttpCarrier, REPLY_CATEGORY, Shares, Work, undecided};
use casebridge_tests::process::{Served, connect, ok, synced};
use casebridge_tests::world::{Side, within};
use casebridge_tests::{Conversation, WorldOptions, conversations};
use serde_json::json;

use crate::replay::load;
use crate::report::{heading, line};

const SHARES: Shares = Shares { replies: 400, closures: 200, reopenings: 100, incoming: 60, internal: 200 };
const HOUR: Duration = Duration::from_secs(3600);

fn closable(all: &[Conversation]) -> BTreeSet<String> {
    all.iter().filter(|one| !one.resolved()).map(|one| one.key.path()).collect()
}

async fn quiet(side: &Side, what: &str) {
    within(
        HOUR,
        what,
        async || side.store.next_pull(side.connection.id).await.unwrap().is_none().then_some(()),
        async || String::new(),
    )
    .await;
    side.settled().await;
}

async fn by_polling(all: &[Conversation]) {
    let began = Instant::now();
    let days = Days::begin().await;
    days.world.side.send_all(all).await;
    days.pass(3).await;
    days.world.side.settled().await;
    let crm = days.world.crm();
    let mut work = Work::day(crm, &closable(all), SHARES);
    days.pass(12).await;
    let drafts = work.drafts.len();
    days.pass(28).await;
    work.send_drafts(crm);
    // Somebody imports five thousand rows of one time.
    let foreign = crm.insert("Case", &json!({ "Subject": "not ours", "UsrSessionId": "x" })).unwrap();
    let mut rows = Vec::new();
    for number in 0..5_000 {
        let row = json!({ "Title": format!("imported {number}"), "CaseId": foreign, "OwnerId": ids::AGENT_CONTACT });
        rows.push(crm.insert("Activity", &row).unwrap());
    }
    crm.stamp_all("Activity", &rows, days.crm.now()).unwrap();
    days.pass(12).await;
    work.reopen(crm, SHARES.reopenings);
    days.pass(12).await;
    quiet(&days.world.side, "everything was looked at").await;
    let mut carrier = Carrier::default();
    carrier.drain(days.world.engine()).await;
    work.expect(&carrier);
    crm.delete("Case", foreign).unwrap();
    let sessions: Vec<SessionId> = all.iter().map(|one| one.key.session_id()).collect();
    let decided = days.world.side.decisions(sessions).await;
    let open = undecided(crm, &decided);
    assert!(open.is_empty(), "records without a decision: {}", open.len());
    line(
        &format!("{} conversations, people, polling only", all.len()),
        &format!("{} replies, each taken once", carrier.replies().len()),
        &format!(
            "{} closures, {} reopenings, once each; {drafts} drafts sent after 40 min",
            work.closed.len(),
            work.reopened.len()
        ),
        &format!("0 echoes, 0 notes, {} decisions; {:.0} s", decided.len(), began.elapsed().as_secs_f64()),
    );
    let before = crm.data_calls();
    days.pass(24 * 60).await;
    line("calls of a day with open handed-off cases", &format!("{}", crm.data_calls() - before), "", "");

    let second = Side::open(
        &days.world.creatio,
        &WorldOptions { clock: Arc::clone(&days.clock) as Arc<dyn Clock>, ..WorldOptions::default() }
            .with_task_replies(),
    )
    .await;
    second.engine.take_over("creatio", "bench").await.unwrap();
    second.send_all(all).await;
    days.pass(20).await;
    second.settled().await;
    quiet(&second, "the second store has looked at everything").await;
    let mut other = Carrier::default();
    other.drain(&second.engine).await;
    assert_eq!(other.replies(), [], "a second empty store delivers no old reply");
    line("a second, empty store beside it", "0 old replies", "", "");
}

async fn with_webhooks_and_kills(all: &[Conversation], name: &str, recipe: serde_json::Value) {
    let began = Instant::now();
    let messages: Vec<Conversation> = all
        .iter()
        .cloned()
        .map(|mut one| {
            one.lines.retain(|line| line.kind.name() == "message");
            one
        })
        .collect();
    let creatio = CreatioSandbox::start(CreatioConfig::default()).await.unwrap();
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    connect(&data, &creatio);
    let replies = format!(r#"{{"tasks":[{{"category":"{REPLY_CATEGORY}"}}]}}"#);
    ok(&data, &["replies", "preview", "creatio", "--replies", &replies], "");
    ok(&data, &["connection", "set", "creatio", "--set", &format!("replies={replies}")], "");
    ok(&data, &["connection", "set", "creatio", "--set", r#"back={"poll_seconds":5,"idle_poll_seconds":5}"#], "");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let door = format!("127.0.0.1:{port}");
    let public = ["--public-listen", door.as_str()];
    let mut engine = Served::start(&data, &public);
    let url = ok(&data, &["webhook", "url", "creatio"], "");
    let mut recipe = recipe;
    recipe["url"] = json!(url.trim());
    creatio.sandbox.set_recipe(&serde_json::from_value(recipe).unwrap());
    let file = temp.path().join("conversations.jsonl");
    std::fs::write(&file, messages.iter().map(conversations::to_json).collect::<String>()).unwrap();
    let source = messages[0].key.source.clone();
    ok(&data, &["replay", "--source", &source, file.to_str().unwrap()], "");
    synced(&data, HOUR).await;
    let mut carrier = HttpCarrier::of(&data);
    let mut work = Work::day(&creatio.sandbox, &closable(&messages), SHARES);
    work.send_drafts(&creatio.sandbox);
    let (mut kills, mut reopened) = (0, false);
    while !work.arrived(&carrier.carrier) || !reopened || kills < 10 {
        assert!(kills < 300, "it does not end: {} of {}", carrier.carrier.took.len(), work.replies.len());
        let until = Instant::now() + Duration::from_secs(2);
        while Instant::now() < until {
            carrier.drain().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        engine.kill();
        kills += 1;
        engine = Served::start(&data, &public);
        if !reopened && work.arrived(&carrier.carrier) {
            work.reopen(&creatio.sandbox, SHARES.reopenings);
            reopened = true;
        }
    }
    carrier.drain().await;
    work.expect(&carrier.carrier);
    line(
        &format!("{} conversations, {name}, SIGKILL every 2 s", all.len()),
        &format!("{} replies, each taken once", carrier.carrier.replies().len()),
        &format!("{} closures, {} reopenings, once each", work.closed.len(), work.reopened.len()),
        &format!("{kills} kills, {:.0} s", began.elapsed().as_secs_f64()),
    );
    drop(engine);
}

pub async fn run() {
    heading("people answer, close and reopen");
    let all = load();
    by_polling(&all).await;
    let plain = json!({ "kind": "plain", "url": "", "duplication": 10, "shuffled": 3, "background": true });
    with_webhooks_and_kills(&all, "webhooks 10x and shuffled, with echo", plain).await;
    with_webhooks_and_kills(&all, "webhooks inside our own POST", json!({ "kind": "plain", "url": "" })).await;
    let lossy = json!({ "kind": "guided", "url": "", "loss": 1.0 });
    with_webhooks_and_kills(&all, "every webhook lost", lossy).await;
}
