//! Apex-like callbacks: the recipe that customers pasted, and the kit's.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use casebridge_sandbox::salesforce::{Act, Callout, CalloutOutcome, Recipe};
use serde_json::{Value as Json, json};

use crate::support::{Org, part};

type Heard = Arc<Mutex<Vec<(String, String)>>>;

/// A web service that keeps what it hears.
async fn listener() -> (String, Heard) {
    let heard = Heard::default();
    let hear = |State(heard): State<Heard>, uri: Uri, body: String| async move {
        heard.lock().unwrap().push((uri.to_string(), body));
    };
    let router = Router::new().fallback(hear).with_state(Arc::clone(&heard));
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", socket.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(socket, router).await });
    (url, heard)
}

async fn calls(org: &Org, count: usize) -> Vec<Callout> {
    loop {
        let made = org.sandbox().callouts();
        if made.len() >= count {
            return made;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_old_recipe_pokes_for_new_cases_only() {
    let org = Org::stock().await;
    let (url, heard) = listener().await;
    let short = Recipe { short_ids: true, ..Recipe::old(&url) };
    let token = Recipe::old(&format!("{url}?token=t"));
    org.sandbox().set_recipes(vec![Recipe::old(&url), short, token]);
    let case = org.case(json!({ "Subject": "s" })).await;
    calls(&org, 3).await;
    org.sandbox().act(None, &Act::Comment { case: case.clone(), body: "b".to_owned(), published: true }).unwrap();
    org.sandbox().act(None, &Act::Close { case: case.clone() }).unwrap();
    let next = org.case(json!({})).await;
    calls(&org, 6).await;
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard[0], (format!("/hook?caseId={case}"), String::new()), "§0: an empty body");
    assert_eq!(heard[1].0, format!("/hook?caseId={}", &case[..15]), "§3: either length");
    assert_eq!(heard[2].0, format!("/hook?token=t?caseId={case}"), "§0: a second question mark");
    assert_eq!(heard[3].0, format!("/hook?caseId={next}"), "§0: neither replies nor closures fire it");
}

#[tokio::test]
async fn the_old_recipe_rolls_back_loads_of_more_than_fifty() {
    let org = Org::stock().await;
    org.sandbox().set_recipes(vec![Recipe::old("http://127.0.0.1:9/hook")]);
    let load = |count: usize| json!({ "records": vec![json!({ "attributes": { "type": "Case" } }); count] });
    let answer = org.post("composite/sobjects", load(51)).await.json();
    assert!(
        answer[0]["errors"][0]["message"].as_str().unwrap().contains("Too many future calls: 51"),
        "§5.1: {}",
        answer[0]
    );
    assert_eq!(org.count("Case"), 0, "§0: the customer's own load is rolled back");
    org.post("composite/sobjects", load(50)).await;
    assert_eq!(org.count("Case"), 50);
}

#[tokio::test]
async fn the_kit_tells_of_what_concerns_a_customer_after_the_commit() {
    let org = Org::kit().await;
    let (url, heard) = listener().await;
    let users = &org.sandbox().config().users;
    let (integration, rep) = (users[1].id.clone(), users[2].id.clone());
    let recipe =
        Recipe { skip_users: vec![integration], only_with: Some("Casebridge_Id__c".to_owned()), ..Recipe::kit(&url) };
    org.sandbox().set_recipes(vec![recipe]);
    let case = org.case(json!({ "Casebridge_Id__c": "k" })).await;
    let other = org.case(json!({})).await;
    let act = |act: &Act| org.sandbox().act(Some(&rep), act).unwrap();
    act(&Act::Comment { case: case.clone(), body: "internal".to_owned(), published: false });
    act(&Act::Comment { case: other, body: "not ours".to_owned(), published: true });
    let reply = act(&Act::Comment { case: case.clone(), body: "reply".to_owned(), published: true });
    let draft = act(&Act::EmailDraft { case: case.clone(), html: "h".to_owned() });
    act(&Act::SendDraft { email: draft.clone() });
    act(&Act::Assign { case: case.clone(), owner: rep.clone() });
    act(&Act::Close { case: case.clone() });
    calls(&org, 4).await;
    let mut told: Vec<(String, String)> = heard
        .lock()
        .unwrap()
        .iter()
        .map(|(_, body)| {
            let body: Json = serde_json::from_str(body).unwrap();
            assert_eq!(body["caseId"], json!(case));
            assert!(body["commitTime"].is_string());
            (body["event"].as_str().unwrap().to_owned(), body["recordId"].as_str().unwrap().to_owned())
        })
        .collect();
    told.sort();
    let mut wanted = vec![
        ("case_closed".to_owned(), case.clone()),
        ("case_updated".to_owned(), case.clone()),
        ("new_comment".to_owned(), reply),
        ("new_email".to_owned(), draft),
    ];
    wanted.sort();
    assert_eq!(told, wanted, "§5.2: published comments, sent mails, status and owner; not our own");
}

#[tokio::test]
async fn one_transaction_is_one_job_and_what_is_taken_back_tells_nobody() {
    let org = Org::stock().await;
    let (url, heard) = listener().await;
    org.sandbox().set_recipes(vec![Recipe { one_call: true, ..Recipe::kit(&url) }]);
    let bundle = |text: &str| {
        json!({ "allOrNone": true, "compositeRequest": [
            part("POST", "sobjects/Case", "c", json!({})),
            part("POST", "sobjects/CaseComment", "m", json!({ "ParentId": "@{c.id}", "CommentBody": text, "IsPublished": true })),
        ]})
    };
    org.post("composite", bundle(&"x".repeat(4001))).await;
    org.post("composite", bundle("fine")).await;
    calls(&org, 1).await;
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 1, "§5.2: one job, and none for what was rolled back");
    let body: Json = serde_json::from_str(&heard[0].1).unwrap();
    assert_eq!(body["events"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_kits_triggers_say_nothing_of_what_its_client_wrote() {
    let org = Org::kit().await;
    let (url, heard) = listener().await;
    org.sandbox().set_recipes(vec![Recipe::deployed(&url)]);
    let case = org.case(json!({ "Casebridge_Id__c": "k", "Casebridge_Write__c": "a", "Casebridge_Seq__c": 1 })).await;
    let path = format!("sobjects/Case/{case}");
    let own = json!({ "Status": "Working", "Casebridge_Write__c": "b", "Casebridge_Seq__c": 2 });
    assert_eq!(org.patch(&path, own).await.code(), 204);
    org.patch(&path, json!({ "Status": "Closed" })).await;
    calls(&org, 1).await;
    let heard = heard.lock().unwrap().clone();
    let told: Json = serde_json::from_str(&heard[0].1).unwrap();
    let events = told["events"].as_array().unwrap();
    assert_eq!((heard.len(), events.len()), (1, 1), "§5.2: only the save without a new token: {told}");
    assert_eq!(events[0]["event"], json!("case_closed"));
}

#[tokio::test]
async fn a_comment_that_is_published_later_is_told_of_then() {
    let org = Org::kit().await;
    let (url, heard) = listener().await;
    org.sandbox().set_recipes(vec![Recipe::deployed(&url)]);
    let case = org.case(json!({ "Casebridge_Id__c": "k", "Casebridge_Write__c": "a" })).await;
    let made = org.post("sobjects/CaseComment", json!({ "ParentId": case, "CommentBody": "reply" })).await.json();
    let comment = made["id"].as_str().unwrap();
    org.patch(&format!("sobjects/CaseComment/{comment}"), json!({ "IsPublished": true })).await;
    calls(&org, 1).await;
    let heard = heard.lock().unwrap().clone();
    let told: Json = serde_json::from_str(&heard[0].1).unwrap();
    assert_eq!(told["events"][0]["recordId"], json!(comment), "§5.2: {told}");
    assert_eq!(heard.len(), 1);
}

#[tokio::test]
async fn calls_are_lost_repeated_and_never_tried_again() {
    let org = Org::stock().await;
    let (url, heard) = listener().await;
    org.sandbox().set_recipes(vec![
        Recipe { loss: 1.0, ..Recipe::old(&url) },
        Recipe { times: 2, ..Recipe::old(&url) },
        Recipe::old("http://127.0.0.1:9/closed"),
    ]);
    org.case(json!({})).await;
    let made = calls(&org, 4).await;
    let count = |wanted: &dyn Fn(&CalloutOutcome) -> bool| made.iter().filter(|call| wanted(&call.outcome)).count();
    assert_eq!(count(&|outcome| *outcome == CalloutOutcome::Lost), 1);
    assert_eq!((count(&|outcome| *outcome == CalloutOutcome::Answered(200)), heard.lock().unwrap().len()), (2, 2));
    assert_eq!(
        count(&|outcome| matches!(outcome, CalloutOutcome::Failed(_))),
        1,
        "§5.1: the platform does not repeat a call"
    );
}
