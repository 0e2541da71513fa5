//! An org that calls: the recipe that customers pasted long ago, and the set-up kit's triggers.

use casebridge_sandbox::salesforce::{
    Act, CalloutOutcome, Recipe, RunningSalesforce, SalesforceConfig, SalesforceSandbox,
};
use casebridge_store::{Inbound as _, Measures as _};
use casebridge_tests::people::Carrier;
use casebridge_tests::salesforce::{cases, expect_exactly};
use casebridge_tests::seeded;
use casebridge_tests::world::{Side, WorldOptions, eventually};
use serde_json::{Value, json};

/// The poller sleeps for an hour: what arrives came by a call.
fn only_calls() -> WorldOptions {
    let settings = json!({ "back": { "poll_seconds": 3600, "idle_poll_seconds": 3600 } });
    WorldOptions { settings, ..WorldOptions::default() }
}

async fn org() -> RunningSalesforce {
    SalesforceSandbox::start(SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() }).await.unwrap()
}

fn act(org: &RunningSalesforce, act: Value) {
    let act: Act = serde_json::from_value(act).unwrap();
    org.sandbox.act(None, &act).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_old_recipe_calls_for_every_case_and_every_comment_and_nothing_echoes() {
    let org = org().await;
    let mut side = Side::in_salesforce(&org, &only_calls()).await;
    let door = side.open_door().await;
    org.sandbox.set_recipes(vec![Recipe { short_ids: true, ..Recipe::old(&door) }]);
    let conversation = seeded(1, 3).remove(0).with_handoff();
    let session = side.send(&conversation).await;
    side.settled().await;
    let case = cases(&org.sandbox)[&conversation.key.path()].clone();
    let called = eventually("the trigger of our own case called", async || {
        org.sandbox.callouts().into_iter().find(|call| call.url.contains("caseId="))
    })
    .await;
    assert_eq!(called.outcome, CalloutOutcome::Answered(200), "the org is answered well: {called:?}");
    let heard = eventually("the call from inside our own write is heard when the case is known", async || {
        side.store.receipts(session).await.unwrap().into_iter().find(|receipt| receipt.outcome == "pull_due")
    })
    .await;
    assert_eq!(heard.event_type, "case_updated", "a call that says nothing is a hint to look");
    // Customers put the same class under a trigger on comments: it calls for ours, too, and knows no difference.
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for _ in 0..3 {
        let answer = http.post(format!("{door}?caseId={case}")).body("").send().await.unwrap();
        assert_eq!(answer.status(), 200, "18 characters name the case as well");
    }
    act(&org, json!({ "act": "comment", "case": case, "body": "she is lying" }));
    act(&org, json!({ "act": "comment", "case": case, "body": "We are on it", "published": true }));
    http.post(format!("{door}?caseId={case}")).body("").send().await.unwrap();
    let mut carrier = Carrier::default();
    eventually("the reply arrives by the call alone", async || {
        carrier.drain(&side.engine).await;
        (!carrier.replies().is_empty()).then_some(())
    })
    .await;
    side.settled().await;
    carrier.drain(&side.engine).await;
    let name = conversation.key.path();
    assert_eq!(carrier.replies(), [(name, "We are on it".to_owned())], "R5, R8: neither ours nor what is internal");
    expect_exactly(&org.sandbox, [&conversation].into_iter());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_kits_triggers_bring_replies_and_closures_and_cases_of_others_are_left_alone() {
    let org = org().await;
    let mut side = Side::in_salesforce(&org, &only_calls()).await;
    let door = side.open_door().await;
    org.sandbox.set_recipes(vec![Recipe { one_call: true, ..Recipe::kit(&door) }]);
    let conversation = seeded(1, 4).remove(0).with_handoff();
    side.send(&conversation).await;
    side.settled().await;
    let name = conversation.key.path();
    let case = cases(&org.sandbox)[&name].clone();
    act(&org, json!({ "act": "new_case", "fields": { "Subject": "somebody else's" } }));
    act(&org, json!({ "act": "comment", "case": case, "body": "We are on it", "published": true }));
    act(&org, json!({ "act": "close", "case": case }));
    let mut carrier = Carrier::default();
    eventually("reply and closure arrive by calls alone", async || {
        carrier.drain(&side.engine).await;
        (!carrier.replies().is_empty() && carrier.count(&name, "resolved") == 1).then_some(())
    })
    .await;
    assert_eq!(carrier.replies(), [(name.clone(), "We are on it".to_owned())]);
    let answered = org.sandbox.callouts().iter().filter(|call| call.outcome == CalloutOutcome::Answered(200)).count();
    assert_eq!(answered, org.sandbox.callouts().len(), "the org is answered well, whosever case it is");
    let last = eventually("the call about the stranger's case is in the books", async || {
        side.store
            .receipts_by_kind(side.connection.id)
            .await
            .unwrap()
            .into_iter()
            .find(|one| one.outcome == "unknown_case")
    })
    .await;
    assert_eq!(last.event_type, "case_created");
}
