use super::*;

#[tokio::test]
async fn r2_a_file_that_is_opened_again_is_the_same_and_a_copy_is_a_restored_backup() {
    let place = Place::new().await;
    place.open_case("a", id(1)).await;
    place.store.close().await;
    let same = Sqlite::open(&place.file()).await.unwrap();
    let case = same.known_cases(place.connection, vec![id(1)]).await.unwrap().remove(0);
    assert_eq!((case.restored_at, case.deliver_after), (None, Some(at(100).to_string())), "a restart is no restore");
    same.close().await;
    let elsewhere = place.folder.path().join("copy.db");
    std::fs::copy(place.file(), &elsewhere).unwrap();
    let copy = Sqlite::open(&elsewhere).await.unwrap();
    let case = copy.known_cases(place.connection, vec![id(1)]).await.unwrap().remove(0);
    assert!(case.restored_at.is_some(), "what was said since the backup may have been delivered by another engine");
    assert_eq!(case.deliver_after, None, "every case begins anew");
    let noted = case.restored_at;
    copy.close().await;
    let again = Sqlite::open(&elsewhere).await.unwrap();
    let case = again.known_cases(place.connection, vec![id(1)]).await.unwrap().remove(0);
    assert_eq!(case.restored_at, noted, "it is noticed once");
}

#[tokio::test]
async fn r2_a_restored_case_is_looked_at_once_and_then_goes_on() {
    let place = Place::new().await;
    place.open_case("a", id(1)).await;
    place.store.close().await;
    let elsewhere = place.folder.path().join("copy.db");
    std::fs::copy(place.file(), &elsewhere).unwrap();
    let copy = Sqlite::open(&elsewhere).await.unwrap();
    let restored = Place { folder: place.folder, store: copy, connection: place.connection };
    restored.receive(id(1), at(10)).await;
    let pull = restored.claim_one(at(10)).await;
    assert!(pull.case.restored_at.is_some());
    restored.store.record_pull(restored.nothing(&pull, at(11))).await.unwrap();
    let case = restored.case(id(1)).await;
    assert_eq!(
        (case.restored_at, case.deliver_after),
        (None, Some(at(100).to_string())),
        "the look set its new beginning"
    );
}
