//! Pickers: what a setting can name.

use casebridge_connectors::{CallLog, CaseSystem as _, ChoiceKind, Meaning};
use casebridge_sandbox::creatio::ids as stock;

use crate::support::World;

async fn names(world: &World, what: ChoiceKind, query: Option<&str>) -> Vec<String> {
    let found = world.client().choices(what, query, &CallLog::default()).await.unwrap();
    found.into_iter().map(|choice| choice.name).collect()
}

#[tokio::test]
async fn a_picker_shows_what_a_setting_can_name() {
    let world = World::plain().await;
    let owners = world.client().choices(ChoiceKind::Owner, None, &CallLog::default()).await.unwrap();
    assert!(owners.iter().any(|one| one.id == stock::AGENT_CONTACT), "an owner is a contact, not a user: {owners:?}");
    let groups = names(&world, ChoiceKind::Group, None).await;
    assert!(groups.contains(&"2nd-line support".to_owned()), "roles of employees: {groups:?}");
    assert!(!groups.contains(&"All external users".to_owned()), "no case is given to customers: {groups:?}");
    for what in [ChoiceKind::Category, ChoiceKind::Status, ChoiceKind::ActivityCategory] {
        assert!(!names(&world, what, None).await.is_empty(), "{what:?} has rows in each installation");
    }
    let found = names(&world, ChoiceKind::Contact, Some("o'Neil")).await;
    assert!(found.iter().all(|name| name.to_lowercase().contains("o'neil")), "a part of the name narrows: {found:?}");
    let sorted = names(&world, ChoiceKind::Status, None).await;
    assert!(sorted.is_sorted_by_key(|name| name.to_lowercase()), "in an order in which people look: {sorted:?}");
}

#[tokio::test]
async fn r24_statuses_say_what_they_mean_by_their_flags() {
    let world = World::plain().await;
    let found = world.client().choices(ChoiceKind::Status, None, &CallLog::default()).await.unwrap();
    let means = |id| found.iter().find(|one| one.id == id).and_then(|one| one.means);
    assert_eq!(means(stock::STATUS_NEW), Some(Meaning::Open));
    assert_eq!(means(stock::STATUS_RESOLVED), Some(Meaning::Resolved));
    assert_eq!(means(stock::STATUS_CLOSED), Some(Meaning::Closed));
    for what in [ChoiceKind::ActivityType, ChoiceKind::Origin] {
        let found = world.client().choices(what, None, &CallLog::default()).await.unwrap();
        assert!(!found.is_empty() && found.iter().all(|one| one.means.is_none()), "{what:?}: {found:?}");
        assert!(found.iter().all(|one| one.id != stock::TYPE_EMAIL), "R6: ours are never e-mails");
    }
}
