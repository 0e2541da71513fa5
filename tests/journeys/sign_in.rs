//! A person signs in: authorization code with PKCE, the answer on loopback or pasted.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};

use casebridge_domain::{Mode, Route};
use casebridge_engine::connections::creatio_settings;
use casebridge_engine::{CrmConnectors, CrmSettings, Engine, SystemClock};
use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, CreatioSandbox, RunningCreatio};
use casebridge_store::{DataFolder, Secrets, Sqlite};
use casebridge_tests::process::{command, ok, redirect_port};
use secrecy::SecretString;
use serde_json::json;

async fn creatio() -> RunningCreatio {
    let clients = vec![ClientApp::desktop()];
    CreatioSandbox::start(CreatioConfig { clients, auto_approve: true, ..CreatioConfig::default() }).await.unwrap()
}

fn add(data: &Path, creatio: &RunningCreatio, redirect_uri: &str) {
    let client = ClientApp::desktop().client_id;
    let arguments = [
        ["connection", "add"],
        ["creatio", "--as-person"],
        ["--name", "me"],
        ["--url", &creatio.instance_url],
        ["--identity-url", &creatio.identity_url],
        ["--client-id", &client],
        ["--redirect-uri", redirect_uri],
    ];
    ok(data, arguments.as_flattened(), "");
}

/// Starts the sign-in and reads the address that it asks the person to open.
fn begin(data: &Path, more: &[&str]) -> (Child, String) {
    let mut child = command(data)
        .args(["connection", "sign-in", "me"])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = loop {
        let line = lines.next().expect("the address is printed").unwrap();
        if line.starts_with("http") {
            break line;
        }
    };
    std::thread::spawn(move || lines.for_each(drop));
    (child, url)
}

fn browser(follow: bool) -> reqwest::Client {
    casebridge_connectors::install_crypto();
    let redirects = if follow { reqwest::redirect::Policy::limited(5) } else { reqwest::redirect::Policy::none() };
    reqwest::Client::builder().no_proxy().redirect(redirects).build().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r32_the_browser_comes_back_to_loopback_and_the_connection_works() {
    let creatio = creatio().await;
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let port = redirect_port();
    add(&data, &creatio, &format!("http://127.0.0.1:{port}/callback"));
    let (mut waiting, url) = begin(&data, &[]);
    let stray =
        browser(false).get(format!("http://127.0.0.1:{port}/callback?code=x&state=forged")).send().await.unwrap();
    assert!(stray.text().await.unwrap().contains("another sign-in"), "an answer to another sign-in ends nothing");
    let page = browser(true).get(&url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("close this page"), "{page}");
    assert!(waiting.wait().unwrap().success(), "the sign-in succeeds");
    assert!(ok(&data, &["connection", "test", "me"], "").contains("the connection can be used"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r32_a_browser_elsewhere_brings_the_final_address_by_paste() {
    let creatio = creatio().await;
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    add(&data, &creatio, "http://127.0.0.1:9/callback");
    let (mut waiting, url) = begin(&data, &["--paste"]);
    let answer = browser(false).get(&url).send().await.unwrap();
    let last = answer.headers()["location"].to_str().unwrap().to_owned();
    waiting.stdin.take().unwrap().write_all(format!("{last}\n").as_bytes()).unwrap();
    assert!(waiting.wait().unwrap().success(), "the pasted address is enough");
    assert!(ok(&data, &["connection", "test", "me"], "").contains("the connection can be used"));
}

#[tokio::test]
async fn r32_a_sign_in_is_tried_before_there_is_a_connection_and_keeps_nothing_when_it_fails() {
    let creatio = creatio().await;
    let temp = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(temp.path()).unwrap();
    let store = Sqlite::open(&folder.database().unwrap()).await.unwrap();
    let key = SecretString::from("a key for tests, long enough");
    let secrets = Secrets::open(folder.secrets_file(), Some(key), "tests").await.unwrap();
    let engine = Engine::new(
        std::sync::Arc::new(store),
        Some(secrets),
        std::sync::Arc::new(SystemClock),
        std::sync::Arc::new(CrmConnectors),
    );
    let settings = creatio_settings(&json!({
        "url": creatio.instance_url, "identity_url": creatio.identity_url,
        "auth": { "kind": "authorization_code", "client_id": ClientApp::desktop().client_id,
            "redirect_uri": "http://127.0.0.1:9/callback" },
    }))
    .unwrap();
    let (id, step) = engine.try_sign_in(CrmSettings::Creatio(settings), None, None).await.unwrap();
    let new = || ("me".to_owned(), Mode::Every, Route::default());
    let finish = async |brought: &str| engine.finish_trial(id, brought, new(), "mary").await;
    assert!(finish("http://127.0.0.1:9/callback?code=x&state=forged").await.is_err(), "an answer to another sign-in");
    assert!(engine.connections().await.unwrap().is_empty(), "nothing is stored");
    let answer = browser(false).get(step.url).send().await.unwrap();
    let last = answer.headers()["location"].to_str().unwrap().to_owned();
    let (report, added) = finish(&last).await.unwrap();
    assert!(report.is_good(), "{report:#?}");
    assert_eq!(added.unwrap().name, "me");
    assert!(engine.test_connection("me").await.unwrap().is_good(), "the sign-in went along");
    assert!(finish(&last).await.is_err(), "what the browser brought is used up");
}
