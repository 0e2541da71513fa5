//! The real binary, killed at every step of a token's renewal. An org that rotates refresh tokens voids the one before
//! when it makes the next, whoever heard of it: after each kill a new process either goes on, or says that somebody has to
//! sign in again. Never both, and never neither.

use std::path::PathBuf;

use casebridge_sandbox::salesforce::{
    DESKTOP_CLIENT_ID, HoldPoint, RunningSalesforce, SalesforceConfig, SalesforceSandbox,
};
use casebridge_tests::process::{Served, call, ok};
use casebridge_tests::salesforce::{allowed, comments, expect_exactly};
use casebridge_tests::world::eventually;
use casebridge_tests::{Conversation, conversations, seeded};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// How a process that came after a kill stands.
#[derive(Debug, PartialEq)]
enum After {
    /// What was sent is in the org.
    WentOn,
    /// Somebody has to sign in again, and why.
    Reconnect(String),
}

/// An engine whose renewal is under way, with one conversation that waits for it.
struct Renewal {
    org: RunningSalesforce,
    engine: Served,
    folder: tempfile::TempDir,
    conversation: Conversation,
}

impl Renewal {
    /// Signs in, ends the session at the org, and sends a conversation: the renewal is held at this point.
    async fn held_at(point: HoldPoint) -> Self {
        casebridge_connectors::install_crypto();
        let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
        let org = SalesforceSandbox::start(config).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let engine = Served::start(&folder.path().join("data"), &[]);
        let this = Renewal { org, engine, folder, conversation: seeded(1, 12).remove(0) };
        let settings = json!({ "login_url": this.org.login_url, "client_id": DESKTOP_CLIENT_ID });
        this.sign_in("add", json!({ "kind": "salesforce", "name": "org", "mode": "every", "settings": settings }))
            .await;
        this.org.sandbox.hold(point);
        this.org.sandbox.revoke_tokens(false);
        let file = this.folder.path().join("conversation.jsonl");
        std::fs::write(&file, conversations::to_json(&this.conversation)).unwrap();
        ok(&this.data(), &["replay", "--source", "seed", file.to_str().unwrap()], "");
        this.until_held(point).await;
        assert_eq!(this.org.sandbox.held(point), 1, "one renews for all who wait");
        this
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    async fn until_held(&self, point: HoldPoint) {
        eventually("a request is held", async || (self.org.sandbox.held(point) > 0).then_some(())).await;
    }

    async fn sign_in(&self, what: &str, whom: Value) {
        let data = self.data();
        let (status, flow) = call(&data, json!({ "command": "sign_in_begin", "way": "paste", what: whom })).await;
        assert_eq!(status, StatusCode::OK, "{flow}");
        let address = allowed(flow["url"].as_str().unwrap()).await;
        let paste = json!({ "command": "sign_in_paste", "flow": flow["flow"], "address": address });
        let (_, done) = call(&data, paste).await;
        assert_eq!(done["state"], "done", "{done}");
    }

    /// How the sign-in stands, and why it does not where it does not.
    async fn access(&self) -> (String, String) {
        let (_, listed) = call(&self.data(), json!({ "command": "connection_list" })).await;
        let access = &listed[0]["access"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&access["state"]), text(&access["failure"]["message"]))
    }

    /// Whether the whole conversation is in the org.
    fn stands(&self) -> bool {
        let cases = self.org.sandbox.records("Case");
        let [case] = cases.as_slice() else { return false };
        let written = comments(&self.org.sandbox, case["Id"].as_str().unwrap());
        written.len() >= self.conversation.messages().len()
    }

    /// How often the org was asked for a token.
    fn token_requests(&self) -> usize {
        self.org.sandbox.requests().iter().filter(|request| request.path.ends_with("/token")).count()
    }

    /// Starts a new process on the same data, and waits for what becomes of it.
    async fn start_again(&mut self) -> After {
        self.engine = Served::start(&self.data(), &[]);
        eventually("the new process goes on, or says why not", async || {
            let (state, reason) = self.access().await;
            match (state.as_str(), self.stands()) {
                ("reconnect_needed", false) => Some(After::Reconnect(reason)),
                ("reconnect_needed", true) => panic!("it wrote everything, and asks for a sign-in: {reason}"),
                (_, stands) => stands.then_some(After::WentOn),
            }
        })
        .await
    }

    /// It went on, and nothing is written twice.
    async fn went_on(self, after: After) {
        assert_eq!(after, After::WentOn);
        assert_eq!(self.access().await.0, "connected", "what goes on asks for no sign-in");
        expect_exactly(&self.org.sandbox, [&self.conversation].into_iter());
    }

    /// It said that the org's word is final; a sign-in lets what waited go on, once.
    async fn asked_for_a_sign_in(self, after: After) {
        let After::Reconnect(reason) = after else { panic!("a token that nobody has cannot be used") };
        assert!(reason.contains("expired access/refresh token"), "the org's own words: {reason}");
        assert!(self.org.sandbox.records("Case").is_empty(), "nothing was written without a session");
        self.sign_in("again", json!("org")).await;
        eventually("what waited is written", async || self.stands().then_some(())).await;
        assert_eq!(self.access().await.0, "connected");
        expect_exactly(&self.org.sandbox, [&self.conversation].into_iter());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_a_request_that_never_arrives_it_goes_on() {
    let mut renewal = Renewal::held_at(HoldPoint::TokenBefore).await;
    renewal.engine.kill();
    renewal.org.sandbox.lose(HoldPoint::TokenBefore);
    let after = renewal.start_again().await;
    renewal.went_on(after).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_a_request_that_is_carried_out_later_it_asks_for_a_sign_in() {
    let mut renewal = Renewal::held_at(HoldPoint::TokenBefore).await;
    renewal.engine.kill();
    renewal.org.sandbox.let_go(HoldPoint::TokenBefore);
    let after = renewal.start_again().await;
    renewal.asked_for_a_sign_in(after).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_the_answer_came_it_asks_for_a_sign_in() {
    let mut renewal = Renewal::held_at(HoldPoint::TokenAfter).await;
    renewal.engine.kill();
    renewal.org.sandbox.let_go(HoldPoint::TokenAfter);
    let after = renewal.start_again().await;
    renewal.asked_for_a_sign_in(after).await;
}

/// Only here can be seen from outside that a process waits for a lock.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_the_answer_before_the_token_is_durable_it_asks_for_a_sign_in() {
    let mut renewal = Renewal::held_at(HoldPoint::TokenAfter).await;
    // As another process does that changes another secret just now.
    let lock = std::fs::File::open(renewal.data().join("secrets.lock")).unwrap();
    lock.lock().unwrap();
    renewal.org.sandbox.let_go(HoldPoint::TokenAfter);
    let pid = renewal.engine.pid().to_string();
    eventually("the answer came, and its token waits for the file", async || {
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        let waits = |line: &str| line.contains("->") && line.split_whitespace().any(|word| word == pid);
        locks.lines().any(waits).then_some(())
    })
    .await;
    renewal.engine.kill();
    drop(lock);
    let after = renewal.start_again().await;
    renewal.asked_for_a_sign_in(after).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_once_the_token_is_durable_it_goes_on_with_it() {
    let mut renewal = Renewal::held_at(HoldPoint::TokenAfter).await;
    renewal.org.sandbox.hold(HoldPoint::Data);
    renewal.org.sandbox.let_go(HoldPoint::TokenAfter);
    // A call with a good session: the token was kept before it was used.
    renewal.until_held(HoldPoint::Data).await;
    let asked = renewal.token_requests();
    renewal.engine.kill();
    renewal.org.sandbox.let_go(HoldPoint::Data);
    let after = renewal.start_again().await;
    assert_eq!(renewal.token_requests(), asked, "the token that was left is taken, and no other asked for");
    renewal.went_on(after).await;
}
