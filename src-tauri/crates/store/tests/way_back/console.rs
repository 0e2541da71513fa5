//! The console's list, search, conditions and doors.

use proptest::prelude::*;

use super::*;

fn wish(view: View) -> ListWish {
    ListWish { view, me: "Mary".into(), query: None, after: None, limit: 50 }
}

fn looking_for(typed: &str) -> ListWish {
    ListWish { query: Some(typed.into()), ..wish(View::All) }
}

async fn names(place: &Place, wish: ListWish) -> Vec<String> {
    let page = place.store.list_heads(wish).await.unwrap();
    page.heads.into_iter().map(|head| head.session.key.external_id).collect()
}

fn handed_off() -> EventKind {
    EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None }
}

async fn index(place: &Place) {
    while place.store.index_search().await.unwrap() > 0 {}
}

#[tokio::test]
async fn every_session_is_on_one_shelf_and_moves_with_its_log() {
    let place = Place::new().await;
    for (n, name) in ["ai", "waits", "mine", "hers", "done"].into_iter().enumerate() {
        let session = place.session("chat", name).await;
        let events: Vec<NewEvent> = match name {
            "waits" => vec![event("h", handed_off())],
            "mine" => vec![event("h", handed_off()), event("t", EventKind::TakenOver { by: "Mary".into() })],
            "hers" => vec![event("a", EventKind::Assigned { to: "Ann".into(), by: Some("Mary".into()) })],
            "done" => vec![event("r", EventKind::Resolved { by: None, via: None })],
            _ => vec![],
        };
        place.append(session, [vec![said("m1")], events].concat(), at(n as u64)).await;
    }
    assert_eq!(names(&place, wish(View::All)).await, ["done", "hers", "mine", "waits", "ai"], "newest change first");
    for (view, expected) in
        [(View::NeedsPerson, "waits"), (View::Ai, "ai"), (View::Mine, "mine"), (View::Resolved, "done")]
    {
        assert_eq!(names(&place, wish(view)).await, [expected], "{view:?} shows what belongs to it and nothing else");
    }
    let counts = place.store.view_counts("Mary").await.unwrap();
    let expected = ViewCounts { all: 5, needs_person: 1, ai: 1, mine: 1, resolved: 1, ..ViewCounts::default() };
    assert_eq!(counts, expected, "the counts say what the views show");
    let mine = place.session("chat", "mine").await;
    place.append(mine, vec![event("g", EventKind::GivenBack { by: "Mary".into() })], at(9)).await;
    assert_eq!(names(&place, wish(View::Ai)).await, ["mine", "ai"], "given back, it is the AI's again and on top");
    let head = place.store.head(mine).await.unwrap().unwrap();
    assert_eq!((head.last_text.as_deref(), head.last_from.as_deref()), (Some("words of m1"), Some("customer")));
    assert_eq!(head.holder, Holder::Ai);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let place = Place::new().await;
    for n in 0..25 {
        let session = place.session("chat", &format!("s{n}")).await;
        // Many at the same moment: the id decides then.
        place.append(session, vec![said("m")], at(n / 10)).await;
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = place.store.list_heads(ListWish { after, limit: 7, ..wish(View::All) }).await.unwrap();
        seen.extend(page.heads.iter().map(|head| head.session.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let mut once = seen.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!((seen.len(), once.len()), (25, 25), "each session comes once");
}

#[tokio::test]
async fn views_and_pages_are_read_from_indexes() {
    let place = Place::new().await;
    for (query, index) in [
        ("select id from sessions order by updated_ms desc, id desc limit 9", "sessions_recent"),
        ("select id from sessions where shelf = 'ai' order by updated_ms desc, id desc limit 9", "sessions_shelf"),
        ("select id from sessions where searched_seq < last_seq limit 9", "sessions_unsearched"),
        ("select 1 from sessions where status = 'open' and holder = 'ai' limit 9", "COVERING INDEX sessions_counted"),
        (
            "select crm_id from cases where state = 'gone' order by reserved_ms desc, connection desc, crm_id desc limit 9",
            "COVERING INDEX cases_state",
        ),
        (
            "select consumer from lanes where (due_ms is not null or lease_until_ms is not null or parked is not null) limit 9",
            "lanes_unfinished",
        ),
        (
            "select lanes.session_id from connections cross join lanes indexed by lanes_trouble on lanes.consumer = 'crm:' || connections.id \
             and (lanes.parked is not null or lanes.failure is not null)",
            "lanes_trouble",
        ),
    ] {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(place.file()).read_only(true);
        let mut conn = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
        let explain = sqlx::AssertSqlSafe(format!("explain query plan {query}"));
        let rows = sqlx::query(explain).fetch_all(&mut conn).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(3)).collect();
        let plan = plan.join("\n");
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{query} must use {index} as it is:\n{plan}");
    }
}

#[tokio::test]
async fn trouble_shows_lanes_that_fail_and_replies_that_are_held() {
    let place = Place::new().await;
    let case = id(40);
    let parked = place.open_case("parked", id(41)).await;
    place.append(parked, vec![said("m2")], at(10)).await;
    let failure = CallFailure {
        class: FailureClass::Refused,
        scope: FailureScope::Lane,
        status: None,
        message: "no".into(),
        hint: String::new(),
        item: None,
    };
    let reason = ParkReason { kind: ParkKind::Refused, failure, since: at(10), tries: 1 };
    assert!(place.store.park(place.consumer(), parked, reason).await.unwrap());
    place.open_case("held", case).await;
    place.receive(case, at(20)).await;
    let pull = place.claim_one(at(20)).await;
    let found = place.found(&pull, vec![reply(7, case)], Some(HeldFor::Ambiguous), at(20));
    place.store.record_pull(found).await.unwrap();
    place.open_case("good", id(42)).await;
    let mut trouble = names(&place, wish(View::Trouble)).await;
    trouble.sort();
    assert_eq!(trouble, ["held", "parked"], "what waits for a person, and nothing that goes well");
    let counts = place.store.view_counts("Mary").await.unwrap();
    assert_eq!((counts.trouble, counts.parked, counts.held_replies), (2, 1, 1));
    let session = place.session("chat", "held").await;
    assert_eq!(place.store.held_of(vec![session, parked]).await.unwrap().get(&session), Some(&1));
    place.store.remove_connection(place.connection, at(30)).await.unwrap();
    assert_eq!(names(&place, wish(View::Trouble)).await, ["held"], "a removed connection troubles nobody");
}

#[tokio::test]
async fn r35_search_finds_words_names_ids_and_case_numbers_as_they_are_typed() {
    let place = Place::new().await;
    let key = SessionKey { source: "chat".into(), external_id: "late-parcel".into() };
    let email = Identifier { value: "ada@example.com".into(), verified: true };
    let contact = Contact { name: Some("Ada Lovelace".into()), email: Some(email), ..Contact::default() };
    let new = NewSession { key, channel: "web".into(), tags: Vec::new(), topic: Some("Delivery".into()), contact };
    let session = place.store.ensure_session(new, at(0)).await.unwrap().0.id;
    let text = "Mein Päckchen kam nie an".to_owned();
    let says = EventKind::Message { from: Speaker::Customer, text, author: None };
    place.append(session, vec![event("m1", says)], at(1)).await;
    place.open_case("other", id(77)).await;
    assert!(names(&place, looking_for("päck")).await.is_empty(), "the index follows the log; it is not in it yet");
    index(&place).await;
    for typed in ["Päckchen", "packch", "kam nie", "Lovel", "ada@example", "deliv", "late-par", &session.to_string()] {
        assert_eq!(names(&place, looking_for(typed)).await, ["late-parcel"], "`{typed}` means this conversation");
    }
    assert_eq!(names(&place, looking_for("SR7")).await, ["other"], "a case number finds the conversation behind it");
    assert!(names(&place, looking_for("nowhere")).await.is_empty());
    let page = ListWish { view: View::Resolved, ..looking_for("Lovelace") };
    assert!(names(&place, page).await.is_empty(), "a view narrows the search");
    place
        .append(
            session,
            vec![event(
                "m2",
                EventKind::AgentReply { text: "refunded".into(), author: "Mary".into(), reply_id: ReplyId(id(1)) },
            )],
            at(2),
        )
        .await;
    index(&place).await;
    index(&place).await;
    assert_eq!(names(&place, looking_for("refund")).await, ["late-parcel"], "what came later is found later");
    let rows = place.look_into("select cast(count(*) as text) from search").await;
    assert_eq!(rows, ["4"], "each message is in the index once, however often it is looked at");
}

#[tokio::test]
async fn r35_a_search_that_finds_too_much_says_so() {
    let place = Place::new().await;
    let session = place.session("chat", "a").await;
    for n in 0..11 {
        let events = (0..100).map(|m| said(&format!("m{n}-{m}"))).collect();
        place.append(session, events, at(n)).await;
    }
    index(&place).await;
    let page = place.store.list_heads(looking_for("words")).await.unwrap();
    assert!(page.bounded && page.heads.len() == 1, "there may be more behind the bound");
    assert!(!place.store.list_heads(looking_for("nowhere")).await.unwrap().bounded);
}

#[tokio::test]
async fn r35_a_common_word_in_a_view_is_looked_for_behind_what_is_elsewhere() {
    let place = Place::new().await;
    let mine = place.session("chat", "mine").await;
    let assigned = event("a", EventKind::Assigned { to: "Mary".into(), by: None });
    place.append(mine, vec![said("m1"), assigned], at(0)).await;
    index(&place).await;
    let other = place.session("chat", "other").await;
    for n in 0..11 {
        let events = (0..100).map(|m| said(&format!("m{n}-{m}"))).collect();
        place.append(other, events, at(n + 1)).await;
    }
    index(&place).await;
    let found = names(&place, ListWish { view: View::Mine, ..looking_for("words") }).await;
    assert_eq!(found, ["mine"], "the newest thousand hits are not mine, and mine is found all the same");
    let nothing = ListWish { view: View::Resolved, ..looking_for("words") };
    let page = place.store.list_heads(nothing).await.unwrap();
    assert_eq!((page.heads.len(), page.bounded), (0, false), "where nothing is, nothing more may exist");
}

#[test]
fn nothing_that_is_typed_breaks_the_search() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let place = runtime.block_on(Place::new());
    let signs = prop_oneof![
        proptest::string::string_regex("[\"'*:^(){}+\\-ab \u{0}%_\\\\]{0,24}").unwrap(),
        any::<String>(),
        Just("NEAR(a b, 2) OR words : x".to_owned()),
    ];
    let mut runner = proptest::test_runner::TestRunner::default();
    let done = runner.run(&signs, |typed| {
        let found = runtime.block_on(place.store.list_heads(looking_for(&typed)));
        prop_assert!(found.is_ok(), "`{typed}` must be words, not syntax: {found:?}");
        Ok(())
    });
    done.unwrap();
}

#[tokio::test]
async fn r38_the_second_who_takes_over_is_told_who_was_first() {
    let place = Place::new().await;
    let session = place.session("chat", "a").await;
    place.append(session, vec![said("m1"), event("h", handed_off())], at(0)).await;
    let take = |who: &'static str| {
        let taken = event(&format!("console:{who}"), EventKind::TakenOver { by: who.into() });
        place.store.act(session, taken, Unless::HeldByOther(who.into()), at(1))
    };
    let (one, other) = tokio::join!(take("Mary"), take("Ann"));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one, Acted::Done(Appended { seq: 3, duplicate: false }));
    assert_eq!(other, Acted::HeldBy("Mary".into()), "at once is not both");
    assert_eq!(place.kinds(session).await, ["message", "handed_off", "taken_over"]);
    let answer = says(Speaker::Ai, "late");
    place.append(session, vec![answer], at(2)).await;
    assert_eq!(place.kinds(session).await.len(), 4, "what the AI says while a person has it is still logged");
}

#[tokio::test]
async fn a_reply_of_the_console_is_offered_once_and_its_echo_is_known() {
    let place = Place::new().await;
    let session = place.open_case("a", id(50)).await;
    let reply_id = ids::console_reply_id(session, "u1");
    let said = || event("console:u1", EventKind::AgentReply { text: "On it".into(), author: "Mary".into(), reply_id });
    let first = place.store.act(session, said(), Unless::Never, at(10)).await.unwrap();
    let again = place.store.act(session, said(), Unless::Never, at(11)).await.unwrap();
    assert_eq!(first, Acted::Done(Appended { seq: 2, duplicate: false }));
    assert_eq!(again, Acted::Done(Appended { seq: 2, duplicate: true }), "sent twice by the browser, said once");
    place.store.offer_due(at(12)).await.unwrap();
    let offers = place.store.offers(0, None, 9).await.unwrap();
    assert_eq!(offers.iter().map(|offer| offer.id).collect::<Vec<_>>(), [reply_id], "the carrier hears of it once");
    let recent = place.store.recent_replies(session, at(0)).await.unwrap();
    assert_eq!(recent, [(reply_id, "On it".to_owned())], "so that the carrier's own report of it is an echo");
    let lane = place
        .store
        .lanes_of(vec![session])
        .await
        .unwrap()
        .into_iter()
        .find(|(lane, _)| lane.consumer == place.consumer());
    assert_eq!(lane.unwrap().0.due_at, Some(at(10)), "a person waits for it to stand in the case: no quiet time");
}

#[tokio::test]
async fn a_link_opens_the_door_once_and_what_it_opened_ends() {
    let place = Place::new().await;
    let store = &place.store;
    store.add_link(vec![1], "Mary", "agent", at(0), at(1_000)).await.unwrap();
    assert_eq!(store.enter(vec![2], vec![9], at(1)).await.unwrap(), None, "an unknown link opens nothing");
    let visitor = store.enter(vec![1], vec![9], at(1)).await.unwrap().unwrap();
    assert_eq!((visitor.name.as_str(), visitor.role.as_str()), ("Mary", "agent"));
    assert_eq!(store.enter(vec![1], vec![8], at(2)).await.unwrap(), None, "a link is for one browser");
    store.add_link(vec![3], "Ann", "admin", at(0), at(1_000)).await.unwrap();
    assert_eq!(store.enter(vec![3], vec![7], at(1_000)).await.unwrap(), None, "nor does it open anything later");
    assert!(store.visitor(&[9], at(0), at(120_000)).await.unwrap().is_some());
    let seen = store.visitor(&[9], at(60_000), at(121_000)).await.unwrap();
    assert!(seen.is_some(), "a call is noted, so that only idle sessions end");
    assert_eq!(store.visitor(&[9], at(121_000), at(200_000)).await.unwrap(), None, "an idle one has ended");
    assert!(store.visitor_unnoted(&[9], at(60_000)).await.unwrap().is_some(), "who only listens is let in");
    let after = store.visitor(&[9], at(121_001), at(300_000)).await.unwrap();
    assert_eq!(after, None, "but listening is no activity: an open page ends like any idle one (R31)");
    assert_eq!(store.visitors(at(0)).await.unwrap().len(), 1);
    assert!(store.dismiss(&visitor.id, at(122_000)).await.unwrap());
    assert_eq!(store.visitor(&[9], at(0), at(122_001)).await.unwrap(), None, "a revoked one opens nothing");
}

#[tokio::test]
async fn heads_of_rows_from_before_are_filled_from_their_logs() {
    let place = Place::new().await;
    let session = place.session("chat", "a").await;
    let taken = event("t", EventKind::TakenOver { by: "Mary".into() });
    place.append(session, vec![said("m1"), event("h", handed_off()), taken, says(Speaker::Ai, "m2")], at(5)).await;
    let silent = place.session("chat", "silent").await;
    let heads = [place.store.head(session).await.unwrap(), place.store.head(silent).await.unwrap()];
    let mut conn =
        sqlx::SqliteConnection::connect_with(&sqlx::sqlite::SqliteConnectOptions::new().filename(place.file()))
            .await
            .unwrap();
    sqlx::query("update sessions set last_text = null, last_from = null, last_message_ms = null, holder = 'ai', holder_name = ''")
        .execute(&mut conn)
        .await
        .unwrap();
    let migration = include_str!("../../migrations/sqlite/20261121000003_console.sql");
    for fill in migration.split_inclusive(';').filter(|part| part.contains("\nupdate sessions")) {
        sqlx::query(fill).execute(&mut conn).await.unwrap();
    }
    let filled = [place.store.head(session).await.unwrap(), place.store.head(silent).await.unwrap()];
    assert_eq!(filled, heads, "an older database shows what a new one would");
}
