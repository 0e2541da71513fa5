use super::*;

fn dated(event: NewEvent, ms: u64) -> NewEvent {
    NewEvent { occurred_at: Some(at(ms)), ..event }
}

fn resolved(id: &str, ms: u64) -> NewEvent {
    dated(event(id, EventKind::Resolved { by: None, via: None }), ms)
}

async fn status(place: &Place, session: SessionId) -> SessionStatus {
    place.store.session(session).await.unwrap().unwrap().status
}

#[tokio::test]
async fn r13_a_customer_who_writes_after_the_closure_reopens() {
    let place = Place::new().await;
    let session = place.session("chat", "a").await;
    place.append(session, vec![said("m1"), resolved("r", 1_000)], at(1_000)).await;
    let answer = place.append(session, vec![dated(said("m2"), 1_001)], at(2_000)).await;
    assert_eq!((answer.len(), answer[0].seq), (1, 4), "the caller is told of its own event only");
    assert_eq!(
        place.kinds(session).await,
        ["message", "resolved", "reopened", "message"],
        "reopened before it is said"
    );
    assert_eq!(status(&place, session).await, SessionStatus::Open);
    let reopening = place.store.events(session, 2, 1).await.unwrap().remove(0);
    assert_eq!(reopening.kind, EventKind::Reopened { by: Some("customer".into()), via: None });
    assert_eq!(reopening.occurred_at, at(1_001));
}

#[tokio::test]
async fn r13_messages_dated_before_the_closure_are_only_late() {
    let place = Place::new().await;
    let session = place.session("chat", "a").await;
    place.append(session, vec![said("m1"), resolved("r", 1_000)], at(1_000)).await;
    place.append(session, vec![dated(said("m2"), 999), dated(said("m3"), 1_000)], at(2_000)).await;
    assert_eq!(place.kinds(session).await, ["message", "resolved", "message", "message"]);
    assert_eq!(status(&place, session).await, SessionStatus::Resolved);
    // A closure that the CRM told counts by the CRM's time, not by when it was heard of.
    let other = place.session("chat", "b").await;
    let closure = EventKind::Resolved { by: None, via: Some(place.connection) };
    place.append(other, vec![said("m1"), dated(event("c", closure), 1_000)], at(5_000)).await;
    place.append(other, vec![dated(said("m2"), 2_000)], at(5_001)).await;
    assert_eq!(status(&place, other).await, SessionStatus::Open, "written after the closure, before we heard of it");
}

#[tokio::test]
async fn r13_nobody_but_the_customer_reopens_by_writing() {
    let place = Place::new().await;
    let session = place.session("chat", "a").await;
    place.append(session, vec![said("m1"), resolved("r", 1_000)], at(1_000)).await;
    let attachment = Attachment { name: "a.pdf".into(), media_type: None, size: None, url: None };
    let file = |from| EventKind::AttachmentAdded { from, attachment: attachment.clone() };
    let others = vec![
        says(Speaker::Agent, "m2"),
        says(Speaker::Ai, "m3"),
        event("f1", file(Speaker::Agent)),
        place.event_of(&reply(5, id(1))),
        event("n", EventKind::Reasoning { text: "x".into() }),
    ];
    place.append(session, others, at(2_000)).await;
    assert_eq!(status(&place, session).await, SessionStatus::Resolved, "a good-bye does not reopen");
    place.append(session, vec![event("f2", file(Speaker::Customer))], at(2_001)).await;
    assert_eq!(status(&place, session).await, SessionStatus::Open, "a file is a word too");
}

#[tokio::test]
async fn r13_a_repeated_message_does_not_reopen_twice() {
    let place = Place::new().await;
    let session = place.session("chat", "a").await;
    place.append(session, vec![said("m1"), resolved("r", 1_000)], at(1_000)).await;
    place.append(session, vec![dated(said("m2"), 2_000)], at(2_000)).await;
    place.append(session, vec![resolved("r2", 3_000)], at(3_000)).await;
    let again = place.append(session, vec![dated(said("m2"), 2_000), said("m1")], at(4_000)).await;
    assert!(again.iter().all(|one| one.duplicate));
    assert_eq!(status(&place, session).await, SessionStatus::Resolved, "the source only says again what it said");
    assert_eq!(place.kinds(session).await.len(), 5);
}

#[tokio::test]
async fn r13_closure_and_reopening_inside_one_append_are_told_in_order() {
    let place = Place::new().await;
    let session = place.session("chat", "a").await;
    let events = vec![said("m1"), resolved("r", 1_000), dated(said("m2"), 1_001), dated(said("m3"), 1_002)];
    let answer = place.append(session, events, at(2_000)).await;
    assert_eq!(answer.iter().map(|one| one.seq).collect::<Vec<_>>(), [1, 2, 4, 5]);
    assert_eq!(place.kinds(session).await, ["message", "resolved", "reopened", "message", "message"]);
}

#[tokio::test]
async fn r19_an_echo_keeps_what_it_is_an_echo_of() {
    let place = Place::new().await;
    let session = place.session("chat", "a").await;
    let echo = NewEvent { echo_of: Some(ReplyId(id(9))), ..says(Speaker::Agent, "m1") };
    place.append(session, vec![echo.clone(), said("m2")], at(1)).await;
    let events = place.store.events(session, 0, 10).await.unwrap();
    assert_eq!(events.iter().map(|event| event.echo_of).collect::<Vec<_>>(), [Some(ReplyId(id(9))), None]);
    let again = place.append(session, vec![NewEvent { echo_of: None, ..echo }], at(2)).await;
    assert!(again[0].duplicate, "it is no part of what was said");
}
