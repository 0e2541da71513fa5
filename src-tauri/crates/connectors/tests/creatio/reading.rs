//! Set-up reads, both kinds of hosts, and how values arrive.

use casebridge_connectors::creatio::ODataRoot;
use casebridge_domain::{FailureClass, FailureScope, StatusWish};
use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, HostKind, ObjectRights, Rights, ids as stock};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Story, World, judged, stands};

#[tokio::test]
async fn r24_both_roots_are_found_and_remembered() {
    for (host, root) in [(HostKind::Framework, ODataRoot::Framework), (HostKind::Core, ODataRoot::Core)] {
        let mut world = World::on(host).await;
        let client = world.client();
        assert_eq!(client.odata_root(), None, "making a client makes no call");
        Story::of(&world, 1).write(&client, &world).await;
        assert_eq!(client.odata_root(), Some(root));
        assert_eq!(world.sandbox().request_counts().token, 1, "the page under the wrong root costs no token");
        world.settings.odata_root = client.odata_root();
        world.sandbox().reset();
        Story::of(&world, 1).write(&world.client(), &world).await;
        assert_eq!(world.sandbox().data_calls(), 1, "{host:?}: a remembered root is not asked for again");
    }
}

#[tokio::test]
async fn set_up_reads_happen_once_however_many_ask_at_once() {
    let world = World::plain().await;
    let client = world.client();
    let stories: Vec<Story> = (0..8)
        .map(|at| {
            let mut story =
                Story::of(&world, 0).draft(|draft| draft.id = Uuid::from_u128(1000 + at)).then(StatusWish::Resolved);
            story.case_id = Uuid::from_u128(1000 + at);
            story
        })
        .collect();
    let writes = stories.iter().map(|story| story.write(&client, &world));
    futures::future::join_all(writes).await;
    let counts = world.sandbox().request_counts();
    assert_eq!(counts.data, 2 + 8, "one look for the root, one for the statuses, eight batches");
    assert_eq!((counts.ping, counts.token), (1, 1), "one discovery, one token for all");
}

#[tokio::test]
async fn what_is_not_a_creatio_is_said() {
    let mut world = World::plain().await;
    world.settings.url = world.running.identity_url.parse().unwrap();
    world.settings.identity_url = Some(world.running.identity_url.parse().unwrap());
    let failure = Story::of(&world, 0).not_sent(&world.client(), &world).await;
    assert_eq!(judged(&failure), (FailureClass::Setup, FailureScope::Connection));
    assert!(failure.hint.contains("address"), "{failure}");
}

#[tokio::test]
async fn r24_flags_not_names_decide_and_the_picked_status_is_checked() {
    let mut world = World::plain().await;
    world.sandbox().update("CaseStatus", stock::STATUS_RESOLVED, &json!({ "Name": "Erledigt" })).unwrap();
    let story = Story::of(&world, 0).then(StatusWish::Resolved);
    story.write(&world.client(), &world).await;
    assert_eq!(world.case(&story)["StatusId"], json!(stock::STATUS_RESOLVED), "names are in each user's language");
    let own = world
        .sandbox()
        .insert("CaseStatus", &json!({ "Name": "Done by us", "IsFinal": true, "StageNumber": 40 }))
        .unwrap();
    world.sandbox().update("Case", story.case_id, &json!({ "StatusId": own })).unwrap();
    let standing = story.standing(&world.client(), &world).await;
    assert!(stands(&standing).closed, "a status that a tenant added is judged by its flags");
    assert_eq!(stands(&standing).status, Some(own.to_string()));
    world.settings.resolved_status = Some(Uuid::from_u128(404));
    let failure = story.only_status(StatusWish::Resolved).not_sent(&world.client(), &world).await;
    assert_eq!(judged(&failure), (FailureClass::Setup, FailureScope::Connection), "a picked status that is gone");
}

#[tokio::test]
async fn r13_a_case_is_reopened_with_the_status_that_means_it() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 0).then(StatusWish::Resolved);
    story.write(&client, &world).await;
    story.only_status(StatusWish::Reopened).write(&client, &world).await;
    let story = Story::of(&world, 0);
    assert_eq!(world.case(&story)["StatusId"], json!(stock::STATUS_REOPENED));
    assert!(!stands(&story.standing(&client, &world).await).closed);
}

#[tokio::test]
async fn r24_zero_values_are_none() {
    // A technical user without a contact: creator, owner and contact all come as the zero GUID.
    let mut world = World::plain().await;
    world.settings.owner = None;
    let story = Story::of(&world, 0);
    let client = world.client();
    story.write(&client, &world).await;
    assert_eq!(world.case(&story)["CreatedById"], json!(Uuid::nil()));
    let standing = story.standing(&client, &world).await;
    assert!(stands(&standing).differs.is_empty(), "no owner wanted, none there: {:?}", stands(&standing).differs);
    let with_contact = ClientApp::demo().with_contact(stock::INTEGRATION_CONTACT);
    let world = World::start(CreatioConfig { clients: vec![with_contact], ..CreatioConfig::default() }).await;
    let story = Story::of(&world, 0);
    let client = world.client();
    story.write(&client, &world).await;
    assert!(stands(&story.standing(&client, &world).await).differs.is_empty());
}

#[tokio::test]
async fn r12_unreadable_statuses_do_not_hide_a_case_but_stop_a_wish() {
    let rights = Rights::all().with("CaseStatus", ObjectRights::NONE);
    let world = World::start(CreatioConfig { rights, ..CreatioConfig::default() }).await;
    let client = world.client();
    let story = Story::of(&world, 1);
    story.write(&client, &world).await;
    assert_eq!(story.standing(&client, &world).await.records.len(), 2);
    let failure = story.only_status(StatusWish::Resolved).not_sent(&client, &world).await;
    assert_eq!(judged(&failure), (FailureClass::Rights, FailureScope::Connection));
}
