use super::*;

async fn held(place: &Place, why: HeldFor) -> (SessionId, ReplyId) {
    let session = place.open_case("a", id(1)).await;
    place.receive(id(1), at(1_000)).await;
    let pull = place.claim_one(at(1_000)).await;
    place.store.record_pull(place.found(&pull, vec![reply(5, id(1))], Some(why), at(1_001))).await.unwrap();
    (session, ids::reply_id(namespace(), record_ref(5)))
}

#[tokio::test]
async fn r2_a_held_reply_is_shown_and_goes_nowhere() {
    let place = Place::new().await;
    let (session, id) = held(&place, HeldFor::Late).await;
    assert_eq!(place.kinds(session).await, ["message"]);
    assert!(place.lane(Consumer::Carrier, session).await.is_none(), "nothing is offered");
    let listed = place.store.replies(None, Some("held".into()), 9).await.unwrap();
    assert_eq!((listed.len(), listed[0].held_for, listed[0].said_at), (1, Some(HeldFor::Late), at(500)));
    let shown = place.store.held_reply(id).await.unwrap().unwrap();
    assert_eq!(shown.record, reply(5, super::id(1)), "whoever decides reads what it says");
}

#[tokio::test]
async fn r2_a_released_reply_is_in_the_log_once() {
    let place = Place::new().await;
    let (session, id) = held(&place, HeldFor::Ambiguous).await;
    let event = place.event_of(&reply(5, super::id(1)));
    let release = |by: &'static str| place.store.decide_reply(id, Some((session, event.clone())), by, at(2_000));
    let (one, other) = tokio::join!(release("kim"), release("lee"));
    assert_eq!(one.unwrap() as u8 + other.unwrap() as u8, 1, "two people click at once: it is told once");
    assert_eq!(place.kinds(session).await, ["message", "crm_message"]);
    let listed = place.store.replies(Some(session), Some("released".into()), 9).await.unwrap();
    assert!(listed[0].decided_by.is_some());
    assert!(place.store.held_reply(id).await.unwrap().is_none());
    assert!(!place.store.decide_reply(id, None, "kim", at(2_001)).await.unwrap(), "what is told cannot be discarded");
    let text = place.look_into("select coalesce(record, '-') from replies").await;
    assert_eq!(text, ["-"], "the log has it now");
    let rows = place.store.ledger(session).await.unwrap();
    let row = rows.iter().map(|(_, row)| row).find(|row| row.theirs).unwrap();
    assert_eq!((row.decision.as_deref(), row.seq), (Some("given"), 2));
    assert_eq!(place.store.offer_due(at(2_000)).await.unwrap().new, 1, "and the carrier gets it");
    assert_eq!(place.store.take(id, at(2_001)).await.unwrap(), Some(true), "under the reply's own id");
}

#[tokio::test]
async fn r4_what_belongs_to_no_session_is_found_by_its_case() {
    let place = Place::new().await;
    let name = |n| ids::reply_id(namespace(), record_ref(n));
    for (session, case, replies) in [("a", id(1), [5, 6]), ("b", id(2), [7, 8])] {
        place.open_case(session, case).await;
        place.receive(case, at(1_000)).await;
        let pull = place.claim_one(at(1_000)).await;
        let records = replies.iter().map(|n| reply(*n, case)).collect();
        let mut found = place.found(&pull, records, Some(HeldFor::Ambiguous), at(1_001));
        // Of the first case's, one belongs to its session.
        for (place, reply) in found.replies.iter_mut().enumerate() {
            reply.session = reply.session.filter(|_| session == "a" && place == 0);
        }
        place.store.record_pull(found).await.unwrap();
    }
    let on = async |cases: &[Uuid]| -> Vec<ReplyId> {
        let held = place.store.held_on(cases.to_vec(), 9).await.unwrap();
        held.into_iter().map(|reply| reply.id).collect()
    };
    assert_eq!(on(&[id(1)]).await, [name(6)], "what is its session's own is listed there already");
    assert_eq!(on(&[id(1), id(2)]).await.len(), 3, "several cases at once");
    assert_eq!(on(&[]).await, [], "no case, nothing held on it");
    assert!(place.store.decide_reply(name(7), None, "kim", at(2_000)).await.unwrap());
    assert_eq!(on(&[id(2)]).await, [name(8)], "what was decided waits for nobody");
}

#[tokio::test]
async fn a_discarded_reply_leaves_no_text() {
    let place = Place::new().await;
    let (session, id) = held(&place, HeldFor::Restored).await;
    let text = "select coalesce(record, '') || coalesce(held_for, '') from replies";
    assert!(place.look_into(text).await[0].contains("canary-5"), "the check below looks at the right place");
    assert!(place.store.decide_reply(id, None, "kim", at(2_000)).await.unwrap());
    assert!(!place.store.decide_reply(id, None, "kim", at(2_000)).await.unwrap(), "it was not held any more");
    assert!(!place.look_into(text).await[0].contains("canary"), "what nobody wanted told is personal data");
    assert_eq!(place.kinds(session).await, ["message"]);
    let listed = place.store.replies(None, None, 9).await.unwrap();
    assert_eq!((listed[0].state.as_str(), listed[0].decided_by.as_deref()), ("discarded", Some("kim")));
    let rows = place.store.ledger_of(place.connection, vec![(record_ref(5), super::id(1))]).await.unwrap();
    assert!(rows[&record_ref(5)].done, "and it is not held again by the next look");
}

#[tokio::test]
async fn r19_replies_that_an_echo_may_repeat_are_found_with_their_text() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    let first = place.answered(5, id(1), at(1_000)).await;
    let second = place.answered(6, id(1), at(5_000)).await;
    let recent = place.store.recent_replies(session, at(5_000)).await.unwrap();
    assert_eq!(recent, [(second, "canary-6".to_owned())]);
    assert_eq!(place.store.recent_replies(session, at(0)).await.unwrap()[1].0, first, "newest first");
}
