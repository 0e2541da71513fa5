//! The SQLite store, told as stories on a real file.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on should stop where it is")]

mod mappings;

use std::time::Duration;

use casebridge_domain::pace::Pace;
use casebridge_domain::*;
use casebridge_store::*;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

struct Place {
    _folder: tempfile::TempDir,
    folder: DataFolder,
    store: Sqlite,
}

async fn place() -> Place {
    let temp = tempfile::tempdir().unwrap();
    let folder = DataFolder::open(temp.path().join("data")).unwrap();
    let store = Sqlite::open(&folder.database().unwrap()).await.unwrap();
    Place { _folder: temp, folder, store }
}

fn at(ms: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(1_000_000) + Duration::from_millis(ms)
}

fn said(id: &str, text: &str) -> NewEvent {
    let kind = EventKind::Message { from: Speaker::Customer, text: text.into(), author: None };
    NewEvent::new(id, None, kind)
}

async fn session(store: &Sqlite, name: &str) -> SessionId {
    let key = SessionKey { source: "chat".into(), external_id: name.into() };
    let new = NewSession { key, channel: "web".into(), tags: Vec::new(), topic: None, contact: Contact::default() };
    store.ensure_session(new, at(0)).await.unwrap().0.id
}

async fn connection(store: &Sqlite) -> Consumer {
    let id = ConnectionId(Uuid::now_v7());
    let connection = Connection {
        id,
        name: format!("c{id}"),
        kind: ConnectionKind::Creatio,
        instance: "http://127.0.0.1:1".into(),
        settings: json!({}),
        modes: ModeHistory::new(Mode::Every),
        route: Default::default(),
        pause: None,
        last_success_at: None,
        adoption: None,
        created_at: at(0),
    };
    store.add_connection(connection).await.unwrap();
    Consumer::Crm(id)
}

async fn append(
    store: &Sqlite,
    session: SessionId,
    events: Vec<NewEvent>,
    now: Timestamp,
) -> Result<Vec<Appended>, AppendRefused> {
    store.append(Append { session_id: session, events: events.into() }, now).await.unwrap()
}

async fn lane(store: &Sqlite, session: SessionId) -> Lane {
    let filter = LaneFilter { session: Some(session), ..LaneFilter::default() };
    store.lanes(filter).await.unwrap().remove(0).0
}

const LEASE: Duration = Duration::from_secs(60);

/// A conversation of one message, whose lane a pass has just claimed.
async fn a_claimed_lane(store: &Sqlite) -> (Consumer, SessionId, Lane) {
    let consumer = connection(store).await;
    let id = session(store, "a").await;
    append(store, id, vec![said("m1", "x")], at(0)).await.unwrap();
    let lane = store.claim(consumer, at(0), 1, LEASE).await.unwrap().remove(0);
    (consumer, id, lane)
}

fn failed(class: FailureClass, status: Option<u16>, message: &str) -> CallFailure {
    CallFailure { class, scope: FailureScope::Lane, status, message: message.into(), hint: String::new(), item: None }
}

#[tokio::test]
async fn appending_is_idempotent_and_conflicts_are_said() {
    let Place { store, .. } = &place().await;
    let id = session(store, "a").await;
    let first = append(store, id, vec![said("m1", "hi"), said("m2", "ho")], at(1)).await.unwrap();
    assert_eq!(first.iter().map(|one| (one.seq, one.duplicate)).collect::<Vec<_>>(), [(1, false), (2, false)]);
    let again = append(store, id, vec![said("m2", "ho"), said("m3", "new")], at(2)).await.unwrap();
    assert_eq!(
        again.iter().map(|one| (one.seq, one.duplicate)).collect::<Vec<_>>(),
        [(2, true), (3, false)],
        "a repeated event is recognised, a new one beside it is taken in"
    );
    let refused = append(store, id, vec![said("m4", "x"), said("m1", "other")], at(3)).await.unwrap_err();
    assert_eq!(refused, AppendRefused::Conflict { event_id: "m1".into(), seq: 1 });
    let inside = append(store, id, vec![said("m5", "x"), said("m5", "y")], at(3)).await.unwrap_err();
    assert!(matches!(inside, AppendRefused::Conflict { .. }), "a batch must not contradict itself");
    let events = store.events(id, 0, 100).await.unwrap();
    assert_eq!(events.len(), 3, "a refused batch leaves nothing behind, not even its good part");
    let nobody = SessionKey { source: "chat".into(), external_id: "nobody".into() }.session_id();
    assert_eq!(append(store, nobody, vec![said("m", "x")], at(1)).await, Err(AppendRefused::NoSession(nobody)));
}

#[tokio::test]
async fn times_written_to_the_crm_grow_strictly_whatever_the_source_says() {
    let Place { store, .. } = &place().await;
    let id = session(store, "a").await;
    let late = NewEvent { occurred_at: Some(at(500)), ..said("m1", "a") };
    let early = NewEvent { occurred_at: Some(at(100)), ..said("m2", "b") };
    append(store, id, vec![late, early, NewEvent { occurred_at: Some(at(500)), ..said("m3", "c") }], at(900))
        .await
        .unwrap();
    let times: Vec<i64> =
        store.events(id, 0, 9).await.unwrap().iter().map(|event| event.ordered_at.as_millisecond()).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "CRMs sort by this time: {times:?}");
}

#[tokio::test]
async fn writers_that_wait_share_a_commit() {
    let Place { store, .. } = &place().await;
    let ids = futures::future::join_all((0..64).map(|n| async move { session(store, &format!("s{n}")).await })).await;
    let before = store.commits();
    let appends = ids.iter().map(|id| append(store, *id, vec![said("m", "x")], at(1)));
    for one in futures::future::join_all(appends).await {
        assert_eq!(one.unwrap()[0].seq, 1);
    }
    let commits = store.commits() - before;
    assert!(commits <= 8, "64 callers at once must not cost 64 fsyncs, but cost {commits}");
}

#[tokio::test]
async fn one_callers_broken_statement_costs_its_neighbours_nothing() {
    let Place { store, .. } = &place().await;
    let id = session(store, "a").await;
    let key = |n| ApiKey { id: KeyId(Uuid::from_u128(n)), name: "k".into(), created_at: at(0), revoked_at: None };
    store.add_key(key(1), vec![7]).await.unwrap();
    let (broken, good, appended) = tokio::join!(
        store.add_key(key(2), vec![7]),
        store.add_key(key(3), vec![8]),
        append(store, id, vec![said("m", "x")], at(1))
    );
    assert!(broken.is_err(), "the hash is taken");
    assert!(good.is_ok() && appended.is_ok(), "the group is repeated without the broken one");
    assert_eq!(store.keys().await.unwrap().len(), 2);
}

#[tokio::test]
async fn r34_lanes_are_due_after_quiet_and_a_claim_takes_all_there_is() {
    let Place { store, .. } = &place().await;
    let consumer = connection(store).await;
    let id = session(store, "a").await;
    append(store, id, vec![said("m1", "first")], at(0)).await.unwrap();
    assert_eq!(lane(store, id).await.due_at, Some(at(0)), "the first message opens the case at once");
    let claimed = store.claim(consumer, at(0), 10, LEASE).await.unwrap();
    assert_eq!((claimed.len(), claimed[0].fence), (1, 1));
    assert!(store.claim(consumer, at(0), 10, LEASE).await.unwrap().is_empty(), "a leased lane is nobody else's");
    append(store, id, vec![said("m2", "second")], at(10)).await.unwrap();
    finish(store, &claimed[0], LaneEnd::Written, Some(1), at(20)).await.unwrap();
    assert_eq!(lane(store, id).await.due_at, Some(at(710)), "what came in meanwhile waits for its quiet time");
    for n in 0..20 {
        append(store, id, vec![said(&format!("b{n}"), "burst")], at(100 + n * 200)).await.unwrap();
    }
    assert_eq!(lane(store, id).await.due_at, Some(at(2010)), "but never longer than two seconds");
}

async fn finish(
    store: &Sqlite,
    lane: &Lane,
    end: LaneEnd,
    written: Option<i64>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let result = PassResult {
        routed: None,
        consumer: lane.consumer,
        session_id: lane.session_id,
        fence: lane.fence,
        written_seq: written,
        stands: Vec::new(),
        case: None,
        fields: None,
        attempts: Vec::new(),
        steps: Vec::new(),
        end,
        at,
    };
    store.record(result).await
}

#[tokio::test]
async fn r14_a_lease_that_ran_out_is_taken_over_and_the_late_result_is_refused() {
    let Place { store, .. } = &place().await;
    let (consumer, id, slow) = a_claimed_lane(store).await;
    let after = at(0) + LEASE + Duration::from_millis(1);
    let taker = store.claim(consumer, after, 1, LEASE).await.unwrap().remove(0);
    assert!(taker.fence > slow.fence);
    let late = finish(store, &slow, LaneEnd::Written, Some(1), after).await;
    assert!(matches!(late, Err(StoreError::FenceMoved)), "a pass that lost its lease must not record");
    let step = Step { at: after, what: "plan".into(), detail: json!({}) };
    let intent = Intent { record: RecordRef { kind: RecordKind::Case, id: Uuid::nil() }, seq: 1 };
    let late = store.commit_plan((consumer, id, slow.fence), None, vec![intent], step).await;
    assert!(matches!(late, Err(StoreError::FenceMoved)), "nor plan");
    finish(store, &taker, LaneEnd::Written, Some(1), after).await.unwrap();
    assert_eq!(lane(store, id).await.written_seq, 1);
    let gone = store.renew(vec![(consumer, id, slow.fence)], after).await.unwrap();
    assert_eq!(gone, 0, "nor renew");
}

#[tokio::test]
async fn r1_intents_are_on_disk_before_the_call_and_tell_the_next_pass() {
    let Place { store, .. } = &place().await;
    let (consumer, id, lane) = a_claimed_lane(store).await;
    let case = RecordRef { kind: RecordKind::Case, id: Uuid::from_u128(1) };
    let activity = RecordRef { kind: RecordKind::Activity, id: Uuid::from_u128(2) };
    let intents = vec![Intent { record: case, seq: 1 }, Intent { record: activity, seq: 1 }];
    let reserve = Reservation { crm_id: case.id, case_key: "chat/a".into(), previous: None, opening_seq: 1 };
    let step = Step { at: at(1), what: "plan".into(), detail: json!({ "why": "test" }) };
    let me = (consumer, id, lane.fence);
    let before = store.commit_plan(me, Some(reserve.clone()), intents.clone(), step.clone()).await.unwrap();
    assert!(before.is_empty(), "nothing was meant before");
    let reserved = store.case(consumer.connection().unwrap(), id).await.unwrap().unwrap();
    assert_eq!((reserved.state, reserved.crm_id), (CaseState::Reserved, case.id));
    // The engine dies here; its successor finds what was meant.
    assert_eq!(store.release_all(at(2)).await.unwrap(), 1);
    let lane = store.claim(consumer, at(2), 1, LEASE).await.unwrap().remove(0);
    let again = store.commit_plan((consumer, id, lane.fence), Some(reserve), intents, step).await.unwrap();
    assert_eq!(again.len(), 2);
    assert!(again.iter().all(|row| !row.stands), "whether they stand is for the CRM to say");
    let result = PassResult {
        routed: None,
        consumer,
        session_id: id,
        fence: lane.fence,
        written_seq: Some(1),
        stands: vec![case, activity],
        case: Some(CaseUpdate {
            crm_id: case.id,
            state: CaseState::Open,
            number: Some("SR1".into()),
            native_id: None,
            deliver_after: Some("2026".into()),
            wrote: None,
        }),
        fields: None,
        attempts: Vec::new(),
        steps: Vec::new(),
        end: LaneEnd::Written,
        at: at(3),
    };
    store.record(result).await.unwrap();
    let open = store.find_cases("SR1").await.unwrap().remove(0);
    assert_eq!((open.state, open.deliver_after.as_deref()), (CaseState::Open, Some("2026")));
    assert!(store.ledger(id).await.unwrap().iter().all(|(_, row)| row.stands));
}

#[tokio::test]
async fn parked_lanes_stay_parked_while_messages_come_and_retry_releases_them() {
    let Place { store, .. } = &place().await;
    let (consumer, id, claimed) = a_claimed_lane(store).await;
    let failure = failed(FailureClass::Refused, Some(500), "Please, fill in the \"Owner\" field.");
    let reason = ParkReason { kind: ParkKind::Refused, failure: failure.clone(), since: at(1), tries: 1 };
    finish(store, &claimed, LaneEnd::Park(reason.clone()), None, at(1)).await.unwrap();
    append(store, id, vec![said("m2", "y")], at(10)).await.unwrap();
    assert!(store.claim(consumer, at(99_999), 1, LEASE).await.unwrap().is_empty(), "a person must act first");
    let parked = lane(store, id).await;
    assert_eq!((parked.parked, parked.dirty_seq), (Some(reason), 2));
    assert!(store.skip(consumer, id, 1, at(20)).await.unwrap());
    assert!(!store.skip(consumer, id, 3, at(20)).await.unwrap(), "there is no event 3");
    let released = store.claim(consumer, at(20), 1, LEASE).await.unwrap().remove(0);
    assert_eq!((released.skipped, released.parked), (vec![1], None));
}

#[tokio::test]
async fn a_failing_lane_keeps_its_time_while_messages_come() {
    let Place { store, .. } = &place().await;
    let (_, id, claimed) = a_claimed_lane(store).await;
    let failure = failed(FailureClass::Unreachable, None, "no answer");
    let memory = FailureMemory::next(None, &failure, at(1));
    finish(store, &claimed, LaneEnd::Retry { at: at(60_000), memory }, None, at(1)).await.unwrap();
    append(store, id, vec![said("m2", "y")], at(10)).await.unwrap();
    assert_eq!(lane(store, id).await.due_at, Some(at(60_000)), "a chatty customer must not hammer an ill CRM");
    let filter = LaneFilter { session: Some(id), ..LaneFilter::default() };
    assert_eq!(store.retry(filter, at(20)).await.unwrap(), 1);
    assert_eq!(lane(store, id).await.due_at, Some(at(20)), "a person may");
}

#[tokio::test]
async fn r17_one_engine_per_data_folder_and_the_second_is_told_who() {
    let place = place().await;
    let lock = place.folder.lock().unwrap();
    let address = EngineAddress { pid: 4711, url: "http://127.0.0.1:9".into(), token: "t0p".into() };
    lock.publish(&address).unwrap();
    match place.folder.lock() {
        Err(StoreError::FolderInUse { engine: Some(engine), .. }) => assert_eq!(engine.pid, 4711),
        other => panic!("a second engine must be refused, got {other:?}"),
    }
    assert_eq!(place.folder.engine().unwrap().url, address.url, "the command line finds the engine");
    assert!(!format!("{address:?}").contains("t0p"), "tokens stay out of Debug");
    drop(lock);
    assert!(place.folder.engine().is_none(), "an engine that is gone is not found");
    place.folder.lock().unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn r30_the_folder_and_its_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = place().await;
    let _lock = place.folder.lock().unwrap();
    session(&place.store, "a").await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(place.folder.path()), 0o700);
    let mut seen = 0;
    for entry in std::fs::read_dir(place.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 3, "database, write-ahead log and lock are there, but {seen} files were seen");
}

#[tokio::test]
async fn r30_old_bodies_go_and_outcomes_stay() {
    let Place { store, .. } = &place().await;
    let (consumer, id, claimed) = a_claimed_lane(store).await;
    let attempt = Attempt {
        fence: 1,
        started_at: at(0),
        took_us: 5,
        method: "POST".into(),
        path: "/odata/Contact?$filter=Email%20eq%20%27ada%40example.com%27".into(),
        status: Some(200),
        parts: 2,
        failure: None,
        request: Some("body".into()),
        answer: Some("body".into()),
    };
    let result = PassResult {
        routed: None,
        consumer,
        session_id: id,
        fence: claimed.fence,
        written_seq: Some(1),
        stands: Vec::new(),
        case: None,
        fields: None,
        attempts: vec![attempt],
        steps: Vec::new(),
        end: LaneEnd::Written,
        at: at(1),
    };
    store.record(result).await.unwrap();
    assert_eq!(store.drop_bodies(at(0)).await.unwrap(), 0, "young bodies stay");
    assert_eq!(store.drop_bodies(at(1)).await.unwrap(), 1);
    let (_, kept) = store.attempts(id).await.unwrap().remove(0);
    assert_eq!((kept.status, kept.request, kept.answer), (Some(200), None, None));
    assert_eq!(kept.path, "/odata/Contact", "whom was looked for goes too");
}

#[tokio::test]
async fn a_stopped_store_is_one_file() {
    let place = place().await;
    session(&place.store, "a").await;
    place.store.close().await;
    let names = std::fs::read_dir(place.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(names.collect::<Vec<_>>(), ["casebridge.db"], "the log is folded in, so that a copy is whole");
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_kill() {
    let place = place().await;
    let id = session(&place.store, "a").await;
    append(&place.store, id, vec![said("m1", "x")], at(0)).await.unwrap();
    // No close: the file is copied as a killed process leaves it, log and all.
    let copy = tempfile::tempdir().unwrap();
    for name in ["casebridge.db", "casebridge.db-wal"] {
        std::fs::copy(place.folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let reopened = Sqlite::open(&copy.path().join("casebridge.db")).await.unwrap();
    assert_eq!(reopened.events(id, 0, 9).await.unwrap().len(), 1, "acknowledged means durable");
}

#[tokio::test]
async fn secrets_in_a_file_need_their_key_and_leave_no_plain_text() {
    let temp = tempfile::tempdir().unwrap();
    let path = temp.path().join("secrets.enc");
    let key = || Some(secrecy::SecretString::from("correct horse battery staple"));
    let name = SecretName("con_1/client_secret".into());
    let secrets = Secrets::open(path.clone(), key(), "x").await.unwrap();
    assert!(secrets.get(&name).await.unwrap().is_none());
    secrets.put(&name, "canary-8c1f".to_owned().into()).await.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("canary") && !text.contains("client_secret"), "neither secret nor name may be readable");
    let again = Secrets::open(path.clone(), key(), "x").await.unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&again.get(&name).await.unwrap().unwrap()), "canary-8c1f");
    let wrong = Secrets::open(path.clone(), Some("another key, long enough".to_owned().into()), "x").await;
    assert!(matches!(wrong, Err(SecretError::WrongKey(_))), "a wrong key is refused at the door");
    let weak = Secrets::open(path.clone(), Some("short".to_owned().into()), "x").await;
    assert!(matches!(weak, Err(SecretError::WeakKey)));
    again.delete(&name).await.unwrap();
    assert!(again.get(&name).await.unwrap().is_none());
}

#[tokio::test]
async fn without_keychain_and_without_key_secrets_are_refused_and_never_plain() {
    // The tests run without a session bus, as a server does.
    if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_some() {
        return;
    }
    let temp = tempfile::tempdir().unwrap();
    let error = Secrets::open(temp.path().join("s.enc"), None, "x").await.unwrap_err();
    assert!(matches!(error, SecretError::NoStore(_)), "{error}");
    assert!(error.hint().contains("CASEBRIDGE_SECRETS_KEY"), "the way on is named");
    assert_eq!(std::fs::read_dir(temp.path()).unwrap().count(), 0, "nothing was written");
}

#[tokio::test]
async fn pace_can_be_changed() {
    let Place { store, .. } = &place().await;
    connection(store).await;
    store.set_pace(Pace { quiet: Duration::from_millis(5), at_most: Duration::from_millis(9) });
    let id = session(store, "a").await;
    append(store, id, vec![said("m1", "x")], at(0)).await.unwrap();
    store.claim(lane(store, id).await.consumer, at(0), 1, LEASE).await.unwrap();
    append(store, id, vec![said("m2", "y")], at(1)).await.unwrap();
    assert_eq!(lane(store, id).await.due_at, Some(at(6)));
}
