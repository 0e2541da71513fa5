//! People at work in the CRM, and a carrier who reads what comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use casebridge_domain::EventKind;
use casebridge_engine::Engine;
use casebridge_sandbox::creatio::{CreatioSandbox, ids};
use casebridge_store::DataFolder;
use serde_json::Value;
use uuid::Uuid;

/// The category that makes a task a reply in these worlds.
pub const REPLY_CATEGORY: &str = "2365ae4f-58e6-df11-971b-001d60e938c6";

/// Something that a carrier took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Took {
    /// The session, as `source/external id`.
    pub session: String,
    /// `reply`, `resolved` or `reopened`.
    pub kind: &'static str,
    /// What the person wrote.
    pub text: String,
    /// Whether the CRM sent it itself.
    pub recorded: bool,
    /// Who wrote it.
    pub author: Option<String>,
}

/// Whoever carries the conversations: takes what is offered.
#[derive(Debug, Default)]
pub struct Carrier {
    /// Everything it took, in order.
    pub took: Vec<Took>,
}

impl Carrier {
    /// Takes what is offered now.
    pub async fn drain(&mut self, engine: &Engine) {
        loop {
            let offers = engine.offers(0, None, 500).await.unwrap();
            if offers.is_empty() {
                return;
            }
            for offer in offers {
                let taken = engine.take_reply(offer.id).await.unwrap();
                assert!(!taken.already, "an offer that was taken must not be offered again");
                let (kind, text, recorded, author) = match offer.kind {
                    EventKind::CrmMessage { text, sent_by_crm, author, .. } => ("reply", text, sent_by_crm, author),
                    EventKind::Reopened { .. } => ("reopened", String::new(), false, None),
                    EventKind::TakenOver { by } => ("taken_over", String::new(), false, Some(by)),
                    _ => ("resolved", String::new(), false, None),
                };
                let session = format!("{}/{}", offer.source, offer.external_id);
                self.took.push(Took { session, kind, text, recorded, author });
            }
        }
    }

    /// The texts of the replies that it took, by session.
    pub fn replies(&self) -> Vec<(String, String)> {
        let replies = self.took.iter().filter(|took| took.kind == "reply");
        replies.map(|took| (took.session.clone(), took.text.clone())).collect()
    }

    /// How often it heard of a kind of news for a session.
    pub fn count(&self, session: &str, kind: &str) -> usize {
        self.took.iter().filter(|took| took.session == session && took.kind == kind).count()
    }
}

/// A carrier in another process: reads over HTTP, from an engine that may be killed at any moment.
pub struct HttpCarrier {
    client: reqwest::Client,
    data: PathBuf,
    /// What it took, each reply once by its id.
    pub carrier: Carrier,
    seen: BTreeSet<String>,
    acknowledged: BTreeSet<String>,
}

impl HttpCarrier {
    /// A carrier of the engine on this folder.
    pub fn of(data: &Path) -> Self {
        casebridge_connectors::install_crypto();
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build().unwrap();
        Self {
            client,
            data: data.to_owned(),
            carrier: Carrier::default(),
            seen: BTreeSet::new(),
            acknowledged: BTreeSet::new(),
        }
    }

    /// Takes what is offered now; a dead engine is asked again later.
    pub async fn drain(&mut self) {
        while let Some(page) = self.page().await {
            if page.is_empty() {
                return;
            }
            for offer in page {
                let text = |member: &str| offer[member].as_str().unwrap_or_default().to_owned();
                let id = text("reply_id");
                assert!(!self.acknowledged.contains(&id), "what was acknowledged must not be offered again: {offer}");
                // Delivering is the carrier's own affair: once for each id, whatever becomes of the acknowledgement.
                if self.seen.insert(id.clone()) {
                    let kind = match text("kind").as_str() {
                        "reply" => "reply",
                        "reopened" => "reopened",
                        _ => "resolved",
                    };
                    self.carrier.took.push(Took {
                        session: format!("{}/{}", text("source"), text("external_id")),
                        kind,
                        text: text("text"),
                        recorded: text("delivery") == "recorded",
                        author: offer["author"].as_str().map(str::to_owned),
                    });
                }
                let Some(engine) = DataFolder::open(&self.data).unwrap().engine() else { return };
                let taken =
                    self.client.post(format!("{}/v1/replies/{id}/taken", engine.url)).bearer_auth(&engine.token);
                match taken.send().await {
                    Ok(answer) if answer.status().is_success() => drop(self.acknowledged.insert(id)),
                    _ => return,
                }
            }
        }
    }

    async fn page(&self) -> Option<Vec<Value>> {
        let engine = DataFolder::open(&self.data).unwrap().engine()?;
        let asked = self.client.get(format!("{}/v1/replies?limit=500", engine.url)).bearer_auth(&engine.token);
        let page: Value = asked.send().await.ok()?.error_for_status().ok()?.json().await.ok()?;
        page["replies"].as_array().cloned()
    }
}

/// The cases of the stand-in by the session that they name.
pub fn case_ids(crm: &CreatioSandbox) -> BTreeMap<String, Uuid> {
    crm.records("Case")
        .iter()
        .map(|row| {
            let text = |column: &str| row[column].as_str().unwrap().to_owned();
            (text("UsrSessionId"), text("Id").parse().unwrap())
        })
        .collect()
}

/// How much people do.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    /// Replies, of each kind in turn.
    pub replies: usize,
    /// Closures.
    pub closures: usize,
    /// Of the closed cases, how many are reopened.
    pub reopenings: usize,
    /// Mails of customers to the CRM.
    pub incoming: usize,
    /// Notes and the like that nobody outside may read.
    pub internal: usize,
}

/// What people did, and what must come of it.
#[derive(Debug, Default)]
pub struct Work {
    /// Text of a reply to the session that must read it.
    pub replies: BTreeMap<String, String>,
    /// Text of a customer's mail to its session.
    pub incoming: BTreeMap<String, String>,
    /// Texts that must reach nobody.
    pub internal: Vec<String>,
    /// Sessions whose case was closed.
    pub closed: BTreeSet<String>,
    /// Sessions whose case was reopened after that.
    pub reopened: BTreeSet<String>,
    /// Drafts, to be sent later: the row, its text, its session.
    pub drafts: Vec<(Uuid, String, String)>,
}

/// A mail as people's programs write them: what they say, a signature, and the history below.
fn html(text: &str) -> String {
    format!(
        "<html><body><p>{text}</p><div class=\"gmail_signature\">-- <br>Mary, Support</div>\
         <blockquote>On Monday somebody wrote:<br>the old story that the customer knows</blockquote></body></html>"
    )
}

impl Work {
    /// People work on the cases of these sessions; sessions in `closable` may be closed.
    pub fn day(crm: &CreatioSandbox, closable: &BTreeSet<String>, shares: Shares) -> Self {
        let mut work = Work::default();
        let cases: Vec<(String, Uuid)> = case_ids(crm).into_iter().collect();
        let people = [ids::AGENT_CONTACT, ids::SECOND_AGENT_CONTACT];
        let category: Uuid = REPLY_CATEGORY.parse().unwrap();
        for number in 0..shares.replies {
            let (session, case) = &cases[number * 7 % cases.len()];
            let person = crm.person(people[number % 2]);
            let text = format!("Reply {number} about {session}: we are on it.");
            match number % 4 {
                0 => person.email_reply(*case, &html(&text)).unwrap(),
                1 => person.portal_message(*case, &format!("<p>{text}</p>"), false, false).unwrap(),
                2 => person.task(*case, ids::TYPE_TASK, category, "Reply", &text).unwrap(),
                _ => {
                    let draft = person.email_draft(*case, &html(&text)).unwrap();
                    work.drafts.push((draft, text, session.clone()));
                    continue;
                }
            };
            work.replies.insert(text, session.clone());
        }
        for number in 0..shares.internal {
            let (session, case) = &cases[number * 11 % cases.len()];
            let person = crm.person(people[number % 2]);
            let text = format!("Between us {number}: {session} is lying.");
            match number % 4 {
                0 => person.portal_message(*case, &text, true, false).unwrap(),
                1 => person.feed_post(*case, &text).unwrap(),
                2 => person.task(*case, ids::TYPE_TASK, ids::CATEGORY_TO_DO, "Call her back", &text).unwrap(),
                _ => person.call_log(*case, "Call", &text).unwrap(),
            };
            work.internal.push(text);
        }
        for number in 0..shares.incoming {
            let (session, case) = &cases[number * 5 % cases.len()];
            let text = format!("Mail {number} straight to you from {session}.");
            crm.supervisor().incoming_email(*case, None, &html(&text)).unwrap();
            work.incoming.insert(text, session.clone());
        }
        let by_session: BTreeMap<&String, Uuid> = cases.iter().map(|(session, case)| (session, *case)).collect();
        for (number, session) in closable.iter().take(shares.closures).enumerate() {
            let Some(case) = by_session.get(session) else { continue };
            let person = crm.person(people[number % 2]);
            if number % 2 == 0 {
                person.resolve(*case).unwrap()
            } else {
                person.close(*case).unwrap()
            };
            work.closed.insert(session.clone());
        }
        work
    }

    /// Sends the drafts.
    pub fn send_drafts(&mut self, crm: &CreatioSandbox) {
        for (draft, text, session) in std::mem::take(&mut self.drafts) {
            crm.supervisor().send_draft(draft).unwrap();
            self.replies.insert(text, session);
        }
    }

    /// People reopen some of what they closed.
    pub fn reopen(&mut self, crm: &CreatioSandbox, count: usize) {
        let cases = case_ids(crm);
        for session in self.closed.iter().take(count) {
            crm.supervisor().reopen(cases[session]).unwrap();
            self.reopened.insert(session.clone());
        }
    }

    /// Each reply exactly once to its session, nothing else to anybody.
    pub fn expect(&self, carrier: &Carrier) {
        let mut wanted: Vec<(String, String)> =
            self.replies.iter().map(|(text, session)| (session.clone(), text.clone())).collect();
        let mut got = carrier.replies();
        wanted.sort();
        got.sort();
        let missing: Vec<_> = wanted.iter().filter(|one| !got.contains(one)).take(5).collect();
        let extra: Vec<_> = got.iter().filter(|one| !wanted.contains(one)).take(5).collect();
        assert!(
            missing.is_empty() && extra.is_empty(),
            "replies that did not arrive: {missing:#?}, and what nobody was meant to read: {extra:#?}"
        );
        assert_eq!(got.len(), wanted.len(), "each reply is taken once");
        for session in &self.closed {
            assert_eq!(carrier.count(session, "resolved"), 1, "the closure of {session} is mirrored once");
        }
        for session in &self.reopened {
            assert_eq!(carrier.count(session, "reopened"), 1, "the reopening of {session} is mirrored once");
        }
    }

    /// Whether all of it has arrived.
    pub fn arrived(&self, carrier: &Carrier) -> bool {
        let count = |kind: &str| carrier.took.iter().filter(|took| took.kind == kind).count();
        count("reply") >= self.replies.len()
            && count("resolved") >= self.closed.len()
            && count("reopened") >= self.reopened.len()
    }
}

/// The decision about every activity and portal message that stands on a case: none may be without.
pub fn undecided(crm: &CreatioSandbox, decided: &BTreeMap<Uuid, String>) -> Vec<Uuid> {
    let nil = Uuid::nil().to_string();
    let ids = |entity: &str, case: &str| {
        crm.records(entity)
            .iter()
            .filter(|row| row[case].as_str().is_some_and(|id| id != nil))
            .map(|row| row["Id"].as_str().unwrap().parse::<Uuid>().unwrap())
            .collect::<Vec<_>>()
    };
    let mut all = ids("Activity", "CaseId");
    all.extend(ids("PortalMessage", "EntityId"));
    all.into_iter().filter(|id| !decided.contains_key(id)).collect()
}
