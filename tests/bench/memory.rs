//! Memory of the engine with a million messages, beside the same engine with none.

use std::sync::Arc;

use casebridge_domain::{Contact, EventKind, NewEvent, SessionKey, Speaker};
use casebridge_store::{Append, DataFolder, NewSession, SessionLog as _, Sqlite};
use casebridge_tests::process::Served;
use jiff::Timestamp;

use crate::http::Api;
use crate::report::{heading, line};

const SESSIONS: usize = 50_000;
const MESSAGES: usize = 20;

/// Resident memory of a process, in MiB.
pub fn resident(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

async fn fill(store: &Sqlite) {
    let one = |session: usize| {
        let store = store.clone();
        async move {
            let key = SessionKey { source: "bench".into(), external_id: format!("s{session}") };
            let new =
                NewSession { key, channel: "web".into(), tags: Vec::new(), topic: None, contact: Contact::default() };
            let session_id = store.ensure_session(new, Timestamp::now()).await.unwrap().0.id;
            let events: Vec<NewEvent> = (0..MESSAGES)
                .map(|number| {
                    let text =
                        format!("message {number} of session {session}: where is my parcel, it was due on Tuesday");
                    let kind = EventKind::Message { from: Speaker::Customer, text, author: None };
                    NewEvent::new(format!("m{number}"), None, kind)
                })
                .collect();
            store.append(Append { session_id, events: Arc::from(events) }, Timestamp::now()).await.unwrap().unwrap();
        }
    };
    for batch in (0..SESSIONS).collect::<Vec<_>>().chunks(200) {
        futures::future::join_all(batch.iter().map(|session| one(*session))).await;
    }
}

/// The engine after it has answered and taken in a thousand messages.
async fn measured(data: &std::path::Path) -> f64 {
    let engine = Served::start(data, &[]);
    let api = Api::of(data);
    for session in 0..20 {
        let id = api.session(&format!("live-{session}")).await;
        for number in 0..50 {
            api.message(&id, &format!("m{number}")).await;
        }
    }
    resident(engine.pid())
}

pub async fn run() {
    heading("memory");
    let temp = tempfile::tempdir().unwrap();
    let (full, empty) = (temp.path().join("full"), temp.path().join("empty"));
    let folder = DataFolder::open(&full).unwrap();
    let store = Sqlite::open(&folder.database().unwrap()).await.unwrap();
    fill(&store).await;
    store.close().await;
    let with = measured(&full).await;
    let without = measured(&empty).await;
    line(
        &format!("engine with {} messages", SESSIONS * MESSAGES),
        &format!("{with:.0} MiB resident"),
        &format!("with none {without:.0} MiB"),
        &format!("{:.2}x", with / without),
    );
}
