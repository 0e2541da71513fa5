//! Status in both directions: resolved, closed and reopened, here and there, without ping-pong (R13).

use std::collections::BTreeMap;

use casebridge_domain::{EventKind, NewEvent, SessionId, SessionStatus, Speaker};
use casebridge_engine::connections::ConnectionChange;
use casebridge_sandbox::creatio::{RecordOp, ids};
use casebridge_tests::people::{Carrier, case_ids};
use casebridge_tests::world::{eventually, eventually_told};
use casebridge_tests::{Conversation, Line, World, WorldOptions};
use serde_json::json;
use uuid::Uuid;

fn conversation(name: &str) -> Conversation {
    let key = casebridge_domain::SessionKey { source: "seed".into(), external_id: name.into() };
    let kind = EventKind::Message { from: Speaker::Customer, text: "my parcel is late".into(), author: None };
    Conversation { key, topic: None, lines: vec![Line { id: "m1".into(), kind }] }
}

struct Story {
    world: World,
    session: SessionId,
    case: Uuid,
    carrier: Carrier,
}

impl Story {
    async fn begin(settings: serde_json::Value) -> Self {
        let mut back = json!({ "poll_seconds": 5, "idle_poll_seconds": 5 });
        for (member, value) in settings.as_object().unwrap() {
            back[member] = value.clone();
        }
        let options = WorldOptions { settings: json!({ "back": back }), ..WorldOptions::default() };
        let mut world = World::with(options).await;
        let url = world.side.open_door().await;
        world.crm().set_recipe(&serde_json::from_value(json!({ "kind": "guided", "url": url })).unwrap());
        let conversation = conversation("s1");
        let session = world.side.send(&conversation).await;
        world.side.settled().await;
        let case = case_ids(world.crm())["seed/s1"];
        // What is known of the case is what a change is compared with.
        eventually("the case was looked at once", async || {
            use casebridge_store::Inbound as _;
            let known = world.side.store.known_cases(world.side.connection.id, vec![case]).await.unwrap();
            known[0].known.facts.is_some().then_some(())
        })
        .await;
        Self { world, session, case, carrier: Carrier::default() }
    }

    async fn say(&self, id: &str, kind: EventKind) {
        self.world.engine().append(self.session, vec![NewEvent::new(id, None, kind)]).await.unwrap();
    }

    async fn customer(&self, id: &str) {
        let kind = EventKind::Message { from: Speaker::Customer, text: format!("and {id}"), author: None };
        self.say(id, kind).await;
    }

    fn status(&self, case: Uuid) -> Uuid {
        self.world.crm().record("Case", case).unwrap()["StatusId"].as_str().unwrap().parse().unwrap()
    }

    async fn session_becomes(&self, status: SessionStatus, why: &str) {
        eventually_told(
            why,
            async || (self.world.engine().session(self.session).await.unwrap().status == status).then_some(()),
            async || {
                format!(
                    "{:#?}",
                    self.world
                        .engine()
                        .trace(self.session)
                        .await
                        .unwrap()
                        .timeline
                        .iter()
                        .map(|entry| entry.summary.clone())
                        .collect::<Vec<_>>()
                )
            },
        )
        .await;
    }

    async fn case_becomes(&self, status: Uuid, why: &str) {
        eventually(why, async || (self.status(self.case) == status).then_some(())).await;
    }

    /// Nothing is on its way any more.
    async fn quiet(&self) {
        use casebridge_store::Inbound as _;
        let connection = self.world.side.connection.id;
        loop {
            self.world.side.settled().await;
            eventually("no case is left to look at", async || {
                self.world.side.store.next_pull(connection).await.unwrap().is_none().then_some(())
            })
            .await;
            let counts = casebridge_store::Lanes::lane_counts(&self.world.side.store, self.world.side.consumer()).await;
            if counts.unwrap().due == 0 {
                return;
            }
        }
    }

    async fn events(&self) -> Vec<String> {
        let log = self.world.engine().store().events(self.session, 0, i64::MAX).await.unwrap();
        log.iter()
            .map(|event| match &event.kind {
                EventKind::Resolved { via: Some(_), .. } => "resolved there".to_owned(),
                EventKind::Reopened { via: Some(_), .. } => "reopened there".to_owned(),
                kind => kind.name().to_owned(),
            })
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_resolved_there_resolves_here_once_and_the_automatic_closing_is_no_second_closure() {
    let mut story = Story::begin(json!({})).await;
    story.world.crm().supervisor().resolve(story.case).unwrap();
    story.session_becomes(SessionStatus::Resolved, "the person's closure arrives").await;
    story.world.crm().supervisor().close(story.case).unwrap();
    story.quiet().await;
    eventually("the second status was seen", async || {
        story.events().await.iter().filter(|name| *name == "case_changed").nth(1).map(drop)
    })
    .await;
    story.carrier.drain(story.world.engine()).await;
    assert_eq!(story.carrier.count("seed/s1", "resolved"), 1, "Resolved and then Closed is one closure");
    let closures = story.events().await.iter().filter(|name| *name == "resolved there").count();
    assert_eq!(closures, 1, "{:?}", story.events().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_resolved_here_resolves_there_and_is_no_news_when_it_comes_back() {
    let mut story = Story::begin(json!({})).await;
    story.say("r", EventKind::Resolved { by: None, via: None }).await;
    story.case_becomes(ids::STATUS_RESOLVED, "the case is resolved with the configured status").await;
    story.quiet().await;
    story.carrier.drain(story.world.engine()).await;
    assert!(story.carrier.took.is_empty(), "our own status came back as news: {:?}", story.carrier.took);
    story.customer("m2").await;
    story.case_becomes(ids::STATUS_REOPENED, "the customer goes on, and so does the case").await;
    story.quiet().await;
    story.session_becomes(SessionStatus::Open, "the question is open").await;
    story.carrier.drain(story.world.engine()).await;
    assert!(story.carrier.took.is_empty(), "nobody in the CRM did anything: {:?}", story.carrier.took);
    assert_eq!(story.status(story.case), ids::STATUS_REOPENED, "no ping-pong");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_reopened_there_reopens_here() {
    let mut story = Story::begin(json!({})).await;
    story.world.crm().supervisor().resolve(story.case).unwrap();
    story.session_becomes(SessionStatus::Resolved, "closed there").await;
    story.world.crm().supervisor().reopen(story.case).unwrap();
    story.session_becomes(SessionStatus::Open, "reopened there").await;
    story.quiet().await;
    assert_eq!(story.status(story.case), ids::STATUS_REOPENED, "we wrote nothing back");
    story.carrier.drain(story.world.engine()).await;
    assert_eq!((story.carrier.count("seed/s1", "resolved"), story.carrier.count("seed/s1", "reopened")), (1, 1));
    let ledger = story.world.crm().record_ledger();
    let ours =
        ledger.iter().filter(|write| write.entity == "Case" && write.op == RecordOp::Update && write.request.is_some());
    assert_eq!(ours.count(), 0, "what happened there is not written there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r13_a_message_from_before_the_closure_is_only_late() {
    let story = Story::begin(json!({})).await;
    let before = jiff::Timestamp::now();
    story.world.crm().supervisor().resolve(story.case).unwrap();
    story.session_becomes(SessionStatus::Resolved, "closed there").await;
    let kind = EventKind::Message { from: Speaker::Customer, text: "late".into(), author: None };
    let late = NewEvent::new("late", Some(before - std::time::Duration::from_secs(60)), kind);
    story.world.engine().append(story.session, vec![late]).await.unwrap();
    story.quiet().await;
    assert_eq!(story.status(story.case), ids::STATUS_RESOLVED, "it was said before the closure");
    let activities = story.world.crm().count("Activity");
    assert_eq!(activities, 2, "and it stands on the case all the same");
    story.customer("after").await;
    story.case_becomes(ids::STATUS_REOPENED, "what is said after it reopens").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_case_instead_of_the_old_one_where_the_admin_wants_it() {
    let story = Story::begin(json!({ "reopen": "new_case" })).await;
    story.world.crm().supervisor().close(story.case).unwrap();
    story.session_becomes(SessionStatus::Resolved, "closed there").await;
    story.customer("m2").await;
    eventually("the new case stands", async || (story.world.crm().count("Case") == 2).then_some(())).await;
    story.quiet().await;
    assert_eq!(story.status(story.case), ids::STATUS_CLOSED, "the old case stays closed");
    let rows = story.world.crm().records("Activity");
    let mut by_case: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows {
        let text = |column: &str| row[column].as_str().unwrap().to_owned();
        by_case.entry(text("CaseId")).or_default().push(text("DetailedResult"));
    }
    let old = by_case.remove(&story.case.to_string()).unwrap();
    assert_eq!(old.len(), 1, "what was said before stands on the old case: {old:?}");
    let (_, new) = by_case.pop_first().unwrap();
    assert!(new[0].starts_with("and m2"), "what comes after stands on the new one: {new:?}");
    // The job that closes resolved cases touches last week's case; today's conversation stays open.
    story.world.crm().supervisor().set_status(story.case, ids::STATUS_RESOLVED).unwrap();
    story.world.crm().supervisor().close(story.case).unwrap();
    story.quiet().await;
    let session = story.world.engine().session(story.session).await.unwrap();
    assert_eq!(session.status, SessionStatus::Open, "only the newest case can resolve a conversation");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r9_mail_to_the_crm_joins_the_conversation_and_reopens_it_once() {
    let mut story = Story::begin(json!({})).await;
    story.world.crm().supervisor().resolve(story.case).unwrap();
    story.session_becomes(SessionStatus::Resolved, "closed there").await;
    story.world.crm().supervisor().incoming_email(story.case, None, "<p>It is still late</p>").unwrap();
    story.session_becomes(SessionStatus::Open, "the customer wrote to the CRM, which reopened the case").await;
    story.quiet().await;
    let names = story.events().await;
    assert_eq!(names.iter().filter(|name| *name == "crm_message").count(), 1, "{names:?}");
    let reopened = names.iter().filter(|name| name.starts_with("reopened")).count();
    assert_eq!(reopened, 1, "one mail reopens once: {names:?}");
    assert_eq!(story.world.crm().count("Activity"), 2, "it is not written back: ours and the mail itself");
    story.carrier.drain(story.world.engine()).await;
    assert_eq!(story.carrier.count("seed/s1", "reply"), 0, "what the customer wrote is not read to them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owner_and_priority_are_shown() {
    let story = Story::begin(json!({})).await;
    story.world.crm().supervisor().resolve(story.case).unwrap();
    story.session_becomes(SessionStatus::Resolved, "closed there").await;
    story.world.crm().supervisor().assign(story.case, Some(ids::AGENT_CONTACT)).unwrap();
    eventually("the new owner is on the trace", async || {
        let trace = story.world.engine().trace(story.session).await.unwrap();
        trace.timeline.iter().any(|entry| entry.summary.contains("owner")).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_deleted_and_merged_cases_are_known_apart_and_make_no_new_case() {
    let story = Story::begin(json!({})).await;
    let other = story.world.side.send(&conversation("s2")).await;
    story.world.side.settled().await;
    let cases = case_ids(story.world.crm());
    story.world.crm().supervisor().merge_cases(cases["seed/s2"], story.case).unwrap();
    eventually("the merge is seen", async || {
        let case = story.world.engine().trace(story.session).await.unwrap().cases.remove(0);
        (case.state == "merged").then_some(())
    })
    .await;
    story.world.crm().supervisor().delete_case(cases["seed/s2"]).unwrap();
    let change = ConnectionChange::default();
    story.world.engine().change_connection("creatio", change, "test").await.unwrap();
    let kind = EventKind::Message { from: Speaker::Customer, text: "hello?".into(), author: None };
    story.world.engine().append(other, vec![NewEvent::new("m2", None, kind)]).await.unwrap();
    eventually("the deletion is seen", async || {
        let case = story.world.engine().trace(other).await.unwrap().cases.remove(0);
        (case.state == "gone").then_some(())
    })
    .await;
    assert_eq!(story.world.crm().count("Case"), 0, "none of them makes a new case by itself");
}
