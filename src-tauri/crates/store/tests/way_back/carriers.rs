use super::*;

const MINUTE: u64 = 60_000;

#[tokio::test]
async fn carriers_have_lanes_only_where_there_is_something_for_them() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    let ended = vec![
        event("h", EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None }),
        says(Speaker::Agent, "m2"),
        event("r", EventKind::Resolved { by: None, via: None }),
        event("o", EventKind::Reopened { by: None, via: None }),
    ];
    place.append(session, ended, at(10)).await;
    assert!(place.lane(Consumer::Carrier, session).await.is_none(), "most conversations never need one");
    assert_eq!(place.store.offer_due(at(99_999)).await.unwrap(), Offered::default());
    let closure = EventKind::Resolved { by: None, via: Some(place.connection) };
    place.append(session, vec![event("c", closure)], at(20)).await;
    let lane = place.lane(Consumer::Carrier, session).await.unwrap();
    assert_eq!((lane.dirty_seq, lane.due_at), (6, Some(at(20))), "people ended it: the carrier must hear of that");
}

#[tokio::test]
async fn r19_a_reply_is_offered_once_and_again_with_the_same_id_when_nobody_takes_it() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    let reply_id = place.answered(5, id(1), at(1_000)).await;
    let offered = place.store.offer_due(at(1_000)).await.unwrap();
    assert_eq!(offered, Offered { new: 1, again: 0 });
    assert_eq!(place.store.offer_due(at(1_000)).await.unwrap(), Offered::default(), "once");
    let first = place.store.offers(0, None, 10).await.unwrap().remove(0);
    assert_eq!((first.id, first.session, first.tries, first.seq), (reply_id, session, 1, 2));
    assert_eq!((first.source.as_str(), first.external_id.as_str(), first.channel.as_str()), ("chat", "a", "web"));
    let due = place.store.next_due(Consumer::Carrier).await.unwrap().unwrap();
    assert_eq!(due, at(1_000 + 2 * MINUTE), "two minutes");
    assert_eq!(place.store.offer_due(due - Duration::from_millis(1)).await.unwrap(), Offered::default());
    assert!(place.store.replies(None, None, 9).await.unwrap()[0].alerted_at.is_none(), "nobody is alarmed too early");
    assert_eq!(place.store.offer_due(due).await.unwrap(), Offered { new: 0, again: 1 });
    let again = place.store.offers(first.no, None, 10).await.unwrap().remove(0);
    assert_eq!((again.id, again.tries), (reply_id, 2), "whoever reads behind the old place meets it again");
    assert_eq!(place.store.offers(0, None, 10).await.unwrap().len(), 1, "and it stands in the stream once");
    assert_eq!(place.store.last_offer().await.unwrap(), again.no);
    let alerted = place.store.replies(None, None, 9).await.unwrap()[0].alerted_at;
    assert_eq!(alerted, Some(due), "somebody hears that nobody takes it");
    let next = place.store.next_due(Consumer::Carrier).await.unwrap().unwrap();
    assert_eq!(next, due + Duration::from_secs(600), "the pauses grow");
    place.store.offer_due(next).await.unwrap();
    let alerted = place.store.replies(None, None, 9).await.unwrap()[0].alerted_at;
    assert_eq!(alerted, Some(due), "one alert, at its first time");
}

#[tokio::test]
async fn r19_a_reply_is_taken_once_and_then_rests() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    let reply_id = place.answered(5, id(1), at(1_000)).await;
    place.store.offer_due(at(1_000)).await.unwrap();
    assert_eq!(place.store.take(ReplyId(id(404)), at(1_001)).await.unwrap(), None, "there is no such reply");
    assert_eq!(place.store.take(reply_id, at(1_002)).await.unwrap(), Some(true));
    assert_eq!(place.store.take(reply_id, at(1_003)).await.unwrap(), Some(false), "a repeated call is told so");
    let taken = place.store.replies(Some(session), Some("taken".into()), 9).await.unwrap();
    assert_eq!(taken[0].taken_at, Some(at(1_002)), "the first time counts");
    assert!(place.store.offers(0, None, 10).await.unwrap().is_empty());
    assert_eq!(
        place.store.offer_due(at(1_000 + 3 * MINUTE)).await.unwrap(),
        Offered::default(),
        "it is not offered again"
    );
    assert_eq!(place.store.next_due(Consumer::Carrier).await.unwrap(), None, "the lane rests");
}

#[tokio::test]
async fn a_carriers_lane_counts_what_was_looked_at_and_what_was_taken() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    let first = place.answered(5, id(1), at(1_000)).await;
    place.append(session, vec![said("m2")], at(1_100)).await;
    let second = place.answered(6, id(1), at(1_200)).await;
    let place_of = |lane: Lane| (lane.written_seq, lane.considered_seq, lane.dirty_seq);
    assert_eq!(place_of(place.lane(Consumer::Carrier, session).await.unwrap()), (0, 0, 4));
    place.store.offer_due(at(1_200)).await.unwrap();
    assert_eq!(place_of(place.lane(Consumer::Carrier, session).await.unwrap()), (0, 4, 4), "offered is not delivered");
    place.store.take(second, at(1_300)).await.unwrap();
    let lane = place.lane(Consumer::Carrier, session).await.unwrap();
    assert_eq!(place_of(lane), (1, 4, 4), "everything before the first that is not taken stands with the carrier");
    place.store.take(first, at(1_400)).await.unwrap();
    assert_eq!(place_of(place.lane(Consumer::Carrier, session).await.unwrap()), (4, 4, 4));
}

#[tokio::test]
async fn the_stream_is_in_order_and_a_source_reads_its_own() {
    let place = Place::new().await;
    let chat = place.open_case("a", id(1)).await;
    let voice = place.session("voice", "a").await;
    let closure = |n: u32| event(&format!("c{n}"), EventKind::Resolved { by: None, via: Some(place.connection) });
    place.append(voice, vec![said("m1"), closure(1)], at(10)).await;
    place.answered(5, id(1), at(1_000)).await;
    place.append(chat, vec![closure(2)], at(1_001)).await;
    let offered = place.store.offer_due(at(1_001)).await.unwrap();
    assert_eq!(offered.new, 3, "closures are told as well as replies");
    let all = place.store.offers(0, None, 10).await.unwrap();
    assert!(all.windows(2).all(|pair| pair[0].no < pair[1].no), "whoever goes on behind the last one misses none");
    let of_chat: Vec<_> = all.iter().filter(|one| one.session == chat).map(|one| one.kind.name()).collect();
    assert_eq!(of_chat, ["crm_message", "resolved"], "a session's own order is kept");
    let only = place.store.offers(0, Some("voice".into()), 10).await.unwrap();
    assert_eq!(only.iter().map(|one| one.session).collect::<Vec<_>>(), [voice]);
    assert_eq!(only[0].id, ids::notice_id(voice, 2), "a notice can be acknowledged too");
    let page = place.store.offers(0, None, 2).await.unwrap();
    assert_eq!(place.store.offers(page[1].no, None, 2).await.unwrap().len(), 1, "page by page");
    assert!(place.store.offers(0, Some("fax".into()), 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn r38_the_carrier_hears_who_took_over_in_the_console_and_not_of_its_own_doings() {
    let place = Place::new().await;
    let session = place.session("chat", "c1").await;
    let taken = |by: &str| EventKind::TakenOver { by: by.into() };
    place.append(session, vec![event("t1", taken("the carrier's own person"))], at(100)).await;
    place.store.offer_due(at(200)).await.unwrap();
    assert!(place.store.offers(0, None, 10).await.unwrap().is_empty(), "what it sent is no news to it");
    let given_back = event("console:2", EventKind::GivenBack { by: "Mary".into() });
    place.append(session, vec![event("console:1", taken("Mary")), given_back], at(300)).await;
    place.store.offer_due(at(300)).await.unwrap();
    let kinds: Vec<&str> =
        place.store.offers(0, None, 10).await.unwrap().iter().map(|offer| offer.kind.name()).collect();
    assert_eq!(kinds, ["taken_over", "given_back"], "while a person holds it the AI must not answer");
}
