use super::*;

fn state(mark: &str, ms: u64) -> PollState {
    let mark = Mark { at: Some(mark.into()), skip: 3 };
    PollState { marks: Marks { activities: mark, ..Marks::default() }, at: at(ms), full_at: at(ms) }
}

#[tokio::test]
async fn r16_the_marks_move_with_what_was_found() {
    let place = Place::new().await;
    place.open_case("a", id(1)).await;
    assert!(place.store.poll_state(place.connection).await.unwrap().is_none(), "never read");
    let before = place.store.commits();
    let wants = vec![PullWant { case: id(1), moved_to: Some(id(2)) }];
    place.store.want_pulls(place.connection, wants, "poll", Some(state("T1", 10)), at(10)).await.unwrap();
    assert_eq!(place.store.commits() - before, 1, "marks without their pulls would lose a reply for good");
    let kept = place.store.poll_state(place.connection).await.unwrap().unwrap();
    assert_eq!((kept.marks.activities.at.as_deref(), kept.marks.activities.skip), (Some("T1"), 3));
    let pull = place.claim_one(at(10)).await;
    assert_eq!((pull.why.as_str(), pull.moved_to), ("poll", Some(id(2))));
    place.store.record_pull(place.nothing(&pull, at(11))).await.unwrap();
    place.store.want_pulls(place.connection, Vec::new(), "poll", Some(state("T2", 20)), at(20)).await.unwrap();
    let kept = place.store.poll_state(place.connection).await.unwrap().unwrap();
    assert_eq!((kept.marks.activities.at.as_deref(), kept.at), (Some("T2"), at(20)));
    assert!(place.claim(at(20)).await.is_empty(), "a round that found nothing makes nothing due");
}

#[tokio::test]
async fn a_hint_by_the_poller_and_one_by_webhook_are_one_look_at_the_earlier_time() {
    let place = Place::new().await;
    place.open_case("a", id(1)).await;
    place.receive(id(1), at(50)).await;
    let want = PullWant { case: id(1), moved_to: Some(id(2)) };
    place.store.want_pulls(place.connection, vec![want], "poll", None, at(90)).await.unwrap();
    assert_eq!(place.store.next_pull(place.connection).await.unwrap(), Some(at(50)));
    place.receive(id(1), at(95)).await;
    let pull = place.claim_one(at(99)).await;
    assert_eq!(pull.moved_to, Some(id(2)), "a webhook does not make us forget where its records went");
}

#[tokio::test]
async fn r16_what_there_is_to_poll_for() {
    let place = Place::new().await;
    assert_eq!(place.store.poll_need(place.connection).await.unwrap(), PollNeed::default(), "no case, no calls");
    let session = place.open_case("a", id(1)).await;
    let need = place.store.poll_need(place.connection).await.unwrap();
    assert_eq!((need.cases, need.handed_off, need.from), (true, false, Some(at(100).to_string())));
    let handoff = EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None };
    place.append(session, vec![event("h", handoff)], at(10)).await;
    assert!(place.store.poll_need(place.connection).await.unwrap().handed_off, "somebody waits for an answer");
    place.append(session, vec![event("r", EventKind::Resolved { by: None, via: None })], at(20)).await;
    assert!(!place.store.poll_need(place.connection).await.unwrap().handed_off, "nobody does any more");
}

#[tokio::test]
async fn r16_calls_are_counted_by_rounds_and_by_sessions() {
    let place = Place::new().await;
    let round = |ms, calls| PollRound { at: at(ms), took_us: 5, calls, seen: 9, matched: 1, failure: None };
    for (ms, calls) in [(10, 3), (20, 4), (30, 5)] {
        place.store.add_round(place.connection, round(ms, calls)).await.unwrap();
    }
    assert_eq!(place.store.calls_since(place.connection, at(20)).await.unwrap(), (9, 0));
    let newest = place.store.rounds(place.connection, at(0), 2).await.unwrap();
    assert_eq!(newest.iter().map(|round| round.at).collect::<Vec<_>>(), [at(30), at(20)], "newest first");
}
