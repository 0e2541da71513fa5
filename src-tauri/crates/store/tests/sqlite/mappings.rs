//! Mapped columns: versions, the CRM's columns, what was written, what was refused, and who went without.

use std::collections::BTreeMap;

use casebridge_domain::analysis::{Analysis, AnalystKind, Cost};
use casebridge_domain::mapping::{Column, ColumnKind, Mapping, MappingSet, Overwrite, Source, Unsure};
use casebridge_domain::plan::fields::{Blame, Refusal};
use serde_json::Value;

use super::*;

fn crm(consumer: Consumer) -> ConnectionId {
    consumer.connection().unwrap()
}

fn set(connection: ConnectionId, version: i64, columns: &[&str]) -> MappingSet {
    let mapping = |name: &&str| Mapping {
        id: Uuid::now_v7(),
        column: (*name).into(),
        title: (*name).into(),
        kind: ColumnKind::Boolean,
        instruction: String::new(),
        enabled: true,
        unlocked: false,
        source: Source::Ai,
        fallback: None,
        threshold: 70,
        unsure: Unsure::LeaveOut,
        overwrite: Overwrite::KeepEdited,
        synonyms: BTreeMap::new(),
    };
    let mappings = columns.iter().map(mapping).collect();
    MappingSet { connection, version, author: format!("author of {version}"), at: at(version.unsigned_abs()), mappings }
}

fn column(name: &str) -> Column {
    let kind = ColumnKind::Lookup { object: "Topic".into(), values: Vec::new() };
    Column { name: name.into(), title: name.into(), kind, required: true, writable: false, locked: true }
}

fn refusal(words: &str) -> Refusal {
    Refusal { words: words.into(), hint: "mend it".into(), limit: None, blame: Blame::Column }
}

/// What a pass tells of its columns: each with what became of it.
fn told(version: i64, outcomes: &[(&str, &str)], at: Timestamp) -> Step {
    let fields: Vec<Value> =
        outcomes.iter().map(|(column, outcome)| json!({ "column": column, "outcome": outcome })).collect();
    Step { at, what: "fields".into(), detail: json!({ "version": version, "fields": fields }) }
}

/// A pass of a conversation that is due.
async fn pass(
    store: &Sqlite,
    consumer: Consumer,
    id: SessionId,
    fields: Option<FieldsResult>,
    steps: Vec<Step>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let lane = store.claim(consumer, now, 1, LEASE).await.unwrap().remove(0);
    assert_eq!(lane.session_id, id, "only this conversation is due");
    record(store, &lane, lane.fence, fields, steps, now).await
}

async fn record(
    store: &Sqlite,
    lane: &Lane,
    fence: i64,
    fields: Option<FieldsResult>,
    steps: Vec<Step>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let result = PassResult {
        routed: None,
        consumer: lane.consumer,
        session_id: lane.session_id,
        fence,
        written_seq: Some(lane.dirty_seq),
        stands: Vec::new(),
        case: None,
        fields,
        attempts: Vec::new(),
        steps,
        end: LaneEnd::Written,
        at,
    };
    store.record(result).await
}

async fn talk(store: &Sqlite, name: &str, now: Timestamp) -> SessionId {
    let id = session(store, name).await;
    append(store, id, vec![said("m1", "x")], now).await.unwrap();
    id
}

#[tokio::test]
async fn versions_of_mappings_only_grow_and_all_of_them_stay() {
    let place = place().await;
    let store = &place.store;
    let (one, other) = (crm(connection(store).await), crm(connection(store).await));
    assert_eq!(store.mapping_set(one, None).await.unwrap(), None, "nothing was ever mapped");
    assert!(store.save_mapping_set(set(one, 1, &["A"])).await.unwrap());
    assert!(store.save_mapping_set(set(one, 2, &["A", "B"])).await.unwrap());
    for late in [1, 2] {
        assert!(!store.save_mapping_set(set(one, late, &["C"])).await.unwrap(), "version {late} was somebody else's");
    }
    assert!(store.save_mapping_set(set(other, 1, &["C"])).await.unwrap(), "each connection counts for itself");
    let store = &Sqlite::open(&place.folder.database().unwrap()).await.unwrap();
    let newest = store.mapping_set(one, None).await.unwrap().unwrap();
    assert_eq!((newest.version, newest.mappings.len(), newest.author.as_str()), (2, 2, "author of 2"));
    assert_eq!((newest.at, newest.mappings[1].column.as_str()), (at(2), "B"), "as it was saved, and on disk");
    let first = store.mapping_set(one, Some(1)).await.unwrap().unwrap();
    assert_eq!(first.mappings[0].column, "A", "the version before is there too");
    assert_eq!(store.mapping_set(one, Some(3)).await.unwrap(), None);
    let versions = store.mapping_versions(one).await.unwrap();
    let told: Vec<(i64, i64)> = versions.iter().map(|one| (one.version, one.count)).collect();
    assert_eq!(told, [(2, 2), (1, 1)], "the newest first");
}

#[tokio::test]
async fn columns_read_anew_replace_the_old_and_forgive_what_was_refused() {
    let Place { store, .. } = &place().await;
    let (one, other) = (connection(store).await, connection(store).await);
    assert_eq!(store.columns(crm(one)).await.unwrap(), None, "they were never read");
    let id = talk(store, "a", at(0)).await;
    for consumer in [one, other] {
        store.keep_columns(crm(consumer), vec![column("A"), column("B")], at(1)).await.unwrap();
        let refused = [("A".to_owned(), refusal("no"))].into();
        let fields = FieldsResult { case: Uuid::from_u128(1), version: 1, refused, ..FieldsResult::default() };
        pass(store, consumer, id, Some(fields), Vec::new(), at(2)).await.unwrap();
    }
    store.keep_columns(crm(one), vec![column("B")], at(3)).await.unwrap();
    assert_eq!(store.columns(crm(one)).await.unwrap(), Some((vec![column("B")], at(3))), "with their age");
    assert_eq!(store.refused_columns(crm(one), 1).await.unwrap(), [], "it is tried anew");
    assert_eq!(store.columns(crm(other)).await.unwrap().unwrap().0.len(), 2, "another connection keeps its own");
    assert_eq!(store.refused_columns(crm(other), 1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn r37_the_last_value_written_is_kept_for_each_column_of_each_case() {
    let Place { store, .. } = &place().await;
    let consumer = connection(store).await;
    let id = talk(store, "a", at(0)).await;
    let (case, another) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let wrote = |case: Uuid, values: &[(&str, Value)]| FieldsResult {
        case,
        version: 1,
        wrote: values.iter().map(|(column, value)| ((*column).to_owned(), value.clone())).collect(),
        ..FieldsResult::default()
    };
    let first = wrote(case, &[("A", json!("x")), ("B", json!(["s", "t"]))]);
    pass(store, consumer, id, Some(first), Vec::new(), at(1)).await.unwrap();
    append(store, id, vec![said("m2", "y")], at(2)).await.unwrap();
    pass(store, consumer, id, Some(wrote(case, &[("A", json!("z"))])), Vec::new(), at(9_000)).await.unwrap();
    let kept = store.fields_written(crm(consumer), case).await.unwrap();
    assert_eq!(kept, [("A".to_owned(), json!("z")), ("B".to_owned(), json!(["s", "t"]))].into(), "the newest of each");
    assert!(store.fields_written(crm(consumer), another).await.unwrap().is_empty(), "another case has its own");
    append(store, id, vec![said("m3", "z")], at(9_001)).await.unwrap();
    let lane = store.claim(consumer, at(20_000), 1, LEASE).await.unwrap().remove(0);
    let late =
        record(store, &lane, lane.fence - 1, Some(wrote(another, &[("A", json!("late"))])), Vec::new(), at(20_001));
    assert!(matches!(late.await, Err(StoreError::FenceMoved)), "R14: a late pass keeps nothing");
    assert!(store.fields_written(crm(consumer), another).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_refusal_belongs_to_a_version_and_tells_since_when_and_where_last() {
    let Place { store, .. } = &place().await;
    let consumer = connection(store).await;
    let refused = |version: i64, words: &str| FieldsResult {
        case: Uuid::from_u128(1),
        version,
        refused: [("A".to_owned(), refusal(words))].into(),
        ..FieldsResult::default()
    };
    let first = talk(store, "a", at(0)).await;
    pass(store, consumer, first, Some(refused(1, "no")), Vec::new(), at(1_000)).await.unwrap();
    let second = talk(store, "b", at(2_000)).await;
    pass(store, consumer, second, Some(refused(1, "still no")), Vec::new(), at(9_000)).await.unwrap();
    let told = store.refused_columns(crm(consumer), 1).await.unwrap();
    assert_eq!(told.len(), 1, "one line for a column: {told:?}");
    assert_eq!(
        (told[0].refusal.words.as_str(), told[0].session),
        ("still no", second),
        "what was said last, and where"
    );
    assert_eq!(told[0].since, at(1_000), "and since when that is so");
    assert_eq!(store.refused_columns(crm(consumer), 2).await.unwrap(), [], "the next version is tried anew");
}

#[tokio::test]
async fn it_is_counted_how_many_conversations_went_without_a_column() {
    let Place { store, .. } = &place().await;
    let (consumer, other) = (connection(store).await, connection(store).await);
    let mut ids = Vec::new();
    for (at_ms, name) in [(0, "a"), (10_000, "b"), (20_000, "c")] {
        let id = talk(store, name, at(at_ms)).await;
        let step = |version| told(version, &[("A", "refused"), ("B", "write")], at(at_ms + 5_000));
        pass(store, consumer, id, None, vec![step(1)], at(at_ms + 5_000)).await.unwrap();
        pass(store, other, id, None, vec![told(1, &[("B", "refused")], at(at_ms))], at(at_ms + 5_000)).await.unwrap();
        ids.push(id);
    }
    append(store, ids[0], vec![said("m2", "y")], at(30_000)).await.unwrap();
    let again = vec![told(1, &[("A", "refused")], at(35_000)), told(2, &[("B", "refused")], at(35_000))];
    pass(store, consumer, ids[0], None, again, at(35_000)).await.unwrap();
    let (found, all) = store.went_without(crm(consumer), 1, at(0), 100).await.unwrap();
    assert!(all, "everything was looked at");
    let a = WentWithout { column: "A".into(), conversations: 3, last: ids[0], last_at: at(35_000) };
    assert_eq!(
        found,
        [a],
        "each conversation once; written columns, other versions and other connections are not counted"
    );
    let (found, all) = store.went_without(crm(consumer), 1, at(0), 2).await.unwrap();
    assert_eq!((found[0].conversations, all), (1, false), "R35: past a bound there may be more, and that is said");
    let (_, all) = store.went_without(crm(consumer), 1, at(35_000), 2).await.unwrap();
    assert!(all, "what is older than that is not asked for");
}

#[tokio::test]
async fn handoffs_that_are_written_and_that_nobody_read_are_found_once() {
    let Place { store, .. } = &place().await;
    let consumer = connection(store).await;
    let of = crm(consumer);
    let handoff = || EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None };
    let mut ids = Vec::new();
    for (at_ms, name) in [(0, "before"), (10_000, "read"), (20_000, "unread"), (30_000, "not written")] {
        let id = talk(store, name, at(at_ms)).await;
        append(store, id, vec![NewEvent::new("h1", None, handoff())], at(at_ms)).await.unwrap();
        let lane = store.claim(consumer, at(at_ms + 5_000), 1, LEASE).await.unwrap().remove(0);
        let case = RecordRef { kind: RecordKind::Case, id: Uuid::now_v7() };
        let reserve = Reservation { crm_id: case.id, case_key: name.into(), previous: None, opening_seq: 2 };
        let step = Step { at: at(at_ms), what: "plan".into(), detail: json!({}) };
        let intent = vec![Intent { record: case, seq: 2 }];
        store.commit_plan((consumer, id, lane.fence), Some(reserve), intent, step).await.unwrap();
        let update = CaseUpdate {
            crm_id: case.id,
            state: CaseState::Open,
            number: None,
            native_id: None,
            deliver_after: None,
            wrote: None,
        };
        let result = PassResult {
            routed: None,
            consumer,
            session_id: id,
            fence: lane.fence,
            written_seq: Some(if name == "not written" { 1 } else { 2 }),
            stands: vec![case],
            case: Some(update),
            fields: None,
            attempts: Vec::new(),
            steps: Vec::new(),
            end: LaneEnd::Written,
            at: at(at_ms + 5_000),
        };
        store.record(result).await.unwrap();
        ids.push(id);
    }
    let analysed = |version: i64| EventKind::Analysed {
        connection: of,
        handoff: 2,
        version,
        analysis: Some(Box::new(Analysis {
            by: AnalystKind::BuiltIn,
            model: None,
            summary: None,
            language: None,
            sentiment: None,
            topic: None,
            found: Vec::new(),
            cost: Cost::default(),
        })),
        failure: None,
    };
    append(store, ids[1], vec![NewEvent::new("a1", None, analysed(1))], at(40_000)).await.unwrap();
    let unread = async |connection, version, limit| -> Vec<SessionId> {
        let found = store.unread_handoffs(connection, version, at(5_000), at(40_500), limit).await.unwrap();
        found.iter().map(|event| event.session_id).collect()
    };
    assert_eq!(unread(of, 1, 100).await, [ids[2]], "not what is older, read, or still its lane's to ask about");
    assert_eq!(unread(of, 2, 100).await.len(), 2, "under another version nobody read either of them");
    assert_eq!(unread(crm(connection(store).await), 1, 100).await, [], "another connection has no case of them");
    assert_eq!(unread(of, 1, 1).await, [], "only the conversations that changed last are looked through");
    let failed = EventKind::Analysed {
        connection: of,
        handoff: 2,
        version: 1,
        analysis: None,
        failure: Some("nobody answered".into()),
    };
    append(store, ids[2], vec![NewEvent::new("f1", None, failed.clone())], at(40_500)).await.unwrap();
    assert_eq!(unread(of, 1, 100).await, [ids[2]], "what failed a moment ago is worth another question");
    append(store, ids[2], vec![NewEvent::new("f2", None, failed)], at(40_499)).await.unwrap();
    assert_eq!(unread(of, 1, 100).await, [], "what failed long ago is not: people have seen the case without it");
    append(store, ids[2], vec![NewEvent::new("a1", None, analysed(1))], at(41_000)).await.unwrap();
    assert_eq!(unread(of, 1, 100).await, [], "once it is read it is not found again");
}
