//! Access tokens of a technical user.

use casebridge_connectors::CaseSystem;
use casebridge_connectors::creatio::{CreatioAuth, ODataRoot};
use casebridge_domain::{FailureClass, FailureScope};
use casebridge_sandbox::creatio::{Chance, ClientApp, CreatioConfig, FaultPlan, Grant, TokenExpiry};

use crate::support::{MemoryVault, Story, World, judged};

#[tokio::test]
async fn a_token_is_asked_for_once_and_renewed_on_401() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 1);
    story.write(&client, &world).await;
    let tokens = world.sandbox().request_counts().token;
    assert_eq!(tokens, 1, "the discovery is asked at the instance, one token at the Identity Service");
    story.standing(&client, &world).await;
    assert_eq!(world.sandbox().request_counts().token, tokens, "it is kept");
    world.sandbox().revoke_tokens(false);
    story.standing(&client, &world).await;
    assert_eq!(world.sandbox().request_counts().token, tokens + 1, "401 renews it, once");
}

#[tokio::test]
async fn r11_a_token_that_runs_out_midway_costs_nothing() {
    let world = World::plain().await;
    let client = world.client();
    world.fail(FaultPlan {
        token_expired_midway: Some(TokenExpiry { when: Chance::next(1).on("POST", "$batch"), revoke: true }),
        ..FaultPlan::default()
    });
    Story::of(&world, 3).write(&client, &world).await;
    assert_eq!(world.sandbox().count("Activity"), 3, "renewed once, and nothing doubled");
}

#[tokio::test]
async fn a_401_that_no_token_cures_is_final() {
    let world = World::plain().await;
    let client = world.client();
    let story = Story::of(&world, 1);
    story.write(&client, &world).await;
    world.sandbox().clear_requests();
    world.fail(FaultPlan {
        token_expired_midway: Some(TokenExpiry { when: Chance::always(), revoke: false }),
        ..FaultPlan::default()
    });
    let failure = client.standing(&story.batch(), &world.log).await.unwrap_err();
    assert_eq!(judged(&failure), (FailureClass::Credentials, FailureScope::Connection));
    assert_eq!(world.sandbox().data_calls(), 2, "asked twice, not for ever");
}

#[tokio::test]
async fn r18_refused_credentials_are_the_connections_matter() {
    let mut world = World::plain().await;
    world.vault = MemoryVault::with("client_secret", "wrong");
    let failure = Story::of(&world, 0).not_sent(&world.client(), &world).await;
    assert_eq!(judged(&failure), (FailureClass::Credentials, FailureScope::Connection));
    assert!(failure.message.contains("invalid_client") && failure.hint.contains("secret"), "{failure}");
    assert!(!failure.message.contains("wrong"), "the secret is not repeated");

    world.vault = MemoryVault::with("other", "x");
    let failure = Story::of(&world, 0).not_sent(&world.client(), &world).await;
    assert_eq!(failure.class, FailureClass::Credentials, "no secret stored: {failure}");

    let client = ClientApp { grants: vec![Grant::AuthorizationCode], ..ClientApp::demo() };
    let world = World::start(CreatioConfig { clients: vec![client], ..CreatioConfig::default() }).await;
    let failure = Story::of(&world, 0).not_sent(&world.client(), &world).await;
    assert!(failure.message.contains("unauthorized_client") && failure.hint.contains("grant"), "{failure}");
}

#[tokio::test]
async fn r24_a_page_instead_of_a_token_means_a_wrong_identity_service() {
    let mut world = World::plain().await;
    // The instance's own host answers its login page here, with 200.
    world.settings.identity_url = Some(world.running.instance_url.parse().unwrap());
    let failure = Story::of(&world, 0).not_sent(&world.client(), &world).await;
    assert_eq!(judged(&failure), (FailureClass::Setup, FailureScope::Connection));
    assert!(failure.message.contains("wrong Identity Service address"), "{failure}");

    world.settings.identity_url = Some(world.running.identity_url.parse().unwrap());
    Story::of(&world, 0).write(&world.client(), &world).await;
}

#[tokio::test]
async fn r24_the_instance_can_give_tokens_itself() {
    let mut world = World::plain().await;
    world.settings.identity_url = Some(format!("{}/0", world.running.instance_url).parse().unwrap());
    Story::of(&world, 0).write(&world.client(), &world).await;
}

#[tokio::test]
async fn r18_an_identity_service_that_is_down_is_waited_for() {
    let world = World::plain().await;
    let client = world.client();
    for plan in [
        FaultPlan { token_down: Some(Chance::next(1)), ..FaultPlan::default() },
        FaultPlan { token_error_500: Some(Chance::next(1)), ..FaultPlan::default() },
    ] {
        world.fail(plan);
        let failure = Story::of(&world, 0).not_sent(&client, &world).await;
        assert_eq!(judged(&failure), (FailureClass::Unreachable, FailureScope::Connection), "{failure}");
    }
    Story::of(&world, 0).write(&client, &world).await;
}

#[tokio::test]
async fn those_who_wait_for_a_token_share_its_fate() {
    let mut world = World::plain().await;
    world.settings.odata_root = Some(ODataRoot::Framework);
    let client = world.client();
    world.fail(FaultPlan { token_error_500: Some(Chance::next(1)), ..FaultPlan::default() });
    let story = Story::of(&world, 0);
    let batch = story.batch();
    let outcomes = futures::future::join_all((0..6).map(|_| client.standing(&batch, &world.log))).await;
    assert!(outcomes.iter().all(Result::is_err), "six lanes do not ask a broken service six times");
    assert_eq!(world.sandbox().request_counts().token, 1);
    let outcomes = futures::future::join_all((0..6).map(|_| client.standing(&batch, &world.log))).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(world.sandbox().request_counts().token, 2, "one token for all");
}

#[tokio::test]
async fn a_short_lived_token_works() {
    let world = World::start(CreatioConfig { token_lifetime: 20, ..CreatioConfig::default() }).await;
    let client = world.client();
    Story::of(&world, 1).write(&client, &world).await;
    assert_eq!(world.sandbox().request_counts().token, 1, "a token of 20 s is not renewed for each call");
    assert!(matches!(world.settings.auth, CreatioAuth::ClientCredentials { .. }));
}
