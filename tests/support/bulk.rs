//! Many conversations into an org at once, by customers who return and by strangers, and what the org must hold then.

use std::collections::HashSet;

use casebridge_domain::{Contact, EventKind, Identifier, NewEvent, PauseKind, SessionKey, Speaker};
use casebridge_engine::NewSession;
use casebridge_engine::connections::ConnectionChange;
use casebridge_sandbox::salesforce::{
    Chance, FaultPlan, Paced, RequestEntry, RequestKind, RunningSalesforce, SalesforceSandbox, SlowAnswer,
    VirtualClock, WhenWork,
};
use casebridge_store::Lanes as _;
use jiff::SignedDuration;
use serde_json::json;

use crate::salesforce::{cases, comments};
use crate::world::{Side, eventually_told};

/// A conversation whose every word is its own.
#[derive(Debug, Clone)]
pub struct Talk {
    /// Its name at the source.
    pub key: SessionKey,
    /// The customer's address, where the source vouches for it.
    pub address: Option<String>,
    /// What is said, in order.
    pub said: Vec<String>,
}

/// Talks that belong on one case: those of a customer, or one of a stranger.
pub type Group = Vec<Talk>;

fn talk(name: String, address: Option<String>, messages: usize) -> Talk {
    let said = (0..messages).map(|number| format!("{name} says {number}")).collect();
    Talk { key: SessionKey { source: "bulk".into(), external_id: name }, address, said }
}

/// `strangers` talks alone, and `customers` who come back `visits` times each while their case is open.
pub fn groups(strangers: usize, customers: usize, visits: usize, messages: usize) -> Vec<Group> {
    let alone = (0..strangers).map(|one| vec![talk(format!("stranger-{one}"), None, messages)]);
    let returning = (0..customers).map(|one| {
        let address = Some(format!("customer-{one}@example.com"));
        (0..visits).map(|visit| talk(format!("customer-{one}-{visit}"), address.clone(), messages)).collect()
    });
    alone.chain(returning).collect()
}

async fn send(side: &Side, talk: &Talk) {
    let email = talk.address.clone().map(|value| Identifier { value, verified: true });
    let new = NewSession {
        key: talk.key.clone(),
        channel: "web".into(),
        tags: Vec::new(),
        topic: Some(talk.key.external_id.clone()),
        contact: Contact { email, ..Contact::default() },
    };
    let id = side.engine.ensure_session(new).await.unwrap().0.id;
    for text in &talk.said {
        let kind = EventKind::Message { from: Speaker::Customer, text: text.clone(), author: None };
        side.engine.append(id, vec![NewEvent::new(text.clone(), None, kind)]).await.unwrap();
    }
}

/// Sends all of them, side by side.
pub async fn send_all(side: &Side, groups: &[Group]) {
    futures::future::join_all(groups.iter().flatten().map(|talk| send(side, talk))).await;
}

/// One more message in each.
pub async fn go_on(side: &Side, groups: &mut [Group], text: &str) {
    for talk in groups.iter_mut().flatten() {
        let said = format!("{} {text}", talk.key.external_id);
        let kind = EventKind::Message { from: Speaker::Customer, text: said.clone(), author: None };
        let event = NewEvent::new(said.clone(), None, kind);
        side.engine.append(talk.key.session_id(), vec![event]).await.unwrap();
        talk.said.push(said);
    }
}

/// Answers lost after the commit, commits after the time-out (which must be shorter than `late_ms`), pages, refusals.
pub fn storm(seed: u64, late_ms: u64) -> FaultPlan {
    FaultPlan {
        seed,
        answer_lost_after_commit: Some(Chance::probability(0.08)),
        cut_before: Some(Chance::probability(0.04)),
        lock_row: Some(Chance::probability(0.08)),
        unavailable_503: Some(Paced { when: Chance::probability(0.04), retry_after: None }),
        html_500: Some(Chance::probability(0.02)),
        limit_exceeded: Some(Chance::probability(0.005)),
        slow_answer: Some(SlowAnswer { when: Chance::probability(0.04), ms: late_ms, work: WhenWork::After }),
        ..FaultPlan::default()
    }
}

/// How many requests met a fault.
pub fn struck(org: &SalesforceSandbox) -> usize {
    org.requests().iter().filter(|entry| !entry.faults.is_empty()).count()
}

/// Fails unless each group has one case, and it holds each message of each talk once and in order. Gives the ids of the
/// cases, by group.
pub fn expect(org: &SalesforceSandbox, groups: &[Group]) -> Vec<String> {
    let cases = cases(org);
    let mut found = Vec::with_capacity(groups.len());
    for group in groups {
        let named: HashSet<&String> = group.iter().filter_map(|talk| cases.get(&talk.key.path())).collect();
        assert_eq!(named.len(), 1, "one case for each customer and open period: {:?}", group[0].key);
        let case = named.into_iter().next().cloned().unwrap_or_default();
        let written = comments(org, &case);
        for talk in group {
            let theirs: Vec<&String> = written.iter().filter(|text| talk.said.contains(text)).collect();
            assert_eq!(theirs, talk.said.iter().collect::<Vec<_>>(), "{}: all, once, in order", talk.key.path());
        }
        let all: usize = group.iter().map(|talk| talk.said.len()).sum();
        assert_eq!(written.len(), all, "and nothing else on the case of {:?}", group[0].key);
        found.push(case);
    }
    assert_eq!(cases.len(), groups.len(), "and no other case");
    found
}

/// Lets days pass until everything is written. Gives how many, and the most calls that were used in any of them.
pub async fn drain_by_days(
    org: &RunningSalesforce,
    clock: &VirtualClock,
    side: &Side,
    used: impl Fn() -> u64,
) -> (usize, u64) {
    let (mut days, mut most) = (1, 0);
    loop {
        let done = eventually_told(
            "everything is written, or the connection keeps to its reserve",
            async || {
                let counts = side.store.lane_counts(side.consumer()).await.unwrap();
                let connection = side.engine.connection("salesforce").await.unwrap();
                let reserved =
                    connection.pause.filter(|pause| pause.kind == PauseKind::Breaker).and_then(|pause| pause.failure);
                match reserved {
                    _ if counts.due == 0 && counts.leased == 0 => Some(true),
                    Some(failure)
                        if failure.message.contains("left to its other integrations") && counts.leased == 0 =>
                    {
                        Some(false)
                    }
                    _ => None,
                }
            },
            async || format!("{:?}", side.engine.connection("salesforce").await.map(|one| one.pause)),
        )
        .await;
        most = most.max(used());
        assert!(org.sandbox.requests().iter().all(|entry| entry.status != Some(403)), "the org never had to refuse us");
        if done {
            return (days, most);
        }
        days += 1;
        assert!(days < 100, "it does not end");
        clock.advance(SignedDuration::from_hours(25));
        org.sandbox.clear_requests();
        // The next look at how it stands is 15 minutes away; a person who looks at the connection has it at once.
        side.engine.change_connection("salesforce", ConnectionChange::default(), "test").await.unwrap();
    }
}

/// Calls since the list of requests was cleared, as the org counts them: one with a session that is over is none.
pub fn calls(org: &SalesforceSandbox) -> u64 {
    let counted = |entry: &&RequestEntry| entry.kind == RequestKind::Data && entry.status != Some(401);
    u64::try_from(org.requests().iter().filter(counted).count()).unwrap_or(u64::MAX)
}

/// The settings that bulk runs have: impatient, so that late commits are late.
pub fn impatient() -> serde_json::Value {
    json!({ "write_timeout_ms": 1000, "read_timeout_ms": 3000, "concurrency": 8 })
}
