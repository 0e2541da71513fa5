//! Both modes in an org, and a switch midway.

use casebridge_domain::{EventKind, Mode, NewEvent, Speaker};
use casebridge_engine::connections::ConnectionChange;
use casebridge_sandbox::salesforce::{SalesforceConfig, SalesforceSandbox};
use casebridge_tests::salesforce::{cases, expect_exactly};
use casebridge_tests::world::{Side, WorldOptions};
use casebridge_tests::{Conversation, Line, seeded};

async fn switch(side: &Side, mode: Mode) {
    let change = ConnectionChange { mode: Some(mode), ..ConnectionChange::default() };
    side.engine.change_connection("salesforce", change, "test").await.unwrap();
}

async fn goes_on(side: &Side, conversation: &mut Conversation, text: &str) {
    let kind = EventKind::Message { from: Speaker::Customer, text: text.into(), author: None };
    let event = NewEvent::new(format!("more-{text}"), None, kind.clone());
    side.engine.append(conversation.key.session_id(), vec![event]).await.unwrap();
    conversation.lines.push(Line { id: format!("more-{text}"), kind });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_both_modes_hold_in_an_org_and_a_switch_applies_to_what_comes_after_it() {
    let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
    let org = SalesforceSandbox::start(config).await.unwrap();
    let options = WorldOptions { mode: Mode::Handoff, ..WorldOptions::default() };
    let side = Side::in_salesforce(&org, &options).await;
    let plain = |conversation: &Conversation| !conversation.handed_off() && !conversation.resolved();
    let mut conversations: Vec<Conversation> = seeded(24, 21).into_iter().filter(plain).take(4).collect();
    let mut handed = conversations.remove(0).with_handoff();
    side.send(&handed).await;
    side.send_all(&conversations).await;
    side.settled().await;
    expect_exactly(&org.sandbox, [&handed].into_iter());
    switch(&side, Mode::Every).await;
    side.settled().await;
    assert_eq!(cases(&org.sandbox).len(), 1, "a switch alone makes no case of what was before it");
    goes_on(&side, &mut conversations[0], "are you there?").await;
    goes_on(&side, &mut handed, "thank you").await;
    side.settled().await;
    expect_exactly(&org.sandbox, [&handed, &conversations[0]].into_iter());
    switch(&side, Mode::Handoff).await;
    goes_on(&side, &mut conversations[0], "one more thing").await;
    goes_on(&side, &mut conversations[1], "hello?").await;
    side.settled().await;
    // Open cases go on being kept; what was not handed off stays without one.
    expect_exactly(&org.sandbox, [&handed, &conversations[0]].into_iter());
}
