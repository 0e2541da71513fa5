//! Hosts that answer oddly: with the login page, with another address, with pages for what is not there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use casebridge_connectors::CLIENT_SECRET;
use casebridge_connectors::creatio::{Creatio, CreatioAuth, CreatioSettings};
use casebridge_connectors::{Batch, CallLog, CaseReading, CaseSystem, Standing};
use casebridge_domain::{CallFailure, FailureClass, FailureScope, SessionKey};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::support::{MemoryVault, Story, World};

/// What a host answers to the path of a data call: the status line, headers and body.
type Answers = fn(&str) -> String;

/// A host that gives tokens and answers everything else by itself. Counts what it was asked.
async fn host(answers: Answers) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 16 * 1024];
            let read = stream.read(&mut head).await.unwrap_or(0);
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            let answer = if head.starts_with("POST /connect/token") {
                let token = r#"{"access_token":"T","token_type":"Bearer","expires_in":3600}"#;
                body("200 OK", "application/json", token)
            } else {
                counter.fetch_add(1, Ordering::SeqCst);
                answers(head.split(' ').nth(1).unwrap_or_default())
            };
            stream.write_all(answer.as_bytes()).await.ok();
        }
    });
    (address, asked)
}

fn body(status: &str, content_type: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

fn sent_to(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
}

fn client_of(address: &str) -> Creatio {
    let auth = CreatioAuth::ClientCredentials { client_id: "C".into() };
    let mut settings = CreatioSettings::new(address.parse().unwrap(), auth);
    settings.identity_url = Some(address.parse().unwrap());
    settings.odata_root = Some(casebridge_connectors::creatio::ODataRoot::Core);
    Creatio::new(settings, Uuid::nil(), MemoryVault::with(CLIENT_SECRET, "S")).unwrap()
}

async fn standing_at(address: &str) -> Result<Standing, CallFailure> {
    let session = SessionKey { source: "chat".into(), external_id: "c-1".into() };
    let batch = Batch { case_id: Uuid::from_u128(1), session: &session, effects: &[] };
    client_of(address).standing(&batch, &CallLog::default()).await
}

#[tokio::test]
async fn r24_a_redirect_to_the_login_page_is_a_401() {
    let (address, asked) = host(|_| sent_to("/Login/NuiLogin.aspx?ReturnUrl=%2f")).await;
    let failure = standing_at(&address).await.unwrap_err();
    assert_eq!((failure.class, failure.scope), (FailureClass::Credentials, FailureScope::Connection));
    assert_eq!(asked.load(Ordering::SeqCst), 2, "once with a new token, and never to the login page");
}

#[tokio::test]
async fn a_redirect_elsewhere_is_a_wrong_address() {
    let (address, asked) = host(|_| sent_to("https://crm.example.org/")).await;
    let failure = standing_at(&address).await.unwrap_err();
    assert_eq!((failure.class, failure.scope), (FailureClass::Setup, FailureScope::Connection));
    assert_eq!(asked.load(Ordering::SeqCst), 1, "the token is not carried to another host");
}

#[tokio::test]
async fn r12_a_page_for_a_missing_record_is_absence_only_if_a_list_agrees() {
    let page = |path: &str| match path.starts_with("/odata/Case?") {
        true => body("200 OK", "application/json", r#"{"value":[]}"#),
        false => body("404 Not Found", "text/html", "<html>not found</html>"),
    };
    let (address, _) = host(page).await;
    assert_eq!(standing_at(&address).await.unwrap().case, CaseReading::Absent, "its body is unconfirmed");
    let (address, _) = host(|_| body("404 Not Found", "text/html", "<html>not found</html>")).await;
    let failure = standing_at(&address).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Unreachable, "a host without OData says nothing about the case");
}

#[tokio::test]
async fn r23_a_change_that_is_accepted_and_not_made_is_told() {
    // Old builds answer 204 to a PATCH and write nothing of it.
    let (address, _) = host(|path| match path.contains("$select") {
        true => body("200 OK", "application/json", r#"{"Id":"1","Subject":"as it was"}"#),
        false => "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned(),
    })
    .await;
    let world = World::plain().await;
    let story = Story::of(&world, 0);
    let outcome = client_of(&address).amend(&story.batch(), &["Subject".to_owned()], &CallLog::default()).await;
    let failure = outcome.unwrap_err();
    assert_eq!(failure.class, FailureClass::Refused);
    assert!(failure.message.contains("Subject"), "the column that was not written is named: {failure}");
}
