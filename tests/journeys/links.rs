//! A person decides which case a conversation has: made by hand, another one, the survivor of a merge, or none (R42).

use std::time::Duration;

use casebridge_domain::{Case, EventKind, Mode, NewEvent, SessionId, SessionKey, Speaker};
use casebridge_engine::EngineError;
use casebridge_engine::links::{LinkAct, LinkTo};
use casebridge_sandbox::creatio::ids;
use casebridge_tests::people::{Carrier, case_ids};
use casebridge_tests::world::{eventually, within};
use casebridge_tests::{Conversation, Line, World, WorldOptions};
use serde_json::json;
use uuid::Uuid;

struct Story {
    world: World,
    session: SessionId,
    carrier: Carrier,
}

fn said(id: &str, text: &str) -> Line {
    Line { id: id.into(), kind: EventKind::Message { from: Speaker::Customer, text: text.into(), author: None } }
}

fn conversation(name: &str) -> Conversation {
    let key = SessionKey { source: "seed".into(), external_id: name.into() };
    Conversation { key, topic: None, lines: vec![said("m1", "my parcel is late"), said("m2", "it was a present")] }
}

impl Story {
    async fn begin(mode: Mode) -> Self {
        let settings = json!({ "back": { "poll_seconds": 5, "idle_poll_seconds": 5 } });
        let mut world = World::with(WorldOptions { mode, settings, ..WorldOptions::default() }).await;
        let url = world.side.open_door().await;
        world.crm().set_recipe(&serde_json::from_value(json!({ "kind": "guided", "url": url })).unwrap());
        let session = world.side.send(&conversation("s1")).await;
        world.side.settled().await;
        Self { world, session, carrier: Carrier::default() }
    }

    fn case(&self) -> Uuid {
        case_ids(self.world.crm())["seed/s1"]
    }

    /// A case that people made in the CRM, with a number, and the reply of a week ago on it.
    fn their_case(&self) -> Uuid {
        let crm = self.world.crm();
        let case =
            crm.insert("Case", &json!({ "Subject": "Parcel, by phone", "ContactId": ids::CUSTOMER_ANNA })).unwrap();
        crm.person(ids::AGENT_CONTACT).portal_message(case, "<p>An old answer.</p>", false, false).unwrap();
        case
    }

    async fn link(&self, to: LinkTo) -> Result<casebridge_engine::links::LinkEffect, EngineError> {
        self.world.engine().link(self.session, "creatio", &to, "Mary").await
    }

    /// The texts that stand on a case, as the CRM holds them.
    fn texts(&self, case: Uuid) -> Vec<String> {
        let mut rows = self.world.crm().records("Activity");
        rows.retain(|row| row["CaseId"].as_str() == Some(&case.to_string()));
        rows.sort_by_key(|row| row["StartDate"].as_str().unwrap().to_owned());
        rows.iter()
            .map(|row| {
                let text = row["DetailedResult"].as_str().unwrap_or_default();
                text.split("\n\ncasebridge://").next().unwrap_or(text).to_owned()
            })
            .collect()
    }

    async fn say(&self, id: &str, text: &str) {
        let line = said(id, text);
        self.world.engine().append(self.session, vec![NewEvent::new(line.id, None, line.kind)]).await.unwrap();
        self.quiet().await;
    }

    /// Nothing is on its way any more.
    async fn quiet(&self) {
        use casebridge_store::Inbound as _;
        let connection = self.world.side.connection.id;
        self.world.side.settled().await;
        eventually("no case is left to look at", async || {
            self.world.side.store.next_pull(connection).await.unwrap().is_none().then_some(())
        })
        .await;
        self.world.side.settled().await;
    }

    async fn answered(&mut self, case: Uuid, text: &str) {
        let person = self.world.crm().person(ids::AGENT_CONTACT);
        person.portal_message(case, &format!("<p>{text}</p>"), false, false).unwrap();
        self.quiet().await;
    }

    async fn replies(&mut self) -> Vec<String> {
        self.carrier.drain(self.world.engine()).await;
        self.carrier.replies().into_iter().map(|(_, text)| text).collect()
    }

    /// Waits for an answer at the customer's; all answers up to it.
    async fn replies_with(&mut self, last: &str) -> Vec<String> {
        let Self { world, carrier, session } = self;
        let told = async || {
            let trace = world.engine().trace(*session).await.unwrap();
            format!("{:#?}", trace.timeline.iter().map(|entry| entry.summary.clone()).collect::<Vec<_>>())
        };
        let arrived = async || {
            carrier.drain(world.engine()).await;
            let replies: Vec<String> = carrier.replies().into_iter().map(|(_, text)| text).collect();
            replies.iter().any(|text| text == last).then_some(replies)
        };
        within(Duration::from_secs(60), last, arrived, told).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r42_another_case_gets_the_whole_conversation_once_and_its_history_stays_where_it_is() {
    let mut story = Story::begin(Mode::Every).await;
    let (before, theirs) = (story.case(), story.their_case());
    let number = story.world.crm().record("Case", theirs).unwrap()["Number"].as_str().unwrap().to_owned();
    let preview = story.world.engine().link_preview(story.session, "creatio", &LinkTo::Case(number.clone())).await;
    let preview = preview.unwrap();
    assert_eq!(
        (preview.act, preview.records),
        (LinkAct::Link, 2),
        "the consequence is counted before anything happens"
    );
    assert_eq!(story.texts(theirs), Vec::<String>::new(), "a preview writes nothing");
    let done = story.link(LinkTo::Case(number)).await.unwrap();
    assert_eq!(done.records, 2, "what was said before is what happens");
    story.quiet().await;
    assert_eq!(
        story.texts(theirs),
        ["my parcel is late", "it was a present"],
        "the whole conversation, once, in order"
    );
    story.say("m3", "is anybody there?").await;
    assert_eq!(story.texts(theirs).len(), 3, "it goes on there");
    assert_eq!(story.texts(before).len(), 2, "nothing more is written to the case before");
    story.answered(before, "Answered on the wrong case.").await;
    story.answered(theirs, "We look for it.").await;
    assert_eq!(
        story.replies_with("We look for it.").await,
        ["We look for it."],
        "what stood there is history (R2), and the other case is let go"
    );
    let address =
        format!("{}/0/Nui/ViewModule.aspx#CardModuleV2/CasePage/edit/{before}", story.world.creatio.instance_url);
    let back = story.link(LinkTo::Case(address)).await.unwrap();
    assert_eq!(
        (back.act, back.records),
        (LinkAct::LinkBack, 2),
        "a case that it had before lacks only what was said since, here and there"
    );
    story.quiet().await;
    let texts = story.texts(before);
    assert_eq!(texts.len(), 4, "each message stands on it once: {texts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r42_a_conversation_that_was_taken_off_its_case_is_left_alone() {
    let mut story = Story::begin(Mode::Every).await;
    let case = story.case();
    assert_eq!(story.link(LinkTo::Nothing).await.unwrap().act, LinkAct::Unlink);
    story.say("m3", "is anybody there?").await;
    story.answered(case, "To nobody.").await;
    assert_eq!(story.texts(case).len(), 2, "nothing more is written");
    assert!(story.replies().await.is_empty(), "and nothing is taken from it");
    assert_eq!(case_ids(story.world.crm()).len(), 1, "and no other case is made by itself");
    let trace = story.world.engine().trace(story.session).await.unwrap();
    let reason = trace.lanes.iter().find_map(|lane| lane.reason.clone()).unwrap_or_default();
    assert!(reason.contains("took this conversation off"), "the lane says why it rests: {reason}");
    assert_eq!(story.link(LinkTo::Nothing).await.unwrap().act, LinkAct::Nothing, "twice is once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r42_a_case_made_by_hand_is_one_case_however_often_it_is_asked_for() {
    let story = Story::begin(Mode::Handoff).await;
    assert!(case_ids(story.world.crm()).is_empty(), "the mode makes none for this conversation");
    assert_eq!(story.link(LinkTo::New).await.unwrap().act, LinkAct::Create);
    assert_eq!(
        story.link(LinkTo::New).await.unwrap().act,
        LinkAct::Nothing,
        "the second who asks is told that it is there"
    );
    story.quiet().await;
    let case = story.case();
    assert_eq!(story.texts(case), ["my parcel is late", "it was a present"], "it tells the whole conversation");
    let handed = EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None };
    story.world.engine().append(story.session, vec![NewEvent::new("h1", None, handed)]).await.unwrap();
    story.quiet().await;
    assert_eq!(case_ids(story.world.crm()).len(), 1, "the handoff that would have opened a case finds this one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r42_a_new_case_after_a_deleted_one_tells_everything_again() {
    let story = Story::begin(Mode::Every).await;
    let gone = story.case();
    story.world.crm().supervisor().delete_case(gone).unwrap();
    story.say("m3", "is anybody there?").await;
    let preview = story.world.engine().link_preview(story.session, "creatio", &LinkTo::New).await.unwrap();
    assert_eq!((preview.records, preview.period), (3, Some(2)), "that a period begins is said before");
    story.link(LinkTo::New).await.unwrap();
    story.quiet().await;
    let case = story.case();
    assert_ne!(case, gone, "the deleted one is not resurrected (R12)");
    assert_eq!(story.texts(case), ["my parcel is late", "it was a present", "is anybody there?"]);
    let counts =
        casebridge_store::Lanes::lane_counts(&story.world.side.store, story.world.side.consumer()).await.unwrap();
    assert_eq!(counts.parked, 0, "nothing is parked any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r42_after_a_merge_the_survivor_gets_only_what_it_lacks() {
    let mut story = Story::begin(Mode::Every).await;
    let (loser, survivor) = (story.case(), story.their_case());
    story.world.crm().supervisor().merge_cases(survivor, loser).unwrap();
    eventually("the merge is seen", async || {
        let cases = story.world.engine().store().cases_of(vec![story.session]).await.unwrap();
        (cases[0].merged_into == Some(survivor)).then_some(())
    })
    .await;
    story.say("m3", "is anybody there?").await;
    let effect = story.link(LinkTo::Survivor).await.unwrap();
    assert_eq!((effect.act, effect.records), (LinkAct::Follow, 1), "the merge took the rest along");
    story.quiet().await;
    assert_eq!(
        story.texts(survivor),
        ["my parcel is late", "it was a present", "is anybody there?"],
        "all of it, once"
    );
    story.answered(survivor, "We have put both together.").await;
    assert_eq!(
        story.replies_with("We have put both together.").await,
        ["We have put both together."],
        "answers come from the survivor from now on"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r4_a_merge_of_two_conversations_can_be_followed_by_both() {
    let mut story = Story::begin(Mode::Every).await;
    let loser = story.case();
    story.world.side.send(&conversation("s2")).await;
    story.quiet().await;
    let survivor = case_ids(story.world.crm())["seed/s2"];
    story.world.crm().supervisor().merge_cases(survivor, loser).unwrap();
    eventually("the merge is seen", async || {
        let cases = story.world.engine().store().cases_of(vec![story.session]).await.unwrap();
        (cases[0].merged_into == Some(survivor)).then_some(())
    })
    .await;
    let effect = story.link(LinkTo::Survivor).await.unwrap();
    assert_eq!(effect.others, 1, "that another conversation is on it is said before");
    story.quiet().await;
    story.say("m3", "is anybody there?").await;
    assert!(story.texts(survivor).contains(&"is anybody there?".to_owned()), "it goes on in the survivor");
    story.answered(survivor, "To one of you.").await;
    assert!(story.replies().await.len() <= 1, "a reply goes to exactly one conversation, or is held");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r42_what_the_crm_does_not_show_is_not_linked() {
    let story = Story::begin(Mode::Every).await;
    // What the poller learns of the case meanwhile is no link.
    let links = async || -> Vec<_> {
        let cases = story.world.engine().store().cases_of(vec![story.session]).await.unwrap();
        let link =
            |case: Case| (case.crm_id, case.case_key, case.state, case.session_id, case.merged_into, case.chosen_seq);
        cases.into_iter().map(link).collect()
    };
    let before = links().await;
    let nowhere = Uuid::from_u128(7);
    for named in [
        "SR99999999".to_owned(),
        nowhere.to_string(),
        format!("https://elsewhere.creatio.com/0/Shell/#Card/Cases_FormPage/edit/{nowhere}"),
        "https://elsewhere.creatio.com/0/Shell/#Section/Cases_ListPage".to_owned(),
        "' or 1 eq 1".to_owned(),
        "  ".to_owned(),
    ] {
        let refused = story.link(LinkTo::Case(named.clone())).await.expect_err("nothing there can be linked");
        let told = matches!(refused, EngineError::NotFound { .. } | EngineError::Invalid { .. });
        assert!(told, "`{named}` is refused in words that help: {refused:?}");
    }
    assert!(story.link(LinkTo::Survivor).await.is_err(), "a case that was not merged has no survivor");
    assert_eq!(links().await, before, "a refusal changes nothing");
}
