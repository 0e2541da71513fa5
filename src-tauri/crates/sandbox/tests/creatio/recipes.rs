//! The processes that customers build, and the way that their calls take.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use casebridge_sandbox::creatio::{Delivery, DeliveryOutcome, RecipeExt as _, SignalSubscription, ids};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::hook::{Hook, listen};
use crate::support::Crm;

fn ours(case: Uuid) -> Json {
    json!({ "Id": Uuid::new_v4(), "Title": "our own row", "CaseId": case, "OwnerId": ids::AGENT_CONTACT,
        "ActivityCategoryId": ids::CATEGORY_PAPERWORK })
}

fn deliveries(crm: &Crm) -> Vec<Delivery> {
    crm.sandbox().signals().into_iter().flat_map(|signal| signal.deliveries).collect()
}

#[tokio::test]
async fn the_plain_recipe_echoes_our_own_rows_inside_our_own_batch() {
    let crm = Crm::stock().await;
    let case = crm.case("echo").await;
    let seen: Arc<Mutex<Vec<(Json, bool, usize)>>> = Arc::default();
    let (note, sandbox) = (Arc::clone(&seen), crm.sandbox().clone());
    let url = listen(move |body| {
        let answered = sandbox.requests().last().unwrap().status.is_some();
        note.lock().unwrap().push((body, answered, sandbox.count("Activity")));
        Duration::ZERO
    })
    .await;
    crm.sandbox().set_subscriptions(SignalSubscription::plain_recipe(&url));
    let part = |n: u8| json!({ "id": n.to_string(), "method": "POST", "url": "Activity", "body": ours(case) });
    assert_eq!(crm.batch(json!([part(1), part(2)]), false).await.code(), 200);
    let echo = json!({ "event_type": "new_activity", "caseId": case });
    let expected = [(echo.clone(), false, 1), (echo, false, 2)];
    assert_eq!(*seen.lock().unwrap(), expected, "one call inside each part, before the batch is answered");
    crm.post("Activity", json!({ "Title": "of no case", "OwnerId": ids::AGENT_CONTACT })).await;
    assert_eq!(seen.lock().unwrap().len(), 2, "\"Case is filled in\" keeps activities without a case away");
}

#[tokio::test]
async fn the_plain_recipe_tells_of_closed_and_of_changed_cases() {
    let crm = Crm::stock().await;
    let case = crm.case("closing").await;
    let hook = Hook::start().await;
    crm.sandbox().set_subscriptions(SignalSubscription::plain_recipe(&hook.url));
    let path = format!("Case({case})");
    let told = |event: &str| json!({ "event_type": event, "caseId": case });
    crm.patch(&path, json!({ "Notes": "a note" })).await;
    crm.patch(&path, json!({ "StatusId": ids::STATUS_RESOLVED })).await;
    crm.patch(&path, json!({ "Notes": "another" })).await;
    let (closed, updated) = (told("case_closed"), told("case_updated"));
    let expected = [updated.clone(), closed, updated.clone(), updated];
    assert_eq!(hook.heard(), expected, "closing gives two calls, a note gives one");
}

#[tokio::test]
async fn the_guided_recipe_leaves_our_rows_out_and_tells_when_a_draft_is_sent() {
    let crm = Crm::stock().await;
    let case = crm.case("guided").await;
    let hook = Hook::start().await;
    let recipe = SignalSubscription::guided_recipe(&hook.url, Some(ids::CATEGORY_PAPERWORK));
    crm.sandbox().set_subscriptions(recipe);
    crm.post("Activity", ours(case)).await;
    assert!(hook.heard().is_empty(), "no echo of our own category");
    let person = crm.sandbox().person(ids::AGENT_CONTACT);
    let told = |event: &str, record: Uuid| json!({ "event_type": event, "caseId": case, "recordId": record });
    let draft = person.email_draft(case, "<p>later</p>").unwrap();
    assert_eq!(hook.until(1).await, [told("new_activity", draft)]);
    person.send_draft(draft).unwrap();
    assert_eq!(hook.until(3).await[1..], [told("new_activity", draft), told("new_activity", draft)]);
    let message = person.portal_message(case, "<p>hello</p>", false, false).unwrap();
    assert_eq!(hook.until(4).await[3], told("new_activity", message), "the case stands in EntityId there");
    person.close(case).unwrap();
    assert_eq!(hook.until(5).await[4], told("case_closed", case));
    person.reopen(case).unwrap();
    assert_eq!(hook.until(6).await[5], told("case_updated", case), "reopening is told of");
}

#[tokio::test]
async fn a_reply_is_told_of_while_it_is_on_its_way_when_the_page_waits() {
    let crm = Crm::stock().await;
    let case = crm.case("two saves").await;
    let seen: Arc<Mutex<Vec<Json>>> = Arc::default();
    let (note, sandbox) = (Arc::clone(&seen), crm.sandbox().clone());
    let url = listen(move |_| {
        note.lock().unwrap().push(sandbox.records("Activity")[0]["EmailSendStatusId"].clone());
        Duration::ZERO
    })
    .await;
    crm.sandbox().set_subscriptions(SignalSubscription::guided_recipe(&url, None));
    let act = casebridge_sandbox::creatio::Act::EmailReply { case, html: "<p>x</p>".into() };
    crm.sandbox().supervisor().act_and_wait(&act).await.unwrap();
    let expected = [json!(ids::SEND_IN_PROGRESS), json!(ids::SEND_SENT)];
    assert_eq!(*seen.lock().unwrap(), expected, "\"record added\" comes before the mail is sent");
}

#[tokio::test]
async fn a_slow_receiver_holds_our_save_up_to_the_time_out() {
    let crm = Crm::stock().await;
    let case = crm.case("slow").await;
    let url = listen(|_| Duration::from_secs(60)).await;
    let recipe = SignalSubscription::plain_recipe(&url);
    for one in recipe.iter().chain(&SignalSubscription::guided_recipe(&url, None)) {
        assert_eq!((one.timeout_ms, one.retries, one.background), (5000, 0, false), "{}: as out of the box", one.name);
    }
    crm.sandbox().set_subscriptions(recipe.with_timeout_ms(300));
    let started = Instant::now();
    assert_eq!(crm.post("Activity", ours(case)).await.code(), 201, "the save goes on without an answer");
    assert!(started.elapsed() >= Duration::from_millis(300), "our create waited for the receiver");
    assert_eq!(deliveries(&crm)[0].outcome, DeliveryOutcome::TimedOut);
}

#[tokio::test]
async fn calls_are_lost_or_repeated_ten_times_and_shuffled() {
    let crm = Crm::stock().await;
    let hook = Hook::start().await;
    let recipe = || SignalSubscription::plain_recipe(&hook.url);
    crm.sandbox().set_subscriptions(recipe().with_loss(1.0));
    let cases: Vec<Uuid> = [crm.case("a").await, crm.case("b").await, crm.case("c").await].into();
    crm.post("Activity", ours(cases[0])).await;
    assert_eq!(deliveries(&crm)[0].outcome, DeliveryOutcome::Lost);
    assert!(hook.heard().is_empty(), "what is lost is never heard");
    crm.sandbox().set_subscriptions(recipe().with_duplication(10));
    crm.post("Activity", ours(cases[0])).await;
    assert_eq!(hook.heard().len(), 10, "ten times, inside the save");
    crm.sandbox().set_subscriptions(recipe().with_duplication(10).shuffled(7));
    let parts: Vec<Json> = cases
        .iter()
        .map(|case| json!({ "id": case, "method": "POST", "url": "Activity", "body": ours(*case) }))
        .collect();
    crm.batch(json!(parts), false).await;
    let heard: Vec<String> = hook.until(40).await[10..].iter().map(|body| body["caseId"].to_string()).collect();
    let runs = 1 + heard.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(runs > 3, "in order there would be a run for each case: {heard:?}");
    assert_eq!(heard.iter().collect::<HashSet<_>>().len(), 3, "none is forgotten");
}

#[tokio::test]
async fn a_thousand_calls_all_arrive() {
    let crm = Crm::stock().await;
    let hook = Hook::start().await;
    crm.sandbox().set_subscriptions(SignalSubscription::plain_recipe(&hook.url).with_duplication(10));
    let case = crm.case("many").await;
    for _ in 0..100 {
        crm.sandbox().supervisor().feed_post(case, "<p>x</p>").unwrap();
        crm.post("Activity", ours(case)).await;
    }
    assert_eq!(hook.heard().len(), 1000);
    assert!(deliveries(&crm).iter().all(|one| one.outcome == DeliveryOutcome::Answered(200)), "no socket is missing");
}
