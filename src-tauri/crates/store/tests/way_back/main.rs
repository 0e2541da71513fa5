//! The way back on a real SQLite file: webhooks, looks, decisions, replies, carriers.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on should stop where it is")]

mod appends;
mod carriers;
mod console;
mod polls;
mod pulls;
mod receipts;
mod replies;
mod witness;

use std::path::PathBuf;
use std::time::Duration;

use casebridge_domain::absorb::{Decision, HeldFor, KnownCase, Verdict, message};
use casebridge_domain::*;
use casebridge_store::*;
use jiff::Timestamp;
use serde_json::json;
use sqlx::{Connection as _, Row as _};
use uuid::Uuid;

pub(crate) const LEASE: Duration = Duration::from_secs(60);

pub(crate) fn at(ms: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(1_000_000) + Duration::from_millis(ms)
}

pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn namespace() -> Uuid {
    ids::instance_namespace("http://127.0.0.1:1")
}

pub(crate) fn event(id: &str, kind: EventKind) -> NewEvent {
    NewEvent::new(id, None, kind)
}

pub(crate) fn says(from: Speaker, id: &str) -> NewEvent {
    event(id, EventKind::Message { from, text: format!("words of {id}"), author: None })
}

pub(crate) fn said(id: &str) -> NewEvent {
    says(Speaker::Customer, id)
}

pub(crate) fn record_ref(n: u128) -> RecordRef {
    RecordRef { kind: RecordKind::Activity, id: id(n) }
}

/// What a person wrote on a case.
pub(crate) fn reply(n: u128, case: Uuid) -> CrmRecord {
    CrmRecord {
        record: record_ref(n),
        case,
        role: Role::Reply { sent_by_crm: false },
        at: at(500),
        modified: "2026".into(),
        author: None,
        text: format!("canary-{n}"),
    }
}

/// A store with one connection.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) store: Sqlite,
    pub(crate) connection: ConnectionId,
}

impl Place {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path().join("data")).unwrap();
        let store = Sqlite::open(&data.database().unwrap()).await.unwrap();
        let connection = ConnectionId(Uuid::now_v7());
        let made = Connection {
            id: connection,
            name: "acme".into(),
            kind: ConnectionKind::Creatio,
            instance: "http://127.0.0.1:1".into(),
            settings: json!({}),
            modes: ModeHistory::new(Mode::Every),
            pause: None,
            last_success_at: None,
            adoption: None,
            created_at: at(0),
        };
        store.add_connection(made).await.unwrap();
        Self { folder, store, connection }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("data/casebridge.db")
    }

    pub(crate) fn consumer(&self) -> Consumer {
        Consumer::Crm(self.connection)
    }

    pub(crate) async fn session(&self, source: &str, name: &str) -> SessionId {
        let key = SessionKey { source: source.into(), external_id: name.into() };
        let new = NewSession { key, channel: "web".into(), topic: None, contact: Contact::default() };
        self.store.ensure_session(new, at(0)).await.unwrap().0.id
    }

    pub(crate) async fn append(&self, session: SessionId, events: Vec<NewEvent>, now: Timestamp) -> Vec<Appended> {
        self.store.append(Append { session_id: session, events: events.into() }, now).await.unwrap().unwrap()
    }

    /// A session of `chat` whose first message stands in an open case.
    pub(crate) async fn open_case(&self, name: &str, case: Uuid) -> SessionId {
        let session = self.session("chat", name).await;
        self.append(session, vec![said("m1")], at(0)).await;
        self.next_case(session, None, case, at(0)).await;
        session
    }

    /// Makes a case for a session whose lane is due.
    pub(crate) async fn next_case(&self, session: SessionId, previous: Option<Uuid>, case: Uuid, now: Timestamp) {
        let lane = self.pass(session, now).await;
        let key = self.store.session(session).await.unwrap().unwrap().key.path();
        let reserve = Reservation { crm_id: case, case_key: key, previous, opening_seq: lane.dirty_seq };
        let record = RecordRef { kind: RecordKind::Case, id: case };
        let step = Step { at: now, what: "plan".into(), detail: json!({}) };
        let intents = vec![Intent { record, seq: lane.dirty_seq }];
        let me = (self.consumer(), session, lane.fence);
        self.store.commit_plan(me, Some(reserve), intents, step).await.unwrap();
        let update = CaseUpdate {
            crm_id: case,
            state: CaseState::Open,
            number: Some(format!("SR{}", case.as_u128())),
            deliver_after: Some(at(100).to_string()),
            wrote: None,
        };
        self.finish(&lane, Some(lane.dirty_seq), Some(update), LaneEnd::Written, now).await.unwrap();
    }

    /// Claims a session's lane for a pass.
    pub(crate) async fn pass(&self, session: SessionId, now: Timestamp) -> Lane {
        let lanes = self.store.claim(self.consumer(), now, 10, LEASE).await.unwrap();
        lanes.into_iter().find(|lane| lane.session_id == session).unwrap()
    }

    pub(crate) async fn finish(
        &self,
        lane: &Lane,
        written_seq: Option<i64>,
        case: Option<CaseUpdate>,
        end: LaneEnd,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let result = PassResult {
            consumer: lane.consumer,
            session_id: lane.session_id,
            fence: lane.fence,
            written_seq,
            stands: Vec::new(),
            case,
            fields: None,
            attempts: Vec::new(),
            steps: Vec::new(),
            end,
            at: now,
        };
        self.store.record(result).await
    }

    pub(crate) async fn lane(&self, consumer: Consumer, session: SessionId) -> Option<Lane> {
        let filter = LaneFilter { session: Some(session), consumer: Some(consumer), ..LaneFilter::default() };
        self.store.lanes(filter).await.unwrap().into_iter().next().map(|(lane, _)| lane)
    }

    pub(crate) async fn receive(&self, case: Uuid, now: Timestamp) -> ReceiptOutcome {
        let receipt = NewReceipt {
            connection: self.connection,
            event_type: "record_saved".into(),
            case,
            record: Some(id(5)),
            old_token: false,
        };
        self.store.receive(receipt, now).await.unwrap().1
    }

    pub(crate) async fn claim(&self, now: Timestamp) -> Vec<ClaimedPull> {
        self.store.claim_pulls(self.connection, now, 10, LEASE).await.unwrap()
    }

    /// The only case that is due.
    pub(crate) async fn claim_one(&self, now: Timestamp) -> ClaimedPull {
        let mut claimed = self.claim(now).await;
        assert_eq!(claimed.len(), 1, "one case is due");
        claimed.remove(0)
    }

    /// What a look brings that found nothing.
    pub(crate) fn nothing(&self, pull: &ClaimedPull, now: Timestamp) -> PullResult {
        PullResult {
            connection: self.connection,
            case: pull.case.crm_id,
            session: pull.case.session_id,
            fence: pull.fence,
            asked: pull.asked,
            events: Vec::new(),
            decisions: Vec::new(),
            replies: Vec::new(),
            known: KnownCase::default(),
            state: None,
            merged_into: None,
            deliver_after: at(100).to_string(),
            pulled_to: None,
            attempts: Vec::new(),
            steps: Vec::new(),
            at: now,
        }
    }

    /// What a look brings that found replies: given, or held for a reason.
    pub(crate) fn found(
        &self,
        pull: &ClaimedPull,
        records: Vec<CrmRecord>,
        held_for: Option<HeldFor>,
        now: Timestamp,
    ) -> PullResult {
        let session = pull.case.session_id;
        let mut result = self.nothing(pull, now);
        for record in records {
            result.decisions.push(Decision {
                record: record.record,
                verdict: if held_for.is_some() { Verdict::Held } else { Verdict::Given },
                session: Some(session),
                held_for,
                foreign: false,
            });
            if held_for.is_none() {
                result.events.push((session, self.event_of(&record)));
            }
            let id = ids::reply_id(namespace(), record.record);
            result.replies.push(NewReply { id, record, session: Some(session), held_for });
        }
        result
    }

    pub(crate) fn event_of(&self, record: &CrmRecord) -> NewEvent {
        message(self.connection, namespace(), record, Speaker::Agent, false)
    }

    /// Looks at a case on which one person answered.
    pub(crate) async fn answered(&self, n: u128, case: Uuid, now: Timestamp) -> ReplyId {
        self.receive(case, now).await;
        let pull = self.claim_one(now).await;
        self.store.record_pull(self.found(&pull, vec![reply(n, case)], None, now)).await.unwrap();
        ids::reply_id(namespace(), record_ref(n))
    }

    pub(crate) async fn kinds(&self, session: SessionId) -> Vec<&'static str> {
        let events = self.store.events(session, 0, 1000).await.unwrap();
        events.iter().map(|event| event.kind.name()).collect()
    }

    pub(crate) async fn case(&self, case: Uuid) -> Case {
        self.store.known_cases(self.connection, vec![case]).await.unwrap().remove(0)
    }

    /// Reads the file itself, as whoever opens it can: rows of one column.
    pub(crate) async fn look_into(&self, query: &'static str) -> Vec<String> {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.file()).read_only(true);
        let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        let rows = sqlx::query(query).fetch_all(&mut conn).await.unwrap();
        conn.close().await.unwrap();
        rows.iter().map(|row| row.try_get(0).unwrap()).collect()
    }
}
