use super::*;

#[tokio::test]
async fn r1_a_look_and_a_pass_never_hold_a_case_at_once() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    place.receive(id(1), at(10)).await;
    place.append(session, vec![said("m2")], at(10)).await;
    let pull = place.claim_one(at(5_000)).await;
    let passes = place.store.claim(place.consumer(), at(5_000), 10, LEASE).await.unwrap();
    assert!(passes.is_empty(), "a look must know what is ours before it judges");
    assert!(place.claim(at(5_000)).await.is_empty(), "nor does a second look");
    place.store.record_pull(place.nothing(&pull, at(5_001))).await.unwrap();
    let lane = place.pass(session, at(5_001)).await;
    assert_eq!(lane.dirty_seq, 2, "the message that came is still to be written");
    // And the other way round.
    place.receive(id(1), at(5_002)).await;
    assert!(place.claim(at(5_002)).await.is_empty(), "while the pass writes");
    let next = place.store.next_pull(place.connection).await.unwrap();
    assert_eq!(next, Some(at(5_001) + LEASE), "there is nothing to try before the lane is free");
    place.finish(&lane, Some(2), None, LaneEnd::Written, at(5_003)).await.unwrap();
    assert_eq!(place.claim(at(5_003)).await.len(), 1);
}

#[tokio::test]
async fn two_cases_of_one_session_are_looked_at_one_after_the_other() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    place.append(session, vec![said("m2")], at(10)).await;
    place.next_case(session, Some(id(1)), id(2), at(5_000)).await;
    place.receive(id(1), at(6_000)).await;
    place.receive(id(2), at(6_001)).await;
    let first = place.claim_one(at(7_000)).await;
    assert_eq!(first.case.crm_id, id(1), "the one that waits longer");
    place.store.record_pull(place.nothing(&first, at(7_001))).await.unwrap();
    assert_eq!(place.claim_one(at(7_001)).await.case.crm_id, id(2));
}

#[tokio::test]
async fn r14_a_look_whose_lease_ran_out_leaves_nothing() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    place.receive(id(1), at(10)).await;
    let slow = place.claim_one(at(10)).await;
    let after = at(10) + LEASE;
    assert_eq!(place.store.next_pull(place.connection).await.unwrap(), Some(after), "it is looked at again then");
    let taker = place.claim_one(after).await;
    assert!(taker.fence > slow.fence);
    let late = place.store.record_pull(place.found(&slow, vec![reply(5, id(1))], Some(HeldFor::Late), after)).await;
    assert!(matches!(late, Err(StoreError::FenceMoved)), "{late:?}");
    let late = place.store.record_pull(place.found(&slow, vec![reply(6, id(1))], None, after)).await;
    assert!(matches!(late, Err(StoreError::FenceMoved)), "{late:?}");
    assert_eq!(place.kinds(session).await, ["message"], "no event");
    assert!(place.store.replies(None, None, 10).await.unwrap().is_empty(), "no reply");
    let names = vec![(record_ref(5), id(1)), (record_ref(6), id(1))];
    assert!(place.store.ledger_of(place.connection, names).await.unwrap().is_empty(), "no decision");
    let failed = PullFailed {
        connection: place.connection,
        case: id(1),
        session,
        fence: slow.fence,
        due_at: at(0),
        counts: true,
        attempts: Vec::new(),
        steps: Vec::new(),
    };
    assert!(matches!(place.store.fail_pull(failed).await, Err(StoreError::FenceMoved)), "nor a failure");
    place.store.record_pull(place.nothing(&taker, after)).await.unwrap();
}

#[tokio::test]
async fn a_look_is_kept_whole_and_once() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    place.receive(id(1), at(10)).await;
    let pull = place.claim_one(at(600)).await;
    let status = Named { id: id(400), name: None };
    let facts = CaseFacts {
        number: Some("SR1".into()),
        status,
        class: StatusClass::Resolved,
        owner: None,
        priority: None,
        contact: None,
        modified: "2026".into(),
        over_since: Some(at(590)),
    };
    let mut result = place.found(&pull, vec![reply(5, id(1))], None, at(601));
    let closure = EventKind::Resolved { by: None, via: Some(place.connection) };
    result.events.push((session, NewEvent::new("crm:over", Some(at(590)), closure)));
    result.known.facts = Some(facts.clone());
    result.state = Some(CaseState::Closed);
    result.pulled_to = Some("2026".into());
    result.steps = vec![Step { at: at(601), what: "pull".into(), detail: json!({}) }];
    let before = place.store.commits();
    place.store.record_pull(result.clone()).await.unwrap();
    assert_eq!(place.store.commits() - before, 1, "a kill in between must leave all or nothing");
    assert_eq!(place.kinds(session).await, ["message", "crm_message", "resolved"]);
    let case = place.case(id(1)).await;
    assert_eq!(
        (case.state, case.known.facts, case.pulled_to.as_deref()),
        (CaseState::Closed, Some(facts), Some("2026"))
    );
    let row = place.store.ledger_of(place.connection, vec![(record_ref(5), id(1))]).await.unwrap()[&record_ref(5)];
    assert_eq!((row.ours, row.done, row.on_our_case, row.session), (false, true, true, session));
    let ledger = place.store.ledger(session).await.unwrap();
    let row = ledger.iter().map(|(_, row)| row).find(|row| row.theirs).unwrap();
    assert_eq!((row.seq, row.decision.as_deref()), (2, Some("given")), "the trace leads from the record to the event");
    let replies = place.store.replies(Some(session), None, 10).await.unwrap();
    assert_eq!((replies.len(), replies[0].state.as_str()), (1, "given"));
    assert_eq!(place.store.session(session).await.unwrap().unwrap().status, SessionStatus::Resolved);
    let again = place.store.record_pull(result).await;
    assert!(matches!(again, Err(StoreError::FenceMoved)), "a repeated record would tell everything twice: {again:?}");
    assert_eq!(place.store.events(session, 0, 10).await.unwrap().len(), 3);
}

#[tokio::test]
async fn an_event_that_is_in_the_log_does_not_hold_back_its_neighbours() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    // One is there already, and one in other words: what was said cannot be unsaid.
    let mut other = reply(6, id(1));
    other.text = "before it was edited".into();
    place.append(session, vec![place.event_of(&reply(5, id(1))), place.event_of(&other)], at(400)).await;
    place.receive(id(1), at(500)).await;
    let pull = place.claim_one(at(600)).await;
    let records = [5, 6, 7].map(|n| reply(n, id(1)));
    place.store.record_pull(place.found(&pull, records.into(), None, at(601))).await.unwrap();
    let ids: Vec<_> =
        place.store.events(session, 1, 10).await.unwrap().into_iter().map(|event| event.event_id).collect();
    assert_eq!(ids, [5, 6, 7].map(|n| format!("crm:activity:{}", id(n))));
}

#[tokio::test]
async fn a_webhook_that_comes_while_the_case_is_looked_at_is_answered_by_another_look() {
    let place = Place::new().await;
    place.open_case("a", id(1)).await;
    place.receive(id(1), at(10)).await;
    let pull = place.claim_one(at(20)).await;
    place.receive(id(1), at(25)).await;
    place.store.record_pull(place.nothing(&pull, at(30))).await.unwrap();
    let next = place.claim_one(at(30)).await;
    assert!(next.asked > pull.asked, "what happened after our reading is still to be read");
    place.store.record_pull(place.nothing(&next, at(40))).await.unwrap();
    assert!(place.claim(at(99_999)).await.is_empty());
}

#[tokio::test]
async fn a_look_that_failed_is_repeated_at_its_time_and_remembers_how_often() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    place.receive(id(1), at(10)).await;
    for (n, counts) in [(0, true), (1, false), (1, true), (2, true)] {
        let pull = place.claim_one(at(10_000 + n * 10)).await;
        assert_eq!(u64::from(pull.failures), n, "what concerns the connection is not this case's failure");
        let failed = PullFailed {
            connection: place.connection,
            case: id(1),
            session,
            fence: pull.fence,
            due_at: at(10_000 + n * 10 + if counts { 10 } else { 0 }),
            counts,
            attempts: Vec::new(),
            steps: vec![Step { at: at(10_000), what: "pull_failed".into(), detail: json!({}) }],
        };
        place.store.fail_pull(failed).await.unwrap();
    }
    assert!(place.claim(at(10_029)).await.is_empty(), "not before its time");
    assert_eq!(place.lane(place.consumer(), session).await.unwrap().lease_until, None, "passes go on meanwhile");
    let pull = place.claim_one(at(10_030)).await;
    place.store.record_pull(place.nothing(&pull, at(10_031))).await.unwrap();
    assert_eq!(
        place.store.steps(session).await.unwrap().iter().filter(|(_, one)| one.what == "pull_failed").count(),
        4
    );
}

#[tokio::test]
async fn r5_what_was_found_there_stands_and_drafts_stay_open() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    place.append(session, vec![said("m2")], at(10)).await;
    let lane = place.pass(session, at(5_000)).await;
    let step = Step { at: at(5_000), what: "plan".into(), detail: json!({}) };
    let me = (place.consumer(), session, lane.fence);
    let intent = Intent { record: record_ref(70), seq: 2 };
    place.store.commit_plan(me, None, vec![intent], step).await.unwrap();
    // The answer is lost; the look finds the record.
    place.finish(&lane, None, None, LaneEnd::Wait, at(5_001)).await.unwrap();
    place.receive(id(1), at(5_002)).await;
    let pull = place.claim_one(at(5_002)).await;
    let verdict =
        |n, verdict, foreign| Decision { record: record_ref(n), verdict, session: None, held_for: None, foreign };
    let mut result = place.nothing(&pull, at(5_003));
    result.decisions =
        vec![verdict(70, Verdict::Ours, false), verdict(71, Verdict::Draft, false), verdict(72, Verdict::Ours, true)];
    place.store.record_pull(result).await.unwrap();
    let names = [70, 71, 72].map(|n| (record_ref(n), id(1))).into();
    let rows = place.store.ledger_of(place.connection, names).await.unwrap();
    let row = |n| (rows[&record_ref(n)].ours, rows[&record_ref(n)].done);
    assert_eq!(row(70), (true, true), "whatever became of the answer, it stands");
    assert_eq!(row(71), (false, false), "R16: a draft is looked at again");
    assert_eq!(row(72), (false, true), "another engine's record is not ours to settle");
    place.receive(id(1), at(5_004)).await;
    let pull = place.claim_one(at(5_004)).await;
    place.store.record_pull(place.found(&pull, vec![reply(71, id(1))], None, at(5_005))).await.unwrap();
    let rows = place.store.ledger_of(place.connection, vec![(record_ref(71), id(1))]).await.unwrap();
    assert!(rows[&record_ref(71)].done, "sent: now it is decided");
    // A record of ours stays ours, whatever a look says.
    place.receive(id(1), at(5_006)).await;
    let pull = place.claim_one(at(5_006)).await;
    place.store.record_pull(place.found(&pull, vec![reply(70, id(1))], Some(HeldFor::Late), at(5_007))).await.unwrap();
    let rows = place.store.ledger_of(place.connection, vec![(record_ref(70), id(2))]).await.unwrap();
    assert_eq!((rows[&record_ref(70)].ours, rows[&record_ref(70)].on_our_case), (true, false));
}

#[tokio::test]
async fn r13_what_a_status_change_means_is_noted_before_it_is_sent() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    place.append(session, vec![event("r", EventKind::Resolved { by: None, via: None })], at(10)).await;
    let lane = place.pass(session, at(10)).await;
    let status = RecordRef { kind: RecordKind::Status, id: id(80) };
    let step = Step { at: at(10), what: "plan".into(), detail: json!({}) };
    let me = (place.consumer(), session, lane.fence);
    place.store.commit_plan(me, None, vec![Intent { record: status, seq: 2 }], step).await.unwrap();
    let known = place.case(id(1)).await.known;
    assert_eq!((known.meant, known.wrote), (Some(StatusClass::Resolved), None), "the CRM may take it, answer or not");
    let update = CaseUpdate {
        crm_id: id(1),
        state: CaseState::Closed,
        number: None,
        native_id: None,
        deliver_after: None,
        wrote: Some(StatusClass::Resolved),
    };
    place.finish(&lane, Some(2), Some(update), LaneEnd::Written, at(20)).await.unwrap();
    let case = place.case(id(1)).await;
    assert_eq!((case.known.meant, case.known.wrote), (None, Some(StatusClass::Resolved)), "confirmed");
    assert_eq!((case.state, case.number.as_deref()), (CaseState::Closed, Some("SR1")));
}

#[tokio::test]
async fn a_parked_lane_is_looked_at_and_a_look_that_dies_there_wakes_no_pass() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    let failure = CallFailure {
        class: FailureClass::Refused,
        scope: FailureScope::Lane,
        status: None,
        message: "gone".into(),
        hint: String::new(),
        item: None,
    };
    let reason = ParkReason { kind: ParkKind::CaseGone, failure, since: at(1), tries: 1 };
    assert!(place.store.park(place.consumer(), session, reason).await.unwrap());
    place.receive(id(1), at(10)).await;
    let pull = place.claim_one(at(10)).await;
    assert_eq!(pull.case.crm_id, id(1), "how else would it be found to be there again");
    let dead = at(10) + LEASE;
    assert!(place.store.claim(place.consumer(), dead, 10, LEASE).await.unwrap().is_empty());
    let next = place.store.next_due(place.consumer()).await.unwrap();
    assert_eq!(next, None, "a time in the past that nobody can claim would make the runner spin");
    let again = place.claim_one(dead).await;
    place.store.record_pull(place.nothing(&again, dead)).await.unwrap();
    assert!(place.lane(place.consumer(), session).await.unwrap().parked.is_some(), "a person still has to act");
}
