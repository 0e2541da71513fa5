//! R32: where the browser comes back to, by where the engine is.

use std::path::Path;

use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, CreatioSandbox};
use casebridge_sandbox::salesforce::{
    ConnectedApp, DESKTOP_CLIENT_ID, RunningSalesforce, SalesforceConfig, SalesforceSandbox,
};
use casebridge_tests::process::{Served, call, command, ok, redirect_port};
use casebridge_tests::salesforce::allowed;
use casebridge_tests::world::eventually;
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn org(redirect_uri: &str) -> RunningSalesforce {
    let mut app = ConnectedApp::desktop();
    app.redirect_uris.push(redirect_uri.to_owned());
    let config = SalesforceConfig { tls: false, apps: vec![app], ..SalesforceConfig::default() };
    SalesforceSandbox::start(config).await.unwrap()
}

async fn begin(data: &Path, org: &RunningSalesforce, way: &str) -> Value {
    let settings = json!({ "login_url": org.login_url, "client_id": DESKTOP_CLIENT_ID });
    let add = json!({ "kind": "salesforce", "name": "org", "mode": "every", "settings": settings });
    let (status, flow) = call(data, json!({ "command": "sign_in_begin", "way": way, "add": add })).await;
    assert_eq!(status, StatusCode::OK, "{flow}");
    flow
}

async fn state(data: &Path, flow: &Value) -> String {
    let (_, now) = call(data, json!({ "command": "sign_in_state", "flow": flow["flow"] })).await;
    now["state"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r32_a_browser_comes_back_to_the_public_address_once_and_only_with_its_own_state() {
    casebridge_connectors::install_crypto();
    let port = redirect_port();
    let public = format!("http://127.0.0.1:{port}");
    let org = org(&format!("{public}/oauth/salesforce/callback")).await;
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let _served = Served::start(&data, &["--public-listen", &format!("127.0.0.1:{port}")]);
    let flow = begin(&data, &org, "public").await;
    let brought = allowed(flow["url"].as_str().unwrap()).await;
    assert!(brought.starts_with(&public), "the browser is sent to the public address: {brought}");
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    let (address, query) = brought.split_once('?').unwrap();
    let forged = query.split('&').map(|pair| if pair.starts_with("state=") { "state=forged" } else { pair });
    let forged = forged.collect::<Vec<_>>().join("&");
    let long = format!("{query}&x={}", "a".repeat(9_000));
    for (bad, why, status) in [
        (forged.as_str(), "an answer to another sign-in", StatusCode::BAD_REQUEST),
        ("", "nothing at all", StatusCode::BAD_REQUEST),
        ("code=x", "no state", StatusCode::BAD_REQUEST),
        (&format!("{query}&code=other"), "two codes", StatusCode::BAD_REQUEST),
        (&long, "oversized", StatusCode::URI_TOO_LONG),
    ] {
        let answer = browser.get(format!("{address}?{bad}")).send().await.unwrap();
        assert_eq!(answer.status(), status, "{why}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("Nothing has changed") && !page.contains("forged"), "{why}: {page}");
    }
    let peek = browser.head(&brought).send().await.unwrap();
    assert_eq!(peek.status(), StatusCode::METHOD_NOT_ALLOWED, "who looks at links ahead does not use one up");
    assert_eq!(state(&data, &flow).await, "waiting", "none of them ended the sign-in");
    let page = browser.get(&brought).send().await.unwrap();
    assert!(page.status().is_success());
    assert!(page.text().await.unwrap().contains("You can close this page"));
    eventually("the connection is there", async || (state(&data, &flow).await == "done").then_some(())).await;
    let again = browser.get(&brought).send().await.unwrap();
    assert_eq!(again.status(), StatusCode::BAD_REQUEST, "each answer counts once");
    let listed: Value = serde_json::from_str(&ok(&data, &["--json", "connection", "list"], "")).unwrap();
    assert_eq!(listed[0]["access"]["state"], "connected", "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r32_a_wrong_address_by_hand_ends_nothing_and_a_cancelled_sign_in_is_over() {
    casebridge_connectors::install_crypto();
    let org = org("http://localhost:1717/oauth/salesforce/callback").await;
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let _served = Served::start(&data, &[]);
    let flow = begin(&data, &org, "paste").await;
    let paste = async |address: &str| {
        call(&data, json!({ "command": "sign_in_paste", "flow": flow["flow"], "address": address })).await
    };
    let (status, refused) = paste("http://localhost:1717/oauth/salesforce/callback?code=x&state=other").await;
    assert!(!status.is_success(), "an address of another sign-in: {refused}");
    assert_eq!(state(&data, &flow).await, "waiting", "the right one may still come");
    let brought = allowed(flow["url"].as_str().unwrap()).await;
    let (status, done) = paste(&brought).await;
    assert_eq!((status, done["state"].as_str()), (StatusCode::OK, Some("done")), "{done}");
    let second = begin_again(&data).await;
    call(&data, json!({ "command": "sign_in_cancel", "flow": second["flow"] })).await;
    let brought = allowed(second["url"].as_str().unwrap()).await;
    let body = json!({ "command": "sign_in_paste", "flow": second["flow"], "address": brought });
    assert_eq!(call(&data, body).await.0, StatusCode::UNPROCESSABLE_ENTITY, "what was cancelled takes no answer");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r32_whoever_begins_anew_keeps_no_port_for_the_sign_in_before() {
    casebridge_connectors::install_crypto();
    let redirect_uri = format!("http://localhost:{}/oauth/salesforce/callback", redirect_port());
    let org = org(&redirect_uri).await;
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let _served = Served::start(&data, &[]);
    let settings = json!({ "login_url": org.login_url, "client_id": DESKTOP_CLIENT_ID, "redirect_uri": redirect_uri });
    let add = json!({ "kind": "salesforce", "name": "org", "mode": "every", "settings": settings });
    let body = json!({ "command": "sign_in_begin", "way": "loopback", "add": add });
    let (status, first) = call(&data, body.clone()).await;
    assert_eq!(status, StatusCode::OK, "{first}");
    // The only address that is registered; the page of the first sign-in was closed without a word.
    let (status, second) = call(&data, body).await;
    assert_eq!(status, StatusCode::OK, "the port is given back at once: {second}");
    assert_eq!(second["redirect_uri"], redirect_uri.as_str());
    let (gone, _) = call(&data, json!({ "command": "sign_in_state", "flow": first["flow"] })).await;
    assert_eq!(gone, StatusCode::UNPROCESSABLE_ENTITY, "the first one is over");
}

async fn begin_again(data: &Path) -> Value {
    let (status, flow) = call(data, json!({ "command": "sign_in_begin", "way": "paste", "again": "org" })).await;
    assert_eq!(status, StatusCode::OK, "{flow}");
    flow
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r32_the_command_line_waits_while_the_engine_listens() {
    casebridge_connectors::install_crypto();
    let redirect_uri = format!("http://localhost:{}/oauth/salesforce/callback", redirect_port());
    let org = org(&redirect_uri).await;
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let _served = Served::start(&data, &[]);
    let mut child = command(&data)
        .args(["connection", "add", "salesforce", "--name", "org", "--client-id", DESKTOP_CLIENT_ID])
        .args(["--login-url", &org.login_url, "--redirect-uri", &redirect_uri])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let url = lines.find_map(|line| line.ok().filter(|line| line.starts_with("http"))).expect("the address is printed");
    let rest = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>().join("\n"));
    let brought = allowed(&url).await;
    let page = reqwest::Client::builder().no_proxy().build().unwrap().get(&brought).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("You can close this page"), "the engine's listener took it");
    assert!(child.wait().unwrap().success());
    assert!(rest.join().unwrap().contains("added `org`"), "the command line says how it ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r32_a_person_signs_in_to_a_creatio_by_the_public_address_and_again_by_this_computer() {
    casebridge_connectors::install_crypto();
    let public = format!("http://127.0.0.1:{}", redirect_port());
    let local = format!("http://localhost:{}/oauth/creatio/callback", redirect_port());
    let registered = vec![format!("{public}/oauth/creatio/callback"), local.clone()];
    let client = ClientApp { redirect_uris: registered, ..ClientApp::desktop() };
    let id = client.client_id.clone();
    let config = CreatioConfig { clients: vec![client], auto_approve: true, ..CreatioConfig::default() };
    let creatio = CreatioSandbox::start(config).await.unwrap();
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let _served = Served::start(&data, &["--public-listen", public.trim_start_matches("http://")]);
    let auth = json!({ "kind": "authorization_code", "client_id": id, "redirect_uri": local });
    let settings = json!({ "url": creatio.instance_url, "identity_url": creatio.identity_url, "auth": auth });
    let add = json!({ "kind": "creatio", "name": "mine", "mode": "every", "settings": settings });
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    for (body, back) in [
        (json!({ "command": "sign_in_begin", "way": "public", "add": add }), &public),
        (json!({ "command": "sign_in_begin", "way": "loopback", "again": "mine" }), &local),
    ] {
        let (status, flow) = call(&data, body).await;
        assert_eq!(status, StatusCode::OK, "{flow}");
        assert!(flow["redirect_uri"].as_str().unwrap().starts_with(back.as_str()), "{flow}");
        // Signed in already, so the identity service sends the browser straight back.
        let page = browser.get(flow["url"].as_str().unwrap()).send().await.unwrap();
        assert!(page.url().as_str().starts_with(back.as_str()), "the browser ends at {}", page.url());
        assert!(page.text().await.unwrap().contains("You can close this page"));
        eventually("the sign-in is good", async || (state(&data, &flow).await == "done").then_some(())).await;
        let listed: Value = serde_json::from_str(&ok(&data, &["--json", "connection", "list"], "")).unwrap();
        assert_eq!((&listed[0]["kind"], &listed[0]["access"]["state"]), (&json!("creatio"), &json!("connected")));
    }
    let (status, ways) = call(&data, json!({ "command": "sign_in_ways" })).await;
    assert_eq!(status, StatusCode::OK, "{ways}");
    assert_eq!(ways["creatio"]["public"], format!("{public}/oauth/creatio/callback"), "what is to be registered");
}
