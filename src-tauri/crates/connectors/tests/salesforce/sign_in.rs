//! Signing in, and what becomes of tokens.

use casebridge_connectors::REFRESH_TOKEN;
use casebridge_connectors::salesforce::finish_sign_in;
use casebridge_connectors::{CaseSystem, ChoiceKind};
use casebridge_domain::FailureClass;
use casebridge_sandbox::salesforce::{Chance, FaultPlan, OAuthRefusal, SalesforceConfig, TokenExpiry};

use crate::support::{Story, World};

fn once() -> Option<Chance> {
    Some(Chance::next(1))
}

#[tokio::test]
async fn r32_a_person_signs_in_with_pkce_and_the_test_names_who() {
    let world = World::with_kit().await;
    let report = world.client().test(&world.log).await;
    assert!(report.is_good(), "{report:?}");
    let identity = report.identity.clone().unwrap_or_default();
    assert!(identity.starts_with("integration@sandbox.example @ "), "Connected as user @ org: {identity}");
    let right = |what: &str| report.checks.iter().find(|check| check.what == what).map(|check| check.proof);
    assert_eq!(right("create CaseComment"), Some(casebridge_connectors::Proof::Yes));
    assert!(world.rows("Case").is_empty(), "a test leaves nothing behind");
}

#[tokio::test]
async fn a_refused_sign_in_says_what_salesforce_said_and_keeps_nothing() {
    let world = World::unsigned(SalesforceConfig::default()).await;
    let sign_in = world.begin();
    let brought = world.pressed(&sign_in, "deny").await;
    let failure = finish_sign_in(&world.settings, world.vault.as_ref(), &sign_in, &brought).await.unwrap_err();
    assert!(failure.message.contains("end-user denied authorization"), "{failure}");
    assert_eq!(world.vault.peek(REFRESH_TOKEN), None);
    let another = world.begin();
    let brought = world.pressed(&another, "allow").await;
    let failure = finish_sign_in(&world.settings, world.vault.as_ref(), &sign_in, &brought).await.unwrap_err();
    assert!(failure.message.contains("another sign-in"), "state is bound: {failure}");
    assert_eq!(world.vault.peek(REFRESH_TOKEN), None);
}

#[tokio::test]
async fn a_sign_in_to_another_org_changes_nothing() {
    let mut world = World::unsigned(SalesforceConfig::default()).await;
    world.settings.org = Some("00D000000000999".parse().unwrap());
    let sign_in = world.begin();
    let brought = world.pressed(&sign_in, "allow").await;
    let failure = finish_sign_in(&world.settings, world.vault.as_ref(), &sign_in, &brought).await.unwrap_err();
    assert!(failure.message.contains("the connection's cases are in org"), "{failure}");
    assert_eq!(world.vault.peek(REFRESH_TOKEN), None, "the right sign-in is not given up for it");
}

#[tokio::test]
async fn fifty_callers_make_one_refresh_and_the_rotated_token_is_kept() {
    let world = World::plain().await;
    let before = world.vault.peek(REFRESH_TOKEN).unwrap();
    world.sandbox().revoke_tokens(false);
    world.sandbox().clear_requests();
    let client = world.client();
    let asks = (0..50).map(|_| client.choices(ChoiceKind::Owner, None, &world.log));
    assert!(futures::future::join_all(asks).await.iter().all(Result::is_ok));
    assert_eq!(world.sandbox().request_counts().token, 1, "§1.5: one refresher for each token");
    assert_ne!(world.vault.peek(REFRESH_TOKEN).unwrap(), before, "§1.5: each refresh voids the token before it");
    assert!(
        world.client().choices(ChoiceKind::Owner, None, &world.log).await.is_ok(),
        "the next start goes on with it"
    );
}

#[tokio::test]
async fn an_expired_session_is_renewed_once_and_the_write_goes_on() {
    let world = World::with_kit().await;
    let client = world.client();
    Story::of(&world, 1).applied(&client, &world).await;
    world.fail(FaultPlan {
        session_expired: Some(TokenExpiry { when: Chance::next(1), revoke: true }),
        ..FaultPlan::default()
    });
    Story::of(&world, 1).goes_on(2..=2).applied(&client, &world).await;
    assert_eq!(world.comments(), ["message 1", "message 2"], "401 means that nothing was done");
}

#[tokio::test]
async fn a_session_that_no_refresh_cures_is_not_refreshed() {
    let world = World::plain().await;
    let client = world.client();
    client.choices(ChoiceKind::Owner, None, &world.log).await.unwrap();
    let tokens = world.sandbox().request_counts().token;
    world.fail(FaultPlan { session_not_for_rest: Some(Chance::always()), ..FaultPlan::default() });
    let failure = client.choices(ChoiceKind::Owner, None, &world.log).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Credentials, "a person must act: {failure}");
    assert_eq!(world.sandbox().request_counts().token, tokens, "§1.4: it would never end");
}

#[tokio::test]
async fn a_vault_that_cannot_be_written_spends_no_token() {
    let world = World::plain().await;
    world.sandbox().revoke_tokens(false);
    world.sandbox().clear_requests();
    *world.vault.locked.lock().unwrap() = true;
    let failure = world.client().choices(ChoiceKind::Owner, None, &world.log).await.unwrap_err();
    assert!(failure.is_transient(), "a keychain opens again: {failure}");
    assert_eq!(world.sandbox().request_counts().token, 0, "R32: a rotated token would be lost");
    *world.vault.locked.lock().unwrap() = false;
    assert!(world.client().choices(ChoiceKind::Owner, None, &world.log).await.is_ok());
}

#[tokio::test]
async fn a_refresh_that_meets_another_is_tried_again_and_a_lost_one_asks_for_a_person() {
    let world = World::plain().await;
    let busy = OAuthRefusal {
        when: Chance::next(1),
        error: "invalid_grant".into(),
        description: "token request is already being processed".into(),
    };
    world.fail(FaultPlan { token_refused: Some(busy), ..FaultPlan::default() });
    world.sandbox().revoke_tokens(false);
    assert!(world.client().choices(ChoiceKind::Owner, None, &world.log).await.is_ok(), "§1.5: transient");
    world.fail(FaultPlan { token_answer_lost: once(), ..FaultPlan::default() });
    world.sandbox().revoke_tokens(false);
    let lost = world.client().choices(ChoiceKind::Owner, None, &world.log).await.unwrap_err();
    assert!(lost.is_transient(), "{lost}");
    let gone = world.client().choices(ChoiceKind::Owner, None, &world.log).await.unwrap_err();
    assert_eq!(gone.class, FailureClass::Credentials, "the token that came was never heard of: {gone}");
    assert!(gone.hint.contains("sign in again"), "{}", gone.hint);
}
