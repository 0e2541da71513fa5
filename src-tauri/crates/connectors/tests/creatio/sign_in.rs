//! Signing in as a person, and keeping the refresh token.

use casebridge_connectors::creatio::{CreatioAuth, SignIn, begin_sign_in, finish_sign_in};
use casebridge_connectors::{CallLog, CaseSystem, REFRESH_TOKEN};
use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use casebridge_sandbox::creatio::{Chance, ClientApp, CreatioConfig, FaultPlan, ids as stock};
use serde_json::json;

use crate::support::{Story, World, judged};

/// A world in which a person signs in without clicking.
async fn world(rotate: bool) -> World {
    let config = CreatioConfig { auto_approve: true, rotate_refresh_tokens: rotate, ..CreatioConfig::default() };
    let mut world = World::start(config).await;
    world.settings.auth = CreatioAuth::AuthorizationCode {
        client_id: ClientApp::demo().client_id,
        confidential: true,
        redirect_uri: "http://localhost:9/back".parse().unwrap(),
    };
    world
}

/// Where the browser ends.
async fn browse(sign_in: &SignIn) -> String {
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let answer = browser.get(sign_in.url.clone()).send().await.unwrap();
    answer.headers()["location"].to_str().unwrap().to_owned()
}

async fn begin(world: &World) -> Result<SignIn, CallFailure> {
    let CreatioAuth::AuthorizationCode { redirect_uri, .. } = &world.settings.auth else { panic!("as a person") };
    begin_sign_in(&world.settings, redirect_uri.clone()).await
}

async fn signed_in(world: &World) {
    let sign_in = begin(world).await.unwrap();
    let end = browse(&sign_in).await;
    finish_sign_in(&world.settings, world.vault.as_ref(), &sign_in, &end).await.unwrap();
}

#[tokio::test]
async fn r32_a_person_signs_in_and_acts_with_their_own_name() {
    let world = world(false).await;
    let failure = Story::of(&world, 0).not_sent(&world.client(), &world).await;
    assert_eq!((failure.class, failure.hint.as_str()), (FailureClass::Credentials, "sign in to Creatio"));
    let sign_in = begin(&world).await.unwrap();
    let url = sign_in.url.as_str();
    assert!(url.contains("code_challenge_method=S256") && url.contains("offline_access"), "{url}");
    let end = browse(&sign_in).await;
    let other = begin(&world).await.unwrap();
    assert!(
        finish_sign_in(&world.settings, world.vault.as_ref(), &other, &end).await.is_err(),
        "an answer to another sign-in"
    );
    finish_sign_in(&world.settings, world.vault.as_ref(), &sign_in, &end).await.unwrap();
    let story = Story::of(&world, 1);
    story.write(&world.client(), &world).await;
    assert_eq!(world.case(&story)["CreatedById"], json!(stock::SUPERVISOR_CONTACT));
}

#[tokio::test]
async fn r32_the_vault_is_proven_writable_before_a_token_is_spent() {
    let world = world(true).await;
    signed_in(&world).await;
    let before = world.vault.peek(REFRESH_TOKEN).unwrap();
    *world.vault.locked.lock().unwrap() = true;
    world.sandbox().clear_requests();
    let client = world.client();
    let failure = Story::of(&world, 0).not_sent(&client, &world).await;
    assert_eq!(
        judged(&failure),
        (FailureClass::Unreachable, FailureScope::Connection),
        "a locked keychain opens again"
    );
    assert_eq!(world.sandbox().request_counts().token, 0, "the token was not spent: its successor could not be kept");
    *world.vault.locked.lock().unwrap() = false;
    Story::of(&world, 0).write(&client, &world).await;
    let after = world.vault.peek(REFRESH_TOKEN).unwrap();
    assert_ne!(before, after, "the rotated token is kept");
    let written: Vec<String> = world.vault.written.lock().unwrap().iter().map(|(_, value)| value.clone()).collect();
    assert_eq!(written[written.len() - 2..], [before, after], "the old one first, as a proof, then the new one");
    world.sandbox().revoke_tokens(false);
    Story::of(&world, 0).standing(&client, &world).await;
}

#[tokio::test]
async fn r32_two_processes_do_not_spend_the_same_refresh_token() {
    let world = world(true).await;
    signed_in(&world).await;
    world.sandbox().clear_requests();
    let (one, other, log) = (world.client(), world.client(), CallLog::default());
    let story = Story::of(&world, 0);
    let batch = story.batch();
    let (first, second) = tokio::join!(one.standing(&batch, &log), other.standing(&batch, &log));
    assert!(first.is_ok() && second.is_ok(), "the second waits for the token that came to the first: {second:?}");
    assert_eq!(world.sandbox().request_counts().token, 2, "an access token of Creatio's is not shared");
}

#[tokio::test]
async fn r32_without_a_new_refresh_token_the_old_one_stays() {
    let world = world(false).await;
    signed_in(&world).await;
    let before = world.vault.peek(REFRESH_TOKEN);
    Story::of(&world, 0).write(&world.client(), &world).await;
    assert_eq!(world.vault.peek(REFRESH_TOKEN), before);
    world.sandbox().revoke_tokens(true);
    let failure = Story::of(&world, 0).not_sent(&world.client(), &world).await;
    assert_eq!(failure.class, FailureClass::Credentials);
    assert!(failure.hint.contains("sign in again"), "{failure}");
}

#[tokio::test]
async fn r32_a_lost_answer_of_a_rotation_asks_for_a_new_sign_in() {
    let world = world(true).await;
    signed_in(&world).await;
    let client = world.client();
    world.fail(FaultPlan { token_answer_lost: Some(Chance::next(1)), ..FaultPlan::default() });
    let failure = Story::of(&world, 0).not_sent(&client, &world).await;
    assert_eq!(failure.class, FailureClass::Unreachable);
    let failure = client.standing(&Story::of(&world, 0).batch(), &world.log).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Credentials, "the old token is spent and the new one was never seen");
}
