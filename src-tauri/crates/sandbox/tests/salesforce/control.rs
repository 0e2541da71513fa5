//! The control pages, the rep's pages, TLS and compression.

use casebridge_sandbox::salesforce::{SalesforceConfig, SalesforceSandbox};
use reqwest::StatusCode;
use serde_json::{Value as Json, json};

use crate::support::{INTEGRATION, Org, http};

async fn controlled() -> Org {
    Org::start(SalesforceConfig { control_token: Some("secret".to_owned()), ..SalesforceConfig::default() }).await
}

#[tokio::test]
async fn the_control_pages_need_their_token_and_do_what_the_handle_does() {
    let org = controlled().await;
    let url = |path: &str| format!("{}/sandbox/{path}", org.running.instance_url);
    assert_eq!(org.http.get(url("state")).send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    let with = |request: reqwest::RequestBuilder| request.header("x-sandbox-token", "secret");
    let plan = json!({ "error_500": { "next": 1 } });
    assert_eq!(with(org.http.put(url("faults"))).json(&plan).send().await.unwrap().status(), 204);
    assert_eq!(org.get("sobjects").await.code(), 500);
    let odd = with(org.http.put(url("faults"))).json(&json!({ "no_such_fault": {} })).send().await.unwrap();
    assert_eq!(odd.status(), 422, "a misspelt fault is told");
    let session: Json = with(org.http.post(url("session")))
        .json(&json!({ "username": INTEGRATION }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert!(session["access_token"].as_str().unwrap().contains('!'));
    let case = org.case(json!({ "Subject": "s" })).await;
    let act = json!({ "act": "comment", "case": case, "body": "b", "published": true, "by": org.sandbox().config().users[2].id });
    let made: Json = with(org.http.post(url("act"))).json(&act).send().await.unwrap().json().await.unwrap();
    assert_eq!(org.value("CaseComment", made["Id"].as_str().unwrap(), "CommentBody"), json!("b"));
    let state: Json = with(org.http.get(url("state"))).send().await.unwrap().json().await.unwrap();
    assert_eq!((state["records"]["Case"].clone(), state["writes"].clone()), (json!(1), json!(2)));
    with(org.http.post(url("reset"))).send().await.unwrap();
    assert_eq!((org.count("Case"), org.get("sobjects").await.code()), (0, 401), "a reset org knows no session");

    let none = Org::stock().await;
    let gone = none.http.get(format!("{}/sandbox/state", none.running.instance_url)).send().await.unwrap();
    assert_eq!(gone.status(), 404, "without a token there is nothing here");
}

#[tokio::test]
async fn a_rep_reads_and_works_on_the_page() {
    let org = controlled().await;
    let case = org.case(json!({ "Subject": "<b>bold</b>", "Description": "<script>1</script>" })).await;
    org.post("sobjects/CaseComment", json!({ "ParentId": case, "CommentBody": "<img src=x>" })).await;
    let page = |path: String| {
        let url = format!("{}{path}", org.running.instance_url);
        async { org.http.get(url).send().await.unwrap().text().await.unwrap() }
    };
    let list = page("/sandbox/?token=secret".to_owned()).await;
    assert!(list.contains(&case) && list.contains("&lt;b&gt;bold"), "the list names the case: {list}");
    let address = format!("{}/sandbox/cases/{case}/act?token=secret", org.running.instance_url);
    let press = |fields: &'static [(&'static str, &'static str)]| {
        let request = org.http.post(&address).form(fields);
        async { request.send().await.unwrap().status() }
    };
    assert_eq!(press(&[("act", "email_reply"), ("text", "<p>Dear <em>you</em></p>")]).await, 303);
    assert_eq!(press(&[("act", "comment"), ("text", "seen by all"), ("published", "on")]).await, 303);
    assert_eq!(press(&[("act", "delete")]).await, 422, "deleting asks once more");
    let shown = page(format!("/sandbox/cases/{case}?token=secret")).await;
    assert!(shown.contains("<p>Dear <em>you</em></p>"), "§3: rich text is shown as such");
    assert!(
        shown.contains("&lt;script&gt;") && shown.contains("&lt;img") && !shown.contains("<script>1"),
        "R25: plain text is text"
    );
    assert!(shown.contains("Public"), "a published comment is marked");
    assert_eq!(press(&[("act", "close")]).await, 303);
    assert_eq!(org.value("Case", &case, "IsClosed"), json!(true));
}

#[tokio::test]
async fn tls_is_served_with_an_authority_of_its_own() {
    let running = SalesforceSandbox::start(SalesforceConfig::default()).await.unwrap();
    let token = running.sandbox.session(INTEGRATION).unwrap();
    let url = format!("{}/services/data/v66.0/sobjects", running.tls_instance_url);
    assert!(http().get(&url).bearer_auth(&token).send().await.is_err(), "nobody trusts it by default");
    let pem = std::fs::read(running.authority_file()).unwrap();
    let authority = reqwest::Certificate::from_pem(&pem).unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([authority]).build().unwrap();
    assert_eq!(client.get(&url).bearer_auth(&token).send().await.unwrap().status(), 200);
    running.sandbox.set_faults(serde_json::from_value(json!({ "down": true })).unwrap());
    assert!(client.get(&url).bearer_auth(&token).send().await.is_err(), "connections are cut over TLS too");
    running.stop().await;
}

#[tokio::test]
async fn bodies_may_be_compressed_both_ways() {
    use std::io::Write as _;
    let org = Org::stock().await;
    let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    zip.write_all(json!({ "Subject": "packed" }).to_string().as_bytes()).unwrap();
    let request = org.http.post(org.url("sobjects/Case")).bearer_auth(&org.token);
    let request = request.header("content-type", "application/json").header("content-encoding", "gzip");
    assert_eq!(request.body(zip.finish().unwrap()).send().await.unwrap().status(), 201);
    let plain = reqwest::Client::builder().no_proxy().gzip(false).build().unwrap();
    let request =
        plain.get(org.url("sobjects/Case/describe")).bearer_auth(&org.token).header("accept-encoding", "gzip");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn a_link_to_a_case_leads_through_the_login_page_to_the_case_and_the_rep_writes_there() {
    let org = controlled().await;
    let case = org.case(json!({ "Subject": "late parcel" })).await;
    let at = |path: &str| format!("{}{path}", org.running.instance_url);
    let browser = &org.http;
    let page = format!("/lightning/r/Case/{case}/view");
    let location = |answer: &reqwest::Response| answer.headers()["location"].to_str().unwrap().to_owned();

    let sent_on = browser.get(at(&page)).send().await.unwrap();
    assert_eq!(sent_on.status(), StatusCode::SEE_OTHER, "as the real one: first the login");
    let login = browser.get(at(&location(&sent_on))).send().await.unwrap().text().await.unwrap();
    assert!(login.contains("Log in as Rita Rep") && login.contains(&page), "one click, and the way on: {login}");
    let log_in = |username: &'static str, start: String| {
        browser.post(at("/login")).form(&[("username", username.to_owned()), ("startURL", start)]).send()
    };
    let entered = log_in("rep@sandbox.example", page.clone()).await.unwrap();
    assert_eq!(location(&entered), page, "on to the page that was asked for");
    let cookie = entered.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let shown = browser.get(at(&page)).header("cookie", &cookie).send().await.unwrap().text().await.unwrap();
    assert!(shown.contains("late parcel"), "{shown}");
    let act = format!("/sandbox/cases/{case}/act");
    let comment = [("act", "comment"), ("text", "It left Lyon."), ("published", "on")];
    let stranger = browser.post(at(&act)).form(&comment).send().await.unwrap();
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED, "who has not logged in writes nothing");
    let wrote = browser.post(at(&act)).header("cookie", &cookie).form(&comment).send().await.unwrap();
    assert_eq!(wrote.status(), StatusCode::SEE_OTHER);
    let rows = org.sandbox().records("CaseComment");
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0]["CreatedById"], org.sandbox().config().users[2].id.as_str(), "as who logged in");

    let controls = browser.get(at("/sandbox/state")).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(controls.status(), StatusCode::UNAUTHORIZED, "a rep has no controls");
    for elsewhere in ["//evil.example/", "https://evil.example/", "/\\evil.example"] {
        let entered = log_in("rep@sandbox.example", elsewhere.to_owned()).await.unwrap();
        assert_eq!(location(&entered), "/sandbox/", "{elsewhere}: nobody is led away");
    }
    assert_eq!(log_in("gone@sandbox.example", page).await.unwrap().status(), StatusCode::FORBIDDEN, "inactive");
    let bare = Org::stock().await;
    let gone = browser.get(format!("{}/login", bare.running.instance_url)).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NOT_FOUND, "without a token there are no pages");
}
