use super::*;

#[tokio::test]
async fn webhooks_of_many_cases_are_taken_in_with_few_commits_and_each_gets_its_answer() {
    let place = &Place::new().await;
    for n in 1..=3 {
        place.open_case(&format!("s{n}"), id(n)).await;
    }
    let before = place.store.commits();
    let calls = (0..30_u128).map(|n| place.receive(id(n % 6), at(10)));
    let outcomes = futures::future::join_all(calls).await;
    for (n, outcome) in outcomes.iter().enumerate() {
        let known = (1..=3).contains(&(n % 6));
        let expected = if known { ReceiptOutcome::PullDue } else { ReceiptOutcome::UnknownCase };
        assert_eq!(*outcome, expected, "call {n} gets its own answer, not its neighbour's");
    }
    let commits = place.store.commits() - before;
    assert!(commits <= 6, "thirty calls at once must not cost thirty fsyncs, but cost {commits}");
    let due: Vec<_> = place.claim(at(10)).await.iter().map(|pull| pull.case.crm_id).collect();
    assert_eq!(due.len(), 3, "a case that no session has is not looked at: {due:?}");
}

#[tokio::test]
async fn a_webhook_is_durable_when_it_is_answered() {
    let place = Place::new().await;
    let session = place.open_case("a", id(1)).await;
    place.receive(id(1), at(10)).await;
    // No close: the files are copied as a killed process leaves them.
    let copy = tempfile::tempdir().unwrap();
    for name in ["casebridge.db", "casebridge.db-wal"] {
        std::fs::copy(place.folder.path().join("data").join(name), copy.path().join(name)).unwrap();
    }
    let reopened = Sqlite::open(&copy.path().join("casebridge.db")).await.unwrap();
    assert_eq!(reopened.receipts(session).await.unwrap().len(), 1, "the CRM does not call a second time");
    assert_eq!(reopened.next_pull(place.connection).await.unwrap(), Some(at(10)), "and the case is still looked at");
}

#[tokio::test]
async fn ten_calls_about_one_case_are_ten_receipts_and_one_look() {
    let place = &Place::new().await;
    let session = place.open_case("a", id(1)).await;
    for n in 0..5 {
        place.receive(id(1), at(10 + n)).await;
    }
    futures::future::join_all((0..5).map(|n| place.receive(id(1), at(20 + n)))).await;
    assert_eq!(place.store.receipts(session).await.unwrap().len(), 10, "each call is on the trace");
    let pull = place.claim_one(at(30)).await;
    assert_eq!((pull.case.crm_id, pull.why.as_str()), (id(1), "webhook"));
    place.store.record_pull(place.nothing(&pull, at(31))).await.unwrap();
    assert_eq!(place.store.next_pull(place.connection).await.unwrap(), None, "one look answers all of them");
    let last = place.store.last_receipt(place.connection).await.unwrap().unwrap();
    assert_eq!((last.at, last.outcome.as_str()), (at(24), "pull_due"));
}

#[tokio::test]
async fn r29_old_tokens_end_with_their_grace_and_it_never_grows() {
    let place = Place::new().await;
    let token = |n: u8, made| WebhookToken {
        hash: [n; 32],
        connection: place.connection,
        created_at: at(made),
        valid_until: None,
    };
    for (n, made, grace) in [(1, 0, 0), (2, 100, 500), (3, 200, 9_000)] {
        place.store.add_token(token(n, made), at(grace)).await.unwrap();
    }
    let mut tokens: Vec<_> = place.store.tokens().await.unwrap();
    tokens.sort_by_key(|token| token.hash);
    let until: Vec<_> = tokens.iter().map(|token| token.valid_until).collect();
    assert_eq!(until, [Some(at(500)), Some(at(9_000)), None], "a second rotation must not bring the first token back");
    assert!(place.store.add_token(token(3, 300), at(9_999)).await.is_err(), "a token names one connection");
    let after: Vec<_> = place.store.tokens().await.unwrap();
    assert_eq!(after.iter().filter(|token| token.valid_until.is_none()).count(), 1, "a refused one ends nothing");
}

#[tokio::test]
async fn r29_calls_with_bad_tokens_are_counted_with_their_last_time() {
    let place = Place::new().await;
    let count = |what, connection, calls, ms| place.store.count_refusals(what, connection, calls, at(ms));
    count("wrong_token", None, 3, 50).await.unwrap();
    count("wrong_token", None, 2, 40).await.unwrap();
    count("old_token", Some(place.connection), 1, 60).await.unwrap();
    let counted = place.store.refusals().await.unwrap();
    let counted: Vec<_> =
        counted.iter().map(|one| (one.what.as_str(), one.connection, one.calls, one.last_at)).collect();
    assert_eq!(
        counted,
        [("old_token", Some(place.connection), 1, at(60)), ("wrong_token", None, 5, at(50))],
        "counts that come late do not turn the time back"
    );
}
