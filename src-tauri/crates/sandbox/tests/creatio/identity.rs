//! OAuth 2.0: two hosts, three grants, and what is said to whom.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, HostKind, SandboxClock, VirtualClock, ids};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::support::{CLIENT_ID, Crm, SECRET};

async fn ask(crm: &Crm, form: &[(&str, &str)]) -> (u16, Json) {
    let answer = crm.http.post(crm.running.token_url()).form(form).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn client_credentials_answer_a_bearer_token_for_an_hour_and_no_refresh_token() {
    let crm = Crm::stock().await;
    let answer = crm.sign_on().await;
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 3600, "out of the box a token lives one hour");
    assert!(answer.get("refresh_token").is_none(), "this grant gives an access token only");
    let scope = answer["scope"].as_str().unwrap();
    assert!(scope.starts_with("ApplicationAccess_") && scope.len() == 18 + 32, "the default resource's name: {scope}");
}

#[tokio::test]
async fn token_errors_are_json_with_an_error_key() {
    let crm = Crm::stock().await;
    let wrong = [("grant_type", "client_credentials"), ("client_id", CLIENT_ID), ("client_secret", "WRONG")];
    assert_eq!(ask(&crm, &wrong).await, (400, json!({ "error": "invalid_client" })));
    let unknown = [("grant_type", "password"), ("client_id", CLIENT_ID), ("client_secret", SECRET)];
    assert_eq!(ask(&crm, &unknown).await.1["error"], "unsupported_grant_type");
    let scope = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT_ID),
        ("client_secret", SECRET),
        ("scope", "everything"),
    ];
    assert_eq!(ask(&crm, &scope).await.1["error"], "invalid_scope");
    let public = [
        ("grant_type", "client_credentials"),
        ("client_id", "8E02B7C4A91D4F56B3E70C2A5D81F94E"),
        ("client_secret", ""),
    ];
    assert_eq!(ask(&crm, &public).await.1["error"], "unauthorized_client", "a desktop client signs people in only");
}

#[tokio::test]
async fn a_disabled_client_and_a_rotated_secret_are_invalid_clients() {
    let crm = Crm::stock().await;
    let form = [("grant_type", "client_credentials"), ("client_id", CLIENT_ID), ("client_secret", SECRET)];
    crm.sandbox().disable_client(CLIENT_ID);
    assert_eq!(ask(&crm, &form).await.1["error"], "invalid_client");
    assert_eq!(crm.get("Case?$select=Id").await.code(), 200, "a token given out before stays good");
    crm.sandbox().enable_client(CLIENT_ID);
    crm.sandbox().rotate_secret(CLIENT_ID, "NEW");
    assert_eq!(ask(&crm, &form).await.1["error"], "invalid_client", "the old secret must stop working");
}

#[tokio::test]
async fn posting_to_the_instance_instead_of_the_identity_host_gets_the_login_page_with_200() {
    let crm = Crm::stock().await;
    let answer = crm.http.post(format!("{}/connect/token", crm.running.instance_url)).body("x=1").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(answer.text().await.unwrap().contains("Log in"), "what a client must report as a wrong address");
}

#[tokio::test]
async fn discovery_is_on_both_hosts_and_its_issuer_is_no_address() {
    let crm = Crm::stock().await;
    for url in [
        format!("{}/.well-known/openid-configuration", crm.running.identity_url),
        format!("{}/0/.well-known/openid-configuration", crm.running.instance_url),
    ] {
        let document: Json = crm.http.get(url).send().await.unwrap().json().await.unwrap();
        assert_eq!(document["issuer"], "creatio.com");
        assert_eq!(document["token_endpoint"], json!(crm.running.token_url()), "endpoints are used as listed");
    }
}

#[tokio::test]
async fn the_instance_gives_tokens_under_zero_connect() {
    let crm = Crm::stock().await;
    let form = [("grant_type", "client_credentials"), ("client_id", CLIENT_ID), ("client_secret", SECRET)];
    let url = format!("{}/0/connect/token", crm.running.instance_url);
    let answer: Json = crm.http.post(url).form(&form).send().await.unwrap().json().await.unwrap();
    assert!(answer["access_token"].is_string(), "some clients post straight to it: {answer}");
}

#[tokio::test]
async fn a_token_runs_out_and_the_401_is_not_json() {
    let clock = VirtualClock::starting_at("2026-03-01T08:00:00Z".parse::<Timestamp>().unwrap());
    let config = CreatioConfig { clock: SandboxClock::Virtual(clock.clone()), ..CreatioConfig::default() };
    let crm = Crm::start(config).await;
    assert_eq!(crm.get("Case?$select=Id").await.code(), 200);
    clock.advance(SignedDuration::from_secs(3601));
    let late = crm.get("Case?$select=Id").await;
    assert_eq!(late.code(), 401);
    assert!(serde_json::from_str::<Json>(&late.text).is_err(), "the body of a 401 is a page: {}", late.text);
}

#[tokio::test]
async fn revoked_tokens_answer_401() {
    let crm = Crm::stock().await;
    crm.sandbox().revoke_tokens(false);
    assert_eq!(crm.get("Case?$select=Id").await.code(), 401);
}

fn sign_in_query(client: &str, challenge: &str) -> Vec<(&'static str, String)> {
    vec![
        ("client_id", client.to_owned()),
        ("redirect_uri", "http://127.0.0.1:9/back".to_owned()),
        ("response_type", "code".to_owned()),
        ("state", "s1".to_owned()),
        ("scope", "offline_access".to_owned()),
        ("code_challenge", challenge.to_owned()),
        ("code_challenge_method", "S256".to_owned()),
    ]
}

async fn sign_in(crm: &Crm, client: &str) -> (String, String) {
    let verifier = "a-verifier-of-more-than-forty-three-characters-000".to_owned();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let url = format!("{}/connect/authorize", crm.running.identity_url);
    let query = sign_in_query(client, &challenge);
    let page = crm.http.get(&url).query(&query).send().await.unwrap();
    assert_eq!(page.status(), 200, "first a person is asked");
    let form = [("login", "Supervisor"), ("password", "Supervisor")];
    let back = crm.http.post(&url).query(&query).form(&form).send().await.unwrap();
    assert_eq!(back.status(), 302);
    let location = back.headers()["location"].to_str().unwrap().to_owned();
    assert!(location.starts_with("http://127.0.0.1:9/back?code=") && location.ends_with("&state=s1"), "{location}");
    let code = location.split("code=").nth(1).unwrap().split('&').next().unwrap();
    (percent_encoding::percent_decode_str(code).decode_utf8_lossy().into_owned(), verifier)
}

#[tokio::test]
async fn a_person_signs_in_with_pkce_and_acts_with_their_own_contact() {
    let crm = Crm::start(CreatioConfig { rotate_refresh_tokens: true, ..CreatioConfig::default() }).await;
    let client = ClientApp::desktop().client_id;
    let (code, verifier) = sign_in(&crm, &client).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:9/back"),
        ("code_verifier", &verifier),
    ];
    let (status, tokens) = ask(&crm, &form).await;
    assert_eq!(status, 200, "{tokens}");
    let again = ask(&crm, &form).await;
    assert_eq!(again.1["error"], "invalid_grant", "a code is good once");

    let refresh = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("client_id", client.as_str()), ("refresh_token", refresh)];
    let (_, renewed) = ask(&crm, &form).await;
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"], "rotation gives another");
    assert_eq!(ask(&crm, &form).await.1["error"], "invalid_grant", "the spent one is refused");

    let mut person = crm;
    person.token = renewed["access_token"].as_str().unwrap().to_owned();
    let made = person.post("Activity", json!({ "Title": "a note" })).await;
    assert_eq!(made.code(), 201, "a person's contact is the default owner: {}", made.text);
    assert_eq!(made.json()["OwnerId"], json!(ids::SUPERVISOR_CONTACT));
}

#[tokio::test]
async fn a_wrong_verifier_gets_no_token() {
    let crm = Crm::stock().await;
    let client = ClientApp::desktop().client_id;
    let (code, _) = sign_in(&crm, &client).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:9/back"),
        ("code_verifier", "somebody-else"),
    ];
    assert_eq!(ask(&crm, &form).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn without_rotation_no_new_refresh_token_is_returned() {
    let crm = Crm::stock().await;
    let client = ClientApp::desktop().client_id;
    let (code, verifier) = sign_in(&crm, &client).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:9/back"),
        ("code_verifier", &verifier),
    ];
    let (_, tokens) = ask(&crm, &form).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let form = [("grant_type", "refresh_token"), ("client_id", client.as_str()), ("refresh_token", refresh)];
    assert!(ask(&crm, &form).await.1.get("refresh_token").is_none(), "the caller keeps the one it has");
    let revoke = [("client_id", client.as_str()), ("token", refresh)];
    let url = format!("{}/connect/revocation", crm.running.identity_url);
    assert_eq!(crm.http.post(url).form(&revoke).send().await.unwrap().status(), 200);
    assert_eq!(ask(&crm, &form).await.1["error"], "invalid_grant", "after signing out it is gone");
}

#[tokio::test]
async fn the_other_kinds_root_answers_a_404_page() {
    for (host, other) in [(HostKind::Framework, "/odata"), (HostKind::Core, "/0/odata")] {
        let crm = Crm::start(CreatioConfig { host, ..CreatioConfig::default() }).await;
        assert_eq!(crm.get("Contact?$select=Id&$top=1").await.code(), 200);
        let url = format!("{}{other}/Contact?$select=Id&$top=1", crm.running.instance_url);
        let answer = crm.http.get(url).bearer_auth(&crm.token).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{other} is not the root of a {host:?} host");
        assert!(answer.text().await.unwrap().contains("<html"), "the 404 is the web server's page");
        for ping in ["/0/ping", "/ping"] {
            let answer = crm.http.get(format!("{}{ping}", crm.running.instance_url)).send().await.unwrap();
            assert_eq!(answer.status(), 200, "a ping answers on both kinds and tells nothing");
        }
    }
}

#[tokio::test]
async fn the_sign_in_page_can_be_skipped_but_pkce_and_the_return_address_cannot() {
    let config = CreatioConfig {
        clients: vec![
            ClientApp::demo(),
            ClientApp { redirect_uris: vec!["http://127.0.0.1:9/back".into()], ..ClientApp::desktop() },
        ],
        ..CreatioConfig::default()
    };
    let crm = Crm::start(config).await;
    let client = ClientApp::desktop().client_id;
    let url = format!("{}/connect/authorize?auto=1", crm.running.identity_url);
    let ask = |query: Vec<(&'static str, String)>| crm.http.get(&url).query(&query).send();
    let straight = ask(sign_in_query(&client, "challenge")).await.unwrap();
    assert_eq!(straight.status(), 302);
    assert!(straight.headers()["location"].to_str().unwrap().contains("code="));

    let plain = ask(sign_in_query(&client, "")).await.unwrap();
    assert!(plain.headers()["location"].to_str().unwrap().contains("error=invalid%5Frequest"), "no challenge, no code");

    let mut elsewhere = sign_in_query(&client, "challenge");
    elsewhere[1].1 = "http://127.0.0.1:9/elsewhere".to_owned();
    let refused = ask(elsewhere).await.unwrap();
    assert_eq!(refused.status(), 400, "nobody is sent to an address that is not the client's");
    assert!(!refused.headers().contains_key("location"));
}
