//! The store alone: what group commit is worth with full durability.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use casebridge_domain::{Contact, EventKind, NewEvent, SessionKey, Speaker};
use casebridge_store::{Append, Console as _, DataFolder, NewSession, SessionLog as _, Sqlite};
use jiff::Timestamp;

use crate::report::{fdatasync, heading, line, median};

const SLICE: Duration = Duration::from_millis(1500);
const PAIRS: usize = 7;

/// Appends per second with so many writers in a closed loop, and commits per second.
async fn rate(store: &Sqlite, writers: usize, round: usize) -> (f64, f64) {
    let done = Arc::new(AtomicU64::new(0));
    let mut sessions = Vec::new();
    for writer in 0..writers {
        let key = SessionKey { source: "bench".into(), external_id: format!("{round}-{writers}-{writer}") };
        let new = NewSession { key, channel: "web".into(), tags: Vec::new(), topic: None, contact: Contact::default() };
        sessions.push(store.ensure_session(new, Timestamp::now()).await.unwrap().0.id);
    }
    let (began, commits) = (Instant::now(), store.commits());
    let tasks = sessions.into_iter().map(|session_id| {
        let (store, done) = (store.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            for number in 0_u64.. {
                if began.elapsed() >= SLICE {
                    break;
                }
                let text = "I would like to know when my parcel arrives, it was due on Tuesday.".to_owned();
                let kind = EventKind::Message { from: Speaker::Customer, text, author: None };
                let event = NewEvent::new(format!("m{number}"), None, kind);
                store
                    .append(Append { session_id, events: Arc::new([event]) }, Timestamp::now())
                    .await
                    .unwrap()
                    .unwrap();
                done.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let seconds = began.elapsed().as_secs_f64();
    (done.load(Ordering::Relaxed) as f64 / seconds, (store.commits() - commits) as f64 / seconds)
}

pub async fn run() {
    heading("store alone (SQLite, WAL, synchronous=FULL)");
    let temp = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(temp.path().join("data")).unwrap();
    let store = Sqlite::open(&folder.database().unwrap()).await.unwrap();
    let (mut one, mut many, mut ratios, mut per_commit) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..PAIRS {
        let (alone, _) = rate(&store, 1, round).await;
        let (together, commits) = rate(&store, 64, round).await;
        one.push(alone);
        many.push(together);
        ratios.push(together / alone);
        per_commit.push(together / commits);
    }
    let (mut followed, mut costs) = (Vec::new(), Vec::new());
    for round in PAIRS..2 * PAIRS {
        let (without, _) = rate(&store, 64, round).await;
        let following = tokio::spawn(follow(store.clone()));
        let (with, _) = rate(&store, 64, 2 * PAIRS + round).await;
        following.abort();
        followed.push(with);
        costs.push(with / without);
    }
    let sync = median(fdatasync(300).iter().map(Duration::as_secs_f64).collect());
    line(
        "appends, 64 writers",
        &format!("{:.0}/s", median(many.clone())),
        &format!("1 writer {:.0}/s", median(one)),
        &format!("{:.1}x", median(ratios)),
    );
    line(
        "appends, 64 writers",
        &format!("{:.1} per fsync", median(per_commit)),
        &format!("ideal 64 per fdatasync ({:.2} ms): {:.0}/s", sync * 1e3, 64.0 / sync),
        &format!("{:.2} of it", median(many.clone()) / (64.0 / sync)),
    );
    line(
        "appends, 64 writers, search index following",
        &format!("{:.0}/s", median(followed)),
        &format!("without it {:.0}/s", median(many)),
        &format!("{:.2} of it", median(costs)),
    );
}

/// Brings the search index up as an engine does, for as long as it is let.
async fn follow(store: Sqlite) {
    loop {
        store.index_search().await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
